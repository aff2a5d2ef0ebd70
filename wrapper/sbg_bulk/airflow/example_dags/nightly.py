"""Keep a folder up to date: each night, copy what is new in it, and check that nothing is missing."""

from __future__ import annotations

from airflow.sdk import Param, dag

from sbg_bulk.airflow.operators import BulkCheckOperator, BulkRunOperator


@dag(
    schedule="@daily",
    catchup=False,
    max_active_runs=1,
    params={
        "source": Param("OWNER/PROJECT/FOLDER", type="string"),
        "to": Param("OWNER/OTHER-PROJECT/FOLDER", type="string"),
    },
)
def sbg_bulk_nightly() -> None:
    """Copy what is missing at a destination."""
    copy = BulkRunOperator(
        task_id="copy",
        job_type="COPY",
        source={"sources": ["{{ params.source }}"], "recursive": True, "parents": True},
        to="{{ params.to }}",
        retries=2,
    )
    check = BulkCheckOperator(
        task_id="check", source="{{ params.source }}", place="{{ params.to }}", options={"one_way": True}, retries=1
    )
    copy >> check


sbg_bulk_nightly()
