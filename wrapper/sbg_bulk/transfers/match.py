"""Match jobs in the list with a submission of unknown outcome. Nothing is taken for granted.

Each job is certainly not it, certainly it, or possibly it, by what the list shows:

- its type; its id, if that is known to be another's;
- its start: a job that was started before the submission was sent is not it. Both times are the server's, so the
  client's clock does not matter;
- for a finished move or deletion, the ids that it dealt with;
- for a finished copy, the names, the place and the sizes of what it made, which have to be read. The order of a
  result is not documented, so each thing is compared with every item.

That a result names a folder itself, and not the files in it, is not documented either. A job that tells of nothing of
ours is ruled out only if what it tells of is in none of our folders, or our folders are where they were.

A moved folder gets a new id, so that nothing of it tells which folder it was. That is proved by all that is around it:
the folder was there when the run was planned, it is gone, the job tells of one of its name where it was to go, and no
other job that was started since may be the one.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final

from sbg_bulk.files.numbered import asked_names
from sbg_bulk.items import COPY, DELETE, CopyItem, Item, MoveItem
from sbg_bulk.models.job import Job
from sbg_bulk.models.resources import File
from sbg_bulk.runs.newer import Since

KEPT: Final = 27 * 86_400.0
"""Seconds for which a job is certainly in the list: the documentation says "up to a month" after its end."""


class Match(Enum):
    """The verdict on a job."""

    NO = "no"
    """It is certainly not the one, or it did nothing."""
    YES = "yes"
    """It did what the submission asked for."""
    RUNNING = "running"
    """It may be the one, and will tell when it has ended."""
    MOVED = "moved"
    """It moved folders of these names to these places, and ours are gone: it is the one if no other may be."""
    UNREAD = "unread"
    """It may be the one: what it made has to be read."""
    OTHER = "other"
    """It tells of nothing that was asked for: it is not the one, unless it tells of the files in our folders."""
    UNCLEAR = "unclear"
    """It may be the one, and nothing will tell."""


def match(job: Job, job_type: str, items: Sequence[Item], sent_on: float | None) -> Match:
    """Return what a job's entry in the list says.

    Args:
        job: the entry.
        job_type: the type of the submission.
        items: its items.
        sent_on: the server's time at the last answer before it was sent, in Unix seconds, if known.
    """
    if job.type and job.type != job_type:
        return Match.NO
    if job.started_on is not None and not Since(sent_on).may_precede(job.started_on.timestamp()):
        return Match.NO
    if not job.finished:
        return Match.RUNNING
    made = [entry.id for entry in job.result or () if entry.error is None and entry.id]
    if not made:
        if job.completed_files != 0:
            return Match.UNCLEAR
        # With nothing done there is nothing to be done twice, whoever's it is. But an empty folder may not count.
        return Match.NO if len(job.failures) >= len(items) else Match.OTHER
    if job_type == COPY:
        return Match.UNREAD
    ours = {item.file for item in items}
    if ours.issuperset(made):
        # Fewer or more entries than items: another's job on some of the same things looks so too.
        return Match.YES if len(job.result or ()) == len(items) else Match.UNCLEAR
    if job_type == DELETE:
        return Match.UNCLEAR if ours.intersection(made) else Match.OTHER
    # A moved folder has a new id: what bears none of our ids may be our folders.
    return Match.UNREAD


def likeness(made: File, item: Item, source: File | None, root: str | None) -> Match:
    """Return whether a thing made is what an item asked for, by its place, name, kind and size: YES, NO or UNCLEAR.

    Args:
        made: the file or folder that the job made.
        item: the item.
        source: what the item names, if it can still be read; without it nothing is certain but a difference.
        root: the id of the root folder of the item's project, if it names one and that is known.
    """
    assert isinstance(item, (CopyItem, MoveItem))
    name = item.name or (source.name if source is not None else "")
    pairs: list[tuple[object, object]] = [(item.parent or root, made.parent), (item.project, made.project)]
    if source is not None:
        pairs += [(source.size, made.size), (source.type, made.type)]
    if any(None not in pair and pair[0] != pair[1] for pair in pairs):
        return Match.NO
    if name and made.name and name not in asked_names(made.name):
        return Match.NO
    placed = made.parent is not None and (item.parent or root) is not None
    return Match.YES if source is not None and name and made.name and placed else Match.UNCLEAR


def weigh(found: Sequence[Match], *, whole: bool) -> Match:
    """Return what the things that a finished job made say of it, each being YES (asked for), NO or UNCLEAR.

    Args:
        found: one for each thing that was made.
        whole: whether the job's result has as many entries as there are items.
    """
    kinds = set(found)
    if kinds == {Match.NO}:
        return Match.NO
    return Match.YES if kinds == {Match.YES} and whole else Match.UNCLEAR


def may_be_gone(sent_on: float | None, now: float | None) -> bool | None:
    """Return whether a job that was submitted then may have expired by now; None if that is not known.

    Args:
        sent_on: the server's time before it was sent, or somewhat earlier, in Unix seconds, if known.
        now: the server's time now, if known.
    """
    return None if sent_on is None or now is None else now - sent_on > KEPT
