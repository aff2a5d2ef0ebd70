"""`sbg-bulk projects`: find projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sbg_bulk.cli.context import Context
from sbg_bulk.cli.known_places import PROJECTS, KnownPlaces
from sbg_bulk.cli.lazy import Lazy, LazyGroup
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.output.tables import print_rows

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client

_COMMANDS = {"list": Lazy(".projects", "list_projects", "List the projects that you are a member of.", aliases=("ls",))}


@click.group(cls=LazyGroup, package=__package__, lazy=_COMMANDS)
def projects() -> None:
    """Find projects."""


@click.command("list")
@click.option("--name", metavar="TEXT", help="Only projects whose name contains this, ignoring case.")
@json_option
@click.pass_obj
def list_projects(context: Context, name: str | None, as_json: bool) -> None:
    """List the projects that you are a member of. Use PROJECT (owner/project) in other commands."""
    with context.client() as client:
        if not show_projects(client, name=name, as_json=as_json) and not as_json:
            note("No projects matched." if name else "No projects.")


def show_projects(client: Client, *, name: str | None = None, owner: str | None = None, as_json: bool = False) -> bool:
    """Print the projects that the user is a member of. Whether there are any.

    Args:
        client: lists them.
        name: only those whose name contains this, ignoring case.
        owner: only those of this owner.
        as_json: whether to write JSON.
    """
    rows = [(project.id, project.name) for project in client.projects(name=name)]
    if name is None:
        KnownPlaces.of(client.settings).remember({PROJECTS: [f"{project}/" for project, _ in rows]})
    shown = [row for row in rows if owner is None or row[0].partition("/")[0] == owner]
    if as_json:
        for project, called in shown:
            write_json({"id": project, "name": called})
    elif shown:
        print_rows(("PROJECT", "NAME"), shown)
    return bool(shown)
