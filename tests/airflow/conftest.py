"""Airflow keeps a configuration and a database in its home folder: one of the tests' own."""

from __future__ import annotations

import os
import tempfile

import pytest

HOME = tempfile.TemporaryDirectory(prefix="sbg-bulk-airflow-")
os.environ["AIRFLOW_HOME"] = HOME.name
os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "True"


def pytest_unconfigure(config: pytest.Config) -> None:  # noqa: ARG001
    HOME.cleanup()
