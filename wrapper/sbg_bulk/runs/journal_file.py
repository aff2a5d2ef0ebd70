"""The file of a journal: its tables, its formats, its lock, and what can be wrong with it."""

from __future__ import annotations

import json
import os
import sqlite3
import struct
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from attrs import asdict, astuple

from sbg_bulk.errors import JournalError, RunInUse, WrongJournal
from sbg_bulk.runs.problems import ManifestError, Problem
from sbg_bulk.runs.records import NewFolder, Plan
from sbg_bulk.runs.rows import PathRow, Row

APPLICATION_ID: Final = 0x5342_4C4A
"""Marks a SQLite file as a journal of ours ("SBLJ")."""


FORMAT: Final = 4
"""The version of the tables below. Older journals are brought up to it when they are opened to be worked on."""


_TABLES: Final = """
CREATE TABLE run (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE row (
    place INTEGER PRIMARY KEY,  -- 0, 1, 2, ... in the manifest's order
    number INTEGER NOT NULL,    -- where it stands in the manifest
    file TEXT NOT NULL UNIQUE,
    parent TEXT, project TEXT, name TEXT,
    extra TEXT,                 -- the manifest's other columns, as JSON
    outcome TEXT, new_id TEXT, job TEXT, api_code INTEGER, message TEXT,
    folder INTEGER,             -- the number of the new folder that it goes to, instead of parent and project
    item TEXT                   -- what else is said of what is to be done, as JSON
);
CREATE INDEX row_outcome ON row (outcome) WHERE outcome IS NOT NULL AND outcome <> 'done';
CREATE TABLE submission (
    id INTEGER PRIMARY KEY,
    first INTEGER NOT NULL, last INTEGER NOT NULL,  -- the places of its rows
    state TEXT NOT NULL,
    sent_on REAL,               -- the server's time at the last answer before it was sent, Unix seconds
    job TEXT UNIQUE,
    sent_at REAL, known_at REAL, ended_at REAL,  -- by this machine's clock, Unix seconds
    started_on REAL, finished_on REAL,           -- of the job, by the server's clock, Unix seconds
    total_files INTEGER, completed_files INTEGER, failed_files INTEGER,  -- of the job
    done INTEGER, failed INTEGER                 -- of its rows
);
CREATE INDEX submission_open ON submission (state) WHERE state IN ('intended', 'running');
CREATE INDEX submission_void ON submission (state) WHERE state = 'void';
CREATE INDEX submission_first ON submission (first);
CREATE INDEX submission_last ON submission (last);
CREATE TABLE learned (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE foreign_job (id TEXT PRIMARY KEY) WITHOUT ROWID;
"""


_SLOTS: Final = """
CREATE TABLE slot (
    start INTEGER PRIMARY KEY, sent INTEGER NOT NULL, refused INTEGER NOT NULL, failed INTEGER NOT NULL,
    waited REAL NOT NULL, cause TEXT, "limit" INTEGER, remaining INTEGER, resets REAL, ahead REAL
)
"""


_FOLDERS: Final = """
CREATE TABLE folder (
    number INTEGER PRIMARY KEY, path TEXT NOT NULL, name TEXT NOT NULL, project TEXT, parent TEXT,
    above INTEGER,  -- the number of the new folder that it is in, instead of parent and project
    id TEXT         -- once it is made
)
"""

COPIED: Final = "CREATE TABLE IF NOT EXISTS copied (job TEXT PRIMARY KEY, ids TEXT NOT NULL)"
"""The ids of what each job copied, as JSON, without proof which is whose. No format needs this table."""

_PLACED: Final = """
CREATE TEMP VIEW placed AS SELECT
    row.place, row.number, row.file, row.name, row.extra, row.outcome, row.new_id, row.job, row.api_code, row.message,
    row.item,
    CASE WHEN row.folder IS NULL THEN row.parent ELSE folder.id END AS parent,
    CASE WHEN row.folder IS NULL THEN row.project END AS project
FROM row LEFT JOIN folder ON folder.number = row.folder
"""
"""The rows with the places that they go to, as far as these are there."""

PLACED: Final = ("file", "parent", "project", "name")
"""The columns of a manifest that have one of their own in the table of rows."""

