"""A manifest of any size is read in the same memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("reading.py")


def kilobytes(rows: int, path: Path) -> int:
    ran = subprocess.run(
        [sys.executable, str(PROGRAM), str(rows), str(path)], check=True, capture_output=True, text=True
    )
    return int(ran.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc elsewhere")
def test_ten_times_the_rows_take_hardly_more_memory(tmp_path: Path) -> None:
    bare = kilobytes(0, tmp_path / "none")
    small = kilobytes(20_000, tmp_path / "small")
    large = kilobytes(200_000, tmp_path / "large")
    assert large - small < 4 * 1024
    assert large - bare < 20 * 1024
