"""The options of a run, and its progress."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import field, frozen, validators

from sbg_bulk.api.waits import BudgetLeft, Wait
from sbg_bulk.limits import USUAL_LIMIT
from sbg_bulk.runs.records import Tally

JOBS_IN_FLIGHT: Final = USUAL_LIMIT
"""As many jobs as a window of the rate limit allows to submit."""


LIST_LAG: Final = 30.0
"""Seconds after which a job that was started is taken to be in the list. A guess: nothing is documented."""


@frozen
class RunOptions:
    """The way in which a run goes about its work.

    A run keeps what it is given. None stands for what it was given before it was interrupted, or else for the default.

    Attributes:
        jobs_in_flight: how many jobs it keeps running at most; 1,000 by default.
        reserve: requests in each window of the rate limit that it leaves to the user's other programs; 0 by default.
        list_lag: seconds after a submission of unknown outcome until the job that it may have started is certainly
            in the list; 30 by default. Nothing is documented of that: the default is a guess.
        new_ids: whether to find out the id of every copy; False by default. It costs two requests for a job of a
            hundred files, where otherwise only jobs with failures are checked. Ids that the result proves are kept in
            any case.
        label: a text of the user's own, by which the run is known again where it is listed, shown or reported on; None
            to leave it as it is. It stays on this machine.
        pace: how many items it submits in five minutes at most; by default 500 for imports by DRS, which is the
            platform's own pace, and any number otherwise. What was submitted before it was resumed counts.
    """

    jobs_in_flight: int | None = field(default=None, validator=validators.optional(validators.ge(1)))
    reserve: int | None = field(default=None, validator=validators.optional(validators.ge(0)))
    list_lag: float | None = field(default=None, validator=validators.optional(validators.ge(0)))
    new_ids: bool | None = None
    label: str | None = None
    pace: int | None = field(default=None, validator=validators.optional(validators.ge(1)))


@frozen
class EndedJob:
    """A job of a run that has ended. The numbers of rows add up to `rows`.

    Attributes:
        id: its id; None if the service has refused to start it.
        rows: how many rows it had.
        done: how many of them were carried out.
        failed: how many certainly were not.
        unattributed: how many may or may not have been: the job had failures and does not tell whose.
        unknown: how many are in question because the job can no longer be read.
    """

    id: str | None
    rows: int
    done: int = 0
    failed: int = 0
    unattributed: int = 0
    unknown: int = 0


@frozen
class Progress:
    """The state of a run at a moment.

    Attributes:
        run: its id.
        journal: the path of its journal.
        tally: its rows.
        jobs_running: how many of its jobs are running.
        jobs_ended: how many of its jobs have ended, those before it was resumed included.
        jobs_total: how many jobs it takes in all, as far as can be told now.
        folders_made: how many folders it has made.
        folders_total: how many folders it makes in all, before it submits anything.
        budget: what is left of the rate limit; None if that is not known.
        waiting: the pause that is about to be made; None if there is none.
        ended: the jobs that have ended since the progress before this one. They are not compared.
        job_type: what the run does, such as COPY; empty if that is not known.
        noun: what the rows are: `file`, `folder`, or `item` where both are among them.
    """

    run: str
    journal: str
    tally: Tally
    jobs_running: int
    jobs_ended: int
    jobs_total: int
    folders_made: int = 0
    folders_total: int = 0
    budget: BudgetLeft | None = None
    waiting: Wait | None = None
    ended: Sequence[EndedJob] = field(default=(), eq=False)
    job_type: str = ""
    noun: str = "file"
