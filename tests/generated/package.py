"""A generated package as something to call."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from sbg_bulk.simulator import Simulator

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


