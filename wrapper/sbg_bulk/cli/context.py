"""What the commands share: the client, and how output is written."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import frozen

from sbg_bulk.cli.options.verbosity import speech
from sbg_bulk.cli.output.error_context import Connection
from sbg_bulk.cli.wording import waiting
from sbg_bulk.text import plain as plain

if TYPE_CHECKING:
    from sbg_bulk.api.waits import Wait
    from sbg_bulk.client.sync import Client
    from sbg_bulk.errors import SbgBulkError

F = TypeVar("F", bound=Callable[..., Any])


def not_negative(_context: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    """The callback of options that are a number of seconds."""
    if value is not None and (math.isnan(value) or value < 0):
        raise click.BadParameter(f"{value:g} is not a number of seconds from 0.")
    return value


json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs to read.")


@frozen
class Context:
    """The options that stand before the command.

    Attributes:
        endpoint: `--endpoint`, if given.
        profile: `--profile`, if given.
    """

    endpoint: str | None = None
    profile: str | None = None

    @contextmanager
    def client(self) -> Iterator[Client]:
        """A client with the settings of the command line, the environment and the credentials file."""
        from sbg_bulk.client.sync import Client

        with Client(self.endpoint, profile=self.profile, on_wait=_tell_wait) as client:
            speech().connection = Connection.of(client.settings)
            yield client

    def command(self, *words: str) -> str:
        """A command line with these words that means the same endpoint and profile, to be pasted into a shell."""
        given = (("--endpoint", self.endpoint), ("--profile", self.profile))
        options = [word for option, value in given if value is not None for word in (option, value)]
        return shlex.join(["sbg-bulk", *options, *words])


def _tell_wait(wait: Wait) -> None:
    telling = speech().on_wait or note_wait
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
    if not speech().quiet:
        tell(text)


def tell(text: str) -> None:
    """Write one or more lines that are to be seen in any case, to standard error."""
    speech().write("\n".join(map(plain, text.split("\n"))))


def explained(error: SbgBulkError) -> str:
    """What an error says, and to which connection it happened where that helps to mend it."""
    connection = speech().connection
    more = None if connection is None else connection.about(error)
    return f"{error}\n{more}" if more else str(error)


def complain(text: str) -> None:
    """Write what went wrong, to standard error."""
    tell(f"sbg-bulk: {text}")
