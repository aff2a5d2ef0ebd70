"""Finds out what became of a submission of unknown outcome, before anything else is sent.

The list of jobs is read until long enough after the submission that a job which it started must be in it, and until
every job that may be the one has ended and can tell. One that fits is adopted; if certainly none does, the rows are
submitted again; anything else is for a person to decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import define

from sbg_bulk import errors, model
from sbg_bulk.flows import lookups, pages
from sbg_bulk.flows.requests import Manner
from sbg_bulk.journal import Journal, Submission
from sbg_bulk.model import File, Item, Job
from sbg_bulk.policy.matching import Match, could_be, match
from sbg_bulk.steps import Flow, now, record, sleep

SAMPLES: Final = 10
"""How many of the things that a job made are read and compared."""

REREADS: Final = 5
"""How often the list is read again at once when its pages do not add up."""


@define
class _Inquiry:
    manner: Manner
    journal: Journal
    submission: Submission
    items: Sequence[Item]
    known: set[str]


def settle(manner: Manner, journal: Journal, submission: Submission, lag: float) -> Flow[str | None]:
    """Find out what became of a submission, and write it down.

    Args:
        manner: how to send requests.
        journal: the run's.
        submission: the one whose outcome is not known.
        lag: seconds after which a job that was started is in the list.

    Returns:
        The id of the job that it started; None if it certainly started none.

    Raises:
        RunStopped: it cannot be told.
        ApiError, ConnectionFailed: the list cannot be read. Nothing is decided.
    """
    items = yield from record(lambda: journal.items(submission.first, submission.last))
    known = yield from record(lambda: journal.own_jobs() | journal.foreign_jobs())
    inquiry = _Inquiry(manner, journal, submission, items, known)
    began = yield from now()
    looks = 0
    while True:
        matches = yield from _look(inquiry)
        looks += 1
        late = (yield from now()) - began
        if late >= lag and not _having(matches, Match.RUNNING):
            return (yield from _decide(inquiry, matches))
        pause = manner.polling.pause(looks, manner.random)
        if late < lag:
            pause = min(pause, max(lag - late, 0.001))
        if manner.on_wait is not None:
            manner.on_wait(pause, "finding out what became of a submission")
        yield from sleep(pause)


def _having(matches: Sequence[tuple[Job, Match]], *wanted: Match) -> list[Job]:
    return [job for job, found in matches if found in wanted]


def _decide(inquiry: _Inquiry, matches: Sequence[tuple[Job, Match]]) -> Flow[str | None]:
    journal, submission = inquiry.journal, inquiry.submission
    candidates = _having(matches, Match.YES, Match.UNCLEAR)
    if not candidates:
        yield from record(lambda: journal.void(submission))
        return None
    fitting = _having(matches, Match.YES)
    if len(candidates) == len(fitting) == 1:
        job = fitting[0].id
        yield from record(lambda: journal.started(submission, job))
        return job
    raise errors.RunStopped(journal.plan.run, journal.plan.job_type, submission.size, candidates)


def _look(inquiry: _Inquiry) -> Flow[list[tuple[Job, Match]]]:
    """Read the whole list, and say of each job that is not known yet what is known of it now."""
    listed = yield from _whole_list(inquiry.manner)
    journal, submission = inquiry.journal, inquiry.submission
    matches: list[tuple[Job, Match]] = []
    for job in listed:
        if job.id in inquiry.known:
            continue
        found = match(job, journal.plan.job_type, inquiry.items, submission.sent_on)
        if found is Match.UNREAD:
            found = yield from _compare(inquiry, job)
        matches.append((job, found))
    foreign = [job.id for job in _having(matches, Match.NO)]
    if foreign:
        inquiry.known.update(foreign)
        yield from record(lambda: journal.not_ours(foreign))
    return matches


def _whole_list(manner: Manner) -> Flow[list[Job]]:
    """All jobs in the list. Pages shift while jobs come and expire: what does not add up is read again."""
    found: dict[str, Job] = {}
    for _ in range(REREADS):
        offset: int | None = 0
        total: int | None = None
        try:
            while offset is not None:
                page: model.Page[Job] = yield from pages.page(manner, pages.jobs(), offset, pages.PAGE_LIMIT)
                found.update((job.id, job) for job in page.items)
                offset, total = page.next_offset, page.total
        except errors.PagingError:
            continue
        if total is None or len(found) >= total:
            return list(found.values())
    raise errors.PagingError(
        "list_async_jobs: the list changes faster than it can be read, so it is not known what became of a submission. "
        "Resume the run later."
    )


def _compare(inquiry: _Inquiry, job: Job) -> Flow[Match]:
    """Read some of what a job made, and compare it with what the submission asked for."""
    entries = job.result or ()
    in_place = len(entries) == len(inquiry.items)
    made_ids = [(place, entry.id) for place, entry in enumerate(entries) if entry.error is None and entry.id]
    step = max(1, len(made_ids) // SAMPLES)
    agreeing = differing = 0
    for place, made_id in made_ids[::step][:SAMPLES]:
        made = yield from _file(inquiry.manner, made_id)
        if made is None:
            continue
        agrees = yield from _agrees(inquiry, made, inquiry.items[place : place + 1] if in_place else inquiry.items)
        agreeing, differing = agreeing + agrees, differing + (not agrees)
    if differing and not agreeing:
        return Match.NO
    return Match.YES if agreeing and not differing else Match.UNCLEAR


def _agrees(inquiry: _Inquiry, made: File, items: Sequence[Item]) -> Flow[bool]:
    for item in items:
        # Without its source a name is not known; a place that differs tells without a request.
        if not could_be(made, item, None):
            continue
        source = yield from _file(inquiry.manner, item.file)
        if could_be(made, item, source):
            return True
    return False


def _file(manner: Manner, file_id: str) -> Flow[File | None]:
    try:
        return (yield from lookups.file(manner, file_id))
    except (errors.NotFound, errors.Forbidden):
        return None
