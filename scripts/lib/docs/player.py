"""One page, from its first block to its last, as a reader would follow it.

The reader has an empty home folder, `/home/you`, and begins there. Ports that the page names are free ones in truth.
"""

from __future__ import annotations

import base64
import difflib
import json
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import yaml
from attrs import frozen

from scripts.lib.docs import interpreter
from scripts.lib.docs.blocks import Block, Command, Page, commands, read, with_outputs
from scripts.lib.docs.compare import LINES, compare
from scripts.lib.docs.shells import Shell, Stuck

HOME: Final = "/home/you"
"""The reader's home folder, as pages show it."""

INTERRUPT: Final = "^C"
"""The line that shows that Ctrl-C is pressed."""

_PORT: Final = re.compile(r"--port (\d+)")
_SERVED: Final = re.compile(r"//127\.0\.0\.1:(\d+)")
_INTERRUPTED: Final = 130
_CODE_SHOWN: Final = "echo $?"


@frozen
class Played:
    """The outcome of following a page.

    Attributes:
        findings: what is not as the page says, each with the page and the line.
        text: the page as it should be.
    """

    findings: tuple[str, ...]
    text: str


class StopError(Exception):
    """The page cannot be followed any further. The message is the last finding."""


def play(path: Path, home: Path) -> Played:
    """Follow a page.

    Args:
        path: the page.
        home: an empty folder, the reader's home.

    Raises:
        PageError: a block of it would never be run.
    """
    page = read(path)
    with ExitStack() as cleaning:
        player = Player(page, home, cleaning)
        try:
            player.play()
        except StopError as stop:
            player.findings.append(str(stop))
        return Played(tuple(player.findings), player.text())


