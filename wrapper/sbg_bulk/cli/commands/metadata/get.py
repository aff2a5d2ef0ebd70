"""`sbg-bulk metadata get`."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from sbg_bulk.cli.context import Context
from sbg_bulk.cli.later import later
from sbg_bulk.cli.options.changes import recursive_option, source_argument, table_option
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.output.tables import print_blocks
from sbg_bulk.text import counted

_read: Callable[..., dict[str, dict[str, str]]] = later("sbg_bulk.cli.actions.changes", "read_metadata")
_write: Callable[..., None] = later("sbg_bulk.cli.actions.changes", "write_metadata")


@click.command("get")
@source_argument(required=True)
@recursive_option
@table_option
@json_option
@click.pass_obj
def get_metadata(context: Context, source: tuple[str, ...], recursive: bool, as_csv: bool, as_json: bool) -> None:
    """Show the metadata of each SOURCE.

    SOURCE is a path, [NAME:]owner/project[/folder/...[/file]], or the id of a file. The path of a folder or project
    means the files in it. Uses a request for every 100 files, and those to list folders.

    The table has a column for each key, and is a manifest for metadata set. A key whose name means something else in a
    manifest, such as name or size, is in the column metadata.KEY.
    """
    if as_csv and as_json:
        raise click.UsageError("Give --csv or --json, not both.")
    found = _read(context, source, recursive)
    if as_json:
        for name, values in found.items():
            write_json({"path" if "/" in name else "id": name, "metadata": values})
    elif as_csv:
        _write(sys.stdout, found)
    else:
        print_blocks((name, [f"{key}: {value}" for key, value in values.items()]) for name, values in found.items())
    note(f"{counted(len(found), 'file')}.")
