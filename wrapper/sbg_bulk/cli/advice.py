"""What people type who know other tools, and what it is called here."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Final

import click

from sbg_bulk.text import command_line

_PARALLEL: Final = ("Use --jobs-in-flight N.",)
_KEEPING: Final = ("That is the default: names that exist at the destination are skipped, see --on-conflict.",)
_YES: Final = ("Use --yes.",)
_ASKING: Final = ("You are asked, unless --yes is given. Preview with --dry-run.",)
_PROGRESS: Final = ("Progress is always shown on a terminal.",)
_BY_SIZE: Final = "Files are compared by name, size and type, never by content or date."


def _no_token() -> str:
    return f"Tokens are not taken from the command line. Save one with: {command_line('configure')}"


OPTIONS: Final[Mapping[str, tuple[str | Callable[[], str], ...]]] = {
    "--overwrite": (
        "To replace files of another size, use sync. For other choices, see --on-conflict.",
        "sync replaces files of another size.",
    ),
    "--transfers": _PARALLEL,
    "--parallel": _PARALLEL,
    "--jobs": _PARALLEL,
    "-j": _PARALLEL,
    "--ignore-existing": _KEEPING,
    "--no-clobber": _KEEPING,
    "--token": (_no_token,),
    "--auth-token": (_no_token,),
    "--checksum": (_BY_SIZE,),
    "--size-only": (_BY_SIZE,),
    "--update": (
        f"{_BY_SIZE} To copy what differs in size, use sync; to select by date, use --newer-than.",
        _BY_SIZE,
    ),
    "-i": _ASKING,
    "--interactive": _ASKING,
    "-P": _PROGRESS,
    "--progress": _PROGRESS,
    "-f": _YES,
    "--force": _YES,
    "-R": ("Use --recursive (-r).",),
    "--log-file": ("Redirect standard error: 2> FILE.",),
}
"""Options that there are not, and what to do instead: of several the first whose own options the command has."""

_NO_CANCEL: Final = "Jobs cannot be cancelled: the API has no call for it."

COMMANDS: Final[Mapping[str, str]] = {
    "auth": "configure",
    "diff": "check",
    "login": "configure",
    "purge": "delete --dir",
    "report": "runs report",
    "resume": "runs resume",
    "retry": "runs retry",
    "rmdir": "delete --dir",
    "size": "du",
    "status": "runs list",
    "tree": "files tree",
    "version": "--version",
    "wait": "jobs wait",
}
"""Commands that there are not, and those that are meant."""

_CANCELLING: Final = ("cancel", "abort", "kill", "stop")

_OPTION: Final = re.compile(r"--[a-z-]+")


def about_command(name: str, *, first: bool) -> str | None:
    """Return what to do instead of a command that there is not; None if that is not known.

    Args:
        name: the command as it was typed.
        first: whether it is the first word, and not that of a group.
    """
    if name in _CANCELLING:
        return _NO_CANCEL
    meant = COMMANDS.get(name) if first else None
    return None if meant is None else f"Use: {command_line(*meant.split())}"


def about_option(error: click.NoSuchOption) -> click.UsageError:
    """Return an error for an option that there is not, with what to do instead.

    Options that the help does not show are never advised, but for those that follow every command.
    """
    context = error.ctx
    if context is None:
        return error
    shown = [
        name
        for option in context.command.get_params(context)
        if isinstance(option, click.Option) and not (option.hidden and option.expose_value)
        for name in option.opts
    ]
    for given in OPTIONS.get(error.option_name, ()):
        advice = given if isinstance(given, str) else given()
        if set(_OPTION.findall(advice)).issubset(shown):
            return click.UsageError(f"{error.message} {advice}", context)
    alike = [] if error.option_name in OPTIONS else get_close_matches(error.option_name, shown, n=1)
    told = f"{error.message} Did you mean {alike[0]}?" if alike else error.message
    return click.UsageError(told, context)


def destination_first(place: str, context: click.Context) -> click.UsageError:
    """Return an error for a destination that stands after the sources, as other tools have it.

    Args:
        place: the destination.
        context: that of the command.
    """
    words = sys.argv[1:]
    at = max((number for number, word in enumerate(words) if word == place), default=len(words))
    corrected = command_line(*words[:at], "--to", place, *words[at + 1 :])
    return click.UsageError(f"Give the destination with --to: {corrected}", context)
