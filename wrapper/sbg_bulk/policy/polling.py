"""How long to wait between two looks at a job."""

from __future__ import annotations

from collections.abc import Callable

from attrs import field, frozen, validators


@frozen
class Polling:
    """The pauses between looks at a job that is under way.

    The n-th pause is `first * 1.5**(n-1)` seconds, at most `longest`, shortened at random by up to a tenth.
    With the defaults a job that takes an hour is looked at some 250 times, a quarter of one window's budget
    spread over twelve windows.

    Attributes:
        first: seconds before the second look.
        longest: the most seconds between two looks.
    """

    first: float = field(default=1.0, validator=validators.gt(0))
    longest: float = field(default=15.0, validator=validators.gt(0))

    def pause(self, looks: int, random: Callable[[], float]) -> float:
        """Seconds to wait after the `looks`-th look (from 1)."""
        full = min(self.longest, self.first * 1.5 ** min(looks - 1, 60))
        return full * (1 - 0.1 * random())
