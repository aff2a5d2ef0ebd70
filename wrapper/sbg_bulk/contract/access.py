"""Who may: every call without a token, with an unknown one, and with another user's."""

from __future__ import annotations

from typing import Any

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.known import READERS, Known
from sbg_bulk.contract.service import Service

NOBODY = "sbg-bulk-contract-not-a-token"

FULL_PAGE = 50
"""Entries that a page has at least that is not the last."""

READ_ALONE = (
    *("get_import", "get_export", "get_drs_import", "get_file", "list_folder", "list_files", "list_project_files"),
    *("get_volume", "list_volume_objects"),
)
"""Calls that show to a user what no other may see."""


def check_access(service: Service, known: Known, second: str | None) -> None:
    """Make every call that reads as somebody who may not."""
    for name, operation in service.operations.items():
        if operation.method.upper() == "GET" and service.serves(name):
            path = known.path(name) or known.path(name, real=False) or {}
            query = {"project": known.project} if name == "list_files" and known.project else None
            for token in (None, *(service.alike if name == "get_user" else ()), NOBODY):
                check_refused(service, service.call(name, path=path, query=query, token=token), token)
    bearer = service.call("get_user", token=None, headers={"Authorization": f"Bearer {NOBODY}"})
    check_refused(service, bearer, NOBODY)
    if second is None:
        service.report.note("without a second token, what other users can read was not checked")
    else:
        _check_private(service, known, second)


def check_refused(service: Service, answer: Answer, token: str | None) -> None:
    """Check that a call by nobody was refused, and has shown nothing."""
    shown = [name for name in ("id", "items", "username", "rate", "href") if name in answer.body]
    shown += ["a total"] if "X-Total-Matching-Query" in answer.headers else []
    what = "no token" if token is None else "an unknown token"
    service.report.hold(
        "no-token" if token is None else "wrong-token",
        answer.status == 401 and not shown,
        f"a call with {what} returned {answer.status}" + (", and data" if shown else ""),
        expected="401, and no data",
        exchange=answer.exchange,
        place=answer.operation,
    )


def _check_private(service: Service, known: Known, second: str) -> None:
    """Ask for what is the user's own with the token of another user, who is none of the project's members."""
    other = service.call("get_user", token=second)
    if not other.ok:
        service.report.could_not(f"the second token was not accepted ({other.status})")
        return
    if other.text("username") == known.username:
        service.report.could_not("the second token belongs to the same user")
        return
    listed = service.call("list_async_jobs", query={"limit": 100}, token=second).ids()
    for job_id, job_type in known.jobs:
        if job_type not in READERS:
            continue
        read = service.call(READERS[job_type], path={"job_id": job_id}, token=second)
        service.report.hold(
            "private",
            read.status in (403, 404),
            f"another user can read a {job_type} job: {read.status}",
            expected="404",
            exchange=read.exchange,
        )
        service.report.hold(
            "private",
            job_id not in listed,
            "another user's list of jobs contains yours",
            expected="only their own jobs",
        )
    if is_member(service, known, second):
        return
    asked: dict[str, dict[str, Any]] = {"list_files": {"project": known.project}} if known.project else {}
    for name in READ_ALONE:
        path = {} if name in asked else known.path(name)
        if path is None or not service.serves(name):
            continue
        read = service.call(name, path=path, query=asked.get(name), token=second)
        service.report.hold(
            "private",
            read.status in (403, 404),
            f"another user got {read.status} from {name}",
            expected="403 or 404",
            exchange=read.exchange,
        )
    if known.root is not None:
        read = service.call("list_files", query={"parent": known.root}, token=second)
        service.report.hold(
            "private",
            read.status in (403, 404),
            f"another user got {read.status} from list_files with a parent",
            expected="403 or 404",
            exchange=read.exchange,
        )
    own = {"list_owner_projects": known.project, "list_volumes": known.volume}
    own |= {f"list_{name}s": known.transfers.get(f"get_{name}") for name in ("import", "export")}
    for name, mine in own.items():
        if mine is None or not service.serves(name):
            continue
        path = known.path(name) if name == "list_owner_projects" else None
        theirs = service.call(name, path=path, query={"limit": 100}, token=second)
        service.report.hold(
            "private",
            mine not in theirs.ids(),
            f"{name} shows your data to another user",
            expected="only their own data",
            exchange=theirs.exchange,
        )


def is_member(service: Service, known: Known, second: str) -> bool:
    """Return whether another user may read the project anyway. Found out once."""
    if known.project is None:
        return False
    if known.shared is None:
        read = service.call("get_project", path=known.path("get_project"), token=second)
        listed = service.call("list_projects", query={"limit": 100}, token=second)
        known.shared = read.ok and known.project in listed.ids()
        service.report.hold(
            "private",
            read.ok <= known.shared,
            "get_project shows your project to another user, whose list of projects does not have it",
            expected="403 or 404",
            exchange=read.exchange,
        )
        service.report.hold(
            "private",
            (known.project in listed.ids()) <= known.shared,
            "list_projects shows your data to another user",
            expected="only their own data",
            exchange=listed.exchange,
        )
    if known.shared:
        service.report.could_not(
            f"the second user may read {known.project}, so what others may do there was not checked. Use the token of "
            "a user who is no member of it; if this one is none, everybody can read it"
        )
    return known.shared
