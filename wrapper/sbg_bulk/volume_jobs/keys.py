"""Objects of volumes that are looked for, however many: which of them there are, and of what size.

Only folders that one of them is in are listed, each once. Where a folder has many more objects than are looked for, it
is asked for these alone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice, takewhile
from typing import Any, Final

from attrs import frozen

from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.api.storage import ObjectPager
from sbg_bulk.models.storage import VolumeObject
from sbg_bulk.runs.journal_file import countable

_TABLE: Final = """
CREATE TABLE key (
    volume TEXT, location TEXT, number INTEGER, about TEXT, there INTEGER NOT NULL DEFAULT 0, size INTEGER,
    PRIMARY KEY (volume, location)
) WITHOUT ROWID
"""
_ADD: Final = "INSERT OR IGNORE INTO key (volume, location, number, about) VALUES (?, ?, ?, ?)"
_TAKE: Final = "UPDATE key SET there = 1, size = ? WHERE volume = ? AND location = ?"
_BELOW: Final = "volume = ? AND location > ? AND (? IS NULL OR location < ?)"


@frozen
class Key:
    """An object that was looked for, and is there.

    Attributes:
        volume: the volume's id.
        location: its key.
        about: what was noted of it.
        size: its size in bytes; None if the storage does not say.
    """

    volume: str
    location: str
    about: Any
    size: int | None


class Keys:
    """The objects that are looked for. It is to be closed."""

    def __init__(self) -> None:
        # Without a name: a file of SQLite's own, where it does not fit into memory.
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute(_TABLE)
        self._db.execute("BEGIN")

    def close(self) -> None:
        """Give up what was found."""
        self._db.close()

    def add(self, volume: str, location: str, number: int = 0, about: object = None) -> int | None:
        """Note an object that is to be looked for; return the number of the one before, if it was noted already.

        Args:
            volume: the volume's id.
            location: its key.
            number: that of the row that it is looked for.
            about: what is to be known of it when it is found, a value that JSON has.
        """
        if self._db.execute(_ADD, (volume, location, number, json.dumps(about))).rowcount:
            return None
        found = self._db.execute("SELECT number FROM key WHERE volume = ? AND location = ?", (volume, location))
        return int(found.fetchone()[0])

    def look(self, policy: RequestPolicy) -> Flow[None]:
        """Find which of the objects there are.

        Raises:
            ApiError, ConnectionFailed, UnreadableAnswer, PagingError: see `sbg_bulk.api.request.request`.
        """
        for volume, start in (yield from record(self._starts)):
            left = [start]
            while left:
                left += yield from self._list(policy, volume, left.pop())

    def found(self, size: int) -> Iterator[list[Key]]:
        """Produce the objects that are there, so many at a time, in the order of their locations."""
        rows = self._db.execute("SELECT volume, location, about, size FROM key WHERE there ORDER BY volume, location")
        keys = (Key(volume, location, json.loads(about), bytes_) for volume, location, about, bytes_ in rows)
        while batch := list(islice(keys, size)):
            yield batch

    def _starts(self) -> list[tuple[str, str]]:
        """Return the volumes, each with the folder that all the objects on it are in."""
        ends = self._db.execute("SELECT volume, min(location), max(location) FROM key GROUP BY volume").fetchall()
        # What the first and the last in their order begin with, all between do.
        starts = []
        for volume, first, last in ends:
            common = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
            text = "".join(one for one, _ in common)
            starts.append((volume, text[: text.rfind("/") + 1]))
        return starts

    def _list(self, policy: RequestPolicy, volume: str, folder: str) -> Flow[list[str]]:
        """List a folder, and return those in it that have any of the objects."""
        wanted = yield from record(partial(self._count, volume, folder))
        pager = ObjectPager(policy, volume, folder, details=True)
        inner: list[str] = []
        pages = 0
        while (entries := (yield from pager.next())) is not None:
            inner += yield from record(partial(self._take, volume, folder, entries))
            pages += 1
            if pages >= wanted and not pager.ended:
                break
        else:
            return inner
        for location in (yield from record(partial(self._missing, volume, folder))):
            # Nothing that begins with a key comes before it.
            entries = yield from ObjectPager(policy, volume, location, details=True).next()
            yield from record(partial(self._take, volume, location, entries or ()))
        return []

    def _count(self, volume: str, folder: str) -> int:
        """Return how many of the objects are in a folder, and in those in it."""
        found = self._db.execute(f"SELECT count(*) FROM key WHERE {_BELOW}", _range(volume, folder))  # noqa: S608
        return int(found.fetchone()[0])

    def _missing(self, volume: str, folder: str) -> list[str]:
        """Return which of the objects in a folder have not been found."""
        query = f"SELECT location FROM key WHERE {_BELOW} AND NOT there"  # noqa: S608
        return [location for (location,) in self._db.execute(query, _range(volume, folder))]

    def _take(self, volume: str, folder: str, entries: Sequence[VolumeObject]) -> list[str]:
        """Note which entries of a folder are looked for; return the folders among them that have any of these."""
        # What is no text cannot be looked for.
        known = [one for one in entries if one.location.encode(errors="replace").decode() == one.location]
        objects = ((countable(one.size), volume, one.location) for one in known if not one.is_folder)
        self._db.executemany(_TAKE, objects)
        inner = (f"{one.location.removesuffix('/')}/" for one in known if one.is_folder)
        query = f"SELECT 1 FROM key WHERE {_BELOW} LIMIT 1"  # noqa: S608
        return [
            one
            for one in inner
            if one.startswith(folder) and one != folder and self._db.execute(query, _range(volume, one)).fetchone()
        ]


def _range(volume: str, folder: str) -> tuple[str, str, str | None, str | None]:
    """Return the parameters of `_BELOW`. What follows a slash in the order of locations is a zero."""
    end = f"{folder.removesuffix('/')}0" if folder else None
    return volume, folder, end, end
