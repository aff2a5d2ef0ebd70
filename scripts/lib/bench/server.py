"""The requests that the simulator answers in a second, beside other stand-ins of services."""

from __future__ import annotations

import re
import selectors
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Final, cast
from urllib.parse import urlsplit

import httpx

from sbg_bulk.simulator import ApiError, JobType, Simulator, serve
from sbg_bulk.simulator.seeds import TOKEN, USERNAME
from scripts.lib import npm
from scripts.lib.bench.measure import ROOT, interleaved, plain_environment, running, serving
from scripts.lib.bench.startup import command
from scripts.lib.bench.table import Claim, Row

JOBS: Final = 25
ENTRIES: Final = 2
CONNECTIONS: Final = 4
SECONDS: Final = 1.5
PATIENCE: Final = 30.0
PRISM: Final = "5.16.0"

Request = tuple[str, Mapping[str, str]]
"""A URL to get, and the headers to send."""


def rows_of_serving(repetitions: int = 5, seconds: float = SECONDS) -> list[Row]:
    """Measure answering the same request over and over.

    Raises:
        NotInstalledError: a peer is not in this environment.
    """
    with ExitStack() as stack:
        requests = {
            "ours": stack.enter_context(simulator()),
            "Prism": stack.enter_context(prism()),
            "moto": stack.enter_context(moto()),
            "starlette": stack.enter_context(starlette()),
        }
        found = interleaved({name: _measured(request, seconds) for name, request in requests.items()}, repetitions)
    ours = found["ours"]
    return [
        Row(
            "simulator",
            f"simulator, list page of {JOBS} jobs",
            "requests/s",
            ours,
            {name: found[name] for name in ("Prism", "moto")},
            {"starlette, constant body": found["starlette"]},
            (Claim("ours / Prism", ours / found["Prism"], 2.0, at_most=False),),
            f"{CONNECTIONS} connections. Each job has {ENTRIES} results. Prism serves the spec's example of the page, "
            "which is shorter, and keeps no jobs. moto lists as many objects of a bucket, and closes each connection. "
            "Starlette's body is our page.",
        )
    ]


def _measured(request: Request, seconds: float) -> Callable[[], float]:
    return lambda: rate(*request, seconds)


