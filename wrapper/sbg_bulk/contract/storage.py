"""Volumes, and the lists of what is on them: paged by a token, unlike all others."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from attrs import define, field

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.chosen import hold_chosen
from sbg_bulk.contract.history import disagreement
from sbg_bulk.contract.refusals import refused
from sbg_bulk.contract.service import Service

MOST_VOLUMES = 10
"""Volumes that are looked at."""

MOST_PAGES = 6
"""Pages of one object that are gone through."""

SMALL = 12
"""Objects of a folder that is imported, at most."""

NOT_A_TOKEN = "sbg-bulk-contract-not-a-page"  # noqa: S105 - it is none


@define
class Volumes:
    """The user's volumes, as far as they are looked at.

    Attributes:
        entries: the volumes, as the list has them.
    """

    _service: Service
    _entries: list[Mapping[str, Any]] | None = None
    _details: dict[str, Answer] = field(factory=dict)

    @property
    def ids(self) -> list[str]:
        """Return the ids of volumes that can be used."""
        if self._entries is None:
            self._entries = []
            if self._service.serves("list_volumes"):
                self._entries = self._service.call("list_volumes", query={"limit": MOST_VOLUMES}).listed()
        ids = [str(one.get("id")) for one in self._entries]
        return [one for one in ids if one.count("/") == 1 and self.details(one).field("active") is not False]

    def details(self, volume: str) -> Answer:
        """Read a volume, once."""
        if volume not in self._details:
            self._details[volume] = self._service.call("get_volume", path=path_of(volume))
        return self._details[volume]

    def writable(self, volume: str) -> bool:
        """Return whether a volume may be written to."""
        return str(self.details(volume).field("access_mode")).upper() == "RW"

    def page(self, volume: str, **query: Any) -> Answer:
        """Return a page of the objects of a volume."""
        return self._service.call("list_volume_objects", path=path_of(volume), query=query)

    def listed(self, volume: str, **query: Any) -> tuple[list[str], list[str], Answer, bool]:
        """Return locations and prefixes of the first pages, the last of these, and whether it is the last one of all.

        A page may have less than its limit, or nothing at all, though there are more.
        """
        page = self.page(volume, limit=100, **query)
        locations, prefixes = _locations(page), prefixes_of(page)
        for _ in range(MOST_PAGES):
            told = next_of(page)
            address = None if told is None else self._service.follow(told)
            if address is None:
                return locations, prefixes, page, told is None
            page = self._service.call("list_volume_objects", path=path_of(volume), address=address)
            locations += _locations(page)
            prefixes += prefixes_of(page)
        return locations, prefixes, page, False

    def with_objects(self, seed: int) -> tuple[str, list[str]] | None:
        """Return a volume and the locations of some of its objects, in an order that is drawn; None without any."""
        for volume in self.ids:
            found, prefixes = self._look(volume, "")
            for prefix in prefixes[:3]:
                found += self._look(volume, prefix)[0] if not found else []
            if found:
                random.Random(seed).shuffle(found)  # noqa: S311 - to be repeatable
                return volume, found[:3]
        return None

    def _look(self, volume: str, prefix: str) -> tuple[list[str], list[str]]:
        locations, prefixes, _, _ = self.listed(volume, **({"prefix": prefix} if prefix else {}))
        return [one for one in locations if one.rpartition("/")[2]], prefixes

    def small_folder(self) -> tuple[str, str, list[str]] | None:
        """Return a volume, a location that ends in a slash, and the few keys below it; None if there is none."""
        for volume in self.ids[:3]:
            for prefix in self._look(volume, "")[1][:3]:
                keys = self._keys(volume, prefix)
                if keys is not None:
                    return volume, prefix, keys
        return None

    def _keys(self, volume: str, prefix: str) -> list[str] | None:
        found: list[str] = []
        todo, seen = [prefix], set[str]()
        while todo:
            seen.add(todo[-1])
            locations, prefixes, _, whole = self.listed(volume, prefix=todo.pop())
            found += locations
            todo += [one for one in prefixes if one not in seen]
            if not whole or len(found) + len(todo) > SMALL or len(seen) > SMALL:
                return None
        return found if found and all(one.rpartition("/")[2] for one in found) else None


def path_of(volume: str) -> dict[str, str]:
    """Return the parameters of the path of a volume."""
    owner, _, name = volume.partition("/")
    return {"volume_owner": owner, "volume_name": name}


def prefixes_of(page: Answer) -> list[str]:
    """Return the prefixes of a page of objects."""
    prefixes = page.field("prefixes")
    found = [one.get("prefix") for one in prefixes if isinstance(one, Mapping)] if isinstance(prefixes, list) else []
    return [one for one in found if isinstance(one, str) and one]


def next_of(page: Answer) -> str | None:
    """Return the address of the next page; None on the last."""
    links = page.field("links")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, Mapping) and isinstance(link.get("next"), str) and link["next"]:
            return str(link["next"])
    return None


def check_storage(service: Service, volumes: Volumes) -> None:
    """Check volumes and the lists of their objects."""
    for entry in service.call("list_volumes", query={"limit": MOST_VOLUMES}).listed()[:3]:
        details = volumes.details(str(entry.get("id")))
        different = disagreement(details.body, entry) if details.ok else "everything"
        service.report.hold(
            "volume-details",
            not different,
            f"a volume's entry and its details differ in {different}",
            expected="the same values",
            came=f"{dict(entry)} in the list: {details.exchange}",
            exchange=details.exchange,
        )
        service.report.hold(
            "volume-details",
            details.field("id") == entry.get("id")
            and str(details.field("access_mode") or "RO").upper() in ("RO", "RW"),
            "a volume has a different id than requested, or an undocumented access_mode",
            expected="access_mode RO or RW",
            exchange=details.exchange,
        )
    for number, volume in enumerate(volumes.ids[:2]):
        _check_objects(service, volumes, volume, number)
    for volume in volumes.ids[:1]:
        whole = {volume: volumes.details(volume).body}
        few = service.call("get_volume", path=path_of(volume), query={"fields": "access_mode"})
        hold_chosen(service, few, "access_mode", whole)
        some = service.call("list_volumes", query={"limit": MOST_VOLUMES, "fields": "name"})
        hold_chosen(service, some, "name")


def _check_objects(service: Service, volumes: Volumes, volume: str, number: int) -> None:
    hold = service.report.hold
    locations, prefixes, whole, _ = volumes.listed(volume)
    shown = [*locations, *prefixes]
    hold(
        "volume-objects",
        len(_shown(whole)) <= 100 and len(set(shown)) == len(shown),
        "a page of objects is longer than its limit, or repeats an object",
        expected="at most 100, each once",
        exchange=whole.exchange,
    )
    _check_pages(service, volumes, volume, shown)
    named = {str(one.get("volume", volume)) for one in whole.listed()}
    hold(
        "volume-objects",
        named <= {volume},
        "an object is listed as being on another volume",
        expected=volume,
        exchange=whole.exchange,
    )
    for prefix in [*prefixes[:1], *(one[: max(1, len(one) // 2)] for one in shown[:1])]:
        below, above, inside, _ = volumes.listed(volume, prefix=prefix)
        found = [*below, *above]
        hold(
            "volume-prefix",
            inside.ok
            and bool(found)
            and all(one.startswith(prefix) for one in found)
            and all(one.endswith("/") and one != prefix for one in above),
            "objects listed for a prefix do not begin with it, or some are missing",
            expected=f"keys that begin with {prefix}",
            exchange=inside.exchange,
        )
        if prefix.endswith("/"):
            deeper = [one for one in found if "/" in one.removeprefix(prefix).rstrip("/")]
            hold(
                "volume-level",
                not deeper,
                "objects deeper than the next slash are listed",
                expected="the prefix instead",
                exchange=inside.exchange,
            )
        if len(found) > 1:
            _check_prefixed_pages(service, volumes, volume, prefix)
    # What has other letters, or stands further on in a key, is another prefix.
    likely = [one for key in shown[:1] for one in (key.swapcase(), key[1:]) if one]
    for prefix in ("sbg-bulk-contract-ключ-ü/", *likely[number % 2 :][:1]):
        nothing = volumes.page(volume, prefix=prefix, limit=100)
        hold(
            "volume-prefix",
            nothing.ok and all(one.startswith(prefix) for one in _shown(nothing)),
            "objects are listed for a prefix that they do not begin with",
            expected=f"keys that begin with {prefix}",
            exchange=nothing.exchange,
        )
    answer = volumes.page(volume, continuation_token=NOT_A_TOKEN)
    refused(service, "bad-query", answer, "with an invalid continuation_token", 400)


def _check_prefixed_pages(service: Service, volumes: Volumes, volume: str, prefix: str) -> None:
    """Check that the next page of a prefix is of the prefix still."""
    page = volumes.page(volume, prefix=prefix, limit=1)
    told = next_of(page)
    address = None if told is None else service.follow(told)
    if address is None:
        return
    after = service.call("list_volume_objects", path=path_of(volume), address=address)
    service.report.hold(
        "volume-pages",
        after.ok and all(one.startswith(prefix) for one in _shown(after)) and _shown(after) != _shown(page),
        "the next page of a prefix has others",
        expected=f"keys that begin with {prefix}",
        exchange=after.exchange,
    )


def _check_pages(service: Service, volumes: Volumes, volume: str, wanted: list[str]) -> None:
    """Go through pages of one entry along the links."""
    seen: list[str] = []
    page = volumes.page(volume, limit=1)
    for _ in range(MOST_PAGES):
        here = _shown(page)
        service.report.hold(
            "volume-objects",
            len(here) <= 1,
            "a page of objects is longer than its limit, or repeats an object",
            expected="at most one entry",
            exchange=page.exchange,
        )
        seen += here
        told = next_of(page)
        address = None if told is None else service.follow(told)
        if address is None:
            break
        page = service.call("list_volume_objects", path=path_of(volume), address=address)
    ended = next_of(page) is None
    service.report.hold(
        "volume-pages",
        sorted(seen) == sorted(wanted) if ended else len(set(seen)) == len(seen) and {*seen} <= {*wanted},
        "pages of one object, following next, differ from a page of 100",
        expected=", ".join(wanted[:MOST_PAGES]),
        came=", ".join(seen),
        exchange=page.exchange,
    )


def _locations(page: Answer) -> list[str]:
    return [str(one.get("location")) for one in page.listed()]


def _shown(page: Answer) -> list[str]:
    return [*_locations(page), *prefixes_of(page)]
