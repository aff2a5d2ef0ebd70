"""The commands that there are, and whether a line of words calls one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from sbg_bulk.cli.app import sbg_bulk


def commands(group: click.Group = sbg_bulk, *names: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """All commands, with the words that call them."""
    for name in group.commands:
        command = group.commands[name]
        if isinstance(command, click.Group):
            yield from commands(command, *names, name)
        else:
            yield (*names, name), command


def parse(words: Sequence[str]) -> None:
    """Raise UsageError unless the words call a command, with arguments and options that it has. Nothing is run."""
    command: click.Command = sbg_bulk
    context: click.Context | None = None
    left = list(words)
    while True:
        # As click makes it: a command keeps the names of its option for help from the first one.
        context = click.Context(command, parent=context, **command.context_settings)
        _, left, _ = command.make_parser(context).parse_args(left)
        if not left:
            return
        if not isinstance(command, click.Group):
            raise click.UsageError(f"{words}: {left} are too many")
        if left[0] not in command.commands:
            raise click.UsageError(f"{words}: there is no command {left[0]}")
        command, left = command.commands[left[0]], left[1:]
