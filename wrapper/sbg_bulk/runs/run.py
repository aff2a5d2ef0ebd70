"""Carry the rows of a journal to their end, each exactly once, through any number of jobs.

Everything is done one after the other: submit while there is room, look at the jobs, write down what has ended. What
was sent, and what came of it, is in the journal before anything else happens, so that a run that was broken off at
any point is taken up where it stood. A submission of unknown outcome is settled when its time has come, while the run
goes on (`sbg_bulk.runs.family.Settler`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from attrs import evolve

from sbg_bulk import errors
from sbg_bulk.api import lookups
from sbg_bulk.api.operations import GET_RATE_LIMIT, Operation
from sbg_bulk.api.pace import Meter, Pace
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.request import Uncertain, pause
from sbg_bulk.api.steps import Flow, Reply, now, record
from sbg_bulk.api.waits import Cause, Wait
from sbg_bulk.files.folders import make_folder
from sbg_bulk.limits import USUAL_LIMIT
from sbg_bulk.runs import row_jobs
from sbg_bulk.runs.family import Family, items_of
from sbg_bulk.runs.identity import check_token, learn_user
from sbg_bulk.runs.item_pace import ItemPace
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.progress import JOBS_IN_FLIGHT, LIST_LAG, EndedJob, Progress, RunOptions
from sbg_bulk.runs.records import AnyJob, Outcome, Part, RowOutcome, State, Submission, Tally
from sbg_bulk.runs.state import RunState

POLL_SHARE: Final = 0.05
"""The share of the budget that looks at jobs may take while it is wanted to submit more of them, if there is so much to
spare in the window in which the last is submitted."""

SETTLING: Final = "to find out whether a submission started a job"
"""The reason of a pause until a submission of unknown outcome can be settled."""


def run(
    policy: RequestPolicy,
    journal: Journal,
    family: Family,
    options: RunOptions,
    on_change: Callable[[Progress], object] | None = None,
    *,
    token: str,
    renew: Callable[[], str | None] | None = None,
) -> Flow[Tally]:
    """Carry a run to its end, from wherever it stands.

    Args:
        policy: how to send requests. What it says of the budget is replaced by the options' reserve.
        journal: the run's.
        family: the one that the run is of.
        options: how to go about it.
        on_change: called with the progress whenever it has changed. What it raises ends the run, which can be resumed.
        token: something that the token can be known again by, and not be found out from.
        renew: reads the token anew from where it is kept, and has it used; returns what it can be known again by, None
            if it is the same. Called once when the service refuses the token.

    Returns:
        How many rows came to which end.

    Raises:
        RunStopped: it cannot be told what became of a submission.
        JournalError: the journal cannot be read or written. Nothing was sent that is not in it.
        InputError: the token is not, or may not be, that of the user who began the run.
        ApiError, ConnectionFailed: what the deadline for retries, if there is one, or an error that is final left.
    """
    meter = Meter(Pace(options.reserve or 0))
    policy = _with_journal(evolve(policy, meter=meter), journal)
    policy = _with_listeners(policy, lambda: state)
    lag = LIST_LAG if options.list_lag is None else options.list_lag
    tally, work = (yield from record(journal.tally)), family.work(policy, journal, lag)
    state = RunState(policy, journal, family, options, on_change, tally, work)
    state.halfway.step = work.second
    state.throttle.pace = ItemPace.of(options.pace, family.pace)
    state.noun = yield from record(journal.noun)
    yield from _take_up(state)
    state.jobs_ended = len((yield from record(journal.own_jobs))) - len(state.running)
    # Whoever watches is told of the run before anything can go wrong with it.
    yield from state.show()
    yield from _learn_the_time(state)
    yield from check_token(policy, journal, family, state.tally, token)
    if not state.tally.complete:
        yield from record(journal.note_session)
    meter.to_come = math.ceil(state.tally.open / journal.plan.items_per_job)
    if meter.spare((yield from now())) >= 1:
        # In a window that the submissions fill it has to wait.
        state.user_asked = True
        yield from learn_user(policy, journal)
    renewed = renew is None
    while True:
        try:
            yield from _go_on(state)
            return state.tally
        except errors.Unauthorized:
            # Tools renew a token in its place: a run that takes hours outlives one.
            mark = None if renewed or renew is None else (yield from record(renew))
            if mark is None:
                raise
            renewed = True
            yield from check_token(policy, journal, family, state.tally, mark)


def _go_on(state: RunState) -> Flow[None]:
    """Do what is to be done next, until nothing is left."""
    yield from _make_folders(state)
    policy, journal, options, watch, settler = state.policy, state.journal, state.options, state.watch, state.settler
    meter = policy.meter
    assert meter is not None
    while True:
        yield from state.show()
        moment = yield from now()
        if settler.open and settler.due <= moment:
            yield from _settle(state)
            continue
        if state.halfway.due <= moment:
            yield from row_jobs.take_second_step(state)
            continue
        places = None
        state.held, due = None, min(settler.due, state.halfway.due)
        if state.in_flight < (options.jobs_in_flight or JOBS_IN_FLIGHT) and (yield from _tell_earlier_apart(state)):
            places = yield from record(journal.next_rows)
        if places is not None and (release := state.throttle.due(moment, places[1] - places[0] + 1)) > moment:
            # There is time to look at the jobs, but it is not them that is waited for.
            places, due, state.held = None, min(due, release), state.hold(release - moment)
        watch.take(policy.polling.share if places is None else min(POLL_SHARE, policy.polling.share))
        meter.to_come = None if places is None else math.ceil(state.tally.open / journal.plan.items_per_job)
        may_poll = places is None or meter.spare(moment) >= POLL_SHARE * (meter.limit or USUAL_LIMIT)
        if watch.tracks and may_poll and watch.overdue(moment):
            yield from _poll(state)
        elif places is not None:
            yield from _submit(state, *places)
        elif (state.running or settler.open) and not state.user_asked:
            state.user_asked = True
            yield from learn_user(policy, journal)
        elif watch.tracks:
            yield from watch.rest(due)
        elif state.halfway:
            yield from row_jobs.take_second_step(state)  # no more will come to it
        elif state.held is not None:
            yield from pause(policy, due - moment, Cause.PACE, state.held.reason)
        elif math.isfinite(settler.due):
            yield from pause(policy, settler.due - moment, Cause.SETTLING, SETTLING)
        else:
            yield from settler.stop()
            return


def _make_folders(state: RunState) -> Flow[None]:
    """Make the folders that things go to and that are not there yet. What is made is made once, as names are taken."""
    journal = state.journal
    while (folder := (yield from record(journal.next_folder))) is not None:
        yield from state.show()
        made = yield from make_folder(state.policy, folder.name, folder.project, folder.parent, folder.path)
        yield from record(lambda folder=folder, made=made: journal.made(folder, made))  # type: ignore[misc]
        state.folders = state.folders[0] + 1, state.folders[1]


def _with_journal(policy: RequestPolicy, journal: Journal) -> RequestPolicy:
    """Return the same policy, with the journal told of each request and each pause."""

    def answered(operation: Operation, reply: Reply | None) -> None:
        status, headers = (None, {}) if reply is None else (reply.status, reply.headers)
        journal.answered(status, headers, free=operation is GET_RATE_LIMIT)
        if policy.on_reply is not None:
            policy.on_reply(operation, reply)

    return evolve(policy, on_reply=answered)


def _with_listeners(policy: RequestPolicy, state: Callable[[], RunState]) -> RequestPolicy:
    """Return the same policy, with the journal and those who follow the run told of each pause too."""
    others = policy.on_wait

    def tell(wait: Wait) -> None:
        run, seconds = state(), wait.seconds
        if run.held is not None and wait.cause in (Cause.NEXT_LOOK, Cause.PACE):
            wait = evolve(run.held, budget=wait.budget)
        if run.on_change is not None:
            run.tell(wait.budget, wait)
        if wait.cause is not Cause.NEXT_LOOK:
            run.journal.waits(seconds, wait.cause)
        if others is not None:
            others(wait)

    return evolve(policy, on_wait=tell)


def _take_up(state: RunState) -> Flow[None]:
    """Learn from the journal what is under way."""
    state.tally = yield from record(state.journal.tally)
    state.folders = yield from record(state.journal.folders)
    unfinished = yield from record(state.journal.unfinished)
    for one in unfinished:
        if one.state is State.INTENDED:
            yield from state.settler.add(one, sent_here=False)
    if (pace := state.throttle.pace) is not None:
        earlier = yield from record(lambda: state.journal.sent_lately(pace.span(state.journal.plan.items_per_job)))
        state.throttle.recall((yield from now()), earlier)
    state.running = {one.job: Part.whole(one) for one in unfinished if one.job is not None}
    if state.each_row:
        state.running = yield from record(state.journal.running_rows)
    moment = yield from now()
    for job_id in state.running.keys() - set(state.watch.tracks):
        state.watch.follow(job_id, moment)


def _learn_the_time(state: RunState) -> Flow[None]:
    """Learn the budget and the server's time, free of charge, before anything is sent that needs them."""
    try:
        yield from lookups.rate_limit(evolve(state.policy, retry=evolve(state.policy.retry, within=0.0)))
    except errors.Unauthorized:
        raise
    except errors.SbgBulkError:
        pass  # it was worth a try
    yield from _tell_earlier_apart(state)


