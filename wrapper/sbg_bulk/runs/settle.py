"""Find out what became of a submission of unknown outcome, before anything else is sent.

The list of jobs is read until long enough after the submission that a job which it started must be in it, and until
every job in it by then that may be the one has ended and can tell. One that fits is adopted; if certainly none does,
the rows are submitted again, unless the submission is so old that its job may have expired; anything else is for a
person to decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import define, field, frozen

from sbg_bulk import errors
from sbg_bulk.api import lookups
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.request import pause
from sbg_bulk.api.steps import Flow, now, record
from sbg_bulk.api.waits import Cause
from sbg_bulk.items import DeleteItem, Item, MoveItem
from sbg_bulk.jobs import read
from sbg_bulk.jobs.listing import whole_list
from sbg_bulk.models.job import Job
from sbg_bulk.models.resources import File
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.match import Match, likeness, match, may_be_gone, weigh
from sbg_bulk.runs.outcomes import Outcome, RowOutcome
from sbg_bulk.runs.records import State, Submission

SAMPLES: Final = 10
"""How many of the things that a job made are compared, if none of them was asked for, before it is another's."""


@frozen
class LastSent:
    """The submission that a process has sent last.

    Attributes:
        submission: its number in the journal.
        latest: the latest time that the server had told before, in Unix seconds, if it had told any.
    """

    submission: int
    latest: float | None


@define
class _Evidence:
    """The facts found out about a submission, and the jobs that may be its own.

    Attributes:
        known: ids of jobs that are certainly not the one.
        sent: what is known of the submission if this process has sent it.
        seen: all other jobs, as last seen.
        verdicts: what jobs that have ended say; that stays.
        files, roots: what has been read of files and of projects' root folders.
    """

    policy: RequestPolicy
    journal: Journal
    submission: Submission
    items: Sequence[Item]
    known: set[str]
    sent: LastSent | None
    seen: dict[str, Job] = field(factory=dict)
    verdicts: dict[str, Match] = field(factory=dict)
    files: dict[str, File | None] = field(factory=dict)
    roots: dict[str, str | None] = field(factory=dict)


def settle(
    policy: RequestPolicy, journal: Journal, submission: Submission, lag: float, sent: LastSent | None = None
) -> Flow[str | None]:
    """Find out what became of a submission, and write it down.

    Args:
        policy: how to send requests.
        journal: the run's.
        submission: the one whose outcome is not known.
        lag: seconds after which a job that was started is in the list.
        sent: what this process has sent last, if anything.

    Returns:
        The id of the job that it started. None if it certainly started none, and also if it was sent so long ago that
        its job may have expired: then its rows are `unknown`.

    Raises:
        RunStopped: it cannot be told.
        ApiError, ConnectionFailed: the list cannot be read. Nothing is decided.
    """
    items = yield from record(lambda: journal.items(submission.first, submission.last))
    known = yield from record(lambda: journal.own_jobs() | journal.foreign_jobs())
    ours = sent if sent is not None and sent.submission == submission.id else None
    evidence = _Evidence(policy, journal, submission, items, known, ours)
    # What a look shows that began before would prove nothing.
    yield from _pause(policy, lag)
    began = yield from now()
    first = True
    while True:
        yield from _read_list(evidence, newcomers=first)
        matches = yield from _judge(evidence)
        first = False
        if not _jobs_that_are(matches, Match.RUNNING):
            return (yield from _decide(evidence, matches))
        yield from _pause(policy, policy.polling.pause((yield from now()) - began))


def _pause(policy: RequestPolicy, seconds: float) -> Flow[None]:
    return pause(policy, seconds, Cause.SETTLING, "to find out what became of a submission")


def _jobs_that_are(matches: Sequence[tuple[Job, Match]], *kinds: Match) -> list[Job]:
    return [job for job, found in matches if found in kinds]


def _decide(evidence: _Evidence, matches: Sequence[tuple[Job, Match]]) -> Flow[str | None]:
    journal, submission = evidence.journal, evidence.submission
    candidates = _jobs_that_are(matches, Match.YES, Match.UNCLEAR)
    if not candidates:
        yield from record(lambda: _none_left(evidence))
        return None
    fitting = _jobs_that_are(matches, Match.YES)
    if len(candidates) == len(fitting) == 1:
        job = fitting[0].id
        yield from record(lambda: journal.started(submission, job))
        return job
    raise errors.RunStopped(journal.plan.run, journal.plan.job_type, submission.size, candidates, journal.path)


def _none_left(evidence: _Evidence) -> None:
    """Write down that no job in the list is the one: it was never started, unless it may have expired."""
    journal, submission, meter = evidence.journal, evidence.submission, evidence.policy.meter
    latest = None if meter is None else meter.latest
    if evidence.sent is None:
        gone = may_be_gone(submission.sent_on, latest) is not False
    else:
        # This process has waited all the while. It may have slept for a month, which only the server's time tells.
        gone = may_be_gone(evidence.sent.latest, latest) is True
    if not gone:
        journal.void(submission)
        return
    message = "it is not known whether a job was started, and if so it has expired: jobs are kept for up to a month"
    journal.ended(submission, None, [RowOutcome(Outcome.UNKNOWN, message=message) for _ in evidence.items])


