"""`sbg-bulk runs retry`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from sbg_bulk.cli.completion import complete_run
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.later import later
from sbg_bulk.cli.options.common import dry_run_option, json_option
from sbg_bulk.cli.options.run import RunSettings, run_options

_carry: Callable[..., Exit] = later("sbg_bulk.cli.actions.carry", "carry")
_preview: Callable[..., Exit] = later("sbg_bulk.cli.actions.preview", "preview_retry")


@click.command()
@click.argument("run", shell_complete=complete_run)
@click.option(
    "--journal", type=click.Path(path_type=Path), metavar="FILE", help="Write the new run's journal to this file."
)
@dry_run_option
@run_options
@json_option
@click.pass_context
def retry(
    click_context: click.Context,
    run: str,
    journal: Path | None,
    dry_run: bool,
    settings: RunSettings,
    as_json: bool,
) -> None:
    """Start a new run with only the files of RUN that failed."""
    context: Context = click_context.obj
    if dry_run:
        click_context.exit(_preview(run, settings, as_json))
    with context.client() as client:
        outcome = _carry(
            context,
            settings,
            lambda on_change: client.retry(
                run,
                journal=journal,
                options=settings.options,
                within=settings.give_up_after,
                on_change=on_change,
            ),
            as_json,
        )
    click_context.exit(outcome)
