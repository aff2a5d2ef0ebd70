"""The checks of single answers, registered with schemathesis: `schemathesis run` has them with this module loaded.

    $ SCHEMATHESIS_HOOKS=sbg_bulk.contract.hooks schemathesis run openapi.yaml --url https://api.example.com/v2

What takes several calls (jobs, pages, effects) is checked by `sbg-bulk contract` alone.
"""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis.checks import CheckContext
from schemathesis.core.transport import Response

from sbg_bulk.contract.everywhere import codes_of


@schemathesis.check
def sbg_error_body(ctx: CheckContext, response: Response, case: schemathesis.Case[Any]) -> None:  # noqa: ARG001
    """Check that an error has a body with the status of HTTP and a code of the API."""
    if response.status_code >= 400:
        body = _json(response)
        assert body.get("status") == response.status_code, "the body of an error has a different status, or none"
        assert isinstance(body.get("code"), int), "the body of an error has no code"


@schemathesis.check
def sbg_known_code(ctx: CheckContext, response: Response, case: schemathesis.Case[Any]) -> None:  # noqa: ARG001
    """Check that an error has one of the codes that are documented for its status."""
    known = codes_of(case, response.status_code)
    if response.status_code >= 400 and known:
        code = _json(response).get("code")
        assert code in known, f"code {code} is not documented for {response.status_code}"


@schemathesis.check
def sbg_rate_headers(ctx: CheckContext, response: Response, case: schemathesis.Case[Any]) -> None:  # noqa: ARG001
    """Check that an answer to a known token says what is left of the rate limit."""
    if response.status_code < 300:
        missing = {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} - response.headers.keys()
        assert not missing, f"missing: {', '.join(sorted(missing))}"


def _json(response: Response) -> dict[str, Any]:
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
