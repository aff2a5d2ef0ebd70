"""Imports stand at the top of a module. The few inside functions say why they do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import sbg_bulk

ROOT: Final = Path(sbg_bulk.__file__).parent

MOST: Final = 19
"""As many imports may be inside functions, in the whole package."""


def inside(text: str) -> list[ast.stmt]:
    """Return the imports of a module that are inside functions, each once, from the top down."""
    functions = [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    found = {
        node.lineno: node
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    return [found[line] for line in sorted(found)]


def unexplained(text: str) -> Iterator[int]:
    """Produce the lines of the imports without a comment on the line, or above those that stand together with it."""
    lines = text.splitlines()
    for node in inside(text):
        above = node.lineno - 2
        while lines[above].strip() == "" or lines[above].lstrip().startswith(("import ", "from ")):
            above -= 1
        if "#" not in lines[node.lineno - 1] and not lines[above].lstrip().startswith("#"):
            yield node.lineno


def test_few_imports_are_inside_functions() -> None:
    found = {path: len(inside(path.read_text("utf-8"))) for path in ROOT.rglob("*.py")}
    assert 0 < sum(found.values()) <= MOST, {path.relative_to(ROOT).as_posix(): n for path, n in found.items() if n}


def test_each_of_them_says_why() -> None:
    texts = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in ROOT.rglob("*.py")}
    assert [f"{name}:{line}" for name, text in texts.items() for line in unexplained(text)] == []


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("import os", [2]),
        ("import os  # takes long", []),
        ("# Takes long.\n    import os", []),
        ("# Both take long.\n    import os\n\n    from sys import argv", []),
        ("value = 1  # one\n    import os", [3]),
        ("import os  # takes long\n    import sys", [3]),
        ("async def inner():\n        import os", [3]),
    ],
)
def test_an_import_without_a_reason_is_found(body: str, lines: list[int]) -> None:
    assert list(unexplained(f"def f():\n    {body}\n")) == lines


def test_an_import_at_the_top_needs_no_reason() -> None:
    assert list(unexplained("import os\nif True:\n    import sys\n")) == []
