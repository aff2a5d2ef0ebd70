"""A terminal, and a program on it that is talked with."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tests.support.waiting import PATIENCE, until_it_waits

ROWS, COLUMNS = 40, 200

# Ctrl-C comes from the terminal that the leader of the session has taken as its own.
TAKE_TERMINAL: Final = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
)


class Dialogue:
    """A program on a terminal of its own: what it writes is waited for, and answered.

    Args:
        words: the program and its arguments.
        env: its environment.
    """

    def __init__(self, words: Sequence[str], env: Mapping[str, str]) -> None:
        self._person, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._process = subprocess.Popen(
            [sys.executable, "-c", TAKE_TERMINAL, *words],
            env={"TERM": "dumb", **env},
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        )
        os.close(terminal)
        self._unread = ""

    def expect(self, text: str) -> str:
        """Wait for a text; what was written before it. The rest is left for the next time."""
        deadline = time.monotonic() + PATIENCE
        while text not in self._unread:
            left = deadline - time.monotonic()
            assert left > 0, f"{text!r} was not written, but {self._unread!r}"
            assert self._read(left), f"it ended without {text!r}, after {self._unread!r}"
        before, _, self._unread = self._unread.partition(text)
        return before

    def send(self, keys: str) -> None:
        """Type. Ctrl-C is pressed when the program waits."""
        if "\x03" in keys:
            until_it_waits(self._process.pid)
        os.write(self._person, keys.encode())

    def end(self) -> tuple[int, str]:
        """Wait for the program's end; its exit code, and what it has written since."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline - time.monotonic()):
            assert time.monotonic() < deadline, f"it does not end: {self._unread!r}"
        return self._process.wait(PATIENCE), self._unread

    def close(self) -> None:
        """End the program, if it has not ended, and close the terminal."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._person)

    def _read(self, patience: float) -> bool:
        """Read what there is, as soon as there is something; false at the end."""
        if not select.select([self._person], [], [], max(0.0, patience))[0]:
            return True
        try:
            read = os.read(self._person, 65536)
        except OSError:  # how Linux says that the other side has closed
            return False
        self._unread += read.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(read)


Terminal = Callable[..., Dialogue]
"""Starts the command on a terminal: its words, and more variables of the environment."""
