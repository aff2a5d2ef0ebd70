"""The trials find what they are for: with each safeguard of runs taken away, some of a few schedules break the promise.

The safeguards are taken away here, in the test; the product has no switch for that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from attrs import evolve

from sbg_bulk.api import request as requests
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, Reply, record
from sbg_bulk.errors import ApiError
from sbg_bulk.items import Item
from sbg_bulk.jobs.listing import whole_list
from sbg_bulk.jobs.submit import SUBMIT_CALLS
from sbg_bulk.models.job import Job
from sbg_bulk.runs import match as matching
from sbg_bulk.runs import run, settle
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.match import Match
from sbg_bulk.runs.outcomes import Outcome, RowOutcome
from sbg_bulk.runs.records import State, Submission
from scripts.lib.faults.schedule import draw
from scripts.lib.faults.trial import attempt

SCHEDULES = 200

Patch = pytest.MonkeyPatch


def late_intent(patch: Patch) -> None:
    """What is about to be sent gets into the journal only with what came of it: until then, a crash loses it."""
    intend = Journal.intend

    def only_thought_of(self: Journal, first: int, last: int, sent_on: float | None) -> Submission:
        del self
        return Submission(-1, first, last, State.INTENDED, sent_on)

    def first_intended(self: Journal, submission: Submission) -> Submission:
        if submission.id >= 0:
            return submission
        return intend(self, submission.first, submission.last, submission.sent_on)

    started, void, ended = Journal.started, Journal.void, Journal.ended
    patch.setattr(Journal, "intend", only_thought_of)
    patch.setattr(Journal, "started", lambda self, one, *what: started(self, first_intended(self, one), *what))
    patch.setattr(Journal, "void", lambda self, one: void(self, first_intended(self, one)))
    patch.setattr(Journal, "ended", lambda self, one, *what: ended(self, first_intended(self, one), *what))


def blind_repetition(patch: Patch) -> None:
    """A submission of unknown outcome is sent again, like any other request."""
    repeated = {
        kind: evolve(submission, operation=evolve(submission.operation, repeatable=True))
        for kind, submission in SUBMIT_CALLS.items()
    }
    patch.setattr("sbg_bulk.jobs.submit.SUBMIT_CALLS", repeated)


def newest_adopted(patch: Patch) -> None:
    """The newest job in the list that is not known is taken for the run's, whatever it did."""

    def adopt(
        policy: RequestPolicy, journal: Journal, submission: Submission, lag: float, sent: object
    ) -> Flow[str | None]:
        del lag, sent
        listed = yield from whole_list(policy)
        own = yield from record(journal.own_jobs)
        new = [job for job in listed.values() if job.id not in own and job.type == journal.plan.job_type]
        if not new:
            yield from record(lambda: journal.void(submission))
            return None
        newest = max(new, key=lambda job: job.started_on.timestamp() if job.started_on else 0.0).id
        yield from record(lambda: journal.started(submission, newest))
        return newest

    patch.setattr(run, "settle", adopt)


def no_lag(patch: Patch) -> None:
    """The list is believed at once."""
    real = settle.settle

    def at_once(
        policy: RequestPolicy, journal: Journal, submission: Submission, lag: float, sent: settle.LastSent | None
    ) -> Flow[object]:
        del lag
        return (yield from real(policy, journal, submission, 0.0, sent))

    patch.setattr(run, "settle", at_once)


def no_look(patch: Patch) -> None:
    """What has no job in the journal is submitted again."""

    def void(policy: RequestPolicy, journal: Journal, submission: Submission, lag: float, sent: object) -> Flow[None]:
        del policy, lag, sent
        yield from record(lambda: journal.void(submission))

    patch.setattr(run, "settle", void)


def no_expiry(patch: Patch) -> None:
    """A job that is not in the list has never been there."""
    patch.setattr(settle, "may_be_gone", lambda *_: False)


def every_refusal_believed(patch: Patch) -> None:
    """A refusal by something in between counts as one by the API."""
    real = requests.api_error

    def as_the_apis_own(reply: Reply) -> ApiError:
        error = real(reply)
        error.code = 90000 if error.code is None else error.code
        return error

    patch.setattr(requests, "api_error", as_the_apis_own)


def void_is_done(patch: Patch) -> None:
    """Rows of a submission that was not carried out count as done."""

    def done(self: Journal, submission: Submission) -> None:
        self.ended(submission, None, [RowOutcome(Outcome.DONE)] * submission.size)

    patch.setattr(Journal, "void", done)


def running_jobs_ignored(patch: Patch) -> None:
    """A job that has not ended yet is taken for another's."""
    real = matching.match

    def impatient(job: Job, job_type: str, items: Sequence[Item], sent_on: float | None) -> Match:
        found = real(job, job_type, items, sent_on)
        return Match.NO if found is Match.RUNNING else found

    patch.setattr(settle, "match", impatient)


def unread_copies_fit(patch: Patch) -> None:
    """Any job that made something is taken for the run's, without a look at what it made."""

    def fits(inquiry: object, job: Job) -> Flow[Match]:
        del inquiry, job
        yield from ()
        return Match.YES

    patch.setattr(settle, "_compare", fits)


def all_rows_done(patch: Patch) -> None:
    """A job that has ended has done all its rows, as public scripts have it."""

    def done(items: Sequence[Item], job: Job) -> list[RowOutcome]:
        del job
        return [RowOutcome(Outcome.DONE) for _ in items]

    patch.setattr(run, "attribute", done)


MUTATIONS: Sequence[Callable[[Patch], None]] = (
    late_intent,
    blind_repetition,
    newest_adopted,
    no_lag,
    no_look,
    no_expiry,
    every_refusal_believed,
    void_is_done,
    running_jobs_ignored,
    unread_copies_fit,
    all_rows_done,
)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_without_this_safeguard_the_promise_is_broken(
    mutation: Callable[[Patch], None], folder: Path, monkeypatch: Patch
) -> None:
    mutation(monkeypatch)
    for seed in range(1, SCHEDULES + 1):
        schedule = draw(seed)
        if not attempt(schedule, folder).broken:
            continue
        monkeypatch.undo()
        assert not attempt(schedule, folder).broken, "with the safeguard, the same schedule does no harm"
        return
    pytest.fail(f"{SCHEDULES} schedules have found nothing")
