"""Whose run it is: only the list of the user who began a run shows its jobs."""

from __future__ import annotations

from typing import Final

from sbg_bulk import errors
from sbg_bulk.api import lookups
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.runs.family import Family
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import Tally

PROOFS: Final = 3
"""How many jobs are asked for to see that a token is the same user's."""


def check_token(policy: RequestPolicy, journal: Journal, family: Family, tally: Tally, token: str) -> Flow[None]:
    """Raise InputError unless the token is that of the user who began: only that user's list shows the run's jobs.

    The same token is the same user's, which costs no request. It is not for a run that begins to spend one, either: the
    first submissions may need all that there are.
    """
    began_with = yield from record(lambda: journal.remembered("token"))
    if began_with == token:
        return
    if began_with is not None and tally.open < tally.rows:
        yield from _check_user(policy, journal, family)
    elif began_with is not None:
        # Nothing was done yet: it is this user's run from now on.
        yield from learn_user(policy, journal, anew=True)
    yield from record(lambda: journal.remember("token", token))


def _check_user(policy: RequestPolicy, journal: Journal, family: Family) -> Flow[None]:
    """See that another token than the one that the run was begun with is the same user's.

    Raises:
        InputError: it is another user's, or that cannot be told and may matter.
    """
    run = journal.plan.run
    began = yield from record(lambda: journal.remembered("user"))
    user = None if began is None else (yield from _user(policy))
    if user is not None:
        if user == began:
            return
        raise errors.InputError(
            f"Run {run} was started by {began}, but the token belongs to {user}, whose job list does not show the "
            f"run's jobs. Resume it with a token of {began}."
        )
    if (yield from _sees_own_jobs(policy, journal, family)):
        return
    raise errors.InputError(
        f"Run {run} was started with another token, possibly of another user: its jobs cannot be read with this one, "
        f"and another user's job list does not show them. Resume it with the token it was started with."
    )


def _sees_own_jobs(policy: RequestPolicy, journal: Journal, family: Family) -> Flow[bool]:
    """Return whether one of the latest jobs of the run can be read: a user sees no others than their own."""
    for job_id in (yield from record(lambda: journal.latest_jobs(PROOFS))):
        if (yield from family.sees(policy, job_id)):
            return True
    return False


def learn_user(policy: RequestPolicy, journal: Journal, *, anew: bool = False) -> Flow[None]:
    """Learn whose token it is, in case that the run is resumed with another."""
    if not anew and (yield from record(lambda: journal.remembered("user"))) is not None:
        return
    user = yield from _user(policy)
    if user:
        yield from record(lambda: journal.remember("user", user))


def _user(policy: RequestPolicy) -> Flow[str | None]:
    try:
        return (yield from lookups.user(policy)).username
    except (errors.BadRequest, errors.Forbidden, errors.NotFound):
        return None  # a service that does not say
