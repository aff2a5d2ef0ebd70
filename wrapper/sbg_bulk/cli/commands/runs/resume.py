"""`sbg-bulk runs resume`."""

from __future__ import annotations

from collections.abc import Callable

import click

from sbg_bulk.cli.completion import complete_unfinished
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.later import later
from sbg_bulk.cli.options.common import dry_run_option, json_option
from sbg_bulk.cli.options.run import RunSettings, run_options
from sbg_bulk.errors import InputError
from sbg_bulk.runs.task import last_unfinished

_carry: Callable[..., Exit] = later("sbg_bulk.cli.actions.carry", "carry")
_preview: Callable[..., Exit] = later("sbg_bulk.cli.actions.preview", "preview_resume")


@click.command()
@click.argument("run", required=False, shell_complete=complete_unfinished)
@click.option("--adopt", metavar="JOB", help="Adopt JOB: the submission with an unknown outcome started it.")
@click.option("--resubmit", is_flag=True, help="Submit again: the submission with an unknown outcome started no job.")
@dry_run_option
@run_options
@json_option
@click.pass_context
def resume(
    click_context: click.Context,
    run: str | None,
    adopt: str | None,
    resubmit: bool,
    dry_run: bool,
    settings: RunSettings,
    as_json: bool,
) -> None:
    """Resume RUN where it stopped, after an interruption, a crash, or on another machine.

    Without RUN, resume the last run on this machine that is not finished. --jobs-in-flight, --reserve, --pace,
    --list-lag, --new-ids and --give-up-after keep their earlier values, unless you give them again.
    """
    if adopt is not None and resubmit:
        raise click.UsageError("Give --adopt or --resubmit, not both.")
    if run is None and (adopt is not None or resubmit):
        raise click.UsageError("--adopt and --resubmit need a RUN.")
    context: Context = click_context.obj
    with context.client() as client:
        named = _last(context, client.settings.endpoint) if run is None else run
        if dry_run:
            click_context.exit(_preview(named, settings, as_json))
        outcome = _carry(
            context,
            settings,
            lambda on_change: client.resume(
                named,
                adopt=adopt,
                resubmit=resubmit,
                options=settings.options,
                within=settings.give_up_after,
                on_change=on_change,
            ),
            as_json,
        )
    click_context.exit(outcome)


def _last(context: Context, endpoint: str) -> str:
    """Return the id of the last unfinished run. Raises InputError if there is none that can be resumed."""
    found = last_unfinished(endpoint)
    if found is None:
        raise InputError(f"There is no unfinished run on {endpoint}; see {context.command('runs', 'list')}.")
    if found.in_use:
        raise InputError(
            f"Run {found.run} is running: another process is working on it. Follow it with: "
            f"{context.command('runs', 'show', found.run, '--watch')}"
        )
    return found.run
