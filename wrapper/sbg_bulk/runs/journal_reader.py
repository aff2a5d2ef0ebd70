"""What a journal tells: what is to be done, how far it has come, and what came of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sbg_bulk.errors import JournalError
from sbg_bulk.runs.columns import DESTINATION_COLUMN, REPORT_COLUMNS, SIZE_COLUMN, TYPE_COLUMN
from sbg_bulk.runs.journal_file import PLACED, clear_errors, columns_before_4, values_of
from sbg_bulk.runs.records import (
    CHOSEN,
    Carried,
    Destinations,
    KeptRow,
    NewFolder,
    Outcome,
    Part,
    Plan,
    State,
    Submission,
    SubmissionTimes,
    Tally,
    noun_of,
)
from sbg_bulk.runs.traffic import Slot

FOLDER_SEEN: Final = "folder "
"""What a journal remembers the folders of a manifest by that were seen, with their ids after it: the names that they
get where they go, or an empty text where nobody has looked at that place."""

ASKED: Final = "asked"
"""What a journal remembers of a retry: what was asked for when the first run was begun."""

SESSIONS: Final = "sessions"
"""What a journal remembers of the processes that have carried the run, as JSON."""

SUMS: Final = "sums"
"""What a journal remembers of a complete run: its tally and the amount it carried, as JSON."""


class JournalReader:
    """What can be read of a journal that is open. All methods raise JournalError if it cannot be."""

    path: Path
    plan: Plan
    _db: sqlite3.Connection

    def tally(self) -> Tally:
        """Count how many rows have come how far."""
        if (kept := self._sums()) is not None:
            return Tally(**kept["tally"])
        [(rows,)] = self._select("SELECT count(*) FROM row")
        outcomes = dict(self._select("SELECT outcome, count(*) FROM row WHERE outcome IS NOT NULL GROUP BY outcome"))
        [(running,)] = self._select(
            "SELECT coalesce(sum(last - first + 1), 0) FROM submission WHERE state IN ('intended', 'running')"
        )
        known = {str(outcome): outcomes.get(outcome, 0) for outcome in Outcome}
        # Where rows have jobs of their own, some of a submission may be over.
        [(over,)] = self._select(
            "SELECT count(*) FROM submission, row WHERE state = 'running' AND submission.job IS NULL "
            "AND place BETWEEN first AND last AND outcome IS NOT NULL"
        )
        running -= over
        return Tally(rows, **known, running=running, open=rows - sum(known.values()) - running)

    def carried(self) -> Carried:
        """Add up what is done, and what there is. The sizes are those that were seen when it was chosen."""
        if (kept := self._sums()) is not None:
            return Carried(**kept["carried"])
        if self.remembered(CHOSEN) is None:
            # Columns of such names are the user's own.
            [(items, rows)] = self._select("SELECT coalesce(sum(outcome = 'done'), 0), count(*) FROM row")
            return Carried(items, folders=len(self.folders_seen()), unsized=rows)
        [(items, sized, size, folders, total, unsized)] = self._select(
            "SELECT coalesce(sum(done), 0), count(CASE WHEN done THEN size END), total(CASE WHEN done THEN size END), "
            "count(type), total(size), count(*) - count(size) FROM (SELECT outcome IS 'done' AS done, "
            "json_extract(extra, ?2) AS type, "
            "CASE typeof(json_extract(extra, ?1)) WHEN 'integer' THEN json_extract(extra, ?1) END AS size FROM row)",
            (f"$.{SIZE_COLUMN}", f"$.{TYPE_COLUMN}"),
        )
        return Carried(items, sized, int(size), folders, int(total), unsized)

    def noun(self) -> str:
        """Return what the rows are called; see `noun_of`. That of a million rows is found faster than their amount."""
        if self.remembered(CHOSEN) is None:
            if not (seen := len(self.folders_seen())):
                return noun_of(1, 0)
            [(rows,)] = self._select("SELECT count(*) FROM row")
            return noun_of(rows, seen)
        kinds = ("NOT NULL", "NULL")
        query = "SELECT EXISTS (SELECT 1 FROM row WHERE json_extract(extra, ?) IS {})"
        folders, files = (next(self._select(query.format(kind), (f"$.{TYPE_COLUMN}",)))[0] for kind in kinds)
        return noun_of(folders + files, folders)

    def folders_seen(self) -> list[str]:
        """Return the ids of the rows of a manifest that are known to be folders."""
        query = "SELECT file FROM learned CROSS JOIN row ON file = substr(key, ?1 + 1) WHERE substr(key, 1, ?1) = ?2"
        return [file for (file,) in self._select(query, (len(FOLDER_SEEN), FOLDER_SEEN))]

    def _sums(self) -> dict[str, dict[str, int]] | None:
        """Return what was kept when the run was complete: to count a million rows takes seconds."""
        return None if (kept := self.remembered(SUMS)) is None else dict(json.loads(kept))

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

    def values(self, first: int, last: int) -> list[dict[str, Any]]:
        """Return what the rows in these places say is to be done, by the columns that say it."""
        rows = self._select(
            f"SELECT {', '.join(PLACED)}, item FROM placed WHERE place BETWEEN ? AND ? ORDER BY place",  # noqa: S608
            (first, last),
        )
        return [values_of(self.plan.columns, row) for row in rows]

    def seen_folders(self, first: int, last: int) -> dict[str, str]:
        """Return the names that folders get where they go, by their ids, of the rows in these places.

        These are the folders that were seen when the run was planned. What a retry names may have been gone by then.
        """
        if self.plan.retry_of is not None:
            return {}
        chosen, names = self.remembered(CHOSEN) is not None, {}
        for file, extra, name in self._select(
            "SELECT file, extra, value FROM row LEFT JOIN learned ON key = ? || file WHERE place BETWEEN ? AND ?",
            (FOLDER_SEEN, first, last),
        ):
            said = json.loads(extra or "{}") if chosen else {}
            if name is None and said.get(TYPE_COLUMN) == "folder":
                name = str(said.get(DESTINATION_COLUMN) or "").rpartition("/")[2]
            if name:
                names[file] = name
        return names

    def folders(self) -> tuple[int, int]:
        """Return how many folders the run has made, and how many it needs to make in all."""
        [(made, total)] = self._select("SELECT count(id), count(*) FROM folder")
        return int(made), int(total)

    def next_folder(self) -> NewFolder | None:
        """Return the folder to make next, one whose parent is there; None if all are made."""
        found = self._select(
            "SELECT new.number, new.path, new.name, new.project, coalesce(above.id, new.parent) FROM folder AS new "
            "LEFT JOIN folder AS above ON above.number = new.above WHERE new.id IS NULL ORDER BY new.number LIMIT 1"
        )
        return next((NewFolder(*values) for values in found), None)

    def own_jobs(self) -> set[str]:
        """Return the ids of all jobs that are known to be this run's."""
        return {job for (job,) in self._select("SELECT job FROM submission WHERE job IS NOT NULL")}

    def running_rows(self) -> dict[str, Part]:
        """Return the rows with jobs of their own that have not ended, by the ids of these."""
        found: dict[str, Part] = {}
        for one in self.unfinished():
            if one.state is State.RUNNING:
                query = "SELECT place, job FROM row WHERE place BETWEEN ? AND ? AND outcome IS NULL AND job IS NOT NULL"
                found |= {job: Part(one, place, place) for place, job in self._select(query, (one.first, one.last))}
        return found

    def row_jobs(self) -> set[str]:
        """Return the ids of all jobs that are known to be a row's own."""
        # That of a submission was for many.
        query = "SELECT job FROM row WHERE job IS NOT NULL EXCEPT SELECT job FROM submission"
        return {job for (job,) in self._select(query)}

    def number_of_row_jobs(self) -> int:
        """Return how many jobs the rows name."""
        [(number,)] = self._select("SELECT count(DISTINCT job) FROM row WHERE job IS NOT NULL")
        return int(number)

    def latest_jobs(self, count: int) -> list[str]:
        """Return the ids of so many jobs of this run at most, the latest first."""
        query = "SELECT job FROM submission WHERE job IS NOT NULL ORDER BY id DESC LIMIT ?"
        of_rows = "SELECT job FROM row WHERE job IS NOT NULL ORDER BY place DESC LIMIT ?"
        found = [job for (job,) in self._select(query, (count,))]
        return found or [job for (job,) in self._select(of_rows, (count,))]

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
            f"SELECT {', '.join(PLACED)}, item, extra, coalesce(outcome, 'open'), new_id, job, api_code, message "  # noqa: S608
            f"FROM placed {wanted} ORDER BY place"
        )
        for row in self._select(query, tuple(outcomes)):
            yield {
                **values_of(self.plan.columns, row[:5]),
                **json.loads(row[5] or "{}"),
                **dict(zip(REPORT_COLUMNS, row[6:], strict=True)),
            }

    def extra_columns(self) -> list[str]:
        """Return the manifest's other columns, in the order in which they are first met."""
        columns: dict[str, None] = {}
        for (extra,) in self._select("SELECT extra FROM row WHERE extra IS NOT NULL ORDER BY place"):
            columns.update(dict.fromkeys(json.loads(extra)))
        return list(columns)

    def item_columns(self) -> tuple[str, ...]:
        """Return the columns that say what is to be done: those of the plan, and those that only some rows have."""
        query = "SELECT DISTINCT said.key FROM row, json_each(row.item) AS said WHERE row.item IS NOT NULL"
        return tuple(dict.fromkeys((*self.plan.columns, *(key for (key,) in self._select(query)))))

    def report_columns(self) -> tuple[str, ...]:
        """Return the columns of a report in the form of a table."""
        return (*self.item_columns(), *self.extra_columns(), *REPORT_COLUMNS)

    def failures(self) -> list[tuple[str, int | None, int, str | None]]:
        """Return the rows not done, grouped: outcome, API code, number of rows, a message of one; the most first."""
        found = self._select(
            "SELECT outcome, api_code, count(*) AS rows, min(message) FROM row "
            "WHERE outcome IS NOT NULL AND outcome <> 'done' GROUP BY outcome, api_code "
            "ORDER BY rows DESC, api_code"
        )
        return list(found)

    def destinations(self, limit: int) -> Destinations:
        """Return where the rows go: the projects and folders that most of them name, and how many others there are.

        A folder that the run makes is named by its path; a volume, where no folder is named, by its id.
        """
        found = self._select(
            "SELECT coalesce(folder.path, row.project, row.parent, json_extract(item, '$.volume')) AS destination, "
            "count(*) AS rows FROM row "
            "LEFT JOIN folder ON folder.number = row.folder "
            "WHERE destination IS NOT NULL GROUP BY destination ORDER BY rows DESC, destination"
        )
        most = list(islice(found, limit))
        return Destinations(most, sum(1 for _ in found))

    def rows(self, outcomes: Sequence[str]) -> Iterator[KeptRow]:
        """Produce the rows with one of these outcomes, as they were in the manifest."""
        marks = ", ".join("?" * len(outcomes))
        query = (
            f"SELECT number, extra, new_id, {', '.join(PLACED)}, item FROM placed "  # noqa: S608
            f"WHERE coalesce(outcome, 'open') IN ({marks}) ORDER BY place"
        )
        for number, extra, new_id, *values in self._select(query, tuple(outcomes)):
            yield KeptRow(number, values_of(self.plan.columns, values), json.loads(extra or "{}"), new_id)

    def remembered(self, key: str) -> str | None:
        """Return what was learned of the run under this name, if anything."""
        return next((str(value) for (value,) in self._select("SELECT value FROM learned WHERE key = ?", (key,))), None)

    @property
    def asked(self) -> str | None:
        """Return what was asked for (`sbg_bulk.runs.task.asked`), of a retry too; None if that is not known."""
        return self.plan.task or self.remembered(ASKED)

    def sessions(self) -> list[tuple[float, float | None]]:
        """Return when processes began to carry the run and ended, in Unix seconds; no end for one that was killed."""
        return [(began, ended) for began, ended in json.loads(self.remembered(SESSIONS) or "[]")]

    def _select(self, query: str, parameters: Sequence[object] = ()) -> Iterator[Any]:
        """Produce what a query finds, a row at a time as they are asked for."""
        with clear_errors(self.path):
            # Not `yield from`: that would close the cursor of a journal that is closed already.
            for row in self._db.execute(query, parameters):  # noqa: UP028
                yield row

    def _read_plan(self) -> Plan:
        found = self._db.execute("SELECT key, value FROM run").fetchall()
        try:
            plan = {key: json.loads(value) for key, value in found}
            return Plan(**{**plan, "columns": plan.get("columns") or columns_before_4(self._db)})
        except (TypeError, ValueError) as error:
            raise JournalError(
                f"{self.path} is damaged ({error}). Restore it from a backup, if you have one."
            ) from None
