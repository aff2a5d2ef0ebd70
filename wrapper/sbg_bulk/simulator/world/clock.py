"""The simulator's time: the system's clock, or one that a test moves by hand."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

DAY = 86_400.0
"""Seconds in a day."""

LATEST = 253_370_764_800.0
"""The end of a simulator's time: 9999-01-01T00:00:00Z. Dates have four digits for the year, and a clock that
runs still does so for a while after that."""

START = 1_550_664_000.0
"""The start of a manual clock unless told otherwise: 2019-02-20T12:00:00Z, the day of the contract's examples."""


class Clock(Protocol):
    """Time as the simulator sees it. The client under test may share it, and then both agree on the time."""

    def now(self) -> float:
        """Return Unix time in seconds."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Come back after so many seconds of this clock."""
        ...

    def advance(self, seconds: float) -> None:
        """Jump ahead by so many seconds, at once.

        Raises ValueError if they are negative: time does not run backwards.
        """
        ...


class RealClock:
    """The system's time, plus whatever was skipped with `advance`."""

    def __init__(self) -> None:
        self._skipped = 0.0

    def now(self) -> float:
        return time.time() + self._skipped

    async def sleep(self, seconds: float) -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            time.sleep(seconds)  # driven by a synchronous client, without an event loop: nobody else waits for us
        else:
            await asyncio.sleep(seconds)

    def advance(self, seconds: float) -> None:
        self._skipped += _forward(seconds)


class ManualClock:
    """A clock that stands still until it is moved. Sleeping moves it, and takes no time.

    `start` is its first reading, in Unix seconds.
    """

    def __init__(self, start: float = START) -> None:
        self._now = start

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self._now += _forward(seconds)


def _forward(seconds: float) -> float:
    if not 0 <= seconds < float("inf"):  # also refuses NaN
        raise ValueError(f"expected a finite number of seconds, 0 or more, not {seconds!r}")
    return seconds
