"""A generated package as something to call."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from sbg_bulk.simulator import Simulator
from scripts.lib.spec import BY_ID

NAME = "regenerated_sbg_async_api"

WAYS = ("sync_detailed", "sync", "asyncio_detailed", "asyncio")
"""The four ways of calling an operation."""

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


def perform(package: Package, operation: str, way: str, client: Any, arguments: dict[str, Any]) -> Any:
    """What a way of calling an operation returns; whichever it is, the client is closed afterwards."""
    tag = BY_ID[operation].definition["tags"][0].lower().replace(" ", "_")
    call = getattr(package.module(f"api.{tag}.{operation}"), way)

    async def wait() -> Any:
        async with client:
            return await call(client=client, **arguments)

    if way.startswith("asyncio"):
        return asyncio.run(wait())
    with client:
        return call(client=client, **arguments)


@contextmanager
def imported(folder: Path, name: str) -> Iterator[Package]:
    """The package in a folder, imported under a name of its own."""
    # All imports within the package are relative, so that under another name it cannot reach the installed one.
    location = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert location is not None
    assert location.loader is not None
    root = importlib.util.module_from_spec(location)
    sys.modules[name] = root
    location.loader.exec_module(root)
    yield Package(root, folder)
    for each in [module for module in sys.modules if module == name or module.startswith(f"{name}.")]:
        del sys.modules[each]
