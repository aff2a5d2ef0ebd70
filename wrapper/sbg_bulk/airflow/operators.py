"""Operators for bulk work. They are deferrable: a worker submits, and waiting is done by the triggerer."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from airflow.sdk import BaseOperator, ObjectStoragePath
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from attrs import evolve

from sbg_bulk.airflow import links, sources
from sbg_bulk.airflow.carrying import Carrier, Task, Waits
from sbg_bulk.airflow.hooks import SbgBulkHook
from sbg_bulk.airflow.journals import link, opened, place
from sbg_bulk.airflow.lineage import Lineage
from sbg_bulk.airflow.triggers import CompareTrigger, JobsTrigger
from sbg_bulk.client.aio import AsyncClient
from sbg_bulk.client.sync import Client
from sbg_bulk.client.volumes import CHECKED
from sbg_bulk.errors import InputError, RunStopped, SbgBulkError, SettingsError, WrongJournal
from sbg_bulk.files.addresses import page_of
from sbg_bulk.files.paths import is_path, path_of
from sbg_bulk.limits import BULK_LIMIT
from sbg_bulk.runs.estimate import ITEMS_PER_JOB
from sbg_bulk.runs.forms import ReadFormat
from sbg_bulk.runs.progress import RunOptions
from sbg_bulk.runs.result import RunReport
from sbg_bulk.text import counted, one_of

FINAL: Final = (InputError, SettingsError, RunStopped, WrongJournal)
"""Errors that another attempt would meet again."""

EMPTY: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("run", "journal", "report", "data", "failed_rows")),
    **dict.fromkeys(("rows", "done", "failed", "unclear", "bytes", "retries"), 0),
}
"""The result where nothing was to be done."""


def failed(error: SbgBulkError) -> Exception:
    """Return the exception of a task for an error: one that Airflow does not try again, if that would not help."""
    made: Exception = (AirflowFailException if isinstance(error, FINAL) else AirflowException)(str(error))
    return made


class BulkRunOperator(BaseOperator):
    """Do something with many files, each exactly once: a run, as of `Client.run`, for Airflow.

    The journal is kept for the task, of its DAG run, with its map index. So another attempt resumes the run, and
    submits nothing twice; while an attempt is working on it, a second one fails. An attempt after one whose rows have
    failed tries those again: `retries` says how often. Cleared and run again, a task does only what has failed.

    A worker submits, for as long as the rate limit allows. Then the task is deferred until its jobs have ended.
    `execution_timeout` is for each stretch of work, and for each deferral.

    Its result has `run`, `journal`, `report` (a page), `data` (the same as JSON) and `failed_rows` (a manifest of what
    failed), which are paths or URLs, and `rows`, `done`, `failed`, `unclear`, `bytes` and `retries`, which are numbers.
    It is there for tasks that fail because rows have failed, too.

    Args:
        job_type: COPY, MOVE or DELETE, or the type of any other family.
        source: the path or URL (`ObjectStoragePath`) of a manifest; a list of rows, mappings or ids and paths, from
            XCom; or a mapping, for a choice by paths and filters: the arguments of `Client.choose`, of
            `Client.choose_exports` or of `Client.choose_imports`, whichever goes with the type. With `sync`, a path,
            and the other arguments of `Client.sync_plan`, a COPY is of what is missing at the destination, and a DELETE
            of what is to be replaced there, and with `delete` of what the source does not have. What a choice leaves
            out is in the log.
        conn_id: the connection, of type `sbg_bulk`.
        to: the path of the destination, or a folder's id; of exports, the place on a volume. A choice goes there, too.
        project: the destination, a project's id.
        parent: the destination, a folder's id.
        parents: create the destination if it is missing.
        destination_from_manifest: see `Client.run`.
        settings: what else is given for all rows: see `Client.run`.
        on_conflict: of a manifest of copies, moves, exports or imports from volumes, what to do with a row whose name
            exists at its destination: see `Client.plan`; None not to check. A choice has its own.
        form: the manifest's format; None to go by its first lines, and its name.
        items_per_job: number of rows to submit as one job.
        reserve: requests in each window of the rate limit to leave to others with the same token; 0 by default.
        jobs_in_flight: how many jobs to keep running at most; 1,000 by default.
        list_lag: seconds after which a job that was started is in the list; 30 by default.
        new_ids: whether to find out the id of every copy; False by default.
        run_label: a text to know the run by.
        pace: how many items to submit in five minutes at most; 500 by default for imports by DRS, else any number.
        within: seconds for which each request is retried, before the attempt fails; `math.inf` for no limit. A worker
            waits that long for a platform that cannot be reached.
        journals: where journals are kept; None for `journals` in the section `[sbg_bulk]` of the configuration.
        fail_on_failures: whether the task fails if any row was not done.

    Raises:
        ValueError: a number is out of range.
    """

    template_fields: Sequence[str] = (
        "job_type",
        "source",
        "conn_id",
        "to",
        "project",
        "parent",
        "settings",
        "run_label",
        "journals",
    )
    operator_extra_links = (links.ReportLink(), links.PlatformLink())
    ui_color = "#d9eaf2"
    _lineage: Lineage | None = None

    def __init__(
        self,
        *,
        job_type: str,
        source: Any,
        conn_id: str = SbgBulkHook.default_conn_name,
        to: str | None = None,
        project: str | None = None,
        parent: str | None = None,
        parents: bool = False,
        destination_from_manifest: bool = False,
        settings: Mapping[str, Any] | None = None,
        on_conflict: str | None = None,
        form: ReadFormat | None = None,
        items_per_job: int = ITEMS_PER_JOB,
        reserve: int | None = None,
        jobs_in_flight: int | None = None,
        list_lag: float | None = None,
        new_ids: bool | None = None,
        run_label: str | None = None,
        pace: int | None = None,
        within: float = 600.0,
        journals: str | None = None,
        fail_on_failures: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.job_type = job_type
        self.source = source
        self.conn_id = conn_id
        self.to = to
        self.project = project
        self.parent = parent
        self.parents = parents
        self.destination_from_manifest = destination_from_manifest
        self.settings = settings
        self.on_conflict = on_conflict
        self.form = form
        self.items_per_job = items_per_job
        self.run_label = run_label
        # Made here, so that what is out of range is seen when the DAG is read. The label may be a template.
        self.run_options = RunOptions(jobs_in_flight, reserve, list_lag, new_ids, None, pace)
        self.within = within
        self.journals = journals
        self.fail_on_failures = fail_on_failures

    def execute(self, context: Any) -> Any:
        """Begin the run, or resume that of an earlier attempt, and try again what has failed in it."""
        return self._carry(context, attempt=True)

    def go_on(self, context: Any, event: Mapping[str, Any]) -> Any:
        """Resume the run when there may be something to do for it. Airflow calls this after a deferral."""
        if event.get("error"):
            self.log.warning("The jobs could not be checked while the task was deferred: %s", event["error"])
        return self._carry(context, attempt=False)

    def on_kill(self) -> None:
        """Interrupt the run as Ctrl-C does: what was just submitted is written down first."""
        signal.raise_signal(signal.SIGINT)

    def _carry(self, context: Any, *, attempt: bool) -> Any:
        ti = context["ti"]
        try:
            where = place(self.journals, ti.dag_id, ti.run_id, ti.task_id, str(ti.map_index))
            with opened(where) as kept, SbgBulkHook(self.conn_id).client(driver=kept.driver) as client:
                carrier = Carrier(kept, client, self._task())
                if kept.latest is None:
                    if not self._create(carrier):
                        self.log.info("Nothing to do.")
                        return dict(EMPTY)
                    attempt = False
                again = attempt and carrier.complete
                reached = carrier.carry()
                if again and isinstance(reached, RunReport) and reached.tally.failed:
                    self.log.info("Retrying %s.", counted(reached.tally.failed, "failed item"))
                    kept.retry()
                    reached = carrier.carry()
                told = self._waiting(carrier) if isinstance(reached, Waits) else self._result(carrier, reached)
                self._link(where, told, client)
                self._lineage = self._lineage_of(carrier, told)
        except SbgBulkError as error:
            raise failed(error) from error
        if isinstance(reached, RunReport):
            return self._finish(context, reached, told)
        if not told:
            self._defer(reached)
        return told

    def _task(self) -> Task:
        # A template that has no value gives an empty text.
        places = {"to": self.to or None, "project": self.project or None, "parent": self.parent or None}
        for_rows = {
            **places,
            "parents": self.parents,
            "destination_from_manifest": self.destination_from_manifest,
            "settings": self.settings or None,
        }
        options = evolve(self.run_options, label=self.run_label or None)
        return Task(self.job_type.upper(), for_rows, self.items_per_job, self.on_conflict, options, self.within)

    def _create(self, carrier: Carrier) -> bool:
        """Make the run. Return whether there is something to do."""
        task = carrier.task
        chosen = isinstance(self.source, Mapping)
        if self.on_conflict is not None and (chosen or task.job_type not in CHECKED):
            raise InputError(
                f"on_conflict is for a manifest, or rows, of {one_of(CHECKED)}. Give a choice its own in source."
            )
        if chosen:
            to = self.to or self.project or self.parent or None
            choice = sources.choice(carrier.client, task.job_type, self.source, to, self.parents)
            return choice is not None and carrier.create(choice)
        found = sources.manifest(self.source, self.form)
        return found is not None and carrier.create(*found)

    def _result(self, carrier: Carrier, report: RunReport) -> dict[str, Any]:
        return carrier.result(report)

    def _waiting(self, carrier: Carrier) -> dict[str, Any]:  # noqa: ARG002 - for those who need it
        """Return the result of a task that does not wait for jobs; nothing to wait."""
        return {}

    def _defer(self, waits: Waits) -> None:
        awaited = f"{counted(len(waits.jobs), 'job')} ended" if waits.jobs else "requests are left"
        self.log.info("Deferred until %s.", awaited)
        trigger = JobsTrigger(self.conn_id, waits.jobs, waits.job_type, waits.until)
        self.defer(trigger=trigger, method_name="go_on", timeout=self.execution_timeout)

    def _link(self, where: str, result: Mapping[str, Any], client: Client) -> None:
        found = {}
        if report := result.get("report"):
            found["report"] = link(place(self.journals), where, str(report).rpartition("/")[2])
        target = self.to or self.project
        if isinstance(self.source, Mapping):
            target = target or self.source.get("to")
        if target and (is_path(target) or not self.to):
            to = path_of(target)
            if to.project is not None:
                found["platform"] = page_of(client.settings.endpoint, to.project, to.names, None) or ""
        setattr(self, links.PLACES, found)

    def _lineage_of(self, carrier: Carrier, result: Mapping[str, Any]) -> Lineage | None:
        facts = carrier.facts
        if facts is None:
            return None
        given = self.to or self.project or self.parent
        places = [given] if given else [name for name, _ in facts.destinations]
        manifest = str(self.source) if isinstance(self.source, str | Path | ObjectStoragePath) else None
        return Lineage(facts.plan.endpoint, manifest, facts.sources, places, result["done"], result["bytes"])

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> Any:  # noqa: ARG002 - that provider's signature
        """Return the manifest or the places that were read, and the destinations. Airflow's provider for OpenLineage
        calls this, after a failure too; None if nothing was done.
        """
        return None if self._lineage is None else self._lineage.facets()

    def _finish(self, context: Any, report: RunReport, result: dict[str, Any]) -> Any:
        undone = result["failed"] + result["unclear"]
        self.log.info("%(done)d of %(rows)d items done, %(failed)d failed: %(report)s", result)
        if not undone or not self.fail_on_failures:
            return result
        # Those who gather the results of shards need those with failures, too.
        context["ti"].xcom_push(key="return_value", value=result)
        told = f"{undone:,} of {counted(result['rows'], 'item')} not done: see {result['report']}"
        raise AirflowException(told) if report.retry_helps else AirflowFailException(told)


class SubmitJobOperator(BulkRunOperator):
    """Submit one job, exactly once, of up to a hundred items: a run of one job.

    The result has `jobs` too, the ids, for a `JobSensor` for example.

    Args:
        items: mappings or ids.
        wait: whether the task waits until the job has ended; without it, the result has `jobs` only.
        options: the other arguments of `BulkRunOperator`.
    """

    template_fields: Sequence[str] = BulkRunOperator.template_fields

    def __init__(self, *, job_type: str, items: Any, wait: bool = True, **options: Any) -> None:
        super().__init__(job_type=job_type, source=items, **options)
        self.wait = wait

    def _create(self, carrier: Carrier) -> bool:
        if isinstance(self.source, str | Mapping) or not isinstance(self.source, Sequence):
            raise InputError(
                "items: expected a list of mappings or ids. Use BulkRunOperator for a manifest or a choice."
            )
        if len(self.source) > BULK_LIMIT:
            given = len(self.source)
            raise InputError(f"A job takes at most {BULK_LIMIT} items, not {given}. Use BulkRunOperator for more.")
        return super()._create(carrier)

    def _result(self, carrier: Carrier, report: RunReport) -> dict[str, Any]:
        return {**super()._result(carrier, report), "jobs": carrier.submitted()}

    def _waiting(self, carrier: Carrier) -> dict[str, Any]:
        jobs = carrier.submitted()
        return {"jobs": jobs} if jobs and not self.wait else {}


class BulkCheckOperator(BaseOperator):
    """Check what is at a destination: that of a run, or one folder or project against another. Nothing is changed.

    A run is checked by the worker, and two places by the triggerer. The task fails if anything is missing or different.
    The result has `agrees`, numbers, and up to a hundred of the differences.

    Args:
        run: a run's journal, as the result of a `BulkRunOperator` names it, or that result.
        source: the path of a folder or project, or a folder's id.
        place: the one to compare it with.
        options: further arguments of `Client.compare`, such as `match`.
        conn_id: the connection.
        fail_on_differences: whether the task fails if something differs.
    """

    template_fields: Sequence[str] = ("run", "source", "place", "options", "conn_id")
    ui_color = "#e6f2d9"
    _lineage: Lineage | None = None

    def __init__(
        self,
        *,
        run: Any = None,
        source: str | None = None,
        place: str | None = None,
        options: Mapping[str, Any] | None = None,
        conn_id: str = SbgBulkHook.default_conn_name,
        fail_on_differences: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.run = run
        self.source = source
        self.place = place
        self.options = options
        self.conn_id = conn_id
        self.fail_on_differences = fail_on_differences

    def execute(self, context: Any) -> Any:  # noqa: ARG002 - Airflow's signature
        """Check, or defer to the triggerer."""
        if (self.run is None) == (self.source is None or self.place is None):
            raise AirflowFailException("Give run, or source and place.")
        if self.run is None:
            try:
                sources.checked(AsyncClient.compare, None, self.source, self.place, **(self.options or {}))
            except InputError as error:
                raise failed(error) from None
            trigger = CompareTrigger(self.conn_id, str(self.source), str(self.place), self.options)
            self.defer(trigger=trigger, method_name="go_on", timeout=self.execution_timeout)
        if isinstance(self.run, Mapping) and "journal" not in self.run:
            raise AirflowFailException("run: expected the result of a BulkRunOperator, or a run's journal.")
        journal = self.run["journal"] if isinstance(self.run, Mapping) else self.run
        if journal is None:
            return {"agrees": True, "checked": 0, "differences": []}
        where, _, name = str(journal).rpartition("/")
        try:
            with opened(where) as kept, SbgBulkHook(self.conn_id).client(driver=kept.driver) as client:
                found = client.verify(kept.folder / name)
        except SbgBulkError as error:
            raise failed(error) from error
        shown = [str(one) for one in found.differences[:BULK_LIMIT]]
        result = {"agrees": found.agrees, "checked": found.checked, "failed": found.failed, "differences": shown}
        return self._finish(result, len(found.differences), shown)

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> Any:  # noqa: ARG002 - that provider's signature
        """Return the two places that were compared; None for a run, whose places are those of its own task."""
        return None if self._lineage is None else self._lineage.facets()

    def go_on(self, context: Any, event: Mapping[str, Any]) -> Any:  # noqa: ARG002 - Airflow's signature
        """Judge what the triggerer has found."""
        if event.get("error"):
            raise AirflowException(event["error"])
        endpoint = SbgBulkHook(self.conn_id).settings().endpoint
        self._lineage = Lineage(endpoint, sources=[str(self.source), str(self.place)])
        result = dict(event["result"])
        return self._finish(result, len(result["mismatches"]) + result["further"], result["mismatches"])

    def _finish(self, result: dict[str, Any], differences: int, shown: Sequence[str]) -> dict[str, Any]:
        for one in shown:
            self.log.warning("Differs: %s", one)
        if differences and self.fail_on_differences:
            raise AirflowException(f"{counted(differences, 'difference')}: {'; '.join(shown[:3])}")
        return result
