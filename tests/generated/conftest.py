"""The client generated anew from the spec, imported under a name of its own, beside the one that is installed."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sbg_bulk.simulator import ManualClock, Simulator

from scripts.lib import generate
from tests.generated.package import NAME, Package

@pytest.fixture(scope="session")
def regenerated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the package, as the spec and the generator make it now."""
    folder = tmp_path_factory.mktemp("generated") / "sbg_async_api"
    generate.generate(folder)
    return folder


@pytest.fixture(scope="session")
def package(regenerated: Path) -> Iterator[Package]:
    """That package, imported."""
    # All imports within the package are relative, so that under another name it cannot reach the installed one.
    location = importlib.util.spec_from_file_location(
        NAME, regenerated / "__init__.py", submodule_search_locations=[str(regenerated)]
    )
    assert location is not None
    assert location.loader is not None
    root = importlib.util.module_from_spec(location)
    sys.modules[NAME] = root
    location.loader.exec_module(root)
    yield Package(root, regenerated)
    for name in [each for each in sys.modules if each == NAME or each.startswith(f"{NAME}.")]:
        del sys.modules[name]


@pytest.fixture
def sim() -> Simulator:
    """A simulator with one user and nothing else, on a clock that stands still."""
    return Simulator(clock=ManualClock())
