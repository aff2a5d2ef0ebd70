"""Tests that need a toolchain: skipped where it is missing, except where all of them must be there."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """Skip the test; where CI is set, fail it. The reason says what to install."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
