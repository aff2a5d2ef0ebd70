"""Groups whose commands are imported when they are called: help and completion need no more than a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import Any, Final, NamedTuple

import click
from click.shell_completion import CompletionItem

from sbg_bulk.cli.advice import about_command
from sbg_bulk.cli.helped import Helped, write_list
from sbg_bulk.cli.options.everywhere import options_after


class Lazy(NamedTuple):
    """A command that is not imported yet.

    Attributes:
        module: its module, relative to the group's package.
        name: the name that it has there.
        help: its help in short.
        aliases: other names that call it, shown beside its own.
    """

    module: str
    name: str
    help: str
    aliases: tuple[str, ...] = ()


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
            self._loaded[name] = command if isinstance(command, LazyGroup) else _helped(name, command)
        return self._loaded[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        raise TypeError(f"{name} belongs in the table of the group")

    def __delitem__(self, name: str) -> None:
        raise TypeError(f"{name} belongs in the table of the group")

    def __iter__(self) -> Iterator[str]:
        return iter(self._lazy)

    def __len__(self) -> int:
        return len(self._lazy)


def _helped(name: str, command: click.Command) -> Helped:
    """Return a command with the options that can follow each, and with its help as all have it.

    The same command may stand under two paths; each is called by its own name.
    """
    return Helped(
        name,
        command.context_settings,
        command.callback,
        [*command.params, *options_after(command)],
        help=command.help,
        epilog=command.epilog,
    )


class LazyGroup(Helped, click.Group):
    """A group of commands that are imported when they are called.

    Args:
        package: the package that the modules of the table are relative to.
        lazy: the table.
    """

    def __init__(self, *args: Any, package: str, lazy: Mapping[str, Lazy], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.commands = _Commands(package, lazy)
        self._lazy: Final = lazy

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command, or say what is meant by one that there is not."""
        if self.get_command(ctx, args[0]) is None and not ctx.resilient_parsing:
            advice = about_command(args[0], ctx)
            if advice is not None:
                raise click.UsageError(f"There is no command '{args[0]}'. {advice}", ctx)
        return super().resolve_command(ctx, args)

    @property
    def summaries(self) -> dict[str, str]:
        """Return the commands by their names, with what each does in short; none is imported."""
        return {name: entry.help for name, entry in sorted(self._lazy.items())}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then the commands."""
        Helped.format_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with their helps in short, as click does, without importing any."""
        rows = [(", ".join((name, *entry.aliases)), entry.help) for name, entry in sorted(self._lazy.items())]
        with formatter.section("Commands"):
            write_list(formatter, rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return what completes a command or an option, without importing any command."""
        names = [name for name in self.summaries if name.startswith(incomplete)]
        return [CompletionItem(name, help=self.summaries[name]) for name in names] + click.Command.shell_complete(
            self, ctx, incomplete
        )
