"""Checks of paging: a collection is the same whichever way one pages through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, field, frozen

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.report import Exchange
from sbg_bulk.contract.service import Service

ATTEMPTS = 7
"""How often a collection is read that changes meanwhile."""


@frozen
class Manner:
    """How a collection is read.

    Attributes:
        limits: the sizes of the pages that are gone through by offset, the largest first.
        linked: the sizes of those that are gone through along the links.
        upto: how many entries are looked at one page after the other; of a longer collection, these and the last one.
    """

    limits: tuple[int, ...]
    linked: tuple[int, ...]
    upto: int


FULL = Manner((100, 7, 1), (2,), 8)
BRIEF = Manner((100, 7, 2), (2,), 6)
"""For a collection that does not stand still for longer, as others add to it."""


@frozen
class Collection:
    """A call that lists something."""

    operation: str
    path: Mapping[str, str] | None = None
    query: Mapping[str, Any] = field(factory=dict)


@frozen
class _Held:
    """Something that was checked; what does not hold is told only if the collection stood still."""

    promise: str
    kept: bool
    cause: str
    expected: str
    came: str | None
    exchange: Exchange | None


def check_pages(service: Service, collection: Collection, *, brief: bool = False) -> Answer | None:
    """Page through the collection with several limits, by offset and by link. Returns its first page, the largest.

    Args:
        service: the service.
        collection: the collection.
        brief: whether some limits will do.
    """
    for attempt in range(ATTEMPTS):
        reading = _Reading(service, collection, BRIEF if attempt or brief else FULL)
        reading.read()
        if service.alone or reading.stood_still():
            reading.tell()
            return reading.first
    service.report.could_not(f"{collection.operation} changed each time while its pages were being read")
    return None


@define
class _Reading:
    _service: Service
    _collection: Collection
    _manner: Manner
    _held: list[_Held] = field(factory=list)
    _totals: list[int | None] = field(factory=list)
    _linked: int = 0
    first: Answer | None = None
    _read: dict[tuple[int, int], Answer] = field(factory=dict)

    def read(self) -> None:
        walks: dict[str, Sequence[str] | None] = {}
        most, *others = self._manner.limits
        walks[f"pages of {most}"] = whole = self._by_offset(most)
        # Pages that have all of it are as the first one.
        fitting = [limit for limit in others if limit < len(whole)] or others[-1:]
        walks |= {f"pages of {limit}": self._by_offset(limit) for limit in fitting}
        walks |= {f"links by {limit}": self._by_link(limit) for limit in self._manner.linked}
        self._compare(walks)
        self._check_total(walks[f"pages of {self._manner.limits[0]}"] or [])
        self._check_links()

    def stood_still(self) -> bool:
        """Return whether the collection is as it was. Totals that differ though it stood still are its own fault."""
        if self.first is None:
            return True
        again = self._call(0, self._manner.limits[0])
        return again.ids() == self.first.ids()

    def tell(self) -> None:
        """Put what was found into the report."""
        for one in self._held:
            self._service.report.hold(
                one.promise,
                one.kept,
                one.cause,
                expected=one.expected,
                came=one.came,
                exchange=one.exchange,
                place=self._collection.operation,
            )

    # Reading

    def _call(self, offset: int, limit: int, address: str | None = None) -> Answer:
        given = self._collection
        query = None if address else {**given.query, "offset": offset, "limit": limit}
        return self._service.call(given.operation, path=given.path, query=query, address=address)

    def _page(self, offset: int, limit: int, address: str | None = None) -> Answer:
        # A page that is asked for in two ways to go through the collection is read once.
        answer = self._read.get((offset, limit)) if address is None else None
        if answer is not None:
            return answer
        answer = self._call(offset, limit, address)
        if address is None:
            self._read[offset, limit] = answer
        if self.first is None:
            self.first = answer
        if not answer.ok:
            self._hold("pages", False, "a page cannot be read", "a page of entries", answer)
            return answer
        ids, total = answer.ids(), answer.count("X-Total-Matching-Query")
        self._totals.append(total)
        self._hold("limit", len(ids) <= limit, "a page is longer than its limit", f"at most {limit} entries", answer)
        self._hold("pages", len(set(ids)) == len(ids), "an entry is on a page twice", "each entry once", answer)
        if total is not None and address is None:
            left = max(0, total - offset)
            self._hold(
                "full-pages",
                not (len(ids) < min(limit, left) and ids),
                "a page is shorter than its limit, and not the last",
                f"{min(limit, left)} entries",
                answer,
            )
            self._hold(
                "total",
                len(ids) <= left and bool(ids) == bool(left),
                "a page has entries after the last one, or lacks some before it",
                f"{min(limit, left)} entries at offset {offset} of {total}",
                answer,
            )
        if total is not None:
            self._check_rels(answer, offset, total)
        return answer

    def _check_rels(self, answer: Answer, offset: int, total: int) -> None:
        wanted = {"next": offset + len(answer.ids()) < total, "prev": offset > 0 and bool(answer.ids())}
        for rel, there in wanted.items():
            address = answer.link(rel)
            self._linked += address is not None
            if there or address is None or rel == "prev":
                # That some pages have links and others not is told at the end.
                self._held.append(
                    _Held(
                        "links-given",
                        not there or address is not None,
                        f"{rel} is missing",
                        f"a link to the {rel} page",
                        None,
                        answer.exchange,
                    )
                )
            else:
                self._hold("links", False, "the last page has a next link", "no link", answer)

    def _by_offset(self, limit: int) -> list[str]:
        ids: list[str] = []
        while len(ids) < self._manner.upto:
            page = self._page(len(ids), limit)
            ids += page.ids()
            # What comes after the last entry is asked for once, see below.
            if not page.ids() or (page.count("X-Total-Matching-Query") == len(ids) and len(page.ids()) < limit):
                break
        return ids

    def _by_link(self, limit: int) -> list[str] | None:
        """Return the ids along the links; None if there are none to go along."""
        answer = self._page(0, limit)
        ids = answer.ids()
        followed = False
        before: tuple[str, int, list[str]] | None = None
        while len(ids) < self._manner.upto and (address := self._followed(answer, "next")) is not None:
            followed, offset, last = True, len(ids), answer.ids()
            answer = self._page(offset, limit, address)
            if not answer.ids():
                break
            ids = ids + answer.ids()
            back = self._followed(answer, "prev")
            before = before if back is None else (back, offset - len(last), last)
        if before is not None:
            # From the last page that was seen: what leads to the first one from there leads back from none.
            address, offset, last = before
            again = self._page(offset, limit, address)
            self._hold(
                "links",
                again.ids() == last,
                "prev does not lead to the page before",
                "the page before",
                again,
            )
        return ids if followed or len(ids) < limit else None

    def _followed(self, answer: Answer, rel: str) -> str | None:
        address = answer.link(rel)
        if address is None:
            return None
        home = self._service.at_home(address)
        self._hold("links-home", home, f"{rel} points to another host", "the host of the request", answer)
        followed = self._service.follow(address)
        if home:
            self._hold(
                "links", followed is not None, f"{rel} is not below the base URL", "a URL below the base URL", answer
            )
        return followed

    # Comparing

    def _compare(self, walks: Mapping[str, Sequence[str] | None]) -> None:
        read = {way: list(ids) for way, ids in walks.items() if ids is not None}
        longest = max(read.values(), key=len)
        for way, ids in read.items():
            promise = "links" if way.startswith("links") else "pages"
            wanted = longest[: min(self._manner.upto, len(longest))]
            self._hold(
                promise,
                ids[: self._manner.upto] == wanted[: len(ids)] and len(ids) >= len(wanted),
                f"{way.rpartition(' ')[0]} and pages of another size have different entries",
                f"the same entries in the same order, {len(wanted)} of them",
                None,
                f"{len(ids)} entries in {way}, {_difference(ids, wanted)}",
            )
            self._hold(
                promise, len(set(ids)) == len(ids), f"{way.rpartition(' ')[0]} repeat an entry", "each once", None, way
            )

    def _check_total(self, seen: Sequence[str]) -> None:
        totals = [total for total in self._totals if total is not None]
        self._hold("total-given", bool(totals), "the header X-Total-Matching-Query is missing", "the header", None)
        if not totals:
            return
        self._hold(
            "total",
            len(totals) == len(self._totals) and len(set(totals)) == 1,
            "the total is not the same on all pages, or missing on some",
            "the same number on each page",
            None,
            f"totals from {min(totals)} to {max(totals)}",
        )
        total = max(totals)
        if total:
            self._check_last(total, seen)
        after = self._page(total, 1)
        self._hold("total", not after.ids(), "there is an entry after the last", f"none at offset {total}", after)
        if total <= self._manner.upto:
            counted = len(set(seen))
            self._hold(
                "total", counted == total, "the total is not the number of entries", str(counted), None, str(total)
            )

    def _check_last(self, total: int, seen: Sequence[str]) -> None:
        """Ask for the last entry, at an offset that is less than the limit and no multiple of it, and go back."""
        last = self._page(total - 1, min(total, 100))
        self._hold("total", bool(last.ids()), "there is no last entry", f"an entry at offset {total - 1}", last)
        whole = seen if len(seen) == total else ()
        self._hold(
            "pages",
            len(last.ids()) <= 1 and last.ids() == ([*whole[-1:]] or last.ids()),
            "an offset that is no multiple of the limit leads elsewhere",
            f"the last entry alone at offset {total - 1}",
            last,
        )
        back = self._followed(last, "prev") if self._manner is FULL and whole and total > 1 else None
        if back is not None:
            again = self._call(0, total - 1, back)
            self._hold(
                "links",
                again.ids()[: total - 1] == [*whole[: total - 1]],
                "prev does not lead to what is before a page",
                f"the entries before offset {total - 1}",
                again,
            )

    def _check_links(self) -> None:
        """A service that names no page at all leaves out what it may; one that names some has to name all."""
        if self._linked:
            self._held = [
                _Held("links", one.kept, one.cause, one.expected, one.came, one.exchange)
                if one.promise == "links-given"
                else one
                for one in self._held
            ]

    def _hold(
        self,
        promise: str,
        kept: bool,
        cause: str,
        expected: str,
        answer: Answer | None,
        came: str | None = None,
    ) -> None:
        exchange = None if answer is None else answer.exchange
        self._held.append(_Held(promise, kept, cause, expected, came, exchange))


def _difference(ids: Sequence[str], wanted: Sequence[str]) -> str:
    for place, (one, other) in enumerate(zip(ids, wanted, strict=False)):
        if one != other:
            return f"entry {place} is {one}, not {other}"
    return "one list is longer"
