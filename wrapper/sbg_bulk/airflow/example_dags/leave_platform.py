"""Leave a platform: export the files of a manifest to a volume, and check that all of them are there."""

from __future__ import annotations

from airflow.sdk import Param, dag

from sbg_bulk.airflow.operators import BulkCheckOperator, BulkRunOperator


@dag(
    schedule=None,
    catchup=False,
    params={
        "manifest": Param("/shared/everything.csv", type="string"),
        "volume": Param("OWNER/VOLUME:PREFIX", type="string", description="Where the files go"),
    },
)
def sbg_bulk_leave_platform() -> None:
    """Export files to a volume."""
    export = BulkRunOperator(
        task_id="export", job_type="EXPORT_COPY", source="{{ params.manifest }}", to="{{ params.volume }}", retries=2
    )
    BulkCheckOperator(task_id="check", run=export.output, retries=1)


sbg_bulk_leave_platform()
