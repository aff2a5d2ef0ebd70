"""The subjects: each does what the others do, so that their figures may be compared."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk import Client, Job
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.simulator import JobType, Simulator, running
from sbg_bulk.simulator.seeds import USERNAME
from scripts.lib.bench import bulk
from scripts.lib.bench import exports as exporting
from scripts.lib.bench import lists as listing
from scripts.lib.bench import runs as carrying
from scripts.lib.bench import server as serving
from scripts.lib.bench.bulk import LIMIT, Service, Spent
from scripts.lib.bench.canned import ENDPOINT, Canned


def plain(error: Any) -> Any:
    """An item's error as its code, whoever read it."""
    if error is None:
        return None
    return error["code"] if isinstance(error, dict) else error.code


def test_all_readers_of_the_list_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = Simulator(rate_limit=None)
    user, now = simulator.world.users[USERNAME], simulator.clock.now()
    for number in range(130):
        outcomes = listing.outcomes(number, 21)
        simulator.jobs.add_finished(user, JobType.COPY, outcomes, submitted_on=now, finished_on=now)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    seen: list[tuple[Any, ...]] = []
    monkeypatch.setattr(
        listing, "_use", lambda *what: seen.append(what if len(what) == 4 else (what[0], plain(what[1])))
    )

    def read(work: Callable[..., float], **arguments: Any) -> list[tuple[Any, ...]]:
        seen.clear()
        work(url=url, **arguments)
        return list(seen)

    with running(simulator) as url:
        expected = read(listing.list_plainly)
        assert len(expected) == 130 * 22
        assert (None, 10225) in expected
        assert read(listing.list_ours) == expected
        assert read(listing.list_official, typed=False) == expected
        assert read(listing.list_official, typed=True) == expected


def test_the_job_to_decode_has_results_that_can_be_read() -> None:
    job = Job.from_answer(json.loads(listing.document(40)))
    assert job is not None
    assert job.result is not None
    assert len(job.result) == 40
    assert len(job.failures) == 2
    for decode in (listing.decode_ours, listing.decode_official, listing.decode_plainly):
        assert decode(40) > 0


@pytest.mark.parametrize("subject", [bulk.copy_ours, bulk.copy_official])
def test_a_subject_copies_every_file_once(subject: Callable[[Service], None]) -> None:
    spent = bulk.copy(subject, 250)
    assert spent.refused == 0
    # A minute for the jobs, and no more than until the next look after it.
    assert bulk.JOB_SECONDS - 1 <= spent.seconds <= bulk.JOB_SECONDS * 1.2


@pytest.mark.parametrize("subject", [exporting.export_ours, exporting.export_official])
def test_a_subject_exports_every_file_once(subject: Callable[[exporting.Exporting], None]) -> None:
    spent = exporting.export(subject, 250)
    assert spent.refused == 0
    assert exporting.JOB_SECONDS <= spent.seconds <= exporting.JOB_SECONDS * 1.2


def test_a_subject_that_exports_less_is_found_out() -> None:
    with pytest.raises(AssertionError, match="0 objects of 10 files"):
        exporting.export(lambda _: None, 10)


def test_a_subject_that_copies_less_is_found_out() -> None:
    with pytest.raises(AssertionError, match="0 copies of 10 files"):
        bulk.copy(lambda _: None, 10)


def test_a_run_whose_answers_are_lost_copies_every_file_once() -> None:
    lost: list[str | None] = []

    def subject(service: Service) -> None:
        bulk.copy_ours(service)
        lost.extend(one.operation for one in service.simulator.requests if one.fault == "cut_after")

    bulk.copy(subject, 2_000, "kind=cut_after op=submit_* every=10")
    assert lost == ["submit_copy_job"] * 2


def test_the_rows_of_lost_answers_are_held_against_the_same_run_undisturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    faults: list[str] = []

    def copy(_: object, __: int, *armed: str) -> Spent:
        faults.extend(armed)
        return Spent(150 if armed else 100, 0, 90.0 if armed else 60.0)

    monkeypatch.setattr(bulk, "copy", copy)
    rows = {row.name: row.claims[0].value for row in bulk.rows_of_lost(10)}
    assert rows == {"lost-1-requests": 1.5, "lost-1-time": 1.5, "lost-10-requests": 1.5, "lost-10-time": 1.5}
    assert faults == ["kind=cut_after op=submit_* every=100", "kind=cut_after op=submit_* every=10"]


