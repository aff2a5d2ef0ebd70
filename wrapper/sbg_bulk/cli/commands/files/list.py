"""`sbg-bulk files list`, and `sbg-bulk ls`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

import click

from sbg_bulk.cli.actions.connect import connected
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.known_places import remembering
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.output.documents import date, file_document
from sbg_bulk.cli.output.tables import print_files, print_rows
from sbg_bulk.cli.place_completion import complete_place
from sbg_bulk.errors import InputError, NotFound
from sbg_bulk.files.filters import FILE, Filters
from sbg_bulk.files.paths import Location, place_of
from sbg_bulk.text import size

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client
    from sbg_bulk.models.resources import File


@click.command("list")
@click.argument("place", required=False, shell_complete=complete_place)
@click.option("--folder", metavar="ID", help="List this folder, by its id.")
@click.option("--name", help="Only entries with exactly this name.")
@click.option(
    "--match",
    multiple=True,
    metavar="GLOB",
    help="Only names that match, such as '*.bam'. May be repeated: a name must match one of them.",
)
@click.option("--long", "-l", is_flag=True, help="Show sizes and dates too, where the platform gives them.")
@json_option
@click.pass_obj
def list_files(
    context: Context,
    place: str | None,
    folder: str | None,
    name: str | None,
    match: tuple[str, ...],
    long: bool,
    as_json: bool,
) -> None:
    """List what is in PLACE, without subfolders: a path such as owner/project/folder, or a folder's id.

    The path of a file lists the file.
    """
    if (place is None) == (folder is None):
        raise click.UsageError("Give a PLACE (owner/project[/folder/...] or a folder's id) or --folder ID.")
    filters = Filters(match)
    where = Location(folder=folder) if place is None else place_of(place)
    with connected(context, [where]).client() as client:
        found = (
            file
            for file in _entries(client, where, place or "", name, long)
            if filters.wants((file.name,), FILE) and (name is None or file.name == name)
        )
        if as_json:
            for file in found:
                write_json(_long_document(file) if long else file_document(file))
        elif shown := list(found):
            _print_long(shown) if long else print_files(shown)
        else:
            note("No files matched." if match or name else "Empty.")


def _entries(client: Client, where: Location, place: str, name: str | None, long: bool) -> Iterator[File]:
    """Produce what is in a place."""
    if where.folder is not None and where.endpoint is None:
        try:
            yield from client.files(parent=where.folder, name=name, details=long)
        except NotFound as error:
            raise InputError(
                f"Folder {where.folder} was not found, or is not shared with you. To name a project, write "
                "owner/project."
            ) from error
        return
    if where.folder is None and not where.names:
        found = client.files(where.project, name=name, details=long)
        yield from found if name is not None else remembering(client.settings, str(where), found)
        return
    located = cast("File", client.locate(place))  # what has names below a project is none
    if located.is_folder:
        found = client.files(parent=located.id, name=name, details=long)
        yield from found if name is not None else remembering(client.settings, str(where), found)
    else:
        yield client.file(located.id) if long else located


def _long_document(file: File) -> dict[str, Any]:
    return {
        **file_document(file),
        "size": file.size,
        "created_on": date(file.created_on),
        "modified_on": date(file.modified_on),
    }


def _print_long(shown: Iterable[File]) -> None:
    columns = ("ID", "TYPE", "SIZE", "MODIFIED", "NAME")
    print_rows(
        columns,
        (
            (
                file.id,
                file.type,
                None if file.size is None else size(file.size),
                date(file.changed_on),
                file.name,
            )
            for file in shown
        ),
    )
