"""Answers as the service gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.support.clients import ENDPOINT
from tests.support.scripts import Answer, ok

Json = dict[str, Any]

FILES = ("5c6d4227e4b0385632389346", "5c6d4227e4b0385632389347", "5c6d4227e4b0385632389348")
JOB_ID = "92345678901234567"


def job(job_id: str = JOB_ID, type: str = "COPY", state: str = "FINISHED", **changes: Any) -> Json:
    """A job of three files."""
    done = state == "FINISHED"
    return {
        "href": f"{ENDPOINT}/async/files/{type.lower()}/{job_id}",
        "id": job_id,
        "type": type,
        "state": state,
        "result": [{"resource": {"href": f"{ENDPOINT}/files/{file}", "id": file}} for file in FILES] if done else None,
        "total_files": 3,
        "completed_files": 3 if done else 0,
        "failed_files": 0,
        "started_on": "2019-02-20T12:03:50Z",
        "finished_on": "2019-02-20T12:04:10Z" if done else None,
        **changes,
    }


def failed_job() -> Json:
    """A job that has ended, two of its files copied."""
    entries = [
        {"resource": {"href": f"{ENDPOINT}/files/{FILES[0]}", "id": FILES[0]}},
        {
            "error": {
                "status": 403,
                "code": 5001,
                "message": "No access to the file.",
                "more_info": "http://example.org/5001",
            }
        },
    ]
    return job(result=entries, completed_files=2, failed_files=1)


def file(file_id: str = FILES[0], **changes: Any) -> Json:
    """A file, as its details are."""
    return {
        "href": f"{ENDPOINT}/files/{file_id}",
        "id": file_id,
        "name": "sample.bam",
        "type": "file",
        "project": "rfranklin/my-project",
        "parent": "5c6d4227e4b0385632389300",
        "size": 1024,
        "created_on": "2019-02-19T08:00:00Z",
        "modified_on": "2019-02-19T08:00:01Z",
        **changes,
    }


def project(project_id: str = "rfranklin/my-project", **changes: Any) -> Json:
    """A project, as its details are."""
    return {
        "href": f"{ENDPOINT}/projects/{project_id}",
        "id": project_id,
        "name": "My project",
        "root_folder": "5c6d4227e4b0385632389300",
        "permissions": {"read": True, "copy": True, "write": True, "execute": False, "admin": False},
        "created_on": "2019-02-18T08:00:00Z",
        "modified_on": "2019-02-18T08:00:01Z",
        **changes,
    }


def user() -> Json:
    """The token's user."""
    return {
        "href": f"{ENDPOINT}/users/rfranklin",
        "username": "rfranklin",
        "email": "rosalind@example.org",
        "first_name": "Rosalind",
        "last_name": "Franklin",
    }


def rate_limit() -> Json:
    """The budget of requests."""
    return {
        "rate": {"limit": 1000, "remaining": 997, "reset": 1550664230},
        "instance_limit": {"limit": 80, "remaining": 79},
    }


LAST = ({"href": f"{ENDPOINT}/async/files?offset=0", "rel": "prev", "method": "GET"},)
"""Links of which none leads on."""


def page(
    entries: Sequence[Any],
    *,
    next: int | str | None = None,
    total: int | None = None,
    path: str = "/async/files",
    links: Any = LAST,
) -> Answer:
    """A page of a list, with a link to the next one at an offset, or at an address; by default the last one."""
    if next is not None:
        href = next if isinstance(next, str) else f"{ENDPOINT}{path}?offset={next}&limit=100"
        links = [{"href": href, "rel": "next", "method": "GET"}]
    body = {"href": f"{ENDPOINT}{path}", "items": list(entries), "links": links}
    if links is None:
        del body["links"]
    headers = {} if total is None else {"X-Total-Matching-Query": str(total)}
    return ok(body, headers=headers)
