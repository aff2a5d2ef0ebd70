"""Show how many requests listing, or verifying, has taken so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sbg_bulk.cli.output.console import console
from sbg_bulk.cli.progress.display import shown
from sbg_bulk.text import counted

_AGAIN = "To start again, run the same command."


@contextmanager
def counting(what: str = "Listing", *, changes: bool = True) -> Iterator[Callable[[int], None]]:
    """Yields the function to call with the number of requests so far.

    Args:
        what: what is going on.
        changes: whether the command is one that changes something, and an interrupt has to say that nothing was.
    """
    output = console()
    output.so_far = output.so_far or (f"Nothing was changed. {_AGAIN}" if changes else _AGAIN)
    before = output.so_far
    with shown() as tracker:
        tracker.lists(what)

        def count(requests: int) -> None:
            output.so_far = f"{what} had used {counted(requests, 'request')}.\n{before}"
            tracker.requested(requests)

        yield count
    output.so_far = before
