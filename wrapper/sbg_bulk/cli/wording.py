"""Numbers and times in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sbg_bulk.text import counted as counted
from sbg_bulk.text import duration as duration

if TYPE_CHECKING:
    from sbg_bulk.api.waits import Wait


def speed(rate: float, noun: str) -> str:
    """How many things a second, or in a longer time if they are few, such as `41 rows/s` or `7.0 rows/min`."""
    seconds, unit = next(((each, unit) for each, unit in ((1, "s"), (60, "min")) if rate * each >= 1), (3600, "h"))
    number = rate * seconds
    # Of small numbers the tenths are worth reading.
    return f"{number:,.0f} {noun}s/{unit}" if number >= 9.95 else f"{number:.1f} {noun}s/{unit}"


def waiting(wait: Wait) -> str:
    """What is waited for, such as `Waiting 5 min: the rate limit (HTTP 429)`."""
    time = duration(wait.seconds)
    if wait.cause == "retry":
        return f"Trying again in {time}: {wait.reason}"
    joint = " " if wait.reason.startswith(("to ", "for ")) else ": "
    return f"Waiting {time}{joint}{wait.reason}"


def size(number: int) -> str:
    """A number of bytes for people, such as `812 B`, `41.2 kB` or `1.36 TB`."""
    value, units = float(number), iter(("B", "kB", "MB", "GB", "TB", "PB", "EB"))
    unit = next(units)
    # What would be rounded to a thousand is one of the next unit.
    while value >= 999.5 and unit != "EB":
        value, unit = value / 1000, next(units)
    return f"{value:.0f} {unit}" if unit == "B" or value >= 99.95 else f"{value:.3g} {unit}"
