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
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any, Self

from attrs import astuple

from sbg_bulk.errors import JournalError
from sbg_bulk.items import Item
from sbg_bulk.models.job import Job
from sbg_bulk.runs.journal_file import (
    COUNT,
    HALF_MADE,
    check_header,
    claim,
    clear_errors,
    connect,
    countable,
    fill,
    make_format_2,
    show_as_format_2,
    unix,
)
from sbg_bulk.runs.manifest import ITEMS, REPORT_COLUMNS, Problem, Row
from sbg_bulk.runs.outcomes import Outcome, RowOutcome
from sbg_bulk.runs.records import Destinations, Plan, State, Submission, SubmissionTimes, Tally
from sbg_bulk.runs.traffic import Slot, Traffic


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
        claim(path)
        try:
            with clear_errors(path, if_full="Nothing was sent. Make room, or keep the journal elsewhere (--journal)."):
                connection = connect(path)
                try:
                    fill(connection, plan, rows)
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
        check_header(path)
        with clear_errors(path):
            connection = sqlite3.connect(path, timeout=0, isolation_level=None) if to_read else connect(path)
            try:
                connection.execute("BEGIN" if to_read else "BEGIN EXCLUSIVE")
                damage = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                if version == 0:
                    raise JournalError(HALF_MADE.format(path=path))
                if damage != "ok":
                    raise JournalError(f"{path} is damaged ({damage}). Go back to a copy of it, if there is one.")
                journal = cls(path, connection, clock)
                if version == 1:
                    show_as_format_2(connection) if to_read else make_format_2(connection)
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
        """Count how many rows have come how far."""
        [(rows,)] = self._select("SELECT count(*) FROM row")
        outcomes = dict(self._select("SELECT outcome, count(*) FROM row WHERE outcome IS NOT NULL GROUP BY outcome"))
        [(running,)] = self._select(
            "SELECT coalesce(sum(last - first + 1), 0) FROM submission WHERE state IN ('intended', 'running')"
        )
        known = {str(outcome): outcomes.get(outcome, 0) for outcome in Outcome}
        return Tally(rows, **known, running=running, open=rows - sum(known.values()) - running)

    def unfinished(self) -> list[Submission]:
        """Return the submissions of unknown outcome and those whose jobs run, in the order in which they were sent."""
        found = self._select(
            "SELECT id, first, last, state, sent_on, job FROM submission WHERE state IN ('intended', 'running') "
            "ORDER BY id"
        )
        return [Submission(id_, first, last, State(state), *rest) for id_, first, last, state, *rest in found]

    def next_rows(self) -> tuple[int, int] | None:
        """Return the places of the first and the last row to submit next; None if there are none.

        Rows of a submission that was void come first, together as they were.
        """
        voids = self._select(
            "SELECT first, last FROM submission AS void WHERE state = 'void' AND NOT EXISTS "
            "(SELECT 1 FROM submission AS later WHERE later.first = void.first AND later.id > void.id) "
            "ORDER BY id LIMIT 1"
        )
        if (void := next(voids, None)) is not None:
            return int(void[0]), int(void[1])
        [(first,)] = self._select("SELECT coalesce(max(last) + 1, 0) FROM submission")
        [(end,)] = self._select("SELECT coalesce(max(place) + 1, 0) FROM row")
        return (first, min(first + self.plan.items_per_job, end) - 1) if first < end else None

    def items(self, first: int, last: int) -> list[Item]:
        """Return what the rows in these places say is to be done."""
        kind = ITEMS[self.plan.job_type]
        keys = self.item_columns
        rows = self._select(
            f"SELECT {', '.join(keys)} FROM row WHERE place BETWEEN ? AND ? ORDER BY place",  # noqa: S608
            (first, last),
        )
        return [kind(**dict(zip(keys, row, strict=True))) for row in rows]

    def own_jobs(self) -> set[str]:
        """Return the ids of all jobs that are known to be this run's."""
        return {job for (job,) in self._select("SELECT job FROM submission WHERE job IS NOT NULL")}

    def latest_jobs(self, count: int) -> list[str]:
        """Return the ids of so many jobs of this run at most, the latest first."""
        query = "SELECT job FROM submission WHERE job IS NOT NULL ORDER BY id DESC LIMIT ?"
        return [job for (job,) in self._select(query, (count,))]

    def foreign_jobs(self) -> set[str]:
        """Return the ids of jobs that are known not to be this run's."""
        return {job for (job,) in self._select("SELECT id FROM foreign_job")}

    def submission_times(self) -> Iterator[SubmissionTimes]:
        """Produce the times of each submission, in the order in which they were sent; those that were void too."""
        found = self._select(
            "SELECT id, first, last, state, sent_on, job, sent_at, known_at, ended_at, started_on, finished_on, "
            "total_files, completed_files, failed_files, done, failed FROM submission ORDER BY id"
        )
        for id_, first, last, state, sent_on, job, *rest in found:
            yield SubmissionTimes(Submission(id_, first, last, State(state), sent_on, job), *rest)

    def slots(self) -> Iterator[Slot]:
        """Produce the slots of time in which requests were sent; those of which nothing is known are left out."""
        return (Slot(*values) for values in self._select("SELECT * FROM slot ORDER BY start"))

    def report(self, outcomes: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
        """Produce the manifest's rows with what became of them: the columns of the manifest and REPORT_COLUMNS.

        Args:
            outcomes: only rows with one of these; `open` for rows without one. Empty: all.
        """
        wanted = "" if not outcomes else f"WHERE coalesce(outcome, 'open') IN ({', '.join('?' * len(outcomes))})"
        query = (
            "SELECT file, parent, project, name, extra, coalesce(outcome, 'open'), new_id, job, api_code, message "  # noqa: S608
            f"FROM row {wanted} ORDER BY place"
        )
        for row in self._select(query, tuple(outcomes)):
            item = dict(zip(("file", "parent", "project", "name"), row, strict=False))
            yield {
                **{key: item[key] for key in self.item_columns},
                **json.loads(row[4] or "{}"),
                **dict(zip(REPORT_COLUMNS, row[5:], strict=True)),
            }

    def extra_columns(self) -> list[str]:
        """Return the manifest's other columns, in the order in which they are first met."""
        columns: dict[str, None] = {}
        for (extra,) in self._select("SELECT extra FROM row WHERE extra IS NOT NULL ORDER BY place"):
            columns.update(dict.fromkeys(json.loads(extra)))
            if self.plan.form != "jsonl":
                break  # in a table all rows have the same
        return list(columns)

    def report_columns(self) -> tuple[str, ...]:
        """Return the columns of a report in the form of a table."""
        return (*self.item_columns, *self.extra_columns(), *REPORT_COLUMNS)

    @property
    def item_columns(self) -> tuple[str, ...]:
        """Return the columns of the manifest that say what is to be done."""
        return tuple(attribute.name for attribute in ITEMS[self.plan.job_type].__attrs_attrs__)

    def failures(self) -> list[tuple[str, int | None, int, str | None]]:
        """Return the rows not done, grouped: outcome, API code, number of rows, a message of one; the most first."""
        found = self._select(
            "SELECT outcome, api_code, count(*) AS rows, min(message) FROM row "
            "WHERE outcome IS NOT NULL AND outcome <> 'done' GROUP BY outcome, api_code "
            "ORDER BY rows DESC, api_code"
        )
        return list(found)

    def destinations(self, limit: int) -> Destinations:
        """Return where the rows go: the projects and folders that most of them name, and how many others there are."""
        found = self._select(
            "SELECT coalesce(project, parent) AS destination, count(*) AS rows FROM row "
            "WHERE destination IS NOT NULL GROUP BY destination ORDER BY rows DESC, destination"
        )
        most = list(islice(found, limit))
        return Destinations(most, sum(1 for _ in found))

    def rows(self, outcomes: Sequence[str]) -> Iterator[Row]:
        """Produce the rows with one of these outcomes, as those of a manifest."""
        kind = ITEMS[self.plan.job_type]
        keys = self.item_columns
        marks = ", ".join("?" * len(outcomes))
        query = (
            f"SELECT number, extra, {', '.join(keys)} FROM row "  # noqa: S608
            f"WHERE coalesce(outcome, 'open') IN ({marks}) ORDER BY place"
        )
        for number, extra, *values in self._select(query, tuple(outcomes)):
            yield Row(number, kind(**dict(zip(keys, values, strict=True))), json.loads(extra or "{}"))

    # What happens. Each is durable when the method returns.

    def intend(self, first: int, last: int, sent_on: float | None) -> Submission:
        """Note that rows are about to be submitted."""
        with self._change():
            cursor = self._db.execute(
                "INSERT INTO submission (first, last, state, sent_on, sent_at) VALUES (?, ?, 'intended', ?, ?)",
                (first, last, sent_on, self._clock()),
            )
        assert cursor.lastrowid is not None
        return Submission(cursor.lastrowid, first, last, State.INTENDED, sent_on)

    def started(self, submission: Submission, job: str, seen: Job | None = None) -> None:
        """Note that a submission's job is known.

        Args:
            submission: which.
            job: the job's id.
            seen: the job, if it was read.
        """
        with self._change():
            self._db.execute(
                "UPDATE submission SET state = 'running', job = ?, known_at = ?, started_on = ? WHERE id = ?",
                (job, self._clock(), None if seen is None else unix(seen.started_on), submission.id),
            )

    def void(self, submission: Submission) -> None:
        """Note that a submission was certainly not carried out; its rows are to be submitted again."""
        with self._change():
            self._db.execute("UPDATE submission SET state = 'void' WHERE id = ?", (submission.id,))

    def ended(
        self, submission: Submission, job: str | None, outcomes: Sequence[RowOutcome], seen: Job | None = None
    ) -> None:
        """Note that a submission is over.

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
            times = unix(seen.started_on), unix(seen.finished_on)
            of_job = (*times, *map(countable, (seen.total_files, seen.completed_files, seen.failed_files)))
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
        """Return what was learned of the run under this name, if anything."""
        return next((str(value) for (value,) in self._select("SELECT value FROM learned WHERE key = ?", (key,))), None)

    def remember(self, key: str, value: str) -> None:
        """Note what was learned of the run under a name.

        That is `token`, a mark of the one that carries it (`settings.Token.mark`); `user`, whose token that is; or
        `retry`, the run that tries again.
        """
        with self._change():
            self._db.execute("INSERT OR REPLACE INTO learned VALUES (?, ?)", (key, value))

    def not_ours(self, jobs: Iterable[str]) -> None:
        """Note that these jobs are known not to be this run's."""
        with self._change():
            self._db.executemany("INSERT OR IGNORE INTO foreign_job VALUES (?)", ((job,) for job in jobs))

    # What is counted. It is durable with the next of the above, or when the journal is closed.

    def answered(self, status: int | None, headers: Mapping[str, str], *, free: bool = False) -> None:
        """Count a request that was answered; see `sbg_bulk.runs.traffic.Traffic.answered`."""
        self._traffic.answered(self._clock(), status, headers, free=free)

    def waits(self, seconds: float, cause: str) -> None:
        """Count a pause of so many seconds that begins."""
        self._traffic.waits(self._clock(), seconds, cause)

    @contextmanager
    def _change(self) -> Iterator[None]:
        with clear_errors(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.executemany(COUNT, [astuple(one) for one in self._traffic.slots.values()])
            except BaseException:
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        self._traffic.slots.clear()

    def _select(self, query: str, parameters: Sequence[object] = ()) -> Iterator[Any]:
        """Produce what a query finds, a row at a time as they are asked for."""
        with clear_errors(self.path):
            # Not `yield from`: that would close the cursor of a journal that is closed already.
            for row in self._db.execute(query, parameters):  # noqa: UP028
                yield row

    def _read_plan(self) -> Plan:
        found = self._db.execute("SELECT key, value FROM run").fetchall()
        try:
            return Plan(**{key: json.loads(value) for key, value in found})
        except (TypeError, ValueError) as error:
            raise JournalError(f"{self.path} is damaged ({error}). Go back to a copy of it, if there is one.") from None
