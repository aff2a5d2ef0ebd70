"""Drafts: runs that are not begun. A manifest is read once, into the journal that its run will have.

What is asked about is what is in the draft, and what is in the draft is what is done: nobody reads the manifest again.
Paths in it are looked up (`sbg_bulk.runs.resolve`) before the run begins. A draft that is not begun leaves nothing.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

from sbg_bulk.errors import InputError
from sbg_bulk.files.paths import Location
from sbg_bulk.runs import forms
from sbg_bulk.runs.columns import SIZE_COLUMN, SOURCE_COLUMN, TYPE_COLUMN
from sbg_bulk.runs.draft_rows import Going, Planned, Source, Target
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.journal_file import PLACED, claim, clear_errors, connect, duplicate, fill, insert_folders, values_of
from sbg_bulk.runs.journal_reader import FOLDER_SEEN
from sbg_bulk.runs.left_out import Conflicts
from sbg_bulk.runs.problems import ManifestError, Problem
from sbg_bulk.runs.records import NewFolder, Plan
from sbg_bulk.runs.rows import PathRow, Row

_TAKEN: Final = (
    "CREATE TEMP TABLE claimed (place TEXT, name TEXT, number INTEGER, PRIMARY KEY (place, name)) WITHOUT ROWID",
    "CREATE TEMP TABLE gone (place INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE more (number INTEGER, file TEXT, parent TEXT, project TEXT)",
)
_SETTLED: Final = (
    "DROP TABLE claimed",
    "DELETE FROM row WHERE place IN (SELECT place FROM gone)",
    "DELETE FROM pending WHERE place IN (SELECT place FROM gone)",
    # One that stands in a row of its own is done by that.
    "INSERT OR IGNORE INTO row (place, number, file, parent, project) "
    "SELECT (SELECT coalesce(max(place), -1) FROM row) + rowid, number, file, parent, project FROM more",
    # Jobs are made of rows whose places follow each other.
    "CREATE TEMP TABLE ranked AS SELECT place, row_number() OVER (ORDER BY place) - 1 AS rank FROM row",
    "CREATE UNIQUE INDEX temp.ranked_place ON ranked (place)",
    "UPDATE row SET place = -1 - (SELECT rank FROM ranked WHERE ranked.place = row.place)",
    "UPDATE row SET place = -1 - place",
    "UPDATE pending SET place = -1 - (SELECT rank FROM ranked WHERE ranked.place = pending.place)",
    "UPDATE pending SET place = -1 - place",
    "DROP TABLE ranked",
    "DROP TABLE gone",
    "DROP TABLE more",
)
_PATH: Final = "coalesce(pending.path, json_extract(extra, ?1))"
"""The path of what a row means, as it was given or, in a list, as it was written beside an id."""

ItemOf: TypeAlias = Callable[[Mapping[str, Any]], Any]
"""Makes what is to be done of its values, by the columns of a manifest."""

_IF_FULL: Final = "Nothing was sent. Free some space, or name another file for the journal."


class Draft:
    """A run that is not begun. Use it as a context manager, or call `close`: what was not begun is gone then.

    Attributes:
        path: where its journal is.
        plan: what the run is to do.
        requests: how many requests it took to find what its paths name.
        conflicts: what was found where its rows go; None if nobody has looked.
        unresolved: whether there are paths of which it is not known yet what they name.
        checked: whether what its rows use beside files, such as volumes, was looked at.
        used: what its rows use beside files, as it was found then.
        chosen: whether paths and filters have chosen its rows, and no manifest lists them.
    """

    def __init__(self, journal: Journal, connection: sqlite3.Connection, item: ItemOf) -> None:
        self.path = journal.path
        self.plan = journal.plan
        self.requests = 0
        self.conflicts: Conflicts | None = None
        self.checked = False
        self.used: tuple[Any, ...] = ()
        self.chosen = False
        self._journal: Journal | None = journal
        self._db = connection
        self._item = item
        self._rows = int(connection.execute("SELECT count(*) FROM row").fetchone()[0])
        self.unresolved = bool(connection.execute("SELECT EXISTS (SELECT 1 FROM pending)").fetchone()[0])

    @classmethod
    def create(
        cls,
        path: Path,
        plan: Plan,
        rows: Iterable[Row | PathRow | Problem],
        clock: Callable[[], float] = time.time,
        *,
        folders: Iterable[NewFolder] = (),
        item: ItemOf = dict,
    ) -> Self:
        """Read a manifest into a new journal. If anything is wrong, no file is left behind.

        Args:
            path: where.
            plan: what the run is to do.
            rows: those of the manifest, with its problems.
            clock: tells the time, in Unix seconds.
            folders: those that are to be made first, parents before what is in them.
            item: makes an item of its values, for `items`.

        Raises:
            ManifestError: the manifest has problems, duplicate sources among them.
            WrongJournal: the file exists already.
            JournalError: it cannot be written.
        """
        claim(path)
        try:
            with clear_errors(path, if_full=_IF_FULL):
                connection = connect(path)
                try:
                    fill(connection, plan, rows, folders)
                    return cls(Journal(path, connection, clock), connection, item)
                except BaseException:
                    connection.close()
                    raise
        except BaseException:
            _remove(path)
            raise

    def __len__(self) -> int:
        return self._rows

    def targets(self) -> list[Target]:
        """Return the destinations that are paths, each once."""
        found = self._select('SELECT "to", target FROM pending WHERE "to" IS NOT NULL GROUP BY "to", target')
        return [Target(*one) for one in found]

    def rows_to(self, target: Target) -> Iterator[int]:
        """Produce the numbers of the rows with a destination."""
        query = 'SELECT number FROM pending WHERE "to" = ? AND target IS ? ORDER BY place'
        return (number for (number,) in self._select(query, (target.to, target.column)))

    def first_with(self, key: str) -> dict[str, int]:
        """Return the values that rows have in a column without one of its own, each with its first row's number."""
        query = "SELECT json_extract(item, ?1) AS value, min(number) FROM row WHERE value IS NOT NULL GROUP BY value"
        return dict(self._select(query, (f"$.{key}",)))

    def sources(self, size: int) -> Iterator[list[Source]]:
        """Produce the rows whose source is a path, so many at a time, those of a folder together."""
        found = self._select("SELECT place, number, source, path FROM pending WHERE source IS NOT NULL ORDER BY path")
        while batch := [Source(*one) for one in islice(found, size)]:
            yield batch

    def found(self, source: Source, file: str) -> Problem | None:
        """Note which file a row means; return the problem that another means it too, if one does."""
        with clear_errors(self.path, if_full=_IF_FULL):
            try:
                self._db.execute("UPDATE row SET file = ? WHERE place = ?", (file, source.place))
            except sqlite3.IntegrityError:
                return duplicate(self._db, source.number, source.column, file, source.path)
        return None

    def has(self, file: str) -> bool:
        """Return whether a row means this file or folder."""
        return any(self._select("SELECT 1 FROM row WHERE file = ?", (file,)))

    def around(self, source: Source, folder: str, *, takes_away: bool) -> int | None:
        """Return the number of the row that takes a folder around a source whole; None if that is not to be minded.

        Copies of both to different places are what somebody may want.
        """
        found = self._select(
            "SELECT whole.number FROM row AS whole, row AS part WHERE whole.file = ? AND part.place = ? AND (? OR "
            "(whole.parent IS part.parent AND whole.project IS part.project AND whole.folder IS part.folder))",
            (folder, source.place, takes_away),
        )
        return next((int(number) for (number,) in found), None)

    def lead(self, to: str, parent: str | None, project: str | None) -> None:
        """Note which folder or project a destination means."""
        with clear_errors(self.path, if_full=_IF_FULL):
            self._db.execute(
                'UPDATE row SET parent = ?, project = ? WHERE place IN (SELECT place FROM pending WHERE "to" = ?)',
                (parent, project, to),
            )
            self._db.execute('UPDATE pending SET "to" = NULL WHERE "to" = ?', (to,))

    def make(self, folders: Sequence[NewFolder], targets: Mapping[str, int]) -> None:
        """Note which folders are to be made when the run begins, and which destinations, by their paths, they are."""
        with clear_errors(self.path, if_full=_IF_FULL):
            insert_folders(self._db, folders)
            self._db.executemany(
                'UPDATE row SET folder = ? WHERE place IN (SELECT place FROM pending WHERE "to" = ?)',
                ((number, to) for to, number in targets.items()),
            )

    def by_destination(self, size: int) -> Iterator[list[Going]]:
        """Produce all rows, so many at a time, those that go to one place together."""
        with clear_errors(self.path, if_full=_IF_FULL):
            for statement in _TAKEN:
                self._db.execute(statement)
        yield from self._going("row LEFT JOIN pending USING (place) ORDER BY folder, parent, project, place", size)

    def named_twice(self, size: int) -> Iterator[list[Going]]:
        """Produce the rows that have both an id and a path, so many at a time."""
        yield from self._going("row JOIN pending USING (place) WHERE also IS NOT NULL ORDER BY place", size)

    def _going(self, rows: str, size: int) -> Iterator[list[Going]]:
        found = self._select(
            f"SELECT place, row.number, file, name, parent, project, folder, beside, also, item FROM {rows}"  # noqa: S608
        )
        while batch := [Going(*one) for one in islice(found, size)]:
            yield batch

    def claim(self, row: Going, name: str) -> int | None:
        """Note the name that a row will have in its place; return the number of the earlier row that has it, if any."""
        place = json.dumps([row.parent, row.project, row.folder])
        with clear_errors(self.path, if_full=_IF_FULL):
            if self._db.execute("INSERT OR IGNORE INTO claimed VALUES (?, ?, ?)", (place, name, row.number)).rowcount:
                return None
            found = self._db.execute("SELECT number FROM claimed WHERE place = ? AND name = ?", (place, name))
            return int(found.fetchone()[0])

    def folder_name(self, row: Going) -> str | None:
        """Return the name that the folder of a row had when it was planned; None if the row does not say."""
        [(extra,)] = self._select("SELECT extra FROM row WHERE place = ?", (row.place,))
        said = json.loads(extra or "{}")
        if said.get("type") != "folder":
            return None
        return row.name or str(said.get(SOURCE_COLUMN) or "").rstrip("/").rpartition("/")[2] or None

    def saw_folder(self, file: str, name: str) -> None:
        """Note that a folder is there, and the name that it will have; empty if that is not known."""
        with clear_errors(self.path, if_full=_IF_FULL):
            query = "INSERT INTO learned VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value WHERE ?"
            self._db.execute(query, (FOLDER_SEEN + file, name, name != ""))

    def leave_out(self, place: int) -> None:
        """Note that a row, by its place in the journal, is not to be done."""
        with clear_errors(self.path, if_full=_IF_FULL):
            self._db.execute("INSERT INTO gone VALUES (?)", (place,))

    def change(self, place: int, values: Mapping[str, Any]) -> None:
        """Note what else is said of what is to be done with a row, by its place in the journal."""
        with clear_errors(self.path, if_full=_IF_FULL):
            query = "UPDATE row SET item = json_patch(coalesce(item, '{}'), ?) WHERE place = ?"
            self._db.execute(query, (json.dumps(values), place))

    def add(self, row: Going) -> None:
        """Note something that is to be done besides, with the number of the row that it comes from."""
        with clear_errors(self.path, if_full=_IF_FULL):
            self._db.execute("INSERT INTO more VALUES (?, ?, ?, ?)", (row.number, row.file, row.parent, row.project))

    def settle(self) -> None:
        """Have the rows be those that are left, and those that were added."""
        with clear_errors(self.path, if_full=_IF_FULL):
            for statement in _SETTLED:
                self._db.execute(statement)
            self._rows = int(self._db.execute("SELECT count(*) FROM row").fetchone()[0])

    def items(self) -> list[Any]:
        """Return what is to be done. Only for a draft without new folders."""
        return [self._item(values) for values in self._open().values(0, self._rows - 1)]

    def files(self) -> Iterator[str]:
        """Produce the id of what each row means; known when it is resolved."""
        return (file for (file,) in self._select("SELECT file FROM row ORDER BY place"))

    def first(self, number: int) -> Iterator[Planned]:
        """Produce the first rows, so many of them, as they are shown."""
        query = (
            f"SELECT file, {_PATH}, coalesce(given, folder.path, row.project, 'folder ' || row.parent), row.name, "  # noqa: S608
            "json_extract(extra, ?2), "
            "CASE typeof(json_extract(extra, ?3)) WHEN 'integer' THEN json_extract(extra, ?3) END, "
            "json_extract(item, '$.volume') || ':' || json_extract(item, '$.location') "
            "FROM row LEFT JOIN pending USING (place) LEFT JOIN folder ON folder.number = row.folder "
            "ORDER BY place LIMIT ?4"
        )
        keys = (f"$.{SOURCE_COLUMN}", f"$.{TYPE_COLUMN}", f"$.{SIZE_COLUMN}")
        for file, source, to, name, kind, size, on_volume in self._select(query, (*keys, number)):
            if on_volume is not None and to is None:
                to, _, name = on_volume.rpartition("/")
            called = name or (source or "").rpartition("/")[2] or None
            known = kind if kind in ("file", "folder") else None
            yield Planned(file, source, to and to.strip("/"), called, known, size)

    @property
    def place(self) -> str | None:
        """Return the project or folder that all rows are in; None if there is none, or paths are not known of each."""
        paths = f"SELECT ltrim({_PATH}, '/') AS path FROM row LEFT JOIN pending USING (place)"  # noqa: S608
        query = f"SELECT min(path), max(path), count(path) FROM ({paths})"  # noqa: S608
        [(least, most, known)] = self._select(query, (f"$.{SOURCE_COLUMN}",))
        if not known or known < self._rows:
            return None
        # What the first and the last in their order begin with, all between do.
        pairs = zip(least.split("/")[:-1], most.split("/")[:-1], strict=False)
        common = [one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)]
        return "/".join(common) if len(common) > 1 else None

    @property
    def folders(self) -> int:
        """Return how many folders the run makes before it submits anything; known when it is resolved."""
        return self._open().folders()[1]

    def arrivals(self) -> list[int]:
        """Return how many rows go to each destination, of those that are not deleted; known when it is resolved."""
        query = (
            "SELECT count(*) FROM row WHERE coalesce(folder, parent, project) IS NOT NULL "
            "GROUP BY folder, parent, project"
        )
        return [number for (number,) in self._select(query)]

    def folder_places(self) -> dict[int, Location]:
        """Return the folders that the run makes, by their numbers."""
        return {number: Location.written(path) for number, path in self._select("SELECT number, path FROM folder")}

    def columns_beginning(self, prefix: str) -> tuple[list[str], int]:
        """Return the columns of items whose names begin so, and how many rows have a value in any of them."""
        columns = [name for name in self._open().item_columns() if name.startswith(prefix)]
        query = "SELECT count(*) FROM row WHERE EXISTS (SELECT 1 FROM json_each(item) WHERE substr(key, 1, ?) = ?)"
        [(rows,)] = self._select(query, (len(prefix), prefix)) if columns else [(0,)]
        return columns, int(rows)

    def save(self, path: Path, form: forms.Format | None = None) -> None:
        """Write what the run would do as a manifest that gives the same run.

        Args:
            path: a new file.
            form: its format; None to go by its name, else CSV.

        Raises:
            InputError: the file exists already, or cannot be written.
        """
        form = form or forms.guess_format(path.name) or "csv"
        [(others,)] = self._select('SELECT EXISTS (SELECT 1 FROM pending WHERE "to" IS NOT NULL)')
        journal = self._open()
        items = journal.item_columns()
        names = [*items, *(["to"] if others else []), *journal.extra_columns()]
        with forms.new_file(path) as stream:
            forms.write(stream, form, names, self._records(self.plan.columns))

    def _records(self, items: Sequence[str]) -> Iterator[dict[str, Any]]:
        query = f'SELECT extra, "to", {", ".join(PLACED)}, item FROM row LEFT JOIN pending USING (place) ORDER BY place'  # noqa: S608
        for extra, to, *values in self._select(query):
            yield {
                **values_of(items, values),
                **({} if to is None else {"to": to}),
                **json.loads(extra or "{}"),
            }

    def begin(self) -> Journal:
        """Make the draft a run, whose journal is on disk when this returns. The draft is over."""
        journal = self._open()
        if self.unresolved:
            raise InputError("The manifest has paths that have not been looked up: plan it with a client.")
        with clear_errors(self.path, if_full=_IF_FULL):
            self._db.execute("DROP TABLE pending")
            self._db.execute("COMMIT")
        self._journal = None
        return journal

    def close(self) -> None:
        """Give the draft up, unless it was begun: nothing of it stays."""
        if self._journal is not None:
            self._journal = None
            self._db.close()
            _remove(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> Journal:
        if self._journal is None:
            raise InputError("This draft can no longer be used: it was started already, or closed.")
        return self._journal

    def _select(self, query: str, parameters: Sequence[object] = ()) -> Iterator[Any]:
        self._open()
        with clear_errors(self.path, if_full=_IF_FULL):
            # Not `yield from`: see `Journal`.
            for row in self._db.execute(query, parameters):  # noqa: UP028
                yield row


def raise_problems(problems: Sequence[Problem], count: int) -> None:
    """Raise ManifestError if there are problems."""
    if count:
        raise ManifestError(sorted(problems, key=lambda one: one.row), count)


def _remove(path: Path) -> None:
    for leftover in (path, path.with_name(path.name + "-journal")):
        leftover.unlink(missing_ok=True)
