"""How fast something goes on, and when it will end: pure functions of what was seen when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import frozen

WINDOW: Final = 300.0
"""Seconds over which the rate is an average: work comes in bursts, one to each window of the rate limit."""

LEAST_TIME: Final = 1.0
"""Seconds: less time tells no rate, and samples that follow each other faster are not kept."""


@frozen
class Sample:
    """A count as it was at a time, in seconds from an unknown start."""

    time: float
    count: int


def sampled(samples: Sequence[Sample], new: Sample) -> tuple[Sample, ...]:
    """Return the samples with a new one, without those that no rate needs any more: at most some hundreds."""
    kept = tuple(samples)
    if len(kept) > 1 and new.time - kept[-2].time < LEAST_TIME:
        kept = kept[:-1]  # the new one says it better
    while len(kept) > 1 and kept[1].time <= new.time - WINDOW:
        kept = kept[1:]
    return (*kept, new)


def rate(samples: Sequence[Sample], now: float) -> float | None:
    """Return how many a second, on average over the last `WINDOW` seconds, or since the first sample if that is later.

    None if nothing has come in that time, or if there is too little time to tell.
    """
    if not samples:
        return None
    first = next((one for one in reversed(samples) if one.time <= now - WINDOW), samples[0])
    took, grown = now - first.time, samples[-1].count - first.count
    return grown / took if took >= LEAST_TIME and grown > 0 else None


def seconds_left(left: int, rate: float | None) -> float | None:
    """Seconds until nothing is left at this rate; None without a rate."""
    if left <= 0:
        return 0.0
    return None if rate is None else left / rate
