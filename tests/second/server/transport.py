"""Ways to reach the application: within this process, or over HTTP on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from starlette.types import ASGIApp


class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Has an application in this process answer, for clients that block and for those that await.

    The application must not wait for anything but its request: it is carried from start to end without a loop.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._respond(request, request.read())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self._respond(request, await request.aread())

    def _respond(self, request: httpx.Request, body: bytes) -> httpx.Response:
        sent: list[MutableMapping[str, Any]] = []
        path, _, query = request.url.raw_path.partition(b"?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": path,
            "root_path": "",
            "query_string": query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 1),
            "server": (request.url.host, request.url.port or 80),
        }

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        answering = self._app(scope, receive, send)
        try:
            answering.__await__().send(None)
        except StopIteration:
            start, *rest = sent
            content = b"".join(message.get("body", b"") for message in rest)
            return httpx.Response(start["status"], headers=start["headers"], content=content)
        raise RuntimeError("The application waits for something.")


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve an application on a port that the system chooses, until the block ends; the value is its address."""
    config = uvicorn.Config(
        app, lifespan="off", ws="none", log_level="critical", date_header=False, server_header=False
    )
    server = uvicorn.Server(config)
    # It listens from now on, so that nobody needs to wait until the server is ready.
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
