"""The work of both clients with runs, as flows that wait for a driver: choose, carry, take up again, verify."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

from attrs import evolve

from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.api.waits import Wait
from sbg_bulk.client.changes import ChangeFlows, Listed
from sbg_bulk.client.places import lookup_policy, place_on, volume_place_on
from sbg_bulk.client.volumes import CHECKED, JOB_TYPES, VolumeFlows
from sbg_bulk.client.wanted import Wanted, filters_of
from sbg_bulk.errors import InputError
from sbg_bulk.families import FAMILIES, family_of
from sbg_bulk.files import compare
from sbg_bulk.files.addresses import is_address
from sbg_bulk.files.comparison import Comparison
from sbg_bulk.files.paths import Location, is_path, unpasted
from sbg_bulk.items import DELETE, MOVE, Item, check_destination, items_of
from sbg_bulk.jobs.submit import submit
from sbg_bulk.models.job import Job
from sbg_bulk.notebook import bars
from sbg_bulk.runs import create, decide, kept_options, resolve, run, store
from sbg_bulk.runs.draft import Draft
from sbg_bulk.runs.family import Brings, Family
from sbg_bulk.runs.forms import ReadFormat
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.progress import Progress, RunOptions
from sbg_bulk.runs.records import CHOSEN
from sbg_bulk.runs.result import RunReport
from sbg_bulk.runs.rows import Defaults
from sbg_bulk.runs.verification import Verification
from sbg_bulk.settings.settings import Settings, Token
from sbg_bulk.text import either, one_of
from sbg_bulk.transfers import choose, manifest, sync
from sbg_bulk.transfers.choice import RENAMED, Choice, OnConflict
from sbg_bulk.transfers.conflicts import taken, under_way
from sbg_bulk.transfers.misplaced import check_paths
from sbg_bulk.transfers.row_conflicts import check_items, look_at_deletions, look_at_rows
from sbg_bulk.transfers.sync import SyncPlan
from sbg_bulk.volume_jobs.choice import VolumeChoice
from sbg_bulk.volumes.places import is_volume_place

Source: TypeAlias = Path | IO[bytes] | Draft | Choice | VolumeChoice
"""What a run is made of: a manifest, one that was read, what was chosen by paths, or what is left of a manifest."""


def _resuming(journal: Journal) -> str:
    return f"client.resume({store.reference(journal.plan.run, journal.path)!r})"


CHOICES: Final = (Choice, VolumeChoice)
"""What was chosen, and not listed in a manifest."""


class RunFlows:
    """Runs: of a manifest, or of what was chosen."""

    def __init__(self, settings: Settings, policy: RequestPolicy, renewed: Callable[[], Token | None]) -> None:
        self._settings = settings
        self._policy = policy
        self._renewed = renewed
        self.volumes = VolumeFlows(settings, policy)
        self.changes = ChangeFlows(policy, self.choose)

    @contextmanager
    def resumable(self, journal: Journal) -> Iterator[None]:
        """Note on whatever breaks a run off, an interrupt above all, how the run is taken up again."""
        try:
            yield
        except BaseException as broken:
            broken.add_note(f"The run is kept; continue with {_resuming(journal)}")
            raise

    def where(
        self,
        job_type: str,
        to: str | None,
        project: str | None,
        parent: str | None,
        destination_from_manifest: bool,
        settings: Mapping[str, Any] | None = None,
    ) -> Defaults:
        """Return what was given for all rows. Raises InputError if that is two destinations, or malformed."""
        if sum(one is not None for one in (to, project, parent)) > 1:
            raise InputError("Give one destination: to, project or parent.")
        if not self._family(job_type).on_platform:
            if to is not None:
                volume_place_on(self._settings, to)
            return Defaults(parent, project, to, destination_from_manifest, settings or {})
        if to is not None:
            place_on(self._settings, to)
        elif project is not None or parent is not None:
            check_destination(parent, project)
        return Defaults(parent, project, to, destination_from_manifest, settings or {})

    def draft(
        self,
        job_type: str,
        source: Source,
        where: Defaults,
        form: ReadFormat | None,
        journal: Path | None,
        items_per_job: int,
    ) -> Draft:
        """Return a new run that is not begun: what was chosen, or a manifest, which is read."""
        if not isinstance(source, CHOICES):
            return self.read(job_type, source, where, form, journal, items_per_job)
        kind = self._family(job_type)
        if not len(source):
            raise InputError("Nothing to do: nothing was selected, or everything is already there.")
        new = partial(create.draft, endpoint=self._settings.endpoint, items_per_job=items_per_job, journal=journal)
        source.check_type(kind.job_type)
        made = new(source.rows(kind.job_type), kind, name=source.name, folders=source.new_folders(), task=source.task)
        made.checked = made.chosen = True
        return made

    def begin(self, draft: Draft) -> Journal:
        """Return the journal of a new run, which is on disk."""
        journal = draft.begin()
        if draft.chosen:
            journal.remember(CHOSEN, "paths")
        return journal

    def read(
        self,
        job_type: str,
        source: Path | IO[bytes] | Draft,
        where: Defaults,
        form: ReadFormat | None,
        journal: Path | None,
        items_per_job: int,
    ) -> Draft:
        """Read a manifest, unless that was done."""
        if isinstance(source, str):
            raise InputError(f"source: expected a pathlib.Path or a stream of bytes, not the string {source!r}.")
        family, endpoint = self._family(job_type), self._settings.endpoint
        if not isinstance(source, Draft):
            read = create.read(source, family, endpoint, where, form, items_per_job=items_per_job, journal=journal)
            read.chosen = isinstance(source, Listed)
            return read
        if source.plan.job_type != family.job_type or source.plan.endpoint not in ("", endpoint):
            planned = f"{source.plan.job_type} on {source.plan.endpoint}"
            raise InputError(f"The plan is for {planned}, not for {family.job_type} on {endpoint}: plan it again.")
        return source

    def resolve(self, draft: Draft, parents: bool, on_request: Callable[[int], object] | None) -> Flow[None]:
        """Find what the paths of a manifest name."""
        policy = lookup_policy(self._policy)
        takes_away = FAMILIES[draft.plan.job_type].takes_away
        yield from resolve.resolve(
            policy, draft, self._place, takes_away=takes_away, parents=parents, on_request=on_request
        )
        yield from self.volumes.check(draft)

    def prepare(self, draft: Draft, source: Source, parents: bool) -> Flow[None]:
        """Find what the paths of a manifest name, for a run that is begun at once.

        Raises:
            ManifestError: a path leads nowhere, or is not that of the id beside it.
            InputError: an unfinished run still needs something that a manifest deletes, or where it is chosen to move.
        """
        if draft.plan.job_type == MOVE and isinstance(source, Choice) and not source.movable:
            policy = lookup_policy(self._policy)
            if pending := (yield from choose.claimed(policy, source, MOVE, self._settings.endpoint)):
                raise under_way(pending)
        yield from self.resolve(draft, parents, None)
        if isinstance(source, (Choice, Draft)):
            return
        if draft.plan.job_type != DELETE:
            yield from check_paths(lookup_policy(self._policy), draft)
            return
        yield from self.check_rows(draft, None, False, None)
        if draft.conflicts is not None and draft.conflicts.pending:
            raise under_way(draft.conflicts.pending, optional=False)

    @contextmanager
    def kept(self, draft: Draft) -> Iterator[None]:
        """Give a draft up if something goes wrong with it."""
        try:
            yield
        except BaseException:
            draft.close()
            raise

    def _place(self, text: str) -> Location:
        return place_on(self._settings, text)

    def _family(self, job_type: str) -> Family:
        if job_type.upper() not in FAMILIES:
            raise InputError(f"job_type: expected {one_of(FAMILIES)}, not {job_type!r}.")
        return FAMILIES[job_type.upper()]

    def choose(
        self,
        sources: Iterable[str],
        to: str | None,
        wanted: Wanted,
        *,
        recursive: bool,
        parents: bool,
        flatten: bool,
        on_conflict: str,
        whole: bool,
        moves: bool,
        new_run: bool,
        on_request: Callable[[int], object] | None,
    ) -> Flow[Choice]:
        if isinstance(sources, str):
            raise InputError("sources: give a list, even for one path or id.")
        given = list(sources)
        for text in (*(one for one in given if is_address(one) or is_path(one)), *([] if to is None else [to])):
            place_on(self._settings, text)
        given = list(map(unpasted, given))
        return choose.choose(
            lookup_policy(self._policy),
            given,
            to,
            filters_of(*wanted),
            recursive=recursive,
            parents=parents,
            flatten=flatten,
            on_conflict=OnConflict.of(on_conflict),
            whole=whole,
            moves=moves,
            endpoint=None if new_run else self._settings.endpoint,
            on_request=on_request,
        )

    def choose_all(
        self,
        job_type: str,
        sources: object,
        to: str,
        recursive: bool,
        parents: bool,
        on_conflict: str,
        new_run: bool,
    ) -> Flow[Choice]:
        """Choose without filters, for a run that is begun at once."""
        given = [sources] if isinstance(sources, str) else list(sources) if isinstance(sources, Iterable) else []
        if not all(isinstance(one, str) for one in given):
            raise InputError("With `to`, give paths and ids; for mappings and items give project or parent.")
        return self.choose(
            given,
            to,
            ((), (), None, None, (), {}),
            recursive=recursive,
            parents=parents,
            flatten=False,
            on_conflict=on_conflict,
            whole=False,
            moves=job_type == MOVE,
            new_run=new_run,
            on_request=None,
        )

    def with_left_out(self, choice: Choice, report: RunReport | None) -> RunReport | None:
        """Return the report of a run with what was left out of its choice.

        Raises:
            InputError: there was no run, as something was in the way of all that is not there already.
        """
        if report is not None:
            return evolve(report, different=choice.different, pending=choice.pending)
        if choice.pending:
            raise under_way(choice.pending)
        if choice.different:
            raise taken(
                choice.existing, choice.different, f"Choose another destination, or rename the copies with {RENAMED}."
            )
        return None

    def one_job(self, job_type: str, given: Iterable[object], new_run: bool, **destination: str | None) -> Flow[Job]:
        """Submit one job, unless unfinished runs are going to do what it names, or still need it."""
        kind: Any = manifest.ITEMS[job_type]
        items: tuple[Item, ...] = items_of(kind, given, **destination)
        if not new_run:
            yield from check_items(lookup_policy(self._policy), items, job_type, self._settings.endpoint)
        return (yield from submit(self._policy, items))

    def check_rows(
        self, draft: Draft, on_conflict: str | None, new_run: bool, on_request: Callable[[int], object] | None
    ) -> Flow[None]:
        """Find what is in the way of a manifest's rows, and leave out what is not to be done."""
        job_type = draft.plan.job_type
        deletes = job_type == DELETE
        if deletes and on_conflict is not None:
            raise InputError("A deletion has no destination, so there are no names to check.")
        if on_conflict is not None and job_type not in CHECKED:
            raise InputError(f"on_conflict: names are not checked for runs of {job_type}.")
        if not deletes and on_conflict is None:
            return
        spent = draft.requests
        count = None if on_request is None else lambda requests: on_request(spent + requests)
        policy, endpoint = lookup_policy(self._policy), None if new_run else self._settings.endpoint
        if on_conflict is None:
            draft.conflicts = yield from look_at_deletions(policy, draft, endpoint, count)
        elif job_type in JOB_TYPES:
            draft.conflicts = yield from self.volumes.check_rows(draft, on_conflict, count)
        else:
            draft.conflicts = yield from look_at_rows(policy, draft, OnConflict.of(on_conflict), endpoint, count)
        draft.requests += draft.conflicts.requests

    def verify(self, journal: Journal, on_request: Callable[[int], object] | None) -> Flow[Verification]:
        return family_of(journal).verify(lookup_policy(self._policy), journal, on_request)

    def compare(
        self,
        source: str,
        place: str,
        wanted: Wanted,
        *,
        each_file: bool,
        one_way: bool,
        on_request: Callable[[int], object] | None,
    ) -> Flow[Comparison]:
        if is_volume_place(source) or is_volume_place(place):
            return self.volumes.compare(source, place, wanted, one_way=one_way, on_request=on_request)
        return compare.compare(
            lookup_policy(self._policy),
            place_on(self._settings, source),
            place_on(self._settings, place),
            filters_of(*wanted),
            each_file=each_file,
            one_way=one_way,
            on_request=on_request,
        )

    def sync_plan(
        self,
        source: str,
        to: str,
        wanted: Wanted,
        *,
        delete: bool,
        parents: bool,
        on_request: Callable[[int], object] | None,
    ) -> Flow[SyncPlan]:
        places = place_on(self._settings, source), place_on(self._settings, to)
        earlier = yield from record(lambda: sync.unfinished(self._settings.endpoint, *places))
        if earlier:
            run = earlier[0].run
            if run.in_use:
                raise InputError(f"Run {run.run} syncs the same places, and another process is working on it.")
            name = store.reference(run.run, run.journal)
            raise InputError(
                f"Run {run.run} of an earlier sync was interrupted, and its jobs may still be running: resume it "
                f"first, with client.resume({name!r})."
            )
        return (
            yield from sync.plan(
                lookup_policy(self._policy),
                *places,
                filters_of(*wanted),
                delete=delete,
                parents=parents,
                endpoint=self._settings.endpoint,
                on_request=on_request,
            )
        )

    def opened(self, run: str | Path) -> Journal:
        journal = Journal.open(store.find(run))
        try:
            create.check_platform(journal, self._settings.endpoint)
        except BaseException:
            journal.close()
            raise
        return journal

    def decide(self, journal: Journal, adopt: str | None, resubmit: bool) -> Flow[None]:
        if adopt is not None:
            yield from decide.check_adoption(self._policy, journal, family_of(journal), adopt)
        yield from record(lambda: decide.decide(journal, adopt=adopt, resubmit=resubmit))

    def retried(self, run: str | Path, journal: Path | None) -> Journal:
        with self.opened(run) as earlier:
            return create.retry(earlier, family_of(earlier), journal)

    def execute(
        self,
        journal: Journal,
        options: RunOptions | None,
        within: float | None,
        on_change: Callable[[Progress], object] | None,
        on_wait: Callable[[Wait], object] | None,
    ) -> Flow[RunReport]:
        if options is not None and options.new_ids and family_of(journal).brings is Brings.EACH_ROW:
            raise InputError(f"Run {journal.plan.run} makes no copies: leave out {either('--new-ids', 'new_ids')}.")
        if options is not None and (label := options.label) is not None:
            yield from record(lambda: journal.remember("label", label))
        options, within = yield from record(lambda: kept_options.keep(journal, options, within))
        patience = evolve(self._policy.retry, within=math.inf if within is None else within)
        policy = evolve(self._policy, retry=patience, on_wait=on_wait or self._policy.on_wait)
        mark = self._settings.token.mark(journal.plan.run)

        def renew() -> str | None:
            token = self._renewed()
            return None if token is None else token.mark(journal.plan.run)

        display = bars.kernel_display() if on_change is None and on_wait is None else None
        with bars.for_run(display, _resuming(journal)) as on_bar:
            tally = yield from run.run(
                policy, journal, family_of(journal), options, on_change or on_bar, token=mark, renew=renew
            )
        yield from record(journal.sum_up)
        failures, carried = (yield from record(journal.failures)), (yield from record(journal.carried))
        plan = journal.plan
        return RunReport(plan.run, journal.path, tally, failures, job_type=plan.job_type, carried=carried)
