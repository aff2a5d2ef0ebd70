"""Links from a task in Airflow's pages."""

from __future__ import annotations

from typing import Any, Final

from airflow.sdk import BaseOperatorLink

PLACES: Final = "sbg_bulk_links"
"""The attribute of an operator that has the links of what it has just done, by their names."""


class ReportLink(BaseOperatorLink):
    """The report of the run."""

    name = "Report"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:  # noqa: ARG002 - Airflow's signature
        """Return its URL; empty as long as there is none. Airflow asks the worker when the task ends."""
        return str(getattr(operator, PLACES, {}).get("report", ""))


class PlatformLink(BaseOperatorLink):
    """The destination on the platform."""

    name = "Platform"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:  # noqa: ARG002 - Airflow's signature
        """Return its URL; empty if it is not known."""
        return str(getattr(operator, PLACES, {}).get("platform", ""))
