"""Verify that what a run has done is there: list each destination anew, and compare name by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import define, field

from sbg_bulk import errors
from sbg_bulk.api.policy import Counter, RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.errors import InputError
from sbg_bulk.files.details import FileDetails
from sbg_bulk.files.paths import Location, is_path, path_of
from sbg_bulk.files.resolver import PathResolver
from sbg_bulk.items import COPY, DELETE, MOVE
from sbg_bulk.jobs import read as read_job
from sbg_bulk.runs.choice import DESTINATION_COLUMN, SOURCE_COLUMN
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.outcomes import Outcome
from sbg_bulk.runs.verification import Contents, Difference, Finding, Verification

CHOSEN: Final = "chosen"
"""What a journal remembers of a run whose rows say where they come from and go to, in columns of our own."""


@define
class _Inspection:
    """The folders that the rows are about, as far as they have been read."""

    resolver: PathResolver
    job_type: str
    chosen: bool
    details: FileDetails
    read: dict[Location, Contents] = field(factory=dict)
    made: dict[str, set[str]] = field(factory=dict)

    def contents(self, place: Location) -> Flow[Contents]:
        """List what is in a folder now, once. A folder that has gone is empty."""
        if place not in self.read:
            try:
                entries = yield from self.resolver.contents(place, typed=False)
            except errors.NotFound:
                entries = []
            self.read[place] = Contents({entry.id: entry.name for entry in entries})
        return self.read[place]

    def made_by(self, job_id: str | None) -> Flow[set[str]]:
        """Read which ids a job has made, once; none if it cannot be read. Who finds one of them takes it out."""
        if job_id is None:
            return set()
        if job_id not in self.made:
            try:
                job = yield from read_job.get(self.resolver.policy, job_id, self.job_type)
            except errors.NotFound:
                self.made[job_id] = set()
            else:
                self.made[job_id] = {entry.id for entry in job.result or () if entry.ok and entry.id is not None}
        return self.made[job_id]

    def source(self, row: Mapping[str, Any]) -> Location | None:
        """Return where a row's file was, if the run knows."""
        text = row.get(SOURCE_COLUMN) if self.chosen else None
        return path_of(text) if text and is_path(text) else None


def verify(
    policy: RequestPolicy, journal: Journal, on_request: Callable[[int], object] | None = None
) -> Flow[Verification]:
    """Compare what a run says that it did with what there is.

    Copies and moves are looked for in their destination, each of which is listed once: by the id that came of them
    and by their name. Where a run has not kept the id of a copy, its job is read for the ids that it made. What a run
    by paths moved or deleted is looked for in its old place too, also listed once, unless a moved file is found in the
    new one: it keeps its id, which is in one place only. What a manifest deleted is asked for by its id, a hundred for
    a request. Rows that failed are not looked for.

    Raises:
        InputError: the run is not complete.
        ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
    """
    tally = yield from record(journal.tally)
    if not tally.complete:
        raise InputError(f"Run {journal.plan.run} is not complete. Resume it, then verify.")
    rows = yield from record(lambda: list(journal.report()))
    chosen = (yield from record(lambda: journal.remembered(CHOSEN))) is not None
    counter = Counter(on_request)
    counting = counter.counting(policy)
    inspection = _Inspection(PathResolver(counting), journal.plan.job_type, chosen, FileDetails(counting))
    done = [row for row in rows if row["outcome"] != Outcome.FAILED]
    yield from inspection.details.load(_to_be_read(inspection, done))
    if inspection.job_type != COPY:
        # The folders that things were in, found together.
        old = [place.parent for row in done if (place := inspection.source(row)) is not None]
        yield from inspection.resolver.look_up(old)
    differences: list[Difference] = []
    for row in done:
        if inspection.job_type != DELETE:
            different = yield from _arrived(inspection, row)
            if different is not None:
                differences.append(different)
                continue
        if inspection.job_type != COPY:
            different = yield from _gone(inspection, row)
            if different is not None:
                differences.append(different)
    return Verification(len(done), tuple(differences), len(rows) - len(done), counter.requests)


def _arrived(inspection: _Inspection, row: Mapping[str, Any]) -> Flow[Difference | None]:
    place = Location(project=row.get("project"), folder=row.get("parent"))
    there = yield from inspection.contents(place)
    path = (row.get(DESTINATION_COLUMN) or "") if inspection.chosen else ""
    name = row.get("name") or path.rpartition("/")[2] or None
    identity = row["new_id"] or (row["file"] if inspection.job_type == MOVE else None)
    if name is None and (identity is None or identity not in there.names):
        yield from inspection.details.load([row["file"]])
        file = inspection.details.known[row["file"]]
        name = None if file is None else file.name or None
        if name is None:
            return Difference(row["file"], f"{row['file']} in {place}", Finding.UNCLEAR)
    if identity is None and name is not None:
        made = yield from inspection.made_by(row["job"])
        identity = there.one_of(made, name)
        made.discard(identity or "")
    finding, found = there.find(identity, name)
    return None if finding is None else Difference(row["file"], path or f"{name} in {place}", finding, found)


def _to_be_read(inspection: _Inspection, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Produce the ids of what has to be read: of copies whose name is not known, and of what was deleted by its id."""
    for row in rows:
        named = row.get("name") or (inspection.chosen and row.get(DESTINATION_COLUMN))
        copied = inspection.job_type == COPY and not named and row["new_id"] is None
        if copied or (inspection.job_type == DELETE and inspection.source(row) is None):
            yield row["file"]


def _gone(inspection: _Inspection, row: Mapping[str, Any]) -> Flow[Difference | None]:
    file, source = row["file"], inspection.source(row)
    if inspection.job_type == MOVE:
        target = Location(project=row.get("project"), folder=row.get("parent"))
        if source is None or file in (yield from inspection.contents(target)).names:
            return None
    if source is None:
        yield from inspection.details.load([file])
        there_still = inspection.details.known[file] is not None
        return Difference(file, file, Finding.LEFT_BEHIND) if there_still else None
    if inspection.resolver.missing(source.parent) is not None:
        return None
    there = yield from inspection.contents(source.parent)
    return Difference(file, str(source), Finding.LEFT_BEHIND) if file in there.names else None
