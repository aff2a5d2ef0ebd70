"""Both clients behind one interface, on a clock on which nothing waits."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

import httpx
from attrs import field, frozen

from sbg_bulk import AsyncClient, Client, Polling, Retry, Settings
from sbg_bulk.api.drivers.aio import AwaitingDriver
from sbg_bulk.api.drivers.sync import BlockingDriver
from tests.support.scripts import Answer, Script, Wire

ENDPOINT: Final = "https://api.example.org/v2"
TOKEN: Final = "0123456789abcdef-not-a-real-token"


class VirtualClock:
    """Seconds that pass only by sleeping, or by hand."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += seconds

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0, f"nobody can sleep for {seconds} s"
        self.slept.append(seconds)
        self.time += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


class Harness(Protocol):
    """A client, whichever it is, and the clock it is on."""

    clock: VirtualClock

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method for its result; that of a list is all of it."""

    def iterate(self, method: str, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Call a method that lists, and ask for one entry after the other."""

    def close(self) -> None:
        """Close the client."""


class Blocking:
    """`Client`."""

    def __init__(self, handler: Callable[[httpx.Request], httpx.Response], retry: Retry, polling: Polling) -> None:
        self.clock = VirtualClock()

        def driver(settings: Settings, timeout: httpx.Timeout) -> BlockingDriver:
            return BlockingDriver(settings, timeout, httpx.MockTransport(handler), self.clock.sleep, self.clock)

        self.client = Client(ENDPOINT, TOKEN, retry=retry, polling=polling, driver=driver)

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        result = getattr(self.client, method)(*args, **kwargs)
        return list(result) if isinstance(result, Iterator) else result

    def iterate(self, method: str, *args: Any, **kwargs: Any) -> Iterator[Any]:
        yield from getattr(self.client, method)(*args, **kwargs)

    def close(self) -> None:
        self.client.close()


class Awaiting:
    """`AsyncClient`, each step in a loop of its own."""

    def __init__(self, handler: Callable[[httpx.Request], httpx.Response], retry: Retry, polling: Polling) -> None:
        self.clock = VirtualClock()
        self._runner = asyncio.Runner()

        def driver(settings: Settings, timeout: httpx.Timeout) -> AwaitingDriver:
            return AwaitingDriver(settings, timeout, httpx.MockTransport(handler), self.clock.sleep_async, self.clock)

        self.client = AsyncClient(ENDPOINT, TOKEN, retry=retry, polling=polling, driver=driver)

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        async def called() -> Any:
            result = getattr(self.client, method)(*args, **kwargs)
            return [entry async for entry in result] if hasattr(result, "__aiter__") else await result

        return self._runner.run(called())

    def iterate(self, method: str, *args: Any, **kwargs: Any) -> Iterator[Any]:
        entries = getattr(self.client, method)(*args, **kwargs)
        missing = object()

        async def following() -> Any:
            return await anext(entries, missing)

        try:
            while (entry := self._runner.run(following())) is not missing:
                yield entry
        finally:
            self._runner.run(entries.aclose())

    def close(self) -> None:
        self._runner.run(self.client.close())
        self._runner.close()


KINDS: Final[Sequence[type[Blocking] | type[Awaiting]]] = (Blocking, Awaiting)

PATIENT: Final = Retry()
POLLING: Final = Polling()


@frozen
class Outcome:
    """What a call did, as seen from both ends. Two clients that do the same have equal ones."""

    requests: list[Wire]
    slept: list[float]
    value: Any
    raised: tuple[type[BaseException], str] | None
    error: BaseException | None = field(eq=False, default=None)

    @property
    def methods(self) -> list[str]:
        return [request.method for request in self.requests]


def observe(
    kind: type[Blocking] | type[Awaiting],
    answers: Sequence[Answer],
    method: str,
    *args: Any,
    then: Answer | None = None,
    takes: float = 0.0,
    retry: Retry = PATIENT,
    polling: Polling = POLLING,
    **kwargs: Any,
) -> Outcome:
    """Have one client call a method, and keep what it does. The jitter is the same each time."""
    random.seed(7)
    script = Script(answers, then, on_request=lambda: harness.clock.advance(takes))
    harness: Harness = kind(script, retry, polling)
    value, error = None, None
    try:
        value = harness.call(method, *args, **kwargs)
    except Exception as caught:
        error = caught
    finally:
        harness.close()
    if isinstance(error, AssertionError):
        raise error
    raised = None if error is None else (type(error), str(error))
    return Outcome(script.requests, harness.clock.slept, value, raised, error)


def perform(answers: Sequence[Answer], method: str, *args: Any, **settings: Any) -> Outcome:
    """Have both clients call a method, see that they do the same, and return what that is.

    The arguments are those of `observe`.
    """
    blocking, awaiting = (observe(kind, answers, method, *args, **settings) for kind in KINDS)
    assert blocking == awaiting
    return blocking
