"""The record of a run: one SQLite file that says what is to be done, what was sent, and what came of it.

It is what makes a run survive a crash. What is about to be sent is on disk before it leaves; what came of it is on
disk before anything else is sent. It holds no token.

While a process works on a run it holds the file locked, and no other can open it. The lock goes with the process,
however that ends.

What a report tells beside the rows (when jobs began and ended, how many requests were sent) is kept too. The requests
are counted in memory and written with whatever is written next, so that a crash may lose the counts since then, and
nothing else.
"""

from __future__ import annotations

import json
import sqlite3
import struct
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

from attrs import asdict, astuple, frozen

from sbg_bulk.errors import JournalError, RunInUse, WrongJournal
from sbg_bulk.models.job import Item, Job
from sbg_bulk.runs.manifest import ITEMS, REPORT_COLUMNS, ManifestError, Problem, Row
from sbg_bulk.runs.outcomes import Outcome, RowOutcome
from sbg_bulk.runs.traffic import Slot, Traffic

APPLICATION_ID: Final = 0x5342_4C4A
"""Marks a SQLite file as a journal of ours ("SBLJ")."""

FORMAT: Final = 2
"""The version of the tables below. Journals of format 1 are brought up to it when they are opened to be worked on."""

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

_SINCE_2: Final = (
    "sent_at REAL", "known_at REAL", "ended_at REAL", "started_on REAL", "finished_on REAL", "total_files INTEGER",
    "completed_files INTEGER", "failed_files INTEGER", "done INTEGER", "failed INTEGER",
)  # fmt: skip
"""The columns of submissions that format 1 lacks."""


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
class Course:
    """When a submission went how far, and what came of it. What is not known is None.

    Attributes:
        submission: which.
        sent_at: when it was about to be sent, by the clock of the machine that sent it (Unix seconds, as all times).
        known_at: when its job was known, by that clock.
        ended_at: when the job's end was seen, by that clock.
        started_on: when the job started, by the server's clock.
        finished_on: when the job ended, by the server's clock.
        total_files, completed_files, failed_files: the job's counts, as last seen.
        done: how many of its rows were done.
        failed: how many of its rows have failed. Of the others of an ended one it is not known what became of them.
    """

    submission: Submission
    sent_at: float | None = None
    known_at: float | None = None
    ended_at: float | None = None
    started_on: float | None = None
    finished_on: float | None = None
    total_files: int | None = None
    completed_files: int | None = None
    failed_files: int | None = None
    done: int | None = None
    failed: int | None = None


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
        done: carried out.
        failed: certainly not carried out.
        unattributed: in jobs that had failures and do not tell whose.
        unknown: in jobs that can no longer be read.
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


@frozen
class Destinations:
    """Where the rows of a run go.

    Attributes:
        most: projects and folders, each with its number of rows; the most first.
        others: how many others there are.
    """

    most: Sequence[tuple[str, int]]
    others: int


