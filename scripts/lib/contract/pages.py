"""Checks of paging: a collection is the same whichever way one pages through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from scripts.lib.contract.service import Answer, Service

LIMITS = (100, 7, 2, 1)
UPTO = 15
"""Entries that are looked at one page after the other; of a longer collection, these and the last one."""


@frozen
class Collection:
    """A call that lists something."""

    operation: str
    path: Mapping[str, str] | None = None
    query: Mapping[str, Any] | None = None


def check_pages(service: Service, collection: Collection) -> None:
    """Page through the collection with several limits, by offset and by link."""
    _Pager(service, collection).check()


def identities(answer: Answer) -> list[str]:
    """Return the ids of a page's entries."""
    return [str(entry.get("id")) for entry in answer.listed()]


class _Pager:
    def __init__(self, service: Service, collection: Collection) -> None:
        self._service = service
        self._collection = collection
        self._totals: set[int | None] = set()

    def check(self) -> None:
        found: list[tuple[str, str]] = []
        walks = [self._by_offset(limit, found) for limit in LIMITS]
        walks += [self._by_link(limit, found) for limit in (7, 2)]
        found += self._compare(walks)
        found += self._check_total(walks[0])
        if not self._service.alone and len(self._totals) > 1:
            self._service.report.note(f"{self._collection.operation} changed while it was read; its pages say nothing")
            return
        for check, what in found:
            self._service.report.broken(check, f"{self._collection.operation}: {what}")

    def _page(self, offset: int, limit: int, found: list[tuple[str, str]], address: str | None = None) -> Answer:
        given = self._collection
        query = None if address else {**(given.query or {}), "offset": offset, "limit": limit}
        answer = self._service.call(given.operation, path=given.path, query=query, address=address)
        self._totals.add(answer.count("X-Total-Matching-Query"))
        ids = identities(answer)
        if len(ids) > limit:
            found.append(("limit", f"{len(ids)} entries on a page of {limit}"))
        if len(set(ids)) != len(ids):
            found.append(("pages", f"an entry twice on the page at {offset} of {limit}"))
        total = answer.count("X-Total-Matching-Query")
        if total is not None:
            if len(ids) != min(limit, max(0, total - offset)):
                found.append(("total", f"{len(ids)} entries at {offset} with limit {limit}, though there are {total}"))
            if (_link(answer, "next") is not None) != (offset + limit < total):
                found.append(("links", f"next is wrongly there or missing at {offset} of {total}, limit {limit}"))
        if ids and (_link(answer, "prev") is not None) != (offset > 0):
            found.append(("links", f"prev is wrongly there or missing at {offset}, limit {limit}"))
        return answer

    def _by_offset(self, limit: int, found: list[tuple[str, str]]) -> list[str]:
        ids: list[str] = []
        for offset in range(0, UPTO, limit):
            here = identities(self._page(offset, limit, found))
            ids += here
            if not here:
                break
        return ids

    def _by_link(self, limit: int, found: list[tuple[str, str]]) -> list[str]:
        answer = self._page(0, limit, found)
        first = identities(answer)
        ids, offset = list(first), 0
        while len(ids) < UPTO and (address := self._followed(answer, "next", found)) is not None:
            offset += limit
            answer = self._page(offset, limit, found, address)
            ids += identities(answer)
            if offset == limit and (back := self._followed(answer, "prev", found)) is not None:
                again = identities(self._page(0, limit, found, back))
                if again != first:
                    found.append(("links", f"prev of the second page of {limit} does not lead to the first"))
            if not identities(answer):
                break
        return ids

    def _followed(self, answer: Answer, rel: str, found: list[tuple[str, str]]) -> str | None:
        address = _link(answer, rel)
        if address is not None and not address.startswith(self._service.base_url + "/"):
            # The token goes to the host that it was given for, and to no other.
            found.append(("links", f"{rel} leads to another host"))
            return None
        return address

    def _compare(self, walks: Sequence[list[str]]) -> list[tuple[str, str]]:
        longest = max(walks, key=len)
        ways = [f"pages of {limit}" for limit in LIMITS] + ["links by 7", "links by 2"]
        found = []
        for way, ids in zip(ways, walks, strict=True):
            check = "links" if way.startswith("links") else "pages"
            if ids[:UPTO] != longest[: min(UPTO, len(ids))] or len(ids) < min(UPTO, len(longest)):
                found.append((check, f"{way} are not what other pages are"))
            if len(set(ids)) != len(ids):
                found.append((check, f"{way} repeat an entry"))
        return found

    def _check_total(self, seen: list[str]) -> list[tuple[str, str]]:
        totals = [total for total in self._totals if total is not None]
        if not totals:
            return [("total", "the header is missing")]
        found: list[tuple[str, str]] = []
        total = max(totals)
        if self._service.alone and len(totals) > 1:
            found.append(("total", f"is {min(totals)} on one page and {total} on another"))
        if total:
            self._page(total - 1, 1, found)
        if identities(self._page(total, 1, found)):
            found.append(("total", f"there is an entry after the last of {total}"))
        if total <= LIMITS[0] and len(seen) != total:
            found.append(("total", f"is {total}, but there are {len(seen)} entries"))
        return found


def _link(answer: Answer, rel: str) -> str | None:
    links = answer.field("links")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, Mapping) and link.get("rel") == rel:
            return str(link.get("href"))
    return None
