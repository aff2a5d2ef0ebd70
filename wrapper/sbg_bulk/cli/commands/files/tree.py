"""`sbg-bulk files tree`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from sbg_bulk.cli.actions.connect import connected
from sbg_bulk.cli.commands.files.list import _long_document
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.known_places import IN_ALL, KnownPlaces, named
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.place_completion import complete_place
from sbg_bulk.cli.progress.request_count import counting
from sbg_bulk.files.paths import place_of
from sbg_bulk.text import counted, plain, size

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client
    from sbg_bulk.files.tree import Branch
    from sbg_bulk.models.resources import File


@click.command()
@click.argument("place", shell_complete=complete_place)
@click.option("--depth", type=click.IntRange(min=1), metavar="N", help="Show N levels at most.  [default: all]")
@json_option
@click.pass_obj
def tree(context: Context, place: str, depth: int | None, as_json: bool) -> None:
    """Show PLACE and its subfolders as a tree, with sizes. Uses a request for every 100 entries of a folder.

    With --json, print one JSON document per line for each entry, with its path.
    """
    where = place_of(place)
    with connected(context, [where]).client() as client:
        if as_json:
            for branch in _remembering(client, client.tree(place, depth=depth)):
                write_json({"path": str(branch.place), **_long_document(branch.file)})
            return
        with counting() as on_request:
            branches = list(_remembering(client, client.tree(place, depth=depth, on_request=on_request)))
    click.echo(plain(str(where)))
    for line in _drawn(branches):
        click.echo(line)
    note(_totals([branch.file for branch in branches]))


def _remembering(client: Client, branches: Iterable[Branch]) -> Iterator[Branch]:
    """Pass on what is in a tree, and remember for completion what is in each folder once all are listed."""
    places: dict[str, list[str]] = {}
    for number, branch in enumerate(branches):
        if number < IN_ALL and branch.place.project is not None:
            places.setdefault(str(branch.place.parent), []).append(named(branch.file))
        yield branch
    if places:
        KnownPlaces.of(client.settings).remember(places)


def _drawn(branches: Iterable[Branch]) -> Iterator[str]:
    """The lines of a tree."""
    # Whether the folder at each level is the last in its own, so that no line goes on below it.
    last: list[bool] = []
    for branch in branches:
        del last[branch.depth - 1 :]
        lines = "".join("    " if one else "│   " for one in last)
        file = branch.file
        told = "/" if file.is_folder else "" if file.size is None else f"  {size(file.size)}"
        yield f"{lines}{'└── ' if branch.last else '├── '}{plain(file.name)}{told}"
        last.append(branch.last)


def _totals(shown: list[File]) -> str:
    """How much there is."""
    sizes = [file.size for file in shown if not file.is_folder]
    known = [one for one in sizes if one is not None]
    told = f", {size(sum(known))}" if known else ""
    unknown = (
        f" (and {counted(len(sizes) - len(known), 'file')} of unknown size)" if 0 < len(known) < len(sizes) else ""
    )
    return f"{counted(len(shown) - len(sizes), 'folder')}, {counted(len(sizes), 'file')}{told}{unknown}."
