"""The asynchronous client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self, overload

import httpx

from sbg_bulk.api import lookups, pages
from sbg_bulk.api.drivers.aio import AwaitingDriver
from sbg_bulk.api.drivers.base import TIMEOUT
from sbg_bulk.api.polling import Polling
from sbg_bulk.api.retry import Retry
from sbg_bulk.api.waits import Wait
from sbg_bulk.client.flows import ClientFlows, Given, Source, resumable
from sbg_bulk.files.folders import destination
from sbg_bulk.files.paths import Location
from sbg_bulk.files.tree import Branch
from sbg_bulk.items import CopyItem, DeleteItem, MoveItem
from sbg_bulk.jobs.wait import Totals
from sbg_bulk.models.job import Job
from sbg_bulk.models.resources import File, Page, Project, RateLimit, User
from sbg_bulk.runs import manifest
from sbg_bulk.runs.choice import Choice, Remaining
from sbg_bulk.runs.estimate import ITEMS_PER_JOB
from sbg_bulk.runs.progress import Progress, RunOptions
from sbg_bulk.runs.result import RunReport
from sbg_bulk.runs.verification import Verification
from sbg_bulk.settings.settings import Settings, Token


class AsyncClient(ClientFlows):
    """The API, for programs on asyncio. The arguments, methods and errors are those of `Client`.

    Use it with `async with`, or await `close`.
    """

    def __init__(
        self,
        endpoint: str | None = None,
        token: str | Token | None = None,
        *,
        profile: str | None = None,
        credentials: Path | None = None,
        timeout: float | httpx.Timeout = TIMEOUT,
        retry: Retry | None = None,
        polling: Polling | None = None,
        on_wait: Callable[[Wait], object] | None = None,
        driver: Callable[[Settings, httpx.Timeout], AwaitingDriver] = AwaitingDriver,
    ) -> None:
        super().__init__(Settings.find(endpoint, token, profile, credentials=credentials), retry, polling, on_wait)
        self._driver = driver(self.settings, httpx.Timeout(timeout))

    async def jobs_page(self, offset: int = 0, limit: int = 25) -> Page[Job]:
        return await self._driver.run(pages.page(self._policy, pages.jobs(), offset, limit))

    def jobs(
        self, *, state: str | None = None, type: str | None = None, limit: int | None = None
    ) -> AsyncIterator[Job]:
        return self._driver.iterate(self._jobs(state, type, limit))

    async def job(self, job: Job | str, *, type: str | None = None) -> Job:
        return await self._driver.run(self._job(job, type))

    async def copy(
        self, items: Iterable[Given | CopyItem], *, project: str | None = None, parent: str | None = None
    ) -> Job:
        return await self._driver.run(self._copy(items, project, parent))

    async def move(
        self, items: Iterable[Given | MoveItem], *, project: str | None = None, parent: str | None = None
    ) -> Job:
        return await self._driver.run(self._move(items, project, parent))

    async def delete(self, items: Iterable[Given | DeleteItem]) -> Job:
        return await self._driver.run(self._delete(items))

    async def run(
        self,
        job_type: str,
        source: Source,
        *,
        project: str | None = None,
        parent: str | None = None,
        form: manifest.Format | None = None,
        journal: Path | None = None,
        items_per_job: int = ITEMS_PER_JOB,
        options: RunOptions | None = None,
        within: float | None = None,
        on_change: Callable[[Progress], object] | None = None,
        on_wait: Callable[[Wait], object] | None = None,
    ) -> RunReport:
        made = await self._driver.run(self._prepared(job_type, source, journal))
        defaults = manifest.Defaults(parent, project)
        with (
            self._new_run(job_type, source, defaults, form, journal, items_per_job, made) as opened,
            resumable(opened),
        ):
            return await self._driver.run(self._execute(opened, options, within, on_change, on_wait))

    async def resume(
        self,
        run: str | Path,
        *,
        adopt: str | None = None,
        resubmit: bool = False,
        options: RunOptions | None = None,
        within: float | None = None,
        on_change: Callable[[Progress], object] | None = None,
        on_wait: Callable[[Wait], object] | None = None,
    ) -> RunReport:
        with self._opened(run) as opened, resumable(opened):
            await self._driver.run(self._decide(opened, adopt, resubmit))
            return await self._driver.run(self._execute(opened, options, within, on_change, on_wait))

    async def retry(
        self,
        run: str | Path,
        *,
        journal: Path | None = None,
        options: RunOptions | None = None,
        within: float | None = None,
        on_change: Callable[[Progress], object] | None = None,
        on_wait: Callable[[Wait], object] | None = None,
    ) -> RunReport:
        with self._retried(run, journal) as opened, resumable(opened):
            return await self._driver.run(self._execute(opened, options, within, on_change, on_wait))

    @overload
    async def wait(  # type: ignore[overload-overlap] # a text is a job's id, not a list of ids
        self,
        job: Job | str,
        *,
        type: str | None = ...,
        timeout: float | None = ...,
        on_change: Callable[[Job], object] | None = ...,
        on_progress: Callable[[Totals], object] | None = ...,
    ) -> Job: ...
    @overload
    async def wait(
        self,
        job: Iterable[Job | str],
        *,
        type: str | None = ...,
        timeout: float | None = ...,
        on_change: Callable[[Job], object] | None = ...,
        on_progress: Callable[[Totals], object] | None = ...,
    ) -> list[Job]: ...
    async def wait(
        self,
        job: Job | str | Iterable[Job | str],
        *,
        type: str | None = None,
        timeout: float | None = None,
        on_change: Callable[[Job], object] | None = None,
        on_progress: Callable[[Totals], object] | None = None,
    ) -> Job | list[Job]:
        if isinstance(job, (Job, str)):
            return (await self._driver.run(self._all_finished([job], type, timeout, on_change, on_progress)))[0]
        return await self._driver.run(self._all_finished(job, type, timeout, on_change, on_progress))

    def iter_finished(
        self,
        jobs: Iterable[Job | str],
        *,
        type: str | None = None,
        timeout: float | None = None,
        on_change: Callable[[Job], object] | None = None,
        on_progress: Callable[[Totals], object] | None = None,
    ) -> AsyncIterator[Job]:
        return self._driver.iterate(self._each_finished(jobs, type, timeout, on_change, on_progress))

    async def files_page(
        self,
        project: str | None = None,
        *,
        parent: str | None = None,
        name: str | None = None,
        offset: int = 0,
        limit: int = 25,
    ) -> Page[File]:
        return await self._driver.run(pages.page(self._policy, pages.files(project, parent, name), offset, limit))

    def files(
        self,
        project: str | None = None,
        *,
        parent: str | None = None,
        name: str | None = None,
        details: bool = False,
    ) -> AsyncIterator[File]:
        fields = "_all" if details else None
        return self._driver.iterate(pages.entries(self._policy, pages.files(project, parent, name, fields)))

    async def file(self, file_id: str) -> File:
        return await self._driver.run(lookups.file(self._policy, file_id))

    async def locate(self, path: str) -> File | Project:
        return await self._driver.run(self._locate(path))

    async def destination(self, to: str, *, parents: bool = False) -> Location:
        self._place(to)
        return await self._driver.run(destination(self._policy, to, parents))

    async def choose(
        self,
        sources: Iterable[str],
        *,
        to: str | None = None,
        match: Iterable[str] = (),
        exclude: Iterable[str] = (),
        newer_than: datetime | str | None = None,
        type: str | None = None,
        recursive: bool = False,
        parents: bool = False,
        skip_existing: bool = False,
        on_request: Callable[[int], object] | None = None,
    ) -> Choice:
        return await self._driver.run(
            self._choose(sources, to, match, exclude, newer_than, type, recursive, parents, skip_existing, on_request)
        )

    async def remaining(
        self,
        job_type: str,
        source: Path | IO[bytes],
        *,
        project: str | None = None,
        parent: str | None = None,
        form: manifest.Format | None = None,
        on_request: Callable[[int], object] | None = None,
    ) -> Remaining:
        defaults = manifest.Defaults(parent, project)
        return await self._driver.run(self._remaining(job_type, source, defaults, form, on_request))

    async def verify(self, run: str | Path, *, on_request: Callable[[int], object] | None = None) -> Verification:
        with self._opened(run) as opened:
            return await self._driver.run(self._verify(opened, on_request))

    def tree(
        self, place: str, *, depth: int | None = None, on_request: Callable[[int], object] | None = None
    ) -> AsyncIterator[Branch]:
        return self._driver.iterate(self._tree(place, depth, on_request))

    async def create_folder(self, name: str, *, project: str | None = None, parent: str | None = None) -> File:
        return await self._driver.run(lookups.create_folder(self._policy, name, project, parent))

    def projects(self, *, name: str | None = None) -> AsyncIterator[Project]:
        return self._driver.iterate(pages.entries(self._policy, pages.projects(name)))

    async def project(self, project_id: str) -> Project:
        return await self._driver.run(lookups.project(self._policy, project_id))

    async def user(self) -> User:
        return await self._driver.run(lookups.user(self._policy))

    async def rate_limit(self) -> RateLimit:
        return await self._driver.run(lookups.rate_limit(self._policy))

    async def close(self) -> None:
        await self._driver.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
