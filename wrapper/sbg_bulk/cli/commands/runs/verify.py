"""`sbg-bulk runs verify`."""

from __future__ import annotations

import click

from sbg_bulk.cli.actions.verify import verify
from sbg_bulk.cli.completion import complete_run
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.options.common import json_option


@click.command("verify")
@click.argument("run", shell_complete=complete_run)
@json_option
@click.pass_context
def verify_run(click_context: click.Context, run: str, as_json: bool) -> None:
    """Look whether what RUN did is there, names and sizes; exit code 3 if something is not as it should be.

    What was copied or moved is looked for in its destination, which is listed again; what was moved or deleted, in its
    old place too, where that is known or costs nothing. Rows that failed are not looked for.
    """
    context: Context = click_context.obj
    with context.client() as client:
        click_context.exit(verify(context, client, run, as_json))
