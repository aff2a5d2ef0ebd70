"""Look for what a run has exported or imported where it should be: each folder of a volume is listed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sbg_bulk.api.policy import Counter, RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.api.storage import ObjectPager
from sbg_bulk.errors import InputError
from sbg_bulk.files.details import FileDetails
from sbg_bulk.files.paths import Location
from sbg_bulk.files.resolver import PathResolver
from sbg_bulk.metadata.items import MetadataItem
from sbg_bulk.models.resources import File
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import Outcome
from sbg_bulk.runs.verification import Difference, Finding, Verification
from sbg_bulk.volume_jobs.described import metadata_in

_NAMED: Final = "{volume}:{location}"


def exports(
    policy: RequestPolicy, journal: Journal, on_request: Callable[[int], object] | None = None
) -> Flow[Verification]:
    """Compare what an export says that it did with what is on the volume.

    Each object is looked for by its key, and by its size where that of the file and of the object are known: files are
    read a hundred for a request, and a folder of a volume a hundred objects for a request. Rows that failed are not
    looked for.

    Raises:
        InputError: the run is not complete.
        ApiError, ConnectionFailed, UnreadableAnswer, PagingError: see `sbg_bulk.api.request.request`.
    """
    done, failed = yield from _done(journal)
    counter = Counter(on_request)
    counting = counter.counting(policy)
    details = FileDetails(counting)
    yield from details.load((row["file"] for row in done), singly=False)
    folders: dict[tuple[str, str], Mapping[str, int | None]] = {}
    different: list[Difference] = []
    for row in done:
        folder = row["volume"], row["location"].rpartition("/")[0]
        if folder not in folders:
            folders[folder] = yield from _sizes(counting, *folder)
        found, file = folders[folder], details.known.get(row["file"])
        expected = _NAMED.format_map(row)
        size = None if file is None else file.size
        if row["location"] not in found:
            different.append(Difference(row["file"], expected, Finding.MISSING))
        elif None not in (size, there := found[row["location"]]) and size != there:
            different.append(Difference(row["file"], expected, Finding.OTHER_SIZE, size=size, found_size=there))
    return Verification(len(done), tuple(different), failed, counter.requests)


def imports(
    policy: RequestPolicy, journal: Journal, on_request: Callable[[int], object] | None = None
) -> Flow[Verification]:
    """Compare what an import says that it made with what is in the project.

    Each file is looked for by its id, or by its name where the service did not tell an id, and compared with the object
    in size, and in the metadata that it was given: files are read a hundred for a request, and a folder of a volume a
    hundred objects for a request. Of folders what is in them is not compared. Rows that failed are not looked for.

    Raises:
        InputError: the run is not complete.
        ApiError, ConnectionFailed, UnreadableAnswer, PagingError: see `sbg_bulk.api.request.request`.
    """
    done, failed = yield from _done(journal)
    counter = Counter(on_request)
    resolver = PathResolver(counter.counting(policy))
    known = yield from resolver.read(row["new_id"] for row in done if row["new_id"] is not None)
    unnamed: dict[Location, set[str]] = {}
    for row in done:
        if row["new_id"] is None:
            unnamed.setdefault(_place(row), set()).add(_name(row))
    there: dict[Location, Mapping[str, list[File]]] = {}
    for place, names in unnamed.items():
        there[place] = yield from resolver.among(place, names)
    folders: dict[tuple[str, str], Mapping[str, int | None]] = {}
    different: list[Difference] = []
    whole: list[str] = []
    for row in done:
        source, place = _NAMED.format_map(row), _place(row)
        file = known.get(row["new_id"]) if row["new_id"] is not None else None
        if row["new_id"] is None:
            file = next(iter(there[place].get(_name(row), ())), None)
        expected = str(place.below(_name(row)))
        if file is None or row["parent"] not in (None, file.parent, file.id):
            different.append(Difference(source, expected, Finding.MISSING))
        elif row["location"].endswith("/"):
            whole.append(expected)
        elif file.name != _name(row):
            different.append(Difference(source, expected, Finding.RENAMED, found=file.name))
        else:
            folder = row["volume"], row["location"].rpartition("/")[0]
            if folder not in folders:
                folders[folder] = yield from _sizes(resolver.policy, *folder)
            size = folders[folder].get(row["location"])
            if None not in (size, file.size) and size != file.size:
                told = Difference(source, expected, Finding.OTHER_SIZE, size=size, found_size=file.size)
                different.append(told)
            given = {} if file.metadata is None else metadata_in(row)
            for key, has, wanted in MetadataItem(file.id, given).differences(file):
                different.append(Difference(source, expected, Finding.OTHER_VALUE, f"{key} is {has!r}, not {wanted!r}"))
    return Verification(len(done), tuple(different), failed, counter.requests, folders=len(whole), by_name=tuple(whole))


def _done(journal: Journal) -> Flow[tuple[list[dict[str, Any]], int]]:
    """Return the rows of a run that did not fail, and how many did."""
    tally = yield from record(journal.tally)
    if not tally.complete:
        raise InputError(f"Run {journal.plan.run} is not complete. Resume it, then verify.")
    rows = yield from record(lambda: list(journal.report()))
    done = [row for row in rows if row["outcome"] != Outcome.FAILED]
    return done, len(rows) - len(done)


def _place(row: Mapping[str, Any]) -> Location:
    """Return the folder that something was imported into."""
    return Location(project=row["project"], folder=row["parent"])


def _name(row: Mapping[str, Any]) -> str:
    """Return the name that it should have."""
    return row["name"] or str(row["location"]).rstrip("/").rpartition("/")[2]


def _sizes(policy: RequestPolicy, volume: str, folder: str) -> Flow[dict[str, int | None]]:
    """Return the objects in a folder of a volume, by their keys, with their sizes."""
    pager = ObjectPager(policy, volume, f"{folder}/" if folder else "", details=True)
    found: dict[str, int | None] = {}
    while (entries := (yield from pager.next())) is not None:
        found |= {entry.location: entry.size for entry in entries if not entry.is_folder}
    return found
