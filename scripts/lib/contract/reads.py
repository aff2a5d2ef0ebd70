"""Checks that change nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.lib.contract.pages import Collection, check_pages
from scripts.lib.contract.service import Answer, Service

READERS: Mapping[str, str] = {"COPY": "get_copy_job", "MOVE": "get_move_job", "DELETE": "get_delete_job"}
"""The call that reads a job, by the job's type."""

NOBODY = "not-a-token"
NOTHING = "000000000000000000000000"
MOST_JOBS = 10
"""Listed jobs that are read."""

_EXCLUDED: tuple[tuple[str, Mapping[str, str], Mapping[str, str], int], ...] = (
    ("list_async_jobs", {}, {"limit": "0"}, 400),
    ("list_async_jobs", {}, {"limit": "101"}, 400),
    ("list_async_jobs", {}, {"offset": "-1"}, 400),
    ("list_projects", {}, {"limit": "many"}, 400),
    ("list_files", {}, {}, 400),
    ("get_copy_job", {"job_id": "0"}, {}, 404),
    ("get_move_job", {"job_id": "0"}, {}, 404),
    ("get_delete_job", {"job_id": "0"}, {}, 404),
    ("get_file", {"file_id": NOTHING}, {}, 404),
    ("list_folder", {"file_id": NOTHING}, {}, 404),
)
"""Calls that are to be refused: operation, path, query, status."""


def read(service: Service) -> None:
    """Make every call that reads, with right and with wrong arguments, and compare the answers with each other."""
    _read_account(service)
    check_pages(service, Collection("list_async_jobs"))
    _read_listed_jobs(service)
    check_pages(service, Collection("list_projects"))
    _read_a_project(service)
    _ask_what_is_excluded(service)


def read_job(service: Service, job_type: str, job_id: str) -> Answer:
    """Read the details of a job. Raises KeyError if jobs of that type cannot be read."""
    return service.call(READERS[job_type], path={"job_id": job_id})


def disagreement(details: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    """Return the fields in which a job's details and its list entry differ; empty if they agree."""
    return ", ".join(sorted(name for name in details.keys() & entry.keys() if details[name] != entry[name]))


def _read_account(service: Service) -> None:
    service.call("get_user")
    service.call("get_rate_limit")
    if service.call("get_user", token=NOBODY).status != 401:
        service.report.broken("unauthorized", "get_user answers a wrong token")


def _read_listed_jobs(service: Service) -> None:
    listed = service.call("list_async_jobs", query={"offset": 0, "limit": 100})
    for entry in listed.listed()[:MOST_JOBS]:
        job_type, job_id = str(entry.get("type")), str(entry.get("id"))
        if job_type not in READERS:
            service.report.note(f"job {job_id} is of a type that nobody has heard of, {job_type}")
            continue
        details = read_job(service, job_type, job_id)
        if details.body is None or not details.ok:
            service.report.broken("own-jobs-only", f"job {job_id} is listed, but reading it yields {details.status}")
            continue
        if entry.get("state") == "FINISHED" and (different := disagreement(details.body, entry)):
            service.report.broken("details-match-list", f"job {job_id}: {different}")
        other = "get_move_job" if job_type != "MOVE" else "get_copy_job"
        if job_id == str(listed.listed()[0].get("id")) and service.call(other, path={"job_id": job_id}).status != 404:
            service.report.broken("bad-request", f"{other} answers for a job of type {job_type}")


def _read_a_project(service: Service) -> None:
    projects = service.call("list_projects", query={"offset": 0, "limit": 1}).listed()
    if not projects:
        service.report.note("the user has no project, so no files are listed")
        return
    owner, _, name = str(projects[0].get("id")).partition("/")
    project = service.call("get_project", path={"owner": owner, "project": name})
    check_pages(service, Collection("list_files", query={"project": f"{owner}/{name}"}))
    root = project.field("root_folder")
    if root is not None:
        check_pages(service, Collection("list_folder", path={"file_id": str(root)}))
        both = service.call("list_files", query={"project": f"{owner}/{name}", "parent": str(root)})
        if both.status != 400:
            service.report.broken("bad-request", f"list_files with project and parent yields {both.status}")
    files = service.call("list_files", query={"project": f"{owner}/{name}", "limit": 1}).listed()
    if files:
        service.call("get_file", path={"file_id": str(files[0].get("id"))})


def _ask_what_is_excluded(service: Service) -> None:
    for operation, path, query, expected in _EXCLUDED:
        status = service.call(operation, path=path, query=query).status
        if status != expected:
            arguments = " ".join(f"{name}={value}" for name, value in {**path, **query}.items())
            service.report.broken("bad-request", f"{operation} {arguments} yields {status}, not {expected}".strip())
