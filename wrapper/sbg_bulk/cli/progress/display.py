"""Choose how a run, or a wait for jobs, is shown: redrawn on a terminal, in lines elsewhere, as events for programs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from sbg_bulk.cli.output.console import console, tell
from sbg_bulk.cli.progress.events import Events
from sbg_bulk.cli.progress.lines import Lines
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
    screen = None if output.quiet else _screen(tracker, as_json)
    try:
        if screen is not None:
            with screen as above:
                output.write = above
                yield tracker, events
        else:
            if not (output.quiet or as_json):
                tracker.show_on(Lines(tracker, tell, monotonic))
            yield tracker, events
    finally:
        output.write, output.on_wait = write, None


def _screen(tracker: ProgressTracker, as_json: bool) -> AbstractContextManager[Callable[[str], object]] | None:
    """A display redrawn on standard error, unless that is no terminal that can do it, or shows the events anyway."""
    # Not rich's own notion of a terminal: variables of the environment make it take a pipe for one.
    if not sys.stderr.isatty() or (as_json and sys.stdout.isatty()):
        return None
    from sbg_bulk.cli.progress.live import live, terminal  # rich takes long, and completion loads the commands

    console = terminal()
    return None if console is None else live(tracker, console, redirect_stdout=sys.stdout.isatty())
