"""Groups whose commands are imported when they are called: help and completion need no more than a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from copy import copy
from importlib import import_module
from typing import Any, Final, NamedTuple

import click
from click.shell_completion import CompletionItem

from sbg_bulk.cli.options.everywhere import accept_after


class Lazy(NamedTuple):
    """A command that is not imported yet.

    Attributes:
        module: its module, relative to the group's package.
        name: the name that it has there.
        help: its help in short.
        whole: whether that is never cut, as click does with what a command gives as its `short_help`.
        aliases: other names that call it, shown beside its own.
    """

    module: str
    name: str
    help: str
    whole: bool = False
    aliases: tuple[str, ...] = ()

    def shown(self, limit: int = 45) -> str:
        """Return the help in short as click cuts it. 45 characters are its default."""
        command = click.Command(None, short_help=self.help) if self.whole else click.Command(None, help=self.help)
        return command.get_short_help_str(limit)


class _Commands(MutableMapping[str, click.Command]):
    """The commands of a group by their names, each imported when it is asked for.

    An alias finds its command too, and is none of the names.
    """

    def __init__(self, package: str, lazy: Mapping[str, Lazy]) -> None:
        self._package: Final = package
        self._lazy: Final = lazy
        self._meant: Final = {alias: name for name, entry in lazy.items() for alias in entry.aliases}
        self._loaded: Final[dict[str, click.Command]] = {}

    def __getitem__(self, name: str) -> click.Command:
        name = self._meant.get(name, name)
        if name not in self._loaded:
            entry = self._lazy[name]
            command: click.Command = getattr(import_module(entry.module, self._package), entry.name)
            if not isinstance(command, LazyGroup):
                accept_after(command)
            if command.name != name:
                # The same command under two paths; each is called by its own name.
                command = copy(command)
                command.name = name
            self._loaded[name] = command
        return self._loaded[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        raise TypeError(f"{name} belongs in the table of the group")

    def __delitem__(self, name: str) -> None:
        raise TypeError(f"{name} belongs in the table of the group")

    def __iter__(self) -> Iterator[str]:
        return iter(self._lazy)

    def __len__(self) -> int:
        return len(self._lazy)


class LazyGroup(click.Group):
    """A group of commands that are imported when they are called.

    Args:
        package: the package that the modules of the table are relative to.
        lazy: the table.
    """

    def __init__(self, *args: Any, package: str, lazy: Mapping[str, Lazy], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.commands = _Commands(package, lazy)
        self._lazy: Final = lazy

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with their helps in short, as click does, without importing any."""
        names = {name: ", ".join((name, *self._lazy[name].aliases)) for name in sorted(self._lazy)}
        limit = formatter.width - 6 - max(map(len, names.values()))
        rows = [(shown, self._lazy[name].shown(limit)) for name, shown in names.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return what completes a command or an option, without importing any command."""
        names = (name for name in sorted(self._lazy) if name.startswith(incomplete))
        found = [CompletionItem(name, help=self._lazy[name].shown()) for name in names]
        return found + click.Command.shell_complete(self, ctx, incomplete)
