"""Names that the service gives to what finds its own taken: `1_a.bam`, and then `2_a.bam` or perhaps `1_1_a.bam`."""

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = re.compile(r"^\d+_")


def asked_names(name: str) -> list[str]:
    """Return the names one of which was asked for where this one was given: itself, and without each number."""
    names = [name]
    while (shorter := _NUMBER.sub("", names[-1])) != names[-1]:
        names.append(shorter)
    return names


def is_numbered(name: str, asked: str) -> bool:
    """Return whether a name is another one with numbers before it."""
    return asked in asked_names(name)[1:]
