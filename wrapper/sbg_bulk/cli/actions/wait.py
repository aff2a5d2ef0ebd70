"""`sbg-bulk jobs`: list, show, wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit, exit_code
from sbg_bulk.cli.output.console import complain, explained, note, tell
from sbg_bulk.cli.output.failures import INTERRUPTED, kind_of
from sbg_bulk.cli.output.tables import print_not_done, summary
from sbg_bulk.cli.progress.display import followed
from sbg_bulk.errors import SbgBulkError, WaitTimeout
from sbg_bulk.jobs.read import locate
from sbg_bulk.text import counted

if TYPE_CHECKING:
    from sbg_bulk.cli.progress.events import Events
    from sbg_bulk.client.sync import Client
    from sbg_bulk.models.job import Job


NAMED: Final = 10
"""Of more running jobs than this, only the number is shown."""


def wait_for(
    context: Context, client: Client, wanted: Sequence[Job | str], timeout: float | None, as_json: bool
) -> Exit:
    """Wait for jobs, all within one timeout, and report on each in the order given. The exit code that follows."""
    order = list(dict.fromkeys(locate(client.settings.endpoint, one, None)[0] for one in wanted))
    # The jobs as last seen, which is what there is to report on if the wait is interrupted.
    seen = {one.id: one for one in wanted if not isinstance(one, str)}
    early: Exit | None = None
    broken: SbgBulkError | None = None
    with followed(as_json) as (following, events):

        def changed(job: Job) -> None:
            seen[job.id] = job
            following.job(job)
            if events is not None:
                events.job_seen(job)

        following.expect(len(order))
        if events is not None:
            events.wait_started(len(order))
        for job in seen.values():
            changed(job)
        try:
            client.wait(wanted, timeout=timeout, on_change=changed, on_progress=following.totals)
        except WaitTimeout as error:
            early, broken = Exit.TIMED_OUT, error
        except KeyboardInterrupt:
            early = Exit.INTERRUPTED
        except SbgBulkError as error:
            broken = error
    left = [job_id for job_id in order if job_id not in seen or not seen[job_id].finished]
    code, told = Exit.DONE, ""
    if early is not None:
        ending = "interrupted." if early is Exit.INTERRUPTED else f"timed out after {timeout:g} s."
        again = context.command("jobs", "wait", *(left if len(left) <= NAMED else ["--all"])) if left else None
        code, told = early, f"{ending}{_under_way(again, left, seen)}"
    elif broken is not None:
        code, told = exit_code(broken), explained(broken)
    elif not all(job.succeeded for job in seen.values()):
        code = Exit.FAILED_ITEMS
    if events is not None and told:
        events.failed(INTERRUPTED if broken is None else kind_of(broken), told, code, broken)
    # Even if an error ends the wait for one job, the results of the others are shown.
    for job_id in order:
        if job_id in seen:
            _report(seen[job_id], events)
    if told:
        complain(told)
    return code


def _report(job: Job, events: Events | None) -> None:
    if events is not None:
        events.job_told(job)
    elif job.finished:
        (note if job.succeeded else tell)(summary(job))
        if not all(entry.ok for entry in job.result or ()):
            print_not_done(job)


def _under_way(again: str | None, left: Sequence[str], seen: Mapping[str, Job]) -> str:
    """What to know of jobs that were not waited for to the end."""
    if again is None:
        return ""
    if len(left) > NAMED:
        number = counted(len(left), "job")
        return f" Still running: {number}. They keep running on the platform; wait for all jobs with: {again}"
    states = {job_id: seen[job_id].state if job_id in seen else "" for job_id in left}
    told = ", ".join(f"job {job_id} ({state or 'state unknown'})" for job_id, state in states.items())
    if len(left) == 1:
        return f" Still running: {told}. It keeps running on the platform; wait again with: {again}"
    return f" Still running: {told}. They keep running on the platform; wait again with: {again}"
