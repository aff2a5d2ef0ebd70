"""`sbg-bulk copy`, `move` and `delete`: submit one job, and wait for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from sbg_bulk.cli.context import Context, F, complain, json_option, note, write_json
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.jobs import timeout_option, wait_for
from sbg_bulk.cli.showing import job_document

if TYPE_CHECKING:
    from sbg_bulk.client import Client
    from sbg_bulk.model import Job


def _transfer_options(function: F) -> F:
    for option in (
        json_option,
        timeout_option,
        click.option("--detach", is_flag=True, help="Do not wait: print the job and leave it to itself."),
    ):
        function = option(function)
    return function


def _destination_options(function: F) -> F:
    for option in (
        click.option("--to-folder", metavar="ID", help="Destination folder."),
        click.option("--to-project", metavar="OWNER/PROJECT", help="Destination project; its root is meant."),
    ):
        function = option(function)
    return function


def _one_destination(to_project: str | None, to_folder: str | None) -> None:
    if (to_project is None) == (to_folder is None):
        raise click.UsageError("Give one destination: --to-project OWNER/PROJECT or --to-folder ID.")
    from sbg_bulk.model import check_destination

    check_destination(to_folder, to_project)


def _run(
    click_context: click.Context,
    submit: Callable[[Client], Job],
    detach: bool,
    timeout: float | None,
    as_json: bool,
) -> None:
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


@click.command()
@click.argument("file", nargs=-1, required=True)
@_destination_options
@_transfer_options
@click.pass_context
def copy(
    click_context: click.Context,
    file: tuple[str, ...],
    to_project: str | None,
    to_folder: str | None,
    detach: bool,
    timeout: float | None,
    as_json: bool,
) -> None:
    """Copy each FILE, the id of a file or folder, in one job. Folders are copied with all they hold."""
    _one_destination(to_project, to_folder)
    _run(
        click_context,
        lambda client: client.copy(file, project=to_project, parent=to_folder),
        detach,
        timeout,
        as_json,
    )


@click.command()
@click.argument("file", nargs=-1, required=True)
@_destination_options
@_transfer_options
@click.pass_context
def move(
    click_context: click.Context,
    file: tuple[str, ...],
    to_project: str | None,
    to_folder: str | None,
    detach: bool,
    timeout: float | None,
    as_json: bool,
) -> None:
    """Move each FILE, the id of a file or folder, in one job. Files keep their ids, folders get new ones."""
    _one_destination(to_project, to_folder)
    _run(
        click_context,
        lambda client: client.move(file, project=to_project, parent=to_folder),
        detach,
        timeout,
        as_json,
    )


@click.command()
@click.argument("file", nargs=-1, required=True)
@_transfer_options
@click.pass_context
def delete(
    click_context: click.Context, file: tuple[str, ...], detach: bool, timeout: float | None, as_json: bool
) -> None:
    """Delete each FILE, the id of a file or folder, in one job. Folders go with all they hold; nothing comes back."""
    _run(click_context, lambda client: client.delete(file), detach, timeout, as_json)
