"""The base of both clients. What they do is loaded when it is first asked for: the engine of runs takes long."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.polling import Polling
from sbg_bulk.api.retry import Retry
from sbg_bulk.errors import SettingsError
from sbg_bulk.settings.settings import Settings, Token

if TYPE_CHECKING:
    from sbg_bulk.api.waits import Wait
    from sbg_bulk.client.files import FileFlows
    from sbg_bulk.client.jobs import JobFlows
    from sbg_bulk.client.runs import RunFlows
    from sbg_bulk.client.waits import WaitFlows


class Driver(Protocol):
    """What performs the steps of flows, as far as both clients use it alike."""

    def use(self, token: Token) -> None:
        """Send another token from now on."""


class ClientBase:
    """Where a client is connected, how its requests behave, and its flows by subject."""

    _driver: Driver

    def __init__(
        self,
        find: Callable[[], Settings],
        retry: Retry | None,
        polling: Polling | None,
        on_wait: Callable[[Wait], object] | None,
    ) -> None:
        self.settings = find()
        self._find = find
        self._policy = RequestPolicy(retry or Retry(), polling or Polling(), on_wait=on_wait)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.settings.endpoint!r})"

    @cached_property
    def _jobs(self) -> JobFlows:
        from sbg_bulk.client.jobs import JobFlows  # not needed to import or to make a client

        return JobFlows(self.settings, self._policy)

    @cached_property
    def _waits(self) -> WaitFlows:
        from sbg_bulk.client.waits import WaitFlows  # a list of jobs needs none

        return WaitFlows(self.settings, self._policy)

    @cached_property
    def _files(self) -> FileFlows:
        from sbg_bulk.client.files import FileFlows  # many clients look at jobs only

        return FileFlows(self.settings, self._policy)

    @cached_property
    def _runs(self) -> RunFlows:
        from sbg_bulk.client.runs import RunFlows  # with the journal, takes as long as httpx

        return RunFlows(self.settings, self._policy, self._renewed)

    def _renewed(self) -> Token | None:
        """Read the token anew from where it is kept, and use it from now on; None if it is still the same."""
        try:
            found = self._find()
        except SettingsError:
            return None
        if found.endpoint != self.settings.endpoint or found.token == self.settings.token:
            return None
        self.settings = found
        self._driver.use(found.token)
        return found.token
