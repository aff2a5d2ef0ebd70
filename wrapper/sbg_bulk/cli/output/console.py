"""Write for the person who looks on, and for programs."""

from __future__ import annotations

import json
import os
import re
import sys
import textwrap
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Final

import click
from attrs import define, field

from sbg_bulk.api.waits import FIRST_PAUSE, Cause
from sbg_bulk.cli.output.error_context import Connection
from sbg_bulk.cli.output.pauses import Pauses
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
        quiet: whether only errors and the final result are told.
        write: writes a line for the person who looks on.
        on_wait: what shows each pause of the client; None to tell of them in lines.
        patient: whether it is waited for a connection as long as it takes: that of a run, and of a wait for jobs.
        connection: where the client is connected, once there is one.
        unreached: seconds of pauses so far for a request that has reached nothing.
        so_far: what an interrupt is answered with: what was done, and how to go on.
    """

    quiet: bool = False
    write: Callable[[str], object] = lambda text: click.echo(text, err=True)
    on_wait: Callable[[Wait], object] | None = None
    patient: bool = False
    connection: Connection | None = None
    unreached: float = 0.0
    so_far: str = ""
    pauses: Pauses = field(factory=lambda: Pauses(monotonic))


def console() -> Console:
    """That of the command that runs."""
    context = click.get_current_context(silent=True)
    if context is None:
        return Console()
    found: Console = context.meta.setdefault(_KEY, Console())
    return found


def _tell_wait(wait: Wait) -> None:
    output = console()
    if not output.patient:
        _check_reached(output, wait)
    if output.on_wait is not None:
        output.on_wait(wait)
    elif (told := output.pauses.line(wait)) is not None:
        note(told)


def _check_reached(output: Console, wait: Wait) -> None:
    """Raise ConnectionFailed if a look-up has tried long enough to reach anything: somebody waits for the answer."""
    if wait.cause is not Cause.RETRY or not wait.reason.startswith(_UNREACHED):
        output.unreached = 0.0
        return
    # The first pause of a request is the shortest.
    before = 0.0 if wait.seconds <= FIRST_PAUSE else output.unreached
    if before + wait.seconds > PATIENCE:
        raise ConnectionFailed(
            f"No connection after {before:.0f} s. Check how the endpoint is spelled, the network and, if HTTPS_PROXY "
            f"is set, the proxy. [{wait.reason}]"
        )
    output.unreached = before + wait.seconds


def write_json(document: object) -> None:
    """Write one JSON document on one line of standard output, in ASCII: every locale and every reader takes it."""
    click.echo(json.dumps(document))


def note(text: str) -> None:
    """Write one or more lines for the person who looks on, to standard error, unless `--quiet` is given."""
    if not console().quiet:
        tell(text)


def tell(text: str) -> None:
    """Write one or more lines that are to be seen in any case, to standard error."""
    columns = _columns()
    console().write("\n".join(line for each in text.split("\n") for line in folded(plain(each), columns)))


def _columns() -> int | None:
    """How wide the terminal is that standard error is on; None if it is on none."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns if sys.stderr.isatty() else None
    except (OSError, ValueError):
        return None


def folded(line: str, columns: int | None) -> list[str]:
    """A line as several, broken between words, where it is wider than the terminal.

    One with a command, or a path that is too long, stays as it is, to be copied in one piece: the terminal folds it.
    """
    if columns is None or len(line) <= columns or line.startswith(" ") or re.search(r"(^|: )sbg-bulk \S", line):
        return [line]
    lines = textwrap.wrap(line, max(columns, 20), break_long_words=False, break_on_hyphens=False)
    return [line] if max(map(len, lines)) > columns else lines


def explained(error: SbgBulkError) -> str:
    """What an error says, and to which connection it happened where that helps to mend it."""
    connection = console().connection
    more = None if connection is None else connection.about(error)
    return f"{error}\n{more}" if more else str(error)


def complain(text: str) -> None:
    """Write what went wrong, to standard error."""
    tell(f"sbg-bulk: {text}")
