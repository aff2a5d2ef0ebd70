"""A process that reads a manifest of so many rows into a journal, and tells how much memory that took.

Arguments: how many rows (0 for none at all), and the journal's path. It writes the most kilobytes it held.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from sbg_bulk.families import FAMILIES
from sbg_bulk.items import CopyItem
from sbg_bulk.runs.create import create
from sbg_bulk.transfers import manifest


class Generated(io.RawIOBase):
    """A manifest that nobody holds, with ids in no order."""

    def __init__(self, rows: int) -> None:
        self._lines: Iterator[str] = (
            f"{n * 0x9E3779B97F4A7C15 % (1 << 96):024x},rfranklin/target,sample-{n}.bam,lab {n % 7}\n"
            for n in range(rows)
        )
        self._rest = b"file,project,name,lab\n"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while len(self._rest) < len(buffer) and (line := next(self._lines, None)) is not None:
            self._rest += line.encode()
        taken, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


if __name__ == "__main__":
    rows = int(sys.argv[1])
    if rows:
        stream = io.BufferedReader(Generated(rows))
        with create(
            manifest.read(stream, CopyItem), FAMILIES["COPY"], "http://x/v2", journal=Path(sys.argv[2])
        ) as journal:
            assert journal.tally().open == rows
    # What getrusage tells begins with the peak of the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(status.partition("VmHWM:")[2].split()[0])  # noqa: T201