def test_the_official_client_waits_for_the_rate_limit_on_the_clock_of_the_simulator() -> None:
    spent = bulk.watch(bulk.watch_official, 10, 1200.0)
    assert spent == Spent(requests=1200, refused=0, seconds=1200.0)
    many = bulk.watch(bulk.watch_official, 100, 600.0)
    # What two windows allow, and the request that waited for the third.
    assert many.refused >= 1
    assert 2 * LIMIT.requests <= many.requests - many.refused <= 2 * LIMIT.requests + 1
    assert many.seconds >= 600.0


def test_our_client_watches_to_the_end_and_within_its_share() -> None:
    spent = bulk.watch(bulk.watch_ours, 30, 600.0)
    assert spent.seconds == pytest.approx(600.0, abs=1.0)
    assert (spent.refused, spent.requests <= 500) == (0, True)


@pytest.mark.parametrize(
    ("jobs", "requests", "seconds"),
    [(1, 2, 60), (990, 1000, 60), (1000, 1010, 300), (1001, 1012, 360), (10, 2001, 600)],
)
def test_the_floor_of_time_is_what_the_windows_allow(jobs: int, requests: int, seconds: float) -> None:
    assert bulk.time_allowed(jobs, requests) == seconds


def test_a_run_through_the_service_of_cans_ends_with_every_row_done(tmp_path: Path) -> None:
    manifest = tmp_path / "files.csv"
    carrying.write_manifest(manifest, 12_050)
    assert carrying.run(manifest) > 0  # which asserts that it succeeded


def test_the_service_of_cans_pages_like_the_other() -> None:
    service = Canned()
    with Client(ENDPOINT, "demo-token", driver=partial(BlockingDriver, transport=service)) as client:
        made = [client.copy([f"f{n}", f"g{n}"], project=carrying.PROJECT) for n in range(230)]
        listed = list(client.jobs())
        again = client.job(made[7])
    assert [job.id for job in listed] == [job.id for job in reversed(made)]
    assert {(job.finished, job.succeeded, len(job.result or ())) for job in listed} == {(True, True, 2)}
    assert again == listed[-8]
    assert len({entry.id for job in listed for entry in job.result or ()}) == 460
    assert service.requests == 230 + 3 + 1


def test_the_floor_of_inserts_writes_every_row(tmp_path: Path) -> None:
    manifest = tmp_path / "files.csv"
    carrying.write_manifest(manifest, 5)
    rows = list(carrying._values(manifest))
    assert [row[0] for row in rows] == [0, 1, 2, 3, 4]
    assert rows[4][1:3] == ("f00000000000000000000004", "sample-4.bam")
    assert carrying.cpu_inserts(str(manifest)) >= 0


# The clock of requests


@pytest.mark.parametrize(
    ("received", "whole"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n", False),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nab", False),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc", True),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", False),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", True),
    ],
)
def test_an_answer_counts_when_all_of_it_is_there(received: bytes, whole: bool) -> None:
    assert serving.complete(received) is whole


def test_another_status_is_no_answer() -> None:
    with pytest.raises(ConnectionError):
        serving.complete(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")


@pytest.mark.parametrize("closing", [False, True])
def test_requests_are_counted_whether_connections_are_kept_or_closed(closing: bool) -> None:
    body = b"x" * 600_000  # arrives in several parts
    headers = b"Content-Length: %d\r\n" % len(body) + (b"Connection: close\r\n" if closing else b"")
    answer = b"HTTP/1.1 200 OK\r\n" + headers + b"\r\n" + body
    answered = connections = 0
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def serve() -> None:
            nonlocal answered, connections
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connections += 1
                threading.Thread(target=converse, args=(connection,), daemon=True).start()

        def converse(connection: socket.socket) -> None:
            nonlocal answered
            # Who is asked when the time is up is not listened to any more.
            with connection, suppress(ConnectionError):
                while connection.recv(4096):
                    answered += 1
                    connection.sendall(answer)
                    if closing:
                        return

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        found = serving.rate(f"http://127.0.0.1:{port}/x?y=1", {"A": "b"}, seconds=0.2)
        listener.shutdown(socket.SHUT_RDWR)
        server.join(10)
    assert 0 < found <= answered / 0.2
    assert (connections > serving.CONNECTIONS) is closing


def test_our_page_is_one_of_25_jobs() -> None:
    assert len(json.loads(serving.the_page())["items"]) == serving.JOBS
