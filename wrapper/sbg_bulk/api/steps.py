"""The steps that a flow consists of, and the reply to a call.

A flow is a generator that holds logic of more than one step and does no I/O: it yields steps, and a driver
performs them and sends their outcome back. An error of the transport is thrown into the flow. So the same
flow serves the synchronous client, the asynchronous one, and tests on a clock of their own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from typing import Any, Final, Generic, TypeAlias, TypeVar

import httpx
from attrs import field, frozen

from sbg_bulk import errors
from sbg_bulk.api.operations import Operation

R = TypeVar("R")
T = TypeVar("T")


_NOT_YET: Final = object()


@frozen
class Call:
    """The step of sending one request, by a function that the generator made. The outcome is a `Reply`.

    Attributes:
        operation: the call of the API.
        arguments: those of the generated function.
        attempt: how often it has been sent with this one, for the log.
    """

    operation: Operation
    arguments: Mapping[str, Any] = field(factory=dict)
    attempt: int = 1


@frozen
class Sleep:
    """The step of letting this many seconds pass."""

    seconds: float


@frozen
class Now:
    """The step of asking the time. The outcome is a number of seconds that never goes back, from an unknown start."""


@frozen
class Record(Generic[T]):
    """The step of working on the journal: what is written is durable before the next. The outcome is that of `work`."""

    work: Callable[[], T]


@frozen
class Produce(Generic[T]):
    """The step of handing a value to the one who iterates over the flow."""

    value: T


Step: TypeAlias = Call | Sleep | Now | Record[Any] | Produce[Any]
Flow: TypeAlias = Generator[Step, Any, R]


@frozen
class Reply:
    """The answer of a server, whatever its status.

    Attributes:
        operation: the call that it answers.
        status: the HTTP status.
        headers: its headers; names in any case.
        content: the body, decompressed.
    """

    operation: Operation
    status: int
    headers: httpx.Headers
    content: bytes = field(repr=False)
    _decoded: Any = field(default=_NOT_YET, init=False, repr=False, eq=False)

    @property
    def ok(self) -> bool:
        """Return whether the status is one of success."""
        return 200 <= self.status <= 299

    def data(self) -> Any:
        """Return the body as decoded JSON.

        Raises:
            UnreadableAnswer: it is not JSON.
        """
        if self._decoded is _NOT_YET:
            try:
                object.__setattr__(self, "_decoded", json.loads(self.content))
            except (ValueError, RecursionError):
                shown = self.content[:60].decode("utf-8", "replace").strip()
                why = f"the body is not JSON (it begins with {shown!r})" if shown else "the body is empty"
                raise errors.UnreadableAnswer(self.operation.name, self.status, why) from None
        return self._decoded

    def answer(self) -> Mapping[str, Any]:
        """Return the body as a decoded JSON object.

        Raises:
            UnreadableAnswer: it is none.
        """
        data = self.data()
        if not isinstance(data, Mapping):
            raise errors.UnreadableAnswer(self.operation.name, self.status, "the body is not a JSON object")
        return data

    def unreadable(self, why: str) -> errors.UnreadableAnswer:
        """Return the error to raise when something in the body is missing that cannot be done without."""
        return errors.UnreadableAnswer(self.operation.name, self.status, why)


def call(operation: Operation, attempt: int, **arguments: Any) -> Flow[Reply]:
    """Send one request, for the `attempt`-th time. Raises httpx.RequestError if there is no answer."""
    reply = yield Call(operation, arguments, attempt)
    assert isinstance(reply, Reply)
    return reply


def sleep(seconds: float) -> Flow[None]:
    """Let time pass."""
    yield Sleep(seconds)


def now() -> Flow[float]:
    """Ask the time: seconds since an unknown start, which never go back."""
    seconds = yield Now()
    assert isinstance(seconds, float)
    return seconds


def record(work: Callable[[], T]) -> Flow[T]:
    """Have the journal read or written, and return what `work` returns."""
    outcome: T = yield Record(work)
    return outcome


def produce(value: object) -> Flow[None]:
    """Hand a value to the one who iterates."""
    yield Produce(value)
