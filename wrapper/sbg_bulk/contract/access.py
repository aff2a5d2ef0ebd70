"""Who may: every call without a token, with an unknown one, and with another user's."""

from __future__ import annotations

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.known import READERS, Known
from sbg_bulk.contract.service import Service

NOBODY = "sbg-bulk-contract-not-a-token"


def check_access(service: Service, known: Known, second: str | None) -> None:
    """Make every call that reads as somebody who may not."""
    for name, operation in service.operations.items():
        if operation.method.upper() == "GET" and service.serves(name):
            path = known.path(name) or known.path(name, real=False) or {}
            query = {"project": known.project} if name == "list_files" and known.project else None
            for token in (None, NOBODY):
                check_refused(service, service.call(name, path=path, query=query, token=token), token)
    if second is None:
        service.report.note("without a second token, what other users can read was not checked")
    else:
        _check_private(service, known, second)


def check_refused(service: Service, answer: Answer, token: str | None) -> None:
    """Check that a call by nobody was refused, and has shown nothing."""
    shown = [name for name in ("id", "items", "username", "rate", "href") if name in answer.body]
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
    for name in ("get_import", "get_export", "get_file", "list_folder", "get_project", "list_project_files"):
        path = known.path(name)
        if path is None:
            continue
        if name == "get_file" and service.call("get_project", path=known.path("get_project"), token=second).ok:
            service.report.note(
                f"the second user is a member of {known.project}, so access to its files was not checked"
            )
            return
        read = service.call(name, path=path, token=second)
        service.report.hold(
            "private",
            read.status in (403, 404),
            f"another user got {read.status} from {name}",
            expected="403 or 404",
            exchange=read.exchange,
        )
