"""`sbg-bulk copy`, `move` and `delete`: submit one job and wait for it, or carry a manifest in a run."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from sbg_bulk.cli.carrying import carry, given_options, run_options
from sbg_bulk.cli.context import Context, F, complain, json_option, note, write_json
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.jobs import timeout_option, wait_for
from sbg_bulk.cli.showing import job_document
from sbg_bulk.cli.wording import counted, duration
from sbg_bulk.errors import InputError

if TYPE_CHECKING:
    from sbg_bulk.client import Client
    from sbg_bulk.manifest import Format
    from sbg_bulk.model import Job

_TRANSFER_OPTIONS = (
    timeout_option,
    click.option("--detach", is_flag=True, help="Do not wait: print the job and leave it to itself."),
    click.option(
        "--manifest",
        type=click.Path(allow_dash=True),
        metavar="FILE|-",
        help="Do all rows of a CSV, TSV or JSONL file, or of standard input, in a run that can be resumed.",
    ),
    click.option(
        "--format",
        "form",
        type=click.Choice(("csv", "tsv", "jsonl")),
        help="The manifest's format.  [default: by its name, or its first line]",
    ),
    click.option("--dry-run", is_flag=True, help="Check the manifest, say what its run takes, and send nothing."),
    click.option(
        "--items-per-job", type=click.IntRange(min=1), metavar="N", help="Submit N rows as one job.  [default: 100]"
    ),
    click.option("--journal", type=click.Path(path_type=Path), metavar="FILE", help="Keep the run's journal here."),
)

_DESTINATION_OPTIONS = (
    click.option("--to-project", metavar="OWNER/PROJECT", help="Destination project; its root is meant."),
    click.option("--to-folder", metavar="ID", help="Destination folder."),
)

_RUN_ONLY = ("form", "dry_run", "items_per_job", "journal", "jobs_in_flight", "reserve", "give_up_after", "list_lag")


def _transfer_options(function: F) -> F:
    function = json_option(run_options(function))
    for option in reversed(_TRANSFER_OPTIONS):
        function = option(function)
    return click.argument("file", nargs=-1)(function)


def _destination_options(function: F) -> F:
    for option in reversed(_DESTINATION_OPTIONS):
        function = option(function)
    return function


@frozen
class _Destination:
    project: str | None = None
    folder: str | None = None

    def check(self, *, required: bool) -> None:
        """Raise UsageError unless exactly one is given, or none where rows may say themselves."""
        given = (self.project is not None) + (self.folder is not None)
        if given > 1 or (required and not given):
            raise click.UsageError("Give one destination: --to-project OWNER/PROJECT or --to-folder ID.")
        from sbg_bulk.model import check_destination

        if given:
            check_destination(self.folder, self.project)


def _transfer(
    click_context: click.Context,
    job_type: str,
    submit: Callable[[Client, tuple[str, ...]], Job],
    destination: _Destination,
    options: dict[str, Any],
) -> None:
    files: tuple[str, ...] = options["file"]
    if options["manifest"] is not None:
        if files:
            raise click.UsageError("Give FILEs or --manifest, not both.")
        if options["detach"] or options["timeout"] is not None:
            raise click.UsageError("--detach and --timeout are for FILEs; a run of a manifest can be resumed instead.")
        destination.check(required=False)
        click_context.exit(_run(click_context.obj, job_type, destination, options))
    if not files:
        raise click.UsageError("Give FILEs, the ids of files or folders, or --manifest.")
    if unfit := next((name for name in _RUN_ONLY if options[name] is not None and options[name] is not False), None):
        raise click.UsageError(f"--{'format' if unfit == 'form' else unfit.replace('_', '-')} goes with --manifest.")
    if job_type != "DELETE":
        destination.check(required=True)
    _check_files(files)
    _one_job(click_context, lambda client: submit(client, files), options)


def _check_files(files: Sequence[str]) -> None:
    """Raise InputError unless each could be an id, and none stands there twice."""
    from sbg_bulk.model import check_id

    seen: set[str] = set()
    for file in files:
        check_id("FILE", file)
        if file in seen:
            raise InputError(f"FILE: {file} is given twice.")
        seen.add(file)


def _one_job(click_context: click.Context, submit: Callable[[Client], Job], options: dict[str, Any]) -> None:
    detach, timeout, as_json = options["detach"], options["timeout"], options["as_json"]
    if detach and timeout is not None:
        raise click.UsageError("--timeout is for waiting, and --detach does not wait.")
    context: Context = click_context.obj
    with context.client() as client:
        try:
            job = submit(client)
        except KeyboardInterrupt:
            complain(
                "interrupted while submitting. The job may have been started: look for it before you submit again, "
                f"with: {context.command('jobs', 'list')}"
            )
            click_context.exit(Exit.INTERRUPTED)
        if not detach:
            note(f"Submitted job {job.id}.")
            click_context.exit(wait_for(context, client, [job], timeout, as_json))
        if as_json:
            write_json(job_document(job))
        else:
            click.echo(job.id)
            note(f"Submitted. Wait for it with: {context.command('jobs', 'wait', job.id)}")


def _run(context: Context, job_type: str, destination: _Destination, options: dict[str, Any]) -> Exit:
    from sbg_bulk.runs import ITEMS_PER_JOB

    source: Path | Any = sys.stdin.buffer if options["manifest"] == "-" else Path(options["manifest"])
    items_per_job = options["items_per_job"] or ITEMS_PER_JOB
    if options["dry_run"]:
        return _dry_run(job_type, source, destination, items_per_job, options)
    run_options = given_options(options["jobs_in_flight"], options["reserve"], options["list_lag"])
    with context.client() as client:
        return carry(
            context,
            lambda on_change, on_wait: client.run(
                job_type,
                source,
                project=destination.project,
                parent=destination.folder,
                form=options["form"],
                journal=options["journal"],
                items_per_job=items_per_job,
                options=run_options,
                within=options["give_up_after"],
                on_change=on_change,
                on_wait=on_wait,
            ),
            options["as_json"],
        )


def _dry_run(
    job_type: str,
    source: Path | io.BufferedReader,
    destination: _Destination,
    items_per_job: int,
    options: dict[str, Any],
) -> Exit:
    from attrs import asdict

    from sbg_bulk import manifest, runs

    form: Format | None = options["form"]
    defaults = manifest.Defaults(destination.folder, destination.project)
    rows = runs.count(job_type, source, defaults, form)
    estimate = runs.estimate(rows, items_per_job, options["reserve"] or 0)
    if options["as_json"]:
        write_json(asdict(estimate))
    else:
        limit = f"makes that at least {duration(estimate.seconds)}" if estimate.seconds else "allows that at once"
        click.echo(
            f"Nothing was sent. To do: {counted(estimate.items, 'row')} in {counted(estimate.jobs, 'job')}, with at "
            f"least {counted(estimate.requests, 'request')}. The rate limit {limit}."
        )
    return Exit.DONE


@click.command()
@_destination_options
@_transfer_options
@click.pass_context
def copy(click_context: click.Context, /, to_project: str | None, to_folder: str | None, **options: Any) -> None:
    """Copy each FILE, the id of a file or folder, in one job, or the rows of a manifest in as many as it takes.

    Folders are copied with all they hold. A manifest has the columns file, parent (a folder) or project
    (owner/project), and name; --to-project and --to-folder are for rows that name no destination.
    """
    destination = _Destination(to_project, to_folder)
    _transfer(
        click_context,
        "COPY",
        lambda client, files: client.copy(files, project=to_project, parent=to_folder),
        destination,
        options,
    )


@click.command()
@_destination_options
@_transfer_options
@click.pass_context
def move(click_context: click.Context, /, to_project: str | None, to_folder: str | None, **options: Any) -> None:
    """Move each FILE, the id of a file or folder, in one job, or the rows of a manifest in as many as it takes.

    Files keep their ids, folders get new ones. A manifest has the columns file, parent (a folder) or project
    (owner/project), and name; --to-project and --to-folder are for rows that name no destination.
    """
    destination = _Destination(to_project, to_folder)
    _transfer(
        click_context,
        "MOVE",
        lambda client, files: client.move(files, project=to_project, parent=to_folder),
        destination,
        options,
    )


@click.command()
@_transfer_options
@click.pass_context
def delete(click_context: click.Context, /, **options: Any) -> None:
    """Delete each FILE, the id of a file or folder, in one job, or the rows of a manifest in as many as it takes.

    Folders go with all they hold; nothing comes back. A manifest has the column file.
    """
    _transfer(click_context, "DELETE", lambda client, files: client.delete(files), _Destination(), options)
