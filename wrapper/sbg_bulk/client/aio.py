"""The asynchronous client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self, overload

import httpx

from sbg_bulk.api.drivers.aio import AwaitingDriver
from sbg_bulk.api.drivers.base import TIMEOUT
from sbg_bulk.client.base import ClientBase
from sbg_bulk.runs.estimate import ITEMS_PER_JOB
from sbg_bulk.settings.settings import Settings

if TYPE_CHECKING:
    from sbg_bulk.api.polling import Polling
    from sbg_bulk.api.retry import Retry
    from sbg_bulk.api.waits import Wait
    from sbg_bulk.client.changes import FileChange, Manifest
    from sbg_bulk.client.jobs import Given
    from sbg_bulk.client.runs import Source
    from sbg_bulk.files.comparison import Comparison
    from sbg_bulk.files.paths import Location
    from sbg_bulk.files.tree import Branch
    from sbg_bulk.files.usage import Usage
    from sbg_bulk.items import CopyItem, DeleteItem, MoveItem
    from sbg_bulk.jobs.wait import Totals
    from sbg_bulk.models.job import Job
    from sbg_bulk.models.resources import File, Page, Project, RateLimit, User
    from sbg_bulk.models.storage import DrsImport, ExportJob, ImportJob, Volume, VolumeObject
    from sbg_bulk.runs.draft import Draft
    from sbg_bulk.runs.forms import ReadFormat
    from sbg_bulk.runs.progress import Progress, RunOptions
    from sbg_bulk.runs.result import RunReport
    from sbg_bulk.runs.verification import Verification
    from sbg_bulk.settings.settings import Token
    from sbg_bulk.transfers.choice import Choice
    from sbg_bulk.transfers.sync import SyncPlan, SyncReport
    from sbg_bulk.volume_jobs.choice import VolumeChoice


class AsyncClient(ClientBase):
    """The API, for programs on asyncio. The arguments, methods and errors are those of `Client`.

    Use it with `async with`, or await `close`; in one event loop after another (`asyncio.run`), not in two at a time.
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
        find = partial(Settings.find, endpoint, token, profile, credentials=credentials)
        super().__init__(find, retry, polling, on_wait)
        self._driver: AwaitingDriver = driver(self.settings, httpx.Timeout(timeout))

    async def jobs_page(self, offset: int = 0, limit: int = 25) -> Page[Job]:
        return await self._driver.run(self._jobs.page(offset, limit))

    def jobs(
        self, *, state: str | None = None, type: str | None = None, limit: int | None = None
    ) -> AsyncIterator[Job]:
        return self._driver.iterate(self._jobs.entries(state, type, limit))

    async def job(self, job: Job | str, *, type: str | None = None) -> Job:
        return await self._driver.run(self._jobs.read(job, type))

    @overload
    async def copy(
        self,
        items: Iterable[Given | CopyItem],
        *,
        project: str | None = ...,
        parent: str | None = ...,
        new_run: bool = ...,
    ) -> Job: ...
    @overload
    async def copy(
        self,
        items: str | Iterable[str],
        *,
        to: str,
        recursive: bool = ...,
        parents: bool = ...,
        on_conflict: str = ...,
        new_run: bool = ...,
    ) -> RunReport | None: ...
    async def copy(
        self,
        items: str | Iterable[Given | CopyItem],
        *,
        project: str | None = None,
        parent: str | None = None,
        to: str | None = None,
        recursive: bool = True,
        parents: bool = False,
        on_conflict: str = "skip",
        new_run: bool = False,
    ) -> Job | RunReport | None:
        if to is None:
            return await self._driver.run(self._runs.one_job("COPY", items, new_run, project=project, parent=parent))
        return await self._transfer("COPY", items, to, recursive, parents, on_conflict, new_run)

    @overload
    async def move(
        self,
        items: Iterable[Given | MoveItem],
        *,
        project: str | None = ...,
        parent: str | None = ...,
        new_run: bool = ...,
    ) -> Job: ...
    @overload
    async def move(
        self,
        items: str | Iterable[str],
        *,
        to: str,
        recursive: bool = ...,
        parents: bool = ...,
        on_conflict: str = ...,
        new_run: bool = ...,
    ) -> RunReport | None: ...
    async def move(
        self,
        items: str | Iterable[Given | MoveItem],
        *,
        project: str | None = None,
        parent: str | None = None,
        to: str | None = None,
        recursive: bool = True,
        parents: bool = False,
        on_conflict: str = "skip",
        new_run: bool = False,
    ) -> Job | RunReport | None:
        if to is None:
            return await self._driver.run(self._runs.one_job("MOVE", items, new_run, project=project, parent=parent))
        return await self._transfer("MOVE", items, to, recursive, parents, on_conflict, new_run)

    async def _transfer(self, job_type: str, items: object, to: str, *how: Any) -> RunReport | None:
        choice = await self._driver.run(self._runs.choose_all(job_type, items, to, *how))
        return self._runs.with_left_out(choice, await self.run(job_type, choice) if len(choice) else None)

    async def delete(self, items: Iterable[Given | DeleteItem], *, new_run: bool = False) -> Job:
        return await self._driver.run(self._runs.one_job("DELETE", items, new_run))

    async def run(
        self,
        job_type: str,
        source: Source,
        *,
        to: str | None = None,
        project: str | None = None,
        parent: str | None = None,
        parents: bool = False,
        destination_from_manifest: bool = False,
        settings: Mapping[str, Any] | None = None,
        form: ReadFormat | None = None,
        journal: Path | None = None,
        items_per_job: int = ITEMS_PER_JOB,
        options: RunOptions | None = None,
        within: float | None = None,
        on_change: Callable[[Progress], object] | None = None,
        on_wait: Callable[[Wait], object] | None = None,
    ) -> RunReport:
        where = self._runs.where(job_type, to, project, parent, destination_from_manifest, settings)
        with self._runs.draft(job_type, source, where, form, journal, items_per_job) as draft:
            await self._driver.run(self._runs.prepare(draft, source, parents))
            begun = self._runs.begin(draft)
        with begun as opened, self._runs.resumable(opened):
            return await self._driver.run(self._runs.execute(opened, options, within, on_change, on_wait))

    async def set_metadata(
        self,
        source: Manifest,
        *,
        clear: Iterable[str] = (),
        form: ReadFormat | None = None,
        journal: Path | None = None,
        options: RunOptions | None = None,
        within: float | None = None,
        on_change: Callable[[Progress], object] | None = None,
        on_wait: Callable[[Wait], object] | None = None,
    ) -> RunReport:
        manifest, form = self._runs.changes.manifest(source, form)
        return await self.run(
            "METADATA",
            manifest,
            settings={"clear": [clear] if isinstance(clear, str) else list(clear)},
            form=form,
            journal=journal,
            options=options,
            within=within,
            on_change=on_change,
            on_wait=on_wait,
        )

    async def tag(
        self,
        source: Manifest,
        *,
        add: Iterable[str] | None = None,
        remove: Iterable[str] | None = None,
        set: Iterable[str] | None = None,
        form: ReadFormat | None = None,
        journal: Path | None = None,
        options: RunOptions | None = None,
        within: float | None = None,
        on_change: Callable[[Progress], object] | None = None,
        on_wait: Callable[[Wait], object] | None = None,
    ) -> RunReport:
        manifest, form = self._runs.changes.manifest(source, form)
        return await self.run(
            "TAGS",
            manifest,
            settings=self._runs.changes.tagging(add, remove, set),
            form=form,
            journal=journal,
            options=options,
            within=within,
            on_change=on_change,
            on_wait=on_wait,
        )

    async def import_drs(
        self,
        source: Manifest,
        *,
        to: str | None = None,
        project: str | None = None,
        parent: str | None = None,
        parents: bool = False,
        on_conflict: str = "skip",
        tags: Iterable[str] | None = None,
        form: ReadFormat | None = None,
        journal: Path | None = None,
        options: RunOptions | None = None,
        within: float | None = None,
        on_change: Callable[[Progress], object] | None = None,
        on_wait: Callable[[Wait], object] | None = None,
    ) -> RunReport:
        manifest, form = self._runs.changes.manifest(source, form)
        return await self.run(
            "DRS_IMPORT",
            manifest,
            to=to,
            project=project,
            parent=parent,
            parents=parents,
            settings=self._runs.changes.importing(on_conflict, tags),
            form=form,
            journal=journal,
            options=options,
            within=within,
            on_change=on_change,
            on_wait=on_wait,
        )

    async def metadata(self, files: str | Iterable[str], *, recursive: bool = False) -> dict[str, dict[str, Any]]:
        found = await self._driver.run(self._runs.changes.read(files, recursive))
        return {name: dict(file.metadata or {}) for name, file in found.items()}

    async def tags(self, files: str | Iterable[str], *, recursive: bool = False) -> dict[str, list[str]]:
        found = await self._driver.run(self._runs.changes.read(files, recursive))
        return {name: list(file.tags or ()) for name, file in found.items()}

    async def changes(self, draft: Draft) -> list[FileChange]:
        return await self._driver.run(self._runs.changes.changes(draft))

    async def plan(
        self,
        job_type: str,
        source: Path | IO[bytes] | Draft,
        *,
        to: str | None = None,
        project: str | None = None,
        parent: str | None = None,
        parents: bool = False,
        destination_from_manifest: bool = False,
        on_conflict: str | None = None,
        new_run: bool = False,
        settings: Mapping[str, Any] | None = None,
        form: ReadFormat | None = None,
        journal: Path | None = None,
        items_per_job: int = ITEMS_PER_JOB,
        on_request: Callable[[int], object] | None = None,
    ) -> Draft:
        where = self._runs.where(job_type, to, project, parent, destination_from_manifest, settings)
        draft = self._runs.read(job_type, source, where, form, journal, items_per_job)
        with self._runs.kept(draft):
            await self._driver.run(self._runs.resolve(draft, parents, on_request))
            await self._driver.run(self._runs.check_rows(draft, on_conflict, new_run, on_request))
        return draft

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
        with self._runs.opened(run) as opened, self._runs.resumable(opened):
            await self._driver.run(self._runs.decide(opened, adopt, resubmit))
            return await self._driver.run(self._runs.execute(opened, options, within, on_change, on_wait))

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
        with self._runs.retried(run, journal) as opened, self._runs.resumable(opened):
            return await self._driver.run(self._runs.execute(opened, options, within, on_change, on_wait))

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
        return await self._driver.run(self._waits.all_finished(job, type, timeout, on_change, on_progress))

    def iter_finished(
        self,
        jobs: Iterable[Job | str],
        *,
        type: str | None = None,
        timeout: float | None = None,
        on_change: Callable[[Job], object] | None = None,
        on_progress: Callable[[Totals], object] | None = None,
    ) -> AsyncIterator[Job]:
        return self._driver.iterate(self._waits.each_finished(jobs, type, timeout, on_change, on_progress))

    async def files_page(
        self,
        project: str | None = None,
        *,
        parent: str | None = None,
        name: str | None = None,
        offset: int = 0,
        limit: int = 25,
    ) -> Page[File]:
        return await self._driver.run(self._files.page(project, parent, name, offset, limit))

    def files(
        self,
        project: str | None = None,
        *,
        parent: str | None = None,
        name: str | None = None,
        details: bool = False,
    ) -> AsyncIterator[File]:
        return self._driver.iterate(self._files.entries(project, parent, name, details))

    async def file(self, file_id: str) -> File:
        return await self._driver.run(self._files.read(file_id))

    async def locate(self, path: str) -> File | Project:
        return await self._driver.run(self._files.locate(path))

    async def destination(self, to: str, *, parents: bool = False) -> Location:
        return await self._driver.run(self._files.destination(to, parents))

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
        flatten: bool = False,
        tags: Iterable[str] = (),
        metadata: Mapping[str, str | Iterable[str]] | None = None,
        on_conflict: str = "skip",
        whole: bool = False,
        moves: bool = False,
        new_run: bool = False,
        on_request: Callable[[int], object] | None = None,
    ) -> Choice:
        return await self._driver.run(
            self._runs.choose(
                sources,
                to,
                (match, exclude, newer_than, type, tags, metadata or {}),
                recursive=recursive,
                parents=parents,
                flatten=flatten,
                on_conflict=on_conflict,
                whole=whole,
                moves=moves,
                new_run=new_run,
                on_request=on_request,
            )
        )

    async def choose_exports(
        self,
        sources: Iterable[str],
        *,
        to: str,
        match: Iterable[str] = (),
        exclude: Iterable[str] = (),
        newer_than: datetime | str | None = None,
        recursive: bool = False,
        tags: Iterable[str] = (),
        metadata: Mapping[str, str | Iterable[str]] | None = None,
        on_conflict: str = "skip",
        on_request: Callable[[int], object] | None = None,
    ) -> VolumeChoice:
        """Choose what to export to a volume; see `Client.choose_exports`."""
        wanted = (match, exclude, newer_than, None, tags, metadata or {})
        return await self._driver.run(
            self._runs.volumes.choose_exports(
                sources, to, wanted, recursive=recursive, on_conflict=on_conflict, on_request=on_request
            )
        )

    async def export_files(
        self,
        sources: Iterable[str] | str,
        *,
        to: str,
        copy_only: bool = False,
        replace_with_alias: bool = False,
        recursive: bool = False,
        match: Iterable[str] = (),
        exclude: Iterable[str] = (),
        on_conflict: str = "skip",
        options: RunOptions | None = None,
    ) -> RunReport | None:
        """Export files to a volume; see `Client.export_files`."""
        job_type = self._runs.volumes.export_type(copy_only, replace_with_alias)
        given = [sources] if isinstance(sources, str) else sources
        choice = await self.choose_exports(
            given, to=to, match=match, exclude=exclude, recursive=recursive, on_conflict=on_conflict
        )
        report = await self.run(job_type, choice, options=options) if len(choice) else None
        return self._runs.volumes.with_left_out(choice, report)

    async def choose_imports(
        self,
        sources: Iterable[str],
        *,
        to: str,
        match: Iterable[str] = (),
        exclude: Iterable[str] = (),
        newer_than: datetime | str | None = None,
        recursive: bool = False,
        preserve_structure: bool = False,
        parents: bool = False,
        on_conflict: str = "skip",
        on_request: Callable[[int], object] | None = None,
    ) -> VolumeChoice:
        """Choose what to import from a volume; see `Client.choose_imports`."""
        return await self._driver.run(
            self._runs.volumes.choose_imports(
                sources,
                to,
                (match, exclude, newer_than, None, (), {}),
                recursive=recursive,
                preserve_structure=preserve_structure,
                parents=parents,
                on_conflict=on_conflict,
                on_request=on_request,
            )
        )

    async def import_files(
        self,
        sources: Iterable[str] | str,
        *,
        to: str,
        recursive: bool = False,
        preserve_structure: bool = False,
        match: Iterable[str] = (),
        exclude: Iterable[str] = (),
        parents: bool = False,
        on_conflict: str = "skip",
        options: RunOptions | None = None,
    ) -> RunReport | None:
        """Import objects of a volume; see `Client.import_files`."""
        choice = await self.choose_imports(
            [sources] if isinstance(sources, str) else sources,
            to=to,
            match=match,
            exclude=exclude,
            recursive=recursive,
            preserve_structure=preserve_structure,
            parents=parents,
            on_conflict=on_conflict,
        )
        report = await self.run(choice.job_types[0], choice, options=options) if len(choice) else None
        return self._runs.volumes.with_left_out(choice, report)

    async def compare(
        self,
        source: str,
        place: str,
        *,
        match: Iterable[str] = (),
        exclude: Iterable[str] = (),
        newer_than: datetime | str | None = None,
        tags: Iterable[str] = (),
        metadata: Mapping[str, str | Iterable[str]] | None = None,
        each_file: bool = False,
        one_way: bool = False,
        on_request: Callable[[int], object] | None = None,
    ) -> Comparison:
        return await self._driver.run(
            self._runs.compare(
                source,
                place,
                (match, exclude, newer_than, None, tags, metadata or {}),
                each_file=each_file,
                one_way=one_way,
                on_request=on_request,
            )
        )

    async def sync_plan(
        self,
        source: str,
        *,
        to: str,
        delete: bool = False,
        parents: bool = False,
        match: Iterable[str] = (),
        exclude: Iterable[str] = (),
        newer_than: datetime | str | None = None,
        tags: Iterable[str] = (),
        metadata: Mapping[str, str | Iterable[str]] | None = None,
        on_request: Callable[[int], object] | None = None,
    ) -> SyncPlan:
        return await self._driver.run(
            self._runs.sync_plan(
                source,
                to,
                (match, exclude, newer_than, None, tags, metadata or {}),
                delete=delete,
                parents=parents,
                on_request=on_request,
            )
        )

    async def sync(
        self,
        plan: SyncPlan,
        *,
        items_per_job: int = ITEMS_PER_JOB,
        options: RunOptions | None = None,
        within: float | None = None,
        on_change: Callable[[Progress], object] | None = None,
        on_wait: Callable[[Wait], object] | None = None,
    ) -> SyncReport:
        reports: list[RunReport] = []
        while (step := plan.next(reports)) is not None:
            report = await self.run(
                *step,
                items_per_job=items_per_job,
                options=options,
                within=within,
                on_change=on_change,
                on_wait=on_wait,
            )
            reports.append(report)
        return plan.report(reports)

    async def verify(self, run: str | Path, *, on_request: Callable[[int], object] | None = None) -> Verification:
        with self._runs.opened(run) as opened:
            return await self._driver.run(self._runs.verify(opened, on_request))

    def tree(
        self, place: str, *, depth: int | None = None, on_request: Callable[[int], object] | None = None
    ) -> AsyncIterator[Branch]:
        return self._driver.iterate(self._files.tree(place, depth, on_request))

    def usage(
        self, place: str, *, depth: int = 0, on_request: Callable[[int], object] | None = None
    ) -> AsyncIterator[Usage]:
        return self._driver.iterate(self._files.usage(place, depth, on_request))

    async def create_folder(self, name: str, *, project: str | None = None, parent: str | None = None) -> File:
        return await self._driver.run(self._files.create_folder(name, project, parent))

    def volumes(self) -> AsyncIterator[Volume]:
        return self._driver.iterate(self._files.volumes())

    async def volume(self, volume_id: str) -> Volume:
        return await self._driver.run(self._files.volume(volume_id))

    def objects(self, place: str, *, recursive: bool = False, details: bool = False) -> AsyncIterator[VolumeObject]:
        return self._driver.iterate(self._files.objects(place, recursive, details))

    def imports(
        self,
        *,
        volume: str | None = None,
        project: str | None = None,
        state: str | Iterable[str] | None = None,
        details: bool = False,
    ) -> AsyncIterator[ImportJob]:
        return self._driver.iterate(self._files.imports(volume, project, state, details))

    async def import_job(self, import_id: str) -> ImportJob:
        return await self._driver.run(self._files.import_job(import_id))

    def exports(
        self, *, volume: str | None = None, state: str | Iterable[str] | None = None, details: bool = False
    ) -> AsyncIterator[ExportJob]:
        return self._driver.iterate(self._files.exports(volume, state, details))

    async def export_job(self, export_id: str) -> ExportJob:
        return await self._driver.run(self._files.export_job(export_id))

    async def drs_import(self, import_id: str) -> DrsImport:
        return await self._driver.run(self._files.drs_import(import_id))

    def projects(self, *, name: str | None = None) -> AsyncIterator[Project]:
        return self._driver.iterate(self._files.projects(name))

    async def project(self, project_id: str) -> Project:
        return await self._driver.run(self._files.project(project_id))

    async def user(self) -> User:
        return await self._driver.run(self._files.user())

    async def rate_limit(self) -> RateLimit:
        return await self._driver.run(self._files.rate_limit())

    async def close(self) -> None:
        await self._driver.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
