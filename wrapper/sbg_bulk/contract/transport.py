"""Reach a service: over the network, or as an application in this process."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

TIMEOUT = 60.0
"""Seconds that an answer may take."""

IN_PROCESS = "http://service.localhost/v2"
"""The base URL of an application in this process, if none is given."""


class ApplicationTransport(httpx.BaseTransport):
    """Have an ASGI application answer, on an event loop in a thread of its own: this one's may be running already."""

    def __init__(self, application: Any) -> None:
        self._inner = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sbg-contract")
        self._runner = self._thread.submit(asyncio.Runner).result()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the application's answer."""
        request.read()
        status, headers, content = self._thread.submit(self._runner.run, self._answer(request)).result()
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))

    async def _answer(self, request: httpx.Request) -> tuple[int, Any, bytes]:
        response = await self._inner.handle_async_request(request)
        # Read on the loop that it belongs to.
        content = b"".join([part async for part in response.aiter_raw()])
        return response.status_code, response.headers.raw, content

    def close(self) -> None:
        """End the thread."""
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()


def connect(service: Any, base_url: str | None) -> httpx.Client:
    """Return a client for a service.

    Args:
        service: its base URL, or an ASGI application.
        base_url: the base URL of an application, if not IN_PROCESS.

    Raises:
        ValueError: the URL is none of HTTP.
    """
    if not isinstance(service, str):
        return httpx.Client(base_url=base_url or IN_PROCESS, transport=ApplicationTransport(service), timeout=TIMEOUT)
    url = httpx.URL(service)
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"Expected a URL such as https://api.example.com/v2, not {service!r}.")
    return httpx.Client(base_url=url.copy_with(query=None, fragment=None), timeout=TIMEOUT)


def redirected(client: httpx.Client, response: httpx.Response, follow: Callable[[str], str | None]) -> httpx.Response:
    """Return what a redirect of a project's files leads to, which is documented; any other answer as it is.

    Args:
        client: makes the request.
        response: the answer.
        follow: returns an address as one at the service's own host; None if it leads nowhere there.
    """
    request = response.request
    documented = re.search("/projects/[^/]+/[^/]+/files$", request.url.path)
    if request.method != "GET" or not response.has_redirect_location or documented is None:
        return response
    address = follow(response.headers["Location"])
    return response if address is None else client.send(client.build_request("GET", address, headers=request.headers))
