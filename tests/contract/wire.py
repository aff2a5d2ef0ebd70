"""Stand before an application, and change what comes in or goes out."""

from __future__ import annotations

import json
from collections.abc import Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from attrs import define

Scope = MutableMapping[str, Any]


@define
class Asked:
    """A request, which may be changed.

    Attributes:
        method: the HTTP method.
        path: the path below the base URL.
        query: names and values.
        token: the token; None for none.
        media_type: the Content-Type of the body.
        body: the body, as it came.
    """

    method: str
    path: str
    query: list[tuple[str, str]]
    token: str | None
    media_type: str
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON; None if it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def get(self, name: str) -> str | None:
        """Return a parameter of the query."""
        return dict(self.query).get(name)


@define
class Told:
    """An answer, which may be changed.

    Attributes:
        status: the HTTP status.
        headers: by their names in lower case.
        body: the body, as JSON.
        content: the body as it is, in place of that.
    """

    status: int
    headers: dict[str, str]
    body: Any
    content: bytes | None = None


Alter = Callable[[Asked, Told], object]
Before = Callable[[Asked], Told | None]

BASE = "/v2"


def before(application: Any, *, asked: Before | None = None, told: Alter | None = None) -> Any:
    """Return an application that stands before another one.

    Args:
        application: the other one.
        asked: changes requests; what it returns is the answer.
        told: changes answers.
    """

    async def standing(scope: Scope, receive: Any, send: Any) -> None:
        request = await _read(scope, receive)
        answer = None if asked is None else asked(request)
        if answer is None:
            answer = await _answer(application, scope, request)
        if told is not None:
            told(request, answer)
        content = answer.content if answer.content is not None else json.dumps(answer.body).encode()
        headers = {**answer.headers, "content-length": str(len(content))}
        pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
        await send({"type": "http.response.body", "body": content})

    return standing


async def _read(scope: Scope, receive: Any) -> Asked:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
    return Asked(
        scope["method"],
        unquote(scope["raw_path"].decode()).removeprefix(BASE),
        parse_qsl(scope["query_string"].decode(), keep_blank_values=True),
        headers.get("x-sbg-auth-token"),
        headers.get("content-type", ""),
        body,
    )


async def _answer(application: Any, scope: Scope, request: Asked) -> Told:
    kept = [
        pair for pair in scope["headers"] if pair[0] not in (b"x-sbg-auth-token", b"content-type", b"content-length")
    ]
    kept += [(b"content-length", b"%d" % len(request.body))] if request.body else []
    kept += [(b"content-type", request.media_type.encode())] if request.media_type else []
    kept += [] if request.token is None else [(b"x-sbg-auth-token", request.token.encode())]
    # A path that was not changed is passed on as it was written.
    same = unquote(scope["raw_path"].decode()) == BASE + request.path
    raw = scope["raw_path"] if same else (BASE + quote(request.path)).encode()
    passed = {
        **scope,
        "method": request.method,
        "path": BASE + request.path,
        "raw_path": raw,
        "query_string": urlencode(request.query).encode(),
        "headers": kept,
    }
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await application(passed, receive, send)
    content = b"".join(message.get("body", b"") for message in sent[1:])
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    headers.pop("content-length", None)
    try:
        return Told(sent[0]["status"], headers, json.loads(content))
    except ValueError:
        return Told(sent[0]["status"], headers, None, content)
