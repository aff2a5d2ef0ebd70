"""The records of a journal: the plan, the submissions, and how many rows have come how far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol, TypeAlias

from attrs import field, frozen

CHOSEN: Final = "chosen"
"""What a journal remembers of a run whose rows say where they come from and go to, in columns of our own."""

Failures: TypeAlias = Sequence[tuple[str, int | None, int, str | None]]
"""What was not done in a run, grouped: the outcome, the API's code, how many rows, a message of one; the most first."""


class State(StrEnum):
    """The stages of a submission."""

    INTENDED = "intended"
    """It is about to be sent, or its outcome is not known."""
    RUNNING = "running"
    """Its job is known."""
    ENDED = "ended"
    """Its job has ended, or can no longer be read; its rows say what became of them."""
    VOID = "void"
    """It was certainly not carried out; its rows are to be submitted again."""


class Outcome(StrEnum):
    """What is known of a row."""

    DONE = "done"
    """It was done."""
    FAILED = "failed"
    """It was not done, and the API said why."""
    UNATTRIBUTED = "unattributed"
    """Its job has ended, but which of the job's results is its own cannot be told."""
    UNKNOWN = "unknown"
    """Its job can no longer be read."""


@frozen
class RowOutcome:
    """What came of a row.

    Attributes:
        outcome: see `Outcome`.
        new_id: the id of what it became (copy, move); None where that is not proved.
        api_code: the API's code, if it failed.
        message: the API's words, if it failed, or why it is not known.
    """

    outcome: Outcome
    new_id: str | None = None
    api_code: int | None = None
    message: str = ""


class AnyJob(Protocol):
    """A job, as far as the engine reads it. Times and counts are for the report; None where they are not told."""

    @property
    def id(self) -> str: ...
    @property
    def finished(self) -> bool: ...
    @property
    def started_on(self) -> datetime | None: ...
    @property
    def finished_on(self) -> datetime | None: ...
    @property
    def total_files(self) -> int | None: ...
    @property
    def completed_files(self) -> int | None: ...
    @property
    def failed_files(self) -> int | None: ...


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
        """Return how many rows it has."""
        return self.last - self.first + 1


@frozen
class Part:
    """The rows of a submission that one job does.

    Attributes:
        submission: which.
        first: the place of the first row.
        last: the place of the last row.
    """

    submission: Submission
    first: int
    last: int

    @classmethod
    def whole(cls, submission: Submission) -> Part:
        """Return all rows of a submission."""
        return cls(submission, submission.first, submission.last)


@frozen
class EndedRow:
    """A row whose own job has ended.

    Attributes:
        part: the row.
        job: the id of its job.
        outcome: what came of it.
        seen: the job as it ended, if it was read.
    """

    part: Part
    job: str
    outcome: RowOutcome
    seen: AnyJob | None = None


@frozen
class SubmissionTimes:
    """The times of a submission, and its outcome in numbers. What is not known is None.

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


def _texts(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(given)


@frozen
class Plan:
    """The task of a run; it does not change.

    Attributes:
        run: the run's id.
        job_type: what it does, such as COPY: the type of its family; see `sbg_bulk.runs.family`.
        endpoint: the platform it is for.
        created_on: when it was made, ISO 8601.
        items_per_job: how many rows are submitted as one job.
        manifest: the manifest's name, for people.
        form: the manifest's format.
        retry_of: the run whose failures this one tries again.
        task: what was asked for, to know it again; see `sbg_bulk.runs.task`. None if that cannot be known.
        columns: the columns of a manifest that say what is to be done.
    """

    run: str
    job_type: str
    endpoint: str
    created_on: str
    items_per_job: int
    manifest: str = "-"
    form: str = "csv"
    retry_of: str | None = None
    task: str | None = None
    columns: tuple[str, ...] = field(default=(), converter=_texts)


@frozen
class KeptRow:
    """A row of a manifest, as a journal keeps it.

    Attributes:
        number: where it stands in the manifest.
        values: what is to be done, by the columns that say it.
        extra: the other columns, as they came.
        new_id: the id of what it has become, if that is known.
    """

    number: int
    values: Mapping[str, Any]
    extra: Mapping[str, Any]
    new_id: str | None = None


@frozen
class NewFolder:
    """A folder that a run makes before it submits anything. It is in a folder or, if that is None, a project's root.

    Attributes:
        number: its place among the run's folders, from 0; parents come first.
        path: where it is, for people.
        name: its name.
        project: the project whose root it is in.
        parent: the id of the folder it is in, as far as that is known.
        above: the number of the folder it is in, if the run makes that too.
    """

    number: int
    path: str
    name: str
    project: str | None = None
    parent: str | None = None
    above: int | None = None


@frozen
class Tally:
    """The numbers of a run's rows, by how far they have come. They add up to `rows`.

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
        """Return whether nothing is left to be done or waited for."""
        return not self.running and not self.open


def noun_of(rows: int, folders: int) -> str:
    """Return what so many rows are called, of which so many are known to be folders: file, folder or item."""
    return "file" if not folders else "folder" if folders == rows else "item"


@frozen
class Carried:
    """The amount of what a run has done and has to do, as far as it knows that: runs of manifests know no sizes.

    Attributes:
        items: how many of its rows are done.
        sized: how many of these are files whose size is known.
        size: the bytes of those.
        folders: how many of all its rows are folders, as far as is known.
        total: the bytes of all its files whose size is known, done or not.
        unsized: how many of all its rows are folders, or files whose size is not known.
    """

    items: int = 0
    sized: int = 0
    size: int = 0
    folders: int = 0
    total: int = 0
    unsized: int = 0


@frozen
class Destinations:
    """The places that the rows of a run go to.

    Attributes:
        most: projects and folders, each with its number of rows; the most first.
        others: how many others there are.
    """

    most: Sequence[tuple[str, int]]
    others: int
