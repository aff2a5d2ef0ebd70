"""How much the command says: the options `--quiet` and `--verbose`, before the command and after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import click
from attrs import define

if TYPE_CHECKING:
    from sbg_bulk.api.waits import Wait
    from sbg_bulk.cli.output.error_context import Connection

_KEY: Final = "sbg_bulk.speech"


@define
class Speech:
    """How a command speaks while it runs.

    Attributes:
        quiet: whether nothing but errors and the outcome is told.
        write: writes a line for the person who looks on.
        on_wait: told of each pause of the client; None to tell the person.
        connection: where the client is connected, once there is one.
    """

    quiet: bool = False
    write: Callable[[str], object] = lambda text: click.echo(text, err=True)
    on_wait: Callable[[Wait], object] | None = None
    connection: Connection | None = None


def speech() -> Speech:
    """That of the command that runs."""
    context = click.get_current_context(silent=True)
    if context is None:
        return Speech()
    found: Speech = context.meta.setdefault(_KEY, Speech())
    return found


def _be_quiet(_context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        speech().quiet = True


def _be_verbose(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    from sbg_bulk.cli.output.request_log import log_requests

    end = log_requests(lambda text: speech().write(text))
    if end is not None:
        context.find_root().call_on_close(end)


def _options(*, hidden: bool) -> list[click.Option]:
    return [
        click.Option(
            ["-q", "--quiet"],
            is_flag=True,
            hidden=hidden,
            expose_value=False,
            callback=_be_quiet,
            help="Tell nothing but errors and the outcome; with --json, its last event alone.",
        ),
        click.Option(
            ["-v", "--verbose"],
            is_flag=True,
            hidden=hidden,
            expose_value=False,
            callback=_be_verbose,
            help="Log each request on standard error, without the token and without what was sent.",
        ),
    ]


def accept_everywhere(group: click.Group) -> None:
    """Give a group the two options, and all commands below it too, where many people write them.

    They are not in the commands' help: they would fill it.
    """
    group.params += _options(hidden=False)
    _accept_after(group)


def _accept_after(group: click.Group) -> None:
    for command in group.commands.values():
        if isinstance(command, click.Group):
            _accept_after(command)
        else:
            command.params += _options(hidden=True)
