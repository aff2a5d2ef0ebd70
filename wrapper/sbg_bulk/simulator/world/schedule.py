"""What is to happen, and when: of all kinds of jobs together, so that everything happens in the order of time."""

from __future__ import annotations

import heapq
from collections.abc import Callable


class Schedule:
    """Happenings, each with its hour in Unix seconds."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[float], None]]] = []
        self._scheduled = 0

    def add(self, due: float, happen: Callable[[float], None]) -> None:
        """Have something happen then; it is told the hour."""
        self._scheduled += 1  # of two things due at once, the one that was scheduled first happens first
        heapq.heappush(self._due, (due, self._scheduled, happen))

    def catch_up(self, now: float) -> None:
        """Let everything happen that was due until now, in the order of time."""
        while self._due and self._due[0][0] <= now:
            due, _, happen = heapq.heappop(self._due)
            happen(due)
