"""Ids like the service's own, the same in every run."""

from __future__ import annotations

import random

FIRST_JOB = 71_800_000_000_000_000
"""Job ids have 17 digits: more than a floating-point number keeps, as clients must notice."""


class Ids:
    """Deals out ids. Two of them with the same seed deal out the same ones, whatever the clock says."""

    def __init__(self, seed: str) -> None:
        self._nodes = random.Random(f"nodes of {seed}")  # noqa: S311 - repeatable on purpose, no secrets
        self._jobs = random.Random(f"jobs of {seed}")  # noqa: S311
        self._requests = random.Random(f"requests of {seed}")  # noqa: S311
        self._last_job = FIRST_JOB

    def node(self) -> str:
        """Deal out an id for a file or a folder: 24 hexadecimal digits."""
        return f"{self._nodes.getrandbits(96):024x}"

    def job(self) -> str:
        """Deal out an id for a job: 17 digits, greater than all before it."""
        self._last_job += self._jobs.randrange(1, 1 << 32)
        return str(self._last_job)

    def request(self) -> str:
        """Deal out an id for a request: a UUID, of the kind that is drawn at random."""
        digits = f"{self._requests.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
