"""Write for the person who looks on, and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import click
from attrs import define

from sbg_bulk.api.waits import waiting
from sbg_bulk.cli.output.error_context import Connection
from sbg_bulk.text import plain

if TYPE_CHECKING:
    from sbg_bulk.api.waits import Wait
    from sbg_bulk.errors import SbgBulkError

_KEY: Final = "sbg_bulk.console"


@define
class Console:
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


def console() -> Console:
    """That of the command that runs."""
    context = click.get_current_context(silent=True)
    if context is None:
        return Console()
    found: Console = context.meta.setdefault(_KEY, Console())
    return found


def _tell_wait(wait: Wait) -> None:
    telling = console().on_wait or note_wait
    telling(wait)


def note_wait(wait: Wait) -> None:
    """Tell the person who looks on of a pause."""
    if wait.seconds >= 1:  # shorter ones are over before they are read
        note(f"{waiting(wait)}.")


def write_json(document: object) -> None:
    """Write one JSON document on one line of standard output, in ASCII: every locale and every reader takes it."""
    click.echo(json.dumps(document))


def note(text: str) -> None:
    """Write one or more lines for the person who looks on, to standard error, unless `--quiet` is given."""
    if not console().quiet:
        tell(text)


def tell(text: str) -> None:
    """Write one or more lines that are to be seen in any case, to standard error."""
    console().write("\n".join(map(plain, text.split("\n"))))


def explained(error: SbgBulkError) -> str:
    """What an error says, and to which connection it happened where that helps to mend it."""
    connection = console().connection
    more = None if connection is None else connection.about(error)
    return f"{error}\n{more}" if more else str(error)


def complain(text: str) -> None:
    """Write what went wrong, to standard error."""
    tell(f"sbg-bulk: {text}")
