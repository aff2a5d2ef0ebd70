"""Wait for what another process or thread brings about."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

PATIENCE: Final = 20.0
"""Seconds after which it is given up."""


def until(condition: Callable[[], object]) -> None:
    """Come back as soon as a condition holds."""
    deadline = time.monotonic() + PATIENCE
    moment = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        moment.wait(0.01)


def until_it_waits(pid: int) -> None:
    """Come back when a process waits for something: to press Ctrl-C then.

    Between its own look at signals and a system call that waits, a signal would not be noticed until that has ended.
    """
    status = Path(f"/proc/{pid}/stat")
    if status.exists():
        until(lambda: status.read_text().rpartition(")")[2].split()[0] == "S")
