"""Tell of the client's pauses now and then: where a line cannot be redrawn, never one for each request."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from attrs import define, field

from sbg_bulk.api.waits import Cause, waiting

if TYPE_CHECKING:
    from sbg_bulk.api.waits import Wait

REMINDER: Final = 60.0
"""Seconds after which a pause for the same reason is told again."""


@define
class Pauses:
    """Tells of a pause of a second or more, and of the next for the same reason only after `REMINDER` seconds.

    Args:
        clock: seconds that never go back.
    """

    _clock: Callable[[], float]
    _told: dict[str, float] = field(factory=dict)

    def line(self, wait: Wait) -> str | None:
        """Return what to tell of a pause that is about to be made; None if nothing."""
        now = self._clock()
        # Shorter ones are over before they are read, and that jobs take their time is no news.
        short = wait.seconds < 1 or wait.cause is Cause.NEXT_LOOK
        if short or now - self._told.get(wait.reason, -math.inf) < REMINDER:
            return None
        self._told[wait.reason] = now
        return f"{waiting(wait)}."
