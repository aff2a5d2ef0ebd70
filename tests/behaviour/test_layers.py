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

LAYERS: Final = [
    {"cli"},
    {"__init__"},
    {"client"},
    {"runs", "report"},
    {"flows", "drivers"},
    {"steps", "policy", "journal", "manifest"},
    {"model", "settings", "operations", "naming", "notebook", "credentials", "places"},
    {"reading", "errors", "wording", "provenance"},
]
"""From the top down; a room imports from its own layer and from those below it."""

KNOW_THE_GENERATED: Final = {"provenance", "reading", "model", "operations", "flows", "drivers"}


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


def layer(of: str) -> int | None:
    return next((index for index, rooms in enumerate(LAYERS) if of in rooms), None)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_point_downwards_only(name: str) -> None:
    here = room(name)
    if here == "simulator":
        outside = {module for module in own(name) if room(module) != "simulator"}
        assert outside == set(), "the simulator must not share the client's mistakes"
        return
    for module in own(name):
        there = room(module)
        if there == here or (here == "cli" and there == "simulator"):
            continue
        up, down = layer(here), layer(there)
        assert up is not None, f"{here} has no place in LAYERS"
        assert down is not None, f"{there} has no place in LAYERS"
        assert up <= down, f"{name} imports {module}, which is above it"


@pytest.mark.parametrize("name", sorted(MODULES))
def test_only_a_few_rooms_know_the_generated_package(name: str) -> None:
    if any(module.split(".")[0] == "sbg_async_api" for module in imported(name)):
        assert room(name) in KNOW_THE_GENERATED


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


def test_flows_and_policy_do_no_io() -> None:
    forbidden = {"time", "socket", "asyncio", "threading", "sqlite3", "os", "pathlib", "subprocess", "urllib.request"}
    for name in MODULES:
        if room(name) in {"flows", "policy", "steps", "model", "reading"}:
            assert imported(name) & forbidden == set(), name


def test_the_client_does_not_need_the_simulators_packages() -> None:
    extras = {"starlette", "uvicorn", "openapi_core", "yaml", "h11", "httptools"}
    for name in MODULES:
        if room(name) not in {"simulator", "cli"}:
            assert {module.split(".")[0] for module in imported(name)} & extras == set(), name
