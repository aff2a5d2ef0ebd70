"""The provider is found by Airflow, and by nobody else."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from sbg_bulk.airflow import get_provider_info


def test_the_entry_point_leads_to_the_description() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    [told] = tomllib.loads(text)["project"]["entry-points"]["apache_airflow_provider"].values()
    assert EntryPoint("provider_info", told, "apache_airflow_provider").load() is get_provider_info


@pytest.mark.parametrize("module", ["sbg_bulk", "sbg_bulk.cli", "sbg_bulk.airflow", "sbg_bulk.client.sync"])
def test_nothing_of_airflow_is_imported_by(module: str) -> None:
    code = f"import sys, {module}; sys.exit(any(one.split('.')[0] == 'airflow' for one in sys.modules))"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_airflow_knows_the_connection_type_and_its_form() -> None:
    pytest.importorskip("airflow", reason="Airflow is not installed here: scripts/airflow runs these tests")
    from airflow.providers_manager import ProvidersManager

    manager = ProvidersManager()
    assert "sbg-bulk" in manager.providers
    assert manager.hooks["sbg_bulk"] is not None
    behaviour = manager.field_behaviours["sbg_bulk"]
    assert behaviour["relabeling"] == {"host": "Platform or endpoint", "password": "Token"}
    assert "sbg_bulk.airflow.links.ReportLink" in manager.extra_links_class_names
    assert manager.provider_configs
