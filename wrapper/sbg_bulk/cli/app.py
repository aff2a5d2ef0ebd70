"""The command itself: its options, its commands, and what becomes of errors."""

from __future__ import annotations

import io
import os
import sys
from typing import Any

import click

from sbg_bulk.cli import files, jobs, runs, simulate, transfers
from sbg_bulk.cli.context import Context, complain
from sbg_bulk.cli.exits import MEANINGS, Exit, exit_code
from sbg_bulk.errors import SbgBulkError
from sbg_bulk.settings import DEPLOYMENTS


class _Command(click.Group):
    """A group of commands that turns this package's errors into messages and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SbgBulkError as error:
            complain(str(error))
            ctx.exit(exit_code(error))
        except BrokenPipeError:
            # The reader of the output has gone (… | head).
            _drop_output()
            ctx.exit(Exit.UNEXPECTED)
        except OSError as error:
            complain(str(error))
            _drop_output()
            ctx.exit(Exit.UNEXPECTED)


def _drop_output() -> None:
    """Let what is left to be written to standard output vanish, or Python would try once more at exit, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(
    cls=_Command,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nExit codes:\n" + "\n".join(f"  {code:<5}{meaning}" for code, meaning in MEANINGS.items()),
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
sbg_bulk.add_command(runs.runs)
sbg_bulk.add_command(files.files)
sbg_bulk.add_command(simulate.simulate)


def main() -> None:
    """Run the command and exit with its code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name with characters that the locale lacks is no reason to fail.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.exit(sbg_bulk.main(standalone_mode=False, prog_name="sbg-bulk") or Exit.DONE)
    except click.ClickException as error:
        error.show()
        sys.exit(Exit.USAGE)
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted.")
        sys.exit(Exit.INTERRUPTED)
