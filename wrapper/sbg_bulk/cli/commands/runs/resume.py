"""`sbg-bulk runs resume`."""

from __future__ import annotations

import click

from sbg_bulk.cli.actions.run import execute
from sbg_bulk.cli.completion import complete_run
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.options.run import RunSettings, run_options


@click.command()
@click.argument("run", shell_complete=complete_run)
@click.option("--adopt", metavar="JOB", help="The submission of unknown outcome has started this job.")
@click.option("--resubmit", is_flag=True, help="The submission of unknown outcome has started no job.")
@run_options
@json_option
@click.pass_context
def resume(
    click_context: click.Context,
    run: str,
    adopt: str | None,
    resubmit: bool,
    settings: RunSettings,
    as_json: bool,
) -> None:
    """Take RUN up where it stands, after an interruption, a crash, or on another machine."""
    if adopt is not None and resubmit:
        raise click.UsageError("Give --adopt or --resubmit, not both.")
    context: Context = click_context.obj
    with context.client() as client:
        outcome = execute(
            context,
            lambda on_change: client.resume(
                run,
                adopt=adopt,
                resubmit=resubmit,
                options=settings.options,
                within=settings.give_up_after,
                on_change=on_change,
            ),
            as_json,
        )
    click_context.exit(outcome)
