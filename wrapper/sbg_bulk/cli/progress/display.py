"""Show what goes on: redrawn in place on a terminal, in lines elsewhere, as events for programs.

This alone writes to the last line of a terminal while a command works: listing, creating folders, jobs, verification,
and the pauses of all of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import monotonic

from sbg_bulk.cli.output.console import console, tell
from sbg_bulk.cli.progress.events import Events
from sbg_bulk.cli.progress.lines import Lines
from sbg_bulk.cli.progress.tracker import ProgressTracker


@contextmanager
def followed(as_json: bool) -> Iterator[tuple[ProgressTracker, Events | None]]:
    """Yield what follows a run or a wait, shown while the block runs; and the events, if those are wanted.

    The client may wait as long as it takes meanwhile.

    Args:
        as_json: whether events are written.
    """
    output = console()
    patient, output.patient = output.patient, True
    try:
        with shown(as_json=as_json) as tracker:
            events = Events(tracker, monotonic, quiet=output.quiet) if as_json else None
            if events is not None:
                tracker.show_on(events)
            yield tracker, events
    finally:
        output.patient = patient


@contextmanager
def shown(*, as_json: bool = False) -> Iterator[ProgressTracker]:
    """Yield what is told of the work in the block, and of the client's pauses meanwhile, shown while it runs.

    Args:
        as_json: whether standard output gets events, which tell the same.
    """
    tracker, output = ProgressTracker(monotonic), console()
    write, on_wait = output.write, output.on_wait
    output.on_wait = tracker.wait
    screen = None if output.quiet else _screen(tracker, as_json)
    try:
        if screen is not None:
            with screen as above:
                output.write = above
                yield tracker
        else:
            if not (output.quiet or as_json):
                tracker.show_on(Lines(tracker, tell, monotonic))
            yield tracker
    finally:
        output.write, output.on_wait = write, on_wait


def _screen(tracker: ProgressTracker, as_json: bool) -> AbstractContextManager[Callable[[str], object]] | None:
    """A display redrawn on standard error, unless that is no terminal that can do it, or shows the events anyway."""
    # Not rich's own notion of a terminal: variables of the environment make it take a pipe for one.
    if not sys.stderr.isatty() or (as_json and sys.stdout.isatty()):
        return None
    from sbg_bulk.cli.progress.live import live, terminal  # rich takes long, and completion loads the commands

    console = terminal()
    return None if console is None else live(tracker, console, redirect_stdout=sys.stdout.isatty())
