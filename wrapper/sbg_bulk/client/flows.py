"""The work of both clients, as flows that wait for a driver."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TypeAlias

from attrs import evolve

from sbg_bulk.api import lookups, pages
from sbg_bulk.api.pace import Meter, Pace
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.polling import Polling
from sbg_bulk.api.retry import Retry
from sbg_bulk.api.steps import Flow, produce, record
from sbg_bulk.api.waits import Wait
from sbg_bulk.errors import InputError
from sbg_bulk.files import tree
from sbg_bulk.files.filters import Filters, parse_since
from sbg_bulk.files.folders import make_folders
from sbg_bulk.files.paths import Location, is_path, place_of
from sbg_bulk.files.resolver import PathResolver
from sbg_bulk.items import DELETE, CopyItem, DeleteItem, MoveItem, items_of
from sbg_bulk.jobs import read, watch
from sbg_bulk.jobs.submit import submit
from sbg_bulk.jobs.wait import Totals, wait
from sbg_bulk.jobs.watch import JobRef
from sbg_bulk.models.job import Job
from sbg_bulk.models.resources import File, Project
from sbg_bulk.notebook import bars
from sbg_bulk.runs import choose, create, manifest, run, settle, store, verify
from sbg_bulk.runs.choice import Choice, Remaining
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.progress import Progress, RunOptions
from sbg_bulk.runs.result import RunReport
from sbg_bulk.runs.verification import Verification
from sbg_bulk.settings.names import meaning
from sbg_bulk.settings.settings import Settings

Given: TypeAlias = str | Mapping[str, str]
"""An item as a caller may write it: a file's id, or a mapping with the API's keys."""


Source: TypeAlias = Path | IO[bytes] | Choice | Remaining
"""What a run is made of: a manifest, what was chosen by paths, or what is left of a manifest."""


def _resuming(journal: Journal) -> str:
    return f"client.resume({store.reference(journal.plan.run, journal.path)!r})"


@contextmanager
def resumable(journal: Journal) -> Iterator[None]:
    """Note on whatever breaks a run off, an interrupt above all, how the run is taken up again."""
    try:
        yield
    except BaseException as broken:
        broken.add_note(f"The run is kept as it stands; go on with {_resuming(journal)}")
        raise


class ClientFlows:
    """The work of both clients, as flows that wait for a driver."""

    def __init__(
        self,
        settings: Settings,
        retry: Retry | None,
        polling: Polling | None,
        on_wait: Callable[[Wait], object] | None,
    ) -> None:
        self.settings = settings
        self._policy = RequestPolicy(retry or Retry(), polling or Polling(), on_wait=on_wait)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.settings.endpoint!r})"

    def _jobs(self, state: str | None, job_type: str | None, limit: int | None) -> Flow[None]:
        def wanted(job: Job) -> bool:
            return (state is None or job.state == state.upper()) and (job_type is None or job.type == job_type.upper())

        return pages.entries(self._policy, pages.jobs(), wanted, limit)

    def _job(self, job: Job | str, job_type: str | None) -> Flow[Job]:
        job_id, known_type = read.locate(self.settings.endpoint, job, job_type)
        return read.get(self._policy, job_id, known_type)

    def _refs(self, given: Iterable[Job | str], job_type: str | None) -> list[JobRef]:
        if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
            raise InputError("Give a job, its id or address, or a list of them.")
        references = list(given)
        if wrong := [one for one in references if not isinstance(one, Job | str)]:
            raise InputError(f"A job, its id or its address is wanted, not {wrong[0]!r}.")
        return [self._ref(one, job_type) for one in references]

    def _ref(self, reference: Job | str, job_type: str | None) -> JobRef:
        job = reference if isinstance(reference, Job) else None
        try:
            return JobRef(*read.locate(self.settings.endpoint, reference, job_type), job)
        except InputError:
            if job is None or not watch.only_listed(job):
                raise
            return JobRef(job.id, None, job)

    def _finish(
        self,
        refs: Sequence[JobRef],
        timeout: float | None,
        on_change: Callable[[Job], object] | None,
        on_progress: Callable[[Totals], object] | None,
        finished: Callable[[str, Job], Flow[None]],
    ) -> Flow[None]:
        if timeout is not None and not timeout >= 0:
            raise InputError(f"timeout: {timeout!r} is not a number of seconds from 0.")
        return wait(self._policy, refs, timeout, on_change, on_progress, finished)

    def _each_finished(
        self,
        given: Iterable[Job | str],
        job_type: str | None,
        timeout: float | None,
        on_change: Callable[[Job], object] | None,
        on_progress: Callable[[Totals], object] | None,
    ) -> Flow[None]:
        refs = self._refs(given, job_type)
        return self._finish(refs, timeout, on_change, on_progress, lambda _, job: produce(job))

    def _all_finished(
        self,
        given: Iterable[Job | str],
        job_type: str | None,
        timeout: float | None,
        on_change: Callable[[Job], object] | None,
        on_progress: Callable[[Totals], object] | None,
    ) -> Flow[list[Job]]:
        refs = self._refs(given, job_type)
        found: dict[str, Job] = {}

        def keep(job_id: str, job: Job) -> Flow[None]:
            found[job_id] = job
            yield from ()

        # A notebook gets a bar, unless the caller looks on by other means.
        display = bars.kernel_display() if on_change is None and on_progress is None else None
        with bars.for_wait(display) as on_bar:
            yield from self._finish(refs, timeout, on_change, on_progress or on_bar, keep)
        return [found[one.id] for one in refs]

    def _copy(self, items: Iterable[Given | CopyItem], project: str | None, parent: str | None) -> Flow[Job]:
        return submit(self._policy, items_of(CopyItem, items, project=project, parent=parent))

    def _move(self, items: Iterable[Given | MoveItem], project: str | None, parent: str | None) -> Flow[Job]:
        return submit(self._policy, items_of(MoveItem, items, project=project, parent=parent))

    def _delete(self, items: Iterable[Given | DeleteItem]) -> Flow[Job]:
        return submit(self._policy, items_of(DeleteItem, items))

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
        new = create.create(
            rows,
            kind,
            self.settings.endpoint,
            items_per_job=items_per_job,
            journal=journal,
            name=name,
            form=chosen_form,
        )
        if isinstance(source, Choice):
            new.remember(verify.CHOSEN, "paths")
        return new

    def _kind(self, job_type: str) -> str:
        if job_type.upper() not in manifest.ITEMS:
            raise InputError(f"job_type: {job_type!r} is none of: {', '.join(manifest.ITEMS)}.")
        return job_type.upper()

    def _prepared(self, job_type: str, source: Source, journal: Path | None) -> Flow[Mapping[Location, str]]:
        """Raise InputError unless there is something to do, and make the folders that it goes to."""
        kind = self._kind(job_type)
        if isinstance(source, (Choice, Remaining)) and not len(source):
            raise InputError("There is nothing to do: nothing was chosen, or all of it is there already.")
        if not isinstance(source, Choice):
            return {}
        source.check_type(kind)
        # Folders are not to be made for a run that cannot be.
        yield from record(lambda: create.check_can_keep(journal))
        return (yield from make_folders(self._lookup_policy(), source.folders, source.places))

    def _lookup_policy(self) -> RequestPolicy:
        """Return the policy of looking things up, which may take many requests: within the rate limit."""
        return evolve(self._policy, meter=Meter(Pace()))

    def _place(self, text: str) -> Location:
        """Return the place that a path or an id means, if it is on the deployment that the client is connected to."""
        place = place_of(text)
        if place.deployment is not None and meaning(place.deployment).endpoint != self.settings.endpoint:
            raise InputError(
                f"{text!r} is on another deployment than {self.settings.endpoint}, which the client is connected to."
            )
        return place

    def _locate(self, path: str) -> Flow[File | Project]:
        if not is_path(path):
            return (yield from lookups.file(self._policy, path))
        place = self._place(path)
        if not place.names:
            return (yield from lookups.project(self._policy, place.project or ""))
        resolver = PathResolver(self._policy)
        yield from resolver.look_up([place])
        return resolver.existing(place)

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
        since = parse_since(newer_than, datetime.now(UTC)) if isinstance(newer_than, str) else newer_than
        return choose.choose(
            self._lookup_policy(),
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
        if kind == DELETE:
            raise InputError("Nothing can be in the way of a deletion: it has no destination.")
        if isinstance(source, Path):
            with manifest.opened(source) as stream:
                guessed = form or manifest.guess_format(source.name)
                return (yield from self._remaining(kind, stream, defaults, guessed, on_request))
        rows = manifest.read(source, manifest.ITEMS[kind], form, defaults)
        name = str(getattr(source, "name", "-"))
        return (yield from choose.remaining(self._lookup_policy(), rows, name, rows.form, on_request))

    def _tree(self, place: str, depth: int | None, on_request: Callable[[int], object] | None) -> Flow[None]:
        if depth is not None and depth < 1:
            raise InputError(f"depth: {depth} is not at least 1.")
        return tree.tree(self._lookup_policy(), self._place(place), depth, on_request)

    def _verify(self, journal: Journal, on_request: Callable[[int], object] | None) -> Flow[Verification]:
        return verify.verify(self._lookup_policy(), journal, on_request)

    def _opened(self, run: str | Path) -> Journal:
        journal = Journal.open(store.find(run))
        try:
            create.check_deployment(journal, self.settings.endpoint)
        except BaseException:
            journal.close()
            raise
        return journal

    def _decide(self, journal: Journal, adopt: str | None, resubmit: bool) -> Flow[None]:
        if adopt is not None:
            yield from settle.check_adoption(self._policy, journal, adopt)
        yield from record(lambda: create.decide(journal, adopt=adopt, resubmit=resubmit))

    def _retried(self, run: str | Path, journal: Path | None) -> Journal:
        with self._opened(run) as earlier:
            return create.retry(earlier, journal)

    def _execute(
        self,
        journal: Journal,
        options: RunOptions | None,
        within: float | None,
        on_change: Callable[[Progress], object] | None,
        on_wait: Callable[[Wait], object] | None,
    ) -> Flow[RunReport]:
        patience = evolve(self._policy.retry, within=math.inf if within is None else within)
        policy = evolve(self._policy, retry=patience, on_wait=on_wait or self._policy.on_wait)
        mark = self.settings.token.mark(journal.plan.run)
        display = bars.kernel_display() if on_change is None and on_wait is None else None
        with bars.for_run(display, _resuming(journal)) as on_bar:
            tally = yield from run.run(policy, journal, options or RunOptions(), on_change or on_bar, token=mark)
        return RunReport(journal.plan.run, journal.path, tally)
