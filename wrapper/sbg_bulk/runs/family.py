"""What a family of bulk work tells the engine, so that the engine knows none of them by name.

A family is a module above this room with a class of the shape of `Family`, entered in `sbg_bulk.families` under the
type that journals keep. `Work` is what it does for one run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum
from typing import IO, Any, Protocol, TypeAlias

from attrs import frozen

from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow
from sbg_bulk.runs.forms import Format, ReadFormat
from sbg_bulk.runs.item_pace import ItemPace
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import AnyJob, RowOutcome, Submission
from sbg_bulk.runs.rows import Defaults, Rows
from sbg_bulk.runs.verification import Verification


class Brings(Enum):
    """What a submission brings forth."""

    ONE_JOB = "one job"
    """One job for all of its rows. It tells of their outcomes together, when it has ended."""
    EACH_ROW = "each row"
    """A job for each row, or the outcome of a row at once."""


class Seen(Protocol):
    """A job that was watched.

    Attributes:
        id: its id.
        job: the job as last seen; None if it never was.
    """

    @property
    def id(self) -> str: ...
    @property
    def job(self) -> Any: ...


class Polled(Protocol):
    """The outcome of a look at jobs. What is named here is watched no longer.

    Attributes:
        finished: those that have ended.
        lost: those that cannot be found any more.
    """

    @property
    def finished(self) -> Sequence[Seen]: ...
    @property
    def lost(self) -> Sequence[Seen]: ...


class Watcher(Protocol):
    """Watches the jobs of a run until they end, for as few requests as that takes."""

    @property
    def tracks(self) -> Collection[str]:
        """Return the ids of the jobs that are watched."""

    def follow(self, job_id: str, moment: float, job: Any = None, *, due: bool = True) -> None:
        """Watch a job from this moment on. Unless it is due at once, it was submitted just now."""

    def forget(self, job_id: str) -> None:
        """Watch a job no longer."""

    def take(self, share: float) -> None:
        """Take this share of the budget of requests for looks at most, from now on."""

    def overdue(self, moment: float) -> bool:
        """Return whether a look is due, and allowed."""

    def rest(self, until: float) -> Flow[None]:
        """Let time pass until the next look is due and allowed, or until the time is up."""

    def poll(self) -> Flow[Polled]:
        """Look at the jobs that are due."""


Answer: TypeAlias = Sequence["AnyJob | RowOutcome | None"]
"""What a submission has brought forth. Of `Brings.ONE_JOB` that job alone; of `Brings.EACH_ROW` one thing for each row,
in their order: its job; its outcome, if it has come to an end at once; None if nothing is told of it."""


@frozen
class Decision:
    """What came of a submission whose outcome was not known.

    Attributes:
        submission: which.
        job: of `Brings.ONE_JOB`: the job that it has started, as last seen; None if it has started none that can be
            found, which the settler has written down.
        complete: of `Brings.ONE_JOB`: whether the job has ended, and all that it tells of its rows has been seen.
        answer: of `Brings.EACH_ROW`: what the answer should have told. None stands for rows that certainly came to
            nothing, and are to be submitted again, unless a person is to decide on them.
        undecided: of `Brings.EACH_ROW`: whether a person is to decide on the rows without an answer.
    """

    submission: Submission
    job: Any = None
    complete: bool = False
    answer: Answer = ()
    undecided: bool = False


class Settler(Protocol):
    """Finds out what came of submissions whose answer was lost; of `Brings.EACH_ROW`, of rows that it lacked."""

    @property
    def open(self) -> Collection[int]:
        """Return the numbers of the submissions that are not settled."""

    @property
    def due(self) -> float:
        """When there is something to do next, by the client's clock; infinite if there is nothing but to wait."""

    @property
    def unsettled(self) -> int:
        """How many submissions may still have a job under way. Those that a person has to decide on have none."""

    @property
    def watched(self) -> Sequence[AnyJob]:
        """The jobs that may be the lost ones and have not ended, to be watched."""

    def add(self, submission: Submission, latest: float | None = None, *, sent_here: bool) -> Flow[None]:
        """Leave a submission open. `latest` is the latest time that the server had told before it was sent."""

    def leave(self, submission: Submission) -> None:
        """Leave a submission open for a person to decide on. Only of `Brings.EACH_ROW`."""

    def close(self, submission: Submission) -> None:
        """Forget a submission, what came of which is in the journal now."""

    def ended(self, job_id: str, job: Any) -> None:
        """A job that was watched has ended, or cannot be found any more, which is None."""

    def settle(self) -> Flow[Sequence[Decision]]:
        """Decide what can be decided now. Of `Brings.ONE_JOB` it writes that into the journal too."""

    def stop(self) -> Flow[None]:
        """Raise RunStopped if a person has to decide."""


