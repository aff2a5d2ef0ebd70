"""The examples of `spec/README.md`, as a reader would follow them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from attrs import frozen

from scripts.lib.languages.scenario import ROOT

README = ROOT / "spec" / "README.md"

SECTION = "Start in your language"

_BLOCK = re.compile(r"(?:^`([^`\n]+)`:\n\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

PROVIDED = ("apt-get ", "python3 -m venv ", "tools/bin/pip ")
"""How the commands begin that install what the environment of the tests has already."""


@frozen
class Block:
    """A block of code: commands if `file` is None, else the content of that file."""

    file: str | None
    text: str


def section(heading: str, level: int) -> str:
    """The text under a heading, up to the next one of its level."""
    mark = "#" * level
    _, _, rest = README.read_text(encoding="utf-8").partition(f"\n{mark} {heading}\n")
    assert rest, f"spec/README.md has no section {heading!r}"
    return rest.partition(f"\n{mark} ")[0]


def blocks(text: str) -> Sequence[Block]:
    """The blocks of commands and of files in a text, in their order."""
    found = [(file, kind, code) for file, kind, code in _BLOCK.findall(text) if kind != "console"]
    assert all(bool(file) != (kind == "sh") for file, kind, _ in found), "a program has a name, commands have none"
    return [Block(file or None, code) for file, _, code in found]


def examples() -> Mapping[str, Sequence[Block]]:
    """The examples, by language."""
    parts = re.split(r"^### (.+)$", section(SECTION, 2), flags=re.MULTILINE)
    return {language: blocks(text) for language, text in zip(parts[1::2], parts[2::2], strict=True)}


def commands(block: Block) -> str:
    """The commands of a block that are still to be run."""
    whole = re.sub(r"\\\n\s*", "", block.text)
    return "\n".join(line for line in whole.splitlines() if not line.startswith(PROVIDED))
