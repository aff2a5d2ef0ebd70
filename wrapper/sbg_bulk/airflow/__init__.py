"""Runs on Apache Airflow 3: a connection, a hook, deferrable operators, and shards for dynamic task mapping.

It needs Airflow (`pip install 'sbg-bulk[airflow]'`), which nothing else of sbg-bulk imports.

- `sbg_bulk.airflow.operators`: `BulkRunOperator`, `SubmitJobOperator`, `BulkCheckOperator`
- `sbg_bulk.airflow.sensors`: `JobSensor`
- `sbg_bulk.airflow.shards`: `split_manifest`, `gather_reports`
- `sbg_bulk.airflow.hooks`: `SbgBulkHook`
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

# Of a folder of this name, such as Airflow's own home, Python makes a package without an origin.
if (found := find_spec("airflow")) is None or found.origin is None:
    raise ModuleNotFoundError(
        "sbg_bulk.airflow needs packages that are not installed (airflow): pip install 'sbg-bulk[airflow]'",
        name="airflow",
    )


def get_provider_info() -> dict[str, Any]:
    """Describe the provider to Airflow, which finds it by the entry point `apache_airflow_provider`."""
    name = "Seven Bridges (sbg-bulk)"
    return {
        "package-name": "sbg-bulk",
        "name": name,
        "description": "Bulk file jobs on the Seven Bridges platforms, each file exactly once",
        "integrations": [{"integration-name": name, "tags": ["service"]}],
        "operators": [{"integration-name": name, "python-modules": ["sbg_bulk.airflow.operators"]}],
        "sensors": [{"integration-name": name, "python-modules": ["sbg_bulk.airflow.sensors"]}],
        "hooks": [{"integration-name": name, "python-modules": ["sbg_bulk.airflow.hooks"]}],
        "triggers": [{"integration-name": name, "python-modules": ["sbg_bulk.airflow.triggers"]}],
        "connection-types": [
            {
                "hook-class-name": "sbg_bulk.airflow.hooks.SbgBulkHook",
                "hook-name": name,
                "connection-type": "sbg_bulk",
                "ui-field-behaviour": {
                    "hidden-fields": ["schema", "login", "port", "extra"],
                    "relabeling": {"host": "Platform or endpoint", "password": "Token"},
                    "placeholders": {"host": "cavatica, cgc, bdc, or https://HOST/v2", "password": "Developer token"},
                },
            }
        ],
        "extra-links": ["sbg_bulk.airflow.links.ReportLink", "sbg_bulk.airflow.links.PlatformLink"],
        "config": {
            "sbg_bulk": {
                "description": "Settings of sbg-bulk.",
                "options": {
                    "journals": {
                        "description": (
                            "Where the journals and reports of runs are kept: a folder that all workers share, or the "
                            "URL of an object store, such as s3://CONN_ID@bucket/journals. No default."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": "/shared/sbg-bulk",
                        "default": None,
                    },
                    "reports_url": {
                        "description": "Base URL of a web server that serves the folder `journals`, for links.",
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": "https://files.example.org/sbg-bulk",
                        "default": None,
                    },
                },
            }
        },
    }
