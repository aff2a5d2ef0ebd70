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
from itertools import groupby
from pathlib import Path
from typing import Final, Self

from attrs import asdict, astuple

from sbg_bulk.errors import JournalError, RunInUse
from sbg_bulk.runs.journal_file import (
    COPIED,
    COUNT,
    HALF_MADE,
    check_header,
    clear_errors,
    connect,
    countable,
    make_format_2,
    make_format_3,
    make_format_4,
    show_as_format_2,
    show_as_format_3,
    show_as_format_4,
    show_places,
    snapshot,
    unix,
)
from sbg_bulk.runs.journal_reader import FOLDER_SEEN, SESSIONS, SUMS, JournalReader
from sbg_bulk.runs.records import AnyJob, EndedRow, NewFolder, Outcome, RowOutcome, State, Submission
from sbg_bulk.runs.traffic import Traffic

MOST_SESSIONS: Final = 100
"""Processes that are remembered: the last ones of a run that is interrupted again and again."""


class Journal(JournalReader):
    """An open journal. All methods raise JournalError if the file cannot be read or written.

    Attributes:
        in_use: whether another process works on the run, and this is a copy of how far that had come.
    """

    in_use = False

    def __init__(self, path: Path, connection: sqlite3.Connection, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._db = connection
        self._clock = clock
        self._traffic = Traffic()
        self._session: float | None = None
        show_places(connection)
        self.plan = self._read_plan()

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

        The file stays as it is, whatever its format, but for what a crash has left half written, which is undone. A
        process that works on it is not disturbed.

        Raises:
            WrongJournal, JournalError: see `open`.
            RunInUse: another process works on it, and does not stop changing it.
        """
        try:
            return cls._opened(path, time.time, to_read=True)
        except RunInUse:
            journal = cls._opened(path, time.time, to_read=True, copied=True)
            journal.in_use = True
            return journal

    @classmethod
    def _opened(cls, path: Path, clock: Callable[[], float], *, to_read: bool, copied: bool = False) -> Self:
        check_header(path)
        with clear_errors(path):
            if copied:
                connection = snapshot(path)
            else:
                connection = sqlite3.connect(path, timeout=0, isolation_level=None) if to_read else connect(path)
            try:
                connection.execute("BEGIN" if to_read else "BEGIN EXCLUSIVE")
                damage = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                if version == 0:
                    raise JournalError(HALF_MADE.format(path=path))
                if damage != "ok":
                    raise JournalError(f"{path} is damaged ({damage}). Restore it from a backup, if you have one.")
                if version < 2:
                    show_as_format_2(connection) if to_read else make_format_2(connection)
                if version < 3:
                    show_as_format_3(connection) if to_read else make_format_3(connection)
                if version < 4 and not to_read:
                    make_format_4(connection)
                elif version == 3:
                    show_as_format_4(connection)
                if not to_read:
                    connection.execute(COPIED)
                journal = cls(path, connection, clock)
                connection.execute("PRAGMA query_only = ON" if to_read else "COMMIT")
                return journal
            except BaseException:
                connection.close()
                raise

    def close(self) -> None:
        """Close the file and give up the lock."""
        if self._traffic.slots or self._session is not None:
            # That alone writes what was counted, whose loss would do no harm.
            with suppress(JournalError), self._change():
                if self._session is not None:
                    self._write_session(self._clock())
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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

    def made(self, folder: NewFolder, identity: str) -> None:
        """Note that a folder is there, and its id."""
        with self._change():
            self._db.execute("UPDATE folder SET id = ? WHERE number = ?", (identity, folder.number))

    def started(self, submission: Submission, job: str, seen: AnyJob | None = None) -> None:
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
        self,
        submission: Submission,
        job: str | None,
        outcomes: Sequence[RowOutcome],
        seen: AnyJob | None = None,
        made: Sequence[str] | None = None,
    ) -> None:
        """Note that a submission is over.

        Args:
            submission: which.
            job: its job's id, if it had one.
            outcomes: what became of its rows, in their order.
            seen: the job as it ended, if it was read.
            made: the ids of what it made, in no order, if later runs may ask for them.
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
            if made is not None:
                self._db.execute("INSERT OR REPLACE INTO copied VALUES (?, ?)", (job, json.dumps(made)))

    def accepted(
        self, submission: Submission, answer: Sequence[AnyJob | RowOutcome | None], lost: State
    ) -> list[Submission]:
        """Note what a submission has brought forth for each of its rows.

        Args:
            submission: which.
            answer: for each row its job, its outcome, or None if nothing is told of it.
            lost: the state of rows of which nothing is told.

        Returns:
            The submission; in several pieces, if something is told of some of its rows only.
        """
        assert len(answer) == submission.size
        moment = self._clock()
        with self._change():
            for place, told in enumerate(answer, start=submission.first):
                if isinstance(told, RowOutcome):
                    self._write_outcome(place, None, told)
                elif told is not None:
                    self._db.execute("UPDATE row SET job = ? WHERE place = ?", (told.id, place))
            pieces = []
            for missing, group in groupby(range(submission.size), lambda index: answer[index] is None):
                places = list(group)
                known = [answer[index] for index in places]
                over = not missing and all(isinstance(told, RowOutcome) for told in known)
                state = lost if missing else State.ENDED if over else State.RUNNING
                pieces.append((submission.first + places[0], submission.first + places[-1], state))
            return self._cut(submission, pieces, moment)

    def halve(self, submission: Submission) -> None:
        """Note that a submission was refused as a whole; its rows are to be submitted again in two halves."""
        middle = (submission.first + submission.last) // 2
        with self._change():
            halves = [(submission.first, middle, State.VOID), (middle + 1, submission.last, State.VOID)]
            self._cut(submission, halves, self._clock())

    def _cut(self, submission: Submission, pieces: Sequence[tuple[int, int, State]], moment: float) -> list[Submission]:
        """Make a submission several, each with a state of its own. The first keeps its number."""
        made = []
        for index, (first, last, state) in enumerate(pieces):
            number: int | None = submission.id if not index else None
            if number is None:
                cursor = self._db.execute(
                    "INSERT INTO submission (first, last, state, sent_on, sent_at) SELECT ?, ?, ?, sent_on, sent_at "
                    "FROM submission WHERE id = ?",
                    (first, last, str(state), submission.id),
                )
                assert cursor.lastrowid is not None
                number = cursor.lastrowid
            self._db.execute(
                "UPDATE submission SET first = ?, last = ?, state = ? WHERE id = ?", (first, last, str(state), number)
            )
            made.append(Submission(number, first, last, state, submission.sent_on))
            if state in (State.RUNNING, State.ENDED):
                self._db.execute("UPDATE submission SET known_at = ? WHERE id = ?", (moment, number))
            if state is State.ENDED:
                self._sum_up_rows(number, moment)
        return made

    def rows_ended(self, ended: Sequence[EndedRow]) -> None:
        """Note that rows are over whose jobs are their own, and which submissions are with them."""
        moment = self._clock()
        with self._change():
            for one in ended:
                self._write_outcome(one.part.first, one.job, one.outcome)
                if one.seen is not None:
                    times = unix(one.seen.started_on), unix(one.seen.finished_on)
                    self._db.execute(
                        "UPDATE submission SET started_on = min(coalesce(started_on, ?1), coalesce(?1, started_on)), "
                        "finished_on = max(coalesce(finished_on, ?2), coalesce(?2, finished_on)) WHERE id = ?3",
                        (*times, one.part.submission.id),
                    )
            for number in dict.fromkeys(one.part.submission.id for one in ended):
                self._sum_up_rows(number, moment)

    def _write_outcome(self, place: int, job: str | None, told: RowOutcome) -> None:
        self._db.execute(
            "UPDATE row SET outcome = ?, new_id = ?, job = ?, api_code = ?, message = ? WHERE place = ?",
            (str(told.outcome), told.new_id, job, told.api_code, told.message or None, place),
        )

    def _sum_up_rows(self, number: int, moment: float) -> None:
        """Have a submission be over if all of its rows are."""
        self._db.execute(
            "UPDATE submission SET state = 'ended', ended_at = ?, (done, failed) = (SELECT coalesce(sum(outcome = "
            "'done'), 0), coalesce(sum(outcome = 'failed'), 0) FROM row WHERE place BETWEEN first AND last) WHERE "
            "id = ? AND NOT EXISTS (SELECT 1 FROM row WHERE place BETWEEN first AND last AND outcome IS NULL)",
            (moment, number),
        )

    def sent_lately(self, seconds: float) -> list[tuple[float, int]]:
        """Return how long ago rows were submitted in so many last seconds, and how many. Refused ones do not count.

        A clock that was set back since makes it now.
        """
        found = self._select(
            "SELECT ?1 - coalesce(known_at, sent_at) AS age, last - first + 1 FROM submission WHERE age < ?2 AND "
            "(state IN ('intended', 'running') OR (state = 'ended' AND (known_at IS NOT NULL OR done)))",
            (self._clock(), seconds),
        )
        return [(max(0.0, age), size) for age, size in found]

    def note_session(self) -> None:
        """Note that a process carries the run from now on, until it closes the journal or is killed."""
        self._session = self._clock()
        with self._change():
            self._write_session(None)

    def _write_session(self, ended: float | None) -> None:
        assert self._session is not None
        earlier = [one for one in self.sessions() if one[0] != self._session]
        known = json.dumps([*earlier, (self._session, ended)][-MOST_SESSIONS:])
        self._db.execute("INSERT OR REPLACE INTO learned VALUES (?, ?)", (SESSIONS, known))

    def sum_up(self) -> None:
        """Keep the tally and the amount of a complete run, which change no more, for who lists runs."""
        if self.remembered(SUMS) is None and (tally := self.tally()).complete:
            self.remember(SUMS, json.dumps({"tally": asdict(tally), "carried": asdict(self.carried())}))

    def remember(self, key: str, value: str) -> None:
        """Note what was learned of the run under a name.

        That is `token`, a mark of the one that carries it (`settings.Token.mark`); `user`, whose token that is;
        `retry`, the run that tries again; `sums`, see `sum_up`; `options`, see `kept_options`; `folder` and an id, see
        `seen_folders`; or `label`, the user's own text.
        """
        with self._change():
            self._db.execute("INSERT OR REPLACE INTO learned VALUES (?, ?)", (key, value))

    def saw_folders(self, files: Iterable[str]) -> None:
        """Note that what has these ids are folders."""
        with self._change():
            seen = ((FOLDER_SEEN + file, "") for file in files)
            self._db.executemany("INSERT OR IGNORE INTO learned VALUES (?, ?)", seen)

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
