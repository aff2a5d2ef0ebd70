"""The service under check: the one gate that every call goes through, checked on its way back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

import httpx
import requests
import schemathesis
from schemathesis.core import NOT_SET

from sbg_bulk.contract.answers import TOKEN_HEADER, WINDOW, Answer, answer_of, seconds_until, tokens_like
from sbg_bulk.contract.everywhere import check_answer
from sbg_bulk.contract.report import Report
from sbg_bulk.contract.schema import load_schema, operation_id, operations_of
from sbg_bulk.contract.stops import Budget, CannotCheck, NotAllowedError
from sbg_bulk.contract.transport import redirected
from sbg_bulk.text import either

PLENTY_LEFT, LEAST_LEFT = 1 / 2, 1 / 20
"""Parts of the token's requests: with less than the first left, a check slows down; with less than the second, it waits
until they reset. The rest is for other programs."""

SLOW: Final = 0.15
"""Seconds between calls of a check that has slowed down."""

MOST_AWAY: Final = 3
"""How often a read is made again that was answered with 503 and no JSON."""

MOST_REFUSED: Final = 6
"""How often a call is made again that was refused for the rate limit: for a window, where nothing says how long."""

ABSENT: Final = (404, 405, 501)
"""With these a service says that it does not have an operation."""

NO_PATH: Final = 90003
"""The code of an error for a path that leads nowhere, as that of a generated id with a slash may."""

SHAKY: Final = 3
"""Seconds by which the end of a window may be told differently: it may be counted from now."""

FAR_FUTURE: Final = 10**11
"""Above this, a date is in milliseconds."""

SITE: Final = "https://elsewhere.example"
"""Another site, whose pages may not read answers with the credentials of a visitor."""

OWN: Final = "the user's own"
"""Stands for the token of the user in calls."""

FREE: Final = "get_rate_limit"
RATE: Final = ("Limit", "Remaining", "Reset")


class Service:
    """A service as a check sees it.

    Args:
        client: knows the base URL, and no token.
        token: the user's token.
        report: takes what is found.
        sleep: lets so many seconds pass.
        budget: what the check may take.
        writes: whether calls may change anything; without it, only GET leaves this process.
        tell: is told why the check waits.

    Attributes:
        missing: operations that the service does not have.
        followed: types and ids of the jobs that were followed to their end.
        first_end: when the first of them had ended, as `now` says it.
        made: the first import, export and import by DRS that was started, by the call that reads it.
    """

    def __init__(
        self,
        client: httpx.Client,
        token: str,
        report: Report,
        *,
        sleep: Callable[[float], object] = time.sleep,
        budget: Budget | None = None,
        writes: bool = False,
        tell: Callable[[str], object] = lambda _: None,
    ) -> None:
        self.client = client
        self.report = report
        self.writes = writes
        self.budget = budget or Budget()
        self.missing: set[str] = set()
        self.followed: list[tuple[str, str]] = []
        self.first_end: float | None = None
        self.made: dict[str, str] = {}
        self.operations = {operation_id(operation): operation for operation in operations_of(load_schema())}
        self._token = token
        self._sleep = sleep
        self._tell = tell
        self._slept = 0.0
        self._calls_left = self.budget.requests
        self._before: tuple[int, int] | None = None
        self._window_ends: int | None = None
        self._probed: dict[str, Answer] = {}
        self._left = 1.0
        self._reset_in: float | None = None
        self._accepted = False

    @property
    def alone(self) -> bool:
        """Whether nobody else uses the token, so that the rate limit and the list of jobs change by our calls only."""
        return self.report.alone

    @property
    def alike(self) -> tuple[str, ...]:
        """Tokens that are not the user's, and that a careless comparison takes for it."""
        return ("", *tokens_like(self._token))

    @property
    def base_url(self) -> str:
        """The base URL, without a slash at the end."""
        return str(self.client.base_url).rstrip("/")

    def now(self) -> float:
        """Return seconds that go on with the time that calls take, and with that which is waited."""
        return time.monotonic() + self._slept

    def wait(self, seconds: float) -> None:
        """Let so many seconds pass."""
        began = time.monotonic()
        self._sleep(seconds)
        self._slept += max(0.0, seconds - (time.monotonic() - began))

    def serves(self, *names: str) -> bool:
        """Return whether the service has all of these operations, as far as that is known."""
        return not self.missing & {*names}

    # Calls

    def call(
        self,
        name: str,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = NOT_SET,
        content: bytes | None = None,
        media_type: str = "application/json",
        address: str | None = None,
        token: str | None = OWN,
        headers: Mapping[str, str] | None = None,
        tentative: bool = False,
    ) -> Answer:
        """Call the operation of that operationId. What is wrong with the answer by itself goes into the report.

        Args:
            name: the operationId.
            path: the parameters of the path.
            query: those of the query; a list is a repeated one.
            body: the body, sent as JSON.
            content: the body as it is, instead.
            media_type: its Content-Type.
            address: a link that leads to the operation, instead of its path.
            token: another token than the user's own; None for none.
            headers: further headers.
            tentative: whether the service may lack the operation, and say so with 404, 405 or 501.

        Raises:
            CannotCheck: the check cannot go on.
            NotAllowedError: the call would change something, and writing is not allowed.
        """
        operation = self.operations[name]
        parts = {key: quote(value, safe="") for key, value in (path or {}).items()}
        url = address or self.base_url + operation.path.format(**parts)
        case = operation.Case(
            path_parameters=dict(path or {}),
            query=dict(query or {}),
            body=NOT_SET if content is not None else body,
            media_type=None if body is NOT_SET and content is None else "application/json",
        )
        sent = {**(headers or {}), **({} if content is None else {"Content-Type": media_type})}
        given: dict[str, Any] = {} if content is None else {"content": content}
        if body is not NOT_SET:
            given = {"json": body}
        request = self.client.build_request(operation.method.upper(), url, params=query, headers=sent, **given)
        return self._exchange(name, request, case, token, tentative=tentative)

    def send(self, case: schemathesis.Case[Any]) -> httpx.Response:
        """Make a generated call, and check it as `call` does."""
        given = case.as_transport_kwargs(base_url=self.base_url)
        prepared = requests.Request(given["method"], given["url"], params=given["params"]).prepare()
        # A page of another site would send where it is from: what it may read is checked with all of these.
        request = self.client.build_request(str(prepared.method), str(prepared.url), headers={"Origin": SITE})
        seen: list[httpx.Response] = []
        self._exchange(operation_id(case.operation), request, case, OWN, seen)
        return seen[-1]

    def probe(self, method: str, path: str) -> Answer:
        """Make a call that the contract does not have, GET only once. Only what holds for every answer is checked."""
        if method not in ("GET", "HEAD", "OPTIONS") and not self.writes:
            raise NotAllowedError(f"{method} {path}")
        if method == "GET" and path in self._probed:
            return self._probed[path]
        answer = self._exchange("", self.client.build_request(method, self.base_url + path), None, OWN)
        if method == "GET":
            self._probed[path] = answer
        return answer

    def follow(self, address: str) -> str | None:
        """Return an address that an answer has named as one at the service's own host; None if it leads nowhere here.

        The token goes to the host that it was given for, and to no other.
        """
        base = urlsplit(self.base_url)
        try:
            named = urlsplit(urljoin(f"{self.base_url}/", address))
        except ValueError:
            return None
        # The host may be another one: that under which a proxy makes the service known.
        if not named.path.startswith(f"{base.path}/"):
            return None
        query = f"?{named.query}" if named.query else ""
        return f"{base.scheme}://{base.netloc}{named.path}{query}"

    def at_home(self, address: str) -> bool:
        """Return whether an address leads to the host that was asked, or names none."""
        try:
            named, base = urlsplit(address), urlsplit(self.base_url)
        except ValueError:
            return False
        return not named.netloc or (named.scheme, named.netloc) == (base.scheme, base.netloc)

    def release(self, calls: int) -> None:
        """Allow so many calls at least, though the check should end: to clean up."""
        self._left = 1.0
        self._calls_left = max(self._calls_left, calls)

    # One exchange

    def _exchange(
        self,
        name: str,
        request: httpx.Request,
        case: schemathesis.Case[Any] | None,
        token: str | None,
        seen: list[httpx.Response] | None = None,
        *,
        tentative: bool = False,
    ) -> Answer:
        if request.method not in ("GET", "HEAD", "OPTIONS") and not self.writes:
            raise NotAllowedError(f"{request.method} {request.url.path}")
        own = token == OWN
        if token is not None:
            request.headers[TOKEN_HEADER] = self._token if own else token
        waited, refused, away = 0.0, 0, 0
        while True:
            self._pace()
            before, self._before = self._before, None  # nothing is known of a call that is broken off
            response = self._send(request)
            self._before = before if response.request is request else None  # a redirect is two calls
            if seen is not None:
                seen.append(response)
            answer = answer_of(name, request, response, self.report.hide)
            self.report.calls[name or "(not documented)"] += 1
            if answer.status == 503 and answer.document is None and request.method == "GET" and away < MOST_AWAY:
                # What stands before the service has answered in its place. If it always does, that is the answer.
                away += 1
                self._tell(f"the service is away (503): trying again in {away} s")
                self.wait(away)
                continue
            check_answer(self.report, answer, None if tentative and answer.status in ABSENT else case, response)
            if own:
                self._check_accepted(answer)
                if not (tentative and answer.status in ABSENT):
                    self._check_rate(answer)
            if answer.maintenance:
                if waited >= self.budget.maintenance:
                    raise CannotCheck(f"the platform has been down for maintenance for {waited:.0f} s. Try again later")
                pause = min(15.0, max(1.0, waited))
                self._tell(f"maintenance (503): trying again in {pause:.0f} s")
                self.wait(pause)
                waited += pause
                continue
            if answer.status == 429 and own:
                refused += 1
                if refused > MOST_REFUSED:
                    raise CannotCheck(
                        "the rate limit is still reached (429), although it should have reset. Try again later"
                    )
                self._await_reset(self._retry_after(answer))
                continue
            return answer

    def _send(self, request: httpx.Request) -> httpx.Response:
        for attempt in range(3):
            try:
                return redirected(self.client, self.client.send(request), self.follow)
            except httpx.HTTPError as error:
                # A request that may have changed something is not made again.
                if request.method != "GET" or attempt == 2:
                    why = f"{request.method} {request.url.path} got no response ({type(error).__name__})"
                    raise CannotCheck(f"{why}. Check the URL and the connection") from None
                self.wait(0.5)
        raise AssertionError

    def _pace(self) -> None:
        if self._calls_left <= 0:
            more = either("--max-requests", "Budget(requests=...)")
            raise CannotCheck(
                f"all {self.budget.requests} requests of the check have been used; allow more with {more}"
            )
        self._calls_left -= 1
        if self._left >= PLENTY_LEFT:
            return
        if self._left >= LEAST_LEFT or self._reset_in is None:
            self.wait(SLOW)
            return
        self._await_reset(self._reset_in)

    def _await_reset(self, seconds: float) -> None:
        self._tell(f"waiting {seconds:.0f} s for the rate limit to reset")
        self.wait(seconds)
        self._left, self._reset_in, self._before = 1.0, None, None

    def _retry_after(self, answer: Answer) -> float:
        told = answer.count("Retry-After")
        return min(WINDOW, told or self._reset_in or 60.0)

    # What holds for every answer to the user

    def _check_accepted(self, answer: Answer) -> None:
        if answer.status != 401:
            self._accepted = True
            self.report.hold("accepted", True, "", expected="")
            return
        again = self._send(
            self.client.build_request("GET", f"{self.base_url}/user", headers={TOKEN_HEADER: self._token})
        )
        if again.status_code == 401:
            if self._accepted:
                raise CannotCheck("the token is no longer accepted (401): it has expired or was revoked. Get a new one")
            raise CannotCheck("the token was not accepted (401). Check the token and the URL")
        self.report.hold(
            "accepted",
            False,
            f"{answer.operation} refused a token that get_user accepts",
            expected="no 401",
            exchange=answer.exchange,
        )

    def _check_rate(self, answer: Answer) -> None:
        limit, remaining, reset = (answer.count(f"X-RateLimit-{name}") for name in RATE)
        nowhere = answer.status in (405, 501) or (answer.status == 404 and answer.body.get("code") in (NO_PATH, None))
        if answer.status == 401 or answer.status >= 500 or nowhere or not answer.operation:
            self._before = None  # whether that cost anything is not documented
            return
        self.report.hold(
            "rate-headers",
            None not in (limit, remaining, reset),
            "an X-RateLimit-... header is missing, or not a number",
            expected="X-RateLimit-Limit, X-RateLimit-Remaining and X-RateLimit-Reset",
            exchange=answer.exchange,
        )
        if limit is None or remaining is None or reset is None:
            self._before = None
            return
        milliseconds = reset > FAR_FUTURE
        self.report.hold(
            "rate-seconds",
            not milliseconds,
            "X-RateLimit-Reset is in milliseconds",
            expected="seconds since 1970",
            exchange=answer.exchange,
        )
        self._left = remaining / limit if limit else 0.0
        self._reset_in = seconds_until(reset / 1000 if milliseconds else reset, answer.headers.get("Date"))
        self.report.hold(
            "rate-count",
            remaining <= limit,
            "more requests are left than there are",
            expected="X-RateLimit-Remaining of at most X-RateLimit-Limit",
            came=f"{remaining} of {limit}",
            exchange=answer.exchange,
        )
        self._check_window(reset, answer)
        before, self._before = self._before, (remaining, reset)
        if before is None or before[1] != reset or answer.status == 429:
            return
        cost, expected = before[0] - remaining, int(answer.operation != FREE)
        kept = cost == expected if self.alone else cost >= expected
        self.report.hold(
            "rate-count",
            kept,
            f"{answer.operation} cost {cost}",
            expected=f"X-RateLimit-Remaining goes down by {expected}",
            came=f"from {before[0]} to {remaining}",
            exchange=answer.exchange,
        )

    def _check_window(self, reset: int, answer: Answer) -> None:
        """Check that a window ends when it was to end, where the service tells its time."""
        ends, date = self._window_ends, answer.headers.get("Date")
        passed = ends is None or date is None or (left := seconds_until(ends, date)) is None or left < SHAKY
        if passed:
            self._window_ends = reset if reset < FAR_FUTURE else None
            return
        assert ends is not None
        self.report.hold(
            "rate-count",
            abs(reset - ends) <= SHAKY,
            "X-RateLimit-Reset changed within its window",
            expected=f"X-RateLimit-Reset: {ends}",
            came=f"X-RateLimit-Reset: {reset}",
            exchange=answer.exchange,
        )
