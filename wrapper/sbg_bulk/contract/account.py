"""Checks of the account, and of which calls the service has."""

from __future__ import annotations

from collections.abc import Mapping

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.schema import methods
from sbg_bulk.contract.service import ABSENT, NO_PATH, RATE, SITE, Service

NOTHING = "000000000000000000000000"
"""An id that nothing has."""

_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "list_owner_projects": ("list_owner_projects",),
    "list_volumes": ("list_volumes", "get_volume", "list_volume_objects"),
    "list_imports": ("list_imports", "get_import", "start_import"),
    "list_exports": ("list_exports", "get_export", "start_export"),
    "start_drs_import": ("start_drs_import", "get_drs_import"),
}
"""Calls that tell by their answer whether the service has these operations; others tell it of themselves alone."""

_CORE = frozenset(
    {"list_async_jobs", "list_projects", "get_rate_limit", "submit_copy_job", "submit_move_job", "submit_delete_job"}
)

_HARMLESS: Mapping[str, object] = {
    "bulk_get_files": {"file_ids": [NOTHING]},
    "bulk_edit_files": {"items": [{"id": NOTHING, "tags": []}]},
    "bulk_update_files": {"items": [{"id": NOTHING, "tags": []}]},
    "bulk_delete_files": {"file_ids": [NOTHING]},
    "bulk_get_imports": {"import_ids": [NOTHING]},
    "bulk_get_exports": {"export_ids": [NOTHING]},
    "bulk_start_imports": {"items": []},
    "bulk_start_exports": {"items": []},
    "start_drs_import": {"items": []},
}
"""Bodies that do nothing, for calls in bulk."""


def check_account(service: Service) -> None:
    """Read the user and the rate limit, and find out what the service has."""
    user = service.call("get_user")
    service.report.hold(
        "served", user.ok, "get_user is not available", expected="the user of the token", exchange=user.exchange
    )
    _check_rate(service)
    _check_cors(service)


def find_missing(service: Service) -> None:
    """Find out which operations the service does not have: nothing else is asked of these."""
    username = service.call("get_user").text("username") or "nobody"
    paths = methods()
    for name, operation in service.operations.items():
        if "{" in operation.path and name != "list_owner_projects":
            continue
        if operation.method.upper() == "GET" and name not in ("get_user", "list_files"):
            path = {"owner": username} if name == "list_owner_projects" else None
            query = None if name == "get_rate_limit" else {"limit": 1}
            _find(service, name, service.call(name, path=path, query=query, tentative=True))
        elif paths[operation.path] == {"POST"}:
            _find(service, name, service.probe("GET", operation.path), 404, 501)
            if service.writes and service.serves(name) and name in _HARMLESS:
                _find(service, name, service.call(name, body=_HARMLESS[name], tentative=True))


def _find(service: Service, name: str, answer: Answer, *statuses: int) -> None:
    absent = answer.status in (statuses or ABSENT)
    if answer.status == 404 and (name == "start_drs_import" or answer.exchange.method == "POST"):
        # The path may be taken for that of an import of this id, and what is asked for may be told to be missing.
        absent = answer.body.get("code") in (NO_PATH, None)
    service.report.hold(
        "served" if name in _CORE else "served-more",
        not absent,
        "a call is not available",
        expected="a response from the call",
        exchange=answer.exchange,
        place=name,
    )
    if absent:
        service.missing |= {name, *_FAMILIES.get(name, ())}


def _check_rate(service: Service) -> None:
    if not service.serves("get_rate_limit"):
        return
    answer = service.call("get_rate_limit")
    rate = answer.field("rate")
    told = [answer.count(f"X-RateLimit-{name}") for name in RATE]
    if not isinstance(rate, Mapping) or None in told:
        return
    said = [rate.get(name) for name in ("limit", "remaining", "reset")]
    # Another program may have made a request in between only where they are two moments: they are one here.
    service.report.hold(
        "rate-agrees",
        said == told,
        "/rate_limit and its own headers differ",
        expected=f"limit, remaining and reset of the headers, {told}",
        came=str(said),
        exchange=answer.exchange,
    )


def _check_cors(service: Service) -> None:
    # What the answer allows is looked at with every answer.
    service.call("get_user", headers={"Origin": SITE})