def _tell_earlier_apart(state: RunState) -> Flow[bool]:
    """Return whether what is submitted now can be told from earlier jobs; see to it, if that is possible."""
    assert state.policy.meter is not None
    if state.policy.meter.server_time is not None or state.earlier_noted:
        return True
    if state.settler.open:
        return False  # one of the jobs in the list may be its own
    yield from state.work.note_earlier_jobs()
    state.earlier_noted = True
    return True


def _submit(state: RunState, first: int, last: int) -> Flow[None]:
    journal, meter = state.journal, state.policy.meter
    assert meter is not None
    submission = yield from record(lambda: journal.intend(first, last, meter.server_time))
    items = yield from record(lambda: items_of(state.family, journal, submission))
    state.count(opened=submission.size)
    state.posting = 1
    latest = meter.latest
    try:
        answer = yield from state.work.submit(items)
    except Uncertain:
        state.throttle.sent((yield from now()), submission.size)
        yield from state.settler.add(submission, latest, sent_here=True)
        return
    except errors.ApiError as refusal:
        if refusal.code is None:
            # Not the API's own words: something in between may have passed the request on.
            yield from state.settler.add(submission, latest, sent_here=True)
            raise
        of_rows = isinstance(refusal, (errors.BadRequest, errors.NotFound, errors.Conflict)) or (
            isinstance(refusal, errors.Forbidden) and refusal.code in state.family.of_rows
        )
        if not of_rows:
            yield from record(lambda: journal.void(submission))
            raise
        if state.each_row and submission.size > 1:
            # One of them may be what is wrong with all.
            yield from record(lambda: journal.halve(submission))
            state.count(opened=-submission.size)
            return
        # The service finds these rows wrong, and would again.
        refused = [
            RowOutcome(Outcome.FAILED, None, refusal.code, refusal.api_message or f"HTTP {refusal.status}")
            for _ in items
        ]
        yield from _end(state, submission, None, refused)
        return
    except errors.SbgBulkError:
        yield from record(lambda: journal.void(submission))
        raise
    state.throttle.sent((yield from now()), submission.size)
    if state.each_row:
        yield from row_jobs.take(state, submission, answer, latest)
        return
    [job] = answer
    assert job is not None and not isinstance(job, RowOutcome)
    yield from record(lambda: journal.started(submission, job.id, job))
    meter.started(job.started_on)
    state.running[job.id] = Part.whole(submission)
    state.watch.follow(job.id, (yield from now()), due=False)


