"""`sbg-bulk jobs`: list, show, wait."""

from __future__ import annotations

import time
from itertools import islice

import click

from sbg_bulk.cli.context import Context, json_option, note, write_json
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.showing import job_document, print_job, print_jobs, progress, summary
from sbg_bulk.client import Client
from sbg_bulk.errors import WaitTimeout
from sbg_bulk.model import Job

timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Wait no longer than this; then exit with code 4, and the job goes on.  [default: no limit]",
)


@click.group()
def jobs() -> None:
    """See the bulk jobs of your user, and wait for them."""


@jobs.command("list")
@click.option("--state", metavar="STATE", help="Only jobs in this state: SUBMITTED, RESOLVING, RUNNING, FINISHED.")
@click.option("--type", "job_type", metavar="TYPE", help="Only jobs of this type: COPY, MOVE, DELETE.")
@click.option("--limit", type=click.IntRange(min=1), default=25, show_default=True, help="List no more than this.")
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
            note(f"There are more jobs than {limit}; see them with --limit.")


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
        click_context.exit(wait_for(client, job, timeout, as_json))


def wait_for(client: Client, references: tuple[str | Job, ...], timeout: float | None, as_json: bool) -> Exit:
    """Wait for jobs, one after the other, all within one timeout, and report on each. The exit code that follows."""
    deadline = None if timeout is None else time.monotonic() + timeout
    started = [one if isinstance(one, Job) else client.job(one) for one in references]
    ended: list[Job] = []
    late: list[WaitTimeout] = []
    waited_for = {job.id: job for job in started}
    with progress(waited_for) as show_progress:
        for job in waited_for.values():
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            try:
                ended.append(client.wait(job, timeout=left, on_change=show_progress))
            except WaitTimeout as error:
                late.append(error)
                ended.append(error.job)
    for job in ended:
        if as_json:
            write_json(job_document(job))
        elif job.finished:
            note(summary(job))
            if job.failures:
                print_job(job)
    for timed_out in late:
        note(f"sbg-bulk: {timed_out}")
    if late:
        return Exit.TIMED_OUT
    return Exit.DONE if all(job.succeeded for job in ended) else Exit.FAILED_ITEMS
