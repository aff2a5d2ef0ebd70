"""The driver that awaits: for programs on asyncio."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

import httpx
from attrs import evolve

from sbg_bulk.api.drivers.auth import TokenAuth
from sbg_bulk.api.drivers.base import Done, Exchanges, StepOutcome, advance, begins, goes_on, not_sendable, open_http
from sbg_bulk.api.drivers.hold import GRACE
from sbg_bulk.api.steps import Call, Flow, Now, Produce, Record, Reply, Sleep, Step
from sbg_bulk.settings.settings import Settings, Token

R = TypeVar("R")


class _Held:
    """A cancellation that waits until what came of a request is written down."""

    back: asyncio.CancelledError | None = None

    def end(self, *answer: object) -> None:
        """Let it through, with the answer as its arguments."""
        if self.back is not None:
            self.back.args = answer
            raise self.back


class AwaitingDriver:
    """Performer of flows, one step after the other, that leaves the event loop to others meanwhile.

    The arguments are those of `BlockingDriver`, with a `sleep` to await.
    """

    def __init__(
        self,
        settings: Settings,
        timeout: httpx.Timeout,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._open = partial(open_http, httpx.AsyncClient, timeout=timeout, transport=transport)
        self._http = self._open(settings)
        self._once: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._exchanges = Exchanges(settings.token)
        self._sleep = sleep
        self._clock = clock

    async def run(self, flow: Flow[R]) -> R:
        """Perform a flow to its end; return or raise what it does.

        Cancelled while something is sent that must not be repeated, it waits for the answer, for a few seconds.

        Raises:
            CancelledError: it was cancelled. If the flow was at its end, the argument is what it would have returned.
        """
        outcome, held = StepOutcome(), _Held()
        try:
            while not isinstance(step := advance(flow, outcome), Done):
                if not goes_on(step):
                    held.end()
                outcome = await (self._answered(step, held) if begins(step) else self._attempt(step))
                if isinstance(step, Record):
                    held.end()
            held.end(step.value)
            return step.value
        finally:
            flow.close()

    async def iterate(self, flow: Flow[None]) -> AsyncIterator[Any]:
        """Perform a flow as far as values are asked for."""
        outcome = StepOutcome()
        try:
            while not isinstance(step := advance(flow, outcome), Done):
                if isinstance(step, Produce):
                    yield step.value
                    outcome = StepOutcome()
                else:
                    outcome = await self._attempt(step)
        finally:
            flow.close()

    def use(self, token: Token) -> None:
        """Send another token from now on."""
        self._settings = evolve(self._settings, token=token)
        self._exchanges = Exchanges(token)
        for http in filter(None, (self._http, self._once)):
            http.auth = TokenAuth(self._settings.endpoint, token)

    async def close(self) -> None:
        """Close the connections."""
        self._follow_the_loop()
        await self._http.aclose()
        if self._once is not None:
            await self._once.aclose()

    async def _attempt(self, step: Step) -> StepOutcome:
        try:
            return StepOutcome(await self._perform(step))
        except Exception as error:  # whatever it is, the flow is to know
            return StepOutcome(error=error)

    async def _answered(self, step: Step, held: _Held) -> StepOutcome:
        """Perform a step, if it is cancelled for so long as its answer may still come soon; a second time at once."""
        sending = asyncio.ensure_future(self._attempt(step))
        try:
            return await asyncio.shield(sending)
        except asyncio.CancelledError as cancelled:
            held.back = cancelled
        grace = asyncio.ensure_future(self._sleep(GRACE))
        try:
            await asyncio.wait((sending, grace), return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                raise held.back
            return sending.result()
        finally:
            grace.cancel()
            sending.cancel()

    async def _perform(self, step: Step) -> object:
        match step:
            case Call():
                return await self._call(step)
            case Sleep(seconds):
                await self._sleep(seconds)
                return None
            case Now():
                return float(self._clock())
            case Record(work):
                return work()
        raise TypeError(f"{step!r} is not a step that this driver performs.")

    def _follow_the_loop(self) -> None:
        """Begin with new connections in another event loop, such as that of a second `asyncio.run`."""
        loop = asyncio.get_running_loop()
        if self._loop not in (None, loop):
            self._http, self._once = self._open(self._settings), None
        self._loop = loop

    def _client_for(self, step: Call) -> httpx.AsyncClient:
        self._follow_the_loop()
        if step.operation.repeatable:
            return self._http
        # What must not be repeated goes out on connections of its own.
        if self._once is None:
            self._once = self._open(self._settings, reuse=False)
        return self._once

    async def _call(self, step: Call) -> Reply:
        request = step.operation.request(**step.arguments)
        http = self._client_for(step)
        try:
            built = http.build_request(**request)
        except (httpx.InvalidURL, UnicodeError):
            raise not_sendable() from None
        began = self._clock()
        try:
            response = await http.send(built)
        except httpx.RequestError as error:
            self._exchanges.broken(step, request, error, self._clock() - began)
            raise
        return self._exchanges.answered(step, request, response, self._clock() - began)
