"""The waiting of both clients for jobs, as flows that wait for a driver."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, produce
from sbg_bulk.errors import InputError
from sbg_bulk.jobs import read, watch
from sbg_bulk.jobs.wait import Totals, wait
from sbg_bulk.jobs.watch import JobRef
from sbg_bulk.models.job import Job
from sbg_bulk.notebook import bars
from sbg_bulk.settings.settings import Settings


class WaitFlows:
    """Jobs: waited for, one or many at a time."""

    def __init__(self, settings: Settings, policy: RequestPolicy) -> None:
        self._settings = settings
        self._policy = policy

    def _refs(self, given: Iterable[Job | str], job_type: str | None) -> list[JobRef]:
        if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
            raise InputError("Give a job, its id or its URL, or a list of them.")
        references = list(given)
        if wrong := [one for one in references if not isinstance(one, Job | str)]:
            raise InputError(f"Expected a job, its id or its URL, not {wrong[0]!r}.")
        return [self._ref(one, job_type) for one in references]

    def _ref(self, reference: Job | str, job_type: str | None) -> JobRef:
        job = reference if isinstance(reference, Job) else None
        try:
            return JobRef(*read.locate(self._settings.endpoint, reference, job_type), job)
        except InputError:
            if job is None or not watch.only_listed(job):
                raise
            return JobRef(job.id, None, job)

    def _finish(
        self,
        wanted: Sequence[JobRef],
        timeout: float | None,
        on_change: Callable[[Job], object] | None,
        on_progress: Callable[[Totals], object] | None,
        finished: Callable[[str, Job], Flow[None]],
    ) -> Flow[None]:
        if timeout is not None and not timeout >= 0:
            raise InputError(f"timeout: expected a number of seconds, 0 or more, not {timeout!r}.")
        return wait(self._policy, wanted, timeout, on_change, on_progress, finished)

    def each_finished(
        self,
        given: Iterable[Job | str],
        job_type: str | None,
        timeout: float | None,
        on_change: Callable[[Job], object] | None,
        on_progress: Callable[[Totals], object] | None,
    ) -> Flow[None]:
        wanted = self._refs(given, job_type)
        return self._finish(wanted, timeout, on_change, on_progress, lambda _, job: produce(job))

    def all_finished(
        self,
        given: Job | str | Iterable[Job | str],
        job_type: str | None,
        timeout: float | None,
        on_change: Callable[[Job], object] | None,
        on_progress: Callable[[Totals], object] | None,
    ) -> Flow[Job | list[Job]]:
        """Wait for one job, or for several; what comes of it is one, or several."""
        one = isinstance(given, Job | str)
        wanted = self._refs([given] if isinstance(given, Job | str) else given, job_type)
        found: dict[str, Job] = {}

        def keep(job_id: str, job: Job) -> Flow[None]:
            found[job_id] = job
            yield from ()

        # A notebook gets a bar, unless the caller looks on by other means.
        display = bars.kernel_display() if on_change is None and on_progress is None else None
        with bars.for_wait(display) as on_bar:
            yield from self._finish(wanted, timeout, on_change, on_progress or on_bar, keep)
        return found[wanted[0].id] if one else [found[each.id] for each in wanted]
