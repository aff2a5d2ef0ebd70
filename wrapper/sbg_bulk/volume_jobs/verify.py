"""Look for what a run has exported where it should be: each folder of a volume is listed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from sbg_bulk import errors
from sbg_bulk.api import operations
from sbg_bulk.api.policy import Counter, RequestPolicy
from sbg_bulk.api.request import request
from sbg_bulk.api.steps import Flow, Reply, record
from sbg_bulk.errors import InputError
from sbg_bulk.files.details import FileDetails
from sbg_bulk.limits import PAGE_LIMIT
from sbg_bulk.models import parse
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
    owner, _, name = volume.partition("/")
    found: dict[str, int | None] = {}
    arguments: dict[str, Any] = {"volume_owner": owner, "volume_name": name, "limit": PAGE_LIMIT}
    if folder:
        arguments["prefix"] = f"{folder}/"
    tokens: set[str] = set()
    while True:
        objects, token = yield from request(policy, operations.LIST_VOLUME_OBJECTS, _page, fields="_all", **arguments)
        found |= objects
        if token is None:
            return found
        if token in tokens:
            raise errors.PagingError(f"The list of {volume}:{folder} cannot be read to the end: a page repeats.")
        tokens.add(token)
        arguments["continuation_token"] = token


def _page(reply: Reply) -> tuple[dict[str, int | None], str | None]:
    """Return the objects of a page, and what to ask for the next one with."""
    answer = reply.answer()
    items = answer.get("items")
    if not isinstance(items, list):
        raise reply.unreadable("it contains no list of items")
    found: dict[str, int | None] = {}
    for item in items:
        location = parse.text(item.get("location")) if isinstance(item, dict) else None
        if location is not None:
            metadata = item.get("metadata")
            found[location] = parse.count(metadata.get("size")) if isinstance(metadata, dict) else None
    return found, next_token(answer.get("links"))


def next_token(links: object) -> str | None:
    """Return the token in the address of the next page, which is never requested itself; None if there is none."""
    for link in links if isinstance(links, list) else ():
        address = link.get("next") if isinstance(link, dict) else None
        if isinstance(address, str):
            return parse_qs(urlsplit(address).query).get("continuation_token", [None])[0]
    return None
