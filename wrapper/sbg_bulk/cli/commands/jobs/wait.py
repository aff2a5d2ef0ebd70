"""`sbg-bulk jobs wait`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, TYPE_CHECKING

import click

from sbg_bulk.cli.actions.wait import wait_for
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.options.common import json_option, timeout_option
from sbg_bulk.cli.output.console import note
from sbg_bulk.errors import InputError

if TYPE_CHECKING:
    from sbg_bulk.models.job import Job


@click.command()
@click.argument("job", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Wait for all jobs that are running now.")
@click.option(
    "--from-file",
    "listed",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help="Wait for the jobs listed in FILE, one id or URL per line; - is standard input.",
)
@timeout_option
@json_option
@click.pass_context
def wait(
    click_context: click.Context,
    job: tuple[str, ...],
    every: bool,
    listed: IO[str] | None,
    timeout: float | None,
    as_json: bool,
) -> None:
    """Wait until each JOB, an id or a URL, has finished. A status check of 1,000 jobs takes ten requests."""
    if bool(job) + every + (listed is not None) != 1:
        raise click.UsageError("Give the jobs to wait for, --all or --from-file FILE: one of the three.")
    context: Context = click_context.obj
    with context.client() as client:
        found: Sequence[Job | str]
        if every:
            found = [one for one in client.jobs() if not one.finished]
        else:
            found = job if listed is None else _references(listed)
        if not found:
            note("No jobs to wait for.")
            return
        click_context.exit(wait_for(context, client, found, timeout, as_json))


def _references(lines: IO[str]) -> list[str]:
    """The jobs that a file lists. Blank lines and those that begin with # are left out."""
    try:
        return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    except UnicodeDecodeError:
        raise InputError(f"{lines.name} is not UTF-8 text.") from None