class SecondStep(Protocol):
    """What is done with what rows have made, when that is there. It can be begun again, which does no harm.

    A row has come to its end, and the journal knows that, when this is done: a run that is broken off between the two
    steps reads the jobs again, and goes on with this one.

    Attributes:
        batch: the most rows of a call.
    """

    @property
    def batch(self) -> int: ...

    def is_needed(self, item: Any) -> bool:
        """Return whether an item has it."""

    def carry(self, items: Sequence[Any], outcomes: Sequence[RowOutcome]) -> Flow[list[RowOutcome]]:
        """Do it for items whose jobs have come to these outcomes. Return the outcomes that the rows have then.

        Raises:
            ApiError, ConnectionFailed: what is no fault of these rows.
        """


class Work(Protocol):
    """What a family does for one run.

    Attributes:
        watch: watches its jobs.
        settler: settles its submissions of unknown outcome.
        second: of `Brings.EACH_ROW`: what is done when a row's job has done its part; None if that is all.
    """

    @property
    def watch(self) -> Watcher: ...
    @property
    def settler(self) -> Settler: ...
    @property
    def second(self) -> SecondStep | None: ...

    def submit(self, items: Sequence[Any]) -> Flow[Answer]:
        """Submit items, once or not at all.

        Raises:
            Uncertain: the server may have started it, but has not said so.
            ApiError, ConnectionFailed: it was not started.
        """

    def outcomes(self, items: Sequence[Any], job: Any, *, new_ids: bool, settled: bool) -> Flow[list[RowOutcome]]:
        """Return the outcome of each item of a job that has finished, in the items' order.

        Of `Brings.EACH_ROW` that follows from the job alone: no items are given, and no request is sent.

        Args:
            items: those that were submitted.
            job: their job.
            new_ids: whether the ids of what was made are wanted, each with proof whose it is.
            settled: whether the job was just found by `settler`, whose findings may be used.
        """

    def made(self, job: Any) -> Sequence[str] | None:
        """Return the ids of what a job made, if the journal is to keep them for later runs. Of `Brings.ONE_JOB`."""

    def note_earlier_jobs(self) -> Flow[None]:
        """Write into the journal which jobs there are before the first is submitted.

        Asked for where the server does not tell the time, by which older jobs are told from new ones otherwise.
        """


class Family(Protocol):
    """A kind of bulk work.

    Attributes:
        job_type: what journals and people call it.
        columns: the columns of a manifest that make an item.
        batch: the most items of a submission; None if none is documented.
        brings: what a submission brings forth.
        of_rows: the API codes of a 403 that are about what rows name, and not about the user.
        takes_away: whether what it is done to is gone from its place then, so that a folder and what is in it cannot
            both be rows of a run.
        on_platform: whether a destination that is given for all rows is a place on the platform.
        pace: the most items that are submitted in some time unless a run is given another pace; None for no limit.
        half_done: the column of an item that says what it has become, if only its second step is to be done; None if
            there is none.
    """

    @property
    def job_type(self) -> str: ...
    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def batch(self) -> int | None: ...
    @property
    def brings(self) -> Brings: ...
    @property
    def of_rows(self) -> Collection[int]: ...
    @property
    def takes_away(self) -> bool: ...
    @property
    def on_platform(self) -> bool: ...
    @property
    def pace(self) -> ItemPace | None: ...
    @property
    def half_done(self) -> str | None: ...

    def read(self, stream: IO[bytes], form: ReadFormat | None, defaults: Defaults, promised: Format | None) -> Rows:
        """Read a manifest, one row at a time. The stream is left open.

        Args:
            stream: a text, in UTF-8 or UTF-16.
            form: its format; None to go by its first lines.
            defaults: the destination of rows that name none.
            promised: the format that its name promises, for what the first lines leave open.

        Raises:
            InputError: the stream cannot be read, now or later.
        """

    def item(self, values: Mapping[str, Any]) -> Any:
        """Return the item with these values of its columns."""

    def work(self, policy: RequestPolicy, journal: Journal, lag: float) -> Work:
        """Return what it does for a run.

        Args:
            policy: how to send requests.
            journal: the run's.
            lag: seconds after which a job that was started is in the list.
        """

    def sees(self, policy: RequestPolicy, job_id: str) -> Flow[bool]:
        """Return whether the user of a token sees a job: nobody sees another's."""

    def may_have_started(
        self, policy: RequestPolicy, journal: Journal, submission: Submission | None, job_id: str
    ) -> Flow[bool]:
        """Return whether a job may be that of a submission of unknown outcome; of none, whether there is the job.

        Raises:
            NotFound: there is no such job.
            InputError: such a job cannot be named for a submission of this family.
            ApiError, ConnectionFailed: it cannot be read.
        """

    def verify(
        self, policy: RequestPolicy, journal: Journal, on_request: Callable[[int], object] | None
    ) -> Flow[Verification]:
        """Compare what a run says that it did with what there is.

        Raises:
            InputError: the run is not complete.
            ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
        """


def items_of(family: Family, journal: Journal, submission: Submission) -> list[Any]:
    """Return what the rows of a submission say is to be done."""
    return [family.item(values) for values in journal.values(submission.first, submission.last)]
