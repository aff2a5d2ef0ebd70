"""A program that uses the generated client: what the type checker knows about it.

It is checked and never run. A line that is marked as wrong has to be wrong: strict checking reports marks that are
not needed.
"""

from __future__ import annotations

from datetime import datetime
from typing import assert_type

from sbg_async_api import AuthenticatedClient
from sbg_async_api.api.async_jobs import get_copy_job, list_async_jobs, submit_copy_job
from sbg_async_api.api.files import list_files
from sbg_async_api.models import CopyItem, CopyRequest, ErrorBody, FileList, Job, JobList, JobState, ResultEntry
from sbg_async_api.types import Response, Unset

client = AuthenticatedClient("https://example.com/v2", "demo-token", prefix="", auth_header_name="X-SBG-Auth-Token")


def submit(files: list[str], project: str) -> Job:
    body = CopyRequest(items=[CopyItem(file=file, project=project) for file in files])
    answer = submit_copy_job.sync_detailed(client=client, body=body)
    assert_type(answer, Response[ErrorBody | Job])
    assert_type(answer.status_code, int)
    if isinstance(answer.parsed, Job):
        return answer.parsed
    assert_type(answer.parsed, ErrorBody | None)
    raise RuntimeError("refused")


async def follow(job_id: str) -> list[ResultEntry]:
    job = await get_copy_job.asyncio(job_id, client=client)
    assert_type(job, ErrorBody | Job | None)
    if not isinstance(job, Job) or job.state != JobState.FINISHED:
        return []
    assert_type(job.state, JobState | str)
    assert_type(job.total_files, int | Unset | None)
    assert_type(job.finished_on, datetime | Unset | None)
    return job.result or []


def lists() -> None:
    assert_type(list_async_jobs.sync(client=client, offset=0, limit=100), ErrorBody | JobList | None)
    assert_type(list_files.sync(client=client, project="a/b", name=["c"]), ErrorBody | FileList | None)


def mistakes(job: Job) -> None:
    get_copy_job.sync(1, client=client)  # type: ignore[arg-type]
    list_async_jobs.sync(client=client, limit="100")  # type: ignore[arg-type]
    list_async_jobs.sync(client=client, page=2)  # type: ignore[call-arg]
    submit_copy_job.sync(client=client)  # type: ignore[call-arg]
    CopyItem()  # type: ignore[call-arg]
    CopyRequest(items=["id"])  # type: ignore[list-item]
    job.completed  # type: ignore[attr-defined]  # noqa: B018
    len(job.result)  # type: ignore[arg-type]
