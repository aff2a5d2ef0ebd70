"""Look for what a run has exported where it should be: each folder of a volume is listed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sbg_bulk.api.policy import Counter, RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.api.storage import ObjectPager
from sbg_bulk.errors import InputError
from sbg_bulk.files.details import FileDetails
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import Outcome
from sbg_bulk.runs.verification import Difference, Finding, Verification

_NAMED: Final = "{volume}:{location}"


def verify(
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
    tally = yield from record(journal.tally)
    if not tally.complete:
        raise InputError(f"Run {journal.plan.run} is not complete. Resume it, then verify.")
    rows = yield from record(lambda: list(journal.report()))
    done = [row for row in rows if row["outcome"] != Outcome.FAILED]
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
    return Verification(len(done), tuple(different), len(rows) - len(done), counter.requests)


def _sizes(policy: RequestPolicy, volume: str, folder: str) -> Flow[dict[str, int | None]]:
    """Return the objects in a folder of a volume, by their keys, with their sizes."""
    pager = ObjectPager(policy, volume, f"{folder}/" if folder else "", details=True)
    found: dict[str, int | None] = {}
    while (entries := (yield from pager.next())) is not None:
        found |= {entry.location: entry.size for entry in entries if not entry.is_folder}
    return found
