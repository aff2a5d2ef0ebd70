"""`sbg-bulk files list`, and `sbg-bulk ls`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import click

from sbg_bulk.cli.actions.connect import connected
from sbg_bulk.cli.commands.projects import show_projects
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.known_places import remembering
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.output.documents import date, file_document
from sbg_bulk.cli.output.tables import has_room, print_blocks, print_files, print_rows
from sbg_bulk.cli.place_completion import complete_place
from sbg_bulk.errors import InputError, NotFound
from sbg_bulk.files.addresses import is_address
from sbg_bulk.files.filters import FILE, Filters
from sbg_bulk.files.paths import Location, place_of
from sbg_bulk.text import size

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client
    from sbg_bulk.models.resources import File

ROOM: Final = 80
"""Columns of a line from which on a long list is a table; in fewer each is a block of lines."""


@click.command("list")
@click.argument("place", required=False, shell_complete=complete_place)
@click.option("--folder", metavar="ID", help="List this folder, by its id.")
@click.option("--name", help="Only entries with exactly this name.")
@click.option(
    "--include",
    "--match",
    "match",
    multiple=True,
    metavar="GLOB",
    help="Only names that match, such as '*.bam'. May be repeated: a name must match one of them.",
)
@click.option("--long", "-l", is_flag=True, help="Show sizes and dates first; exact bytes in a pipe or file.")
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

    The path of a file lists the file. Without PLACE, list your projects; with an owner alone, the owner's.
    """
    if place is not None and folder is not None:
        raise click.UsageError("Give a PLACE (owner/project[/folder/...] or a folder's id) or --folder ID, not both.")
    place = place if place is None or is_address(place) else place.strip("/") or None
    if place is None and folder is None:
        if match or name:
            raise click.UsageError("--include and --name need a PLACE: owner/project[/folder/...] or a folder's id.")
        with context.client() as client:
            if not show_projects(client, as_json=as_json) and not as_json:
                note("No projects.")
        return
    filters = Filters(match)
    where = Location(folder=folder) if place is None else place_of(place)
    with connected(context, [where]).client() as client:
        found = (
            file
            for file in _entries(client, where, place or "", name, long)
            if filters.wants((file.name,), FILE) and (name is None or file.name == name)
        )
        try:
            _show(found, long, as_json, "No files matched." if match or name else "Empty.")
        except NotFound as error:
            if where.folder is None or where.endpoint is not None:
                raise
            # What other tools list is what an owner has.
            if match or name or not show_projects(client, owner=where.folder, as_json=as_json):
                raise InputError(
                    f"Folder {where.folder} was not found, or is not shared with you. To name a project, write "
                    "owner/project."
                ) from error


def _show(found: Iterable[File], long: bool, as_json: bool, empty: str) -> None:
    if as_json:
        for file in found:
            write_json(_long_document(file) if long else file_document(file))
    elif shown := list(found):
        _print_long(shown) if long else print_files(shown)
    else:
        note(empty)


def _entries(client: Client, where: Location, place: str, name: str | None, long: bool) -> Iterator[File]:
    """Produce what is in a place."""
    if where.folder is not None and where.endpoint is None:
        yield from client.files(parent=where.folder, name=name, details=long)
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


def _print_long(shown: Sequence[File]) -> None:
    """A table that begins with the size, as other tools have it, or a block each where that is wider than a terminal.

    People read `2.15 GB`, programs add up bytes.
    """
    person = sys.stdout.isatty()
    rows = [(_size(file, person), date(file.changed_on), file.id, file.name) for file in shown]
    if has_room(ROOM):
        print_rows(("SIZE", "MODIFIED", "ID", "NAME"), rows)
    else:
        print_blocks((name, ["  ".join((told or "-", moment or "-", file))]) for told, moment, file, name in rows)


def _size(file: File, person: bool) -> str | None:
    if file.is_folder or file.size is None:
        return file.type if file.is_folder else None
    return size(file.size) if person else str(file.size)
