"""What the commands share: the client, and how output is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import frozen

from sbg_bulk.cli.later import later
from sbg_bulk.cli.output.console import _tell_wait, console
from sbg_bulk.cli.output.error_context import Connection
from sbg_bulk.text import command_line

if TYPE_CHECKING:
    from sbg_bulk.api.retry import Retry
    from sbg_bulk.client.sync import Client

_retry: Callable[..., Retry] = later("sbg_bulk.api.retry", "Retry")


def client_class() -> type[Client]:
    """Load the client, which takes several times as long as all that the help of a command needs."""
    from sbg_bulk.client.sync import Client  # takes long

    return Client


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
        """Yield a client with the settings of the command line, the environment and the credentials file."""
        seconds = console().give_up_after
        retry = None if seconds is None else _retry(within=seconds)
        with client_class()(self.endpoint, profile=self.profile, retry=retry, on_wait=_tell_wait) as client:
            console().connection = Connection.of(client.settings)
            yield client

    def command(self, *words: str) -> str:
        """Return a command line with these words, endpoint and profile, to be pasted into a shell."""
        return command_line(*self.words, *words)

    @property
    def words(self) -> list[str]:
        """Return the options that were given, as words of a command line."""
        given = (("--endpoint", self.endpoint), ("--profile", self.profile))
        return [word for option, value in given if value is not None for word in (option, value)]