class Journal:
    """An open journal. All methods raise JournalError if the file cannot be read or written."""

    def __init__(self, path: Path, connection: sqlite3.Connection, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._db = connection
        self._clock = clock
        self._traffic = Traffic()
        self.plan = self._read_plan()

    @classmethod
    def create(
        cls, path: Path, plan: Plan, rows: Iterable[Row | Problem], clock: Callable[[], float] = time.time
    ) -> Self:
        """Make a journal of a manifest. If anything is wrong, no file is left behind.

        Args:
            path: where.
            plan: what the run is to do.
            rows: those of the manifest, with its problems.
            clock: tells the time, in Unix seconds.

        Raises:
            ManifestError: the manifest has problems, duplicate sources among them.
            WrongJournal: the file exists already.
            JournalError: it cannot be written.
        """
        _claim(path)
        try:
            with _clear_errors(path, if_full="Nothing was sent. Make room, or keep the journal elsewhere (--journal)."):
                connection = _connect(path)
                try:
                    _fill(connection, plan, rows)
                    return cls(path, connection, clock)
                except BaseException:
                    connection.close()
                    raise
        except BaseException:
            for leftover in (path, path.with_name(path.name + "-journal")):
                leftover.unlink(missing_ok=True)
            raise

    @classmethod
    def open(cls, path: Path, clock: Callable[[], float] = time.time) -> Self:
        """Open a journal to work on it. One of an older format is brought up to this one's.

        Args:
            path: where it is.
            clock: tells the time, in Unix seconds.

        Raises:
            WrongJournal: there is none, or it is another program's.
            RunInUse: another process works on it, or reads it.
            JournalError: it is of a newer format, or damaged. The file is as it was.
        """
        return cls._opened(path, clock, to_read=False)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Open a journal to read it, as it is now, until it is closed. Several processes can do so at once.

        The file stays as it is, whatever its format, but for what a crash has left half written, which is undone.

        Raises:
            WrongJournal, RunInUse, JournalError: see `open`.
        """
        return cls._opened(path, time.time, to_read=True)

    @classmethod
    def _opened(cls, path: Path, clock: Callable[[], float], *, to_read: bool) -> Self:
        _check_header(path)
        with _clear_errors(path):
            connection = sqlite3.connect(path, timeout=0, isolation_level=None) if to_read else _connect(path)
            try:
                connection.execute("BEGIN" if to_read else "BEGIN EXCLUSIVE")
                damage = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                if version == 0:
                    raise JournalError(_HALF_MADE.format(path=path))
                if damage != "ok":
                    raise JournalError(f"{path} is damaged ({damage}). Go back to a copy of it, if there is one.")
                journal = cls(path, connection, clock)
                if version == 1:
                    _show_as_format_2(connection) if to_read else _make_format_2(connection)
                connection.execute("PRAGMA query_only = ON" if to_read else "COMMIT")
                return journal
            except BaseException:
                connection.close()
                raise

    def close(self) -> None:
        """Close the file and give up the lock."""
        if self._traffic.slots:
            with suppress(JournalError), self._change():
                pass  # that alone writes what was counted, whose loss would do no harm
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

    def courses(self) -> Iterator[Course]:
        """The course of each submission, in the order in which they were sent; those that were void too."""
        with _clear_errors(self.path):
            found = self._db.execute(
                "SELECT id, first, last, state, sent_on, job, sent_at, known_at, ended_at, started_on, finished_on, "
                "total_files, completed_files, failed_files, done, failed FROM submission ORDER BY id"
            )
            for id_, first, last, state, sent_on, job, *rest in found:
                yield Course(Submission(id_, first, last, State(state), sent_on, job), *rest)

    def slots(self) -> Iterator[Slot]:
        """The requests that were sent, in slots of time; those of which nothing is known are left out."""
        with _clear_errors(self.path):
            for values in self._db.execute("SELECT * FROM slot ORDER BY start"):
                yield Slot(*values)

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

    def report_columns(self) -> tuple[str, ...]:
        """The columns of a report in the form of a table."""
        return (*self.item_columns, *self.extra_columns(), *REPORT_COLUMNS)

    @property
    def item_columns(self) -> tuple[str, ...]:
        """The columns of the manifest that say what is to be done."""
        return tuple(attribute.name for attribute in ITEMS[self.plan.job_type].__attrs_attrs__)

    def failures(self) -> list[tuple[str, int | None, int, str | None]]:
        """The rows that were not done, grouped: outcome, API code, number of rows, a message of one; the most first."""
        with _clear_errors(self.path):
            return self._db.execute(
                "SELECT outcome, api_code, count(*) AS rows, min(message) FROM row "
                "WHERE outcome IS NOT NULL AND outcome <> 'done' GROUP BY outcome, api_code "
                "ORDER BY rows DESC, api_code"
            ).fetchall()

    def destinations(self, limit: int) -> Destinations:
        """Where the rows go: the projects and folders that most of them name, and how many others there are."""
        with _clear_errors(self.path):
            found = self._db.execute(
                "SELECT coalesce(project, parent) AS destination, count(*) AS rows FROM row "
                "WHERE destination IS NOT NULL GROUP BY destination ORDER BY rows DESC, destination"
            )
            most = found.fetchmany(limit)
            return Destinations(most, sum(1 for _ in found))

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
                "INSERT INTO submission (first, last, state, sent_on, sent_at) VALUES (?, ?, 'intended', ?, ?)",
                (first, last, sent_on, self._clock()),
            )
        assert cursor.lastrowid is not None
        return Submission(cursor.lastrowid, first, last, State.INTENDED, sent_on)

    def started(self, submission: Submission, job: str, seen: Job | None = None) -> None:
        """A submission's job is known.

        Args:
            submission: which.
            job: the job's id.
            seen: the job, if it was read.
        """
        with self._change():
            self._db.execute(
                "UPDATE submission SET state = 'running', job = ?, known_at = ?, started_on = ? WHERE id = ?",
                (job, self._clock(), None if seen is None else _unix(seen.started_on), submission.id),
            )

    def void(self, submission: Submission) -> None:
        """A submission was certainly not carried out; its rows are to be submitted again."""
        with self._change():
            self._db.execute("UPDATE submission SET state = 'void' WHERE id = ?", (submission.id,))

    def ended(
        self, submission: Submission, job: str | None, outcomes: Sequence[RowOutcome], seen: Job | None = None
    ) -> None:
        """A submission is over.

        Args:
            submission: which.
            job: its job's id, if it had one.
            outcomes: what became of its rows, in their order.
            seen: the job as it ended, if it was read.
        """
        assert len(outcomes) == submission.size
        reached = [one.outcome for one in outcomes]
        of_job: tuple[float | None, ...] = (None,) * 5
        if seen is not None:
            times = _unix(seen.started_on), _unix(seen.finished_on)
            of_job = (*times, *map(_countable, (seen.total_files, seen.completed_files, seen.failed_files)))
        with self._change():
            self._db.execute(
                "UPDATE submission SET state = 'ended', ended_at = ?, done = ?, failed = ?, started_on = "
                "coalesce(?, started_on), finished_on = ?, total_files = ?, completed_files = ?, failed_files = ? "
                "WHERE id = ?",
                (self._clock(), reached.count(Outcome.DONE), reached.count(Outcome.FAILED), *of_job, submission.id),
            )
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

    # What is counted. It is durable with the next of the above, or when the journal is closed.

    def answered(self, status: int | None, headers: Mapping[str, str], *, free: bool = False) -> None:
        """A request was answered; see `sbg_bulk.runs.traffic.Traffic.answered`."""
        self._traffic.answered(self._clock(), status, headers, free=free)

    def waits(self, seconds: float, cause: str) -> None:
        """A pause of so many seconds begins."""
        self._traffic.waits(self._clock(), seconds, cause)

    @contextmanager
    def _change(self) -> Iterator[None]:
        with _clear_errors(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.executemany(_COUNT, [astuple(one) for one in self._traffic.slots.values()])
            except BaseException:
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        self._traffic.slots.clear()

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


_COUNT: Final = """
INSERT INTO slot VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (start) DO UPDATE SET
    sent = sent + excluded.sent, refused = refused + excluded.refused, failed = failed + excluded.failed,
    cause = CASE WHEN excluded.waited > waited THEN excluded.cause ELSE cause END,
    waited = waited + excluded.waited, "limit" = coalesce(excluded."limit", "limit"),
    remaining = coalesce(excluded.remaining, remaining), resets = coalesce(excluded.resets, resets),
    ahead = coalesce(excluded.ahead, ahead)
"""

_HALF_MADE: Final = (
    "{path} is only half made: its process was ended before anything was sent. Delete it and start the run anew."
)


def check_new(path: Path) -> None:
    """See that a journal can be made, before anything is done that would be in vain without it.

    Raises:
        WrongJournal: the file exists already.
        JournalError: it cannot be written.
    """
    _claim(path)
    path.unlink()


def _claim(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Whoever makes the file owns it: of two processes with one path, one is refused.
        path.touch(exist_ok=False)
    except OSError as error:
        if path.exists():
            raise WrongJournal(f"{path} exists already; a journal is never overwritten.") from None
        raise JournalError(f"{path} cannot be written: {error.strerror}.") from None


def _connect(path: Path) -> sqlite3.Connection:
    # Transactions are begun and ended by name; a lock that is held is not waited for.
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    # One file, and each commit on disk before the next step, even if the power fails right after it.
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA synchronous = EXTRA")
    return connection


def _make_format_2(connection: sqlite3.Connection) -> None:
    """Bring the tables of format 1 up to format 2. Of times nothing was kept; the rows tell how many were done."""
    for column in _SINCE_2:
        connection.execute(f"ALTER TABLE submission ADD COLUMN {column}")
    connection.execute(
        "UPDATE submission SET (done, failed) = (SELECT sum(outcome = 'done'), sum(outcome = 'failed') FROM row "
        "WHERE place BETWEEN first AND last) WHERE state = 'ended'"
    )
    connection.execute(_SLOTS)
    connection.execute(f"PRAGMA user_version = {FORMAT}")


def _show_as_format_2(connection: sqlite3.Connection) -> None:
    """Have a file of format 1 look like one of format 2, as long as it is open. What is temporary comes first."""
    of_rows = "(SELECT sum(outcome = '{}') FROM row WHERE state = 'ended' AND place BETWEEN first AND last) AS {}"
    added = [f"NULL AS {column.split()[0]}" for column in _SINCE_2[:-2]]
    added += [of_rows.format(outcome, outcome) for outcome in ("done", "failed")]
    connection.execute(f"CREATE TEMP VIEW submission AS SELECT *, {', '.join(added)} FROM main.submission")  # noqa: S608
    connection.execute(_SLOTS.replace("CREATE TABLE", "CREATE TEMP TABLE"))


def _unix(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _countable(number: int | None) -> int | None:
    """A count, if a database can hold it."""
    return None if number is None or abs(number) >= 1 << 63 else number


def _fill(connection: sqlite3.Connection, plan: Plan, rows: Iterable[Row | Problem]) -> None:
    connection.execute("BEGIN EXCLUSIVE")
    for statement in (*_TABLES.split(";\n"), _SLOTS):
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
