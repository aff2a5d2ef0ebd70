"""`sbg-bulk runs verify`."""

from __future__ import annotations

import click

from sbg_bulk.cli.actions.verify import verify
from sbg_bulk.cli.commands.runs._journal import RUN_OR_LAST
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.options.common import json_option


@click.command("verify")
@RUN_OR_LAST
@json_option
@click.pass_context
def verify_run(click_context: click.Context, run: str, as_json: bool) -> None:
    """Check that every file is where RUN put it, by name and size; exit code 3 if something is wrong.

    The destinations of copied and moved files are listed again. Copied folders are compared with their sources, with
    all their contents; of moved folders only the names can be checked. Files that were moved or deleted must be gone
    from their old place, where it is known or costs no request. Files that failed are not checked.
    Without RUN, the last run on this machine is checked.
    """
    context: Context = click_context.obj
    with context.client() as client:
        click_context.exit(verify(context, client, run, as_json))
