"""`sbg-bulk help`: the help of a command, as its `--help` shows it."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem


def _complete(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The commands below those that are typed already."""
    found = _found(context.find_root(), context.params.get("command") or ())
    below = found.command
    return below.shell_complete(found, incomplete) if isinstance(below, click.Group) else []


def _found(at: click.Context, words: tuple[str, ...]) -> click.Context:
    """Return the context of the command that the words call. Raises UsageError if there is none."""
    for place, word in enumerate(words):
        below = at.command.get_command(at, word) if isinstance(at.command, click.Group) else None
        if below is None:
            raise click.UsageError(f"There is no command '{' '.join(words[: place + 1])}'.", at)
        at = click.Context(below, parent=at, info_name=word, **below.context_settings)
    return at


@click.command("help")
@click.argument("command", nargs=-1, shell_complete=_complete)
@click.pass_context
def help_(context: click.Context, command: tuple[str, ...]) -> None:
    """Show the help of a COMMAND, such as: help files list. Without one, list all commands.

    COMMAND --help shows the same.
    """
    click.echo(_found(context.find_root(), command).get_help())
