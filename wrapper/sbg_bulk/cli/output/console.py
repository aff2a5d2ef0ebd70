"""Write for the person who looks on, and for programs."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Final, TextIO

import click
from attrs import define, field

from sbg_bulk.api.waits import FIRST_PAUSE, NO_CONNECTION, Cause
from sbg_bulk.cli.output.error_context import Connection
from sbg_bulk.cli.output.pauses import Pauses
from sbg_bulk.errors import ConnectionFailed
from sbg_bulk.text import plain

if TYPE_CHECKING:
    from sbg_bulk.api.waits import Wait
    from sbg_bulk.errors import SbgBulkError

_KEY: Final = "sbg_bulk.console"

PATIENCE: Final = 10.0
"""Seconds of pauses after which a look-up gives up if no connection comes about, unless a time is given. Runs and waits
go on."""


@define
class Console:
    """How a command speaks while it runs.

    Attributes:
        quiet: whether only errors and the final result are told.
        write: writes a line for the person who looks on.
        on_wait: what shows each pause of the client; None to tell of them in lines.
        patient: whether it is waited for a connection as long as it takes: that of a run, and of a wait for jobs.
        give_up_after: seconds for which every request of the command is tried, if a number is given.
        connection: where the client is connected, once there is one.
        unreached: seconds of pauses so far for a request that has reached nothing.
        so_far: what an interrupt is answered with: what was done, and how to go on.
    """

    quiet: bool = False
    write: Callable[[str], object] = lambda text: click.echo(text, err=True)
    on_wait: Callable[[Wait], object] | None = None
    patient: bool = False
    give_up_after: float | None = None
    connection: Connection | None = None
    unreached: float = 0.0
    so_far: str = ""
    pauses: Pauses = field(factory=lambda: Pauses(monotonic))


def console() -> Console:
    """Return the console of the command that runs."""
    context = click.get_current_context(silent=True)
    if context is None:
        return Console()
    found: Console = context.meta.setdefault(_KEY, Console())
    return found


def _tell_wait(wait: Wait) -> None:
    output = console()
    if not output.patient and output.give_up_after is None:
        _check_reached(output, wait)
    if output.on_wait is not None:
        output.on_wait(wait)
    elif (told := output.pauses.line(wait)) is not None:
        note(told)


def _check_reached(output: Console, wait: Wait) -> None:
    """Raise ConnectionFailed if a look-up has tried long enough to reach anything: somebody waits for the answer."""
    if wait.cause is not Cause.RETRY or not wait.reason.startswith(NO_CONNECTION):
        output.unreached = 0.0
        return
    # The first pause of a request is the shortest.
    before = 0.0 if wait.seconds <= FIRST_PAUSE else output.unreached
    if before + wait.seconds > PATIENCE:
        raise ConnectionFailed(
            f"No connection after {before:.0f} s. Check the endpoint's spelling, the network and, if "
            f"HTTPS_PROXY or HTTP_PROXY is set, the proxy. "
            f"[{wait.reason.removeprefix(f'{NO_CONNECTION} (').removesuffix(')')}]"
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
    console().write(fitted(text, sys.stderr))


def say(text: str) -> None:
    """Write one or more sentences that are a result, to standard output."""
    click.echo(fitted(text, sys.stdout))


def fitted(text: str, stream: TextIO) -> str:
    """Return lines as they are shown on a stream: as plain text and, on a terminal, as wide as that."""
    columns = _columns(stream)
    return "\n".join(line for each in text.split("\n") for line in folded(plain(each), columns))


def _columns(stream: TextIO) -> int | None:
    """How wide the terminal is that a stream is on; None if it is on none."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or None if stream.isatty() else None
    except (OSError, ValueError):
        return None


_COMMAND: Final = r"(?:sbg-bulk|export|curl|pip install) \S.*"
_LABEL: Final = re.compile(r" +[a-z]+: {2,}")
_UNIT: Final = re.compile(rf"(?:(?<=^)|(?<=: )|(?<=   )){_COMMAND}|'sbg-bulk [^']*'\S*|\S+")
"""What is never broken: a word, a path, an address, and a command, which a line ends with or which is quoted."""


def folded(line: str, columns: int | None) -> list[str]:
    """Return a line as several, broken between words, where it is wider than the terminal.

    What is wider by itself, as a long command, gets a line of its own, to be copied in one piece: the terminal folds
    it.
    """
    if columns is None or len(line) <= columns:
        return [line]
    label = _LABEL.match(line)
    text = line.lstrip(" ")
    indent = line[: len(line) - len(text)]
    lines: list[str] = []
    # A label is padded to the column of its text, which goes on there.
    hanging = " " * (label.end() if label else len(indent))
    for unit in _UNIT.findall(text):
        is_command = re.fullmatch(_COMMAND, unit)
        if label and len(lines) == 1 and lines[0] == label.group().rstrip() and not is_command:
            lines[0] = f"{label.group()}{unit}"
        elif lines and len(lines[-1]) + 1 + len(unit) <= columns:
            lines[-1] += f" {unit}"
        elif is_command:
            lines.append(f"{indent}{'  ' if lines else ''}{unit}")
        else:
            lines.append(f"{hanging if lines else indent}{unit}")
    return lines


def explained(error: SbgBulkError) -> str:
    """Return what an error says, and to which connection it happened where that helps to mend it."""
    connection = console().connection
    more = None if connection is None else connection.about(error)
    return f"{error}\n{more}" if more else str(error)


def complain(text: str) -> None:
    """Write what went wrong, to standard error."""
    tell(f"sbg-bulk: {text}")
