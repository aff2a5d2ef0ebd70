"""The base of both clients. What they do is loaded when it is first asked for: the engine of runs takes long."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.polling import Polling
from sbg_bulk.api.retry import Retry
from sbg_bulk.settings.settings import Settings

if TYPE_CHECKING:
    from sbg_bulk.api.waits import Wait
    from sbg_bulk.client.files import FileFlows
    from sbg_bulk.client.jobs import JobFlows
    from sbg_bulk.client.runs import RunFlows
    from sbg_bulk.client.waits import WaitFlows


class ClientBase:
    """Where a client is connected, how its requests behave, and its flows by subject."""

    def __init__(
        self,
        settings: Settings,
        retry: Retry | None,
        polling: Polling | None,
        on_wait: Callable[[Wait], object] | None,
    ) -> None:
        self.settings = settings
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

        return RunFlows(self.settings, self._policy)
