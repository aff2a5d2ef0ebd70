"""Ask before something is moved or deleted, or done to what was chosen by path or pattern."""

from __future__ import annotations

import sys

import click

from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.output.console import console, fitted, note
from sbg_bulk.cli.output.failures import write_failure
from sbg_bulk.text import plain

yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask for confirmation; needed in scripts.")


def deletion(what: str) -> str:
    """Return the question before something is deleted.

    Args:
        what: names it, with the number of files, their bytes and where they are, as far as that is known.
    """
    return plain(f"Permanently delete {what}? This cannot be undone.")


def check_can_ask(yes: bool) -> None:
    """Raise UsageError if one has to be asked, which `--yes` makes needless, and there is nobody to answer."""
    if not yes and not sys.stdin.isatty():
        raise click.UsageError(
            "Cannot ask for confirmation (stdin is not a terminal); pass --yes. Preview with --dry-run."
        )


def agreed(question: str, yes: bool) -> bool:
    """Ask the person on the terminal; return whether the answer is yes. Any other, or just Enter, counts as no."""
    if yes:
        return True
    try:
        # Not by click, whose prompt may lose a Ctrl-C that comes at once: as soon as the question is seen.
        click.echo(f"{fitted(f'{question} [y/N]:', sys.stderr)} ", nl=False, err=True)
        answer = sys.stdin.readline()
    except KeyboardInterrupt:
        click.echo(err=True)  # what is told next begins on a line of its own
        console().so_far = console().so_far or "Nothing was changed."
        raise
    except UnicodeDecodeError:
        answer = ""  # whatever it was, it was no yes
    if answer.strip().lower() in ("y", "yes"):
        return True
    if not answer:
        click.echo(err=True)  # Ctrl-D ends no line
    told = "Nothing was done."
    note(told)
    write_failure("Declined", told, Exit.INTERRUPTED)
    return False
