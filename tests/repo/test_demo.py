"""The demonstration runs, and leaves nothing behind, however it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

DEMO = Path(__file__).resolve().parents[2] / "scripts" / "lib" / "demo.py"


def nobody_answers(output: str) -> bool:
    """Whether the simulator whose address stands in the output has gone."""
    found = re.search(r"Simulator at (\S+),", output)
    assert found, output
    assert urlsplit(found[1]).hostname == "127.0.0.1"
    try:
        httpx.get(f"{found[1]}/rate_limit", timeout=5)
    except httpx.ConnectError:
        return True
    return False


def test_it_copies_2500_files_in_jobs_deletes_them_and_stops_the_simulator(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, DEMO], capture_output=True, text=True, timeout=600, env={**os.environ, "HOME": str(tmp_path)}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2,500 files copied in 2 jobs, 2,500 deleted in one." in done.stdout
    assert "all 150 rows of the manifest copied, each exactly once, across an interruption." in done.stdout
    assert nobody_answers(done.stdout)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_stops_the_simulator(number: int) -> None:
    # A session of its own, as on a terminal: an interrupt reaches the simulator too.
    with subprocess.Popen(
        [sys.executable, DEMO], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as demo:
        assert demo.stdout is not None
        seen = ""
        for line in demo.stdout:
            seen += line
            if "jobs list" in line:
                break
        if number == signal.SIGINT:
            os.killpg(demo.pid, number)
        else:
            demo.send_signal(number)
        seen += demo.stdout.read()
    assert demo.returncode == 130, seen
    assert nobody_answers(seen)
