"""The pace of items: how many may be submitted in some time, where the platform takes no more of them.

That is beside the pace of requests (`sbg_bulk.api.pace`), which all programs with one token share.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from attrs import define, field, frozen

from sbg_bulk.limits import RATE_LIMIT_WINDOW
from sbg_bulk.text import counted, duration


@frozen
class ItemPace:
    """The most items that are submitted in any span of so many seconds.

    Attributes:
        items: how many.
        seconds: how long the span is.
    """

    items: int
    seconds: float

    @classmethod
    def of(cls, given: int | None, usual: ItemPace | None) -> ItemPace | None:
        """Return the pace of a run: so many items in five minutes if that is given, or else the usual one."""
        return usual if given is None else cls(given, RATE_LIMIT_WINDOW)

    def told(self, noun: str) -> str:
        """Return it in words, such as `500 files in 5 min`."""
        return f"{counted(self.items, noun)} in {duration(self.seconds)}"

    def span(self, size: int) -> float:
        """Return for how long a submission counts. One of more items than are allowed counts for longer."""
        return self.seconds * max(1.0, size / self.items)

    def least(self, items: int, batch: int) -> float:
        """Return the seconds until the last of so many items can be submitted, in batches, if nothing was before."""
        batches = math.ceil(items / batch)
        in_each = max(1, self.items // batch)
        return max(0, math.ceil(batches / in_each) - 1) * self.span(batch)


@define
class Throttle:
    """The items that a run has submitted lately, and when more may be.

    Attributes:
        pace: the most of them; None if there is no limit.
    """

    pace: ItemPace | None = None
    _sent: list[tuple[float, int]] = field(factory=list)

    def recall(self, moment: float, ages: Iterable[tuple[float, int]]) -> None:
        """Take note of earlier submissions: how many seconds ago each was, and of how many items."""
        self._sent += [(moment - age, size) for age, size in ages]

    def sent(self, moment: float, size: int) -> None:
        """Take note of a submission of so many items."""
        if self.pace is not None:
            self._sent.append((moment, size))

    def due(self, moment: float, size: int) -> float:
        """Return when a submission of so many items may be made, at this moment or later."""
        if self.pace is None:
            return moment
        self._sent = [one for one in self._sent if self._ends(one) > moment]
        free = self.pace.items - sum(size for _, size in self._sent)
        for one in sorted(self._sent, key=self._ends):
            if size <= free:
                break
            moment = self._ends(one)
            free += one[1]
        return moment

    def _ends(self, one: tuple[float, int]) -> float:
        assert self.pace is not None
        return one[0] + self.pace.span(one[1])
