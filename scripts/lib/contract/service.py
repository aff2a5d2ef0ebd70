"""The service under test: the one gate that every call of a run goes through, checked on its way back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

import httpx
import requests
import schemathesis
from attrs import frozen
from schemathesis import checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core import NOT_SET
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Err
from schemathesis.schemas import APIOperation, BaseSchema

from scripts.lib.contract.report import Report

SPEC = Path(__file__).resolve().parents[3] / "spec" / "openapi.yaml"

Operation: TypeAlias = APIOperation[Any, Any, Any, Any]

PLENTY_LEFT, LEAST_LEFT = 2 / 3, 1 / 2
"""Parts of the budget: with less than the first left, a run slows down; with less than the second, it stops."""

ERROR_KEYS = frozenset({"status", "code", "message", "more_info"})
FREE = "get_rate_limit"

_CONFORMANCE = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]


class StopError(Exception):
    """The run ends here, and says why: the service wants fewer calls, or cannot be reached."""


class NotAllowedError(Exception):
    """A call was about to change something, and nobody has allowed that."""


@frozen
class Answer:
    """The answer to a call. `body` is None if it is not a JSON object."""

    operation: str
    status: int
    headers: httpx.Headers
    body: Mapping[str, Any] | None

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300 and self.body is not None

    def field(self, name: str) -> Any:
        """Return a field of the body, None if there is none."""
        return None if self.body is None else self.body.get(name)

    def listed(self) -> list[Mapping[str, Any]]:
        """Return the entries of a page."""
        items = self.field("items")
        return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []

    def count(self, header: str) -> int | None:
        """Return a header that is a number, None if it is missing or none."""
        text = self.headers.get(header, "")
        return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def load_schema() -> BaseSchema:
    """Load the contract as schemathesis reads it. What it generates fits, is plain text, and is learnt from nothing."""
    config = SchemathesisConfig.from_dict(
        {
            "cache": {"enabled": False},
            "generation": {"mode": "positive", "allow-x00": False, "codec": "ascii", "with-security-parameters": False},
        }
    )
    return schemathesis.openapi.from_path(SPEC, config=config)


def operations_of(schema: BaseSchema) -> Iterator[Operation]:
    """Return the operations of the contract. Raises what is wrong with one that cannot be read."""
    for result in schema.get_all_operations():
        if isinstance(result, Err):
            raise result.err()
        yield result.ok()


def operation_id(operation: Operation) -> str:
    """Return an operation's operationId."""
    return str(operation.definition.raw["operationId"])


