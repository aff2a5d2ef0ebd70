"""The service without a socket: a transport for httpx that calls the application directly.

The synchronous side drives the application's coroutine by hand, with no event loop and no thread: a request takes
some tens of microseconds. Faults that cut a connection raise what httpx raises when it happens over a socket, and a
read timeout is one if the answer took longer than that by the simulator's clock.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any, NoReturn
from urllib.parse import unquote

import httpx

from sbg_bulk.simulator.http.app import CUT, Message, Send
from sbg_bulk.simulator.http.control import is_control
from sbg_bulk.simulator.world.clock import Clock

App = Callable[[MutableMapping[str, Any], Callable[[], Awaitable[Message]], Send], Coroutine[Any, Any, None]]


class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Sends the requests of an `httpx.Client` or `httpx.AsyncClient` to an ASGI application in this process."""

    def __init__(self, app: App, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        exchange = _Exchange(request, request.read(), self._clock)
        coroutine = self._app(exchange.scope, exchange.receive, exchange.send)
        try:
            coroutine.send(None)
        except StopIteration:
            return exchange.response()
        finally:
            coroutine.close()
        raise RuntimeError(
            "the simulator needs an event loop to wait: use httpx.AsyncClient here, or give the simulator a ManualClock"
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        exchange = _Exchange(request, await request.aread(), self._clock)
        await self._app(exchange.scope, exchange.receive, exchange.send)
        return exchange.response()


class _Exchange:
    """One request and what comes back: the server's side of ASGI."""

    def __init__(self, request: httpx.Request, body: bytes, clock: Clock) -> None:
        self._request = request
        self._body = body
        self._clock = clock
        self._started = clock.now()
        self._status = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self._content = bytearray()
        raw_path = request.url.raw_path.partition(b"?")[0]
        self.scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": unquote(raw_path.decode("ascii")),
            "raw_path": raw_path,
            "query_string": request.url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "server": (request.url.host, request.url.port),
            "client": None,
            "extensions": {CUT: self._cut},
        }

    async def receive(self) -> Message:
        return {"type": "http.request", "body": self._body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], list(message["headers"])
        else:
            self._content += message["body"]

    def response(self) -> httpx.Response:
        """Return the response. Raises httpx.ReadTimeout if it came too late for the client."""
        timeout = self._request.extensions.get("timeout", {}).get("read")
        elapsed = self._clock.now() - self._started
        # A request that moves the clock itself has not waited for it.
        if timeout is not None and elapsed > timeout and not is_control(self.scope["path"]):
            raise httpx.ReadTimeout("The read operation timed out", request=self._request)
        # As a stream, as over a socket: httpx then reads and closes it, and `Response.elapsed` is known.
        stream = httpx.ByteStream(bytes(self._content))
        return httpx.Response(self._status, headers=self._headers, stream=stream, request=self._request)

    def _cut(self, error: str) -> NoReturn:
        match error:
            case "connect":
                raise httpx.ConnectError("Connection refused", request=self._request)
            case "read":
                raise httpx.ReadError("Connection reset by peer", request=self._request)
            case "truncated":
                expected = dict(self._headers)[b"content-length"].decode("ascii")
                message = (
                    "peer closed connection without sending complete message body "
                    f"(received {len(self._content)} bytes, expected {expected})"
                )
                raise httpx.RemoteProtocolError(message, request=self._request)
            case _:
                raise httpx.RemoteProtocolError(
                    "Server disconnected without sending a response.", request=self._request
                )
