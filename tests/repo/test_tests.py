"""Tests stand alone: what several of them need is in modules beside them, and no script needs a test."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]


def imported(name: str, text: str) -> Iterator[str]:
    """Produce the modules that a module imports anywhere; and, as they may be modules too, the names from them."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), name.rpartition(".")[0])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def is_collected(module: str) -> bool:
    """Return whether pytest collects this by itself: a file of tests, a test, a conftest, or what is in one."""
    parts = module.split(".")
    return parts[0] == "tests" and any(part == "conftest" or part.startswith("test_") for part in parts[1:])


def faults(name: str, text: str) -> list[str]:
    """Return what a module of the tests or the scripts imports although it must not."""
    if name.split(".")[0] == "scripts":
        return [f"{name} imports {module}" for module in imported(name, text) if module.split(".")[0] == "tests"]
    return [f"{name} imports {module}" for module in imported(name, text) if is_collected(module)]


def modules() -> Iterator[tuple[str, str]]:
    """Produce the names of all modules of the tests and the scripts, with their text."""
    for path in [*(ROOT / "tests").rglob("*.py"), *(ROOT / "scripts").rglob("*.py")]:
        if "node_modules" not in path.parts:
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name, path.read_text(encoding="utf-8")


def test_no_test_is_imported_and_no_script_imports_what_is_the_tests() -> None:
    found = dict(modules())
    assert {"tests.repo.test_tests", "tests.support.clients", "scripts.lib.coverage.recipes"} <= found.keys()
    assert [fault for name, text in found.items() for fault in faults(name, text)] == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("tests.cli.test_runs", "from tests.cli.conftest import Served"),
        ("tests.cli.test_runs", "from tests.cli import conftest"),
        ("tests.cli.test_runs", "from .conftest import Served"),
        ("tests.cli.test_runs", "import tests.cli.test_errors as errors"),
        ("tests.cli.harness", "def f() -> None:\n    from tests.cli.test_errors import CODES"),
        ("tests.cli.completion.conftest", "from ..test_errors import CODES"),
        ("scripts.lib.demo", "from tests.support.runs import Service"),
        ("scripts.lib.demo", "import tests"),
    ],
)
def test_an_import_of_one_is_found(name: str, line: str) -> None:
    assert faults(name, line)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("tests.cli.conftest", "from tests.cli.harness import Run as test"),
        ("tests.cli.test_runs", "from scripts.lib.coverage.recipes import GOOD"),
        ("tests.cli.test_runs", "from testing.conftest import a"),
    ],
)
def test_what_is_beside_them_is_theirs(name: str, line: str) -> None:
    assert faults(name, line) == []
