"""The command itself: its options, its commands, and what becomes of errors."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from sbg_bulk.cli import files, jobs, simulate, transfers
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit, exit_code
from sbg_bulk.errors import SbgBulkError
from sbg_bulk.settings import DEPLOYMENTS


class _Command(click.Group):
    """A group of commands that turns this package's errors into messages and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SbgBulkError as error:
            click.echo(f"sbg-bulk: {error}", err=True)
            ctx.exit(exit_code(error))
        except BrokenPipeError:
            # The reader of the output has gone (… | head). Nothing more is to be written, at exit neither.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(Exit.UNEXPECTED)


@click.group(
    cls=_Command,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 unexpected, 2 wrong usage or input, 3 finished with failed items, 4 timed out (still "
    "running), 5 not authorised, 130 interrupted.",
)
@click.option(
    "--endpoint",
    metavar="URL|NAME",
    help=f"The API's base URL, or one of: {', '.join(DEPLOYMENTS)}.  [default: SB_API_ENDPOINT, or the profile's]",
)
@click.option(
    "--profile",
    metavar="NAME",
    help="Section of ~/.sevenbridges/credentials.  [default: SB_API_ENDPOINT and SB_AUTH_TOKEN, or section default]",
)
@click.version_option(package_name="sbg-bulk")
@click.pass_context
def sbg_bulk(context: click.Context, endpoint: str | None, profile: str | None) -> None:
    """Copy, move and delete files in bulk on the Seven Bridges platforms.

    The token is read from SB_AUTH_TOKEN or from ~/.sevenbridges/credentials, never from the command line, where
    others could see it.
    """
    context.obj = Context(endpoint, profile)


sbg_bulk.add_command(transfers.copy)
sbg_bulk.add_command(transfers.move)
sbg_bulk.add_command(transfers.delete)
sbg_bulk.add_command(jobs.jobs)
sbg_bulk.add_command(files.files)
sbg_bulk.add_command(simulate.simulate)


def main() -> None:
    """Run the command and exit with its code."""
    try:
        sys.exit(sbg_bulk.main(standalone_mode=False, prog_name="sbg-bulk") or Exit.DONE)
    except click.ClickException as error:
        error.show()
        sys.exit(Exit.USAGE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("sbg-bulk: interrupted.", err=True)
        sys.exit(Exit.INTERRUPTED)
