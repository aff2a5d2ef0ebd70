"""Both clients behind one interface, on a clock on which nothing waits."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol, TypeAlias

import httpx
from attrs import field, frozen

from sbg_bulk import AsyncClient, Client, InputError, Polling, Retry
from sbg_bulk.simulator import ManualClock
from sbg_bulk.testing import VirtualClock
from tests.support.scripts import Answer, Script, Wire

ENDPOINT: Final = "https://api.example.org/v2"
TOKEN: Final = "0123456789abcdef-not-a-real-token"


Handler: TypeAlias = Callable[[httpx.Request], httpx.Response]


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

    def __init__(
        self, transport: httpx.BaseTransport, clock: VirtualClock, endpoint: str, token: str, **settings: Any
    ) -> None:
        self.clock = clock
        self.client = Client(endpoint, token, driver=clock.blocking_driver(transport), **settings)

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        result = getattr(self.client, method)(*args, **kwargs)
        return list(result) if isinstance(result, Iterator) else result

    def iterate(self, method: str, *args: Any, **kwargs: Any) -> Iterator[Any]:
        yield from getattr(self.client, method)(*args, **kwargs)

    def close(self) -> None:
        self.client.close()


class Awaiting:
    """`AsyncClient`, each step in a loop of its own."""

    def __init__(
        self, transport: httpx.AsyncBaseTransport, clock: VirtualClock, endpoint: str, token: str, **settings: Any
    ) -> None:
        self.clock = clock
        self._runner = asyncio.Runner()
        self.client = AsyncClient(endpoint, token, driver=clock.awaiting_driver(transport), **settings)

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


Kind: TypeAlias = type[Blocking] | type[Awaiting]

KINDS: Final[Sequence[Kind]] = (Blocking, Awaiting)


def connected(kind: Kind, handler: Handler, **settings: Any) -> Harness:
    """Return a client that talks to a handler, on a clock of its own."""
    # From a small number on, the clock adds up without rounding.
    return kind(httpx.MockTransport(handler), VirtualClock(ManualClock(1000.0)), ENDPOINT, TOKEN, **settings)


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
    kind: Kind,
    answers: Sequence[Answer],
    method: str,
    *args: Any,
    then: Answer | None = None,
    takes: float = 0.0,
    retry: Retry | None = None,
    polling: Polling | None = None,
    **kwargs: Any,
) -> Outcome:
    """Have one client call a method, and keep what it does. The jitter is the same each time."""
    random.seed(7)
    script = Script(answers, then, on_request=lambda: harness.clock.advance(takes))
    harness = connected(kind, script, retry=retry, polling=polling)
    value, error = None, None
    try:
        value = harness.call(method, *args, **kwargs)
    except Exception as caught:
        error = caught
    finally:
        harness.close()
    if isinstance(error, (AssertionError, ValueError)) and not isinstance(error, InputError):
        raise error
    raised = None if error is None else (type(error), str(error))
    return Outcome(script.requests, harness.clock.pauses, value, raised, error)


def perform(answers: Sequence[Answer], method: str, *args: Any, **settings: Any) -> Outcome:
    """Have both clients call a method, see that they do the same, and return what that is.

    The arguments are those of `observe`.
    """
    blocking, awaiting = (observe(kind, answers, method, *args, **settings) for kind in KINDS)
    assert blocking == awaiting
    return blocking
