"""A report takes the same memory whatever the number of rows is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.report.making import DONE, failed, made

PROGRAM = """
import re, sys
from pathlib import Path
from sbg_bulk.runs.journal import Journal
from sbg_bulk.report import page
with Journal.read(Path(sys.argv[1])) as journal, open(sys.argv[2], "w", encoding="utf-8") as stream:
    page.write(journal, stream)
# Not ru_maxrss, which begins at that of the process that has started this one.
print(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def kilobytes(rows: int, folder: Path) -> int:
    journal = folder / f"{rows}.sbg-run"
    # As many jobs in each, of which a report grows.
    made(journal, rows, lambda place: failed() if place % 3 else DONE, items_per_job=rows // 20)
    command = [sys.executable, "-c", PROGRAM, str(journal), str(folder / "out.html")]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc elsewhere")
def test_ten_times_the_rows_take_hardly_more_memory(tmp_path: Path) -> None:
    small, large = kilobytes(6_000, tmp_path), kilobytes(60_000, tmp_path)
    assert large - small < 6 * 1024
