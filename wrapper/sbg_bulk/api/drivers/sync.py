"""The driver that blocks: for scripts, notebooks and the command line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import httpx
from attrs import evolve

from sbg_bulk.api.drivers.auth import TokenAuth
from sbg_bulk.api.drivers.base import Done, Exchanges, StepOutcome, advance, begins, goes_on, not_sendable, open_http
from sbg_bulk.api.drivers.hold import Hold
from sbg_bulk.api.steps import Call, Flow, Now, Produce, Record, Reply, Sleep, Step
from sbg_bulk.settings.settings import Settings, Token

R = TypeVar("R")


class BlockingDriver:
    """Performer of flows, one step after the other.

    Args:
        settings: where to connect, and as whom.
        timeout: of httpx.
        transport: instead of the network, for tests.
        sleep: lets seconds pass.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        settings: Settings,
        timeout: httpx.Timeout,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._open = partial(open_http, httpx.Client, timeout=timeout, transport=transport)
        self._http = self._open(settings)
        self._once: httpx.Client | None = None
        self._exchanges = Exchanges(settings.token)
        self._hold = Hold()
        self._sleep = sleep
        self._clock = clock

    def run(self, flow: Flow[R]) -> R:
        """Perform a flow to its end; return or raise what it does.

        A Ctrl-C while something is sent that must not be repeated waits for the answer, for a few seconds.

        Raises:
            KeyboardInterrupt: there was one. If the flow was at its end, the argument is what it would have returned.
        """
        outcome = StepOutcome()
        try:
            while not isinstance(step := advance(flow, outcome), Done):
                outcome = self._attempt(step)
            self._hold.end(step.value)
            return step.value
        finally:
            try:
                self._hold.end()
            finally:
                flow.close()

    def iterate(self, flow: Flow[None]) -> Iterator[Any]:
        """Perform a flow as far as values are asked for."""
        outcome = StepOutcome()
        try:
            while not isinstance(step := advance(flow, outcome), Done):
                if isinstance(step, Produce):
                    yield step.value
                    outcome = StepOutcome()
                else:
                    outcome = self._attempt(step)
        finally:
            flow.close()

    def use(self, token: Token) -> None:
        """Send another token from now on."""
        self._settings = evolve(self._settings, token=token)
        self._exchanges = Exchanges(token)
        for http in filter(None, (self._http, self._once)):
            http.auth = TokenAuth(self._settings.endpoint, token)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
        if self._once is not None:
            self._once.close()

    def _attempt(self, step: Step) -> StepOutcome:
        if not goes_on(step):
            self._hold.end()
        if begins(step):
            self._hold.begin()
        try:
            return StepOutcome(self._perform(step))
        except Exception as error:  # whatever it is, the flow is to know
            return StepOutcome(error=error)
        finally:
            if isinstance(step, Record):
                self._hold.end()

    def _perform(self, step: Step) -> object:
        match step:
            case Call():
                return self._call(step)
            case Sleep(seconds):
                return self._sleep(seconds)
            case Now():
                return float(self._clock())
            case Record(work):
                return work()
        raise TypeError(f"{step!r} is not a step that this driver performs.")

    def _client_for(self, step: Call) -> httpx.Client:
        if step.operation.repeatable:
            return self._http
        # What must not be repeated goes out on connections of its own.
        if self._once is None:
            self._once = self._open(self._settings, reuse=False)
        return self._once

    def _call(self, step: Call) -> Reply:
        request = step.operation.request(**step.arguments)
        http = self._client_for(step)
        try:
            built = http.build_request(**request)
        except (httpx.InvalidURL, UnicodeError):
            raise not_sendable() from None
        began = self._clock()
        try:
            response = http.send(built)
        except httpx.RequestError as error:
            self._exchanges.broken(step, request, error, self._clock() - began)
            raise
        return self._exchanges.answered(step, request, response, self._clock() - began)
