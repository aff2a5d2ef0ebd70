"""A shell that commands are typed into, one after the other."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

PATIENCE: Final = 60.0
"""Seconds after which a command that does not end is given up."""


QUIET: Final = 1.5
"""Seconds without a word from a command after which a person would press Ctrl-C."""


class Stuck(Exception):
    """A command does not do what it should, and has been given up. The message is what it printed."""


class Shell:
    """A bash whose variables and folder stay from one command to the next.

    Args:
        folder: where it begins.
        environment: its variables.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],  # noqa: S607 - the one that the reader has
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._code = 0
        # An interrupt ends the command and not the shell, as on a terminal.
        self._write("trap : INT\n")

    def run(self, command: str, interrupt_when: Callable[[str], bool] | None = None) -> tuple[str, int]:
        """Run a command to its end.

        Args:
            command: as it is typed.
            interrupt_when: told all that has been printed so far, when nothing new has come for a while; when it says
                yes, Ctrl-C is pressed, once.

        Returns:
            What it printed, and its exit code. Ctrl-C shows as a line `^C`.

        Raises:
            Stuck: it does not end.
        """
        mark = uuid.uuid4().hex
        # `$?` is that of the command before; a command must not read what is typed next.
        self._write(
            f"(exit {self._code})\n{{ {command}\n}} </dev/null\n__code=$?; printf '\\n%s %s\\n' {mark} $__code\n"
        )
        end = f"\n{mark} "
        before = ""

        def look(output: str) -> None:
            nonlocal before
            if interrupt_when is not None and not before and interrupt_when(output):
                before = output
                os.killpg(self._process.pid, signal.SIGINT)

        output = self._read_until(lambda output: end in output and output.endswith("\n"), look)
        text, _, code = output.rpartition(end)
        self._code = int(code)
        return (f"{before}^C\n{text[len(before) :]}" if before else text), self._code

    def begin(self, command: str, ready: Callable[[str], bool]) -> str:
        """Start a command that goes on running, until `ready` says yes to what it has printed. Return that.

        Raises:
            Stuck: it never is ready.
        """
        self._write(f"{command} </dev/null\nexit\n")
        return self._read_until(ready)

    def close(self) -> None:
        """End the shell, and everything that was started in it."""
        try:
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait(timeout=5)
        except ProcessLookupError:
            pass
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def _write(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()

    def _read_until(self, done: Callable[[str], bool], on_quiet: Callable[[str], object] = lambda _: None) -> str:
        assert self._process.stdout is not None
        output = b""
        deadline = time.monotonic() + PATIENCE
        while not done(output.decode(errors="replace")):
            ready, _, _ = select.select([self._process.stdout], [], [], QUIET)
            if not ready and time.monotonic() < deadline:
                on_quiet(output.decode(errors="replace"))
                continue
            piece = os.read(self._process.stdout.fileno(), 1 << 16) if ready else b""
            if not piece:
                raise Stuck(output.decode(errors="replace"))
            output += piece
        return output.decode(errors="replace")
