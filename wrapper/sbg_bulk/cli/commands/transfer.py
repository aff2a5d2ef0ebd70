"""`sbg-bulk copy`, `move` and `delete`: one job of ids, or a run of what paths choose or a manifest lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sbg_bulk.cli.actions import manifest as manifests
from sbg_bulk.cli.actions.choose import choose_and_run
from sbg_bulk.cli.actions.connect import connected
from sbg_bulk.cli.actions.wait import wait_for
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.options.common import F, json_option, timeout_option
from sbg_bulk.cli.options.confirm import agreed, check_can_ask, yes_option
from sbg_bulk.cli.options.destination import Destination, destination_options
from sbg_bulk.cli.options.filters import NAMES, filter_options
from sbg_bulk.cli.options.run import run_options
from sbg_bulk.cli.output.console import complain, note, write_json
from sbg_bulk.cli.output.documents import job_document
from sbg_bulk.errors import InputError
from sbg_bulk.runs.manifest import FORMATS

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client
    from sbg_bulk.models.job import Job

_OPTIONS: Final = (
    yes_option,
    click.option("--dry-run", is_flag=True, help="Say what would be done and what it takes, and change nothing."),
    click.option(
        "--verify",
        is_flag=True,
        help="Look afterwards whether all is where it should be, name by name; exit code 3 if not.",
    ),
    click.option(
        "--manifest",
        type=click.Path(allow_dash=True),
        metavar="FILE|-",
        help="Do all rows of a CSV, TSV or JSONL file, or of standard input.",
    ),
    click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        help="The manifest's format.  [default: by its name, or its first line]",
    ),
    click.option("--detach", is_flag=True, help="With ids: do not wait, print the job and leave it to itself."),
    timeout_option,
    click.option(
        "--items-per-job", type=click.IntRange(min=1), metavar="N", help="Submit N items as one job.  [default: 100]"
    ),
    click.option("--journal", type=click.Path(path_type=Path), metavar="FILE", help="Keep the run's journal here."),
)

_RUN_ONLY: Final = ("dry_run", "items_per_job", "journal", "jobs_in_flight", "reserve", "give_up_after", "list_lag")
"""Options that one job of ids has no use for."""

_DONE: Final = {"COPY": "copied", "MOVE": "moved", "DELETE": "deleted"}

_TELLING: Final = "Give SOURCEs, paths or ids of files and folders, or --manifest."


def _transfer_options(function: F) -> F:
    function = json_option(run_options(function))
    for option in reversed(_OPTIONS):
        function = option(function)
    return click.argument("source", nargs=-1)(filter_options(function))


def _transfer(click_context: click.Context, job_type: str, destination: Destination, options: dict[str, Any]) -> None:
    sources: tuple[str, ...] = options["source"]
    context = connected(click_context.obj, [*(one for one in sources if "/" in one), destination.to])
    if options["manifest"] is not None:
        _check_manifest(sources, options)
        destination.check(required=False)
        click_context.exit(manifests.run(context, job_type, destination, options))
    if not sources:
        raise click.UsageError(_TELLING)
    if options["form"] is not None:
        raise click.UsageError("--format goes with --manifest.")
    if job_type != "DELETE":
        destination.check(required=True)
    if _is_choice(sources, options):
        if options["detach"] or options["timeout"] is not None:
            raise click.UsageError("--detach and --timeout are for ids; what is chosen is a run, which can be resumed.")
        if not options["dry_run"]:
            check_can_ask(options["yes"], f"what is chosen is {_DONE[job_type]}")
        click_context.exit(choose_and_run(context, job_type, destination.text, options))
    _check_ids(sources, options)
    if job_type == "DELETE":
        check_can_ask(options["yes"], "anything is deleted")
    click_context.exit(_one_job(context, job_type, sources, destination, options))


def _check_manifest(sources: Sequence[str], options: dict[str, Any]) -> None:
    if sources:
        raise click.UsageError("Give SOURCEs or --manifest, not both.")
    if options["detach"] or options["timeout"] is not None:
        raise click.UsageError("--detach and --timeout are for ids; a run of a manifest can be resumed instead.")
    if unfit := next((name for name in NAMES if options[name]), None):
        raise click.UsageError(f"{_option(unfit)} goes with SOURCEs; a manifest says itself what is meant.")


def _option(name: str) -> str:
    return "--type" if name == "kind" else f"--{name.replace('_', '-')}"


def _is_choice(sources: Sequence[str], options: dict[str, Any]) -> bool:
    """Whether what is meant has to be looked for first."""
    from sbg_bulk.files.paths import is_path

    return any(map(is_path, sources)) or any(options.get(name) for name in (*NAMES, "skip_existing", "verify"))


def _check_ids(sources: Sequence[str], options: dict[str, Any]) -> None:
    """Raise an error unless each could be an id, none stands there twice, and the options go with them."""
    from sbg_bulk.items import check_id

    if unfit := next((name for name in _RUN_ONLY if options[name] is not None and options[name] is not False), None):
        raise click.UsageError(f"{_option(unfit)} goes with paths, filters or --manifest, not with ids alone.")
    if options["detach"] and options["timeout"] is not None:
        raise click.UsageError("--timeout is for waiting, and --detach does not wait.")
    seen: set[str] = set()
    for source in sources:
        check_id("SOURCE", source)
        if source in seen:
            raise InputError(f"SOURCE: {source} is given twice.")
        seen.add(source)


def _one_job(
    context: Context, job_type: str, sources: Sequence[str], destination: Destination, options: dict[str, Any]
) -> Exit:
    with context.client() as client:
        if job_type == "DELETE":
            question = "Delete it? " if len(sources) == 1 else f"Delete these {len(sources):,} files or folders? "
            if not agreed(f"{question}Folders go with all they hold; nothing comes back.", options["yes"]):
                return Exit.INTERRUPTED
        submit = _submission(client, job_type, sources, destination, options)
        try:
            job = submit()
        except KeyboardInterrupt:
            complain(
                "interrupted while submitting. The job may have been started: look for it before you submit again, "
                f"with: {context.command('jobs', 'list')}"
            )
            return Exit.INTERRUPTED
        if not options["detach"]:
            note(f"Submitted job {job.id}.")
            return wait_for(context, client, [job], options["timeout"], options["as_json"])
        if options["as_json"]:
            write_json(job_document(job))
        else:
            click.echo(job.id)
            note(f"Submitted. Wait for it with: {context.command('jobs', 'wait', job.id)}")
        return Exit.DONE


def _submission(
    client: Client, job_type: str, sources: Sequence[str], destination: Destination, options: dict[str, Any]
) -> Callable[[], Job]:
    """What submits the job. Where it goes is looked up here, before."""
    if job_type == "DELETE":
        return lambda: client.delete(sources)
    where = destination.find(client, options["parents"])
    transfer = client.copy if job_type == "COPY" else client.move
    return lambda: transfer(sources, project=where.project, parent=where.folder)


_PATHS: Final = """

    SOURCE is a path, [NAME:]owner/project[/folder/...[/file]], or an id. The path of a folder or project means what is
    in it; the path of a file, and an id, mean the thing itself. NAME is a profile or a deployment's name.

    What paths and filters choose is shown first, and carried in a run that can be resumed; ids alone make one job.
    """

_ROWS: Final = """The rows of a manifest have the columns file, parent (a folder) or project (owner/project), and name;
    a destination given here is for rows that name none.
    """


@click.command(help="Copy each SOURCE to a folder or project." + _PATHS + _ROWS)
@destination_options
@_transfer_options
@click.pass_context
def copy(click_context: click.Context, /, **options: Any) -> None:
    _transfer(click_context, "COPY", Destination.given(options), options)


@click.command(
    help="Move each SOURCE to a folder or project. Files keep their ids, folders get new ones." + _PATHS + _ROWS
)
@destination_options
@_transfer_options
@click.pass_context
def move(click_context: click.Context, /, **options: Any) -> None:
    _transfer(click_context, "MOVE", Destination.given(options), options)


@click.command(
    help="Delete each SOURCE. Folders go with all they hold; nothing comes back. You are asked first."
    + _PATHS
    + "The folder that a path names stays, even if nothing is left in it: delete it by its id. The rows of a manifest "
    "have the column file."
)
@_transfer_options
@click.pass_context
def delete(click_context: click.Context, /, **options: Any) -> None:
    _transfer(click_context, "DELETE", Destination(), options)
