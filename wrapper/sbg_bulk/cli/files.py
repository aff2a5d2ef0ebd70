"""`sbg-bulk files`: find the ids that the other commands take."""

from __future__ import annotations

import click

from sbg_bulk.cli.context import Context, json_option, note, write_json
from sbg_bulk.cli.showing import file_document, print_files


@click.group()
def files() -> None:
    """Find files and folders, and their ids."""


@files.command("list")
@click.argument("project", required=False)
@click.option("--folder", metavar="ID", help="List this folder instead of a project's root.")
@click.option("--name", help="Only entries of exactly this name.")
@json_option
@click.pass_obj
def list_files(context: Context, project: str | None, folder: str | None, name: str | None, as_json: bool) -> None:
    """List what is directly in PROJECT (owner/project), or in a folder; not what is below."""
    if (project is None) == (folder is None):
        raise click.UsageError("Give a project (owner/project) or --folder ID.")
    with context.client() as client:
        found = client.files(project, parent=folder, name=name)
        if as_json:
            for file in found:
                write_json(file_document(file))
        elif shown := list(found):
            print_files(shown)
        else:
            note("Nothing there.")
