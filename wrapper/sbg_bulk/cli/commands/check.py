"""`sbg-bulk check`: what differs between two places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from sbg_bulk.cli.actions.connect import connected
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.later import later
from sbg_bulk.cli.options.common import collected, json_option
from sbg_bulk.cli.options.filters import Selection, file_filter_options
from sbg_bulk.cli.place_completion import complete_place
from sbg_bulk.files.paths import place_of
from sbg_bulk.volumes.places import is_volume_place, volume_place

_compare: Callable[..., Exit] = later("sbg_bulk.cli.actions.compare", "compare")


@click.command()
@click.argument("source", shell_complete=complete_place)
@click.argument("place", required=False, metavar="PLACE", shell_complete=complete_place)
# Where copy and sync have it.
@click.option("--to", hidden=True, metavar="PATH|ID", help="The same as PLACE.")
@file_filter_options
@click.option("--one-way", is_flag=True, help="Ignore what is only in PLACE.")
@click.option(
    "--each-file",
    is_flag=True,
    help="For a folder on one side only, list its files instead of the folder. Filters imply this.",
)
@click.option(
    "--csv",
    "as_csv",
    is_flag=True,
    help="Write a manifest of what is missing in PLACE, for copy, export or import --manifest.",
)
@json_option
@click.pass_context
def check(
    click_context: click.Context,
    /,
    source: str,
    place: str | None,
    to: str | None,
    one_way: bool,
    each_file: bool,
    as_csv: bool,
    as_json: bool,
    **values: Any,
) -> None:
    """Compare all files in SOURCE, subfolders included, with those in PLACE: names, sizes and types.

    Both are paths of folders or projects, or ids of folders. One of them may be on a volume, OWNER/VOLUME:PREFIX, the
    colon always included: names and sizes are compared then. Nothing is changed. Exit code 0 means that both are the
    same, 3 that they differ, or that filters matched nothing.
    """
    if as_csv and as_json:
        raise click.UsageError("Give --csv or --json, not both.")
    if (place is None) == (to is None):
        raise click.UsageError("Missing argument 'PLACE'." if place is None else "Give PLACE once.")
    place = place or to or ""
    selection = collected(Selection, values)
    places = [volume_place(one) if is_volume_place(one) else place_of(one) for one in (source, place)]
    context: Context = connected(click_context.obj, places)
    click_context.exit(
        _compare(
            context,
            source,
            place,
            selection,
            one_way=one_way,
            each_file=each_file,
            as_csv=as_csv,
            as_json=as_json,
        )
    )
