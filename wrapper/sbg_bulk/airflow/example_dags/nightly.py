"""Keep a folder in sync: each night, copy what is new in the source, replace what has another size, and check.

It is `sbg-bulk sync` in tasks: nothing is deleted unless all that was missing could be copied, and the replacements are
copied last. The source is never changed, and what only the destination has is left there.
"""

from __future__ import annotations

from typing import Any

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
    """Bring a destination in sync with a source."""

    def run(task_id: str, job_type: str) -> Any:
        source = {"sync": "{{ params.source }}", "parents": True}
        return BulkRunOperator(task_id=task_id, job_type=job_type, source=source, to="{{ params.to }}", retries=2)

    check = BulkCheckOperator(
        task_id="check", source="{{ params.source }}", place="{{ params.to }}", options={"one_way": True}, retries=1
    )
    run("copy", "COPY") >> run("remove", "DELETE") >> run("replace", "COPY") >> check


sbg_bulk_nightly()
