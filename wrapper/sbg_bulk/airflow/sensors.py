"""A sensor for jobs that something else has submitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseSensorOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from sbg_bulk.airflow.carrying import failed_items
from sbg_bulk.airflow.hooks import SbgBulkHook
from sbg_bulk.airflow.operators import failed
from sbg_bulk.airflow.triggers import JobsTrigger
from sbg_bulk.errors import SbgBulkError


class JobSensor(BaseSensorOperator):
    """Wait until jobs have ended, whoever has submitted them. It is deferred at once: no worker waits.

    The result has a mapping for each job: `id`, `state`, `total_files`, `completed_files` and `failed_files`.

    Args:
        jobs: the id of a job, or a list of ids; or the result of a `SubmitJobOperator`.
        job_type: COPY, MOVE or DELETE, if all are of one; it saves requests.
        conn_id: the connection.
        fail_on_failures: whether the task fails if a job has failed items.
        options: those of any sensor. `timeout` is the most seconds to wait: a week, unless Airflow is configured
            otherwise. `poke_interval` and `mode` mean nothing here.
    """

    template_fields: Sequence[str] = ("jobs", "conn_id")
    ui_color = "#f2ead9"

    def __init__(
        self,
        *,
        jobs: Any,
        job_type: str | None = None,
        conn_id: str = SbgBulkHook.default_conn_name,
        fail_on_failures: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.jobs = jobs
        self.job_type = job_type
        self.conn_id = conn_id
        self.fail_on_failures = fail_on_failures

    @property
    def _ids(self) -> list[str]:
        given = self.jobs.get("jobs") if isinstance(self.jobs, Mapping) else self.jobs
        if isinstance(given, str):
            given = [given]
        if not isinstance(given, Sequence) or not all(isinstance(one, str) and one for one in given):
            raise AirflowFailException(
                f"jobs: expected a job's id, a list of ids or the result of a SubmitJobOperator, not {self.jobs!r}."
            )
        return list(given)

    def execute(self, context: Any) -> Any:  # noqa: ARG002 - Airflow's signature
        """Defer to the triggerer."""
        trigger = JobsTrigger(self.conn_id, self._ids, self.job_type)
        self.defer(trigger=trigger, method_name="go_on", timeout=timedelta(seconds=self.timeout))

    def go_on(self, context: Any, event: Mapping[str, Any]) -> Any:  # noqa: ARG002 - Airflow's signature
        """Read how the jobs have ended. Airflow calls this after the deferral."""
        if event.get("error"):
            raise AirflowException(event["error"])
        try:
            with SbgBulkHook(self.conn_id).client() as client:
                found = client.wait(self._ids, type=self.job_type)
        except SbgBulkError as error:
            raise failed(error) from error
        told = failed_items(found)
        for line in told:
            self.log.warning("%s", line)
        if told and self.fail_on_failures:
            raise AirflowException("; ".join(told[:3]))
        keys = ("id", "state", "total_files", "completed_files", "failed_files")
        return [{key: getattr(job, key) for key in keys} for job in found]
