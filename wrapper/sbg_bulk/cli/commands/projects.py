"""`sbg-bulk projects`: find projects."""

from __future__ import annotations

import click

from sbg_bulk.cli.context import Context
from sbg_bulk.cli.known_places import PROJECTS, KnownPlaces
from sbg_bulk.cli.lazy import Lazy, LazyGroup
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.output.tables import print_rows

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
        found = client.projects(name=name)
        rows = []
        for project in found:
            rows.append((project.id, project.name))
            if as_json:
                write_json({"id": project.id, "name": project.name})
        if name is None:
            KnownPlaces.of(client.settings).remember({PROJECTS: [f"{project}/" for project, _ in rows]})
        if rows and not as_json:
            print_rows(("PROJECT", "NAME"), rows)
        elif not rows and not as_json:
            note("No projects matched." if name else "No projects.")