def _read_list(evidence: _Evidence, *, newcomers: bool) -> Flow[None]:
    """Read how the jobs are that are not known yet. Who comes later comes too late to be the one."""
    listed = yield from whole_list(evidence.policy)
    for job_id, job in listed.items():
        if job_id not in evidence.known and (newcomers or job_id in evidence.seen):
            evidence.seen[job_id] = job
    for job_id, job in list(evidence.seen.items()):
        # What is not in the list any more, or shows no result there, may say more when it is asked for.
        if job_id not in evidence.verdicts and (job_id not in listed or (job.finished and job.result is None)):
            try:
                evidence.seen[job_id] = yield from read.get(evidence.policy, job_id, evidence.journal.plan.job_type)
            except errors.NotFound:
                if job_id not in listed:
                    evidence.verdicts[job_id] = Match.UNCLEAR


def _judge(evidence: _Evidence) -> Flow[list[tuple[Job, Match]]]:
    """Say of each job what is known of it now. Those that are certainly not the one are written down."""
    journal, submission = evidence.journal, evidence.submission
    matches: list[tuple[Job, Match]] = []
    for job in evidence.seen.values():
        found = evidence.verdicts.get(job.id) or match(job, journal.plan.job_type, evidence.items, submission.sent_on)
        if found is Match.UNREAD:
            found = yield from _compare(evidence, job)
        if found is not Match.RUNNING:
            evidence.verdicts[job.id] = found
        matches.append((job, found))
    foreign = [job.id for job in _jobs_that_are(matches, Match.NO)]
    if foreign:
        evidence.known.update(foreign)
        for job_id in foreign:
            del evidence.seen[job_id]
        yield from record(lambda: journal.not_ours(foreign))
    return matches


def _compare(evidence: _Evidence, job: Job) -> Flow[Match]:
    """Read what a finished job made, and compare it with what the submission asked for."""
    entries = job.result or ()
    made = [(place, entry.id) for place, entry in enumerate(entries) if entry.error is None and entry.id]
    step = max(1, len(made) // SAMPLES)
    # Some from everywhere first: another's job shows soon.
    made = [one for start in range(step) for one in made[start::step]]
    found: list[Match] = []
    for place, made_id in made:
        found.append((yield from _asked_for(evidence, made_id, place)))
        if len(found) >= SAMPLES and set(found) == {Match.NO}:
            break
        if Match.NO in found and set(found) != {Match.NO}:
            break
    if Match.YES in found and any(isinstance(item, MoveItem) for item in evidence.items):
        # Where our files were moved, folders that may be ours are.
        found = [one for one in found if one is not Match.UNCLEAR]
    return weigh(found, whole=len(entries) == len(evidence.items))


def _asked_for(evidence: _Evidence, made_id: str, place: int) -> Flow[Match]:
    """Find out whether a thing that a job made or moved is one that the submission asked for."""
    items = evidence.items
    if any(isinstance(item, MoveItem) and item.file == made_id for item in items):
        return Match.YES
    made = yield from _file(evidence, made_id)
    if made is None:
        return Match.UNCLEAR
    best = Match.NO
    # Most likely it is the item in its place.
    for item in (*items[place : place + 1], *items[:place], *items[place + 1 :]):
        found = yield from _alike(evidence, made, item)
        if found is Match.YES:
            return found
        best = found if found is Match.UNCLEAR else best
    return best


def _alike(evidence: _Evidence, made: File, item: Item) -> Flow[Match]:
    assert not isinstance(item, DeleteItem)
    if isinstance(item, MoveItem) and not made.is_folder:
        return Match.NO  # a moved file keeps its id
    root = None if item.project is None else (yield from _root(evidence, item.project))
    if likeness(made, item, None, root) is Match.NO:
        return Match.NO
    source = yield from _file(evidence, item.file)
    if isinstance(item, MoveItem):
        # A folder that still has its old id has not been moved.
        return Match.UNCLEAR if source is None else Match.NO
    return likeness(made, item, source, root)


def _file(evidence: _Evidence, file_id: str) -> Flow[File | None]:
    if file_id not in evidence.files:
        try:
            evidence.files[file_id] = yield from lookups.file(evidence.policy, file_id)
        except (errors.NotFound, errors.Forbidden):
            evidence.files[file_id] = None
    return evidence.files[file_id]


def _root(evidence: _Evidence, project_id: str) -> Flow[str | None]:
    if project_id not in evidence.roots:
        try:
            evidence.roots[project_id] = (yield from lookups.project(evidence.policy, project_id)).root_folder
        except (errors.NotFound, errors.Forbidden):
            evidence.roots[project_id] = None
    return evidence.roots[project_id]


def check_adoption(policy: RequestPolicy, journal: Journal, job_id: str) -> Flow[None]:
    """Raise InputError unless the submission of unknown outcome may have started a job, as a person says.

    Raises:
        InputError: there is no such job of this type, or it is certainly another's.
        ApiError, ConnectionFailed: it cannot be read.
    """
    job_type = journal.plan.job_type
    try:
        job = yield from read.get(policy, job_id, job_type)
    except errors.NotFound:
        raise errors.InputError(f"There is no {job_type} job {job_id}; nothing was changed.") from None
    unfinished = yield from record(journal.unfinished)
    unsettled = next((one for one in unfinished if one.state is State.INTENDED), None)
    if unsettled is None:
        return
    items = yield from record(lambda: journal.items(unsettled.first, unsettled.last))
    # Nothing done is no ground to refuse: then it is not known whose job it is.
    anything = any(entry.id for entry in job.result or ())
    if anything and match(job, job_type, items, unsettled.sent_on) is Match.NO:
        raise errors.InputError(f"Job {job_id} is certainly not the one; nothing was changed.")
