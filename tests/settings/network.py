"""What stands between a user and the platform in a hospital: a proxy, and a certificate authority of its own."""

from __future__ import annotations

import asyncio
import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from attrs import field, frozen

from tests.languages.toolchains import missing

PATIENCE = 20.0


@frozen
class Authority:
    """A certificate authority that no system knows, and a server's certificate by it, for `localhost`."""

    certificate: Path
    chain: Path
    key: Path

    @classmethod
    def found(cls, folder: Path) -> Authority:
        """Make one in a folder."""
        openssl = shutil.which("openssl") or missing("needs openssl: install the package openssl")

        def run(*words: str | Path) -> None:
            subprocess.run([openssl, *words], cwd=folder, check=True, capture_output=True, timeout=PATIENCE)

        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        extensions = folder / "extensions"
        extensions.write_text("subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")
        run("req", "-x509", *curve, "-days", "2", "-subj", "/CN=Ward 7", "-keyout", "ca.key", "-out", "ca.pem")
        run("req", *curve, "-subj", "/CN=localhost", "-keyout", "key.pem", "-out", "request.pem")
        signing = ("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
        run(*signing, "-days", "2", "-extfile", extensions, "-out", "chain.pem")
        return cls(folder / "ca.pem", folder / "chain.pem", folder / "key.pem")

    def hashed(self, folder: Path) -> Path:
        """A folder with the authority's certificate, named as OpenSSL looks for it."""
        folder.mkdir()
        asked = ["openssl", "x509", "-noout", "-hash", "-in", str(self.certificate)]
        name = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=PATIENCE).stdout.strip()
        shutil.copy(self.certificate, folder / f"{name}.0")
        return folder


@frozen
class Relay:
    """Something on the way, and what has come by it: the first line of each connection."""

    port: int
    seen: list[str] = field(factory=list)


@contextmanager
def proxy() -> Iterator[Relay]:
    """An HTTP proxy: tunnels for https (CONNECT), and forwards what is plain."""
    seen: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        line = head.split(b"\r\n", 1)[0].decode()
        seen.append(line)
        target = re.fullmatch(r"(?:CONNECT |\w+ http://)([^/: ]+):(\d+).*", line)
        assert target is not None, line
        server = await asyncio.open_connection(target[1], int(target[2]))
        if line.startswith("CONNECT"):
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            server[1].write(re.sub(rb"^(\w+) http://[^/ ]+", rb"\1 ", head, count=1))
        await asyncio.gather(_pass_on(reader, server[1]), _pass_on(server[0], writer))

    with _running(serve) as port:
        yield Relay(port, seen)


@contextmanager
def encrypted(port: int, authority: Authority) -> Iterator[Relay]:
    """A server that ends TLS with an authority's certificate, in front of a plain one."""
    seen: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.chain, authority.key)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("ssl_object").version())
        server = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pass_on(reader, server[1]), _pass_on(server[0], writer))

    with _running(serve, context) as own:
        yield Relay(own, seen)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]]


@contextmanager
def _running(serve: Handler, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server in a thread of its own while the block runs; its port."""
    loop = asyncio.new_event_loop()
    # What a client tears down is no business of the test's.
    loop.set_exception_handler(lambda *_: None)
    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0, ssl=context))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