def rate(url: str, headers: Mapping[str, str], seconds: float) -> float:
    """Count the requests that a server answers in a second, over a few connections, kept open if the server lets them.

    Each connection sends its next request when its last is answered. Of the answers no more is read than where they
    end, which takes a small part of the time of any server measured here.

    Raises:
        ConnectionError: the server answered with another status than 200, or hung up.
        TimeoutError: it did not answer.
    """
    address = urlsplit(url)
    lines = [
        f"GET {address.path}?{address.query} HTTP/1.1",
        f"Host: {address.netloc}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    message = "\r\n".join([*lines, "", ""]).encode()
    answered = 0
    with selectors.DefaultSelector() as selector, ExitStack() as stack:

        def ask(connection: socket.socket | None) -> None:
            if connection is None:
                connection = socket.create_connection((address.hostname, address.port), timeout=PATIENCE)
                stack.callback(connection.close)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(connection, selectors.EVENT_READ, bytearray())
            connection.sendall(message)

        for _ in range(CONNECTIONS):
            ask(None)
        began = time.perf_counter()
        while (passed := time.perf_counter() - began) < seconds:
            events = selector.select(PATIENCE)
            if not events:
                raise TimeoutError(f"{url} does not answer")
            for key, _ in events:
                connection, received = cast(socket.socket, key.fileobj), cast(bytearray, key.data)
                chunk = connection.recv(1 << 18)
                if not chunk:
                    raise ConnectionError(f"{url} hung up after {bytes(received[:300])!r}")
                received += chunk
                if not complete(received):
                    continue
                answered += 1
                last = _LAST.search(received, 0, received.find(b"\r\n\r\n") + 2) is not None
                received.clear()
                if last:
                    selector.unregister(connection)
                    connection.close()
                ask(None if last else connection)
    return answered / passed


_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_LAST: Final = re.compile(rb"\r\nconnection: *close\r\n", re.IGNORECASE)


def complete(received: bytes | bytearray) -> bool:
    """Return whether this is a whole answer. Raises ConnectionError if it is none of status 200."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return False
    if not received.startswith(b"HTTP/1.1 200 "):
        raise ConnectionError(f"another answer was expected: {bytes(received[:300])!r}")
    length = _LENGTH.search(received, 0, end + 2)
    if length is None:
        return received.endswith(b"\r\n0\r\n\r\n")
    return len(received) >= end + 4 + int(length[1])


# The servers


@contextmanager
def simulator() -> Iterator[Request]:
    """Serve our simulator, with jobs that have ended."""
    with serving(serve_simulator) as url:
        yield f"{url}/async/files?offset=0&limit={JOBS}", {"X-SBG-Auth-Token": TOKEN}


def serve_simulator() -> None:
    """Serve it until the process is ended."""
    made = Simulator(rate_limit=None)
    user, now = made.world.users[USERNAME], made.clock.now()
    outcomes: list[str | ApiError] = ["5c6d3c30e4b038363238932f", ApiError(10225, "There is no such file.")]
    for _ in range(JOBS):
        made.jobs.add_finished(user, JobType.COPY, outcomes[:ENTRIES], submitted_on=now, finished_on=now)
    serve(made, on_ready=lambda url: print(url, flush=True))


def the_page() -> bytes:
    """Return the body of our answer."""
    with simulator() as (url, headers):
        return httpx.get(url, headers=headers, trust_env=False).raise_for_status().content


@contextmanager
def prism() -> Iterator[Request]:
    """Serve Prism, which mocks the same spec from its examples. It does not log, as ours does not."""
    tool = npm.modules("prism", {"@stoplight/prism-cli": PRISM}) / "@stoplight" / "prism-cli" / "dist" / "index.js"
    port = free_port()
    options = ("--host", "127.0.0.1", "--port", str(port), "--verboseLevel", "silent")
    with _quiet(npm.NODE, tool, "mock", *options, ROOT / "spec" / "openapi.yaml"):
        yield _ready(f"http://127.0.0.1:{port}/async/files?offset=0&limit={JOBS}", {"X-SBG-Auth-Token": TOKEN})


@contextmanager
def moto() -> Iterator[Request]:
    """Serve moto, asked for a page of as many entries: the objects of a bucket."""
    port = free_port()
    with _quiet(command("moto_server"), "-H", "127.0.0.1", "-p", str(port)):
        base = f"http://127.0.0.1:{port}"
        _ready(f"{base}/moto-api/", {})
        with httpx.Client(base_url=base, trust_env=False) as client:
            client.put("/jobs").raise_for_status()
            for number in range(JOBS):
                client.put(f"/jobs/{number}", content=b"{}").raise_for_status()
        yield f"{base}/jobs?list-type=2&max-keys={JOBS}", {}


@contextmanager
def starlette() -> Iterator[Request]:
    """Serve starlette by the server that the simulator uses too, with a body that is always the same."""
    with serving(serve_constant, body=the_page().decode()) as url:
        yield f"{url}/?offset=0&limit={JOBS}", {}


def serve_constant(body: str) -> None:
    """Serve it until the process is ended."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Route

    content = body.encode()

    async def page(_: object) -> Response:
        return Response(content, media_type="application/json")

    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(
        Starlette(routes=[Route("/", page)]), http="httptools", access_log=False, log_level="critical", lifespan="off"
    )
    uvicorn.Server(config).run(sockets=[listener])


def _quiet(*words: str | Path) -> AbstractContextManager[object]:
    return running(words, env=plain_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def free_port() -> int:
    """Find a port that is free now: for servers that cannot choose one and say which."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _ready(url: str, headers: Mapping[str, str], patience: float = 60.0) -> Request:
    """Return the request, as soon as it is answered."""
    until = time.monotonic() + patience
    while True:
        try:
            httpx.get(url, headers=dict(headers), trust_env=False).raise_for_status()
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return url, headers
