"""`sbg-bulk events-schema`: the description of what `--json` writes."""

from __future__ import annotations

from importlib import resources

import click


@click.command("events-schema")
def events_schema() -> None:
    """Print the JSON Schema of the events that --json writes during a run, and while waiting for jobs."""
    click.echo(resources.files("sbg_bulk.cli").joinpath("events.schema.json").read_text("utf-8"), nl=False)
