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


def volume(volume_id: str = "rfranklin/my-volume", **changes: Any) -> Json:
    """A volume, as its details are."""
    return {
        "href": f"{ENDPOINT}/storage/volumes/{volume_id}",
        "id": volume_id,
        "name": volume_id.partition("/")[2],
        "access_mode": "RO",
        "service": {"type": "S3", "bucket": "rfranklin-my-volume", "prefix": ""},
        "active": True,
        "description": "Reads of the first cohort",
        "created_on": "2019-02-18T09:12:00Z",
        "modified_on": "2019-02-18T09:12:01Z",
        **changes,
    }


def objects(
    *locations: str, next: str | None = None, volume_id: str = "rfranklin/my-volume", **metadata: Any
) -> Answer:
    """A page of what is on a volume; what ends with a slash is a prefix. `next` is the token of another page."""
    base = f"{ENDPOINT}/storage/volumes/{volume_id}"
    told = {"metadata": metadata} if metadata else {}
    items = [
        {"href": f"{base}/object?location={one}", "location": one, "volume": volume_id, "type": "s3", **told}
        for one in locations
        if not one.endswith("/")
    ]
    prefixes = [
        {"href": f"{base}/list?prefix={one}", "prefix": one, "volume": volume_id}
        for one in locations
        if one.endswith("/")
    ]
    links = [] if next is None else [{"next": f"{base}/list?limit=100&continuation_token={next}"}]
    return ok({"href": f"{base}/list", "items": items, "prefixes": prefixes, "links": links})


IMPORT_ID, EXPORT_ID = "YFyyZ7rpCGtXjKTzjGGRJIIBmWd6Mh19", "JCqIZNxBjjVBmKp8cPw5aHmDMgXSKaJ2"


def import_job(import_id: str = IMPORT_ID, **changes: Any) -> Json:
    """An import that ended well, as its details are."""
    return {
        "href": f"{ENDPOINT}/storage/imports/{import_id}",
        "id": import_id,
        "state": "COMPLETED",
        "overwrite": False,
        "autorename": True,
        "preserve_folder_structure": False,
        "source": {"volume": "rfranklin/my-volume", "location": "chimeras.html.gz"},
        "destination": {"project": "rfranklin/my-project", "name": "chimeras.gz"},
        "started_on": "2019-02-20T12:03:50Z",
        "finished_on": "2019-02-20T12:03:52Z",
        "result": file(name="chimeras.gz"),
        **changes,
    }


def export_job(export_id: str = EXPORT_ID, **changes: Any) -> Json:
    """An export that failed, as its details are."""
    return {
        "href": f"{ENDPOINT}/storage/exports/{export_id}",
        "id": export_id,
        "state": "FAILED",
        "overwrite": True,
        "source": {"file": FILES[0]},
        "destination": {"volume": "rfranklin/output", "location": "cohort/sample-1.bam"},
        "properties": {"sse_algorithm": "AES256"},
        "started_on": "2019-02-20T12:03:50Z",
        "finished_on": "2019-02-20T12:03:52Z",
        "error": {"status": 403, "code": 9107, "message": "The volume has it.", "more_info": ""},
        **changes,
    }


def drs_import(import_id: str = "154608246075330561", **changes: Any) -> Json:
    """An import by DRS that ended, with a failure."""
    return {
        "href": f"{ENDPOINT}/bulk/drs/imports/{import_id}",
        "id": import_id,
        "state": "FINISHED",
        "result": [
            {"resource": {"href": f"{ENDPOINT}/files/{FILES[0]}", "id": FILES[0]}},
            {"error": {"status": 404, "code": 9105, "message": "Not there.", "more_info": ""}},
        ],
        "started_on": "2019-02-20T12:03:50Z",
        "finished_on": "2019-02-20T12:03:52Z",
        **changes,
    }