class Service:
    """A platform as a run sees it.

    - `client`: knows the base URL and the token.
    - `wait`: lets so many seconds pass.
    - `writes`: whether calls may change anything; without it, only GET leaves this process.
    - `alone`: nobody else uses the token, so that the budget and the list of jobs change by our calls only.
    - `most_calls`: where a run stops.

    When less than two thirds of the budget are left, calls are made a second apart; with less than half, the run
    stops: the rest is for other programs.
    """

    def __init__(
        self,
        client: httpx.Client,
        report: Report,
        *,
        wait: Callable[[float], None],
        schema: BaseSchema | None = None,
        writes: bool = False,
        alone: bool = False,
        most_calls: int = 1000,
    ) -> None:
        self.client = client
        self.report = report
        self.schema = schema or load_schema()
        self.operations = {operation_id(operation): operation for operation in operations_of(self.schema)}
        self.wait = wait
        self.writes = writes
        self.alone = alone
        self._calls_left = most_calls
        self._budget: tuple[int, int] | None = None
        self._left = 1.0

    @property
    def base_url(self) -> str:
        return str(self.client.base_url).rstrip("/")

    def call(
        self,
        name: str,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        address: str | None = None,
        token: str | None = None,
    ) -> Answer:
        """Call the operation of that operationId.

        `address` is a link that leads to it, `token` is sent instead of the user's own. What is wrong with the answer
        by itself goes into the report. Raises StopError and NotAllowedError.
        """
        operation = self.operations[name]
        url = address or operation.path.lstrip("/").format(
            **{name: quote(value, safe="") for name, value in (path or {}).items()}
        )
        headers = {} if token is None else {"X-SBG-Auth-Token": token}
        request = self.client.build_request(operation.method.upper(), url, params=query, json=body, headers=headers)
        case = operation.Case(
            path_parameters=dict(path or {}),
            query=dict(query or {}),
            body=NOT_SET if body is None else body,
            media_type=None if body is None else "application/json",
        )
        response = self._exchange(name, request, case)
        return Answer(name, response.status_code, response.headers, _json_object(response))

    def send(self, case: schemathesis.Case[Any]) -> httpx.Response:
        """Make a generated call, and check it as `call` does."""
        given = case.as_transport_kwargs(base_url=self.base_url)
        prepared = requests.Request(given["method"], given["url"], params=given["params"]).prepare()
        request = self.client.build_request(str(prepared.method), str(prepared.url))
        return self._exchange(operation_id(case.operation), request, case)

    def _exchange(self, name: str, request: httpx.Request, case: schemathesis.Case[Any]) -> httpx.Response:
        if request.method != "GET" and not self.writes:
            raise NotAllowedError(f"{request.method} {request.url.path}")
        self._spend()
        try:
            response = self.client.send(request)
        except httpx.HTTPError as error:
            raise StopError(f"{request.method} {request.url.path}: {type(error).__name__}") from None
        self.report.calls[name] += 1
        self._check_conformance(case, response)
        answer = Answer(name, response.status_code, response.headers, _json_object(response))
        self._check_error_body(answer)
        if answer.status != 401:
            self._check_budget(answer)
        if answer.status == 429:
            self._calls_left = 0
            raise StopError("the rate limit is reached (429); try again when its window has passed")
        return response

    def _spend(self) -> None:
        if self._calls_left <= 0:
            raise StopError("the run has made all the calls that it may")
        if self._left < LEAST_LEFT:
            raise StopError("less than half of the token's requests are left; the rest is for other programs")
        if self._left < PLENTY_LEFT:
            self.wait(1.0)
        self._calls_left -= 1

    def release(self, calls: int) -> None:
        """Allow so many calls at least, though the run should end: to clean up."""
        self._left = 1.0
        self._calls_left = max(self._calls_left, calls)

    def _check_conformance(self, case: schemathesis.Case[Any], response: httpx.Response) -> None:
        label = f"{case.operation.label} {response.status_code}"
        try:
            case.validate_response(response, checks=_CONFORMANCE)
        except FailureGroup as group:
            for failure in group.exceptions:
                reason = failure.message.partition("\n\nSchema")[0].replace("\n", " ")
                self.report.broken("conformance", f"{label}: {failure.title}: {reason}"[:300])

    def _check_error_body(self, answer: Answer) -> None:
        if answer.status < 400:
            return
        body = answer.body or {}
        missing = ERROR_KEYS - body.keys()
        if missing:
            self.report.broken("error-body", f"{answer.operation} {answer.status}: no {', '.join(sorted(missing))}")
        elif body["status"] != answer.status:
            self.report.broken("error-body", f"{answer.operation}: HTTP {answer.status}, but status {body['status']}")

    def _check_budget(self, answer: Answer) -> None:
        limit, remaining, reset = (answer.count(f"X-RateLimit-{name}") for name in ("Limit", "Remaining", "Reset"))
        if limit is None or remaining is None or reset is None:
            self.report.broken("rate-limit", f"{answer.operation} {answer.status}: an X-RateLimit-… header is missing")
            return
        before, self._budget = self._budget, (remaining, reset)
        self._left = remaining / limit if limit else 0.0
        if before is None or before[1] != reset or answer.status == 429:
            return
        cost = before[0] - remaining
        expected = 0 if answer.operation == FREE else 1
        if cost < expected or (self.alone and cost > expected):
            self.report.broken("rate-limit", f"{answer.operation} cost {cost} of the budget, not {expected}")


def _json_object(response: httpx.Response) -> Mapping[str, Any] | None:
    try:
        document = response.json()
    except ValueError:
        return None
    return document if isinstance(document, Mapping) else None
