"""What unfinished runs of this machine are still going to make, move or delete.

A second run of that, asked for in other words, would have the service make it twice, as `1_name`. Journals in the usual
folder are read for it, beside whoever works on them; those that cannot be read are passed over.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, Self

from sbg_bulk.api.steps import Flow, record
from sbg_bulk.errors import SettingsError
from sbg_bulk.files.paths import Location, is_path
from sbg_bulk.files.resolver import PathResolver
from sbg_bulk.items import COPY, DELETE, MOVE
from sbg_bulk.models.resources import File
from sbg_bulk.runs import store
from sbg_bulk.runs.columns import DESTINATION_COLUMN, SOURCE_COLUMN
from sbg_bulk.runs.left_out import Chosen, Pending
from sbg_bulk.runs.task import in_use

NAMED: Final = 3
"""As many things that are not deleted are named for each run."""

_TABLES: Final = (
    # A place is the id of a folder or project, or a path. What a run makes a folder for has both once that is there.
    "CREATE TABLE claim (run INTEGER, kind TEXT, file TEXT, place TEXT, name TEXT, source TEXT)",
    "CREATE INDEX claim_place ON claim (place, name)",
    "CREATE INDEX claim_file ON claim (file)",
    "CREATE INDEX claim_source ON claim (source)",
    # The folders that hold what is still to be copied or moved, or to which it goes, as far as they are known.
    "CREATE TABLE needed (run INTEGER, folder TEXT, PRIMARY KEY (folder, run)) WITHOUT ROWID",
)
_PLAN: Final = "SELECT key, value FROM journal.run"
_READ: Final = """
WITH going AS (
    SELECT row.file, coalesce(row.name, last_name(chosen.extra)) AS name, source_path(chosen.extra) AS source,
        coalesce(made.id, row.parent, row.project) AS place, made.path
    FROM journal.row LEFT JOIN journal.folder AS made ON made.number = row.folder
    LEFT JOIN journal.row AS chosen ON chosen.place = row.place
        AND EXISTS (SELECT 1 FROM journal.learned WHERE key = 'chosen')
    WHERE row.outcome IS NULL
)
INSERT INTO claim
SELECT :run, :kind, file, place, name, source FROM going
UNION ALL SELECT :run, :kind, file, path, name, source FROM going WHERE path IS NOT NULL
"""
# Above a folder that is not there yet is one that is, whose id the journal has.
_READ_FOLDERS: Final = """
INSERT OR IGNORE INTO needed SELECT :run, parent FROM journal.folder WHERE id IS NULL AND parent IS NOT NULL
"""
_NEEDS: Final = "kind <> 'DELETE'"
_IDS: Final = (
    f"SELECT run, file FROM claim WHERE {_NEEDS} AND (source IS NULL OR ?) UNION "  # noqa: S608
    f"SELECT run, place FROM claim WHERE {_NEEDS} AND place NOT LIKE '%/%' UNION SELECT run, folder FROM needed"
)
_TAKEN: Final = "SELECT run FROM claim WHERE place = ? AND name = ? LIMIT 1"
_BELOW: Final = "SELECT run FROM claim WHERE place = ?1 OR (place > ?1 || '/' AND place < ?1 || '0') LIMIT 1"
_WITHIN: Final = (
    f"SELECT run FROM claim WHERE {_NEEDS} AND source > ?1 || '/' AND source < ?1 || '0' LIMIT 1",  # noqa: S608
    f"SELECT run FROM claim WHERE {_NEEDS} AND place > ?1 || '/' AND place < ?1 || '0' LIMIT 1",  # noqa: S608
)
_NEEDED: Final = "SELECT run FROM needed WHERE folder = ? LIMIT 1"
_FROM: Final = "SELECT run FROM claim WHERE source = ? AND kind IN ({}) LIMIT 1"
_LEAVING: Final = "SELECT run FROM claim WHERE file = ? AND kind IN ({}) LIMIT 1"
_KINDS: Final = {COPY: "'MOVE', 'DELETE'", MOVE: "'COPY', 'MOVE', 'DELETE'", DELETE: "'COPY', 'MOVE', 'DELETE'"}
"""What unfinished runs do with what is not to be copied, moved or deleted meanwhile: what they copy has to stay."""
_BY_ID: Final = "SELECT EXISTS (SELECT 1 FROM claim WHERE kind IN ({}) AND (source IS NULL OR ?))"


class Claims:
    """The rows without an outcome, of all unfinished runs on a platform."""

    def __init__(self, runs: Sequence[tuple[Path, str, str]], database: sqlite3.Connection) -> None:
        self._runs = runs
        self._db = database
        self._counts: Counter[int] = Counter()
        self._kept: dict[int, list[str]] = {}

    @classmethod
    def of(cls, endpoint: str | None) -> Self:
        """Read what the unfinished runs on a platform have left to do. It is to be closed.

        Args:
            endpoint: the platform; None if no run counts.
        """
        known: list[Path] = []
        with suppress(SettingsError):
            known = [] if endpoint is None else store.known()
        # Without a name: a file of SQLite's own, where it does not fit into memory.
        database = sqlite3.connect("", uri=True, isolation_level=None)
        database.create_function("last_name", 1, _last_name)
        database.create_function("source_path", 1, _source_path)
        for statement in _TABLES:
            database.execute(statement)
        runs: list[tuple[Path, str, str]] = []
        for path in reversed(known):
            if store.finished(path) is False and (plan := _read(database, path, endpoint, len(runs))) is not None:
                runs.append((path, *plan))
        return cls(runs, database)

    def __bool__(self) -> bool:
        return bool(self._runs)

    def close(self) -> None:
        """Give up what was read."""
        self._db.close()

    def found(self, job_type: str) -> tuple[Pending, ...]:
        """Return what was left out, a run at a time.

        Args:
            job_type: COPY, MOVE or DELETE: what was to be done with it.
        """
        return tuple(
            Pending(run, kind, number, in_use(path), job_type, tuple(self._kept.get(place, ())))
            for place, (path, run, kind) in enumerate(self._runs)
            if (number := self._counts[place])
        )

    def left(self, resolver: PathResolver, items: Sequence[Chosen], job_type: str) -> Flow[list[Chosen]]:
        """Return what is no unfinished run's to do, and count the rest.

        Args:
            resolver: knows the ids of the places that things go to.
            items: what was chosen.
            job_type: COPY, MOVE or DELETE: what is to be done with it.
        """
        if not self._runs:
            return list(items)
        targets = dict.fromkeys(item.to for item in items if item.to is not None)
        on_the_way = {here for target in targets for here in target.lineage()}
        names = {here: _names(resolver, here) for here in on_the_way}
        places = {name for all_ in names.values() for name in all_}
        unnamed = yield from record(partial(self._unnamed, places))
        if unnamed:
            details = yield from resolver.read(unnamed)
            yield from record(partial(self._name, details))
        folders = [item for item in items if item.is_folder]
        if folders and job_type != COPY:
            # Where either side has no path, what is in which folder is told by ids.
            yield from self._trace(resolver, all(_path(item) is not None for item in folders))

        above = yield from self._above(resolver, items, job_type)

        def is_left(item: Chosen) -> bool:
            run = self._run_of(item, names, above, job_type)
            if run is not None:
                self._counts[run] += 1
                if item.to is None and len(named := self._kept.setdefault(run, [])) < NAMED:
                    named.append(item.source)
            return run is None

        return (yield from record(lambda: [item for item in items if is_left(item)]))

    def _run_of(
        self, item: Chosen, names: Mapping[Location, Sequence[str]], above: Mapping[str, str], job_type: str
    ) -> int | None:
        """Return which run makes what an item would become, or needs its source where it is; None if none does."""
        kinds, path = _KINDS[job_type], _path(item)
        asked: list[tuple[str, tuple[str, ...]]] = [(_LEAVING.format(kinds), (item.id,))]
        around = above.get(item.id)
        while around is not None:
            asked.append((_LEAVING.format(kinds), (around,)))
            around = above.get(around)
        if path is not None:
            asked += [(_FROM.format(kinds), (str(here),)) for here in path.lineage()[1:-1]]
        if item.to is not None:
            own = item.to.below(item.name)
            # The folders on the way may be made by being copied whole.
            asked += [(_TAKEN, (name, here.name)) for here in own.lineage()[1:] for name in names[here.parent]]
            if item.is_folder:
                asked.append((_BELOW, (str(own),)))
        if job_type != COPY and item.is_folder:
            asked.append((_NEEDED, (item.id,)))
            asked += [(query, (str(path),)) for query in _WITHIN if path is not None]
        answers = (self._db.execute(query, values).fetchone() for query, values in asked)
        return next((int(answer[0]) for answer in answers if answer is not None), None)

    def _above(self, resolver: PathResolver, items: Sequence[Chosen], job_type: str) -> Flow[dict[str, str]]:
        """Return the folder of each item and, where paths do not tell what is in which, of each folder around them.

        It is read upwards, a request for a hundred.
        """
        query, unplaced = _BY_ID.format(_KINDS[job_type]), any(_path(item) is None for item in items)
        [(by_id,)] = yield from record(lambda: self._db.execute(query, (unplaced,)).fetchall())
        above: dict[str, str] = {}
        left: dict[str, None] = {}
        for item in items:
            path = _path(item)
            folder = item.folder or (resolver.folder_id(path.parent) if path is not None and path.names else None)
            if folder is not None:
                above[item.id] = folder
            if by_id and (folder is not None or path is None):
                left[folder or item.id] = None
        while left:
            details = yield from resolver.read(left)
            found = {here: there.parent for here, there in details.items() if there is not None and there.parent}
            above |= found
            left = dict.fromkeys(folder for folder in found.values() if folder not in above)
        return above

    def _trace(self, resolver: PathResolver, by_path: bool) -> Flow[None]:
        """Note each folder around what is still to be copied or moved, and around where it goes.

        It is read upwards, a request for a hundred. Of what has a path that is not needed if the others have one too.
        """
        left = yield from record(lambda: self._db.execute(_IDS, (not by_path,)).fetchall())
        yield from record(partial(self._need, left))
        while left:
            details = yield from resolver.read(dict.fromkeys(here for _, here in left))
            above = {(run, there.parent) for run, here in left if (there := details[here]) is not None and there.parent}
            left = yield from record(partial(self._need, above))

    def _need(self, folders: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
        """Note folders that runs need; return those that were not noted yet."""
        query = "INSERT OR IGNORE INTO needed VALUES (?, ?)"
        return [one for one in folders if self._db.execute(query, one).rowcount]

    def _unnamed(self, places: Iterable[str]) -> list[str]:
        """Return the ids of what goes to these places under its own name, which the journal does not say."""
        query = "SELECT DISTINCT file FROM claim WHERE place = ? AND name IS NULL AND kind <> ?"
        return [file for place in places for (file,) in self._db.execute(query, (place, DELETE))]

    def _name(self, details: Mapping[str, File | None]) -> None:
        self._db.executemany(
            "UPDATE claim SET name = ? WHERE file = ? AND name IS NULL",
            (("" if one is None else one.name, file) for file, one in details.items()),
        )


def _names(resolver: PathResolver, place: Location) -> tuple[str, ...]:
    """Return what a run may call a place: by its path and, once it is there, by its id."""
    found = resolver.folder_id(place)
    return (str(place),) if found is None else (str(place), found)


def _read(database: sqlite3.Connection, path: Path, endpoint: str | None, number: int) -> tuple[str, str] | None:
    """Read a journal's rows without an outcome, and return its run and the type of its jobs; None if it is no other's.

    What is torn by a change of the process that works on it is read once more.
    """
    for _ in range(3):
        try:
            # Immutable: the lock of that process is not asked about.
            database.execute("ATTACH ? AS journal", (f"{path.absolute().as_uri()}?immutable=1",))
            try:
                plan = {key: json.loads(value) for key, value in database.execute(_PLAN).fetchall()}
                if plan["endpoint"] != endpoint:
                    return None
                database.execute(_READ, {"run": number, "kind": plan["job_type"]})
                if plan["job_type"] != DELETE:
                    database.execute(_READ_FOLDERS, {"run": number})
                return plan["run"], plan["job_type"]
            finally:
                database.execute("DETACH journal")
        except (sqlite3.Error, ValueError, LookupError, TypeError):
            continue
    return None


def _last_name(extra: str | None) -> str | None:
    """Return the name at the end of the path that something chosen by path will have."""
    path = json.loads(extra or "{}").get(DESTINATION_COLUMN)
    return path.rpartition("/")[2] if isinstance(path, str) else None


def _source_path(extra: str | None) -> str | None:
    """Return where something chosen is; None if it was named by its id."""
    path = json.loads(extra or "{}").get(SOURCE_COLUMN)
    return path if isinstance(path, str) and is_path(path) else None


def _path(item: Chosen) -> Location | None:
    """Return where something is by its path from a project on; None if that is not known."""
    return None if item.place is None or item.place.project is None else item.place
