"""Ids like the service's own, the same in every run."""

from __future__ import annotations

import random
import string

_EPOCH = 1_483_228_800
"""2017-01-01T00:00:00Z in Unix seconds, from which job ids count."""


class Ids:
    """Deals out ids. Two of them with the same seed deal out the same ones, those of jobs at the same times.

    `jobs` is the kind of the ids of jobs: `time`, `counted`, `random` or `letters`.
    """

    def __init__(self, seed: str, jobs: str = "time") -> None:
        self._kind = jobs
        self._counted = 0
        self._nodes = random.Random(f"nodes of {seed}")  # noqa: S311 - repeatable on purpose, no secrets
        self._jobs = random.Random(f"jobs of {seed}")  # noqa: S311
        self._transfers = random.Random(f"transfers of {seed}")  # noqa: S311
        self._requests = random.Random(f"requests of {seed}")  # noqa: S311
        self._last_job_of: dict[int, int] = {}

    def node(self) -> str:
        """Deal out an id for a file or a folder: 24 hexadecimal digits."""
        return f"{self._nodes.getrandbits(96):024x}"

    def job(self, at: float) -> str:
        """Deal out an id for a job that is submitted at that time, in Unix seconds.

        Ids hold their time: without the last 20 bits they are the milliseconds since 2017-01-01. Those of one
        millisecond rise. They have 18 digits since January 2020, more than a floating-point number keeps, as clients
        must notice. Other kinds of ids say nothing of the time.
        """
        match self._kind:
            case "counted":
                self._counted += 1
                return str(70_711_174_378_885_120 + 4096 * self._counted)
            case "random":
                return str(self._jobs.randrange(10**17, 10**18))
            case "letters":
                return "".join(self._jobs.choices(string.ascii_letters, k=22))
        moment = max(0, int((at - _EPOCH) * 1000))
        last = self._last_job_of.get(moment, moment << 20)
        self._last_job_of[moment] = last + self._jobs.randrange(1, 1 << 4)
        return str(self._last_job_of[moment])

    def transfer(self) -> str:
        """Deal out an id for an import or an export: 32 letters and digits."""
        return "".join(self._transfers.choices(string.ascii_letters + string.digits, k=32))

    def request(self) -> str:
        """Deal out an id for a request: a UUID, of the kind that is drawn at random."""
        digits = f"{self._requests.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
