"""Ctrl-C while a request is on its way that must not be repeated: its answer is waited for, for a few seconds.

Without the answer nobody knows whether it was carried out. So the first Ctrl-C waits until what came of it is written
down; another one, or the end of the time, interrupts at once.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Final, Protocol

GRACE: Final = 5.0
"""Seconds that the answer may take after a Ctrl-C."""


class Timer(Protocol):
    """Something that happens later, unless it is cancelled."""

    def cancel(self) -> object: ...


def interrupt_main() -> None:
    """Have a Ctrl-C come to the main thread."""
    if sys.platform == "win32":
        _thread.interrupt_main()
    elif (main := threading.main_thread().ident) is not None:
        # That alone also ends a pause.
        signal.pthread_kill(main, signal.SIGINT)


def _later(seconds: float, what: Callable[[], None]) -> Timer:
    timer = threading.Timer(seconds, what)
    timer.daemon = True
    timer.start()
    return timer


class Hold:
    """Holds a Ctrl-C back between two steps. Without effect outside the main thread, or where Ctrl-C is ignored.

    Args:
        later: calls something after so many seconds.
    """

    def __init__(self, later: Callable[[float, Callable[[], None]], Timer] = _later) -> None:
        self._later = later
        self._before: Callable[[int, FrameType | None], Any] | None = None
        self._timer: Timer | None = None

    def begin(self) -> None:
        """Hold back the next Ctrl-C from now on."""
        before = signal.getsignal(signal.SIGINT)
        if callable(before) and threading.current_thread() is threading.main_thread():
            self._before = before
            signal.signal(signal.SIGINT, self._interrupted)

    def end(self, *answer: object) -> None:
        """Let one through that was held back.

        Raises:
            KeyboardInterrupt: there was one. Its arguments are the answer.
        """
        before, timer = self._before, self._timer
        if before is None:
            return
        if timer is not None:
            timer.cancel()
        self._before = self._timer = None
        signal.signal(signal.SIGINT, before)
        if timer is not None:
            try:
                before(signal.SIGINT, None)
            except KeyboardInterrupt as interrupt:
                interrupt.args = answer
                raise

    def _interrupted(self, _signal: int, _frame: FrameType | None) -> None:
        if self._timer is None:
            self._timer = self._later(GRACE, interrupt_main)
        else:
            self.end()
