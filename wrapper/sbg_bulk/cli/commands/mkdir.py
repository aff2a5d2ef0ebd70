"""`sbg-bulk mkdir`: create folders by their paths."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import click

from sbg_bulk.cli.actions.connect import connected
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.options.common import dry_run_option, json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.place_completion import complete_place
from sbg_bulk.errors import EXISTS, BadRequest, Conflict, InputError
from sbg_bulk.files.paths import Location, path_of

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client


@click.command()
@click.argument("path", nargs=-1, required=True, shell_complete=complete_place)
@click.option("--parents", "-p", is_flag=True, help="Create missing parents too; an existing folder is not an error.")
@dry_run_option
@json_option
@click.pass_obj
def mkdir(context: Context, path: tuple[str, ...], parents: bool, dry_run: bool, as_json: bool) -> None:
    """Create each folder PATH: [NAME:]owner/project/folder[/folder/...].

    With --json, print one JSON document per line for each folder, with its path and id.
    """
    places = [path_of(one) for one in path]
    for place in places:
        if not place.names:
            raise InputError(f"{place} is a project. Give the folder to create: {place}/FOLDER")
    with connected(context, places).client() as client:
        if dry_run:
            _preview(client, places, parents, as_json)
            return
        for text, place in zip(path, places, strict=True):
            made = client.destination(text, parents=True).folder if parents else _new(client, place)
            if as_json:
                write_json({"path": str(place), "id": made})
            else:
                note(f"{'Ready' if parents else 'Created'}: {place} ({made})")


def _preview(client: Client, places: Sequence[Location], parents: bool, as_json: bool) -> None:
    """Show which folders would be created, and raise InputError where that would fail."""
    planned: dict[Location, None] = {}
    for place in places:
        new = _missing(client, place, planned)
        if not new and not parents:
            raise InputError(f"{place} already exists.")
        if len(new) > 1 and not parents:
            raise InputError(f"Folder {new[0]} does not exist. Create it with --parents.")
        planned |= dict.fromkeys(new)
    for one in planned:
        if as_json:
            write_json({"path": str(one), "id": None})
        else:
            note(f"Would create: {one}")
    note("Nothing was changed.")


def _missing(client: Client, place: Location, planned: Collection[Location]) -> list[Location]:
    """Return which folders of a path are neither there nor to be created, the uppermost first."""
    new: list[Location] = []
    while place.names and place not in planned:
        try:
            found = client.locate(str(place))
        except InputError:
            new.insert(0, place)
            place = place.parent
            continue
        if not getattr(found, "is_folder", True):
            raise InputError(f"{place} is a file.")
        break
    return new


def _new(client: Client, place: Location) -> str:
    """Create a folder in one that is there, and return its id. Raises InputError if its name is taken."""
    above = client.destination(str(place.parent))
    try:
        return client.create_folder(place.name, project=above.project, parent=above.folder).id
    except (Conflict, BadRequest) as error:
        if isinstance(error, BadRequest) and error.code not in EXISTS:
            raise
        raise InputError(f"{place} already exists.") from error
