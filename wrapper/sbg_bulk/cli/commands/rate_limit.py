"""`sbg-bulk rate-limit`: what is left to spend."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from sbg_bulk.cli.context import Context
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, say, write_json
from sbg_bulk.text import counted, duration


@click.command("rate-limit")
@json_option
@click.pass_obj
def rate_limit(context: Context, as_json: bool) -> None:
    """Show remaining API requests and when they reset. This costs no request."""
    with context.client() as client:
        budget = client.rate_limit()
    if as_json:
        write_json({"limit": budget.limit, "remaining": budget.remaining, "reset": _moment(budget.reset)})
        return
    if budget.limit is None or budget.remaining is None:
        note("The platform does not say how many requests are left.")
        return
    left = f"{budget.remaining:,} of {counted(budget.limit, 'request')} left, for all programs that use your token."
    say(left + _reset_told(budget.reset, datetime.now(UTC).timestamp()))


def _reset_told(reset: int | None, now: float) -> str:
    """Return when the requests reset, as a sentence; empty if that is not known or makes no sense."""
    moment = _moment(reset)
    if reset is None or moment is None:
        return ""
    # Some platforms tell it in thousandths of a second.
    seconds = (reset / 1000 if reset > 1e11 else reset) - now
    if seconds <= 0:
        return ""
    return f" Resets in {duration(seconds)} ({moment})."


def _moment(reset: int | None) -> str | None:
    if reset is None or reset < 0:
        return None
    try:
        found = datetime.fromtimestamp(reset / 1000 if reset > 1e11 else reset, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return found.strftime("%Y-%m-%dT%H:%M:%SZ")
