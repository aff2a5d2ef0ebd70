"""What a person says of a submission whose outcome could not be found out."""

from __future__ import annotations

from typing import Final

from sbg_bulk import errors
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.errors import InputError
from sbg_bulk.runs.family import Family
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import State, Submission
from sbg_bulk.text import either

UNDECIDED: Final = "undecided"
"""What a journal remembers the submission by that a person is asked about."""


def asked_about(journal: Journal) -> Submission | None:
    """Return the submission of unknown outcome that a person's word is about; None if there is none."""
    unsettled = [one for one in journal.unfinished() if one.state is State.INTENDED]
    asked = journal.remembered(UNDECIDED)
    return next((one for one in unsettled if str(one.id) == asked), unsettled[0] if unsettled else None)


def decide(journal: Journal, *, adopt: str | None, resubmit: bool) -> None:
    """Write down what a person says of the submission whose outcome could not be found out.

    Args:
        journal: the run's.
        adopt: the id of the job that it started.
        resubmit: whether it started none.

    Raises:
        InputError: there is no such submission, the job belongs to another, or both are given.
    """
    if adopt is None and not resubmit:
        return
    if adopt is not None and resubmit:
        raise InputError("Give adopt or resubmit, not both.")
    unsettled = asked_about(journal)
    if unsettled is None:
        options = either("--adopt and --resubmit", "adopt and resubmit")
        raise InputError(
            f"Run {journal.plan.run} has no submission with an unknown outcome; resume it without {options}."
        )
    if adopt is None:
        journal.void(unsettled)
    elif adopt in journal.own_jobs():
        raise InputError(f"Job {adopt} already belongs to other files of this run.")
    elif adopt in journal.foreign_jobs():
        raise InputError(f"Job {adopt} is not from this submission: it is older, or does something else.")
    else:
        journal.started(unsettled, adopt)


def check_adoption(policy: RequestPolicy, journal: Journal, family: Family, job_id: str) -> Flow[None]:
    """See whether the submission of unknown outcome may have started a job, before a person's word is taken for it.

    Raises:
        InputError: there is no such job of this type, or it is certainly another's.
        ApiError, ConnectionFailed: it cannot be read.
    """
    unsettled = yield from record(lambda: asked_about(journal))
    try:
        possible = yield from family.may_have_started(policy, journal, unsettled, job_id)
    except errors.NotFound:
        raise errors.InputError(f"{family.job_type} job {job_id} was not found; nothing was changed.") from None
    if not possible:
        raise errors.InputError(f"Job {job_id} is not from this submission; nothing was changed.")
