"""`sbg-bulk jobs`: list, show, wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import IO, TYPE_CHECKING, Final

import click

from sbg_bulk.cli.context import Context, complain, explained, json_option, not_negative, note, tell, write_json
from sbg_bulk.cli.exits import Exit, exit_code
from sbg_bulk.cli.output.tables import job_document, print_failures, print_job, print_jobs, summary
from sbg_bulk.cli.wording import counted
from sbg_bulk.errors import InputError, SbgBulkError, WaitTimeout

if TYPE_CHECKING:
    from sbg_bulk.cli.progress.events import Events
    from sbg_bulk.client.sync import Client
    from sbg_bulk.models.job import Job

STATES: Final = ("SUBMITTED", "RESOLVING", "RUNNING", "FINISHED")
TYPES: Final = ("COPY", "MOVE", "DELETE")

NAMED: Final = 10
"""Of more jobs than this that are under way, only the number is told."""


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
@click.argument("job", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Wait for all jobs that are under way now.")
@click.option(
    "--from-file",
    "listed",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help="Wait for the jobs listed in FILE, an id or an address a line; - is standard input.",
)
@timeout_option
@json_option
@click.pass_context
def wait(
    click_context: click.Context,
    job: tuple[str, ...],
    every: bool,
    listed: IO[str] | None,
    timeout: float | None,
    as_json: bool,
) -> None:
    """Wait until each JOB, an id or an address, has finished. A thousand jobs are watched for ten requests a look."""
    if bool(job) + every + (listed is not None) != 1:
        raise click.UsageError("Name the jobs to wait for, or give --all or --from-file FILE: one of the three.")
    context: Context = click_context.obj
    with context.client() as client:
        found: Sequence[Job | str]
        if every:
            found = [one for one in client.jobs() if not one.finished]
        else:
            found = job if listed is None else _references(listed)
        if not found:
            note("No jobs to wait for.")
            return
        click_context.exit(wait_for(context, client, found, timeout, as_json))


def _references(lines: IO[str]) -> list[str]:
    """The jobs that a file lists. Blank lines and those that begin with # are left out."""
    try:
        return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    except UnicodeDecodeError:
        raise InputError(f"{lines.name} is not a text in UTF-8.") from None


def wait_for(
    context: Context, client: Client, wanted: Sequence[Job | str], timeout: float | None, as_json: bool
) -> Exit:
    """Wait for jobs, all within one timeout, and report on each in the order given. The exit code that follows."""
    from sbg_bulk.cli.progress.display import followed
    from sbg_bulk.cli.progress.tracker import Following
    from sbg_bulk.jobs.read import locate

    order = list(dict.fromkeys(locate(client.settings.endpoint, one, None)[0] for one in wanted))
    # The jobs as last seen, which is what there is to report on if the wait is broken off.
    seen = {one.id: one for one in wanted if not isinstance(one, str)}
    early: Exit | None = None
    broken: SbgBulkError | None = None
    with followed(as_json, Following.wait) as (following, events):

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
    code, told, again = Exit.DONE, "", None
    if early is not None:
        ending = "interrupted." if early is Exit.INTERRUPTED else f"timed out after {timeout:g} s."
        again = context.command("jobs", "wait", *(left if len(left) <= NAMED else ["--all"])) if left else None
        code, told = early, f"{ending}{_under_way(again, left, seen)}"
    elif broken is not None:
        code, told = exit_code(broken), explained(broken)
    elif not all(job.succeeded for job in seen.values()):
        code = Exit.FAILED_ITEMS
    if events is not None and told:
        events.failed("Interrupted" if broken is None else type(broken).__name__, told, code, again)
    # Even if an error ends the wait for one job, what became of the others is told.
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
        if job.failures:
            print_failures(job)


def _under_way(again: str | None, left: Sequence[str], seen: Mapping[str, Job]) -> str:
    """What to know of jobs that were not waited for to the end."""
    if again is None:
        return ""
    if len(left) > NAMED:
        number = counted(len(left), "job")
        return f" Still under way: {number}. They go on without you; wait for all there are with: {again}"
    states = {job_id: seen[job_id].state if job_id in seen else "" for job_id in left}
    told = ", ".join(f"job {job_id} ({state or 'state unknown'})" for job_id, state in states.items())
    if len(left) == 1:
        return f" Still under way: {told}. It goes on without you; wait for it again with: {again}"
    return f" Still under way: {told}. They go on without you; wait for them again with: {again}"
