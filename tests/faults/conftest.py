"""Where the trials of these tests keep their journals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.lib.faults.trial import scratch


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch() as path:
        yield path
