"""Keys typed while a display is shown: they are not written into it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

if sys.platform != "win32":
    import termios


@contextmanager
def without_echo() -> Iterator[None]:
    """Have the terminal not write what is typed while the block runs. Ctrl-C still interrupts."""
    if sys.platform == "win32":
        yield
        return
    try:
        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal) if _in_front(terminal) else None
    except (AttributeError, OSError, ValueError, termios.error):
        before = None
    if before is None:
        yield
        return
    quiet = [*before]
    quiet[3] &= ~termios.ECHO
    try:
        with suppress(termios.error):
            termios.tcsetattr(terminal, termios.TCSANOW, quiet)
        yield
    finally:
        with suppress(OSError, termios.error):
            if _in_front(terminal):
                termios.tcsetattr(terminal, termios.TCSANOW, before)


def _in_front(terminal: int) -> bool:
    """Return whether the command has the terminal: one in the background is stopped when it changes anything there."""
    return sys.platform != "win32" and os.isatty(terminal) and os.tcgetpgrp(terminal) == os.getpgrp()
