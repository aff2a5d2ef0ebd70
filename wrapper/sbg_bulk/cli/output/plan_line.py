"""What a run takes, in a line."""

from __future__ import annotations

import math

from sbg_bulk.limits import DRS_FILES, DRS_WINDOW
from sbg_bulk.runs.estimate import Estimate
from sbg_bulk.text import counted, duration


def plan_line(estimate: Estimate, folders: int = 0) -> str:
    """Return what a run takes, and how long the rate limit makes that.

    Args:
        estimate: what it takes.
        folders: how many folders are created first.
    """
    work = f"create {counted(folders, 'folder')}, " if folders else ""
    pauses = f"pauses about {duration(estimate.seconds)}" if estimate.seconds else ""
    if estimate.left is None:
        when = f" ({pauses})" if pauses else ""
    elif not estimate.left:
        when = f" (none left now: starts in about {duration(estimate.seconds)})" if estimate.seconds else ""
    else:
        when = f" ({estimate.left:,} left now: {', '.join(filter(None, ('starts at once', pauses)))})"
    return f"Plan: {work}{counted(estimate.jobs, 'job')}; {counted(estimate.requests, 'request')}{when}."


def pace_line(files: int) -> str:
    """Return how long the platform takes at least for an import by DRS, at the pace that is documented."""
    pace = f"The platform imports up to {DRS_FILES} files by DRS in {duration(DRS_WINDOW)}"
    least = (math.ceil(files / DRS_FILES) - 1) * DRS_WINDOW
    return f"{pace}: this takes at least {duration(least)}." if least else f"{pace}."
