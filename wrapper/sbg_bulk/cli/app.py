"""The command itself: its options, its commands, and how errors end it."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from traceback import extract_tb
from typing import Any, Final

import click

from sbg_bulk.cli import completion, interrupts
from sbg_bulk.cli.advice import about_option
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import MEANINGS, Exit, exit_code
from sbg_bulk.cli.helped import write_list
from sbg_bulk.cli.lazy import Lazy, LazyGroup
from sbg_bulk.cli.options.connection import connection_options
from sbg_bulk.cli.options.verbosity import verbosity_options
from sbg_bulk.cli.options.version import version_option
from sbg_bulk.cli.output.console import console, explained, tell
from sbg_bulk.cli.output.failures import INTERRUPTED, fail, kind_of, write_failure
from sbg_bulk.errors import SbgBulkError
from sbg_bulk.text import command_line, shell_words

_COMMANDS: Final = {
    "check": Lazy(".check", "check", "Compare two folders or projects: names, sizes, types."),
    "completion": Lazy(".completion", "completion", "Print the completion script for a shell."),
    "configure": Lazy(".configure", "configure", "Save a platform and a token as a profile."),
    "contract": Lazy(".contract", "contract", "Check that a service keeps the contract of this API."),
    "copy": Lazy(".transfer", "copy", "Copy files and folders.", aliases=("cp",)),
    "delete": Lazy(".transfer", "delete", "Delete files and folders.", aliases=("rm",)),
    "du": Lazy(".du", "du", "Count the files and bytes of a folder or project."),
    "events-schema": Lazy(".events_schema", "events_schema", "Print the JSON Schema of the events of --json."),
    "export": Lazy(".transfer", "export", "Export files to a volume (an attached bucket)."),
    "files": Lazy(".files", "files", "List files and folders, and find their ids."),
    "help": Lazy(".help", "help_", "Show the help of a command."),
    "import": Lazy(".transfer", "import_", "Import objects of a volume (an attached bucket)."),
    "jobs": Lazy(".jobs", "jobs", "List your bulk jobs, and wait for them."),
    "ls": Lazy(".files.list", "list_files", "List a folder or project; the same as files list."),
    "metadata": Lazy(".metadata", "metadata", "Show and set metadata of files."),
    "mkdir": Lazy(".mkdir", "mkdir", "Create folders."),
    "move": Lazy(".transfer", "move", "Move files and folders.", aliases=("mv",)),
    "open": Lazy(".open", "open_page", "Open the web page of a project, folder, file or run."),
    "projects": Lazy(".projects", "projects", "Find projects."),
    "rate-limit": Lazy(".rate_limit", "rate_limit", "Show remaining API requests and when they reset."),
    "runs": Lazy(".runs", "runs", "List, resume, retry and report on runs."),
    "simulate": Lazy(".simulate", "simulate", "Start a simulator of the platform on this machine."),
    "sync": Lazy(".sync", "sync", "Copy what is missing at a destination or differs in size."),
    "tag": Lazy(".tag", "tag", "Show, add, remove and set tags of files."),
    "volumes": Lazy(".volumes", "volumes", "List volumes (attached buckets) and what is on them."),
    "whoami": Lazy(".whoami", "whoami", "Show the user, the endpoint and where the token comes from."),
}


FAULT: Final = "this is a bug in sbg-bulk"
"""Begins the message for an exception that nobody has expected."""


class _Command(LazyGroup):
    """A group of commands that turns this package's errors into messages and exit codes."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, and what the exit codes mean."""
        super().format_epilog(ctx, formatter)
        with formatter.section("Exit codes"):
            write_list(formatter, [(str(int(code)), meaning) for code, meaning in MEANINGS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SbgBulkError as error:
            ctx.exit(fail(kind_of(error), explained(error), exit_code(error), error))
        except (click.Abort, KeyboardInterrupt):
            told = " ".join(filter(None, ("interrupted.", console().so_far)))
            ctx.exit(fail(INTERRUPTED, told, Exit.INTERRUPTED))
        except BrokenPipeError:
            # The reader of the output has gone (… | head).
            _drop_output()
            ctx.exit(Exit.UNEXPECTED)
        except OSError as error:
            # Perhaps nothing can be written any more.
            with suppress(OSError):
                fail("OSError", str(error), Exit.UNEXPECTED)
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


def _forget_odd_sizes() -> None:
    """Have a terminal's size in the environment only if it is one: rich fails over others, and fills what is huge."""
    for name in ("COLUMNS", "LINES"):
        value = os.environ.get(name, "")
        if not (value.isascii() and value.isdecimal() and len(value) <= 4):
            os.environ.pop(name, None)


@click.group(
    cls=_Command,
    package="sbg_bulk.cli.commands",
    lazy=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@connection_options
@version_option
@click.pass_context
def sbg_bulk(context: click.Context, endpoint: str | None, profile: str | None) -> None:
    """Copy, move and delete files in bulk on the Seven Bridges platforms.

    Begin with the command configure: it saves a platform and a token.

    The token is read from SB_AUTH_TOKEN or from ~/.sevenbridges/credentials, never from the command line, where
    others could see it. --endpoint, --profile, --quiet and --verbose can also follow the command.
    """
    context.obj = Context(endpoint, profile)


sbg_bulk.params += verbosity_options(hidden=False)


def main() -> None:
    """Run the command and exit with its code."""
    with interrupts.once():
        _main()


def _main() -> None:
    _open_closed_streams()
    _forget_odd_sizes()
    # Not to be found, which httpx takes: its own command, which loads half of rich and pygments.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # as `import` is told
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name with characters that the terminal lacks is no reason to fail. Files and pipes are UTF-8, whatever the
        # locale: what is written there is read by programs, this one among them.
        encoding = sys.stdout.encoding if sys.stdout.isatty() else "utf-8"
        sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace")
    with shell_words():
        if os.environ.get(completion.VARIABLE):
            completion.answer(sbg_bulk)
        sys.exit(_exit_code())


def _exit_code() -> int:
    """Run the command. No traceback gets out, as it would quote what it has at hand."""
    try:
        return sbg_bulk.main(standalone_mode=False, prog_name="sbg-bulk") or Exit.DONE
    except click.ClickException as raised:
        error = about_option(raised) if isinstance(raised, click.NoSuchOption) else raised
        shown = io.StringIO()
        error.show(shown)
        tell(shown.getvalue().rstrip("\n"))
        write_failure("UsageError", error.format_message(), Exit.USAGE)
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        return fail(INTERRUPTED, "interrupted.", Exit.INTERRUPTED)
    except UnicodeError:
        told = "an argument, or typed text, is not valid Unicode (a name in another encoding?)."
        return fail("UnicodeError", told, Exit.USAGE)
    except Exception as error:
        return fail("Fault", _fault(error), Exit.UNEXPECTED)


def _fault(error: Exception) -> str:
    """What to report of a fault of this package: where it is, and nothing of what it was about."""
    package = Path(__file__).parents[1]
    frames = [frame for frame in extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(package)]
    places = ", ".join(f"{Path(frame.filename).relative_to(package)}:{frame.lineno}" for frame in frames[-4:])
    return (
        f"{FAULT} ({type(error).__name__} at {places or 'an unknown place'}). Please report it, with the command and "
        f"the output of: {command_line('--version')}"
    )
