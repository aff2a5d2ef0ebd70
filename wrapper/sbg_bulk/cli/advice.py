"""What people type who know other tools, and what it is called here."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Final

import click

from sbg_bulk.text import command_line

_TO: Final = ("Use --to.",)
_ENDPOINT: Final = ("Use --endpoint, or --profile.",)
_PARALLEL: Final = ("Use --jobs-in-flight N.",)
_KEEPING: Final = ("That is the default: names that exist at the destination are skipped, see --on-conflict.",)
_YES: Final = ("Use --yes.",)
_ASKING: Final = ("Confirmation is the default; --yes skips it. Preview with --dry-run.",)
_PROGRESS: Final = ("Progress is always shown on a terminal.",)
_BY_SIZE: Final = "Files are compared by name, size and type, never by content or date."


def _no_token() -> str:
    return f"Tokens are not taken from the command line. Save one with: {command_line('configure')}"


OPTIONS: Final[Mapping[str, tuple[str | Callable[[], str], ...]]] = {
    "--dest": _TO,
    "--destination": _TO,
    "--target": _TO,
    "-p": ("Use --parents.",),
    "--platform": _ENDPOINT,
    "--server": _ENDPOINT,
    "--url": _ENDPOINT,
    "--overwrite": (
        "To replace files that differ in size, use sync. For other choices, see --on-conflict.",
        "sync replaces files that differ in size.",
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
    "forget": "runs forget",
    "login": "configure",
    "purge": "delete --dir",
    "report": "runs report",
    "resume": "runs resume",
    "retry": "runs retry",
    "rmdir": "delete --dir",
    "show": "runs show",
    "size": "du",
    "status": "runs list",
    "tree": "files tree",
    "verify": "runs verify",
    "version": "--version",
    "wait": "jobs wait",
}
"""Commands that there are not, and those that are meant."""

IN_GROUPS: Final[Mapping[str, Mapping[str, str]]] = {
    "files": {"size": "du"},
    "jobs": {"status": "jobs show"},
    "projects": {"show": "open"},
    "runs": {"delete": "runs forget", "log": "runs report", "rm": "runs forget", "status": "runs show"},
}
"""The same of the words that follow a group's name."""

_CANCELLING: Final = ("cancel", "abort", "kill", "stop")

_OPTION: Final = re.compile(r"--[a-z-]+")


def about_command(name: str, context: click.Context) -> str | None:
    """Return what to do instead of a command that there is not; None if that is not known.

    Args:
        name: the command as it was typed.
        context: that of the group that was called, or of the whole command.
    """
    if name in _CANCELLING:
        return _NO_CANCEL
    if context.parent is None:
        meant = COMMANDS.get(name)
    else:
        meant = IN_GROUPS.get(context.command.name or "", {}).get(name)
        whole = context.parent.command
        if meant is None and isinstance(whole, click.Group) and whole.get_command(context.parent, name) is not None:
            meant = name
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
    if isinstance(context.command, click.Group) and (below := _commands_with(error.option_name, context)):
        # Of several that which was typed, perhaps behind the option.
        path = next((one for one in below if one[-1] in sys.argv), below[0])
        told = f"{error.option_name} comes after a command: {command_line(*path, error.option_name)}"
        return click.UsageError(told, context)
    for given in OPTIONS.get(error.option_name, ()):
        advice = given if isinstance(given, str) else given()
        if set(_OPTION.findall(advice)).issubset(shown):
            return click.UsageError(f"{error.message} {advice}", context)
    # All begin with the same dashes, which makes none of them more alike.
    names = {name.lstrip("-"): name for name in shown}
    typed = error.option_name.lstrip("-")
    alike = [] if error.option_name in OPTIONS else get_close_matches(typed, names, n=1)
    told = f"{error.message} Did you mean {names[alike[0]]}?" if alike else error.message
    return click.UsageError(told, context)


def _commands_with(option: str, context: click.Context) -> list[tuple[str, ...]]:
    """Return the commands of a group, and of the groups in it, that have an option, as the words that call them."""
    found: list[tuple[str, ...]] = []
    start = () if context.parent is None else (context.command.name or "",)
    waiting = [(start, context.command)]
    while waiting:
        path, command = waiting.pop(0)
        if isinstance(command, click.Group):
            waiting += [((*path, name), one) for name, one in command.commands.items()]
        elif any(option in one.opts for one in command.params if isinstance(one, click.Option) and not one.hidden):
            found.append(path)
    return found


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
