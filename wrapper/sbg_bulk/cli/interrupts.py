"""Ctrl-C: it ends what goes on, once, and never with a traceback."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from sbg_bulk.api.drivers.hold import interrupt_main

AGAIN: Final = 3.0
"""Seconds after a Ctrl-C in which another one changes nothing: what was done so far is being told."""

SOON: Final = 0.05
"""Seconds after which an interrupt that was lost is made once more."""


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Have Ctrl-C call something meanwhile, unless it is ignored, as that of a command in the background is."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.stderr.write("sbg-bulk: interrupted. Nothing was done.\n")
    sys.exit(130)


@contextmanager
def while_loading() -> Iterator[None]:
    """Have a Ctrl-C end the command at once while its modules are loaded."""
    with _handled(_leave):
        yield


@contextmanager
def once(clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Have a Ctrl-C raise KeyboardInterrupt, and others that follow it at once change nothing.

    Args:
        clock: seconds that never go back.
    """
    last = -AGAIN

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        nonlocal last
        if clock() - last >= AGAIN:
            last = clock()
            raise KeyboardInterrupt

    def lost(unraisable: Any) -> None:
        """Raise an interrupt again where there is a caller: what it was raised in has none, as a finalizer has not."""
        nonlocal last
        if unraisable.exc_type is KeyboardInterrupt:
            last = clock() - AGAIN
            threading.Timer(SOON, interrupt_main).start()
        else:
            others(unraisable)

    others = sys.unraisablehook
    sys.unraisablehook = lost
    try:
        with _handled(interrupt):
            yield
    finally:
        sys.unraisablehook = others
