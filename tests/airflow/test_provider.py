"""The provider is found by Airflow, and by nobody else."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def provider() -> ModuleType:
    pytest.importorskip("airflow", reason="Airflow is not installed here: scripts/airflow runs these tests")
    return import_module("sbg_bulk.airflow")


def test_the_entry_point_leads_to_the_description(provider: ModuleType) -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    [told] = tomllib.loads(text)["project"]["entry-points"]["apache_airflow_provider"].values()
    assert EntryPoint("provider_info", told, "apache_airflow_provider").load() is provider.get_provider_info


@pytest.mark.parametrize("module", ["sbg_bulk", "sbg_bulk.cli", "sbg_bulk.client.sync"])
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


@pytest.mark.parametrize("module", ["sbg_bulk.airflow", "sbg_bulk.airflow.operators"])
def test_where_airflow_is_not_installed_one_is_told_how_to_install_it(module: str, tmp_path: Path) -> None:
    """Where Airflow's home is the usual one, there is a folder of its name beside what one starts."""
    (tmp_path / "airflow").mkdir()
    hidden = f"""
import importlib.machinery, sys
from importlib.abc import MetaPathFinder
class Hide(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "airflow":
            return importlib.machinery.PathFinder.find_spec(name, [{str(tmp_path)!r}])
sys.meta_path.insert(0, Hide())
try:
    import {module}
except ModuleNotFoundError as error:
    print(error)
"""
    told = subprocess.run([sys.executable, "-c", hidden], check=True, capture_output=True, text=True, timeout=60).stdout
    assert "pip install 'sbg-bulk[airflow]'" in told
