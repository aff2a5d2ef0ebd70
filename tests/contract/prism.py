"""Prism as a proxy: a judge that is not ours, of each request and each answer that passes through it."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from attrs import Factory, define, frozen

from scripts.lib import npm

VERSION = "5.16.0"

_LISTENING = re.compile(r"Prism is listening on (http://[0-9.:]+)")
_STARTING_TAKES = 60.0
_ENDING_TAKES = 10.0


class PrismError(Exception):
    """Prism has ended, or has not said in time where it listens. The message has its last words."""


@frozen
class Judged:
    """One exchange, and what Prism has to say against it: against the request, and against the answer."""

    method: str
    path: str
    status: int
    request: tuple[str, ...]
    answer: tuple[str, ...]


@define
class Witness(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Sends what is meant for the service by way of Prism, and keeps what Prism says of each exchange.

    Args:
        service: the base URL of the service.
        court: Prism's address; it stands in for that base URL, path and all.
    """

    service: str
    court: str
    seen: list[Judged] = Factory(list)
    _blocking: httpx.HTTPTransport = Factory(httpx.HTTPTransport)
    _awaiting: httpx.AsyncHTTPTransport = Factory(httpx.AsyncHTTPTransport)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._kept(request, self._blocking.handle_request(self._led(request)))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self._kept(request, await self._awaiting.handle_async_request(self._led(request)))

    def close(self) -> None:
        self._blocking.close()

    async def aclose(self) -> None:
        await self._awaiting.aclose()

    def _led(self, request: httpx.Request) -> httpx.Request:
        url = self.court + str(request.url).removeprefix(self.service)
        return httpx.Request(
            request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
        )

    def _kept(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        self.seen.append(judged(request, response))
        return response


def judged(request: httpx.Request, response: httpx.Response) -> Judged:
    """What Prism has to say of an exchange. Raises ValueError for what Prism answers in the service's place."""
    if response.headers.get("content-type") == "application/problem+json":
        raise ValueError(f"{request.method} {request.url}: Prism itself answers, with {response.status_code}")
    violations: list[dict[str, Any]] = json.loads(response.headers.get("sl-violations", "[]"))
    against: dict[str, list[str]] = {"request": [], "response": []}
    for violation in violations:
        side, *place = violation["location"]
        against[side].append(f"{'.'.join(map(str, place))}: {violation['message']} ({violation.get('code')})")
    return Judged(
        request.method,
        request.url.path,
        response.status_code,
        tuple(against["request"]),
        tuple(against["response"]),
    )


@contextlib.contextmanager
def judging(spec: Path, upstream: str) -> Iterator[str]:
    """Run Prism between clients and the service at `upstream` while the block runs; yields its own address.

    It takes any free port and says which. Its paths are those of the contract, without a base path.

    Raises:
        PrismError: it does not start.
    """
    command = npm.modules("prism", {"@stoplight/prism-cli": VERSION}) / "@stoplight" / "prism-cli" / "dist" / "index.js"
    process = subprocess.Popen(
        [npm.NODE, command, "proxy", "--host", "127.0.0.1", "--port", "0", spec, upstream],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=npm.ENVIRONMENT,
    )
    said: list[str] = []
    address: list[str] = []
    settled = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:  # to the end: a full pipe would stop Prism
            said.append(line)
            if not address and (found := _LISTENING.search(line)):
                address.append(found[1])
                settled.set()
        settled.set()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        settled.wait(_STARTING_TAKES)
        if not address:
            raise PrismError("".join(said[-20:]) or "Prism has said nothing.")
        yield address[0]
    finally:
        process.terminate()
        try:
            process.wait(_ENDING_TAKES)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join()
        assert process.stdout is not None
        process.stdout.close()
