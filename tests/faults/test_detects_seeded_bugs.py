"""The trials find what they are for: with each safeguard of runs taken away, some of a few schedules break the promise.

The safeguards are taken away here, in the test; the product has no switch for that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, partialmethod
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from sbg_bulk.api import request as requests
from sbg_bulk.api.steps import Flow, Reply, record
from sbg_bulk.api.subjects import Subject
from sbg_bulk.errors import ApiError
from sbg_bulk.files.details import FileDetails
from sbg_bulk.items import Item
from sbg_bulk.jobs.listing import whole_list
from sbg_bulk.jobs.submit import SUBMIT_CALLS
from sbg_bulk.models.job import Job
from sbg_bulk.models.resources import File
from sbg_bulk.runs.family import Decision
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import Outcome, RowOutcome, State, Submission
from sbg_bulk.transfers import match as matching
from sbg_bulk.transfers import settle
from sbg_bulk.transfers.compare import Comparison
from sbg_bulk.transfers.match import Match
from sbg_bulk.transfers.outcomes import attribute
from sbg_bulk.transfers.settle import OpenSubmission, Settler
from scripts.lib.faults.schedule import draw
from scripts.lib.faults.trial import attempt

SCHEDULES = 800

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

    def adopt(self: Settler) -> Flow[list[Decision]]:
        decisions = []
        for one in list(self.open.values()):
            listed = yield from whole_list(self.policy)
            own = yield from record(self.journal.own_jobs)
            new = [job for job in listed.values() if job.id not in own and job.type == self.journal.plan.job_type]
            del self.open[one.submission.id]
            if new:
                newest = max(new, key=lambda job: job.started_on.timestamp() if job.started_on else 0.0)
                yield from record(partial(self.journal.started, one.submission, newest.id))
                decisions.append(Decision(one.submission, newest))
            else:
                yield from record(partial(self.journal.void, one.submission))
                decisions.append(Decision(one.submission, None))
        return decisions

    patch.setattr(Settler, "settle", adopt)


def no_lag(patch: Patch) -> None:
    """The list is believed at once."""
    patch.setattr(Settler, "__init__", partialmethod(_without_lag, Settler.__init__))


def _without_lag(self: Settler, real: Callable[..., None], policy: object, journal: object, _lag: float) -> None:
    real(self, policy, journal, 0.0)


def no_lag_for_the_second(patch: Patch) -> None:
    """A submission that is lost while another is open is looked for together with that one."""
    add = Settler.add

    def hurried(self: Settler, submission: Submission, latest: float | None = None, *, sent_here: bool) -> Flow[None]:
        yield from add(self, submission, latest, sent_here=sent_here)
        self.open[submission.id].due = min(one.due for one in self.open.values())

    patch.setattr(Settler, "add", hurried)


def no_look(patch: Patch) -> None:
    """What has no job in the journal is submitted again."""

    def void(self: Settler) -> Flow[list[Decision]]:
        decisions = []
        for one in list(self.open.values()):
            yield from record(partial(self.journal.void, one.submission))
            decisions.append(Decision(one.submission, None))
        self.open.clear()
        return decisions

    patch.setattr(Settler, "settle", void)


def adopted_twice(patch: Patch) -> None:
    """A job that was adopted stays a candidate for other submissions, and what it made is not looked at."""

    def any_that_fits(self: Settler, one: OpenSubmission, proof: Match, among: Sequence[str]) -> Flow[Job | None]:
        yield from ()
        fitting = [job for job in among if self._verdicts[job, one.submission.id] is proof]
        return self._candidates[fitting[0]] if len(fitting) == len(among) == 1 else None

    patch.setattr(Settler, "_proved", any_that_fits)
    patch.setattr(Comparison, "compare", _fits)

    def keep(self: Settler, one: OpenSubmission, job: Job | None) -> None:
        del job
        del self.open[one.submission.id]

    patch.setattr(Settler, "_close", keep)


def order_believed(patch: Patch) -> None:
    """Each entry of a result is taken for that of the item in its place."""

    def in_place(items: Sequence[Item], job: Job) -> list[RowOutcome] | None:
        entries = job.result or ()
        if len(entries) != len(items):
            return attribute(items, job)
        return [
            RowOutcome(Outcome.DONE, entry.id)
            if entry.error is None
            else RowOutcome(Outcome.FAILED, api_code=entry.error.code)
            for entry in entries
        ]

    patch.setattr("sbg_bulk.transfers.attribute.attribute", in_place)


def bulk_order_believed(patch: Patch) -> None:
    """Each entry of a bulk answer is taken for that of the file in its place, and what is missing for not there."""

    def take(self: FileDetails, batch: Sequence[str], entries: Sequence[Any]) -> list[str]:
        for one, entry in zip_longest(batch, entries[: len(batch)]):
            file = File.from_answer(entry.get("resource")) if isinstance(entry, dict) else None
            self.known[one] = file
        return []

    patch.setattr(FileDetails, "_take", take)


def no_expiry(patch: Patch) -> None:
    """A job that is not in the list has never been there."""
    patch.setattr(settle, "may_be_gone", lambda *_: False)


def every_refusal_believed(patch: Patch) -> None:
    """A refusal by something in between counts as one by the API."""
    real = requests.api_error

    def as_the_apis_own(reply: Reply, about: Subject) -> ApiError:
        error = real(reply, about)
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


def _fits(self: Comparison, *_: object) -> Flow[Match]:
    del self
    yield from ()
    return Match.YES


def unread_copies_fit(patch: Patch) -> None:
    """Any job that made something is taken for the run's, without a look at what it made."""
    patch.setattr(Comparison, "compare", _fits)


def nobody_has_to_have_seen_it(patch: Patch) -> None:
    """A folder is taken for gone by a move though nobody has seen that it was there."""

    def by_its_name(self: Journal, first: int, last: int) -> dict[str, str]:
        return {row["file"]: row["name"] or "" for row in self.values(first, last)}

    patch.setattr(Journal, "seen_folders", by_its_name)


def what_is_named_is_all(patch: Patch) -> None:
    """A job that tells of nothing of the run's is another's, without a look at what may be in the run's folders."""

    def another(self: Comparison, job: Job, items: Sequence[Item]) -> Flow[Match]:
        del self, job, items
        yield from ()
        return Match.NO

    patch.setattr(Comparison, "look_closely", another)


def all_rows_done(patch: Patch) -> None:
    """A job that has ended has done all its rows, as public scripts have it."""

    def done(items: Sequence[Item], job: Job) -> list[RowOutcome]:
        del job
        return [RowOutcome(Outcome.DONE) for _ in items]

    patch.setattr("sbg_bulk.transfers.attribute.attribute", done)


MUTATIONS: Sequence[Callable[[Patch], None]] = (
    late_intent,
    blind_repetition,
    newest_adopted,
    no_lag,
    no_lag_for_the_second,
    no_look,
    adopted_twice,
    order_believed,
    bulk_order_believed,
    no_expiry,
    every_refusal_believed,
    void_is_done,
    running_jobs_ignored,
    unread_copies_fit,
    nobody_has_to_have_seen_it,
    what_is_named_is_all,
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


def test_a_job_that_failed_because_ours_was_there_first_is_not_taken_for_ours(folder: Path, monkeypatch: Patch) -> None:
    # Another process of the user moves the same things, and its job is alone on the first page of the list.
    schedule = draw(953)
    assert not attempt(schedule, folder).broken
    monkeypatch.setattr(settle, "done_in_full", lambda *_: True)
    assert attempt(schedule, folder).broken
