"""The requests of a program to the simulator, without what may differ between clients.

`spec/scenario.yaml` lists what that is, with the reasons.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from attrs import frozen

from sbg_bulk.simulator import Simulator
from sbg_bulk.simulator.http.app import Message, Receive, Scope, Send, Service
from sbg_bulk.simulator.http.control import is_control
from sbg_bulk.simulator.service.contract import BASE_PATH

TOKEN_HEADERS = ("x-sbg-auth-token", "authorization")
"""The headers that can carry a token."""


@frozen
class Request:
    """A request, without what may differ.

    `path` is what follows the base URL, decoded; `query` is sorted by name; `body` is as `canonical` writes it, None
    without one; `tokens_in` are the headers that carry a token, whichever token it is.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    tokens_in: tuple[str, ...] = ("x-sbg-auth-token",)
    content_type: str | None = None
    accepts_json: bool = True

    def __str__(self) -> str:
        """Write the request as one line. Requests that differ have different ones."""
        target = f"{self.path}?{urlencode(self.query)}" if self.query else self.path
        token = ", ".join(self.tokens_in) or "nowhere"
        line = f"{self.method} {target}  token: {token}  accepts JSON: {'yes' if self.accepts_json else 'no'}"
        if self.content_type is not None:
            line += f"  content: {self.content_type}"
        return line if self.body is None else f"{line}  body: {self.body}"


def canonical(document: Any) -> str:
    """Write a JSON document as a text that is the same for equal documents."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True)


class RecordedSimulator(Simulator):
    """A simulator that keeps what it is asked, with headers and bodies. Its settings are those of `Simulator`."""

    @cached_property
    def app(self) -> Recorder:
        """The ASGI application; its `requests` are what it has been asked."""
        return Recorder(self)


class Recorder(Service):
    """The service, keeping each request to it, but those to the control address, which is no part of the API."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator)
        self._received: list[tuple[Scope, bytearray]] = []

    @property
    def requests(self) -> list[Request]:
        """The requests so far, in the order in which they came."""
        return [_normalised(scope, bytes(body)) for scope, body in self._received]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_control(scope["path"]):
            await super().__call__(scope, receive, send)
            return
        body = bytearray()
        self._received.append((scope, body))

        async def overheard() -> Message:
            message = await receive()
            body.extend(message.get("body", b""))
            return message

        await super().__call__(scope, overheard, send)


def _normalised(scope: Scope, body: bytes) -> Request:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return Request(
        method=scope["method"],
        path=unquote(scope["path"]).removeprefix(BASE_PATH),
        query=tuple(sorted(pairs, key=lambda pair: pair[0])),
        body=_content(body),
        tokens_in=tuple(name for name in TOKEN_HEADERS if name in headers),
        content_type=_media_type(headers),
        accepts_json=_accepts_json(headers),
    )


def _content(body: bytes) -> str | None:
    if not body:
        return None
    try:
        return canonical(json.loads(body))
    except ValueError:
        return body.decode("utf-8", errors="replace")


def _media_type(headers: Mapping[str, str]) -> str | None:
    value = headers.get("content-type")
    return None if value is None else value.partition(";")[0].strip().lower()


def _accepts_json(headers: Mapping[str, str]) -> bool:
    ranges = {each.partition(";")[0].strip().lower() for each in headers.get("accept", "*/*").split(",")}
    return not ranges.isdisjoint({"*/*", "application/*", "application/json"})
