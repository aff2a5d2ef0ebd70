"""Servers close connections that are kept while a request is on its way. No submission goes out on such a one."""

from __future__ import annotations

import asyncio
import json
import random
import select
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final, TypeAlias

import pytest

from sbg_bulk import AsyncClient, Client, OutcomeUnknown
from sbg_bulk.api.drivers.aio import AwaitingDriver
from sbg_bulk.api.drivers.sync import BlockingDriver
from tests.support import samples
from tests.support.clients import TOKEN

SUBMISSIONS: Final = 100

Following: TypeAlias = Callable[[socket.socket], bool | None]
"""Says what follows an answer on its connection: True for another one, False for a request that is read and not
answered, None for nothing."""


class Server:
    """A server on the loopback interface.

    Attributes:
        following: what it does after an answer.
        requests: what was asked, as method and path, in the order in which it was read.
        dropped: how many of these it has not answered.
        opened: how many connections there were.
        submissions: how many of the requests were submissions.
    """

    def __init__(self, following: Following) -> None:
        self.following = following
        self.requests: list[str] = []
        self.dropped = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._accepting = threading.Thread(target=self._accept)
        self._conversations: list[threading.Thread] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/v2"

    @property
    def opened(self) -> int:
        return len(self._conversations)

    @property
    def submissions(self) -> int:
        return sum(one.startswith("POST") for one in self.requests)

    def __enter__(self) -> Server:
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(10)
        for thread in self._conversations:
            thread.join(10)
            assert not thread.is_alive()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._conversations.append(threading.Thread(target=self._converse, args=(connection,)))
                self._conversations[-1].start()

    def _converse(self, connection: socket.socket) -> None:
        # Who has closed the connection meanwhile asks again on another.
        with connection, suppress(ConnectionError):
            answers: bool | None = True
            while answers is not None and (asked := read(connection)):
                self.requests.append(asked)
                if not answers:
                    self.dropped += 1
                    return
                connection.sendall(answer(asked))
                answers = self.following(connection)


def read(connection: socket.socket) -> str:
    """Read a request with all of its body. Return its method and path; nothing if the connection has ended."""
    with connection.makefile("rb") as stream:
        first = stream.readline().decode()
        length = 0
        while (line := stream.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        stream.read(length)
    return first.rpartition(" ")[0]


def answer(asked: str) -> bytes:
    """Return the answer to a request."""
    path = asked.partition(" ")[2].partition("?")[0]
    known = {
        "/v2/user": samples.user(),
        "/v2/async/files": {"href": "", "items": [], "links": []},
        "/v2/async/files/copy": samples.job(state="SUBMITTED"),
    }
    body = json.dumps(known[path]).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def soon_closed() -> Following:
    """Close each connection 0 to 10 ms after an answer, unless a request has come by then."""
    chance = random.Random("how long connections are kept")

    def following(connection: socket.socket) -> bool | None:
        seconds = chance.choice([0.0, chance.uniform(0.0, 0.01)])
        return True if select.select([connection], [], [], seconds)[0] else None

    return following


def closed_at_the_next_request() -> Following:
    """Keep each connection, and close it when the next request has come in."""
    return lambda _: False


def submit_blocking(url: str) -> int:
    """Submit jobs, a request that reads before and after each. Return how many answers were lost."""
    lost = 0
    with Client(url, TOKEN, driver=partial(BlockingDriver, sleep=lambda _: None)) as client:
        for _ in range(SUBMISSIONS):
            client.user()
            try:
                client.copy(samples.FILES, project="rfranklin/target")
            except OutcomeUnknown:
                lost += 1
            client.user()
    return lost


def submit_awaiting(url: str) -> int:
    """Do the same with the other client."""

    async def sleep(_: float) -> None:
        pass

    async def submit() -> int:
        lost = 0
        async with AsyncClient(url, TOKEN, driver=partial(AwaitingDriver, sleep=sleep)) as client:
            for _ in range(SUBMISSIONS):
                await client.user()
                try:
                    await client.copy(samples.FILES, project="rfranklin/target")
                except OutcomeUnknown:
                    lost += 1
                await client.user()
        return lost

    return asyncio.run(submit())


Submit: TypeAlias = Callable[[str], int]

BOTH: Final[Sequence[Submit]] = (submit_blocking, submit_awaiting)


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is on this machine is not asked for through a proxy."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.mark.parametrize("submit", BOTH)
@pytest.mark.parametrize("following", [soon_closed, closed_at_the_next_request])
def test_no_submission_is_lost_to_a_connection_that_is_closed_after_an_answer(
    following: Callable[[], Following], submit: Submit
) -> None:
    with Server(following()) as server:
        assert submit(server.url) == 0
    assert server.submissions == SUBMISSIONS


@pytest.mark.parametrize(("submit", "driver"), [(submit_blocking, BlockingDriver), (submit_awaiting, AwaitingDriver)])
def test_on_connections_that_are_kept_submissions_would_be_lost(
    monkeypatch: pytest.MonkeyPatch, submit: Submit, driver: Any
) -> None:
    monkeypatch.setattr(driver, "_client_for", lambda self, _: self._http)
    with Server(closed_at_the_next_request()) as server:
        assert submit(server.url) > 0
    assert server.dropped > 0


@pytest.mark.parametrize("submit", BOTH)
def test_requests_that_only_read_share_a_connection(submit: Submit) -> None:
    with Server(lambda _: True) as server:
        assert submit(server.url) == 0
    assert server.opened == 1 + SUBMISSIONS
