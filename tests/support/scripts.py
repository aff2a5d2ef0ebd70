"""Servers that do as they are told: each request takes the next answer of a script."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import httpx
from attrs import field, frozen

Answer: TypeAlias = Callable[[httpx.Request], httpx.Response]
"""Answers a request, or raises what the transport would."""

NOISE: Final = frozenset({"host", "connection", "accept-encoding", "user-agent"})
"""Headers that httpx sets by itself."""


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that arrives after the headers, and may break off."""

    def __init__(self, content: bytes, broken: type[httpx.TransportError] | None = None) -> None:
        self._content = content
        self._broken = broken

    def __iter__(self) -> Iterator[bytes]:
        yield self._content
        if self._broken is not None:
            raise self._broken("broke off")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self:
            yield chunk


def raw(
    status: int,
    content: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    broken: type[httpx.TransportError] | None = None,
) -> Answer:
    """Answer with these bytes; `broken` is how the connection fails after them."""
    return lambda _: httpx.Response(status, headers=headers, stream=Body(content, broken))


def ok(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with JSON."""
    return raw(status, json.dumps(data).encode(), {"Content-Type": "application/json", **(headers or {})})


def refusal(
    status: int, code: int | None = None, message: str = "", headers: Mapping[str, str] | None = None
) -> Answer:
    """Answer with an error of the API's form."""
    return ok({"status": status, "code": code, "message": message, "more_info": ""}, status, headers)


def broken(kind: type[httpx.TransportError]) -> Answer:
    """Do not answer: the connection fails in this way."""

    def fail(request: httpx.Request) -> httpx.Response:
        raise kind("failed on purpose", request=request)

    return fail


@frozen
class Wire:
    """A request as the server saw it."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes

    @property
    def path(self) -> str:
        return httpx.URL(self.url).path

    @property
    def query(self) -> dict[str, str]:
        return dict(httpx.URL(self.url).params)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        return dict(self.headers).get(name.lower())


class Script:
    """Gives one answer after the other, and keeps the requests.

    Args:
        answers: what to answer, in order.
        then: what to answer when those are used up; without it another request is a mistake.
        on_request: called with each request before it is answered, for tests of what else goes on then.
    """

    def __init__(
        self, answers: Sequence[Answer], then: Answer | None = None, on_request: Callable[[], object] = lambda: None
    ) -> None:
        self._answers = list(answers)
        self._then = then
        self._on_request = on_request
        self.requests: list[Wire] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        headers = sorted((name, value) for name, value in request.headers.items() if name not in NOISE)
        self.requests.append(Wire(request.method, str(request.url), tuple(headers), request.content))
        self._on_request()
        answer = self._answers.pop(0) if self._answers else self._then
        assert answer is not None, f"one request too many: {self.requests[-1]}"
        return answer(request)
