"""The steps that a flow consists of, and what comes of a call.

A flow is a generator that holds logic of more than one step and does no I/O: it yields steps, and a driver
performs them and sends their outcome back. An error of the transport is thrown into the flow. So the same
flow serves the synchronous client, the asynchronous one, and tests on a clock of their own.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from typing import Any, Generic, TypeAlias, TypeVar

import httpx
from attrs import field, frozen

from sbg_bulk import errors, reading
from sbg_bulk.operations import Operation

R = TypeVar("R")
T = TypeVar("T")
M = TypeVar("M", bound=reading.GeneratedModel)


@frozen
class Call:
    """Send one request, by a function that the generator made. The outcome is a `Reply`."""

    operation: Operation
    arguments: Mapping[str, Any] = field(factory=dict)


@frozen
class Sleep:
    """Let this many seconds pass."""

    seconds: float


@frozen
class Now:
    """Ask the time. The outcome is a number of seconds that never goes back, from an unknown start."""


@frozen
class Produce(Generic[T]):
    """Hand a value to the one who iterates over the flow."""

    value: T


Step: TypeAlias = Call | Sleep | Now | Produce[Any]
Flow: TypeAlias = Generator[Step, Any, R]


@frozen
class Reply:
    """What a server answered, whatever its status.

    Attributes:
        operation: the call that it answers.
        status: the HTTP status.
        headers: its headers; names in any case.
        content: the body, decompressed.
        parsed: what the generated code made of the body; None if it could not.
    """

    operation: Operation
    status: int
    headers: httpx.Headers
    content: bytes = field(repr=False)
    parsed: object = field(default=None, repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status <= 299

    def data(self) -> Any:
        """The body as decoded JSON.

        Raises:
            UnreadableAnswer: it is not JSON.
        """
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            shown = self.content[:60].decode("utf-8", "replace").strip()
            why = f"the body is not JSON (it begins with {shown!r})" if shown else "the body is empty"
            raise errors.UnreadableAnswer(self.operation.name, self.status, why) from None

    def answer(self, model: type[M]) -> M | Mapping[str, Any]:
        """The body as the generated model that is expected, or as it came if it does not fit that.

        Raises:
            UnreadableAnswer: the body is not a JSON object.
        """
        if isinstance(self.parsed, model):
            return self.parsed
        data = self.data()
        if not isinstance(data, Mapping):
            raise errors.UnreadableAnswer(self.operation.name, self.status, "the body is not a JSON object")
        return data

    def unreadable(self, why: str) -> errors.UnreadableAnswer:
        """The error to raise when something in the body is missing that cannot be done without."""
        return errors.UnreadableAnswer(self.operation.name, self.status, why)


def call(operation: Operation, **arguments: Any) -> Flow[Reply]:
    """Send one request. Raises httpx.RequestError if there is no answer."""
    reply = yield Call(operation, arguments)
    assert isinstance(reply, Reply)
    return reply


def sleep(seconds: float) -> Flow[None]:
    """Let time pass."""
    yield Sleep(seconds)


def now() -> Flow[float]:
    """The time in seconds since an unknown start."""
    moment = yield Now()
    assert isinstance(moment, float)
    return moment


def produce(value: object) -> Flow[None]:
    """Hand a value to the one who iterates."""
    yield Produce(value)
