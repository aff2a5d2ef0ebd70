"""What filters of lists select: exactly what passes all of them, of entries that are known in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.service import Service

NO_NAME = "sbg-bulk-contract-nothing"

WHOLE = 100
"""Entries of a list, from which on it may have others too."""

MOST_PAGES = 6
"""Pages of one entry that are gone through."""

Entries = Sequence[Mapping[str, Any]]
Query = Mapping[str, Sequence[str]]


def check_filters(service: Service, place: Mapping[str, str], entries: Entries) -> None:
    """Filter a list of files by what they have: alone, together, and by what only looks like it.

    Args:
        service: the service.
        place: the place, as a query.
        entries: all that is there, with all properties; nothing is asked if they are not told.
    """
    if len(entries) >= WHOLE or not all({"tags", "metadata"} <= one.keys() for one in _files(entries)):
        return
    for query in _queries([one for one in _files(entries) if one.get("tags") or _metadata(one)]):
        ask(service, place, query, entries)
    made = service.call("list_files", query={**place, "origin.task": NO_NAME})
    service.report.hold(
        "more-filters",
        not made.listed(),
        "list_files with origin.task returned entries for a task that does not exist",
        expected="no entries",
        exchange=made.exchange,
    )


def ask(service: Service, place: Mapping[str, str], query: Query, entries: Entries) -> Answer:
    """Ask for a list with filters, and compare it with the entries that pass them. Returns it."""
    found = service.call("list_files", query={**place, **query, "limit": WHOLE})
    expected = passing(entries, query)
    names = " and ".join(sorted({name.partition(".")[0] for name in query}))
    service.report.hold(
        "more-filters",
        found.ok and sorted(found.ids()) == expected,
        f"list_files with {names} returned other entries than those that pass",
        expected=_told(entries, expected),
        exchange=found.exchange,
    )
    return found


def passing(entries: Entries, query: Query) -> list[str]:
    """Return the ids of the entries that pass all filters, of a repeated one by any of its values."""
    return sorted(str(one.get("id")) for one in entries if all(_passes(one, *given) for given in query.items()))


def check_filtered_pages(service: Service, place: Mapping[str, str], query: Query, entries: Entries) -> None:
    """Go along the links of a filtered list in pages of one: filters, their values and `fields` are kept on the way.

    Args:
        service: the service.
        place: the place, as a query.
        query: the filters.
        entries: all that is there, with all properties.
    """
    wanted = passing(entries, query)
    page = service.call("list_files", query={**place, **query, "limit": 1, "fields": "modified_on"})
    found, shown, total = page.ids(), _keys(page), page.count("X-Total-Matching-Query")
    service.report.hold(
        "total",
        total is None or total == len(wanted) or len(entries) >= WHOLE,
        "the total of a filtered list is not the number of entries that pass",
        expected=str(len(wanted)),
        came=str(total),
        exchange=page.exchange,
    )
    for followed in range(MOST_PAGES):
        told = page.link("next")
        address = None if told is None else service.follow(told)
        if address is None:
            # Links may be left out altogether.
            wanted = wanted if followed else found
            break
        page = service.call("list_files", address=address)
        found += page.ids()
        service.report.hold(
            "links",
            _keys(page) <= {*shown, "modified_on"},
            "the link next leads to a page with other fields",
            expected=", ".join(sorted(shown)),
            came=", ".join(sorted(_keys(page))),
            exchange=page.exchange,
        )
    service.report.hold(
        "links",
        sorted(found) == wanted or (len(found) > MOST_PAGES and {*found} <= {*wanted}),
        "following next of a filtered list, other entries come than those that pass",
        expected=_told(entries, wanted),
        came=", ".join(found),
        exchange=page.exchange,
    )


def alike(text: str) -> list[str]:
    """Return texts that only look like one: with other letters, or its beginning."""
    return [one for one in (text.swapcase(), text[: max(1, len(text) - 1)]) if one != text]


def _queries(files: Entries) -> Iterator[dict[str, list[str]]]:
    key = next((key for one in files for key in _metadata(one)), "")
    tags = [str(one["tags"][0]) for one in files if one.get("tags")]
    values = [_metadata(one)[key] for one in files if key in _metadata(one)]
    for name, given in (("tag", tags), (f"metadata.{key}", values)):
        if given:
            yield {name: [given[0], NO_NAME]}
        if given:
            # A comma is part of a value, not between two.
            yield {name: [*alike(given[0]), f"{given[0]},{NO_NAME}"]}
    both = [one for one in files if one.get("tags") and key in _metadata(one)]
    if both:
        # Each filter leaves out what the other two do not, and what passes all is neither its first value nor its last.
        four = [both[number % len(both)] for number in range(4)]
        yield {
            "name": [str(four[number].get("name")) for number in (1, 0, 2)],
            "tag": [str(four[number]["tags"][0]) for number in (3, 0, 1)],
            f"metadata.{key}": [_metadata(four[number])[key] for number in (2, 0, 3)],
        }
        yield {"tag": [NO_NAME], f"metadata.{key}": [_metadata(both[0])[key]]}


def _passes(entry: Mapping[str, Any], name: str, values: Sequence[str]) -> bool:
    if name == "name":
        return entry.get("name") in values
    if name == "tag":
        return not {*values}.isdisjoint(entry.get("tags") or ())
    return _metadata(entry).get(name.removeprefix("metadata.")) in values


def _files(entries: Entries) -> list[Mapping[str, Any]]:
    return [one for one in entries if str(one.get("type")).lower() == "file"]


def _metadata(entry: Mapping[str, Any]) -> dict[str, str]:
    given = entry.get("metadata")
    found = given.items() if isinstance(given, Mapping) else ()
    return {key: value for key, value in found if isinstance(value, str) and value}


def _keys(page: Answer) -> set[str]:
    return {key for one in page.listed() for key in one}


def _told(entries: Entries, ids: Sequence[str]) -> str:
    names = [str(one.get("name")) for one in entries if one.get("id") in ids]
    return f"{len(ids)} entries: {', '.join(names)}" if names else "no entries"
