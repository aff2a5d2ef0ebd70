"""What holds for every answer, whatever was asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx
import schemathesis
from schemathesis import checks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.openapi.checks import JsonSchemaError

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.report import Report
from sbg_bulk.contract.shown import check_shown

_CONFORMANCE = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]

_CODES = re.compile(r"\b\d+\b")


def check_answer(report: Report, answer: Answer, case: schemathesis.Case[Any] | None, response: httpx.Response) -> None:
    """Check an answer by itself.

    Args:
        report: takes what is found.
        answer: the answer.
        case: the call, if the contract has it.
        response: the answer as it came.
    """
    label = f"{answer.exchange.method} {'an unknown path' if case is None else case.operation.path}"
    if case is not None:
        _check_conformance(report, answer, case, response)
        check_shown(report, answer, case.operation.path, case.path_parameters or {}, response.request)
    report.hold(
        "no-server-error",
        answer.status < 500 or answer.maintenance or answer.status == 501,
        f"a request got {answer.status}",
        expected="a 2xx or 4xx response",
        exchange=answer.exchange,
        place=label,
    )
    if answer.status >= 400 and answer.exchange.method != "HEAD":
        _check_error(report, answer, label, case)
    allowed = answer.headers.get("Access-Control-Allow-Origin", "")
    credentials = answer.headers.get("Access-Control-Allow-Credentials", "").lower() == "true"
    report.hold(
        "cors",
        not (credentials and allowed and allowed in (response.request.headers.get("Origin"), "*")),
        "any site may read responses with the credentials of its visitors",
        expected="no Access-Control-Allow-Credentials for a site that is not the platform's",
        came=f"Access-Control-Allow-Origin: {allowed}, Access-Control-Allow-Credentials: true",
        exchange=answer.exchange,
        place=label,
    )
    for place, texts in (("the body", [response.text]), ("a header", response.headers.values())):
        report.hold(
            "token-kept",
            all(report.hide(text) == text for text in texts),
            f"{place} of a response contains the token",
            expected="no token",
            exchange=answer.exchange,
            place=label,
        )


def _check_conformance(report: Report, answer: Answer, case: schemathesis.Case[Any], response: httpx.Response) -> None:
    found: list[Failure] = []
    try:
        case.validate_response(response, checks=_CONFORMANCE)
    except FailureGroup as group:
        found += [failure for failure in group.exceptions if isinstance(failure, Failure)]
    label = f"{case.operation.label} {answer.status}"
    report.hold("conformance", True, "", expected="")
    for failure in found:
        said = " ".join(failure.message.partition("\n\nSchema")[0].split())
        report.hold(
            "conformance",
            False,
            f"{failure.title}{_place(failure)}",
            expected=_wanted(failure) or said,
            came=f"{said[:200]}: {answer.exchange}",
            exchange=answer.exchange,
            place=label,
        )


def _place(failure: Failure) -> str:
    """Return where in the answer it is wrong: the same for each entry of a list."""
    if not isinstance(failure, JsonSchemaError):
        return ""
    path = "".join(f"[{'*' if isinstance(part, int) else part}]" for part in failure.instance_path)
    rule = [str(part) for part in failure.schema_path][-1:]
    return f" at {path or 'the top'} ({' '.join(rule)})"


def _wanted(failure: Failure) -> str:
    return "what the contract's schema allows" if isinstance(failure, JsonSchemaError) else ""


def _check_error(report: Report, answer: Answer, label: str, case: schemathesis.Case[Any] | None) -> None:
    status, code = answer.body.get("status"), answer.body.get("code")
    wrong = "no status" if status is None else "a different status"
    report.hold(
        "error-body",
        status == answer.status,
        f"the body of an error has {wrong}",
        expected=f'a body with "status": {answer.status}',
        exchange=answer.exchange,
        place=f"{label} {answer.status}",
    )
    has_code = report.hold(
        "error-code",
        isinstance(code, int) and not isinstance(code, bool),
        "an error has no code",
        expected="a body with an API code, an integer",
        exchange=answer.exchange,
        place=f"{label} {answer.status}",
    )
    report.hold(
        "error-words",
        {"message", "more_info"} <= answer.body.keys(),
        "an error has no message or no more_info",
        expected="a body with status, code, message and more_info",
        exchange=answer.exchange,
        place=f"{label} {answer.status}",
    )
    known = codes_of(case, answer.status)
    if has_code and known:
        report.hold(
            "known-code",
            code in known,
            f"an error {answer.status} has the code {code}",
            expected=f"one of {', '.join(map(str, sorted(known)))}",
            exchange=answer.exchange,
            place=label,
        )


def codes_of(case: schemathesis.Case[Any] | None, status: int) -> frozenset[int]:
    """Return the codes that the contract names for a refusal of a call; empty if it names none."""
    responses: Mapping[str, Any] = {} if case is None else case.operation.definition.raw["responses"]
    response = responses.get(str(status), {})
    if "$ref" in response:
        shared = case.operation.schema.raw_schema["components"]["responses"]  # type: ignore[union-attr] # there is one
        response = shared[response["$ref"].rpartition("/")[2]]
    told = str(response.get("description", "")).partition("ode")[2]
    return frozenset(map(int, _CODES.findall(told)))
