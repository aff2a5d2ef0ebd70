"""A program as a user may write it. It is not run: a type checker finds each type as it says here, and no error.

Where an error is wanted it is ignored by name, and the checker complains if there is none to ignore.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import assert_type

import httpx

from sbg_async_api import AuthenticatedClient
from sbg_async_api import models as generated
from sbg_async_api.api.async_jobs import get_copy_job, submit_copy_job
from sbg_async_api.types import Response
from sbg_bulk import (
    AsyncClient,
    Client,
    CopyItem,
    DeleteItem,
    ExportJob,
    File,
    ImportJob,
    ItemError,
    ItemResult,
    Job,
    MoveItem,
    OutcomeUnknown,
    Page,
    Polling,
    Project,
    Retry,
    RunReport,
    Settings,
    Token,
    Volume,
    VolumeObject,
    WaitTimeout,
)


def blocking(folder: Path) -> None:
    with Client(
        "cgc", Token("x"), credentials=folder, timeout=httpx.Timeout(5), retry=Retry(within=3), polling=Polling()
    ) as client:
        assert_type(client, Client)
        assert_type(client.settings, Settings)
        assert_type(client.jobs(), Iterator[Job])
        assert_type(client.jobs(state="RUNNING", type="COPY", limit=3), Iterator[Job])
        assert_type(client.jobs_page(0, 100), Page[Job])
        assert_type(client.jobs_page().items, tuple[Job, ...])
        assert_type(client.files("a/b"), Iterator[File])
        assert_type(client.files_page(parent="1").items[0].size, int | None)
        assert_type(client.projects(), Iterator[Project])
        assert_type(client.volumes(), Iterator[Volume])
        assert_type(client.objects("a/b:c", recursive=True), Iterator[VolumeObject])
        assert_type(client.imports(project="a/b", state=["RUNNING"]), Iterator[ImportJob])
        assert_type(client.export_job("1").destination.location, str | None)
        assert_type(client.copy(["1", {"file": "2", "name": "x"}, CopyItem("3", parent="4")], project="a/b"), Job)
        assert_type(client.move((MoveItem("1", project="a/b"),)), Job)
        assert_type(client.delete(item for item in ("1", DeleteItem("2"))), Job)
        job = client.job("1", type="COPY")
        assert_type(job, Job)
        assert_type(job.result, tuple[ItemResult, ...] | None)
        assert_type(job.started_on, datetime | None)
        assert_type(job.failures[0].error, ItemError | None)
        assert_type(client.wait(job, timeout=1.5, on_change=print), Job)
        assert_type(client.wait([job, "1"], on_progress=lambda totals: totals.finished), list[Job])
        assert_type(list(client.iter_finished([job])), list[Job])
        assert_type(Job.from_token(job.to_token()), Job)
        assert_type(client.user().username, str)
        assert_type(client.rate_limit().remaining, int | None)
        assert_type(client.project("a/b").permissions, Mapping[str, bool])
        assert_type(client.create_folder("new", project="a/b"), File)
        client.copy([MoveItem("1", parent="2")])  # type: ignore[list-item]
        client.delete([CopyItem("1", parent="2")])  # type: ignore[list-item]
        client.copy("1", parent=2)  # type: ignore[call-overload]
        assert_type(client.copy(["1"], parent="2"), Job)
        assert_type(client.copy("a/b/c", to="a/d"), RunReport | None)
        client.copy([1], project="a/b")  # type: ignore[list-item]
        client.wait(1)  # type: ignore[call-overload]
        job.state = "FINISHED"  # type: ignore[misc]


async def awaiting() -> Job:
    async with AsyncClient() as client:
        assert_type(client, AsyncClient)
        assert_type(client.jobs(), AsyncIterator[Job])
        assert_type(client.files("a/b"), AsyncIterator[File])
        assert_type(client.objects("a/b:c"), AsyncIterator[VolumeObject])
        assert_type(client.exports(state="RUNNING"), AsyncIterator[ExportJob])
        assert_type(await client.volume("a/b"), Volume)
        assert_type([job async for job in client.jobs()], list[Job])
        assert_type(await client.jobs_page(), Page[Job])
        assert_type(await client.copy(["1"], project="a/b"), Job)
        try:
            assert_type(await client.wait("1"), Job)
        except WaitTimeout as error:
            assert_type(error.job, Job)
        except OutcomeUnknown as error:
            assert_type(error.candidates, tuple[Job, ...] | None)
        for _ in client.jobs():  # type: ignore[attr-defined]
            pass
        return await client.wait("1", on_change=lambda job: job.state)


def generated_directly(settings: Settings) -> None:
    client = AuthenticatedClient(base_url=settings.endpoint, token=settings.token.reveal(), prefix="")
    assert_type(get_copy_job.sync("1", client=client), generated.ErrorBody | generated.Job | None)
    items = [generated.CopyItem(file="1", project="a/b")]
    answer = submit_copy_job.sync_detailed(client=client, body=generated.CopyRequest(items=items))
    assert_type(answer, Response[generated.ErrorBody | generated.Job])
    assert_type(answer.status_code, int)
    submit_copy_job.sync(client=client, body=items)  # type: ignore[arg-type]
