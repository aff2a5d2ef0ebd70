"""The client generated anew from the spec, imported under a name of its own, beside the one that is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sbg_bulk.simulator import ManualClock, Simulator
from scripts.lib import generate
from tests.generated.package import NAME, Package, imported


@pytest.fixture(scope="session")
def regenerated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the package, as the spec and the generator make it now."""
    folder = tmp_path_factory.mktemp("generated") / "sbg_async_api"
    generate.generate(folder)
    return folder


@pytest.fixture(scope="session")
def package(regenerated: Path) -> Iterator[Package]:
    """That package, imported."""
    with imported(regenerated, NAME) as found:
        yield found


@pytest.fixture
def sim() -> Simulator:
    """A simulator with one user and nothing else, on a clock that stands still."""
    return Simulator(clock=ManualClock())
