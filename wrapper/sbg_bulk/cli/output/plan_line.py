"""What a run takes, in a line."""

from __future__ import annotations

from sbg_bulk.runs.estimate import Estimate
from sbg_bulk.text import counted, duration


def plan_line(estimate: Estimate, folders: int = 0) -> str:
    """Return what a run takes, and how long the rate limit and its own pace make that.

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
    plan = f"Plan: {work}{counted(estimate.jobs, 'job')}; {counted(estimate.requests, 'request')}{when}."
    if estimate.pace is None:
        return plan
    least = f": this takes at least {duration(estimate.pace_seconds)}" if estimate.pace_seconds else ""
    return f"{plan}\nPace: at most {estimate.pace.told('item')}{least}."
