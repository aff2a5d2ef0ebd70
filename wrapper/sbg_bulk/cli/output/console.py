"""Write for the person who looks on, and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import click
from attrs import define

from sbg_bulk.api.retry import Retry
from sbg_bulk.api.waits import Cause, waiting
from sbg_bulk.cli.output.error_context import Connection
from sbg_bulk.errors import ConnectionFailed
from sbg_bulk.text import plain

if TYPE_CHECKING:
    from sbg_bulk.api.waits import Wait
    from sbg_bulk.errors import SbgBulkError

_KEY: Final = "sbg_bulk.console"

PATIENCE: Final = 10.0
"""Seconds of pauses after which a look-up gives up if no connection comes about. Runs and waits go on."""

_UNREACHED: Final = ("ConnectError", "ConnectTimeout", "ProxyError")
"""What the reason of a pause begins with if nothing was reached: the transport's errors."""


@define
class Console:
    """How a command speaks while it runs.

    Attributes:
        quiet: whether nothing but errors and the outcome is told.
        write: writes a line for the person who looks on.
        on_wait: told of each pause of the client; None to tell the person.
        connection: where the client is connected, once there is one.
        unreached: seconds of pauses so far for a request that has reached nothing.
    """

    quiet: bool = False
    write: Callable[[str], object] = lambda text: click.echo(text, err=True)
    on_wait: Callable[[Wait], object] | None = None
    connection: Connection | None = None
    unreached: float = 0.0


def console() -> Console:
    """That of the command that runs."""
    context = click.get_current_context(silent=True)
    if context is None:
        return Console()
    found: Console = context.meta.setdefault(_KEY, Console())
    return found


def _tell_wait(wait: Wait) -> None:
    output = console()
    if output.on_wait is not None:
        output.on_wait(wait)
        return
    _check_reached(output, wait)
    note_wait(wait)


def _check_reached(output: Console, wait: Wait) -> None:
    """Raise ConnectionFailed if a look-up has tried long enough to reach anything: somebody waits for the answer."""
    if wait.cause is not Cause.RETRY or not wait.reason.startswith(_UNREACHED):
        output.unreached = 0.0
        return
    # The first pause of a request is the shortest.
    before = 0.0 if wait.seconds <= Retry().first else output.unreached
    if before + wait.seconds > PATIENCE:
        raise ConnectionFailed(
            f"No connection after {before:.0f} s. Check how the endpoint is spelled, the network and, if HTTPS_PROXY "
            f"is set, the proxy. [{wait.reason}]"
        )
    output.unreached = before + wait.seconds


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
