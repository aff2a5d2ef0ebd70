"""The work of both clients with runs, as flows that wait for a driver: choose, carry, take up again, verify."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TypeAlias

from attrs import evolve

from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.api.waits import Wait
from sbg_bulk.client.places import lookup_policy, place_on
from sbg_bulk.errors import InputError
from sbg_bulk.files.filters import Filters, parse_since
from sbg_bulk.files.paths import is_path
from sbg_bulk.items import DELETE
from sbg_bulk.notebook import bars
from sbg_bulk.runs import choose, create, decide, manifest, run, store, verify
from sbg_bulk.runs.choice import Choice, OnConflict, Remaining
from sbg_bulk.runs.conflicts import taken
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.progress import Progress, RunOptions
from sbg_bulk.runs.records import NewFolder
from sbg_bulk.runs.result import RunReport
from sbg_bulk.runs.task import asked
from sbg_bulk.runs.verification import Verification
from sbg_bulk.settings.settings import Settings, Token

Source: TypeAlias = Path | IO[bytes] | Choice | Remaining
"""What a run is made of: a manifest, what was chosen by paths, or what is left of a manifest."""


Wanted: TypeAlias = tuple[
    Iterable[str],
    Iterable[str],
    datetime | str | None,
    str | None,
    Iterable[str],
    Mapping[str, str | Iterable[str]],
]
"""Globs to include and to exclude, since when, which type, tags, and metadata."""


def _filters(
    match: Iterable[str],
    exclude: Iterable[str],
    newer_than: datetime | str | None,
    type: str | None,
    tags: Iterable[str],
    metadata: Mapping[str, str | Iterable[str]],
) -> Filters:
    since = parse_since(newer_than, datetime.now(UTC)) if isinstance(newer_than, str) else newer_than
    values = {key: (value,) if isinstance(value, str) else tuple(value) for key, value in metadata.items()}
    return Filters(tuple(match), tuple(exclude), since, type, tuple(tags), values)


def _resuming(journal: Journal) -> str:
    return f"client.resume({store.reference(journal.plan.run, journal.path)!r})"


class RunFlows:
    """Runs: of a manifest, or of what was chosen."""

    def __init__(self, settings: Settings, policy: RequestPolicy, renewed: Callable[[], Token | None]) -> None:
        self._settings = settings
        self._policy = policy
        self._renewed = renewed

    @contextmanager
    def resumable(self, journal: Journal) -> Iterator[None]:
        """Note on whatever breaks a run off, an interrupt above all, how the run is taken up again."""
        try:
            yield
        except BaseException as broken:
            broken.add_note(f"The run is kept as it stands; go on with {_resuming(journal)}")
            raise

    def new_run(
        self,
        job_type: str,
        source: Source,
        project: str | None,
        parent: str | None,
        form: manifest.Format | None,
        journal: Path | None,
        items_per_job: int,
        task: str | None = None,
    ) -> Journal:
        defaults, kind = manifest.Defaults(parent, project), self._kind(job_type)
        if isinstance(source, Path):
            with manifest.opened(source) as stream:
                guessed = form or manifest.guess_format(source.name)
                task = asked([str(source.resolve())], parent or project)
                return self.new_run(kind, stream, project, parent, guessed, journal, items_per_job, task)
        rows: Iterable[manifest.Row | manifest.Problem]
        folders: Iterable[NewFolder] = ()
        if isinstance(source, (Choice, Remaining)) and not len(source):
            raise InputError("There is nothing to do: nothing was chosen, or all of it is there already.")
        if isinstance(source, Choice):
            source.check_type(kind)
            rows, name, chosen_form, folders = source.rows(kind), source.name, "csv", source.new_folders()
            task = source.task
        elif isinstance(source, Remaining):
            rows, name, chosen_form = source.rows, source.name, source.form
        else:
            read = manifest.read(source, manifest.ITEMS[kind], form, defaults)
            rows, name, chosen_form = read, str(getattr(source, "name", "-")), read.form
        new = create.create(
            rows,
            kind,
            self._settings.endpoint,
            items_per_job=items_per_job,
            journal=journal,
            name=name,
            form=chosen_form,
            folders=folders,
            task=task,
        )
        if isinstance(source, Choice):
            new.remember(verify.CHOSEN, "paths")
        return new

    def _kind(self, job_type: str) -> str:
        if job_type.upper() not in manifest.ITEMS:
            raise InputError(f"job_type: {job_type!r} is none of: {', '.join(manifest.ITEMS)}.")
        return job_type.upper()

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
        on_request: Callable[[int], object] | None,
    ) -> Flow[Choice]:
        if isinstance(sources, str):
            raise InputError("sources: give a list, even if it is only one path or id.")
        given = list(sources)
        for text in (*filter(is_path, given), *([] if to is None else [to])):
            place_on(self._settings, text)
        return choose.choose(
            lookup_policy(self._policy),
            given,
            to,
            _filters(*wanted),
            recursive=recursive,
            parents=parents,
            flatten=flatten,
            on_conflict=OnConflict.of(on_conflict),
            whole=whole,
            on_request=on_request,
        )

    def choose_all(self, sources: object, to: str, *, recursive: bool, parents: bool, on_conflict: str) -> Flow[Choice]:
        """Choose without filters, for a run that is begun at once; raise InputError if something is in the way."""
        given = [sources] if isinstance(sources, str) else list(sources) if isinstance(sources, Iterable) else []
        if not all(isinstance(one, str) for one in given):
            raise InputError("With `to`, give paths and ids; for mappings and items give project or parent.")
        choice = yield from self.choose(
            given,
            to,
            ((), (), None, None, (), {}),
            recursive=recursive,
            parents=parents,
            flatten=False,
            on_conflict=on_conflict,
            whole=False,
            on_request=None,
        )
        if choice.different:
            raise taken(0, choice.different, "Choose another destination, or have them renamed: on_conflict='rename'.")
        return choice

    def remaining(
        self,
        job_type: str,
        source: Path | IO[bytes],
        project: str | None,
        parent: str | None,
        form: manifest.Format | None,
        on_request: Callable[[int], object] | None,
    ) -> Flow[Remaining]:
        defaults, kind = manifest.Defaults(parent, project), self._kind(job_type)
        if kind == DELETE:
            raise InputError("Nothing can be in the way of a deletion: it has no destination.")
        if isinstance(source, Path):
            with manifest.opened(source) as stream:
                guessed = form or manifest.guess_format(source.name)
                return (yield from self.remaining(kind, stream, project, parent, guessed, on_request))
        rows = manifest.read(source, manifest.ITEMS[kind], form, defaults)
        name = str(getattr(source, "name", "-"))
        return (yield from choose.remaining(lookup_policy(self._policy), rows, name, rows.form, on_request))

    def verify(self, journal: Journal, on_request: Callable[[int], object] | None) -> Flow[Verification]:
        return verify.verify(lookup_policy(self._policy), journal, on_request)

    def opened(self, run: str | Path) -> Journal:
        journal = Journal.open(store.find(run))
        try:
            create.check_deployment(journal, self._settings.endpoint)
        except BaseException:
            journal.close()
            raise
        return journal

    def decide(self, journal: Journal, adopt: str | None, resubmit: bool) -> Flow[None]:
        if adopt is not None:
            yield from decide.check_adoption(self._policy, journal, adopt)
        yield from record(lambda: decide.decide(journal, adopt=adopt, resubmit=resubmit))

    def retried(self, run: str | Path, journal: Path | None) -> Journal:
        with self.opened(run) as earlier:
            return create.retry(earlier, journal)

    def execute(
        self,
        journal: Journal,
        options: RunOptions | None,
        within: float | None,
        on_change: Callable[[Progress], object] | None,
        on_wait: Callable[[Wait], object] | None,
    ) -> Flow[RunReport]:
        patience = evolve(self._policy.retry, within=math.inf if within is None else within)
        policy = evolve(self._policy, retry=patience, on_wait=on_wait or self._policy.on_wait)
        mark = self._settings.token.mark(journal.plan.run)

        def renew() -> str | None:
            token = self._renewed()
            return None if token is None else token.mark(journal.plan.run)

        display = bars.kernel_display() if on_change is None and on_wait is None else None
        with bars.for_run(display, _resuming(journal)) as on_bar:
            tally = yield from run.run(
                policy, journal, options or RunOptions(), on_change or on_bar, token=mark, renew=renew
            )
        return RunReport(journal.plan.run, journal.path, tally)
