"""`sbg-bulk check`: what differs between two places."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import click

from sbg_bulk.cli.actions.connect import connected
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.options.common import collected, json_option
from sbg_bulk.cli.options.filters import Selection, file_filter_options
from sbg_bulk.cli.output.comparisons import comparison_document, counts_text, print_mismatches
from sbg_bulk.cli.output.console import note, tell, write_json
from sbg_bulk.cli.output.failures import no_match
from sbg_bulk.cli.place_completion import complete_place
from sbg_bulk.cli.progress.request_count import counting
from sbg_bulk.errors import InputError
from sbg_bulk.files.comparison import Mismatch
from sbg_bulk.files.paths import place_of
from sbg_bulk.runs import forms
from sbg_bulk.text import counted

if TYPE_CHECKING:
    from sbg_bulk.files.comparison import Comparison

COLUMNS: Final = ("file", "path", "to", "status", "type", "size")
"""The columns of the manifest of what is missing."""


@click.command()
@click.argument("source", shell_complete=complete_place)
@click.argument("place", shell_complete=complete_place)
@file_filter_options
@click.option("--one-way", is_flag=True, help="Ignore what is only in PLACE.")
@click.option(
    "--each-file",
    is_flag=True,
    help="List each file in a folder that is on one side only, instead of the folder. Filters imply this.",
)
@click.option(
    "--csv",
    "as_csv",
    is_flag=True,
    help="Write a manifest of what PLACE lacks, for copy --manifest.",
)
@json_option
@click.pass_context
def check(
    click_context: click.Context,
    /,
    source: str,
    place: str,
    one_way: bool,
    each_file: bool,
    as_csv: bool,
    as_json: bool,
    **values: Any,
) -> None:
    """Compare all files in SOURCE and below with those in PLACE: names, sizes and types.

    Both are paths of folders or projects, or ids of folders. Nothing is changed. Exit code 0 means that both are the
    same, 3 that they differ, or that filters matched nothing.
    """
    if as_csv and as_json:
        raise click.UsageError("Give --csv or --json, not both.")
    selection = collected(Selection, values)
    context: Context = connected(click_context.obj, [place_of(source), place_of(place)])
    with context.client() as client, counting() as on_request:
        found = client.compare(
            source,
            place,
            match=selection.match,
            exclude=selection.exclude,
            newer_than=selection.since,
            tags=selection.tags,
            metadata=selection.values,
            each_file=each_file,
            one_way=one_way,
            on_request=on_request,
        )
    if selection.given and found.agrees and not found.same:
        click_context.exit(no_match([str(found.source), str(found.place)], found.hint, fails=True))
    if as_json:
        write_json(comparison_document(found))
    elif as_csv:
        rows = list(_missing(found))
        forms.write(sys.stdout, "csv", COLUMNS, iter(rows))
        if others := len(found.mismatches) - len(rows):
            note(f"Not in the manifest, which has what is missing: {counted(others, 'other difference')}.")
    else:
        print_mismatches(found.mismatches)
    (note if found.agrees else tell)(counts_text(found))
    if found.of(Mismatch.MISSING):
        note(f"See what sync would copy: {context.command('sync', source, '--to', place, '--dry-run')}")
    click_context.exit(Exit.DONE if found.agrees else Exit.FAILED_ITEMS)


def _missing(found: Comparison) -> Iterator[dict[str, Any]]:
    """What is missing, as the rows of a manifest that copies it to where it is missing."""
    for one in found.of(Mismatch.MISSING):
        file, to = one.file, found.place.below(*one.names[:-1])
        where = found.folders.get(to) if to.project is None else str(to)
        if where is None:
            raise InputError(f"There is no path for {to}, which is to be made: give PLACE as a path.")
        yield {
            "file": file.id,
            "path": None if found.source.project is None else str(found.source.below(*one.names)),
            "to": where,
            "status": str(one.mismatch),
            "type": "folder" if file.is_folder else "file",
            "size": file.size,
        }
