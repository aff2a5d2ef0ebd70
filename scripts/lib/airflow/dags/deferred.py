"""Tasks to be deferred by hand, very many at once: no worker runs them."""

from __future__ import annotations

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import dag

TASKS = 100


@dag(schedule=None, catchup=False)
def trial_deferred() -> None:
    """Have tasks that do nothing."""
    for number in range(TASKS):
        EmptyOperator(task_id=f"wait-{number}")


trial_deferred()
