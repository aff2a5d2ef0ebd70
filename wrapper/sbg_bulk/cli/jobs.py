"""`sbg-bulk jobs`: list, show, wait."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

import click

from sbg_bulk.cli.context import Context, complain, json_option, not_negative, note, write_json
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.showing import job_document, print_failures, print_job, print_jobs, progress, summary
from sbg_bulk.errors import WaitTimeout

if TYPE_CHECKING:
    from sbg_bulk.client import Client
    from sbg_bulk.model import Job

STATES: Final = ("SUBMITTED", "RESOLVING", "RUNNING", "FINISHED")
TYPES: Final = ("COPY", "MOVE", "DELETE")


timeout_option = click.option(
    "--timeout",
    type=float,
    callback=not_negative,
    metavar="SECONDS",
    help="Wait no longer than this; then exit with code 4, and the job goes on.  [default: no limit]",
)


@click.group()
def jobs() -> None:
    """See the bulk jobs of your user, and wait for them."""


@jobs.command("list")
@click.option(
    "--state",
    type=click.Choice(STATES, case_sensitive=False),
    metavar="STATE",
    help=f"Only jobs in this state: {', '.join(STATES)}.",
)
@click.option(
    "--type",
    "job_type",
    type=click.Choice(TYPES, case_sensitive=False),
    metavar="TYPE",
    help=f"Only jobs of this type: {', '.join(TYPES)}.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", default=25, show_default="25", help="List no more than N jobs."
)
@json_option
@click.pass_obj
def list_jobs(context: Context, state: str | None, job_type: str | None, limit: int, as_json: bool) -> None:
    """List your jobs, in the server's order. They can be seen for a month after they end."""
    with context.client() as client:
        # One more than asked for tells whether there are more.
        found = client.jobs(state=state, type=job_type, limit=limit + 1)
        if as_json:
            for job in islice(found, limit):
                write_json(job_document(job))
        else:
            shown = list(islice(found, limit))
            if shown:
                print_jobs(shown)
            else:
                note("No such jobs." if state or job_type else "No jobs.")
        if next(found, None) is not None:
            note(f"There are more than {limit:,}: list them with a higher --limit.")


@jobs.command()
@click.argument("job")
@json_option
@click.pass_obj
def show(context: Context, job: str, as_json: bool) -> None:
    """Show JOB, an id or an address, and the result of each of its items."""
    with context.client() as client:
        found = client.job(job)
    if as_json:
        write_json(job_document(found))
    else:
        print_job(found)


@jobs.command()
@click.argument("job", nargs=-1, required=True)
@timeout_option
@json_option
@click.pass_context
def wait(click_context: click.Context, job: tuple[str, ...], timeout: float | None, as_json: bool) -> None:
    """Wait until each JOB, an id or an address, has finished."""
    context: Context = click_context.obj
    with context.client() as client:
        found = [client.job(one) for one in job]
        click_context.exit(wait_for(context, client, found, timeout, as_json))


def wait_for(context: Context, client: Client, found: Iterable[Job], timeout: float | None, as_json: bool) -> Exit:
    """Wait for jobs, one after the other, all within one timeout, and report on each. The exit code that follows."""
    began = time.monotonic()
    # The jobs as last seen, by the ids they were found by.
    seen = {job.id: job for job in found}
    early: Exit | None = None
    try:
        with progress(seen.values()) as show_progress:

            def changed(job_id: str, job: Job) -> None:
                seen[job_id] = job
                show_progress(job_id, job)

            for job_id in [job_id for job_id, job in seen.items() if not job.finished]:
                left = None if timeout is None else max(0.0, began + timeout - time.monotonic())
                try:
                    client.wait(seen[job_id], timeout=left, on_change=partial(changed, job_id))
                except WaitTimeout:
                    early = Exit.TIMED_OUT
    except KeyboardInterrupt:
        early = Exit.INTERRUPTED
    finally:
        # Even if an error ends the wait for one job, what became of the others is told.
        for job in seen.values():
            _report(job, as_json)
    if early is None:
        return Exit.DONE if all(job.succeeded for job in seen.values()) else Exit.FAILED_ITEMS
    ending = "interrupted." if early is Exit.INTERRUPTED else f"timed out after {timeout:g} s."
    complain(f"{ending}{_under_way(context, [job for job in seen.values() if not job.finished])}")
    return early


def _report(job: Job, as_json: bool) -> None:
    if as_json:
        write_json(job_document(job))
    elif job.finished:
        note(summary(job))
        if job.failures:
            print_failures(job)


def _under_way(context: Context, jobs: Sequence[Job]) -> str:
    """What to know of jobs that were not waited for to the end."""
    if not jobs:
        return ""
    states = ", ".join(f"job {job.id} ({job.state or 'state unknown'})" for job in jobs)
    again = context.command("jobs", "wait", *(job.id for job in jobs))
    if len(jobs) == 1:
        return f" Still under way: {states}. It goes on without you; wait for it again with: {again}"
    return f" Still under way: {states}. They go on without you; wait for them again with: {again}"
