"""`sbg-bulk copy`, `move` and `delete`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import click

from sbg_bulk.cli.later import later
from sbg_bulk.cli.options.destination import destination_options
from sbg_bulk.cli.options.transfer import TransferRequest, export_options, import_options, transfer_options

_transfer: Callable[[click.Context, TransferRequest], None] = later("sbg_bulk.cli.actions.transfer", "transfer")

_PATHS: Final = """

    SOURCE is a path, [NAME:]owner/project[/folder/...[/file]], or an id. The path of a folder or project means its
    contents; the path of a file, or an id, means the item itself. NAME is a profile or a platform's short name.

    What paths and filters select is shown first, and done in a run that can be resumed. Up to 100 ids are submitted as
    one job; more ids, """

_PARENTS: Final = "--parents, "

_RUNS: Final = """--dry-run and the options of runs start a run too.
    """

_ROWS: Final = """The rows of a manifest have the columns file (an id or a path), to (a path) or parent (a folder) or
    project, and name. In a manifest, the path of a folder means the folder itself. With --to, lists of existing files,
    as written by files list --json and by the platform, can be used too.
    """


@click.command(help="Copy each SOURCE to a folder or project." + _PATHS + _PARENTS + _RUNS + _ROWS)
@destination_options
@transfer_options("COPY")
@click.pass_context
def copy(click_context: click.Context, request: TransferRequest) -> None:
    _transfer(click_context, request)


@click.command(
    help="Move each SOURCE to a folder or project. Files keep their ids, folders get new ones. Asks first."
    + _PATHS
    + _PARENTS
    + _RUNS
    + _ROWS
)
@destination_options
@transfer_options("MOVE")
@click.pass_context
def move(click_context: click.Context, request: TransferRequest) -> None:
    _transfer(click_context, request)


@click.command(
    help="Permanently delete each SOURCE, folders with all their contents. Asks first."
    + _PATHS
    + _RUNS
    + "A folder given by its path is kept, even if it becomes empty; to delete it too, add --dir. The rows of a "
    "manifest have a file, id or path column."
)
@transfer_options("DELETE")
@click.pass_context
def delete(click_context: click.Context, request: TransferRequest) -> None:
    _transfer(click_context, request)


@click.command(
    help="Export the files of each SOURCE to a volume. Asks first, but for a manifest with --copy-only. Say what to do "
    "with the platform's copies: --copy-only or --replace-with-alias."
    """

    SOURCE is a path, [NAME:]owner/project[/folder/...[/file]], or the id of a file. The path of a folder or project
    means the files in it, which keep their subfolders below PREFIX. The volume has to be writable, and in the cloud and
    region of the project.

    Before the question, the plan shows the files, their size, the volume, and what cannot be exported: aliases, folders
    given by their ids, public files. Archived files are refused when they are submitted.

    The rows of a manifest have the columns file (an id or a path), volume and location, and may have overwrite (true or
    false). With --to, a location is below its PREFIX, and a row without one keeps the file's name.
    """
)
@export_options
@click.pass_context
def export(click_context: click.Context, request: TransferRequest) -> None:
    _transfer(click_context, request)


@click.command(
    "import",
    help="""Import each SOURCE, objects of a volume, into a project. Asks first, but for a manifest.

    SOURCE is OWNER/VOLUME:PREFIX: an object, or a folder, which means the objects in it. Each object becomes a
    file, an alias: its contents stay on the volume. Nothing is written to the volume.

    The rows of a manifest have the columns volume and location, or source (VOLUME:LOCATION); to (a path), parent (a
    folder) or project; and may have name, overwrite and autorename (true or false). A column metadata.KEY is a key of
    the metadata that the file gets in the same run.

    With --drs the rows are objects in repositories, with the columns that portals write: drs_uri, and name or
    file_name. All other columns become metadata.
    """,
)
@import_options
@click.pass_context
def import_(click_context: click.Context, request: TransferRequest) -> None:
    _transfer(click_context, request)
