"""What the commands share: the client, and how output is written."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import frozen

if TYPE_CHECKING:
    from rich.console import Console

    from sbg_bulk.client import Client

F = TypeVar("F", bound=Callable[..., Any])

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
        from sbg_bulk.client import Client

        with Client(self.endpoint, profile=self.profile) as client:
            yield client


def write_json(document: object) -> None:
    """Write one JSON document on one line of standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, separators=(", ", ": ")))


def note(text: str) -> None:
    """Write a line for the person who looks on, to standard error."""
    click.echo(text, err=True)


def output() -> Console:
    """Standard output, for tables. In a pipe it is wide enough for any row and has no colours."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 400, highlight=False)


def progress_output() -> Console:
    """Standard error, for a progress bar."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)
