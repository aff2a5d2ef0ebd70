"""The command on a terminal: a pseudo-terminal that holds what a person would see."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk.simulator import ApiError, Simulator, running
from tests.cli.harness import (
    COPIED_JOB,
    FILE,
    JOB_KEYS,
    PATIENCE,
    TARGET,
    TOKEN,
    Ran,
    add_files,
    printed_commands,
    started_jobs,
    until,
)

# The leader of a session takes the first terminal that it opens as its own, from which Ctrl-C comes.
WITH_TERMINAL = "import os; os.close(os.open(os.ttyname(2), os.O_RDWR)); from sbg_bulk.cli import main; main()"

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
BAR = "━"


class Terminal:
    """A terminal, and the command running on it. Standard output may be a pipe instead."""

    def __init__(self, words: Sequence[str], env: dict[str, str], columns: int, piped: bool) -> None:
        self._person, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
        self.settings_before = termios.tcgetattr(self._person)
        self.process = subprocess.Popen(
            [sys.executable, "-c", WITH_TERMINAL, *words],
            env={"TERM": "xterm-256color"} | env,
            stdin=terminal,
            stdout=subprocess.PIPE if piped else terminal,
            stderr=terminal,
            start_new_session=True,
        )
        os.close(terminal)
        self._seen = b""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                read = os.read(self._person, 4096)
            except OSError:  # how Linux says that the other side has closed
                return
            if not read:
                return
            self._seen += read

    @property
    def screen(self) -> str:
        """All that has been written to the terminal so far."""
        return self._seen.decode("utf-8", "replace").replace("\r\n", "\n")

    @property
    def settings(self) -> list[Any]:
        """Echo, line mode and so on."""
        return termios.tcgetattr(self._person)

    def type(self, keys: bytes) -> None:
        os.write(self._person, keys)

    def end(self) -> Ran:
        """What the command left behind when it has ended; `err` is the screen."""
        out, _ = self.process.communicate(timeout=PATIENCE)
        self._reader.join(PATIENCE)
        assert TOKEN not in self.screen
        assert "Traceback" not in self.screen
        return Ran(self.process.returncode, (out or b"").decode(), self.screen)

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        self._reader.join()
        os.close(self._person)


@contextmanager
def _terminal(
    words: Sequence[str], env: dict[str, str], *, columns: int = 80, piped: bool = False
) -> Iterator[Terminal]:
    terminal = Terminal(words, env, columns, piped)
    try:
        yield terminal
    finally:
        terminal.close()


@pytest.fixture
def stuck() -> Iterator[tuple[Simulator, str]]:
    """A service whose jobs do not go on by themselves."""
    simulator = Simulator(seed="examples", progress="hand", rate_limit=None)
    with running(simulator) as url:
        yield simulator, url


def test_a_bar_shows_progress_on_a_terminal_and_leaves_a_piped_output_clean(env: dict[str, str]) -> None:
    words = ["copy", FILE, "--to-project", TARGET, "--json", "--timeout", "0"]
    with _terminal(words, env, piped=True) as terminal:
        ran = terminal.end()
    assert ran.code == 4
    assert set(ran.document) == JOB_KEYS
    assert BAR in ran.err
    assert f"{ran.document['id']} RESOLVING" in ran.err
    assert ran.err.rindex(SHOW_CURSOR) > ran.err.rindex(HIDE_CURSOR)


def test_a_bar_of_a_finished_job_is_full(env: dict[str, str]) -> None:
    with _terminal(["jobs", "wait", COPIED_JOB], env) as terminal:
        ran = terminal.end()
    assert ran.code == 0
    assert "FINISHED" in ran.err
    assert "1/1" in ran.err
    assert ran.err.endswith(f"Job {COPIED_JOB} has finished: 1 file done, none failed.\n")


def test_ctrl_c_at_the_bar_leaves_the_terminal_in_order(stuck: tuple[Simulator, str], env: dict[str, str]) -> None:
    _, url = stuck
    with _terminal(["delete", FILE], env | {"SB_API_ENDPOINT": url}) as terminal:
        until(lambda: BAR in terminal.screen)
        terminal.type(b"\x03")
        ran = terminal.end()
        assert terminal.settings == terminal.settings_before
    assert ran.code == 130
    assert ran.err.rindex(SHOW_CURSOR) > ran.err.rindex(HIDE_CURSOR)
    job = ran.err.split("Submitted job ")[1].split(".")[0]
    last = ran.err.rpartition(SHOW_CURSOR)[2].strip("\n")
    assert last == (
        f"sbg-bulk: interrupted. Still under way: job {job} (SUBMITTED). It goes on without you; wait for it again "
        f"with: sbg-bulk jobs wait {job}"
    )


@pytest.mark.parametrize(("columns", "end_shown"), [(80, False), (120, True), (40, False)])
def test_a_row_of_the_table_of_jobs_is_one_line_on_a_terminal(
    env: dict[str, str], columns: int, end_shown: bool
) -> None:
    with _terminal(["jobs", "list", "--limit", "2"], env, columns=columns) as terminal:
        ran = terminal.end()
    header, first, *_ = _without_styles(ran.err).splitlines()
    assert first.startswith(COPIED_JOB)
    assert ("FINISHED" in header) is end_shown
    assert len(header.split()) == len(first.split())
    assert max(len(header), len(first)) <= max(columns, 80)


def test_a_long_message_is_folded_within_its_column(env: dict[str, str], simulator: Simulator) -> None:
    like, now = simulator.jobs.by_id(COPIED_JOB), simulator.clock.now()
    outcomes = [ApiError(10225, "There is no file " + "x" * 120)]
    job = simulator.jobs.add_finished(like.owner, like.type, outcomes, submitted_on=now, finished_on=now)
    with _terminal(["jobs", "show", job.id], env) as terminal:
        lines = _without_styles(terminal.end().err).splitlines()
    column = lines[3].index("MESSAGE")
    assert len(lines) > 5
    assert max(map(len, lines)) <= 80
    assert all(line[:column].strip() == "" for line in lines[5:])


@pytest.mark.parametrize("wish", [{}, {"NO_COLOR": "1"}], ids=["colours", "none"])
def test_colours_are_left_out_if_they_are_not_wanted(env: dict[str, str], wish: dict[str, str]) -> None:
    with _terminal(["jobs", "wait", COPIED_JOB], env | wish) as terminal:
        assert ("\x1b[38;" in terminal.end().err) is not bool(wish)


def _without_styles(text: str) -> str:
    return "".join(part.partition("m")[2] if index else part for index, part in enumerate(text.split("\x1b[")))


def _manifest(simulator: Simulator, tmp_path: Path, number: int) -> Path:
    path = tmp_path / "manifest.csv"
    path.write_text("\n".join(["file", *add_files(simulator, number)]), "utf-8")
    return path


@pytest.fixture
def quick() -> Iterator[tuple[Simulator, str]]:
    """A service whose jobs are over in no time."""
    simulator = Simulator(seed="examples", speed=1e6, rate_limit=None)
    with running(simulator) as url:
        yield simulator, url


@pytest.mark.parametrize("columns", [80, 120])
def test_a_run_has_one_bar_that_fits_and_shows_what_is_waited_for(
    quick: tuple[Simulator, str], env: dict[str, str], tmp_path: Path, columns: int
) -> None:
    simulator, url = quick
    simulator.arm("kind=maintenance op=submit_delete_job call=2 retry_after=1")
    words = ["delete", "--manifest", str(_manifest(simulator, tmp_path, 300))]
    with _terminal(words, env | {"SB_API_ENDPOINT": url}, columns=columns) as terminal:
        ran = terminal.end()
    assert ran.code == 0
    lines = _without_styles(ran.err).replace("\r", "\n").splitlines()
    bars = [line for line in lines if BAR in line]
    assert any("waiting 1 s: maintenance of the platform" in line for line in bars)
    assert "300/300" in bars[-1]
    assert max(map(len, bars)) <= columns
    assert "Waiting" not in ran.err
    assert ran.err.rindex(SHOW_CURSOR) > ran.err.rindex(HIDE_CURSOR)
    assert ran.err.endswith("is complete: 300 rows done, none failed.\n")


def test_ctrl_c_at_the_bar_of_a_run_ends_with_the_command_that_goes_on(
    quick: tuple[Simulator, str], env: dict[str, str], tmp_path: Path
) -> None:
    simulator, url = quick
    simulator.arm("kind=delay seconds=60 op=submit_delete_job call=2")
    words = ["delete", "--manifest", str(_manifest(simulator, tmp_path, 2)), "--items-per-job", "1"]
    with _terminal(words, env | {"SB_API_ENDPOINT": url}) as terminal:
        until(lambda: BAR in terminal.screen and started_jobs(simulator))
        terminal.type(b"\x03")
        ran = terminal.end()
        assert terminal.settings == terminal.settings_before
    assert ran.code == 130
    (again,) = printed_commands(ran.err.rpartition(SHOW_CURSOR)[2])
    assert again[:2] == ["runs", "resume"]
