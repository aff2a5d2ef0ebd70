"""Ctrl-C at any moment: what was done is told, and how to go on; nothing is done twice, and no traceback is shown."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.steps import Now, Step
from sbg_bulk.cli.interrupts import AGAIN, once
from sbg_bulk.simulator import Simulator
from tests.cli.harness import MINE, TARGET, TOKEN, Ran, Run, journals, printed_commands, started_jobs
from tests.support.waiting import PATIENCE

POINTS: Final = (*range(60), *range(60, 120, 3))
"""Steps of a command before which it is interrupted; it has fewer than the last of them."""

PARTS: Final = 6

NAMES: Final = tuple(f"{folder}/{name}" for folder in ("a", "b", "c") for name in ("1.bam", "2.bam"))


class Interruption:
    """Has Ctrl-C come before a step of the blocking client, its place counted from 0."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = -1
        self.steps: list[str] = []
        perform = BlockingDriver._perform

        def interrupted(driver: BlockingDriver, step: Step) -> object:
            if not isinstance(step, Now):
                if self.left == 0:
                    self.left -= 1
                    raise KeyboardInterrupt
                self.left -= 1
            return perform(driver, step)

        monkeypatch.setattr(BlockingDriver, "_perform", interrupted)

    @contextmanager
    def at(self, place: int) -> Iterator[None]:
        self.left = place
        yield
        self.happened = self.left < 0
        self.left = -1


@pytest.fixture
def interruption(monkeypatch: pytest.MonkeyPatch) -> Interruption:
    return Interruption(monkeypatch)


def _fill(simulator: Simulator) -> None:
    mine = simulator.world.add_folder("data", simulator.world.projects[MINE].root)
    folders = {name: simulator.world.add_folder(name, mine) for name in ("a", "b", "c")}
    for name in NAMES:
        folder, _, file = name.partition("/")
        simulator.world.add_file(file, folders[folder], size=1000)


def _arrived(simulator: Simulator) -> list[str]:
    there = [node for node in simulator.world.nodes.values() if node.parent and node.parent.parent]
    root = simulator.world.projects[TARGET].root
    return sorted(
        f"{node.parent.name}/{node.name}"
        for node in there
        if node.parent and node.parent.parent and node.parent.parent.name == "data" and _root(node) is root
    )


def _root(node: object) -> object:
    while getattr(node, "parent", None) is not None:
        node = node.parent  # type: ignore[attr-defined]
    return node


WORDS: Final = (
    "copy", f"{MINE}/data", "--recursive", "--include", "*.bam", "--to", f"{TARGET}/data", "--parents", "--yes",
    "--items-per-job", "1", "--list-lag", "0", "--verify",
)  # fmt: skip


@pytest.mark.parametrize("part", range(PARTS))
def test_whichever_step_ctrl_c_comes_at_the_command_that_is_told_then_does_the_rest_once(
    sbg: Run, simulator: Simulator, home: Path, interruption: Interruption, part: int
) -> None:
    for place in POINTS[part::PARTS]:
        simulator.reset()
        _fill(simulator)
        for journal in journals(home):
            journal.unlink()
        with interruption.at(place):
            ran = sbg(*WORDS)
        if not interruption.happened:
            assert ran.code == 0
            assert place > 60  # or it would be another test
            return
        assert ran.code == 130, place
        assert ran.err.count("interrupted") == 1, ran.err
        again = printed_commands(ran.err)
        if again:
            words = again[0]
            assert words[0] == "runs"
            if words[1] == "resume":
                words += ["--list-lag", "0"]
        else:
            assert "Nothing was changed. To start again, run the same command." in ran.err, ran.err
            assert started_jobs(simulator) == []
            words = [*WORDS, "--new-run"]
        rest = sbg(*words)
        assert rest.code == 0, rest.err
        assert _arrived(simulator) == sorted(NAMES), place
        assert len(started_jobs(simulator)) == len(NAMES), place


LOADING: Final = """
import signal, sys
class Finder:
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            sys.meta_path.remove(self)
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Finder())
from sbg_bulk.cli import main
main()
"""


@pytest.mark.parametrize(
    "module",
    ["click", "sbg_bulk.cli.app", "sbg_bulk.cli.commands.transfer", "sbg_bulk.client.sync", "httpx", "sqlite3"],
)
def test_ctrl_c_while_modules_are_loaded_shows_no_traceback(env: dict[str, str], module: str) -> None:
    ran = _python(LOADING.format(module=module), env, "copy", f"{MINE}/sample.bam", "--to", TARGET, "--yes")
    assert ran.code == 130
    assert ran.err.startswith("sbg-bulk: interrupted.")
    assert ran.err.count("\n") == 1


TWICE: Final = """
import signal
from sbg_bulk.cli.output import console
from sbg_bulk.cli import app, main
told = app.fail
def fail(*failure):
    signal.raise_signal(signal.SIGINT)
    code = told(*failure)
    signal.raise_signal(signal.SIGINT)
    return code
app.fail = fail
def jobs(*_):
    signal.raise_signal(signal.SIGINT)
app.Context.client = jobs
main()
"""


def test_a_second_ctrl_c_does_not_keep_the_first_from_being_answered(env: dict[str, str]) -> None:
    ran = _python(TWICE, env, "whoami")
    assert (ran.code, ran.err) == (130, "sbg-bulk: interrupted.\n")


def _python(code: str, env: dict[str, str], *words: str) -> Ran:
    started = [sys.executable, "-c", f"import sys; sys.argv[0] = 'sbg-bulk'\n{code}", *words]
    path = os.pathsep.join(filter(None, sys.path))
    ended = subprocess.run(
        started, env=env | {"PYTHONPATH": path}, capture_output=True, timeout=PATIENCE, encoding="utf-8"
    )
    assert TOKEN not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    return Ran(ended.returncode, ended.stdout, ended.stderr)


def test_an_interrupt_that_follows_at_once_changes_nothing_and_a_later_one_does() -> None:
    moment = 0.0
    with once(lambda: moment):
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        moment += AGAIN / 2
        signal.raise_signal(signal.SIGINT)
        moment += AGAIN
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_an_interrupt_that_comes_while_something_is_thrown_away_is_not_lost() -> None:
    class Thing:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    with once(), pytest.raises(KeyboardInterrupt):
        Thing()
        threading.Event().wait(PATIENCE)


def test_a_command_in_the_background_which_ignores_ctrl_c_goes_on_ignoring_it() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with once():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("words", [("check", f"{MINE}/data", TARGET), ("du", MINE)], ids=lambda words: words[0])
def test_what_only_reads_does_not_say_that_nothing_was_changed(
    sbg: Run, simulator: Simulator, interruption: Interruption, words: tuple[str, ...]
) -> None:
    _fill(simulator)
    told = []
    for place in range(1, 40):
        with interruption.at(place):
            ran = sbg(*words)
        if interruption.happened:
            assert "Nothing was changed" not in ran.err
            told.append(ran.err)
    assert any("To start again, run the same command." in one for one in told), told
