"""The site, for all tests that read it."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from scripts.lib.docs import site as building
from tests.support.browser import browser as browser


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The site, built once for all processes of a run."""
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    target, made = shared / "site", shared / "site-made"
    with (shared / "site-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            building.build(target)
            made.touch()
    return target