def _end(
    state: RunState,
    submission: Submission,
    job: str | None,
    outcomes: Sequence[RowOutcome],
    seen: AnyJob | None = None,
    made: Sequence[str] | None = None,
) -> Flow[None]:
    yield from record(lambda: state.journal.ended(submission, job, outcomes, seen, made))
    reached = state.count(outcomes=outcomes)
    state.jobs_ended += 1
    if state.on_change is not None:
        state.newly_ended.append(EndedJob(job, submission.size, **reached))


def _poll(state: RunState) -> Flow[None]:
    """Poll the jobs under way, and write down what has ended."""
    polled = yield from state.watch.poll()
    if state.each_row:
        yield from row_jobs.end(state, polled)
        return
    for track in polled.finished:
        assert track.job is not None
        if track.id in state.running:
            yield from _finish(state, state.running[track.id].submission, track.job)
        else:
            state.settler.ended(track.id, track.job)
    for track in polled.lost:
        if track.id not in state.running:
            state.settler.ended(track.id, None)
            continue
        submission = state.running.pop(track.id).submission
        message = f"job {track.id} can no longer be read: jobs expire a month after they end"
        lost = [RowOutcome(Outcome.UNKNOWN, message=message) for _ in range(submission.size)]
        yield from _end(state, submission, track.id, lost)


def _finish(state: RunState, submission: Submission, job: AnyJob, *, settled: bool = False) -> Flow[None]:
    """Write down what came of the rows of a job that has finished."""
    items = yield from record(lambda: items_of(state.family, state.journal, submission))
    found = yield from state.work.outcomes(items, job, new_ids=state.options.new_ids or False, settled=settled)
    state.running.pop(job.id, None)
    yield from _end(state, submission, job.id, found, job, state.work.made(job))


def _settle(state: RunState) -> Flow[None]:
    """Find out what came of submissions whose time has come."""
    settler, watch = state.settler, state.watch
    if state.each_row:
        for decision in (yield from settler.settle()):
            yield from row_jobs.take(state, decision.submission, decision.answer, undecided=decision.undecided)
        return
    for decision in (yield from settler.settle()):
        job = decision.job
        if job is None:
            state.tally = yield from record(state.journal.tally)
        elif decision.complete:
            watch.forget(job.id)
            yield from _finish(state, decision.submission, job, settled=True)
        else:
            state.running[job.id] = Part.whole(decision.submission)
    moment = yield from now()
    for job in settler.watched:
        if job.id not in watch.tracks:
            watch.follow(job.id, moment, job, due=False)
    for job_id in state.running.keys() - set(watch.tracks):
        watch.follow(job_id, moment)
