"""Type each command of a page twice, and each again after it was interrupted or killed: nothing is lost or doubled.

What counts is what the simulator has in the end: all files, with their paths, sizes, tags and metadata, and all imports
and exports that were completed. A page is followed once with each
command typed twice, and then once for each moment and signal, with each command that changes something ended there,
typed again, and resumed if it says so.
"""

from __future__ import annotations

import json
import re
import signal
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, TypeAlias

from attrs import define, frozen

from scripts.lib.docs.blocks import Block, Command, commands, read
from scripts.lib.docs.player import INTERRUPT, Player, StopError
from scripts.lib.docs.shells import Stuck

BREAKING: Final = Path(__file__).parent / "breaking"

SIGNALS: Final = {"Ctrl-C": signal.SIGINT, "SIGKILL": signal.SIGKILL}

MOMENTS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Where a command is ended, of all its steps."""

USAGE: Final = 2
"""The exit code of a command that does nothing, as it cannot be meant."""

PATIENCE: Final = 60.0
"""Seconds in which the jobs of a simulator end."""

_CHANGES: Final = re.compile(
    r"^(sbg-bulk (copy|cp|move|mv|delete|rm|sync|mkdir|import|export|metadata set|tag (add|remove|set)"
    r"|runs (resume|retry))|sh copy)\b(?!.*--dry-run)"
)
_TYPED: Final = re.compile(r"^(sbg-bulk|sh) ")
_ADVICE: Final = re.compile(r"sbg-bulk runs resume \S+")
_RUN: Final = re.compile(r"\b\d{8}-\d{6}-[0-9a-f]{4}\b")

World: TypeAlias = Counter[tuple[str, str]]
"""How often there is a file or folder with a path and properties, or was a transfer from a source to a destination."""

_UNDER_WAY: Final = ("SUBMITTED", "RESOLVING", "PENDING", "RUNNING")


@frozen
class Tried:
    """A command that was typed again.

    Attributes:
        line: where it stands in the page.
        command: what was typed.
        how: `twice`, or how and where it was ended.
        codes: the exit codes, of each time that it or what it told to type was typed.
        last: the last line that it printed.
        wrong: what is there that should not be, or is not; empty if all is well.
    """

    line: int
    command: str
    how: str
    codes: tuple[int, ...]
    last: str
    wrong: str = ""


@define
class Known:
    """What is known of a command that nothing has ended: its steps, what there is then, and whether it was refused."""

    steps: int
    world: World
    refused: bool = False


def again(path: Path, home: Path, moments: Mapping[str, tuple[int, float]] | None = None) -> Iterator[Tried]:
    """Follow a page with each command typed twice, and once for each of these ends: a signal, and a moment.

    Args:
        path: the page.
        home: an empty folder, in which each reader gets a home.
        moments: the ends, by what they are called; None for all.
    """
    if moments is None:
        moments = {f"{name} at {at:.0%}": (number, at) for name, number in SIGNALS.items() for at in MOMENTS}
    known: dict[int, Known] = {}
    for number, (how, end) in enumerate({"twice": None, **moments}.items()):
        own = home / str(number)
        own.mkdir()
        with ExitStack() as cleaning:
            player = _Habit(read(path), own, cleaning)
            player.known, player.how, player.end = known, how, end
            try:
                player.play()
            except (StopError, Stuck) as stop:
                player.tried.append(Tried(0, "", how, (), "", str(stop)))
            yield from player.tried


class _Habit(Player):
    """A reader who types everything twice."""

    known: dict[int, Known]
    how: str
    end: tuple[int, float] | None

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.tried: list[Tried] = []

    def _type(self, block: Block) -> None:
        for command in commands(self._page.path, block):
            changes = _CHANGES.match(command.text) is not None and INTERRUPT not in command.shown
            if self.end is None or not changes:
                self._once(command)
            if changes and self.end is not None:
                self._broken(command, *self.end)
            elif self.end is None and _TYPED.match(command.text) and INTERRUPT not in command.shown:
                self._twice(command, changes)

    def _true(self, text: str) -> str:
        """Return what is typed in truth: twice as much takes more requests than a short page has."""
        text = super()._true(text)
        return f"{text} --rate-limit off" if text.startswith("sbg-bulk simulate") else text

    def _compared(self, line: int, shown: tuple[str, ...], output: str) -> tuple[str, ...]:
        """Learn what the page calls something; that it shows something else is told by another test."""
        found = len(self.findings)
        lines = super()._compared(line, shown, output)
        del self.findings[found:]
        return lines

    def _once(self, command: Command) -> None:
        counts = self._home / ".steps"
        counts.unlink(missing_ok=True)
        text = self._true(command.text)
        if _CHANGES.match(command.text) and self.end is None:
            text = self._breaking(text, -1, signal.SIGINT)
        output, code = self._shell.run(text, self._pressing(command.shown))
        self._compared(command.line, command.shown, output)
        self._name(command)
        steps = max(map(int, counts.read_text().split()), default=0) if counts.exists() else 0
        if self.end is None:
            self.known[command.line] = Known(steps, self._world(), code == USAGE)

    def _twice(self, command: Command, changes: bool) -> None:
        before = self.known[command.line].world
        output, code = self._shell.run(self._true(command.text))
        wrong = _difference(before, self._world())
        if "Traceback" in output:
            wrong = output
        self.tried.append(Tried(command.line, command.text, self.how, (code,), _last(output), wrong))
        if changes and "sbg-bulk runs retry" not in command.text:
            self.known[command.line].world = self._world()

    def _broken(self, command: Command, number: int, moment: float) -> None:
        known = self.known.get(command.line)
        if known is not None and known.refused:
            self._once(command)
            return
        if known is None or not known.steps:
            raise StopError(self._finding(command.line, "it has no steps that are known"))
        text = self._true(command.text)
        step = min(known.steps - 1, max(0, round(known.steps * moment)))
        output, code = self._shell.run(self._breaking(text, step, number))
        codes, shown = [code], [output]
        for typed in (text, None, text):
            if typed is None:
                advised = _ADVICE.findall("\n".join(shown))
                # What is told to type is in the way of the command, or it has done all that is to be done.
                if not codes[-1] or not advised:
                    continue
                typed = advised[-1]
            output, code = self._shell.run(typed)
            codes.append(code)
            shown.append(output)
        self._name(command)
        wrong = _difference(known.world, self._world())
        if any("Traceback" in one for one in shown):
            wrong = "\n".join(shown)
        how = f"{self.how} (step {step} of {known.steps})"
        self.tried.append(Tried(command.line, command.text, how, tuple(codes), _last(output), wrong))

    def _breaking(self, text: str, step: int, number: int) -> str:
        wanted = f"{self._home / '.steps'} {step} {int(number)}"
        return f"(export PYTHONPATH={BREAKING} SBG_BULK_BREAK='{wanted}'; {text}\n)"

    def _name(self, command: Command) -> None:
        """Note which run the page means by an id that has not been seen: the last one."""
        kept = self._home / ".local/state/sbg-bulk/runs"
        runs = sorted(kept.glob("*.sbg-run"), key=lambda one: one.stat().st_mtime)
        for shown in _RUN.findall("\n".join(command.shown)):
            if runs and shown not in self._names:
                self._names[shown] = runs[-1].stem

    def _world(self) -> World:
        found: World = Counter()
        for actual in self._ports.values():
            deadline = time.monotonic() + PATIENCE
            while True:
                with urllib.request.urlopen(f"http://127.0.0.1:{actual}/_simulator/state") as answer:
                    state = json.load(answer)
                jobs = [*state["jobs"], *state["transfers"], *state["drs_imports"]]
                if all(job["state"] not in _UNDER_WAY for job in jobs):
                    break
                if time.monotonic() > deadline:
                    raise StopError(f"{self._page.path}: jobs do not end")
                time.sleep(0.1)
            for project in state["projects"]:
                found += Counter(_paths(project["root"], project["id"]))
            done = [one for one in state["transfers"] if one["state"] == "COMPLETED"]
            found += Counter((json.dumps(one["source"]), json.dumps(one["destination"])) for one in done)
        return found


def _paths(node: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for child in node.get("children") or ():
        here = f"{path}/{child['name']}"
        yield here, json.dumps([child.get(name) for name in ("size", "tags", "metadata")], sort_keys=True)
        yield from _paths(child, here)


def _difference(expected: World, found: World) -> str:
    parts: list[str] = []
    for sign, those in (("+", found - expected), ("-", expected - found)):
        paths = sorted(path for path, _ in those.elements())
        parts += [f"{sign}{len(paths)}: {', '.join(paths[:4])}"] if paths else []
    return "; ".join(parts)


def _last(output: str) -> str:
    return next((line for line in reversed(output.splitlines()) if line.strip()), "")
