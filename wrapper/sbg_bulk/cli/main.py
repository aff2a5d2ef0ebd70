"""The command itself: its options, its commands, and what becomes of errors."""

from __future__ import annotations

import io
import os
import sys
from typing import Any

import click

from sbg_bulk.cli import completion
from sbg_bulk.cli.actions import verify as verifying
from sbg_bulk.cli.actions import wait as jobs
from sbg_bulk.cli.commands import configure, simulate
from sbg_bulk.cli.commands import transfer as transfers
from sbg_bulk.cli.commands import whoami as account
from sbg_bulk.cli.commands.events_schema import events_schema
from sbg_bulk.cli.commands.files import list as files
from sbg_bulk.cli.commands.runs import show as runs
from sbg_bulk.cli.context import Context, complain, explained
from sbg_bulk.cli.exits import MEANINGS, Exit, exit_code
from sbg_bulk.cli.options.connection import accept_after, connection_options
from sbg_bulk.cli.options.verbosity import accept_everywhere
from sbg_bulk.cli.options.version import version_option
from sbg_bulk.errors import SbgBulkError


class _Command(click.Group):
    """A group of commands that turns this package's errors into messages and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SbgBulkError as error:
            complain(explained(error))
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


def _open_closed_streams() -> None:
    """Have all three standard streams: one that was closed (`<&-`, `>&-`) is None, and its number another file's."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - a device, kept open


@click.group(
    cls=_Command,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nExit codes:\n" + "\n".join(f"  {code:<5}{meaning}" for code, meaning in MEANINGS.items()),
)
@connection_options
@version_option
@click.pass_context
def sbg_bulk(context: click.Context, endpoint: str | None, profile: str | None) -> None:
    """Copy, move and delete files in bulk on the Seven Bridges platforms.

    The token is read from SB_AUTH_TOKEN or from ~/.sevenbridges/credentials, never from the command line, where
    others could see it. --endpoint and --profile may stand after the command too.
    """
    context.obj = Context(endpoint, profile)


sbg_bulk.add_command(transfers.copy)
sbg_bulk.add_command(transfers.move)
sbg_bulk.add_command(transfers.delete)
sbg_bulk.add_command(jobs.jobs)
runs.runs.add_command(verifying.verify_run)
sbg_bulk.add_command(runs.runs)
sbg_bulk.add_command(files.files)
sbg_bulk.add_command(account.projects)
sbg_bulk.add_command(account.whoami)
sbg_bulk.add_command(account.rate_limit)
sbg_bulk.add_command(simulate.simulate)
sbg_bulk.add_command(configure.configure)
sbg_bulk.add_command(completion.completion)
sbg_bulk.add_command(events_schema)
accept_after(sbg_bulk)
accept_everywhere(sbg_bulk)


def main() -> None:
    """Run the command and exit with its code."""
    _open_closed_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name with characters that the locale lacks is no reason to fail.
        sys.stdout.reconfigure(errors="backslashreplace")
    if os.environ.get(completion.VARIABLE):
        completion.answer(sbg_bulk)
    try:
        sys.exit(sbg_bulk.main(standalone_mode=False, prog_name="sbg-bulk") or Exit.DONE)
    except click.ClickException as error:
        error.show()
        sys.exit(Exit.USAGE)
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted.")
        sys.exit(Exit.INTERRUPTED)
