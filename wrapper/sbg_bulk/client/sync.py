"""The clients: what a user of the library calls. Each method names a flow and has a driver perform it."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self, TypeAlias, overload

import httpx
from attrs import evolve

from sbg_bulk.api import lookups, pages
from sbg_bulk.api.drivers.aio import AwaitingDriver
from sbg_bulk.api.drivers.base import TIMEOUT
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.pace import Meter, Pace
from sbg_bulk.api.polling import Polling
from sbg_bulk.api.request import Manner
from sbg_bulk.api.retry import Retry
from sbg_bulk.api.steps import Flow, produce, record
from sbg_bulk.api.waits import Wait
from sbg_bulk.errors import InputError
from sbg_bulk.files import resolver as locating
from sbg_bulk.files import tree as trees
from sbg_bulk.files.filters import Filters, moment
from sbg_bulk.files.paths import Location, is_path, place_of
from sbg_bulk.jobs import read as jobs
from sbg_bulk.jobs import watch
from sbg_bulk.jobs.watch import Totals, Wanted
from sbg_bulk.models import job as model
from sbg_bulk.models.job import CopyItem, DeleteItem, File, Job, MoveItem, Page, Project, RateLimit, User
from sbg_bulk.notebook import bars
from sbg_bulk.runs import choose as choosing
from sbg_bulk.runs import create as runs
from sbg_bulk.runs import manifest, run, settle
from sbg_bulk.runs import store as places
from sbg_bulk.runs import verify as verifying
from sbg_bulk.runs.choice import Choice, Remaining
from sbg_bulk.runs.create import RunReport
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.run import Progress, RunOptions
from sbg_bulk.runs.verification import Verification
from sbg_bulk.settings.names import meaning
from sbg_bulk.settings.settings import Settings, Token

Given: TypeAlias = str | Mapping[str, str]
"""An item as a caller may write it: a file's id, or a mapping with the API's keys."""


Source: TypeAlias = Path | IO[bytes] | Choice | Remaining
"""What a run is made of: a manifest, what was chosen by paths, or what is left of a manifest."""


def _resuming(journal: Journal) -> str:
    return f"client.resume({places.reference(journal.plan.run, journal.path)!r})"


@contextmanager
def _resumable(journal: Journal) -> Iterator[None]:
    """Note on whatever breaks a run off, an interrupt above all, how the run is taken up again."""
    try:
        yield
    except BaseException as broken:
        broken.add_note(f"The run is kept as it stands; go on with {_resuming(journal)}")
        raise


class _Flows:
    """What both clients do, as flows that wait for a driver."""

    def __init__(
        self,
        settings: Settings,
        retry: Retry | None,
        polling: Polling | None,
        on_wait: Callable[[Wait], object] | None,
    ) -> None:
        self.settings = settings
        self._manner = Manner(retry or Retry(), polling or Polling(), on_wait=on_wait)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.settings.endpoint!r})"

    def _jobs(self, state: str | None, job_type: str | None, limit: int | None) -> Flow[None]:
        def wanted(job: Job) -> bool:
            return (state is None or job.state == state.upper()) and (job_type is None or job.type == job_type.upper())

        return pages.entries(self._manner, pages.jobs(), wanted, limit)

    def _job(self, job: Job | str, job_type: str | None) -> Flow[Job]:
        job_id, known_type = jobs.locate(self.settings.endpoint, job, job_type)
        return jobs.get(self._manner, job_id, known_type)

    def _wanted(self, given: Iterable[Job | str], job_type: str | None) -> list[Wanted]:
        if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
            raise InputError("Give a job, its id or address, or a list of them.")
        references = list(given)
        if wrong := [one for one in references if not isinstance(one, Job | str)]:
            raise InputError(f"A job, its id or its address is wanted, not {wrong[0]!r}.")
        return [self._one_wanted(one, job_type) for one in references]

    def _one_wanted(self, reference: Job | str, job_type: str | None) -> Wanted:
        job = reference if isinstance(reference, Job) else None
        try:
            return Wanted(*jobs.locate(self.settings.endpoint, reference, job_type), job)
        except InputError:
            if job is None or not watch.only_listed(job):
                raise
            return Wanted(job.id, None, job)

    def _finish(
        self,
        wanted: Sequence[Wanted],
        timeout: float | None,
        on_change: Callable[[Job], object] | None,
        on_progress: Callable[[Totals], object] | None,
        finished: Callable[[str, Job], Flow[None]],
    ) -> Flow[None]:
        if timeout is not None and not timeout >= 0:
            raise InputError(f"timeout: {timeout!r} is not a number of seconds from 0.")
        return watch.wait(self._manner, wanted, timeout, on_change, on_progress, finished)

    def _each_finished(
        self,
        given: Iterable[Job | str],
        job_type: str | None,
        timeout: float | None,
        on_change: Callable[[Job], object] | None,
        on_progress: Callable[[Totals], object] | None,
    ) -> Flow[None]:
        wanted = self._wanted(given, job_type)
        return self._finish(wanted, timeout, on_change, on_progress, lambda _, job: produce(job))

    def _all_finished(
        self,
        given: Iterable[Job | str],
        job_type: str | None,
        timeout: float | None,
        on_change: Callable[[Job], object] | None,
        on_progress: Callable[[Totals], object] | None,
    ) -> Flow[list[Job]]:
        wanted = self._wanted(given, job_type)
        found: dict[str, Job] = {}

        def keep(job_id: str, job: Job) -> Flow[None]:
            found[job_id] = job
            yield from ()

        # A notebook gets a bar, unless the caller looks on by other means.
        display = bars.kernel_display() if on_change is None and on_progress is None else None
        with bars.for_wait(display) as on_bar:
            yield from self._finish(wanted, timeout, on_change, on_progress or on_bar, keep)
        return [found[one.id] for one in wanted]

    def _copy(self, items: Iterable[Given | CopyItem], project: str | None, parent: str | None) -> Flow[Job]:
        return jobs.submit(self._manner, model.items_of(CopyItem, items, project=project, parent=parent))

    def _move(self, items: Iterable[Given | MoveItem], project: str | None, parent: str | None) -> Flow[Job]:
        return jobs.submit(self._manner, model.items_of(MoveItem, items, project=project, parent=parent))

    def _delete(self, items: Iterable[Given | DeleteItem]) -> Flow[Job]:
        return jobs.submit(self._manner, model.items_of(DeleteItem, items))

    def _new_run(
        self,
        job_type: str,
        source: Source,
        defaults: manifest.Defaults,
        form: manifest.Format | None,
        journal: Path | None,
        items_per_job: int,
        made: Mapping[Location, str],
    ) -> Journal:
        kind = self._kind(job_type)
        if isinstance(source, Path):
            with manifest.opened(source) as stream:
                guessed = form or manifest.guess_format(source.name)
                return self._new_run(kind, stream, defaults, guessed, journal, items_per_job, made)
        rows: Iterable[manifest.Row | manifest.Problem]
        if isinstance(source, Choice):
            rows, name, chosen_form = source.rows(kind, made), source.name, "csv"
        elif isinstance(source, Remaining):
            rows, name, chosen_form = source.rows, source.name, source.form
        else:
            read = manifest.read(source, manifest.ITEMS[kind], form, defaults)
            rows, name, chosen_form = read, str(getattr(source, "name", "-")), read.form
        new = runs.create(
            rows,
            kind,
            self.settings.endpoint,
            items_per_job=items_per_job,
            journal=journal,
            name=name,
            form=chosen_form,
        )
        if isinstance(source, Choice):
            new.remember(verifying.CHOSEN, "paths")
        return new

    def _kind(self, job_type: str) -> str:
        if job_type.upper() not in manifest.ITEMS:
            raise InputError(f"job_type: {job_type!r} is none of: {', '.join(manifest.ITEMS)}.")
        return job_type.upper()

    def _prepared(self, job_type: str, source: Source, journal: Path | None) -> Flow[Mapping[Location, str]]:
        """See that there is something to do, and make the folders that it goes to."""
        kind = self._kind(job_type)
        if isinstance(source, (Choice, Remaining)) and not len(source):
            raise InputError("There is nothing to do: nothing was chosen, or all of it is there already.")
        if not isinstance(source, Choice):
            return {}
        source.check_type(kind)
        # Folders are not to be made for a run that cannot be.
        yield from record(lambda: runs.check_can_keep(journal))
        return (yield from choosing.make_folders(self._looking(), source.folders, source.places))

    def _looking(self) -> Manner:
        """The manner of looking things up, which may take many requests: within the rate limit."""
        return evolve(self._manner, meter=Meter(Pace()))

    def _place(self, text: str) -> Location:
        """The place that a path or an id means, if it is on the deployment that the client is connected to."""
        place = place_of(text)
        if place.deployment is not None and meaning(place.deployment).endpoint != self.settings.endpoint:
            raise InputError(
                f"{text!r} is on another deployment than {self.settings.endpoint}, which the client is connected to."
            )
        return place

    def _locate(self, path: str) -> Flow[File | Project]:
        if not is_path(path):
            return (yield from lookups.file(self._manner, path))
        place = self._place(path)
        if not place.names:
            return (yield from lookups.project(self._manner, place.project or ""))
        atlas = locating.Atlas(self._manner)
        yield from atlas.look_up([place])
        return atlas.existing(place)

    def _choose(
        self,
        sources: Iterable[str],
        to: str | None,
        match: Iterable[str],
        exclude: Iterable[str],
        newer_than: datetime | str | None,
        type: str | None,
        recursive: bool,
        parents: bool,
        skip_existing: bool,
        on_request: Callable[[int], object] | None,
    ) -> Flow[Choice]:
        if isinstance(sources, str):
            raise InputError("sources: give a list, even if it is only one path or id.")
        given = list(sources)
        for text in (*filter(is_path, given), *([] if to is None else [to])):
            self._place(text)
        since = moment(newer_than, datetime.now(UTC)) if isinstance(newer_than, str) else newer_than
        return choosing.choose(
            self._looking(),
            given,
            to,
            Filters(tuple(match), tuple(exclude), since, type),
            recursive=recursive,
            parents=parents,
            skip_existing=skip_existing,
            on_request=on_request,
        )

    def _remaining(
        self,
        job_type: str,
        source: Path | IO[bytes],
        defaults: manifest.Defaults,
        form: manifest.Format | None,
        on_request: Callable[[int], object] | None,
    ) -> Flow[Remaining]:
        kind = self._kind(job_type)
        if kind == model.DELETE:
            raise InputError("Nothing can be in the way of a deletion: it has no destination.")
        if isinstance(source, Path):
            with manifest.opened(source) as stream:
                guessed = form or manifest.guess_format(source.name)
                return (yield from self._remaining(kind, stream, defaults, guessed, on_request))
        rows = manifest.read(source, manifest.ITEMS[kind], form, defaults)
        name = str(getattr(source, "name", "-"))
        return (yield from choosing.remaining(self._looking(), rows, name, rows.form, on_request))

    def _tree(self, place: str, depth: int | None, on_request: Callable[[int], object] | None) -> Flow[None]:
        if depth is not None and depth < 1:
            raise InputError(f"depth: {depth} is not at least 1.")
        return trees.tree(self._looking(), self._place(place), depth, on_request)

    def _verify(self, journal: Journal, on_request: Callable[[int], object] | None) -> Flow[Verification]:
        return verifying.verify(self._looking(), journal, on_request)

    def _opened(self, run: str | Path) -> Journal:
        journal = Journal.open(runs.find(run))
        try:
            runs.check_deployment(journal, self.settings.endpoint)
        except BaseException:
            journal.close()
            raise
        return journal

    def _decide(self, journal: Journal, adopt: str | None, resubmit: bool) -> Flow[None]:
        if adopt is not None:
            yield from settle.check_adoption(self._manner, journal, adopt)
        yield from record(lambda: runs.decide(journal, adopt=adopt, resubmit=resubmit))

    def _retried(self, run: str | Path, journal: Path | None) -> Journal:
        with self._opened(run) as earlier:
            return runs.retry(earlier, journal)

    def _carry(
        self,
        journal: Journal,
        options: RunOptions | None,
        within: float | None,
        on_change: Callable[[Progress], object] | None,
        on_wait: Callable[[Wait], object] | None,
    ) -> Flow[RunReport]:
        patience = evolve(self._manner.retry, within=math.inf if within is None else within)
        manner = evolve(self._manner, retry=patience, on_wait=on_wait or self._manner.on_wait)
        mark = self.settings.token.mark(journal.plan.run)
        display = bars.kernel_display() if on_change is None and on_wait is None else None
        with bars.for_run(display, _resuming(journal)) as on_bar:
            tally = yield from run.run(manner, journal, options or RunOptions(), on_change or on_bar, token=mark)
        return RunReport(journal.plan.run, journal.path, tally)


class Client(_Flows):
    """The API, one call after the other. Works wherever Python does, inside a running event loop too.

    Use it as a context manager, or call `close`. It may be used by one thread at a time.

    Proxies and certificate authorities are taken from the environment: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and
    `NO_PROXY`, in capitals or not, `SSL_CERT_FILE` (one file of certificates, in PEM) and `SSL_CERT_DIR`. They take the
    place of the usual authorities. `REQUESTS_CA_BUNDLE` is not read.

    Args:
        endpoint: a base URL, or a deployment's short name (us, eu, cgc, cavatica, bdc, cn). Without it, the
            environment or the credentials file says: see `sbg_bulk.settings.settings`.
        token: the token, if not to be taken from there.
        profile: a section of the credentials file. Default: the one that `SB_PROFILE` names, or `default`.
        credentials: the credentials file, if not ~/.sevenbridges/credentials.
        timeout: seconds for each phase of a request, or httpx.Timeout. Default: 10 to connect, 60 to read.
        retry: how long and how often a request is tried again.
        polling: how often a job is looked at while waiting for it.
        on_wait: called before each pause, with what it is for: a refusal, a failure, the rate limit, the next look at
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
        super().__init__(Settings.find(endpoint, token, profile, credentials=credentials), retry, polling, on_wait)
        self._driver = driver(self.settings, httpx.Timeout(timeout))

    def jobs_page(self, offset: int = 0, limit: int = 25) -> Page[Job]:
        """One page of the list of jobs: one request.

        Args:
            offset: how many jobs to skip, from 0.
            limit: how many jobs to read at most, 1 to 100.
        """
        return self._driver.run(pages.page(self._manner, pages.jobs(), offset, limit))

    def jobs(self, *, state: str | None = None, type: str | None = None, limit: int | None = None) -> Iterator[Job]:
        """All jobs that have not expired, read a page of 100 at a time as they are asked for.

        The order is the server's, and not documented. The API has no filters: these are applied to what was
        read.

        Args:
            state: only jobs in this state, in any case.
            type: only jobs of this type, in any case.
            limit: how many jobs to produce at most.

        Raises:
            PagingError: the pages do not fit together.
        """
        return self._driver.iterate(self._jobs(state, type, limit))

    def job(self, job: Job | str, *, type: str | None = None) -> Job:
        """Read a job.

        Args:
            job: a job, its id, or its address (`href`).
            type: COPY, MOVE or DELETE; with an id alone, saves up to two requests.

        Raises:
            NotFound: there is no such job, it is another user's, or it ended more than a month ago.
        """
        return self._driver.run(self._job(job, type))

    def copy(self, items: Iterable[Given | CopyItem], *, project: str | None = None, parent: str | None = None) -> Job:
        """Submit a copy of files and folders: one job.

        Args:
            items: file ids, mappings with `file`, `parent`, `project` and `name`, or CopyItem objects.
            project: where to, for items that do not say: a project's id, `owner/project`.
            parent: where to, for items that do not say: a folder's id.

        Raises:
            InputError: an item is malformed; nothing was sent.
            OutcomeUnknown: the job may have been started; it was not submitted again.
        """
        return self._driver.run(self._copy(items, project, parent))

    def move(self, items: Iterable[Given | MoveItem], *, project: str | None = None, parent: str | None = None) -> Job:
        """Submit a move of files and folders: one job. Files keep their ids, folders get new ones.

        The arguments and errors are those of `copy`.
        """
        return self._driver.run(self._move(items, project, parent))

    def delete(self, items: Iterable[Given | DeleteItem]) -> Job:
        """Submit a deletion of files and folders: one job. Folders are deleted with all they hold.

        Args:
            items: file ids, mappings with `file`, or DeleteItem objects.

        Raises:
            InputError: an item is malformed; nothing was sent.
            OutcomeUnknown: the job may have been started; it was not submitted again.
        """
        return self._driver.run(self._delete(items))

    def run(
        self,
        job_type: str,
        source: Source,
        *,
        project: str | None = None,
        parent: str | None = None,
        form: manifest.Format | None = None,
        journal: Path | None = None,
        items_per_job: int = runs.ITEMS_PER_JOB,
        options: RunOptions | None = None,
        within: float | None = None,
        on_change: Callable[[Progress], object] | None = None,
        on_wait: Callable[[Wait], object] | None = None,
    ) -> RunReport:
        """Do all rows of a manifest of any size, each exactly once, in as many jobs as that takes.

        A run that is broken off, by an interrupt too, is kept: `resume` takes it up again. In a notebook a bar shows
        how far it is, unless a callback is given.

        Args:
            job_type: COPY, MOVE or DELETE, in any case.
            source: the manifest: see `sbg_bulk.runs.manifest`. Or what `choose` or `remaining` found; the missing
                folders of a choice are made first, and the three arguments that follow do not count.
            project: where to, for rows that do not say: a project's id.
            parent: where to, for rows that do not say: a folder's id.
            form: the manifest's format; None to go by its name, or by its first line.
            journal: where to keep the record of the run; None for the user's state folder.
            items_per_job: how many rows are submitted as one job.
            options: how to go about it.
            within: seconds for which each request is tried again; None for no end.
            on_change: called with the progress when it has changed. What it raises ends the run.
            on_wait: called before each pause, with what it is for. The progress that `on_change` gets says it too.

        Raises:
            ManifestError: the manifest has problems; nothing was sent.
            JournalError: the record cannot be kept; nothing was sent that is not in it.
            RunStopped: it cannot be told what became of a submission; `resume` says what a person decides.
            InputError: nothing was chosen, or the job does not go with the choice.
        """
        made = self._driver.run(self._prepared(job_type, source, journal))
        defaults = manifest.Defaults(parent, project)
        with (
            self._new_run(job_type, source, defaults, form, journal, items_per_job, made) as opened,
            _resumable(opened),
        ):
            return self._driver.run(self._carry(opened, options, within, on_change, on_wait))

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
        """Take up a run where it stands.

        Args:
            run: its id, or its journal's path.
            adopt: the id of the job that the submission of unknown outcome started, as a person found out.
            resubmit: whether that submission started none, as a person found out.

        The other arguments and errors are those of `run`.

        Raises:
            InputError: the job to adopt does not exist or is certainly another's; nothing was changed.
        """
        with self._opened(run) as opened, _resumable(opened):
            self._driver.run(self._decide(opened, adopt, resubmit))
            return self._driver.run(self._carry(opened, options, within, on_change, on_wait))

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
        """Make a new run of the rows of another that failed, and carry it to its end.

        Args:
            run: the other run's id, or its journal's path.

        The other arguments and errors are those of `run`.

        Raises:
            InputError: nothing has failed in it.
        """
        with self._retried(run, journal) as opened, _resumable(opened):
            return self._driver.run(self._carry(opened, options, within, on_change, on_wait))

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
        """Wait until a job, or each of several, is FINISHED. Look at `succeeded` and `failures` then.

        Any number of jobs can be waited for: a page of the list shows a hundred of them for one request. How often
        they are looked at is a matter of `polling`. In a notebook a bar shows how far they are, unless a callback is
        given.

        Args:
            job: a job, its id, or its address; or several of these.
            type: COPY, MOVE or DELETE; with an id alone, saves up to two requests.
            timeout: the most seconds to wait, for all of them together; None for no end.
            on_change: called with a job when it is first seen and when its state or counts have changed. What it
                raises ends the wait.
            on_progress: called with the totals over all jobs when they have changed. What it raises ends the wait.

        Returns:
            The job, or a list of them in the order in which they were given. One that was FINISHED when it was read
            is returned as it is.

        Raises:
            WaitTimeout: jobs were still under way when the time was up; it names them, and has the others.
            JobLost: jobs cannot be found; it names them, and has the others. Raised when all others have ended.
        """
        if isinstance(job, (Job, str)):
            return self._driver.run(self._all_finished([job], type, timeout, on_change, on_progress))[0]
        return self._driver.run(self._all_finished(job, type, timeout, on_change, on_progress))

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
        Between two jobs nothing is looked at until the next one is asked for.
        """
        return self._driver.iterate(self._each_finished(jobs, type, timeout, on_change, on_progress))

    def files_page(
        self,
        project: str | None = None,
        *,
        parent: str | None = None,
        name: str | None = None,
        offset: int = 0,
        limit: int = 25,
    ) -> Page[File]:
        """One page of what is directly in a project's root or a folder: one request. See `files`."""
        return self._driver.run(pages.page(self._manner, pages.files(project, parent, name), offset, limit))

    def files(
        self,
        project: str | None = None,
        *,
        parent: str | None = None,
        name: str | None = None,
        details: bool = False,
    ) -> Iterator[File]:
        """What is directly in a project's root or in a folder, not below; pages are read as they are asked for.

        Args:
            project: a project's id, `owner/project`. Exclusive with `parent`.
            parent: a folder's id.
            name: only entries of exactly this name.
            details: ask for dates and sizes too. A service may leave them out all the same.
        """
        fields = "_all" if details else None
        return self._driver.iterate(pages.entries(self._manner, pages.files(project, parent, name, fields)))

    def file(self, file_id: str) -> File:
        """Read a file or folder."""
        return self._driver.run(lookups.file(self._manner, file_id))

    def locate(self, path: str) -> File | Project:
        """What a path names.

        Takes a request for each name after `owner/project`; for a project, or for an id, one.

        Args:
            path: `[NAME:]owner/project[/folder/...[/file]]`, where NAME is a profile or a deployment's short name that
                has to be the client's; or an id.

        Raises:
            InputError: there is no such folder or file.
            NotFound: there is no such project.
        """
        return self._driver.run(self._locate(path))

    def destination(self, to: str, *, parents: bool = False) -> Location:
        """Where a path or a folder's id leads, as the `project` or the `folder` of a place without names.

        Takes a request for each folder on the path, and one for each that is made.

        Args:
            to: a path, or a folder's id.
            parents: whether missing folders are made.

        Raises:
            InputError: a folder is missing, and is not to be made; or a file stands in its place.
        """
        self._place(to)
        return self._driver.run(choosing.destination(self._manner, to, parents))

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
        skip_existing: bool = False,
        on_request: Callable[[int], object] | None = None,
    ) -> Choice:
        """Choose what to copy or move somewhere, or to delete, for `run`. Nothing is changed.

        A path of a folder or project means what is in it; a path of a file, and an id, mean the thing itself.

        Args:
            sources: paths and ids.
            to: the destination, the path of a folder or project or a folder's id; None to delete.
            match: only what one of these globs fits: see `sbg_bulk.files.filters`.
            exclude: nothing that one of these globs fits. Folders that one fits are not entered.
            newer_than: only what was changed after this: a datetime with a time zone, a date such as `2026-11-01`, or a
                time before now such as `7d`, `12h` or `30m`.
            type: only `file`, or only `folder`; such folders are taken with all they hold.
            recursive: what is in subfolders too. Without a filter each of these is one item, with all it holds. With
                one they are looked through, and their structure is kept.
            parents: have missing folders made when the choice is run. Without it they are an error.
            skip_existing: leave out what has the name of something in the place where it would go.
            on_request: called with the number of requests so far.

        Raises:
            InputError: something is not there, or what is chosen does not go together.
        """
        return self._driver.run(
            self._choose(sources, to, match, exclude, newer_than, type, recursive, parents, skip_existing, on_request)
        )

    def remaining(
        self,
        job_type: str,
        source: Path | IO[bytes],
        *,
        project: str | None = None,
        parent: str | None = None,
        form: manifest.Format | None = None,
        on_request: Callable[[int], object] | None = None,
    ) -> Remaining:
        """The rows of a manifest whose name is not where they go yet, for `run`.

        Each destination is listed once. A row without a `name` costs a request, unless its destination is empty. The
        rows are held in memory.

        Args:
            job_type: COPY or MOVE, in any case.
            on_request: called with the number of requests so far.

        The other arguments and errors are those of `run`.
        """
        defaults = manifest.Defaults(parent, project)
        return self._driver.run(self._remaining(job_type, source, defaults, form, on_request))

    def verify(self, run: str | Path, *, on_request: Callable[[int], object] | None = None) -> Verification:
        """List the destinations of a run anew, and compare name by name with what it says that it did.

        What it was to move or delete is looked for in its old place too, where that is known or costs nothing. See
        `sbg_bulk.runs.verify`.

        Args:
            run: its id, or its journal's path.
            on_request: called with the number of requests so far.

        Raises:
            InputError: it is not complete, or there is none.
        """
        with self._opened(run) as opened:
            return self._driver.run(self._verify(opened, on_request))

    def tree(
        self, place: str, *, depth: int | None = None, on_request: Callable[[int], object] | None = None
    ) -> Iterator[trees.Branch]:
        """What is in a folder or project and below it, each folder before what is in it, in the order of the names.

        Takes a request for each hundred entries of each folder, sent as they are asked for.

        Args:
            place: a path, or a folder's id.
            depth: how many levels to go down, from 1; None for all.
            on_request: called with the number of requests so far.
        """
        return self._driver.iterate(self._tree(place, depth, on_request))

    def create_folder(self, name: str, *, project: str | None = None, parent: str | None = None) -> File:
        """Make a folder in a project's root (`project`) or in a folder (`parent`).

        Raises:
            Conflict: there is one of that name.
            OutcomeUnknown: it may have been made.
        """
        return self._driver.run(lookups.create_folder(self._manner, name, project, parent))

    def projects(self, *, name: str | None = None) -> Iterator[Project]:
        """The projects of the token's user, read a page at a time.

        Args:
            name: only projects whose name contains this.
        """
        return self._driver.iterate(pages.entries(self._manner, pages.projects(name)))

    def project(self, project_id: str) -> Project:
        """Read a project by its id, `owner/project`."""
        return self._driver.run(lookups.project(self._manner, project_id))

    def user(self) -> User:
        """Who the token belongs to."""
        return self._driver.run(lookups.user(self._manner))

    def rate_limit(self) -> RateLimit:
        """How many requests are left in this window. Does not count against the limit."""
        return self._driver.run(lookups.rate_limit(self._manner))

    def close(self) -> None:
        """Close the connections."""
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(_Flows):
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
        return await self._driver.run(pages.page(self._manner, pages.jobs(), offset, limit))

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
        items_per_job: int = runs.ITEMS_PER_JOB,
        options: RunOptions | None = None,
        within: float | None = None,
        on_change: Callable[[Progress], object] | None = None,
        on_wait: Callable[[Wait], object] | None = None,
    ) -> RunReport:
        made = await self._driver.run(self._prepared(job_type, source, journal))
        defaults = manifest.Defaults(parent, project)
        with (
            self._new_run(job_type, source, defaults, form, journal, items_per_job, made) as opened,
            _resumable(opened),
        ):
            return await self._driver.run(self._carry(opened, options, within, on_change, on_wait))

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
        with self._opened(run) as opened, _resumable(opened):
            await self._driver.run(self._decide(opened, adopt, resubmit))
            return await self._driver.run(self._carry(opened, options, within, on_change, on_wait))

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
        with self._retried(run, journal) as opened, _resumable(opened):
            return await self._driver.run(self._carry(opened, options, within, on_change, on_wait))

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
        return await self._driver.run(pages.page(self._manner, pages.files(project, parent, name), offset, limit))

    def files(
        self,
        project: str | None = None,
        *,
        parent: str | None = None,
        name: str | None = None,
        details: bool = False,
    ) -> AsyncIterator[File]:
        fields = "_all" if details else None
        return self._driver.iterate(pages.entries(self._manner, pages.files(project, parent, name, fields)))

    async def file(self, file_id: str) -> File:
        return await self._driver.run(lookups.file(self._manner, file_id))

    async def locate(self, path: str) -> File | Project:
        return await self._driver.run(self._locate(path))

    async def destination(self, to: str, *, parents: bool = False) -> Location:
        self._place(to)
        return await self._driver.run(choosing.destination(self._manner, to, parents))

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
    ) -> AsyncIterator[trees.Branch]:
        return self._driver.iterate(self._tree(place, depth, on_request))

    async def create_folder(self, name: str, *, project: str | None = None, parent: str | None = None) -> File:
        return await self._driver.run(lookups.create_folder(self._manner, name, project, parent))

    def projects(self, *, name: str | None = None) -> AsyncIterator[Project]:
        return self._driver.iterate(pages.entries(self._manner, pages.projects(name)))

    async def project(self, project_id: str) -> Project:
        return await self._driver.run(lookups.project(self._manner, project_id))

    async def user(self) -> User:
        return await self._driver.run(lookups.user(self._manner))

    async def rate_limit(self) -> RateLimit:
        return await self._driver.run(lookups.rate_limit(self._manner))

    async def close(self) -> None:
        await self._driver.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
