"""Numbers, times and texts for people."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

_MADE: Final[ContextVar[dict[str, None] | None]] = ContextVar("sbg_bulk_made", default=None)
"""The commands that were made for who reads on the command line; None for who uses the library."""


def command_line(*words: str) -> str:
    """Return a command of this package as it is typed into a shell. All commands in messages are made by this.

    So tests find each of them, and hold it against the commands and options that there are; and so does
    `commands_in`. It is called when the message is made, not when a module is read.
    """
    made = shlex.join(["sbg-bulk", *words])
    if (noted := _MADE.get()) is not None:
        noted[made] = None
    return made


def commands_in(text: str) -> list[str]:
    """Return the commands that a message names, in its order; those that were made while `shell_words` lasts."""
    made = sorted(_MADE.get() or (), key=len, reverse=True)
    return re.findall(rf"(?:{'|'.join(map(re.escape, made))})(?!\w)", text) if made else []


def either(shell: str, python: str) -> str:
    """Return how to do something, in the reader's words.

    Args:
        shell: the option or the command, for who reads it on the command line.
        python: the argument or the call, for who uses the library.
    """
    return python if _MADE.get() is None else shell


@contextmanager
def shell_words() -> Iterator[None]:
    """Have texts tell what to type in a shell while the block runs."""
    made = _MADE.get()
    token = _MADE.set({} if made is None else made)
    try:
        yield
    finally:
        _MADE.reset(token)


def counted(number: int, noun: str) -> str:
    """Return a number of things as text, such as `1 row` or `2,000 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def one_of(choices: Iterable[object]) -> str:
    """Return what is allowed as text, such as `skip, rename or fail`."""
    *others, last = map(str, choices)
    return f"{', '.join(others)} or {last}" if others else last


def yes_or_no(value: bool | None) -> str | None:
    """Return a truth value as a word; None if it is not known."""
    return None if value is None else "yes" if value else "no"


def duration(seconds: float) -> str:
    """Return a time for people, such as `7 s`, `5 min` or `2 h 5 min`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"


def age(seconds: float) -> str:
    """Return how long ago something was, such as `7 s`, `5 min`, `3 h` or `12 days`; no finer than is worth reading."""
    seconds = max(seconds, 0.0)
    for unit, each, before in (("s", 1, 120), ("min", 60, 7_200), ("h", 3_600, 172_800)):
        if seconds < before:
            return f"{seconds // each:.0f} {unit}"
    return f"{seconds // 86_400:,.0f} days"


def format_utc(unix: float) -> str:
    """Return a date and a time in UTC, such as `2026-11-28 17:05:00 UTC`."""
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def plain(text: str) -> str:
    """Return a text on one line, with escapes for what is not shown or turns others round: names may hold anything."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)


def speed(rate: float, noun: str) -> str:
    """Return how many things a second, or in a longer time if few, such as `41 rows/s` or `7.0 rows/min`."""
    seconds, unit = next(((each, unit) for each, unit in ((1, "s"), (60, "min")) if rate * each >= 1), (3600, "h"))
    number = rate * seconds
    # Of small numbers the tenths are worth reading.
    return f"{number:,.0f} {noun}s/{unit}" if number >= 9.95 else f"{number:.1f} {noun}s/{unit}"


def size(number: int) -> str:
    """Return a number of bytes for people, such as `812 B`, `41.2 kB` or `1.36 TB`."""
    value, units = float(number), iter(("B", "kB", "MB", "GB", "TB", "PB", "EB"))
    unit = next(units)
    # What would be rounded to a thousand is one of the next unit.
    while value >= 999.5 and unit != "EB":
        value, unit = value / 1000, next(units)
    return f"{value:.0f} {unit}" if unit == "B" or value >= 99.95 else f"{value:.3g} {unit}"


def known_size(number: int, complete: bool) -> str:
    """Return the bytes that are known, with `at least` unless they are all."""
    return size(number) if complete else f"at least {size(number)}"
