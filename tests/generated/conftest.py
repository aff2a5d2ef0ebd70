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

NAME = "regenerated_sbg_async_api"

Models = Any
"""A module of models made while the tests run: nothing is known of it before."""


class Package:
    """A generated package, which may be another one than the one that is installed."""

    def __init__(self, root: ModuleType, folder: Path) -> None:
        self._root = root
        self.folder = folder
        self.models: Models = self.module("models")

    def module(self, path: str) -> ModuleType:
        """A module of the package, made from a file in its folder and from no other."""
        module = import_module(f"{self._root.__name__}.{path}")
        assert module.__file__ is not None
        assert Path(module.__file__).is_relative_to(self.folder)
        return module

    def client(self, sim: Simulator, token: str = "demo-token", **settings: Any) -> Any:
        """A client of the package for the simulator, with the settings of its `AuthenticatedClient`."""
        return self.module("client").AuthenticatedClient(
            base_url=sim.base_url,
            token=token,
            httpx_args={"transport": sim.transport(), "trust_env": False},
            **{"prefix": "", "auth_header_name": "X-SBG-Auth-Token", **settings},
        )


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
