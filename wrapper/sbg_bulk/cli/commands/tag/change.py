"""`sbg-bulk tag add`, `remove` and `set`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import click

from sbg_bulk.cli.later import later
from sbg_bulk.cli.options.changes import ChangeRequest, change_options, recursive_option, source_argument, tag_option

_change: Callable[..., None] = later("sbg_bulk.cli.actions.changes", "change_tags")

_SOURCES: Final = """

    SOURCE is a path, [NAME:]owner/project[/folder/...[/file]], or the id of a file. The path of a folder or project
    means the files in it.

    A manifest has a path, file or id column, and may have a tags column, separated by semicolons or as a JSON list, in
    place of --tag. Every file is read before it is changed: two requests for every 100 files.
    """


@click.command(help="Add tags to the files of each SOURCE. Asks first." + _SOURCES)
@source_argument(required=False)
@tag_option("Tag to add. May be repeated.")
@recursive_option
@change_options
@click.pass_context
def add(
    click_context: click.Context, request: ChangeRequest, source: tuple[str, ...], tag: tuple[str, ...], recursive: bool
) -> None:
    _change(click_context, request, "add", source, tag, recursive)


@click.command(help="Remove tags from the files of each SOURCE. Asks first." + _SOURCES)
@source_argument(required=False)
@tag_option("Tag to remove. May be repeated.")
@recursive_option
@change_options
@click.pass_context
def remove(
    click_context: click.Context, request: ChangeRequest, source: tuple[str, ...], tag: tuple[str, ...], recursive: bool
) -> None:
    _change(click_context, request, "remove", source, tag, recursive)


@click.command("set", help="Replace all tags of the files of each SOURCE. Asks first." + _SOURCES)
@source_argument(required=False)
@tag_option("New tag of the files. May be repeated.")
@recursive_option
@change_options
@click.pass_context
def replace(
    click_context: click.Context, request: ChangeRequest, source: tuple[str, ...], tag: tuple[str, ...], recursive: bool
) -> None:
    _change(click_context, request, "set", source, tag, recursive)
