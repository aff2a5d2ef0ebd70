"""The record of a run: one SQLite file that says what is to be done, what was sent, and what came of it.

It is what makes a run survive a crash. What is about to be sent is on disk before it leaves; what came of it is on
disk before anything else is sent. It holds no token.

While a process works on a run it holds the file locked, and no other can open it. The lock goes with the process,
however that ends.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

from attrs import asdict, frozen

from sbg_bulk.errors import JournalError, RunInUse, WrongJournal
from sbg_bulk.manifest import ITEMS, ManifestError, Problem, Row
from sbg_bulk.model import Item
from sbg_bulk.policy.attribution import Outcome, RowOutcome

APPLICATION_ID: Final = 0x5342_4C4A
"""Marks a SQLite file as a journal of ours ("SBLJ")."""

FORMAT: Final = 1
"""The version of the tables below."""

_TABLES: Final = """
CREATE TABLE run (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE row (
    place INTEGER PRIMARY KEY,  -- 0, 1, 2, ... in the manifest's order
    number INTEGER NOT NULL,    -- where it stands in the manifest
    file TEXT NOT NULL UNIQUE,
    parent TEXT, project TEXT, name TEXT,
    extra TEXT,                 -- the manifest's other columns, as JSON
    outcome TEXT, new_id TEXT, job TEXT, api_code INTEGER, message TEXT
);
CREATE INDEX row_outcome ON row (outcome) WHERE outcome IS NOT NULL AND outcome <> 'done';
CREATE TABLE submission (
    id INTEGER PRIMARY KEY,
    first INTEGER NOT NULL, last INTEGER NOT NULL,  -- the places of its rows
    state TEXT NOT NULL,
    sent_on REAL,               -- the server's time at the last answer before it was sent, Unix seconds
    job TEXT UNIQUE
);
CREATE INDEX submission_open ON submission (state) WHERE state IN ('intended', 'running');
CREATE INDEX submission_void ON submission (state) WHERE state = 'void';
CREATE INDEX submission_first ON submission (first);
CREATE INDEX submission_last ON submission (last);
CREATE TABLE learned (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE foreign_job (id TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class State(StrEnum):
    """How far a submission has come."""

    INTENDED = "intended"
    """It is about to be sent, or its outcome is not known."""
    RUNNING = "running"
    """Its job is known."""
    ENDED = "ended"
    """Its job has ended, or can no longer be read; its rows say what became of them."""
    VOID = "void"
    """It was certainly not carried out; its rows are to be submitted again."""


@frozen
class Submission:
    """Rows that are, or were, to be done by one job.

    Attributes:
        id: a number of the journal's own.
        first: the place of its first row, from 0.
        last: the place of its last row.
        state: how far it has come.
        sent_on: the server's time (Unix seconds) at the last answer before it was sent; None if not known.
        job: its job's id, once it is known.
    """

    id: int
    first: int
    last: int
    state: State
    sent_on: float | None = None
    job: str | None = None

    @property
    def size(self) -> int:
        """How many rows it has."""
        return self.last - self.first + 1


@frozen
class Plan:
    """What a run is to do; it does not change.

    Attributes:
        run: the run's id.
        job_type: COPY, MOVE or DELETE.
        endpoint: the deployment it is for.
        created_on: when it was made, ISO 8601.
        items_per_job: how many rows are submitted as one job.
        manifest: the manifest's name, for people.
        form: the manifest's format.
        retry_of: the run whose failures this one tries again.
    """

    run: str
    job_type: str
    endpoint: str
    created_on: str
    items_per_job: int
    manifest: str = "-"
    form: str = "csv"
    retry_of: str | None = None


@frozen
class Tally:
    """How many rows of a run have come how far. The numbers add up to `rows`.

    Attributes:
        rows: all of them.
        done, failed, unattributed, unknown: see `sbg_bulk.policy.attribution.Outcome`.
        running: in a job that has not ended, or whose submission has an outcome that is not known.
        open: not submitted yet.
    """

    rows: int
    done: int = 0
    failed: int = 0
    unattributed: int = 0
    unknown: int = 0
    running: int = 0
    open: int = 0

    @property
    def complete(self) -> bool:
        """Whether nothing is left to be done or waited for."""
        return not self.running and not self.open


class Journal:
    """An open journal. All methods raise JournalError if the file cannot be read or written."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._db = connection
        self.plan = self._read_plan()

    @classmethod
    def create(cls, path: Path, plan: Plan, rows: Iterable[Row | Problem]) -> Self:
        """Make a journal of a manifest. If anything is wrong, no file is left behind.

        Raises:
            ManifestError: the manifest has problems, duplicate sources among them.
            WrongJournal: the file exists already.
            JournalError: it cannot be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Whoever makes the file owns it: of two processes with one path, one is refused.
            path.touch(exist_ok=False)
        except OSError as error:
            if path.exists():
                raise WrongJournal(f"{path} exists already; a journal is never overwritten.") from None
            raise JournalError(f"{path} cannot be written: {error.strerror}.") from None
        try:
            with _clear_errors(path, if_full="Nothing was sent. Make room, or keep the journal elsewhere (--journal)."):
                connection = _connect(path)
                try:
                    _fill(connection, plan, rows)
                    return cls(path, connection)
                except BaseException:
                    connection.close()
                    raise
        except BaseException:
            for leftover in (path, path.with_name(path.name + "-journal")):
                leftover.unlink(missing_ok=True)
            raise

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a journal to work on it.

        Raises:
            WrongJournal: there is none, or it is another program's.
            RunInUse: another process works on it.
            JournalError: it is of a newer format, or damaged. The file is as it was.
        """
        _check_header(path)
        with _clear_errors(path):
            connection = _connect(path)
            try:
                connection.execute("BEGIN EXCLUSIVE")
                damage = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                connection.execute("COMMIT")
                if version == 0:
                    raise JournalError(_HALF_MADE.format(path=path))
                if damage != "ok":
                    raise JournalError(f"{path} is damaged ({damage}). Go back to a copy of it, if there is one.")
                return cls(path, connection)
            except BaseException:
                connection.close()
                raise

    def close(self) -> None:
        """Close the file and give up the lock."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What there is

    def tally(self) -> Tally:
        """How many rows have come how far."""
        with _clear_errors(self.path):
            rows = self._db.execute("SELECT count(*) FROM row").fetchone()[0]
            outcomes = dict(
                self._db.execute("SELECT outcome, count(*) FROM row WHERE outcome IS NOT NULL GROUP BY outcome")
            )
            running = self._db.execute(
                "SELECT coalesce(sum(last - first + 1), 0) FROM submission WHERE state IN ('intended', 'running')"
            ).fetchone()[0]
        known = {str(outcome): outcomes.get(outcome, 0) for outcome in Outcome}
        return Tally(rows, **known, running=running, open=rows - sum(known.values()) - running)

    def unfinished(self) -> list[Submission]:
        """Submissions of unknown outcome and those whose jobs run, in the order in which they were sent."""
        return list(self._submissions("WHERE state IN ('intended', 'running') ORDER BY id"))

    def next_rows(self) -> tuple[int, int] | None:
        """The places of the first and the last row to submit next; None if there are none.

        Rows of a submission that was void come first, together as they were.
        """
        with _clear_errors(self.path):
            void = self._db.execute(
                "SELECT first, last FROM submission AS void WHERE state = 'void' AND NOT EXISTS "
                "(SELECT 1 FROM submission AS later WHERE later.first = void.first AND later.id > void.id) "
                "ORDER BY id LIMIT 1"
            ).fetchone()
            if void is not None:
                return int(void[0]), int(void[1])
            first = self._db.execute("SELECT coalesce(max(last) + 1, 0) FROM submission").fetchone()[0]
            end = self._db.execute("SELECT coalesce(max(place) + 1, 0) FROM row").fetchone()[0]
        return (first, min(first + self.plan.items_per_job, end) - 1) if first < end else None

    def items(self, first: int, last: int) -> list[Item]:
        """What the rows in these places say is to be done."""
        kind = ITEMS[self.plan.job_type]
        keys = self.item_columns
        with _clear_errors(self.path):
            rows = self._db.execute(
                f"SELECT {', '.join(keys)} FROM row WHERE place BETWEEN ? AND ? ORDER BY place",  # noqa: S608
                (first, last),
            ).fetchall()
        return [kind(**dict(zip(keys, row, strict=True))) for row in rows]

    def own_jobs(self) -> set[str]:
        """The ids of all jobs that are known to be this run's."""
        with _clear_errors(self.path):
            return {row[0] for row in self._db.execute("SELECT job FROM submission WHERE job IS NOT NULL")}

    def foreign_jobs(self) -> set[str]:
        """The ids of jobs that are known not to be this run's."""
        with _clear_errors(self.path):
            return {row[0] for row in self._db.execute("SELECT id FROM foreign_job")}

    def report(self, outcomes: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
        """The manifest's rows with what became of them: the columns of the manifest and REPORT_COLUMNS.

        Args:
            outcomes: only rows with one of these; `open` for rows without one. Empty: all.
        """
        wanted = "" if not outcomes else f"WHERE coalesce(outcome, 'open') IN ({', '.join('?' * len(outcomes))})"
        query = (
            "SELECT file, parent, project, name, extra, coalesce(outcome, 'open'), new_id, job, api_code, message "  # noqa: S608
            f"FROM row {wanted} ORDER BY place"
        )
        with _clear_errors(self.path):
            for row in self._db.execute(query, tuple(outcomes)):
                item = dict(zip(("file", "parent", "project", "name"), row, strict=False))
                yield {
                    **{key: item[key] for key in self.item_columns},
                    **json.loads(row[4] or "{}"),
                    "outcome": row[5],
                    "new_id": row[6],
                    "job": row[7],
                    "api_code": row[8],
                    "message": row[9],
                }

    def extra_columns(self) -> list[str]:
        """The manifest's other columns, in the order in which they are first met."""
        columns: dict[str, None] = {}
        with _clear_errors(self.path):
            for (extra,) in self._db.execute("SELECT extra FROM row WHERE extra IS NOT NULL ORDER BY place"):
                columns.update(dict.fromkeys(json.loads(extra)))
                if self.plan.form != "jsonl":
                    break  # in a table all rows have the same
        return list(columns)

    @property
    def item_columns(self) -> tuple[str, ...]:
        """The columns of the manifest that say what is to be done."""
        return tuple(attribute.name for attribute in ITEMS[self.plan.job_type].__attrs_attrs__)

    def failures(self) -> list[tuple[int | None, str | None, int]]:
        """The rows that were not done, grouped: API code, a message of the group, number of rows; the most first."""
        with _clear_errors(self.path):
            return self._db.execute(
                "SELECT api_code, min(message), count(*) AS rows FROM row "
                "WHERE outcome IS NOT NULL AND outcome <> 'done' GROUP BY outcome, api_code ORDER BY rows DESC"
            ).fetchall()

    def rows(self, outcomes: Sequence[str]) -> Iterator[Row]:
        """The rows with one of these outcomes, as those of a manifest."""
        kind = ITEMS[self.plan.job_type]
        keys = self.item_columns
        marks = ", ".join("?" * len(outcomes))
        query = (
            f"SELECT number, extra, {', '.join(keys)} FROM row "  # noqa: S608
            f"WHERE coalesce(outcome, 'open') IN ({marks}) ORDER BY place"
        )
        with _clear_errors(self.path):
            for number, extra, *values in self._db.execute(query, tuple(outcomes)):
                yield Row(number, kind(**dict(zip(keys, values, strict=True))), json.loads(extra or "{}"))

    # What happens. Each is durable when the method returns.

    def intend(self, first: int, last: int, sent_on: float | None) -> Submission:
        """Rows are about to be submitted."""
        with self._change():
            cursor = self._db.execute(
                "INSERT INTO submission (first, last, state, sent_on) VALUES (?, ?, 'intended', ?)",
                (first, last, sent_on),
            )
        assert cursor.lastrowid is not None
        return Submission(cursor.lastrowid, first, last, State.INTENDED, sent_on)

    def started(self, submission: Submission, job: str) -> None:
        """A submission's job is known."""
        with self._change():
            self._db.execute("UPDATE submission SET state = 'running', job = ? WHERE id = ?", (job, submission.id))

    def void(self, submission: Submission) -> None:
        """A submission was certainly not carried out; its rows are to be submitted again."""
        with self._change():
            self._db.execute("UPDATE submission SET state = 'void' WHERE id = ?", (submission.id,))

    def ended(self, submission: Submission, job: str | None, outcomes: Sequence[RowOutcome]) -> None:
        """A submission is over, and this became of its rows, in their order."""
        assert len(outcomes) == submission.size
        with self._change():
            self._db.execute("UPDATE submission SET state = 'ended' WHERE id = ?", (submission.id,))
            self._db.executemany(
                "UPDATE row SET outcome = ?, new_id = ?, job = ?, api_code = ?, message = ? WHERE place = ?",
                (
                    (str(one.outcome), one.new_id, job, one.api_code, one.message or None, submission.first + index)
                    for index, one in enumerate(outcomes)
                ),
            )

    def remembered(self, key: str) -> str | None:
        """What was learned of the run under this name, if anything."""
        with _clear_errors(self.path):
            found = self._db.execute("SELECT value FROM learned WHERE key = ?", (key,)).fetchone()
        return None if found is None else str(found[0])

    def remember(self, key: str, value: str) -> None:
        """Something was learned of the run.

        That is `token`, a mark of the one that carries it (`settings.Token.mark`); `user`, whose token that is; or
        `retry`, the run that tries again.
        """
        with self._change():
            self._db.execute("INSERT OR REPLACE INTO learned VALUES (?, ?)", (key, value))

    def not_ours(self, jobs: Iterable[str]) -> None:
        """These jobs are known not to be this run's."""
        with self._change():
            self._db.executemany("INSERT OR IGNORE INTO foreign_job VALUES (?)", ((job,) for job in jobs))

    @contextmanager
    def _change(self) -> Iterator[None]:
        with _clear_errors(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _submissions(self, where: str) -> Iterator[Submission]:
        with _clear_errors(self.path):
            found = self._db.execute(f"SELECT id, first, last, state, sent_on, job FROM submission {where}").fetchall()  # noqa: S608
        for id_, first, last, state, sent_on, job in found:
            yield Submission(id_, first, last, State(state), sent_on, job)

    def _read_plan(self) -> Plan:
        found = self._db.execute("SELECT key, value FROM run").fetchall()
        try:
            return Plan(**{key: json.loads(value) for key, value in found})
        except (TypeError, ValueError) as error:
            raise JournalError(f"{self.path} is damaged ({error}). Go back to a copy of it, if there is one.") from None


_HALF_MADE: Final = (
    "{path} is only half made: its process was ended before anything was sent. Delete it and start the run anew."
)


def _connect(path: Path) -> sqlite3.Connection:
    # Transactions are begun and ended by name; a lock that is held is not waited for.
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    # One file, and each commit on disk before the next step, even if the power fails right after it.
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA synchronous = EXTRA")
    return connection


def _fill(connection: sqlite3.Connection, plan: Plan, rows: Iterable[Row | Problem]) -> None:
    connection.execute("BEGIN EXCLUSIVE")
    for statement in _TABLES.split(";\n"):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.executemany(
        "INSERT INTO run VALUES (?, ?)", ((key, json.dumps(value)) for key, value in asdict(plan).items())
    )
    problems: list[Problem] = []
    count = 0
    for place, row in enumerate(rows):
        found = [row] if isinstance(row, Problem) else []
        duplicate = _insert(connection, place, row)
        if duplicate is not None:
            found.append(duplicate)
        count += len(found)
        problems += found[: ManifestError.SHOWN - len(problems)]
    if count:
        raise ManifestError(problems, count)
    connection.execute("COMMIT")


def _insert(connection: sqlite3.Connection, place: int, row: Row | Problem) -> Problem | None:
    """Enter a row, and tell if its source stands in an earlier one.

    One that has a problem is entered too, for the later ones to be compared with: of such a manifest no journal stays.
    """
    if isinstance(row, Problem):
        number, file, destination, extra = row.row, row.source, [None, None, None], None
    else:
        number = row.number
        file, *destination = (getattr(row.item, key, None) for key in ("file", "parent", "project", "name"))
        extra = json.dumps(row.extra, ensure_ascii=False) if row.extra else None
    if file is None:
        return None
    try:
        connection.execute(
            "INSERT INTO row (place, number, file, parent, project, name, extra) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (place, number, file, *destination, extra),
        )
    except sqlite3.IntegrityError:
        earlier = connection.execute("SELECT number FROM row WHERE file = ?", (file,)).fetchone()
        return Problem(number, "file", f"{file} stands in row {earlier[0]} already")
    return None


def _check_header(path: Path) -> None:
    """Look at a file without touching it."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        raise WrongJournal(f"There is no journal {path}.") from None
    except OSError as error:
        raise JournalError(f"The journal {path} cannot be read: {error.strerror}.") from None
    # https://www.sqlite.org/fileformat2.html, section 1.3
    if not header.strip(b"\0"):
        raise JournalError(_HALF_MADE.format(path=path))
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise WrongJournal(f"{path} is not a journal, or it is damaged. Go back to a copy of it, if there is one.")
    (version,) = struct.unpack_from(">I", header, 60)
    (application,) = struct.unpack_from(">I", header, 68)
    if application != APPLICATION_ID:
        raise WrongJournal(f"{path} is a SQLite file, but not a journal of sbg-bulk.")
    if version > FORMAT:
        raise JournalError(
            f"{path} is of format {version}, and this version of sbg-bulk knows {FORMAT}. Use a newer one (pip install "
            "--upgrade sbg-bulk)."
        )


@contextmanager
def _clear_errors(path: Path, if_full: str = "Nothing more is sent. Make room, then resume.") -> Iterator[None]:
    """Turn errors of SQLite into ones that say what to do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith("SQLITE_BUSY") or "locked" in str(error):
            raise RunInUse(
                f"Another process is working on this run ({path}). Wait for it to end, or end it first."
            ) from None
        if name == "SQLITE_FULL":
            raise JournalError(f"The disk is full: {path} cannot be written. {if_full}") from None
        raise JournalError(f"{path} cannot be used: {error}.") from None
    except sqlite3.DatabaseError as error:
        raise JournalError(f"{path} is damaged ({error}). Go back to a copy of it, if there is one.") from None
