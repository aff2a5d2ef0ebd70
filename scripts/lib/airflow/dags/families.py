"""A task for each of the runs that it is given, whatever they do."""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, dag, task

from sbg_bulk.airflow.operators import BulkRunOperator


@dag(schedule=None, catchup=False, params={"runs": Param([], type="array", description="Arguments of the operator")})
def trial_families() -> None:
    """Carry runs of many kinds at once."""

    @task
    def runs(params: Any = None) -> list[dict[str, Any]]:
        return list(params["runs"])

    BulkRunOperator.partial(task_id="run", retries=1).expand_kwargs(runs())


trial_families()
