"""How well a promise is founded."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """How well a promise is founded.

    - `documented`: the contract or the platform's documentation says so. If it is broken, the check fails.
    - `expected`: the contract's prose implies it, or several clients rely on it. If it is broken, the check fails,
      unless only documented promises are held against the service.
    - `guess`: programs may like to rely on it, and nothing says that they can. It is told, and never fails the check.
    """

    DOCUMENTED = "documented"
    EXPECTED = "expected"
    GUESS = "guess"
