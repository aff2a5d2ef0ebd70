"""Choose how a run, or a wait for jobs, is shown: redrawn on a terminal, in lines elsewhere, as events for programs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from rich.console import Console

from sbg_bulk.cli.output.console import console, tell
from sbg_bulk.cli.progress.events import Events
from sbg_bulk.cli.progress.lines import Lines
from sbg_bulk.cli.progress.live import live
from sbg_bulk.cli.progress.tracker import ProgressTracker

if TYPE_CHECKING:
    from sbg_bulk.api.waits import Wait


@contextmanager
def followed(
    as_json: bool, on_wait: Callable[[ProgressTracker, Wait], object]
) -> Iterator[tuple[ProgressTracker, Events | None]]:
    """What follows a run or a wait, shown while the block runs; and the events, if those are wanted.

    Args:
        as_json: whether events are written.
        on_wait: what to do with the client's pauses meanwhile.
    """
    tracker, output = ProgressTracker(monotonic), console()
    events = Events(tracker, monotonic, quiet=output.quiet) if as_json else None
    if events is not None:
        tracker.show_on(events)
    write = output.write
    output.on_wait = lambda wait: on_wait(tracker, wait)
    terminal = None if output.quiet else _terminal(as_json)
    try:
        if terminal is not None:
            with live(tracker, terminal, redirect_stdout=sys.stdout.isatty()) as above:
                output.write = above
                yield tracker, events
        else:
            if not (output.quiet or as_json):
                tracker.show_on(Lines(tracker, tell, monotonic))
            yield tracker, events
    finally:
        output.write, output.on_wait = write, None


def _terminal(as_json: bool) -> Console | None:
    """The terminal to redraw on: standard error's, unless it cannot do that, or shows the events anyway."""
    # Not rich's own notion of a terminal: variables of the environment make it take a pipe for one.
    if not sys.stderr.isatty() or (as_json and sys.stdout.isatty()):
        return None
    console = Console(stderr=True, highlight=False)
    return console if console.is_interactive and not console.is_dumb_terminal else None
