"""The service under test: the one gate that every call of a run goes through, checked on its way back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import requests
import schemathesis
from attrs import frozen
from schemathesis import checks as stock
from schemathesis.config import SchemathesisConfig
from schemathesis.core import NOT_SET
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import BaseSchema

from scripts.lib.contract.report import Report

SPEC = Path(__file__).resolve().parents[3] / "spec" / "openapi.yaml"

ERROR_KEYS = frozenset({"status", "code", "message", "more_info"})
FREE = "get_rate_limit"

_CONFORMANCE = [
    stock.status_code_conformance,
    stock.content_type_conformance,
    stock.response_schema_conformance,
    stock.response_headers_conformance,
]


class StopError(Exception):
    """The run ends here, and says why: the service wants fewer calls, or cannot be reached."""


class NotAllowedError(Exception):
    """A call was about to change something, and nobody has allowed that."""


@frozen
class Answer:
    """What came back of a call. `body` is None if it is not a JSON object."""

    operation: str
    status: int
    headers: httpx.Headers
    body: Mapping[str, Any] | None

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300 and self.body is not None

    def field(self, name: str) -> Any:
        """A field of the body, None if there is none."""
        return None if self.body is None else self.body.get(name)

    def listed(self) -> list[Mapping[str, Any]]:
        """The entries of a page."""
        items = self.field("items")
        return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []

    def count(self, header: str) -> int | None:
        """A header that is a number, None if it is missing or none."""
        text = self.headers.get(header, "")
        return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def load_schema() -> BaseSchema:
    """The contract, as schemathesis reads it: no learning kept between runs."""
    config = SchemathesisConfig.from_dict({"cache": {"enabled": False}})
    return schemathesis.openapi.from_path(SPEC, config=config)


class Service:
    """A deployment as a run sees it.

    - `client`: knows the base URL and the token.
    - `wait`: lets so many seconds pass.
    - `writes`: whether calls may change anything; without it, only GET leaves this process.
    - `alone`: nobody else uses the token, so that the budget and the list of jobs change by our calls only.
    - `most_calls`: where a run stops; it stops as well when less than half of the budget is left.
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
        most_calls: int = 400,
    ) -> None:
        self.client = client
        self.report = report
        self.schema = schema or load_schema()
        self.wait = wait
        self.writes = writes
        self.alone = alone
        self._calls_left = most_calls
        self._budget: tuple[int, int] | None = None
        self._low = False

    @property
    def base_url(self) -> str:
        return str(self.client.base_url).rstrip("/")

    def call(
        self,
        operation_id: str,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        address: str | None = None,
        token: str | None = None,
    ) -> Answer:
        """Make a call; `address` is a link that leads to it, `token` is sent instead of the user's own.

        What is wrong with the answer by itself goes into the report. Raises StopError and NotAllowedError.
        """
        operation = self.schema.find_operation_by_id(operation_id)
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
        return self._exchange(operation_id, request, case)

    def send(self, case: schemathesis.Case[Any]) -> Answer:
        """Make a generated call."""
        given = case.as_transport_kwargs(base_url=self.base_url)
        prepared = requests.Request(**given).prepare()
        headers = {name: value for name, value in prepared.headers.items() if name.lower() != "content-length"}
        content = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
        request = self.client.build_request(str(prepared.method), str(prepared.url), headers=headers, content=content)
        return self._exchange(str(case.operation.definition.raw["operationId"]), request, case)

    def _exchange(self, operation_id: str, request: httpx.Request, case: schemathesis.Case[Any]) -> Answer:
        if request.method != "GET" and not self.writes:
            raise NotAllowedError(f"{request.method} {request.url.path}")
        self._spend()
        try:
            response = self.client.send(request)
        except httpx.HTTPError as error:
            raise StopError(f"{request.method} {request.url.path}: {type(error).__name__}") from None
        self.report.calls[operation_id] += 1
        answer = Answer(operation_id, response.status_code, response.headers, _json_object(response))
        self._check_conformance(case, response)
        self._check_error_body(answer)
        if answer.status != 401:
            self._check_budget(answer)
        if answer.status == 429:
            raise StopError("the rate limit is reached (429); try again when its window has passed")
        return answer

    def _spend(self) -> None:
        if self._calls_left <= 0:
            raise StopError("the calls that a run may make are used up")
        if self._low:
            raise StopError("less than half of the token's requests are left; the rest is for other programs")
        self._calls_left -= 1

    def release(self, calls: int) -> None:
        """Allow so many calls at least, though the run should end: to clean up."""
        self._low = False
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
        self._low = 2 * remaining < limit
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
