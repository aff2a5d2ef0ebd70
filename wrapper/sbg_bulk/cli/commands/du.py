"""`sbg-bulk du`: how many files and bytes there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from sbg_bulk.cli.actions.connect import connected
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.output.tables import print_rows
from sbg_bulk.cli.place_completion import complete_place
from sbg_bulk.cli.progress.request_count import counting
from sbg_bulk.files.paths import place_of
from sbg_bulk.text import counted, known_size

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client
    from sbg_bulk.files.usage import Usage


@click.command()
@click.argument("place", nargs=-1, required=True, shell_complete=complete_place)
@click.option(
    "--depth",
    type=click.IntRange(min=0),
    metavar="N",
    default=0,
    help="Also show the folders down to N levels below PLACE.  [default: 0]",
)
@json_option
@click.pass_obj
def du(context: Context, place: tuple[str, ...], depth: int, as_json: bool) -> None:
    """Count the files, bytes and folders in each PLACE and its subfolders.

    PLACE is a path such as owner/project/folder, or a folder's id. Uses a request for every 100 entries of a folder.
    """
    with (
        connected(context, map(place_of, place)).client() as client,
        counting("Listing", changes=False) as on_request,
    ):
        found, requests = _measured(client, place, depth, on_request)
    if as_json:
        for one in found:
            write_json(
                {
                    "path": str(one.place),
                    "files": one.files,
                    "bytes": one.bytes,
                    "folders": one.folders,
                    "files_of_unknown_size": one.unknown,
                }
            )
    else:
        print_rows(
            ("SIZE", "FILES", "FOLDERS", "PATH"),
            ((_size(one), f"{one.files:,}", f"{one.folders:,}", one.place) for one in found),
        )
    note(f"Listing used {counted(requests, 'request')}.")


def _measured(
    client: Client, places: tuple[str, ...], depth: int, on_request: Callable[[int], object]
) -> tuple[list[Usage], int]:
    """Return what the places hold, and how many requests that took."""
    before = requests = 0
    found: list[Usage] = []

    def count(so_far: int) -> None:
        nonlocal requests
        requests = before + so_far
        on_request(requests)

    for place in places:
        found += client.usage(place, depth=depth, on_request=count)
        before = requests
    return found, requests


def _size(usage: Usage) -> str:
    """Return the bytes, and whether they are all: an unknown size is none."""
    if usage.files and usage.unknown == usage.files:
        return "unknown"
    return known_size(usage.bytes, not usage.unknown)
