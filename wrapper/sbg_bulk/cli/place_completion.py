"""Complete paths in the shell. Apart from the rest, as few commands have paths, and all are to start fast."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from typing import Any, Final, cast

import click
from click.shell_completion import CompletionItem, ZshComplete

from sbg_bulk.cli.completion import VARIABLE
from sbg_bulk.cli.known_places import PROJECTS, VOLUMES, KnownPlaces
from sbg_bulk.errors import SettingsError
from sbg_bulk.settings.settings import Settings
from sbg_bulk.text import age

FRESH: Final = 300.0
"""Seconds after which a place is listed again in the background."""

LISTING: Final = 10
"""Seconds after which that is given up."""

_LISTS: Final[Mapping[str, tuple[str, ...]]] = {PROJECTS: ("projects", "list"), VOLUMES: ("volumes", "list")}
"""The commands that list what is in no folder."""

_CONNECTION: Final = ("endpoint", "profile")

_LIST: Final = "import signal, sys; signal.alarm(int(sys.argv.pop(1))); from sbg_bulk.cli import main; main()"
"""The program of that process. The alarm ends it wherever it is."""

_PATH: Final = re.compile(r"[\w.@%+:/-]+", re.ASCII)
"""A path that a shell takes as it is."""


def complete_place(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the paths of projects, folders and files that begin so, with how long ago they were listed.

    Where there may be a place on a volume too, what has its colon is one.
    """
    return _completed(context, incomplete, _prefix(incomplete) or _folder(incomplete))


def complete_volume(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the ids of volumes that begin so, with how long ago they were listed."""
    return _completed(context, incomplete, VOLUMES)


def complete_object(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the places on volumes, `VOLUME:PREFIX`, that begin so, with how long ago they were listed."""
    place = _prefix(incomplete)
    return _completed(context, incomplete, place or VOLUMES, "" if place else ":")


def _prefix(incomplete: str) -> str:
    """Return the folder on a volume that the last name of a location is in; empty if it is not on one."""
    volume, colon, location = incomplete.partition(":")
    folder, slash, _ = location.rpartition("/")
    return f"{volume}:{folder}{slash}" if colon and "/" in volume else ""


def _folder(incomplete: str) -> str:
    """Return the place that the last name of a path is in."""
    return incomplete.rpartition("/")[0] if "/" in incomplete.partition("/")[2] else PROJECTS


def _completed(context: click.Context, incomplete: str, place: str, ending: str = "") -> list[CompletionItem]:
    root = context.find_root().params
    try:
        settings = Settings.find(root.get("endpoint"), profile=root.get("profile"))
    except SettingsError:
        return []  # it is not known where to ask, or as whom
    if incomplete and not _PATH.fullmatch(incomplete):
        return []
    known = KnownPlaces.of(settings)
    found = known.listed(place)
    if (found is None or found.age > FRESH) and known.claim(place, LISTING):
        _list_for_later(root, place)
    if found is None:
        return []
    shell, colons = os.environ.get(VARIABLE, ""), ":" in f"{incomplete}{ending}"
    # What an older click tells zsh ends at the first colon, unless nothing is told beside.
    bare = shell.startswith("bash") or (shell.startswith("zsh") and colons and not _escapes_colons())
    told = None if bare else f"listed {age(found.age)} ago"
    before = "" if place in _LISTS else place if ":" in place else f"{place}/"
    paths = (f"{before}{name}{ending}" for name in found.names)
    return [CompletionItem(path, help=told) for path in paths if path.startswith(incomplete) and _PATH.fullmatch(path)]


def _escapes_colons() -> bool:
    item = CompletionItem(":", help="x")
    return "\\:" in ZshComplete.format_completion(cast(ZshComplete, None), item)


def _list_for_later(connection: dict[str, Any], place: str) -> None:
    """Start a process that lists a place and so remembers it, and do not wait for it."""
    given = [
        word for name in ("endpoint", "profile") if connection.get(name) for word in (f"--{name}", connection[name])
    ]
    words = _LISTS.get(place) or (("volumes", "ls", place) if ":" in place else ("ls", place))
    env = {name: value for name, value in os.environ.items() if name != VARIABLE}
    quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1, 2)]
    # No module is taken from the folder that somebody happens to be in (-P).
    program = [sys.executable, "-P", "-c", _LIST, str(LISTING), *given, *words, "--json"]
    os.posix_spawn(sys.executable, program, env, file_actions=quiet, setpgroup=0)
