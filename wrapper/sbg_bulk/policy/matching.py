"""Whether a job in the list is the one that a submission of unknown outcome started. Nothing is taken for granted.

Each job is certainly not it, certainly it, or possibly it, by what the list shows:

- its type; its id, if that is known to be another's;
- its start: a job that was started before the submission was sent is not it. Both times are the server's, so the
  client's clock does not matter;
- for a finished move or deletion, the ids that it dealt with;
- for a finished copy, the names, the place and the sizes of what it made, which have to be read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from typing import Final

from sbg_bulk.model import COPY, CopyItem, File, Item, Job, MoveItem

CLOCK_TOLERANCE: Final = 60.0
"""Seconds that the clocks of the service's own machines may be apart."""


class Match(Enum):
    """What is known of a job."""

    NO = "no"
    """It is certainly not the one, or it did nothing."""
    YES = "yes"
    """It did what the submission asked for."""
    RUNNING = "running"
    """It may be the one, and will tell when it has ended."""
    UNREAD = "unread"
    """It may be the one: what it made has to be read."""
    UNCLEAR = "unclear"
    """It may be the one, and nothing will tell."""


def match(job: Job, job_type: str, items: Sequence[Item], sent_on: float | None) -> Match:
    """What a job's entry in the list says.

    Args:
        job: the entry.
        job_type: the type of the submission.
        items: its items.
        sent_on: the server's time at the last answer before it was sent, in Unix seconds, if known.
    """
    if job.type and job.type != job_type:
        return Match.NO
    if sent_on is not None and job.started_on is not None and job.started_on.timestamp() < sent_on - CLOCK_TOLERANCE:
        return Match.NO
    if not job.finished:
        return Match.RUNNING
    made = [entry.id for entry in job.result or () if entry.error is None and entry.id]
    if not made:
        # With nothing done there is nothing to be done twice, whoever's it is.
        return Match.NO if job.completed_files == 0 else Match.UNCLEAR
    if job_type == COPY:
        return Match.UNREAD
    ours = {item.file for item in items}
    if ours.intersection(made):
        return Match.YES
    # A moved folder has a new id: what bears none of our ids may be our folders.
    return Match.UNREAD if any(isinstance(item, MoveItem) for item in items) else Match.NO


def could_be(made: File, item: Item, source: File | None) -> bool:
    """Whether what a job made could be what an item asked for: its place, its name and its size.

    Args:
        made: the file or folder that the job made.
        item: the item.
        source: what the item named, if it can still be read.
    """
    assert isinstance(item, (CopyItem, MoveItem))
    if item.parent is not None and made.parent is not None and made.parent != item.parent:
        return False
    if item.project is not None and made.project is not None and made.project != item.project:
        return False
    if source is not None and None not in (source.size, made.size) and source.size != made.size:
        return False
    name = item.name or (source.name if source is not None else None)
    # Where a name is taken, a number is put before it.
    return not name or not made.name or re.fullmatch(rf"(\d+_)?{re.escape(name)}", made.name) is not None