_SINCE_2: Final = (
    "sent_at REAL", "known_at REAL", "ended_at REAL", "started_on REAL", "finished_on REAL", "total_files INTEGER",
    "completed_files INTEGER", "failed_files INTEGER", "done INTEGER", "failed INTEGER",
)  # fmt: skip
"""The columns of submissions that format 1 lacks."""


HALF_MADE: Final = (
    "{path} is incomplete: its process was killed before anything was sent. Delete it and start the run again."
)


def claim(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Whoever makes the file owns it: of two processes with one path, one is refused.
        path.touch(exist_ok=False)
    except OSError as error:
        if os.path.lexists(path):
            raise WrongJournal(f"{path} already exists; a journal is never overwritten.") from None
        raise JournalError(f"{path} cannot be written: {error.strerror}.") from None


def connect(path: Path) -> sqlite3.Connection:
    # Transactions are begun and ended by name; a lock that is held is not waited for.
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    # One file, and each commit on disk before the next step, even if the power fails right after it.
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA synchronous = EXTRA")
    return connection


SNAPSHOTS: Final = 100
"""Attempts to copy a journal between two changes of the process that works on it."""

_PAUSE: Final = 0.02
"""Seconds between two of them: a change takes a few milliseconds on a local disk."""


def snapshot(path: Path) -> sqlite3.Connection:
    """Return a copy, in memory, of a journal that another process works on, as it was between two changes.

    Raises:
        RunInUse: that process does not stop changing it.
    """
    for attempt in range(SNAPSHOTS):
        if attempt:
            time.sleep(_PAUSE)
        before = _at_rest(path)
        if before is None:
            continue
        copy = sqlite3.connect(":memory:", isolation_level=None)
        # Immutable: the lock is not asked about. What is torn by a change is found out by that, or is no database.
        with suppress(sqlite3.DatabaseError):
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as source:
                source.backup(copy)
            if _at_rest(path) == before:
                return copy
        copy.close()
    raise RunInUse(f"Another process is working on this run ({path}), and keeps changing it. Try again.")


def _at_rest(path: Path) -> tuple[int, ...] | None:
    """Return what tells one state of a journal from the next; None if it is being changed.

    While it is, the rollback journal beside it has a header (https://www.sqlite.org/fileformat2.html, section 3).
    """
    beside, times = path.with_name(f"{path.name}-journal"), 0
    with suppress(FileNotFoundError):
        with beside.open("rb") as file:
            if file.read(8).strip(b"\0"):
                return None
        times = beside.stat().st_mtime_ns
    state = path.stat()
    return state.st_mtime_ns, state.st_size, times


def make_format_2(connection: sqlite3.Connection) -> None:
    """Bring the tables of format 1 up to format 2. Of times nothing was kept; the rows tell how many were done."""
    for column in _SINCE_2:
        connection.execute(f"ALTER TABLE submission ADD COLUMN {column}")
    connection.execute(
        "UPDATE submission SET (done, failed) = (SELECT sum(outcome = 'done'), sum(outcome = 'failed') FROM row "
        "WHERE place BETWEEN first AND last) WHERE state = 'ended'"
    )
    connection.execute(_SLOTS)


def make_format_3(connection: sqlite3.Connection) -> None:
    """Bring the tables of format 2 up to format 3: no folder was part of a run."""
    connection.execute("ALTER TABLE row ADD COLUMN folder INTEGER")
    connection.execute(_FOLDERS)


def make_format_4(connection: sqlite3.Connection) -> None:
    """Bring the tables of format 3 up to format 4: all that an item could say had a column of its own."""
    connection.execute("ALTER TABLE row ADD COLUMN item TEXT")
    connection.execute("INSERT INTO run VALUES ('columns', ?)", (json.dumps(columns_before_4(connection)),))
    connection.execute(f"PRAGMA user_version = {FORMAT}")


def columns_before_4(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the columns of the items of a journal that does not name them: only deletions had no destination."""
    found = connection.execute("SELECT EXISTS (SELECT 1 FROM row WHERE coalesce(parent, project, folder) IS NOT NULL)")
    return PLACED if found.fetchone()[0] else PLACED[:1]


def show_as_format_2(connection: sqlite3.Connection) -> None:
    """Have a file of format 1 look like one of format 2, as long as it is open. What is temporary comes first."""
    of_rows = "(SELECT sum(outcome = '{}') FROM row WHERE state = 'ended' AND place BETWEEN first AND last) AS {}"
    added = [f"NULL AS {column.split()[0]}" for column in _SINCE_2[:-2]]
    added += [of_rows.format(outcome, outcome) for outcome in ("done", "failed")]
    connection.execute(f"CREATE TEMP VIEW submission AS SELECT *, {', '.join(added)} FROM main.submission")  # noqa: S608
    connection.execute(_SLOTS.replace("CREATE TABLE", "CREATE TEMP TABLE"))


def show_as_format_3(connection: sqlite3.Connection) -> None:
    """Have a file of format 2 look like one of format 4, as long as it is open, but for the plan."""
    connection.execute("CREATE TEMP VIEW row AS SELECT *, NULL AS folder, NULL AS item FROM main.row")
    connection.execute(_FOLDERS.replace("CREATE TABLE", "CREATE TEMP TABLE"))


def show_as_format_4(connection: sqlite3.Connection) -> None:
    """Have a file of format 3 look like one of format 4, as long as it is open, but for the plan."""
    connection.execute("CREATE TEMP VIEW row AS SELECT *, NULL AS item FROM main.row")


def show_places(connection: sqlite3.Connection) -> None:
    """Have `placed` be the rows with their places, as long as the file is open."""
    connection.execute(_PLACED)


_PENDING: Final = """
CREATE TEMP TABLE pending (
    place INTEGER PRIMARY KEY, number INTEGER NOT NULL,
    source TEXT, path TEXT,  -- the column and the path of what is meant, if that is one
    target TEXT, "to" TEXT,  -- the column and the path of where it goes, if that is one; no column: for all rows
    given TEXT,              -- the same path, which stays when it is known what it names
    beside TEXT, also TEXT   -- the column and the path that stands beside an id, if there is one
)
"""
"""The rows with paths of which it is not known yet what they name. It goes with the connection."""


def fill(
    connection: sqlite3.Connection,
    plan: Plan,
    rows: Iterable[Row | PathRow | Problem],
    folders: Iterable[NewFolder] = (),
) -> None:
    """Make the tables, with the rows in them, in a transaction that is left open."""
    connection.execute("BEGIN EXCLUSIVE")
    for statement in (*_TABLES.split(";\n"), _SLOTS, _FOLDERS, COPIED, _PENDING):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.executemany(
        "INSERT INTO run VALUES (?, ?)", ((key, json.dumps(value)) for key, value in asdict(plan).items())
    )
    insert_folders(connection, folders)
    problems: list[Problem] = []
    count = 0
    identity = "file" if "file" in plan.columns else None
    for place, row in enumerate(rows):
        found = [row] if isinstance(row, Problem) else []
        twice = insert(connection, place, row, identity)
        if twice is not None:
            found.append(twice)
        count += len(found)
        problems += found[: ManifestError.SHOWN - len(problems)]
    if count:
        raise ManifestError(problems, count)


def insert_folders(connection: sqlite3.Connection, folders: Iterable[NewFolder]) -> None:
    """Enter the folders that a run is to make first."""
    connection.executemany(
        "INSERT INTO folder (number, path, name, project, parent, above) VALUES (?, ?, ?, ?, ?, ?)",
        (astuple(folder) for folder in folders),
    )


def insert(
    connection: sqlite3.Connection, place: int, row: Row | PathRow | Problem, identity: str | None
) -> Problem | None:
    """Enter a row, and return the problem that its source stands in an earlier one, if it does.

    One that has a problem is entered too, for the later ones to be compared with: of such a manifest no journal stays.
    One with a path in the place of its id has that path there, until it is known what it names. `identity` is the
    column of what no two rows have in common, if it is one column.
    """
    file: str | None
    if isinstance(row, Problem):
        number, file, destination, extra, folder, more = row.row, row.source, [None, None, None], None, None, None
    else:
        number = row.number
        item: Any = row if isinstance(row, PathRow) else row.item
        file = item.file if isinstance(row, PathRow) else item.identity
        destination = [getattr(item, key, None) for key in PLACED[1:]]
        told = row.more if isinstance(row, PathRow) else _more(item)
        more = json.dumps(told, ensure_ascii=False) if told else None
        extra = json.dumps(row.extra, ensure_ascii=False) if row.extra else None
        folder = row.folder if isinstance(row, Row) else None
    if file is None:
        return None
    try:
        connection.execute(
            "INSERT INTO row (place, number, file, parent, project, name, extra, folder, item) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (place, number, file, *destination, extra, folder, more),
        )
    except sqlite3.IntegrityError:
        column = row.source if isinstance(row, PathRow) and row.source is not None else identity
        return duplicate(connection, number, column, file, file)
    if isinstance(row, PathRow):
        path = None if row.source is None else file
        connection.execute(
            "INSERT INTO pending VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (place, number, row.source, path, row.target, row.to, row.to, *(row.beside or (None, None))),
        )
    return None


def _more(item: Any) -> dict[str, Any]:
    """Return what an item says that has no column of its own. One whose columns vary tells them itself."""
    found: dict[str, Any] = item.as_row() if hasattr(item, "as_row") else asdict(item)
    return {key: value for key, value in found.items() if key not in PLACED and value is not None}


def values_of(columns: Iterable[str], found: Sequence[Any]) -> dict[str, Any]:
    """Return what a row says is to be done, of what was found in `PLACED` and `item`, by these columns and its own."""
    *placed, more = found
    own = json.loads(more or "{}")
    known = {**dict(zip(PLACED, placed, strict=True)), **own}
    return {**{key: known.get(key) for key in columns}, **own}


def duplicate(connection: sqlite3.Connection, number: int, column: str | None, file: str, told: str) -> Problem:
    """Return the problem that a row's file is that of another, by the name that it has in the row."""
    earlier = connection.execute("SELECT number FROM row WHERE file = ?", (file,)).fetchone()
    return Problem(number, column, f"{told} duplicates row {earlier[0]}")


def check_header(path: Path) -> None:
    """Raise JournalError unless a file is a journal that can be opened, by a look that does not touch it."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        raise WrongJournal(f"There is no journal {path}.") from None
    except OSError as error:
        raise JournalError(f"The journal {path} cannot be read: {error.strerror}.") from None
    # https://www.sqlite.org/fileformat2.html, section 1.3
    if not header.strip(b"\0"):
        raise JournalError(HALF_MADE.format(path=path))
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise WrongJournal(f"{path} is not a journal, or it is damaged. Restore it from a backup, if you have one.")
    (version,) = struct.unpack_from(">I", header, 60)
    (application,) = struct.unpack_from(">I", header, 68)
    if application != APPLICATION_ID:
        raise WrongJournal(f"{path} is a SQLite file, but not a journal of sbg-bulk.")
    if version > FORMAT:
        raise JournalError(
            f"{path} has format {version}, but this version of sbg-bulk supports {FORMAT}. Use the newer version "
            f"that began it."
        )


@contextmanager
def clear_errors(path: Path, if_full: str = "Nothing more is sent. Free some space, then resume.") -> Iterator[None]:
    """Turn errors of SQLite into ones that say what to do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith("SQLITE_BUSY") or "locked" in str(error):
            raise RunInUse(
                f"Another process is working on this run ({path}). Wait for it to finish, or stop it first."
            ) from None
        if name == "SQLITE_FULL":
            raise JournalError(f"The disk is full: {path} cannot be written. {if_full}") from None
        raise JournalError(f"{path} cannot be used: {error}.") from None
    except sqlite3.DatabaseError as error:
        raise JournalError(f"{path} is damaged ({error}). Restore it from a backup, if you have one.") from None


COUNT: Final = """
INSERT INTO slot VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (start) DO UPDATE SET
    sent = sent + excluded.sent, refused = refused + excluded.refused, failed = failed + excluded.failed,
    cause = CASE WHEN excluded.waited > waited THEN excluded.cause ELSE cause END,
    waited = waited + excluded.waited, "limit" = coalesce(excluded."limit", "limit"),
    remaining = coalesce(excluded.remaining, remaining), resets = coalesce(excluded.resets, resets),
    ahead = coalesce(excluded.ahead, ahead)
"""


def unix(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def countable(number: int | None) -> int | None:
    """Return a count, if a database can hold it."""
    return None if number is None or abs(number) >= 1 << 63 else number
