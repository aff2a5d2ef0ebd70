"""The command on a terminal: a pseudo-terminal that holds what a person would see."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
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

from sbg_bulk.cli.output import tables
from sbg_bulk.simulator import ApiError, Simulator, running
from tests.cli.harness import (
    COPIED_JOB,
    FILE,
    JOB_KEYS,
    MINE,
    TARGET,
    TOKEN,
    Ran,
    add_files,
    printed_commands,
    started_jobs,
)
from tests.support.waiting import PATIENCE, until

# The leader of a session takes the first terminal that it opens as its own, from which Ctrl-C comes.
WITH_TERMINAL = "import os; os.close(os.open(os.ttyname(2), os.O_RDWR)); from sbg_bulk.cli import main; main()"

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
BAR = "━"
CONTROL = r"\x1b\[\??\d*(?:;\d+)*[A-Za-z]"
"""What moves the cursor, wipes a line, or sets a style."""


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

    def resize(self, columns: int) -> None:
        fcntl.ioctl(self._person, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))

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
    assert f"{ran.document['id']}  RESOLVING" in ran.err
    assert ran.err.rindex(SHOW_CURSOR) > ran.err.rindex(HIDE_CURSOR)


def test_events_on_a_terminal_are_not_mixed_with_a_display(env: dict[str, str]) -> None:
    with _terminal(["jobs", "wait", COPIED_JOB, "--json"], env) as terminal:
        ran = terminal.end()
    assert ran.code == 0
    assert "\x1b" not in ran.err
    assert [json.loads(line)["event"] for line in ran.err.splitlines()] == ["wait-started", "progress", "job-finished"]


def test_a_bar_of_a_finished_job_is_full(env: dict[str, str]) -> None:
    with _terminal(["jobs", "wait", COPIED_JOB], env) as terminal:
        ran = terminal.end()
    assert ran.code == 0
    assert "FINISHED" in ran.err
    assert "1 of 1" in ran.err
    assert screen(ran.err, 80) == [f"Job {COPIED_JOB} has finished: 1 file done, none failed."]


def test_ctrl_c_at_the_bar_leaves_the_terminal_in_order(stuck: tuple[Simulator, str], env: dict[str, str]) -> None:
    _, url = stuck
    with _terminal(["delete", "--yes", FILE], env | {"SB_API_ENDPOINT": url}) as terminal:
        until(lambda: BAR in terminal.screen)
        terminal.type(b"\x03")
        ran = terminal.end()
        assert terminal.settings == terminal.settings_before
    assert ran.code == 130
    assert ran.err.rindex(SHOW_CURSOR) > ran.err.rindex(HIDE_CURSOR)
    submitted, *last = screen(ran.err, 80)
    job = submitted.removeprefix("Submitted job ").removesuffix(".")
    # Nothing of the display is left, and no trace of the key.
    assert " ".join(map(str.strip, last)) == (
        f"sbg-bulk: interrupted. Still running: job {job} (SUBMITTED). It keeps running on the platform; wait again "
        f"with: sbg-bulk jobs wait {job}"
    )


def test_jobs_are_blocks_where_a_table_has_no_room(env: dict[str, str]) -> None:
    with _terminal(["jobs", "list", "--limit", "1"], env, columns=60) as terminal:
        head, files, *dates = terminal.end().err.splitlines()
    assert head == f"{COPIED_JOB}  COPY FINISHED"
    assert files == "  1 of 1 file"
    assert [line.split()[0] for line in dates[:2]] == ["started", "finished"]


def test_a_long_list_is_for_people_on_a_terminal_and_blocks_where_that_is_narrow(env: dict[str, str]) -> None:
    words = ["ls", "-l", f"{MINE}/sample.bam"]
    with _terminal(words, env, columns=100) as terminal:
        header, row = _without_styles(terminal.end().err).splitlines()
    assert header.split() == ["SIZE", "MODIFIED", "ID", "NAME"]
    assert row.split()[:2] == ["2.15", "GB"]
    with _terminal(words, env, columns=60) as terminal:
        head, line = terminal.end().err.splitlines()
    assert head == "sample.bam"
    assert line.startswith("  2.15 GB  ")
    assert line.endswith(f"  {FILE}")


@pytest.mark.parametrize("columns", [40, 60])
def test_a_question_and_an_error_are_broken_between_words(env: dict[str, str], columns: int) -> None:
    for words in (["delete", FILE], ["copy", FILE, "--nothing-like-this", "--or-like-that"]):
        with _terminal(words, env, columns=columns) as terminal:
            terminal.type(b"n\n")
            ran = terminal.end()
        assert "[y/N]: " in ran.err or "Error: " in ran.err
        # The answer was typed, and echoed, before the question.
        for line in ran.err.replace("[y/N]: ", "[y/N]:\n").splitlines():
            assert len(line) <= columns or " " not in line.strip(), line


@pytest.mark.parametrize(("columns", "end_shown"), [(80, False), (120, True)])
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
        assert ("\x1b[32m" in terminal.end().err) is not bool(wish)


def _without_styles(text: str) -> str:
    return re.sub(CONTROL, "", text)


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


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_a_run_has_one_display_that_fits_and_shows_what_is_waited_for(
    quick: tuple[Simulator, str], env: dict[str, str], tmp_path: Path, columns: int
) -> None:
    simulator, url = quick
    simulator.arm("kind=maintenance op=submit_delete_job call=2 retry_after=1")
    words = ["delete", "--yes", "--manifest", str(_manifest(simulator, tmp_path, 300))]
    with _terminal(words, env | {"SB_API_ENDPOINT": url}, columns=columns) as terminal:
        ran = terminal.end()
    assert ran.code == 0
    lines = _without_styles(ran.err).replace("\r", "\n").splitlines()
    assert any(line.startswith("now       waiting 1 s: platform maintenance") for line in lines)
    assert any("300 of 300 files" in line for line in lines if BAR in line)
    # Room is left for the ^C of the terminal, which would begin another line.
    assert max(len(line) for line in lines if not line.startswith(("Run", "/"))) <= columns - 3
    assert "Waiting" not in ran.err
    assert ran.err.rindex(SHOW_CURSOR) > ran.err.rindex(HIDE_CURSOR)
    shown = screen(ran.err, columns)
    assert re.search(r"Finished: 300 files deleted in \d+ s\.$", "".join(shown))
    assert not any(line.startswith(("jobs", "now")) or BAR in line for line in shown)


def test_a_terminal_on_which_nothing_can_be_redrawn_gets_lines(
    quick: tuple[Simulator, str], env: dict[str, str], tmp_path: Path
) -> None:
    simulator, url = quick
    simulator.arm("kind=maintenance op=submit_delete_job call=2 retry_after=1")
    words = ["delete", "--yes", "--manifest", str(_manifest(simulator, tmp_path, 300))]
    with _terminal(words, env | {"SB_API_ENDPOINT": url, "TERM": "dumb"}) as terminal:
        ran = terminal.end()
    assert ran.code == 0
    assert "\x1b" not in ran.err
    assert BAR not in ran.err
    assert "\nWaiting 1 s: platform maintenance (HTTP 503, API code 0).\n" in ran.err


def test_a_display_made_narrower_is_wiped_out_with_its_folded_lines(
    stuck: tuple[Simulator, str], env: dict[str, str]
) -> None:
    _, url = stuck
    with _terminal(["delete", "--yes", FILE], env | {"SB_API_ENDPOINT": url}, columns=100) as terminal:
        until(lambda: BAR in terminal.screen)
        before = len(terminal.screen)
        terminal.resize(40)
        until(lambda: "…" in terminal.screen[before:])
        narrower = terminal.screen[before:]
        terminal.type(b"\x03")
        terminal.end()
    # The bar's line of 86 columns has become three rows: the five lines are seven rows at least, the last not counted.
    wipes = re.findall(r"(?:\r|\x1b\[2K|\x1b\[1A)+", narrower[: narrower.index("…")])
    assert max(wipe.count("\x1b[1A") for wipe in wipes) >= 6


def test_ctrl_c_at_the_display_of_a_run_ends_with_the_command_that_goes_on(
    quick: tuple[Simulator, str], env: dict[str, str], tmp_path: Path
) -> None:
    simulator, url = quick
    simulator.arm("kind=delay seconds=60 op=submit_delete_job call=2")
    words = ["delete", "--yes", "--manifest", str(_manifest(simulator, tmp_path, 2)), "--items-per-job", "1"]
    with _terminal(words, env | {"SB_API_ENDPOINT": url}, columns=200) as terminal:
        until(lambda: BAR in terminal.screen and started_jobs(simulator))
        terminal.type(b"\x03")
        ran = terminal.end()
        assert terminal.settings == terminal.settings_before
    assert ran.code == 130
    shown = screen(ran.err, 200)
    assert [line.split()[0] for line in shown] == ["Run", "Journal:", "sbg-bulk:", "Resume"]
    (again,) = printed_commands(shown[-1])
    assert again[:2] == ["runs", "resume"]


def test_keys_typed_at_the_display_are_not_written_into_it(stuck: tuple[Simulator, str], env: dict[str, str]) -> None:
    _, url = stuck
    with _terminal(["delete", "--yes", FILE], env | {"SB_API_ENDPOINT": url}) as terminal:
        until(lambda: BAR in terminal.screen)
        assert not terminal.settings[3] & termios.ECHO
        terminal.type(b"typed\n\n")
        before = terminal.screen.count(BAR)
        until(lambda: terminal.screen.count(BAR) > before)
        terminal.type(b"\x03")
        ran = terminal.end()
        assert terminal.settings == terminal.settings_before
    assert ran.code == 130
    assert "typed" not in ran.err
    assert not any(BAR in line for line in screen(ran.err, 80))


def test_each_request_is_logged_above_the_display(stuck: tuple[Simulator, str], env: dict[str, str]) -> None:
    _, url = stuck
    words = ["-v", "delete", "--yes", FILE, "--timeout", "1"]
    with _terminal(words, env | {"SB_API_ENDPOINT": url}, columns=60) as terminal:
        ran = terminal.end()
    assert ran.code == 4
    shown = "".join(screen(ran.err, 60))
    assert re.search(r"\d\d:\d\d:\d\d GET /async/files/delete/\d+: 200 in ?\d+ ms, ?request [0-9a-f-]+", shown)


def screen(written: str, columns: int) -> list[str]:
    """The rows that are left on a terminal, without those that are empty: it knows as much as the display uses."""
    rows, row, column = [""], 0, 0
    for part in re.findall(rf"{CONTROL}|[^\x1b]", written):
        if part == "\n":
            row, column = row + 1, 0
        elif part == "\r":
            column = 0
        elif part == "\x1b[1A":
            row = max(0, row - 1)
        elif part == "\x1b[2K":
            rows[row] = ""
        elif part.startswith("\x1b"):
            assert part[-1] in "mhl", part
        else:
            if column == columns:
                row, column = row + 1, 0
            rows += [""] * (row + 1 - len(rows))
            rows[row] = rows[row].ljust(column)[:column] + part + rows[row][column + 1 :]
            column += 1
        rows += [""] * (row + 1 - len(rows))
    return [text.rstrip() for text in rows if text.strip()]


@pytest.mark.parametrize(("width", "drawn"), [(10, "table"), (9, "blocks")])
def test_a_table_is_drawn_where_it_just_fits(monkeypatch: pytest.MonkeyPatch, width: int, drawn: str) -> None:
    seen: list[str] = []
    monkeypatch.setattr(tables, "has_room", lambda columns: columns <= width)
    monkeypatch.setattr(tables, "print_rows", lambda *_: seen.append("table"))
    monkeypatch.setattr(tables, "print_blocks", lambda *_: seen.append("blocks"))
    tables.print_rows_or_blocks(("A", "B"), [("four", "four")], [])
    assert seen == [drawn]
