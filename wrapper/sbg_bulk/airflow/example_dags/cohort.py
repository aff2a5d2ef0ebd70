"""Copy a cohort: split its manifest, copy the pieces, check each, and gather one report.

What fails is tried again once, by Airflow's own retry. The report is written whatever has failed.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, dag, task, task_group

from sbg_bulk.airflow.operators import BulkCheckOperator, BulkRunOperator
from sbg_bulk.airflow.shards import gather_reports, split_manifest


@dag(
    schedule=None,
    catchup=False,
    params={
        "manifest": Param("/shared/cohort.csv", type="string", description="A path, or the URL of an object store"),
        "to": Param(
            None, type=["null", "string"], description="OWNER/PROJECT/FOLDER; empty if the manifest names destinations"
        ),
        "folder": Param("/shared/cohort", type="string", description="Where the pieces and the report are written"),
        "rows": Param(10_000, type="integer", minimum=1, description="Rows in a piece"),
        "connections": Param(["sbg_bulk_default"], type="array", description="Connections that share the pieces"),
    },
)
def sbg_bulk_cohort() -> None:
    """Copy the files of a manifest."""

    @task
    def split(params: Any = None) -> list[dict[str, str]]:
        return split_manifest(
            params["manifest"],
            folder=f"{params['folder']}/pieces",
            rows=params["rows"],
            conn_ids=params["connections"],
        )

    @task_group
    def shard(source: str, conn_id: str) -> Any:
        copy = BulkRunOperator(
            task_id="copy", job_type="COPY", source=source, to="{{ params.to or '' }}", conn_id=conn_id, retries=1
        )
        BulkCheckOperator(task_id="check", run=copy.output, conn_id=conn_id, retries=1)
        return copy.output

    @task(trigger_rule="all_done")
    def report(results: Any, params: Any = None) -> dict[str, Any]:
        return gather_reports(results, folder=params["folder"])

    report(shard.expand_kwargs(split()))


sbg_bulk_cohort()
