"""The fenced blocks of a page, and what is to be done with each of them.

What a block is for is told by its language:

- `console`: commands after `$ `, each followed by what it prints, standard error included. A line that ends in a
  backslash goes on in the next, and so does one with a quote that is not closed; a here-document goes on to its end.
- `python`: a piece of a program. What it prints stands in a block `text` right after it.
- any other language: a file, which the page must name.

A comment on the line before a block says what its language does not:

    <!-- block: file NAME -->          the block is a file of this name, written where the commands run
    <!-- block: terminal -->           the block's one command goes on running, in a terminal of its own
    <!-- block: not run, REASON -->    the block is only shown

Directives of MyST have fences of their own, with a language in braces, and are no blocks.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import frozen

_FENCE: Final = re.compile(r"(?P<indent> *)(?P<ticks>`{3,}|~{3,})(?P<language>[^`]*)")
_DIRECTIVE: Final = re.compile(r"\{[a-z:-]+\}")
_REMARK: Final = re.compile(r"<!-- *block: *(?P<text>.*?) *-->")
_ENDING: Final = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
_PROMPT: Final = "$ "


class PageError(Exception):
    """A page has something in it that would never be run, or cannot be."""

    def __init__(self, page: Path, line: int, message: str) -> None:
        super().__init__(f"{page}:{line}: {message}")


@frozen
class Command:
    """A command of a `console` block.

    Attributes:
        line: where it stands in the page, from 1.
        text: what is typed, without the prompt; possibly several lines.
        shown: the lines that the page shows of its output.
    """

    line: int
    text: str
    shown: tuple[str, ...]


@frozen
class Block:
    """A fenced block.

    Attributes:
        line: where its text begins in the page, from 1.
        language: what stands behind its fence.
        text: its text, with a line break at its end.
        file: the name of the file that it is.
        terminal: whether its command goes on running.
        not_run: why it is only shown; None if it is run.
    """

    line: int
    language: str
    text: str
    file: str | None = None
    terminal: bool = False
    not_run: str | None = None


@frozen
class Page:
    """A page and its blocks, in their order."""

    path: Path
    text: str
    blocks: tuple[Block, ...]


def read(path: Path) -> Page:
    """Read a page.

    Raises:
        PageError: a block of it would never be run, or a comment says what nobody understands.
    """
    text = path.read_text(encoding="utf-8")
    blocks = tuple(_blocks(path, text.splitlines()))
    for before, block in zip((None, *blocks), blocks, strict=False):
        _check(path, before, block)
    return Page(path, text, blocks)


def _blocks(path: Path, lines: list[str]) -> Iterator[Block]:
    remark, at = None, 0
    while at < len(lines):
        fence = _FENCE.fullmatch(lines[at])
        if fence is None:
            if remark is not None:
                raise PageError(path, at, "after this comment a block is wanted, on the next line")
            found = _REMARK.fullmatch(lines[at].strip())
            remark = found["text"] if found else None
            at += 1
            continue
        end = at + 1
        while end < len(lines) and lines[end].strip() != fence["ticks"]:
            end += 1
        if end == len(lines):
            raise PageError(path, at + 1, "this block has no end")
        language = fence["language"].strip()
        if not _DIRECTIVE.match(language):
            if fence["indent"]:
                raise PageError(path, at + 1, "a block that is indented would not be run")
            yield _block(path, at + 2, language, "".join(f"{line}\n" for line in lines[at + 1 : end]), remark)
        remark, at = None, end + 1


def _block(path: Path, line: int, language: str, text: str, remark: str | None) -> Block:
    if remark is None:
        return Block(line, language, text)
    if remark == "terminal":
        return Block(line, language, text, terminal=True)
    word, _, rest = remark.partition(" ")
    if word == "file" and rest:
        return Block(line, language, text, file=rest)
    if remark.startswith("not run, "):
        return Block(line, language, text, not_run=remark.removeprefix("not run, "))
    raise PageError(path, line - 2, f"a block is 'file NAME', 'terminal' or 'not run, REASON'; not {remark!r}")


def _check(path: Path, before: Block | None, block: Block) -> None:
    if block.file is not None or block.not_run is not None:
        return
    if block.language == "text":
        if before is None or before.language != "python" or before.not_run is not None or before.file is not None:
            raise PageError(path, block.line, "a block of text is what the Python block before it prints")
    elif block.language == "console":
        number = len(commands(path, block))
        if block.terminal and number != 1:
            raise PageError(path, block.line, f"a terminal of its own runs one command, not {number}")
    elif block.language != "python":
        raise PageError(path, block.line, f"nobody runs a block of {block.language or 'no language'}; is it a file?")
    if block.terminal and block.language != "console":
        raise PageError(path, block.line, "in a terminal of its own a command is run")


def commands(path: Path, block: Block) -> tuple[Command, ...]:
    """Return the commands of a `console` block.

    Raises:
        PageError: it does not begin with one, or one does not end.
    """
    found: list[Command] = []
    lines = block.text.splitlines()
    at = 0
    while at < len(lines):
        if not lines[at].startswith(_PROMPT):
            raise PageError(path, block.line + at, f"a block of commands begins with one, after {_PROMPT!r}")
        start = at
        typed = [lines[at].removeprefix(_PROMPT)]
        at += 1
        ending = _ENDING.search(typed[0])
        while typed[-1].endswith("\\") or (typed[-1] != ending[2] if ending else _is_open(typed)):
            if at == len(lines):
                raise PageError(path, block.line + start, "this command has no end")
            typed.append(lines[at])
            at += 1
        shown: list[str] = []
        while at < len(lines) and not lines[at].startswith(_PROMPT):
            shown.append(lines[at])
            at += 1
        found.append(Command(block.line + start, "\n".join(typed), tuple(shown)))
    if not found:
        raise PageError(path, block.line, "there is no command in this block")
    return tuple(found)


def _is_open(typed: list[str]) -> bool:
    """Return whether a quote has not been closed yet."""
    try:
        shlex.split("\n".join(typed), comments=True)
    except ValueError:
        return True
    return False


def with_outputs(outputs: list[tuple[Command, tuple[str, ...]]]) -> str:
    """Write a `console` block whose commands print this."""
    lines: list[str] = []
    for command, shown in outputs:
        lines += [_PROMPT + command.text, *shown]
    return "".join(f"{line}\n" for line in lines)
