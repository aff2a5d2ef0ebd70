"""The simulator over HTTP: cuts that are cuts, an end that is at once, and no strangers."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from sbg_bulk.simulator import JobType, NotLoopbackError, Simulator, running, serve

TOKEN = {"X-SBG-Auth-Token": "demo-token"}
BODY = {"items": [{"file": "a"}]}


@contextmanager
def served(*faults: str) -> Iterator[tuple[Simulator, httpx.Client]]:
    simulator = Simulator(faults=faults)
    with running(simulator) as url, httpx.Client(base_url=url, headers=TOKEN, timeout=30) as http:
        yield simulator, http


def test_it_serves_on_a_port_of_its_own_with_addresses_that_lead_back() -> None:
    with served() as (_, http):
        job = http.post("/async/files/delete", json=BODY).json()
        assert job["href"].startswith(str(http.base_url))
        assert http.get(job["href"]).json()["id"] == job["id"]
        assert http.base_url.port is not None
        assert http.base_url.port > 1023


def test_answers_do_not_wait_for_acknowledgements() -> None:
    """Header and body go out in two writes; with Nagle's algorithm the second waits for 40 ms."""
    with served() as (_, http):
        http.get("/user")
        began = time.monotonic()
        for _ in range(50):
            http.get("/rate_limit")
        assert time.monotonic() - began < 50 * 0.04


@pytest.mark.parametrize(
    ("rule", "error", "jobs"),
    [
        ("kind=cut_before", httpx.ReadError, 0),
        ("kind=cut_before error=protocol", httpx.RemoteProtocolError, 0),
        ("kind=cut_before error=connect", httpx.ReadError, 0),
        ("kind=cut_after", httpx.ReadError, 1),
        ("kind=cut_after error=protocol", httpx.RemoteProtocolError, 1),
        ("kind=truncate", httpx.RemoteProtocolError, 1),
    ],
)
def test_a_cut_breaks_the_connection_and_the_next_request_works(
    rule: str, error: type[httpx.TransportError], jobs: int
) -> None:
    with served(f"{rule} call=2") as (simulator, http):
        assert http.get("/user").status_code == 200
        with pytest.raises(error):
            http.post("/async/files/delete", json=BODY)
        assert len(simulator.jobs.all()) == jobs
        assert http.get("/user").status_code == 200


def test_half_of_a_truncated_answer_has_gone_out() -> None:
    """The client takes its time, so that much of it still waits in the server when the connection is closed."""
    with served("kind=truncate op=get_copy_job") as (simulator, http), socket.socket() as connection:
        user, now = simulator.world.users["rfranklin"], simulator.clock.now()
        many = ["x" * 10_000] * 1000  # 20 MB in all, more than a socket buffers
        job = simulator.jobs.add_finished(user, JobType.COPY, many, submitted_on=now, finished_on=now)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(30)
        connection.connect((http.base_url.host, http.base_url.port))
        request = f"GET /v2/async/files/copy/{job.id} HTTP/1.1\r\nHost: x\r\nX-SBG-Auth-Token: demo-token\r\n\r\n"
        connection.sendall(request.encode())
        received = bytearray()
        while chunk := connection.recv(1 << 16):
            received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: ([0-9]+)", head)
    assert length is not None
    assert len(body) == int(length.group(1)) // 2


def test_an_offer_to_speak_another_protocol_is_passed_over_and_the_body_is_read() -> None:
    offer = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAEAAEAAAAIAAAAA"}
    with served() as (simulator, http):
        response = http.post("/async/files/delete", json=BODY, headers=offer)
        assert (response.status_code, response.http_version) == (202, "HTTP/1.1")
        assert http.get("/user").status_code == 200
        assert len(simulator.jobs.all()) == 1


def test_a_status_that_python_does_not_know_goes_out_as_it_is() -> None:
    with served("kind=520") as (_, http):
        assert http.get("/user").status_code == 520


def test_a_simulator_can_be_looked_at_and_changed_while_it_is_served() -> None:
    with served() as (simulator, http):
        http.post("/async/files/delete", json=BODY)
        simulator.advance(3600)
        assert http.get("/async/files").json()["items"][0]["state"] == "FINISHED"
        assert http.post(str(http.base_url.join("/_simulator/reset"))).status_code == 200
        assert http.get("/async/files").json()["items"] == []


def test_the_server_ends_at_once_although_an_answer_is_late() -> None:
    simulator = Simulator(faults=["kind=delay seconds=600"])
    outcome: list[Exception] = []

    def ask(url: str) -> None:
        try:
            httpx.get(f"{url}/user", headers=TOKEN, timeout=60)
        except httpx.TransportError as error:
            outcome.append(error)

    with running(simulator) as url:
        thread = threading.Thread(target=ask, args=[url])
        thread.start()
        while not len(simulator.requests):
            thread.join(0.001)
        began = time.monotonic()
    assert time.monotonic() - began < 10
    thread.join(30)
    assert len(outcome) == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_it_is_not_served_to_other_machines_unless_that_is_meant(simulator: Simulator, host: str) -> None:
    with pytest.raises(NotLoopbackError, match=r"i_know=True, --i-know"):
        serve(simulator, host=host)


def test_a_port_that_is_taken_is_an_error_that_names_it(simulator: Simulator) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"cannot serve on 127.0.0.1:{port}: "):
            serve(simulator, port=port)


PROGRAM = """
from sbg_bulk.simulator import Simulator, serve
serve(Simulator(), on_ready=lambda url: print(url, flush=True))
print("ended", flush=True)
"""


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_although_connections_are_open(sent: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            with httpx.Client(headers=TOKEN, timeout=30) as http:
                assert http.get(f"{url}/user").json()["username"] == "rfranklin"
                port = http.base_url.port or httpx.URL(url).port
                assert port is not None
                with socket.create_connection(("127.0.0.1", port)) as idle:
                    idle.sendall(b"GET /v2/us")  # a request that never comes to its end
                    process.send_signal(sent)
                    output, errors = process.communicate(timeout=10)
        finally:
            process.kill()
    assert (process.returncode, output, errors) == (0, "ended\n", "")
