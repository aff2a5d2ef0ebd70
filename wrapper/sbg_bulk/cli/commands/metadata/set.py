"""`sbg-bulk metadata set`."""

from __future__ import annotations

from collections.abc import Callable

import click

from sbg_bulk.cli.later import later
from sbg_bulk.cli.options.changes import ChangeRequest, change_options

_change: Callable[..., None] = later("sbg_bulk.cli.actions.changes", "set_metadata")


@click.command("set")
@click.option(
    "--clear",
    multiple=True,
    metavar="KEY",
    help="Remove KEY from files whose rows have no value for it. May be repeated.",
)
@change_options
@click.pass_context
def set_metadata(click_context: click.Context, request: ChangeRequest, clear: tuple[str, ...]) -> None:
    """Set metadata of the files in a manifest, a table with a column for each key. Asks first.

    The path, file or id column says which file is meant. An empty cell changes nothing, and keys without a column stay
    as they are; to remove a key, use --clear. Columns that describe the file (name, size, type, project, ...) are not
    keys: for a key with such a name, use the column metadata.KEY.

    --dry-run shows old and new values. Every file is read before it is changed: two requests for every 100 files.
    """
    _change(click_context, request, clear)
