"""The synchronous client. Each method names a flow and has a driver perform it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self, overload

import httpx

from sbg_bulk.api.drivers.base import TIMEOUT
from sbg_bulk.api.drivers.sync import BlockingDriver
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


class Client(ClientBase):
    """The API, one call after the other. Works wherever Python does, inside a running event loop too.

    Use it as a context manager, or call `close`. It may be used by one thread at a time.

    Proxies and certificate authorities are taken from the environment: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and
    `NO_PROXY`, in capitals or not, `SSL_CERT_FILE` (one file of certificates, in PEM) and `SSL_CERT_DIR`. They take the
    place of the usual authorities. `REQUESTS_CA_BUNDLE` is not read.

    Args:
        endpoint: a base URL, or a platform's short name (us, eu, cgc, cavatica, bdc, cn). Without it, the
            environment or the credentials file says: see `sbg_bulk.settings.settings`.
        token: the token, if not to be taken from there.
        profile: a section of the credentials file. Default: the one that `SB_PROFILE` names, or `default`.
        credentials: the credentials file, if not ~/.sevenbridges/credentials.
        timeout: seconds for each phase of a request, or httpx.Timeout. Default: 10 to connect, 60 to read.
        retry: how long and how often a request is tried again.
        polling: how often a job is checked while waiting for it.
        on_wait: called before each pause, with what it is for: a refusal, a failure, the rate limit, the next check of
            jobs (`Wait.cause` tells them apart).
        driver: performs the steps; for tests, on another transport or clock.

    Raises:
        SettingsError: it is not known where to connect, or as whom.
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
        driver: Callable[[Settings, httpx.Timeout], BlockingDriver] = BlockingDriver,
    ) -> None:
        find = partial(Settings.find, endpoint, token, profile, credentials=credentials)
        super().__init__(find, retry, polling, on_wait)
        self._driver: BlockingDriver = driver(self.settings, httpx.Timeout(timeout))

    def jobs_page(self, offset: int = 0, limit: int = 25) -> Page[Job]:
        """Read one page of the list of jobs: one request.

        Args:
            offset: how many jobs to skip, from 0.
            limit: how many jobs to read at most, 1 to 100.
        """
        return self._driver.run(self._jobs.page(offset, limit))

    def jobs(self, *, state: str | None = None, type: str | None = None, limit: int | None = None) -> Iterator[Job]:
        """Produce all jobs that have not expired, reading a page of 100 at a time as they are asked for.

        The order is the server's, and not documented. The API has no filters: these are applied to what was
        read.

        Args:
            state: only jobs in this state, in any case.
            type: only jobs of this type, in any case.
            limit: how many jobs to produce at most.

        Raises:
            PagingError: the pages do not fit together.
        """
        return self._driver.iterate(self._jobs.entries(state, type, limit))

    def job(self, job: Job | str, *, type: str | None = None) -> Job:
        """Read a job.

        Args:
            job: a job, its id, or its URL (`href`).
            type: COPY, MOVE or DELETE; with an id alone, saves up to two requests.

        Raises:
            NotFound: there is no such job, it is another user's, or it ended more than a month ago.
        """
        return self._driver.run(self._jobs.read(job, type))

    @overload
    def copy(
        self,
        items: Iterable[Given | CopyItem],
        *,
        project: str | None = ...,
        parent: str | None = ...,
        new_run: bool = ...,
    ) -> Job: ...
    @overload
    def copy(
        self,
        items: str | Iterable[str],
        *,
        to: str,
        recursive: bool = ...,
        parents: bool = ...,
        on_conflict: str = ...,
        new_run: bool = ...,
    ) -> RunReport | None: ...
    def copy(
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
        """Copy files and folders: in one job by their ids or, with `to`, in a run by their paths.

        With `to`, the sources are selected as by `choose`, and done as by `run`: any number, each once. What is already
        there, with the same name and size, is skipped. A notebook shows a bar.

        Args:
            items: for a job, file ids, mappings with `file`, `parent`, `project` and `name`, or CopyItem objects; with
                `to`, a path or an id, or several of these.
            project: the destination of items without one: a project's id, `owner/project`.
            parent: the destination of items without one: a folder's id.
            to: the destination, the path of a folder or project or a folder's id.
            recursive: with `to`, include subfolders.
            parents: with `to`, create the destination if it is missing.
            on_conflict: with `to`, what to do with a file whose name is taken: see `choose`.
            new_run: ignore unfinished runs of this machine. Without it a job is refused if they are going to do some
                of the same, or still need it where it is; with `to`, that is left out.

        Returns:
            The job. With `to`, how the run ended, or None if there was nothing to do: everything is already there, or
            there is nothing. What was left out because its name is taken by something else is `different` of the
            report, and what an unfinished run is still going to do is `pending`: with either, the report has not
            `succeeded`.

        Raises:
            InputError: an item is malformed; an unfinished run is going to do some of it, or still needs it; or, with
                `to`, everything was left out that does not already exist there. Nothing was sent.
            OutcomeUnknown: the job may have been started; it was not submitted again.
        """
        if to is None:
            return self._driver.run(self._runs.one_job("COPY", items, new_run, project=project, parent=parent))
        return self._transfer("COPY", items, to, recursive, parents, on_conflict, new_run)

    @overload
    def move(
        self,
        items: Iterable[Given | MoveItem],
        *,
        project: str | None = ...,
        parent: str | None = ...,
        new_run: bool = ...,
    ) -> Job: ...
    @overload
    def move(
        self,
        items: str | Iterable[str],
        *,
        to: str,
        recursive: bool = ...,
        parents: bool = ...,
        on_conflict: str = ...,
        new_run: bool = ...,
    ) -> RunReport | None: ...
    def move(
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
        """Move files and folders: in one job by their ids or, with `to`, in a run by their paths.

        Files keep their ids, folders get new ones. The arguments and errors are those of `copy`.
        """
        if to is None:
            return self._driver.run(self._runs.one_job("MOVE", items, new_run, project=project, parent=parent))
        return self._transfer("MOVE", items, to, recursive, parents, on_conflict, new_run)

    def _transfer(self, job_type: str, items: object, to: str, *how: Any) -> RunReport | None:
        choice = self._driver.run(self._runs.choose_all(job_type, items, to, *how))
        return self._runs.with_left_out(choice, self.run(job_type, choice) if len(choice) else None)

    def delete(self, items: Iterable[Given | DeleteItem], *, new_run: bool = False) -> Job:
        """Submit a deletion of files and folders: one job. Folders are deleted with all their contents.

        Args:
            items: file ids, mappings with `file`, or DeleteItem objects.
            new_run: ignore unfinished runs of this machine.

        Raises:
            InputError: an item is malformed, or an unfinished run of this machine still needs it, or is going to delete
                it; nothing was sent.
            OutcomeUnknown: the job may have been started; it was not submitted again.
        """
        return self._driver.run(self._runs.one_job("DELETE", items, new_run))

    def run(
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
        """Do all rows of a manifest of any size, each exactly once, in as many jobs as needed.

        A run that is interrupted is kept, and `resume` continues it. In a notebook a progress bar is shown, unless a
        callback is given.

        Args:
            job_type: COPY, MOVE or DELETE, in any case; or, for exports to volumes, EXPORT_COPY, which keeps the
                platform's copies, or EXPORT_REPLACE, which cannot be undone: aliases of what was written take their
                place; or, for imports from volumes, IMPORT. METADATA and TAGS change what files have: see
                `set_metadata` and `tag`.
            source: the manifest, a file or a stream of bytes, which is read once: see `sbg_bulk.transfers.manifest`. Or
                the result of `plan`, `choose` or `remaining`; the arguments up to `form` are ignored then.
            to: the destination: the path of a folder or project, or a folder's id. Give at most one of the three.
            project: the destination: a project's id.
            parent: the destination: a folder's id.
            parents: create missing destination folders. Without it they are an error.
            destination_from_manifest: use the rows' own destinations; the destination given here is for rows without
                one. Without it, rows that name another destination are an error. In a list of existing files (with `id`
                and no `file`), `parent` and `project` are destinations only with it.
            settings: what else is given for all rows that do not say it: `clear` of METADATA, a list of keys to remove;
                `action` and `tags` of TAGS; `conflict_resolution` of DRS_IMPORT.
            form: the manifest's format; None to go by its first lines, and its name.
            journal: where to keep the record of the run; None for the user's state folder.
            items_per_job: number of rows to submit as one job.
            options: how to do it.
            within: seconds for which each request is retried; None for no limit.
            on_change: called with the progress when it has changed. An exception that it raises ends the run.
            on_wait: called before each pause, with what it is for. The progress passed to `on_change` has it too.

        Raises:
            ManifestError: the manifest has problems; nothing was sent.
            JournalError: the record cannot be kept; nothing was sent that is not in it.
            RunStopped: the outcome of a submission is unknown; decide with the arguments of `resume`.
            InputError: nothing was chosen, or the job type does not fit the choice; or an unfinished run of this
                machine still needs what a manifest deletes: `plan` leaves that out.
        """
        where = self._runs.where(job_type, to, project, parent, destination_from_manifest, settings)
        with self._runs.draft(job_type, source, where, form, journal, items_per_job) as draft:
            self._driver.run(self._runs.prepare(draft, source, parents))
            begun = self._runs.begin(draft)
        with begun as opened, self._runs.resumable(opened):
            return self._driver.run(self._runs.execute(opened, options, within, on_change, on_wait))

    def set_metadata(
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
        """Set metadata of any number of files, a hundred for two requests, in a run that can be resumed.

        Each column is a key, except those that say which file is meant (`file`, `id`, `path`) or describe it (`name`,
        `size`, `project`, ...): a key with such a name has the column `metadata.KEY`. A key has at most 100 bytes, a
        value 300. Other keys of a file stay as they are, and an empty value changes nothing.

        Args:
            source: the manifest: a file, a stream of bytes, or the result of `plan`; or rows as mappings.
            clear: keys to remove from the files whose rows have no value for them.

        The other arguments and errors are those of `run`, which does it as METADATA.
        """
        manifest, form = self._runs.changes.manifest(source, form)
        return self.run(
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

    def tag(
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
        """Change the tags of any number of files, a hundred for two requests, in a run that can be resumed.

        Args:
            source: ids and paths of files, or the result of `choose`; or a manifest, in which a column `tags` may have
                other tags for a file, as a JSON list or separated by semicolons, and `action` what to do with them.
            add: tags to add. Give at most one of the three.
            remove: tags to remove.
            set: tags that replace all the others; empty to remove all.

        The other arguments and errors are those of `run`, which does it as TAGS.
        """
        manifest, form = self._runs.changes.manifest(source, form)
        return self.run(
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

    def import_drs(
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
        """Import objects of repositories by their DRS URIs, any number of them, in a run that can be resumed.

        Args:
            source: the manifest, as portals and the platform write it: see `sbg_bulk.drs.manifest`. Or DRS URIs, or
                rows as mappings. Columns that mean nothing else become the metadata of the files.
            to: the destination: the path of a folder or project, or a folder's id. Give at most one of the three.
            project: the destination: a project's id.
            parent: the destination: a folder's id.
            parents: create missing destination folders.
            on_conflict: what to do if a name is taken: `skip` the object, `rename` the new file, or `overwrite` the
                old one.
            tags: the tags that all files get; None for those in the manifest, if any.

        The other arguments and errors are those of `run`, which does it as DRS_IMPORT.

        Raises:
            RunStopped: the outcome of a submission is unknown; decide with the arguments of `resume`.
        """
        manifest, form = self._runs.changes.manifest(source, form)
        return self.run(
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

    def metadata(self, files: str | Iterable[str], *, recursive: bool = False) -> dict[str, dict[str, Any]]:
        """Read the metadata of files, a hundred for a request.

        Args:
            files: ids and paths. The path of a folder or project means the files in it.
            recursive: those in subfolders too.

        Returns:
            The metadata of each file, by the id or path that names it. It can be given to `set_metadata` as rows, with
            the name as `path` or `file`.

        Raises:
            InputError: something does not exist, or the id of a folder was given.
        """
        found = self._driver.run(self._runs.changes.read(files, recursive))
        return {name: dict(file.metadata or {}) for name, file in found.items()}

    def tags(self, files: str | Iterable[str], *, recursive: bool = False) -> dict[str, list[str]]:
        """Read the tags of files, a hundred for a request. The arguments and errors are those of `metadata`."""
        found = self._driver.run(self._runs.changes.read(files, recursive))
        return {name: list(file.tags or ()) for name, file in found.items()}

    def changes(self, draft: Draft) -> list[FileChange]:
        """Return what a plan of METADATA or TAGS would change, with the old values: a request for a hundred files."""
        return self._driver.run(self._runs.changes.changes(draft))

    def plan(
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
        """Read a manifest, once, and find what its paths name, for `run`. Nothing is changed.

        The result has a length (its rows), `folders` (how many will be created), and `save`, which writes it to a file
        as a manifest. Close it, or use it as a context manager: what `run` has not started is removed then.

        Args:
            on_conflict: what to do with a row whose name exists at its destination, as in `choose`, `choose_exports` or
                `choose_imports`; None not to check: the platform puts a number before the name, or refuses an export or
                import. `conflicts` of the result says what was found. It takes a request for each hundred rows, and
                those for their destinations; of exports and imports only the rows whose name exists are read. Rows of
                these with `overwrite` or `autorename` are not checked. A file that an import finds there already gets
                the metadata of its row that it does not have.
            new_run: with `on_conflict`, and of deletions, ignore unfinished runs, as in `choose`. Otherwise it is left
                out; `conflicts` has it as `pending`.
            on_request: called with the number of requests so far. Only paths and the check of names take any.

        The other arguments and errors are those of `run`. They are ignored for a draft that was planned without a
        client.
        """
        where = self._runs.where(job_type, to, project, parent, destination_from_manifest, settings)
        draft = self._runs.read(job_type, source, where, form, journal, items_per_job)
        with self._runs.kept(draft):
            self._driver.run(self._runs.resolve(draft, parents, on_request))
            self._driver.run(self._runs.check_rows(draft, on_conflict, new_run, on_request))
        return draft

    def resume(
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
        """Resume a run where it stopped.

        Args:
            run: its id, or its journal's path.
            adopt: the id of the job that the submission of unknown outcome started, as you have found out.
            resubmit: whether that submission started no job, as you have found out.
            options: how to do it; what is None in them, or None, keeps its earlier value.
            within: seconds for which each request is retried; None for the earlier value, `math.inf` for no limit.

        The other arguments and errors are those of `run`.

        Raises:
            InputError: the job to adopt does not exist or is certainly another's; nothing was changed.
        """
        with self._runs.opened(run) as opened, self._runs.resumable(opened):
            self._driver.run(self._runs.decide(opened, adopt, resubmit))
            return self._driver.run(self._runs.execute(opened, options, within, on_change, on_wait))

    def retry(
        self,
        run: str | Path,
        *,
        journal: Path | None = None,
        options: RunOptions | None = None,
        within: float | None = None,
        on_change: Callable[[Progress], object] | None = None,
        on_wait: Callable[[Wait], object] | None = None,
    ) -> RunReport:
        """Retry the failed rows of a run, in a new run.

        Args:
            run: the other run's id, or its journal's path.

        The other arguments and errors are those of `run`.

        Raises:
            InputError: nothing has failed in it.
        """
        with self._runs.retried(run, journal) as opened, self._runs.resumable(opened):
            return self._driver.run(self._runs.execute(opened, options, within, on_change, on_wait))

    @overload
    def wait(  # type: ignore[overload-overlap] # a text is a job's id, not a list of ids
        self,
        job: Job | str,
        *,
        type: str | None = ...,
        timeout: float | None = ...,
        on_change: Callable[[Job], object] | None = ...,
        on_progress: Callable[[Totals], object] | None = ...,
    ) -> Job: ...
    @overload
    def wait(
        self,
        job: Iterable[Job | str],
        *,
        type: str | None = ...,
        timeout: float | None = ...,
        on_change: Callable[[Job], object] | None = ...,
        on_progress: Callable[[Totals], object] | None = ...,
    ) -> list[Job]: ...
    def wait(
        self,
        job: Job | str | Iterable[Job | str],
        *,
        type: str | None = None,
        timeout: float | None = None,
        on_change: Callable[[Job], object] | None = None,
        on_progress: Callable[[Totals], object] | None = None,
    ) -> Job | list[Job]:
        """Wait until a job, or each of several, is FINISHED. Then check `succeeded` and `failures`.

        Any number of jobs can be waited for: a page of the list shows a hundred of them for one request. `polling`
        says how often they are checked. In a notebook a progress bar is shown, unless a callback is given.

        Args:
            job: a job, its id, or its URL; or several of these.
            type: COPY, MOVE or DELETE; with an id alone, saves up to two requests.
            timeout: the most seconds to wait, for all of them together; None for no limit.
            on_change: called with a job when it is first seen and when its state or counts have changed. An exception
                that it raises ends the wait.
            on_progress: called with the totals over all jobs when they have changed. An exception that it raises ends
                the wait.

        Returns:
            The job, or a list of them in the order in which they were given. One that was FINISHED when it was read
            is returned as it is.

        Raises:
            WaitTimeout: jobs were still running when the time was up; it names them, and has the finished ones.
            JobLost: jobs cannot be found; it names them, and has the others. Raised when all others have ended.
        """
        return self._driver.run(self._waits.all_finished(job, type, timeout, on_change, on_progress))

    def iter_finished(
        self,
        jobs: Iterable[Job | str],
        *,
        type: str | None = None,
        timeout: float | None = None,
        on_change: Callable[[Job], object] | None = None,
        on_progress: Callable[[Totals], object] | None = None,
    ) -> Iterator[Job]:
        """Wait for jobs, and produce each as soon as it is known to be FINISHED.

        The arguments and errors are those of `wait`; the errors are raised after the last job that has finished.
        Nothing is checked until the next job is asked for.
        """
        return self._driver.iterate(self._waits.each_finished(jobs, type, timeout, on_change, on_progress))

    def files_page(
        self,
        project: str | None = None,
        *,
        parent: str | None = None,
        name: str | None = None,
        offset: int = 0,
        limit: int = 25,
    ) -> Page[File]:
        """Read one page of what is directly in a project's root or a folder: one request. See `files`."""
        return self._driver.run(self._files.page(project, parent, name, offset, limit))

    def files(
        self,
        project: str | None = None,
        *,
        parent: str | None = None,
        name: str | None = None,
        details: bool = False,
    ) -> Iterator[File]:
        """Produce what is directly in a project's root or in a folder, not below; pages are read as they are asked for.

        Args:
            project: a project's id, `owner/project`, or the path of a folder in it. Exclusive with `parent`.
            parent: a folder's id.
            name: only entries with exactly this name.
            details: ask for dates and sizes too. The platform may still leave them out.
        """
        return self._driver.iterate(self._files.entries(project, parent, name, details))

    def file(self, file_id: str) -> File:
        """Read a file or folder."""
        return self._driver.run(self._files.read(file_id))

    def locate(self, path: str) -> File | Project:
        """Find what a path names.

        Takes a request for each name after `owner/project`; for a project, or for an id, one.

        Args:
            path: `[NAME:]owner/project[/folder/...[/file]]`, where NAME is a profile or a platform's short name that
                has to be the client's; or an id.

        Raises:
            InputError: there is no such folder or file.
            NotFound: there is no such project.
        """
        return self._driver.run(self._files.locate(path))

    def destination(self, to: str, *, parents: bool = False) -> Location:
        """Find where a path or a folder's id leads: the `project` or the `folder` of a place without names.

        Takes a request for each folder on the path, and one for each that is created.

        Args:
            to: a path, or a folder's id.
            parents: whether missing folders are created.

        Raises:
            InputError: a folder is missing and `parents` is not given, or there is a file in its place.
        """
        return self._driver.run(self._files.destination(to, parents))

    def choose(
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
        """Choose what to copy or move somewhere, or to delete, for `run`. Nothing is changed.

        A path of a folder or project means what is in it; a path of a file, and an id, mean the thing itself.

        Args:
            sources: paths and ids.
            to: the destination, the path of a folder or project or a folder's id; None to delete.
            match: only what matches one of these globs: see `sbg_bulk.files.filters`.
            exclude: skip what matches one of these globs. Folders that match are not entered.
            newer_than: only what was changed after this: a datetime with a time zone, a date such as `2026-11-01`, or a
                time before now such as `7d`, `12h` or `30m`.
            type: only `file`, or only `folder`; folders come with all their contents.
            recursive: include subfolders. Without a filter each is one item, with all its contents, unless it exists at
                the destination: then its contents are compared. With a filter, the files that match are selected, in
                the same subfolders.
            parents: create the destination when the selection is run, if it is missing. Without it a missing one is an
                error.
            flatten: put all files directly into the destination, without subfolders.
            tags: only files with one of these tags.
            metadata: only files with these values of metadata: by key, one value or several of which one must match.
            on_conflict: what to do with a file whose name exists at the destination: `skip` it (a file with a different
                size is in `different`), let the platform `rename` it to `1_NAME`, or `fail` with InputError.
            whole: let the path of a folder mean the folder itself.
            moves: the selection is to be moved: what unfinished runs still need where it is, is skipped too.
            new_run: ignore unfinished runs on this machine. Without it, what they still have to do is skipped, as
                `pending`, or with `fail` raises InputError: done by two runs, a file would be created twice.
            on_request: called with the number of requests so far.

        Raises:
            InputError: something does not exist, or the selected items conflict.
        """
        return self._driver.run(
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

    def choose_exports(
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
        """Choose what to export to a volume, for `run` with EXPORT_COPY or EXPORT_REPLACE. Nothing is changed.

        A path of a folder or project means the files in it, which keep their subfolders below the prefix; a path of a
        file, and an id, mean the file itself. What the platform would refuse is left out and in `refused`: aliases,
        folders given by their ids, public files. Archived files are only found when they are submitted.

        Args:
            sources: paths and ids.
            to: a place on a volume that can be written to, `[NAME:]owner/volume[:prefix]`.
            match: only files that match one of these globs: see `sbg_bulk.files.filters`.
            exclude: skip what matches one of these globs. Folders that match are not entered.
            newer_than: only files changed after this; see `choose`.
            recursive: include the files in subfolders.
            tags: only files with one of these tags.
            metadata: only files with these values of metadata: by key, one value or several of which one must match.
            on_conflict: what to do with a file whose location is taken on the volume: `skip` it (one with a different
                size is in `different`), `overwrite` the object, or `fail` with InputError.
            on_request: called with the number of requests so far.

        Raises:
            InputError: something does not exist, the volume cannot be written to, or two files would become one object.
            NotFound: there is no such volume, or you cannot see it.
        """
        wanted = (match, exclude, newer_than, None, tags, metadata or {})
        return self._driver.run(
            self._runs.volumes.choose_exports(
                sources, to, wanted, recursive=recursive, on_conflict=on_conflict, on_request=on_request
            )
        )

    def export_files(
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
        """Export files to a volume, each exactly once, in a run that `resume` continues.

        Args:
            sources: paths and ids, or one of these.
            copy_only: keep the platform's copies. Give this or the next; there is no default.
            replace_with_alias: delete the platform's copies; aliases of what was exported take their place. This cannot
                be undone.
            options: how to do it.

        The other arguments are those of `choose_exports`.

        Returns:
            The report; None if everything is on the volume already.

        Raises:
            InputError: see `choose_exports`; or neither `copy_only` nor `replace_with_alias` was given.
        """
        job_type = self._runs.volumes.export_type(copy_only, replace_with_alias)
        given = [sources] if isinstance(sources, str) else sources
        choice = self.choose_exports(
            given, to=to, match=match, exclude=exclude, recursive=recursive, on_conflict=on_conflict
        )
        report = self.run(job_type, choice, options=options) if len(choice) else None
        return self._runs.volumes.with_left_out(choice, report)

    def choose_imports(
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
        """Choose what to import from a volume, for `run` with IMPORT. Nothing is changed.

        Each object becomes a file with a row of its own. Takes a request for each hundred entries of each folder of the
        volume, and what `choose` needs for the destination.

        Args:
            sources: places on one volume, `[NAME:]owner/volume[:prefix]`: an object, or a folder, which means what is
                in it.
            to: the destination, the path of a folder or project or a folder's id.
            match: only objects that match one of these globs: see `sbg_bulk.files.filters`.
            exclude: skip what matches one of these globs. Folders that match are not entered.
            newer_than: only objects changed after this, where the volume reports it; see `choose`.
            recursive: include the objects in subfolders.
            preserve_structure: keep these subfolders, which are created when the selection is run. Without it all files
                go into the destination itself.
            parents: create the destination when the selection is run, if it is missing. Without it a missing one is an
                error.
            on_conflict: what to do with an object whose name exists at the destination: `skip` it (one with a different
                size is in `different`), `overwrite` a file of a different size, let the platform `rename` it, or `fail`
                with InputError.
            on_request: called with the number of requests so far.

        Raises:
            InputError: there is nothing at a source, or the destination is missing, or two objects would become one
                file.
            NotFound: there is no such volume, or you cannot see it.
        """
        return self._driver.run(
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

    def import_files(
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
        """Import objects of a volume, each exactly once, in a run that `resume` continues.

        Args:
            sources: places on one volume, or one place.
            options: how to do it.

        The other arguments and errors are those of `choose_imports`.

        Returns:
            The report; None if everything is at the destination already.
        """
        choice = self.choose_imports(
            [sources] if isinstance(sources, str) else sources,
            to=to,
            match=match,
            exclude=exclude,
            recursive=recursive,
            preserve_structure=preserve_structure,
            parents=parents,
            on_conflict=on_conflict,
        )
        report = self.run(choice.job_types[0], choice, options=options) if len(choice) else None
        return self._runs.volumes.with_left_out(choice, report)

    def compare(
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
        """Compare what is in a folder or project, and below, with another: names, sizes and types. Nothing is changed.

        Folders that are on both sides are listed once on either, a request for each hundred entries. A folder that is
        on one side only is one mismatch, unless `each_file` is given, or a filter: then what is in it is listed too.

        Args:
            source: the path of a folder or project, or a folder's id; or a place on a volume, `owner/volume:prefix`.
            place: the other one, likewise. One of the two may be on a volume: the result is a `VolumeComparison` then,
                and each file counts.
            match: only files that match one of these globs: see `sbg_bulk.files.filters`.
            exclude: skip what matches one of these globs.
            newer_than: only files of the source that were changed after this; nothing counts as extra then.
            tags: only files with one of these tags.
            metadata: only files with these values of metadata: by key, one value or several of which one must match.
            each_file: each file in a folder that is on one side only is a mismatch, instead of the folder.
            one_way: what is at the place only does not count.
            on_request: called with the number of requests so far.

        Raises:
            InputError: one of the two does not exist, is a file, or is the other or in it.
        """
        return self._driver.run(
            self._runs.compare(
                source,
                place,
                (match, exclude, newer_than, None, tags, metadata or {}),
                each_file=each_file,
                one_way=one_way,
                on_request=on_request,
            )
        )

    def sync_plan(
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
        """Find what it takes to sync a folder or project with a source, for `sync`. Nothing is changed.

        What is missing is to be copied, and files of a different size are to be replaced. The source is never changed.

        Args:
            source: the path of a folder or project, or a folder's id.
            to: the folder or project that is to have the same, likewise.
            delete: delete what is not in the source, and replace a folder with a file or the reverse. What the filters
                leave out is never deleted. Cannot be combined with `newer_than`.
            parents: create the destination if it is missing. Without it, a missing one is an error.
            on_request: called with the number of requests so far.

        The other arguments are those of `compare`.

        Raises:
            InputError: one of the two does not exist, is a file, or is the other or in it; an earlier sync of the two
                was interrupted, or is running; another unfinished run of this machine is going to do some of it; or
                with `delete` everything would be deleted at a place that has nothing of the source.
        """
        return self._driver.run(
            self._runs.sync_plan(
                source,
                to,
                (match, exclude, newer_than, None, tags, metadata or {}),
                delete=delete,
                parents=parents,
                on_request=on_request,
            )
        )

    def sync(
        self,
        plan: SyncPlan,
        *,
        items_per_job: int = ITEMS_PER_JOB,
        options: RunOptions | None = None,
        within: float | None = None,
        on_change: Callable[[Progress], object] | None = None,
        on_wait: Callable[[Wait], object] | None = None,
    ) -> SyncReport:
        """Do what `sync_plan` found: copy what is missing, delete what is to be deleted, copy the replacements.

        These are up to three runs, in this order. Nothing is deleted unless all that was missing could be copied, and
        nothing is replaced unless the old one is gone. After an interruption, `resume` continues the run, and another
        plan finds what is left.

        The arguments and errors are those of `run`.
        """
        reports: list[RunReport] = []
        while (step := plan.next(reports)) is not None:
            report = self.run(
                *step,
                items_per_job=items_per_job,
                options=options,
                within=within,
                on_change=on_change,
                on_wait=on_wait,
            )
            reports.append(report)
        return plan.report(reports)

    def verify(self, run: str | Path, *, on_request: Callable[[int], object] | None = None) -> Verification:
        """List the destinations of a run again, and compare names and sizes with the run's results.

        Copied folders are compared with their sources, all below them included, where these are still there. What it
        was to move or delete is looked for in its old place too, where that is known or costs nothing. See
        `sbg_bulk.transfers.verify`.

        Args:
            run: its id, or its journal's path.
            on_request: called with the number of requests so far.

        Raises:
            InputError: it is not complete, or there is none.
        """
        with self._runs.opened(run) as opened:
            return self._driver.run(self._runs.verify(opened, on_request))

    def tree(
        self, place: str, *, depth: int | None = None, on_request: Callable[[int], object] | None = None
    ) -> Iterator[Branch]:
        """Produce what is in a folder or project and below, each folder before its contents, in the order of the names.

        Takes a request for each hundred entries of each folder, sent as they are asked for.

        Args:
            place: a path, or a folder's id.
            depth: how many levels to go down, from 1; None for all.
            on_request: called with the number of requests so far.
        """
        return self._driver.iterate(self._files.tree(place, depth, on_request))

    def usage(
        self, place: str, *, depth: int = 0, on_request: Callable[[int], object] | None = None
    ) -> Iterator[Usage]:
        """Produce how many files and bytes are in a folder or project: each folder after those in it, the place last.

        Takes a request for each hundred entries of each folder.

        Args:
            place: a path, or a folder's id.
            depth: down to how many levels below the place folders are produced; all are counted. 0 for the place alone.
            on_request: called with the number of requests so far.

        Raises:
            InputError: there is no such place, or it is a file; `depth` is below 0.
        """
        return self._driver.iterate(self._files.usage(place, depth, on_request))

    def create_folder(self, name: str, *, project: str | None = None, parent: str | None = None) -> File:
        """Create a folder in a project's root (`project`) or in a folder (`parent`).

        Raises:
            Conflict: it already exists.
            OutcomeUnknown: it may have been created.
        """
        return self._driver.run(self._files.create_folder(name, project, parent))

    def volumes(self) -> Iterator[Volume]:
        """Produce the volumes that you own or are a member of, reading a page at a time."""
        return self._driver.iterate(self._files.volumes())

    def volume(self, volume_id: str) -> Volume:
        """Read a volume by its id, `owner/name`."""
        return self._driver.run(self._files.volume(volume_id))

    def objects(self, place: str, *, recursive: bool = False, details: bool = False) -> Iterator[VolumeObject]:
        """Produce what is on a volume under a prefix; pages are read as they are asked for, and none is kept.

        Args:
            place: `[NAME:]owner/volume[:prefix]`. The locations begin with the prefix, which need not end in a slash.
            recursive: enter folders, instead of producing them: all objects whose locations begin so. Takes a request
                for each folder, and for each hundred entries.
            details: ask for sizes and dates too. The storage may still not report them.

        Raises:
            InputError: it is no place on a volume: a slash at the beginning of the prefix, `..` in it.
            NotFound: there is no such volume, or you cannot see it.
            PagingError: the pages do not fit together.
        """
        return self._driver.iterate(self._files.objects(place, recursive, details))

    def imports(
        self,
        *,
        volume: str | None = None,
        project: str | None = None,
        state: str | Iterable[str] | None = None,
        details: bool = False,
    ) -> Iterator[ImportJob]:
        """Produce the imports from volumes that you have started, reading a page of 100 at a time.

        Args:
            volume: only those from this volume, `owner/name`.
            project: only those into this project, `owner/project`.
            state: only those in this state, PENDING, RUNNING, COMPLETED or FAILED, or in one of these; in any case.
            details: have all of them, with source, destination, result and error. Without it they may have only id,
                state and `href`. Takes up to one request more for each hundred.
        """
        return self._driver.iterate(self._files.imports(volume, project, state, details))

    def import_job(self, import_id: str) -> ImportJob:
        """Read an import from a volume."""
        return self._driver.run(self._files.import_job(import_id))

    def exports(
        self, *, volume: str | None = None, state: str | Iterable[str] | None = None, details: bool = False
    ) -> Iterator[ExportJob]:
        """Produce the exports to volumes that you have started, reading a page of 100 at a time.

        The API has no filter by project. The arguments are those of `imports`.
        """
        return self._driver.iterate(self._files.exports(volume, state, details))

    def export_job(self, export_id: str) -> ExportJob:
        """Read an export to a volume."""
        return self._driver.run(self._files.export_job(export_id))

    def drs_import(self, import_id: str) -> DrsImport:
        """Read an import of files by their DRS URIs."""
        return self._driver.run(self._files.drs_import(import_id))

    def projects(self, *, name: str | None = None) -> Iterator[Project]:
        """Produce the projects that you are a member of, reading a page at a time.

        Args:
            name: only projects whose name contains this.
        """
        return self._driver.iterate(self._files.projects(name))

    def project(self, project_id: str) -> Project:
        """Read a project by its id, `owner/project`."""
        return self._driver.run(self._files.project(project_id))

    def user(self) -> User:
        """Read the user that the token belongs to."""
        return self._driver.run(self._files.user())

    def rate_limit(self) -> RateLimit:
        """Read how many requests are left in this window. Does not count against the limit."""
        return self._driver.run(self._files.rate_limit())

    def close(self) -> None:
        """Close the connections."""
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
