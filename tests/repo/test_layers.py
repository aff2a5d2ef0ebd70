"""Imports point downwards only, and what is generated is known to few rooms."""

from __future__ import annotations

import ast
from functools import cache
from importlib.util import resolve_name
from pathlib import Path
from typing import Final

import pytest

import sbg_bulk

ROOT: Final = Path(sbg_bulk.__file__).parent


def room(module: str) -> str:
    """The first part of a module's name below the package; `__init__` for the package itself."""
    return module.split(".")[1] if "." in module else "__init__"


def modules() -> dict[str, Path]:
    names = {path: ".".join(path.relative_to(ROOT.parent).with_suffix("").parts) for path in ROOT.rglob("*.py")}
    return {name.removesuffix(".__init__"): path for path, name in names.items()}


MODULES: Final = modules()


@cache
def imported(name: str) -> set[str]:
    """The modules that a module imports when it runs, by name; what is only for type checkers is left out."""
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            node.body = []
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = name if MODULES[name].stem == "__init__" else name.rpartition(".")[0]
            module = resolve_name("." * node.level + (node.module or ""), package)
            submodules = {f"{module}.{alias.name}" for alias in node.names}
            found |= (submodules & MODULES.keys()) or {module}
    return found


def own(name: str) -> set[str]:
    return {module for module in imported(name) if module.split(".")[0] == "sbg_bulk"}


@pytest.mark.parametrize("name", sorted(name for name in MODULES if room(name) == "simulator"))
def test_the_simulator_shares_no_code_with_the_client(name: str) -> None:
    outside = {module for module in own(name) if room(module) != "simulator"}
    assert outside == set(), "the simulator must not share the client's mistakes"


def test_no_two_modules_import_each_other() -> None:
    def reach(name: str, seen: frozenset[str]) -> None:
        assert name not in seen, f"{' and '.join(sorted(seen))} import each other"
        for module in own(name) & MODULES.keys():
            # A package's own modules may name it; the package itself is a list of what it offers.
            if module != name and module not in checked:
                reach(module, seen | {name})
        checked.add(name)

    checked: set[str] = set()
    for name in MODULES:
        reach(name, frozenset())


def test_the_client_does_not_need_the_simulators_packages() -> None:
    extras = {"starlette", "uvicorn", "openapi_core", "yaml", "h11", "httptools"}
    for name in MODULES:
        if room(name) not in {"simulator", "cli"}:
            assert {module.split(".")[0] for module in imported(name)} & extras == set(), name
