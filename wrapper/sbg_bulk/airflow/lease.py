"""A lease on something in an object store: one process at a time has it, and a dead one not for ever.

Object stores have no locks, and not all of them refuse to overwrite. So each process that wants the lease writes an
object of its own, in whose name is the time until which it counts, and then lists those of the others. If one of them
counts, it gives up. A name is there as a whole or not at all, so the lease of a process that dies while writing it runs
out, too. Of two that begin at once both may give up, but never do both go on, as long as a list shows what was written
before it was asked for, which the large stores promise.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from typing import Any, Final

from sbg_bulk.errors import JournalError, RunInUse

SECONDS: Final = 180.0
"""For so long a lease counts unless it is renewed: longer than a request may take, shorter than the five minutes after
which Airflow gives up a task that is not heard of."""

SKEW: Final = 10.0
"""Seconds by which the clocks of two machines may differ."""

SUFFIX: Final = ".lease"

NAME: Final = re.compile(rf"(\d+)-([0-9a-f]+){re.escape(SUFFIX)}")


class Lease:
    """The right to work on what is in a folder of an object store.

    Args:
        folder: an `ObjectStoragePath`.
        seconds: for how long it counts unless it is renewed.
        clock: Unix seconds.
    """

    def __init__(self, folder: Any, seconds: float = SECONDS, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._id = secrets.token_hex(8)
        self._own: Any = None
        self._seconds = seconds
        self._clock = clock
        self._until = 0.0

    def take(self) -> None:
        """Take the lease.

        Raises:
            RunInUse: another process has it.
        """
        self._write()
        try:
            for other in self._others():
                left = self._left(other)
                if left > 0:
                    raise RunInUse(
                        f"Another attempt is working on the run in {self._folder}, or was killed while working on it. "
                        f"Try again in {left:.0f} s, when its lease expires."
                    )
                other.unlink(missing_ok=True)
        except BaseException:
            self.release()
            raise

    def renew(self) -> None:
        """Keep the lease for longer, if half of its time is over.

        Raises:
            JournalError: it has run out, so that another process may have taken it. Nothing may be sent or written.
        """
        left = self._until - self._clock()
        if left <= SKEW:
            raise JournalError(
                f"The lease on the run in {self._folder} has expired, because this process was paused for too long. "
                f"Nothing more is sent. Run the task again."
            )
        if left < self._seconds / 2:
            self._write()

    def release(self) -> None:
        """Give the lease up."""
        if self._own is not None:
            self._own.unlink(missing_ok=True)

    def _write(self) -> None:
        until, earlier = self._clock() + self._seconds, self._own
        self._own = self._folder / f"{until:.0f}-{self._id}{SUFFIX}"
        self._own.write_bytes(b"")
        self._until = until
        if earlier is not None and earlier != self._own:
            earlier.unlink(missing_ok=True)

    def _others(self) -> list[Any]:
        return [one for one in self._folder.iterdir() if (found := NAME.fullmatch(one.name)) and found[2] != self._id]

    def _left(self, other: Any) -> float:
        """Return the seconds for which another process's lease still counts."""
        found = NAME.fullmatch(other.name)
        assert found is not None
        return float(found[1]) + SKEW - self._clock()
