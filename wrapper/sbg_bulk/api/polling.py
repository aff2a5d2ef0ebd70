"""The pauses between checks of running jobs."""

from __future__ import annotations

from typing import Final

from attrs import field, frozen, validators

PATIENCE: Final = 0.1
"""The share of a job's age that passes between two looks at most, so that its end is noticed within so much of it."""


@frozen
class Polling:
    """The pauses between checks of running jobs.

    The pause after a check is a tenth of the job's age, at least `first` and at most `longest` seconds, shortened at
    random by up to a tenth. So the end of a job is noticed within a tenth of the time it took, or within `first`. Where
    the counts of a job grow, they tell when it will end: it is checked then, if that is sooner, and `longest` does
    not matter.

    Attributes:
        first: the fewest seconds between two looks.
        longest: the most seconds between two looks at a job that does not tell when it will end.
        share: the part of the budget of requests that looks may take, above 0 and at most 1. A look each `longest`
            seconds is taken in any case.
    """

    first: float = field(default=1.0, validator=validators.gt(0))
    longest: float = field(default=15.0, validator=validators.gt(0))
    share: float = field(default=0.25, validator=validators.and_(validators.gt(0), validators.le(1)))

    def pause(self, age: float, left: float | None = None) -> float:
        """Return the seconds to wait after a look, before what chance takes away.

        Args:
            age: seconds since the job began.
            left: seconds until it will end, if its counts tell.
        """
        patience = max(self.first, PATIENCE * age)
        if left is None:
            return min(patience, max(self.first, self.longest))
        return min(patience, max(self.first, left))
