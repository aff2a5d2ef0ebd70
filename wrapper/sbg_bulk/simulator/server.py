"""The service over HTTP, served by uvicorn."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import signal
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sbg_bulk.simulator.http.app import CUT
from sbg_bulk.simulator.service.contract import BASE_PATH

from .simulator import Simulator


class NotLoopbackError(ValueError):
    """The simulator was about to be served to other machines, and nobody has said that this is meant."""


def serve(
    simulator: Simulator,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    on_ready: Callable[[str], None] | None = None,
    i_know: bool = False,
    tls: Path | None = None,
) -> None:
    """Serve the simulator until SIGINT or SIGTERM, which end it at once: open connections do not hold it up.

    Port 0 means any free port. `on_ready` is called with the base URL, `http://127.0.0.1:PORT/v2`, once
    connections are accepted. Anyone who reaches the simulator can use it, so it refuses to be served to other
    machines unless `i_know` says that this is meant.

    With `tls` it speaks https, with a certificate that is made for this start; what clients have to trust is written to
    that file, as PEM.

    Raises NotLoopbackError for such a host, and OSError if the address cannot be used or the file not be written.
    Returns when it has ended.
    """
    with _listen(host, port, i_know) as listener:
        asyncio.run(_server(simulator, listener, on_ready, tls).serve(sockets=[listener]))


@contextlib.contextmanager
def running(simulator: Simulator, *, tls: Path | None = None) -> Iterator[str]:
    """Serve the simulator from a thread of its own while the block runs; yields the base URL.

    With `tls` it speaks https, as `serve` does. Raises RuntimeError if the server does not start.
    """
    ready = threading.Event()
    url = ""

    def on_ready(base_url: str) -> None:
        nonlocal url
        url = base_url
        ready.set()

    with _listen("127.0.0.1", 0, False) as listener:
        server = _server(simulator, listener, on_ready, tls)

        def run() -> None:
            try:
                asyncio.run(server.serve(sockets=[listener]))
            finally:
                ready.set()

        thread = threading.Thread(target=run, name="simulator", daemon=True)
        thread.start()
        ready.wait()
        if not url:
            raise RuntimeError("the simulator's server did not start")
        try:
            yield url
        finally:
            server.should_exit = True
            thread.join()


_OFFER = re.compile(rb"\r\nUpgrade:", re.IGNORECASE)


class _Protocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with the ability to break the connection that a request came by."""

    def data_received(self, data: bytes) -> None:
        # Java's client offers to speak HTTP/2 instead. The parser takes what follows such an offer for another
        # protocol, and the body would be lost.
        if _OFFER.search(data):
            head, end, body = data.partition(b"\r\n\r\n")
            data = _OFFER.sub(b"\r\nX-Offered:", head) + end + body
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {CUT: cast(Any, self._cut)}

    def _cut(self, error: str) -> None:
        if error == "truncated":
            self.transport.close()  # what has been written still goes out
            return
        if error != "protocol":
            # Closing without lingering sends a reset where the client would see an orderly end otherwise.
            connection = self.transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


class _Server(uvicorn.Server):
    """A uvicorn server that says when it is ready, and ends at once when it is told to."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle signals as uvicorn does, but do not raise them again in the end: the caller decides what follows."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        signals = (signal.SIGINT, signal.SIGTERM)
        before = {each: signal.signal(each, self.handle_exit) for each in signals}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def _listen(host: str, port: int, i_know: bool) -> socket.socket:
    if not i_know and not _is_loopback(host):
        raise NotLoopbackError(
            f"{host} can be reached from other machines, and the simulator has no protection. Use 127.0.0.1, or "
            f"confirm that you accept this (i_know=True, --i-know)."
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or else asyncio leaves Nagle's algorithm on, and each answer takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise OSError(error.errno, f"cannot serve on {host}:{port}: {error.strerror}") from None
    return listener


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _server(
    simulator: Simulator, listener: socket.socket, on_ready: Callable[[str], None] | None, tls: Path | None
) -> _Server:
    address: tuple[Any, ...] = listener.getsockname()
    host = f"[{address[0]}]" if listener.family == socket.AF_INET6 else address[0]
    config = uvicorn.Config(
        simulator.app,
        http=_Protocol,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="critical",  # the application logs its own errors; uvicorn's would be those that faults provoke
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=0,  # answers under way are given up
    )

    if tls is not None:
        from .tls import make_context  # takes long to load, and is seldom needed

        config.load()
        config.ssl = make_context(address[0], tls)
    simulator.authority = None if tls is None else tls.resolve()

    def ready() -> None:
        if on_ready is not None:
            on_ready(f"{'http' if tls is None else 'https'}://{host}:{address[1]}{BASE_PATH}")

    return _Server(config, ready)
