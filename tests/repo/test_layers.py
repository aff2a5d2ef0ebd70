"""The structure: imports point downwards only, no two modules import each other, and what is pure does no I/O.

Every import counts: those of a function, and those for type checkers alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import resolve_name
from pathlib import Path
from typing import Final, TypeAlias

import pytest

import sbg_bulk
import sbg_bulk.items
from sbg_bulk.families import FAMILIES

ROOT: Final = Path(sbg_bulk.__file__).parent

ROOMS: Final = (
    "cli",
    "airflow",
    "testing",
    "contract",
    "client",
    "notebook",
    "report",
    "families",
    "volume_jobs",
    "drs",
    "metadata",
    "transfers",
    "runs",
    "volumes",
    "files",
    "jobs",
    "api",
    "settings",
    "items",
    "text_reader",
    "errors",
    "models",
    "html",
    "text",
    "limits",
    "provenance",
    "version",
)
"""From the top down: a room imports from itself and from those below it."""

SIMULATOR: Final = "simulator"
"""It shares no code with the client, and stands beside it."""

USE_THE_SIMULATOR: Final = frozenset({"cli", "testing"})

KNOW_THE_GENERATED: Final = frozenset({"provenance", "models", "api", "jobs", "volume_jobs", "drs"})
"""The rooms that import `sbg_async_api`."""

PURE: Final = frozenset(
    f"sbg_bulk.{name}"
    for name in (
        "items",
        "models.base",
        "models.job",
        "models.parse",
        "models.resources",
        "models.storage",
        "api.headers",
        "api.pace",
        "api.polling",
        "api.retry",
        "api.waits",
        "files.comparison",
        "files.filters",
        "files.paths",
        "jobs.list_map",
        "jobs.track",
        "transfers.choice",
        "runs.columns",
        "transfers.match",
        "transfers.outcomes",
        "runs.problems",
        "runs.progress",
        "runs.records",
        "runs.tables",
        "runs.traffic",
        "runs.verification",
        "text",
        "limits",
        "html",
    )
)
"""Decisions and values: what they return follows from what they are given."""

INPUT_AND_OUTPUT: Final = frozenset(
    {"asyncio", "httpx", "io", "os", "pathlib", "socket", "sqlite3", "subprocess", "sys", "threading", "time", "urllib"}
)
"""Modules that a pure module does not import."""

CALLS: Final = frozenset({"open", "print", "input"})

OF_FAMILIES: Final = frozenset({"transfers", "jobs", "volume_jobs", "volumes", "drs", "metadata"})
"""The rooms of kinds of bulk work, which the engine does not import: `sbg_bulk.families` hands them to it."""

FAMILY_NAMES: Final = frozenset(
    {*FAMILIES, *OF_FAMILIES - {"transfers", "jobs"}, *(name for name in dir(sbg_bulk.items) if name.endswith("Item"))}
)
"""The names by which the engine does not know one: those of its jobs and of its items. All families have jobs."""

Source: TypeAlias = Mapping[str, str]
"""The text of each module, by its name."""


def source(root: Path = ROOT) -> dict[str, str]:
    """Return the modules of the package as they are."""
    names = {path: ".".join(path.relative_to(root.parent).with_suffix("").parts) for path in root.rglob("*.py")}
    return {name.removesuffix(".__init__"): path.read_text(encoding="utf-8") for path, name in names.items()}


PACKAGES: Final = frozenset(".".join(path.parent.relative_to(ROOT.parent).parts) for path in ROOT.rglob("__init__.py"))


def room(module: str) -> str:
    """Return the first part of a module's name below the package; the whole package's is `__init__`."""
    return module.split(".")[1] if "." in module else "__init__"


def imported(name: str, text: str, known: Iterable[str]) -> Iterator[str]:
    """Produce the names of the modules that a module imports anywhere."""
    known = set(known)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = name if name in PACKAGES else name.rpartition(".")[0]
            module = resolve_name("." * node.level + (node.module or ""), package)
            yield from {f"{module}.{alias.name}" for alias in node.names} & known or {module}


def faults(modules: Source) -> list[str]:
    """Return what is wrong with the structure, a line for each thing."""
    arrows = {name: set(imported(name, text, modules)) for name, text in modules.items()}
    own = {name: {one for one in found if one.split(".")[0] == "sbg_bulk"} for name, found in arrows.items()}
    return [
        *(line for name in own for line in _upwards(name, own[name])),
        *_circles({name: found & modules.keys() - {name} for name, found in own.items()}),
        *(line for name in arrows for line in _generated(name, arrows[name])),
        *(line for name in PURE for line in _impure(name, modules[name], arrows[name])),
        *(line for name in own if room(name) == "runs" for line in _families(name, modules[name], own[name])),
    ]


def _families(name: str, text: str, found: Iterable[str]) -> Iterator[str]:
    """Produce where a module of the engine knows a family: by its room, by the type of its jobs, or by its items."""
    yield from (f"{name} knows the family {room(one)}" for one in found if room(one) in OF_FAMILIES)
    for node in ast.walk(ast.parse(text)):
        names = [node.value] if isinstance(node, ast.Constant) else []
        names += [node.id] if isinstance(node, ast.Name) else [node.name] if isinstance(node, ast.alias) else []
        names += [node.attr] if isinstance(node, ast.Attribute) else []
        yield from (f"{name} knows the family of {one}" for one in names if one in FAMILY_NAMES)


def _upwards(name: str, found: Iterable[str]) -> Iterator[str]:
    here = room(name)
    for module in found:
        there = room(module)
        if there == here or here == "__init__":
            continue
        if here == SIMULATOR:
            yield f"{name} imports {module}: the simulator must not share the client's mistakes"
        elif there == SIMULATOR:
            if here not in USE_THE_SIMULATOR:
                yield f"{name} imports {module}, and is of use without the simulator"
        elif here not in ROOMS or there not in ROOMS:
            yield f"{name} or {module} has no place in ROOMS"
        elif ROOMS.index(there) < ROOMS.index(here):
            yield f"{name} imports {module}, which is above it"


def _circles(arrows: Mapping[str, set[str]]) -> Iterator[str]:
    done: set[str] = set()

    def reach(name: str, path: tuple[str, ...]) -> Iterator[str]:
        if name in path:
            yield f"a circle: {' -> '.join((*path[path.index(name) :], name))}"
            return
        if name not in done:
            for module in sorted(arrows[name]):
                yield from reach(module, (*path, name))
            done.add(name)

    for name in sorted(arrows):
        yield from reach(name, ())


def _generated(name: str, found: Iterable[str]) -> Iterator[str]:
    if room(name) not in KNOW_THE_GENERATED and any(one.split(".")[0] == "sbg_async_api" for one in found):
        yield f"{name} imports the generated package"


def _impure(name: str, text: str, found: Iterable[str]) -> Iterator[str]:
    yield from (f"{name} is to be pure, and imports {one}" for one in found if one.split(".")[0] in INPUT_AND_OUTPUT)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            yield f"{name} is to be pure, and calls {node.func.id}"


def test_the_structure_is_as_it_should_be() -> None:
    assert faults(source()) == []


@pytest.mark.parametrize(
    ("module", "line", "complaint"),
    [
        ("text", "from sbg_bulk import errors", "sbg_bulk.errors, which is above"),
        (
            "models.job",
            "def f() -> None:\n    from sbg_bulk.errors import InputError",
            "sbg_bulk.errors, which is above",
        ),
        ("models.job", "if TYPE_CHECKING:\n    from sbg_bulk import errors", "sbg_bulk.errors, which is above"),
        ("api.retry", "from sbg_bulk.api import request", "a circle: sbg_bulk.api"),
        ("api.retry", "def f() -> None:\n    from .request import request", "a circle: sbg_bulk.api"),
        ("runs.run", "from sbg_bulk.volumes import imports", "knows the family volumes"),
        ("runs.run", 'FAMILY = "drs"', "knows the family of drs"),
        ("runs.run", "from sbg_bulk.jobs.submit import post", "knows the family jobs"),
        ("runs.run", "from sbg_bulk.transfers import verify", "knows the family transfers"),
        ("runs.run", "from sbg_bulk.items import COPY", "knows the family of COPY"),
        ("runs.run", 'kind = "MOVE"', "knows the family of MOVE"),
        ("runs.run", "kind = items.DELETE", "knows the family of DELETE"),
        ("runs.run", "from sbg_bulk.items import CopyItem", "knows the family of CopyItem"),
        ("simulator.seeds", "from sbg_bulk.limits import PAGE_LIMIT", "share the client's mistakes"),
        ("runs.run", "from sbg_bulk.simulator import Simulator", "of use without the simulator"),
        ("runs.run", "import sbg_async_api", "imports the generated package"),
        ("api.pace", "import time", "to be pure, and imports time"),
        ("api.pace", "import httpx", "to be pure, and imports httpx"),
        ("transfers.match", "import sqlite3", "to be pure, and imports sqlite3"),
        ("transfers.match", "from socket import create_connection", "to be pure, and imports socket"),
        ("transfers.match", "print(1)", "to be pure, and calls print"),
        ("transfers.match", "open('a')", "to be pure, and calls open"),
        ("cli.app", "from sbg_bulk.elsewhere import a", "has no place in ROOMS"),
    ],
)
def test_a_line_that_breaks_it_is_found(module: str, line: str, complaint: str) -> None:
    modules = source()
    modules[f"sbg_bulk.{module}"] += f"\n{line}\n"
    assert [fault for fault in faults(modules) if complaint in fault]


def test_the_client_does_not_need_the_simulators_packages() -> None:
    extras = {"starlette", "uvicorn", "openapi_core", "yaml", "h11", "httptools"}
    modules = source()
    for name, text in modules.items():
        if room(name) not in {SIMULATOR, "cli"}:
            assert {module.split(".")[0] for module in imported(name, text, modules)} & extras == set(), name


def test_no_module_is_too_long_but_the_clients_whose_methods_are_documented_one_by_one() -> None:
    long = {name for name, text in source().items() if text.count("\n") > 420}
    assert long <= {"sbg_bulk.client.sync", "sbg_bulk.client.aio"}