class Player:
    """A reader of a page."""

    def __init__(self, page: Page, home: Path, cleaning: ExitStack) -> None:
        self.findings: list[str] = []
        self._page = page
        self._home = home
        self._cleaning = cleaning
        self._environment = {
            "HOME": str(home),
            "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
            "LANG": "C.UTF-8",
            "NO_PROXY": "127.0.0.1",
            # Everything here is plain HTTP; to load the usual certificates takes longer than most commands.
            "SSL_CERT_DIR": str(home),
        }
        self._shell = Shell(home, self._environment)
        cleaning.callback(self._shell.close)
        self._python: subprocess.Popen[str] | None = None
        self._names: dict[str, str] = {}
        self._ports: dict[str, str] = {}
        self._printed = ""
        self._unshown: tuple[Command, int] | None = None
        self._renewed: dict[Block, str] = {}

    def play(self) -> None:
        for before, block in zip((None, *self._page.blocks), self._page.blocks, strict=False):
            if block.not_run is not None:
                continue
            if block.file is not None:
                self._write(block, block.file)
            elif block.terminal:
                self._begin(block)
            elif block.language == "console":
                self._type(block)
            elif block.language == "python":
                output = self._interpret(block)
                after = self._page.blocks[self._page.blocks.index(block) + 1 :][:1]
                if output and not (after and after[0].language == "text" and after[0].file is None):
                    self._report(block.line, f"it prints what the page does not show:\n{output}")
                self._printed = output
            else:
                assert before is not None
                shown = tuple(block.text.splitlines())
                self._renewed[block] = _joined(self._compared(block.line, shown, self._printed))
        self._code_was_shown(None)

    def text(self) -> str:
        """Return the page as it should be."""
        lines = self._page.text.splitlines(keepends=True)
        for block, text in sorted(self._renewed.items(), key=lambda one: -one[0].line):
            lines[block.line - 1 : block.line - 1 + block.text.count("\n")] = [text]
        return "".join(lines)

    # The kinds of blocks

    def _write(self, block: Block, name: str) -> None:
        path = self._home / name.removeprefix("~/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._true(block.text), encoding="utf-8")
        if path.suffix in (".yml", ".yaml"):
            try:
                yaml.safe_load(block.text)
            except yaml.YAMLError as error:
                self._report(block.line, f"not YAML: {error}")

    def _begin(self, block: Block) -> None:
        (command,) = commands(self._page.path, block)
        shell = Shell(self._home, self._environment)
        self._cleaning.callback(shell.close)
        asked = _PORT.search(command.text)

        def ready(output: str) -> bool:
            served = _SERVED.search(output)
            if asked and served:
                self._ports[asked[1]] = served[1]
            return compare(command.shown, self._lines(output), self._names).lines == command.shown

        try:
            shell.begin(_PORT.sub("--port 0", self._true(command.text)), ready)
        except Stuck as stuck:
            shown = self._compared(command.line, command.shown, str(stuck))
            self._renewed[block] = with_outputs([(command, shown)])
            if asked and asked[1] not in self._ports:
                raise StopError(self._finding(command.line, f"it is not ready:\n{stuck}")) from None

    def _type(self, block: Block) -> None:
        outputs: list[tuple[Command, tuple[str, ...]]] = []
        for command in commands(self._page.path, block):
            self._code_was_shown(command)
            try:
                output, code = self._shell.run(self._true(command.text), self._pressing(command.shown))
            except Stuck as stuck:
                raise StopError(self._finding(command.line, f"it does not end:\n{stuck}")) from None
            if INTERRUPT in command.shown and f"{INTERRUPT}\n" not in output:
                raise StopError(self._finding(command.line, f"it was never the moment for {INTERRUPT}:\n{output}"))
            outputs.append((command, self._compared(command.line, command.shown, output)))
            told = INTERRUPT in command.shown and code == _INTERRUPTED
            self._unshown = (command, code) if code and not told else None
        self._renewed[block] = with_outputs(outputs)

    def _pressing(self, shown: Sequence[str]) -> Callable[[str], bool] | None:
        """Return when to press Ctrl-C, if the page shows it: once the line before it has come, or any at all."""
        if INTERRUPT not in shown:
            return None
        told = [line for line in shown[: shown.index(INTERRUPT)] if line != LINES][-1:]
        before = (LINES, *told, LINES) if told else (LINES,)
        return lambda output: (
            output.endswith("\n") and compare(before, self._lines(output), self._names).lines == before
        )

    def _code_was_shown(self, command: Command | None) -> None:
        """Report a failure that nobody looked at: the page does not tell of it."""
        if self._unshown is not None and (command is None or command.text != _CODE_SHOWN):
            failed, code = self._unshown
            self._report(
                failed.line, f"it fails with exit code {code}, which the page does not show (with {_CODE_SHOWN})"
            )
        self._unshown = None

    def _interpret(self, block: Block) -> str:
        if self._python is None:
            self._python = self._start_python()
        assert self._python.stdin is not None
        assert self._python.stdout is not None
        code = self._true(block.text)
        print(
            json.dumps({"page": str(self._page.path), "line": block.line, "code": code}),
            file=self._python.stdin,
            flush=True,
        )
        answer = json.loads(self._python.stdout.readline() or '{"error": "Python has ended.", "output": ""}')
        if answer["error"]:
            raise StopError(self._finding(block.line, f"it fails:\n{answer['output']}{answer['error']}"))
        output: str = answer["output"]
        return output

    def _start_python(self) -> subprocess.Popen[str]:
        """Start a Python as it would be started in the shell, with its variables and in its folder."""
        state, _ = self._shell.run("pwd; env -0 | base64 -w 0")
        folder, variables = state.split("\n", 1)
        pairs = (one.partition("=") for one in base64.b64decode(variables).decode().split("\0") if one)
        process = subprocess.Popen(
            [sys.executable, interpreter.__file__],
            cwd=folder,
            env={name: value for name, _, value in pairs},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._cleaning.callback(process.communicate)
        return process

    # What the page shows, and what is true

    def _true(self, text: str) -> str:
        """Return what is typed in truth where the page has its own ids, ports and folders."""
        for shown, actual in self._names.items():
            text = text.replace(shown, actual)
        for shown, actual in self._ports.items():
            text = re.sub(rf"(?<=127\.0\.0\.1:){shown}\b|(?<=localhost:){shown}\b", actual, text)
        return text.replace(HOME, str(self._home))

    def _lines(self, output: str) -> list[str]:
        """Return the lines of an output, with the page's ports and folders."""
        for shown, actual in self._ports.items():
            output = re.sub(rf"(?<=127\.0\.0\.1:){actual}\b|(?<=localhost:){actual}\b", shown, output)
        return output.replace(str(self._home), HOME).splitlines()

    def _compared(self, line: int, shown: tuple[str, ...], output: str) -> tuple[str, ...]:
        if "Traceback (most recent call last)" in output:
            # No page shows that, and none is to be renewed with it.
            raise StopError(self._finding(line, f"it crashes:\n{output}"))
        actual = self._lines(output)
        while actual and not actual[-1]:
            actual.pop()
        end = len(shown)
        while end and not shown[end - 1]:
            end -= 1  # an empty line before the next command is for the eye
        match = compare(shown[:end], actual, self._names)
        self._names.update(match.names)
        if match.lines != shown[:end]:
            difference = difflib.unified_diff(shown[:end], match.lines, "the page", "in truth", lineterm="", n=2)
            self._report(line, "it prints something else:\n" + "\n".join(difference))
        return (*match.lines, *shown[end:])

    def _report(self, line: int, message: str) -> None:
        self.findings.append(self._finding(line, message))

    def _finding(self, line: int, message: str) -> str:
        return f"{self._page.path}:{line}: {message}"


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
