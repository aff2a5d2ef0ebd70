"""Verify that what a run has done is there: list each destination anew, and compare names and sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import define, field, frozen

from sbg_bulk import errors
from sbg_bulk.api.policy import Counter, RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.errors import InputError
from sbg_bulk.files.compare import lacking
from sbg_bulk.files.comparison import Compared, Mismatch
from sbg_bulk.files.details import FileDetails
from sbg_bulk.files.filters import FOLDER
from sbg_bulk.files.paths import Location, is_path, path_of
from sbg_bulk.files.resolver import PathResolver
from sbg_bulk.items import COPY, DELETE, MOVE
from sbg_bulk.jobs import read as read_job
from sbg_bulk.models import parse
from sbg_bulk.models.resources import File
from sbg_bulk.runs.columns import TYPE_COLUMN
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import CHOSEN as CHOSEN
from sbg_bulk.runs.records import Outcome
from sbg_bulk.runs.verification import Contents, Difference, Finding, Verification
from sbg_bulk.transfers.choice import DESTINATION_COLUMN, SIZE_COLUMN, SOURCE_COLUMN

_UNSIZED: Final = Mismatch.UNKNOWN
"""What is there by its name, and of an unknown size, is taken as it is."""


@frozen
class _Arrived:
    """A row whose name is where it should be.

    Attributes:
        number: its place among the rows.
        file: the id that it names.
        expected: where it should be, for people.
        found: the ids of what may be it.
        size: the bytes that it should have, as far as the run knows.
        folder: whether the run knows that it is a folder.
    """

    number: int
    file: str
    expected: str
    found: Sequence[str]
    size: int | None
    folder: bool


@define
class _Inspection:
    """The folders that the rows are about, as far as they have been read."""

    resolver: PathResolver
    job_type: str
    chosen: bool
    details: FileDetails
    read: dict[Location, Contents] = field(factory=dict)
    entries: dict[str, File] = field(factory=dict)
    arrived: list[_Arrived] = field(factory=list)
    made: dict[str, set[str]] = field(factory=dict)

    def contents(self, place: Location) -> Flow[Contents]:
        """List what is in a folder now, once. A folder that has gone is empty."""
        if place not in self.read:
            try:
                entries = yield from self.resolver.contents(place, "_all", typed=False)
            except errors.NotFound:
                entries = []
            self.read[place] = Contents({entry.id: entry.name for entry in entries})
            self.entries.update((entry.id, entry) for entry in entries)
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

    @property
    def folders(self) -> list[_Arrived]:
        """Return the folders among what has arrived."""
        return [one for one in self.arrived if one.folder or any(self.entries[id_].is_folder for id_ in one.found)]

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

    What is there by its name is compared by its size too, where both are known: that of the source from when it was
    chosen or, of a manifest's copies, from reading it, a hundred for a request; the other from the list, or likewise.

    Copies of folders are compared with their sources, with all below them: a request for each hundred entries of each
    folder on both sides. That cannot be done for what was moved, nor where the source is gone.

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
    if inspection.job_type == COPY and not chosen:
        # Their sizes are worth a request for a hundred, and no more.
        yield from inspection.details.load((row["file"] for row in done), singly=False)
    yield from inspection.details.load(_to_be_read(inspection, done))
    if inspection.job_type != COPY:
        # The folders that things were in, found together.
        old = [place.parent for row in done if (place := inspection.source(row)) is not None]
        yield from inspection.resolver.look_up(old)
    differences: dict[int, Difference] = {}
    for number, row in enumerate(done):
        if inspection.job_type != DELETE:
            different = yield from _arrived(inspection, number, row)
            if different is not None:
                differences[number] = different
                continue
        if inspection.job_type != COPY:
            different = yield from _gone(inspection, row)
            if different is not None:
                differences[number] = different
    other = yield from _other_sizes(inspection)
    inside, by_name, same = yield from _inside(inspection)
    # What is still in its old place is told before its size.
    found = sorted([*({**other, **differences}).items(), *inside], key=lambda one: one[0])
    folders = {one.number for one in inspection.folders}
    folders |= {number for number, row in enumerate(done) if chosen and row.get(TYPE_COLUMN) == FOLDER}
    return Verification(
        len(done),
        tuple(different for _, different in found),
        len(rows) - len(done),
        counter.requests,
        len(folders),
        same,
        by_name,
    )


def _arrived(inspection: _Inspection, number: int, row: Mapping[str, Any]) -> Flow[Difference | None]:
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
    expected = path or f"{name or identity} in {place}"
    if finding is not None:
        return Difference(row["file"], expected, finding, found)
    size = row.get(SIZE_COLUMN) if inspection.chosen else None
    standing = there.standing_for(identity, name)
    folder = inspection.chosen and row.get(TYPE_COLUMN) == FOLDER
    inspection.arrived.append(_Arrived(number, row["file"], expected, standing, parse.count(size), folder))
    return None


def _other_sizes(inspection: _Inspection) -> Flow[dict[int, Difference]]:
    """Compare the sizes of what has arrived, where both are known, and return what differs by the place of its row."""
    known = inspection.details.known
    files = [one for one in inspection.arrived if not any(inspection.entries[id_].is_folder for id_ in one.found)]
    if inspection.job_type == COPY:
        yield from inspection.details.load((one.file for one in files if one.size is None), singly=False)
    wanted: dict[int, int] = {}
    for one in files:
        source = known.get(one.file) if inspection.job_type == COPY else None
        size = one.size if one.size is not None or source is None else source.size
        if size is not None:
            wanted[one.number] = size
    sized = [one for one in files if one.number in wanted]
    unknown = (id_ for one in sized for id_ in one.found if inspection.entries[id_].size is None)
    yield from inspection.details.load(unknown, singly=False)
    different: dict[int, Difference] = {}
    for one in sized:
        size, there = wanted[one.number], [_size(inspection, id_) for id_ in one.found]
        # Where several may be it, one of the size, or of an unknown one, is enough.
        if None not in there and size not in there:
            different[one.number] = Difference(
                one.file, one.expected, Finding.OTHER_SIZE, size=size, found_size=there[0]
            )
    return different


def _inside(inspection: _Inspection) -> Flow[tuple[list[tuple[int, Difference]], tuple[str, ...], int]]:
    """Compare what is in folders that have arrived with their sources.

    Returns:
        What differs, with the place of its row; the folders that could not be compared; how many files are the same.
    """
    different: list[tuple[int, Difference]] = []
    by_name: list[str] = []
    same = 0
    for one in inspection.folders:
        try:
            if inspection.job_type != COPY or len(one.found) != 1:
                raise InputError("there is nothing to compare it with")
            mismatches, alike = yield from lacking(inspection.resolver, one.file, one.found[0])
        except (InputError, errors.NotFound, errors.Forbidden):
            by_name.append(one.expected)
            continue
        same += alike
        different += [(one.number, _difference(one, each)) for each in mismatches if each.mismatch is not _UNSIZED]
    return different, tuple(by_name), same


def _difference(folder: _Arrived, found: Compared) -> Difference:
    """Return what differs below a folder as a difference of its row."""
    expected = f"{folder.expected}/{found.path}"
    if found.mismatch is not Mismatch.DIFFERENT or found.source is None or found.there is None:
        return Difference(folder.file, expected, Finding.MISSING)
    return Difference(folder.file, expected, Finding.OTHER_SIZE, size=found.source.size, found_size=found.there.size)


def _size(inspection: _Inspection, file: str) -> int | None:
    """Return the size of something in a destination, from its list or from reading it."""
    entry = inspection.entries[file]
    read = inspection.details.known.get(file)
    return entry.size if entry.size is not None or read is None else read.size


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
