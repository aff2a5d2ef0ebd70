"""The command as a process: its streams, pipes, signals and locale."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sbg_bulk.simulator import Simulator, running
from tests.cli.harness import (
    COMMAND,
    COPIED_JOB,
    FILE,
    FOLDER,
    MINE,
    TARGET,
    TOKEN,
    finish,
    folder_of,
    interrupt,
    journals,
    run_process,
    start,
)
from tests.support.waiting import PATIENCE, until


@pytest.fixture
def stuck() -> Iterator[tuple[Simulator, str]]:
    """A service whose jobs do not go on by themselves."""
    simulator = Simulator(seed="examples", progress="hand", rate_limit=None)
    with running(simulator) as url:
        yield simulator, url


def test_standard_output_has_json_alone_and_no_bar_shows_in_a_pipe(env: dict[str, str]) -> None:
    ran = run_process(["delete", "--yes", FILE, "no-such-file", "--json", "--timeout", "0"], env)
    assert ran.code == 4
    assert ran.document["type"] == "DELETE"
    submitted, still = ran.err.splitlines()
    assert submitted == f"Submitted job {ran.document['id']}."
    assert still.startswith("sbg-bulk: timed out")


def test_variables_that_force_colours_bring_no_bar_into_a_pipe(env: dict[str, str]) -> None:
    ran = run_process(["copy", FILE, "--to-project", TARGET, "--timeout", "0"], env | {"FORCE_COLOR": "1"})
    assert ran.err.count("\n") == 2
    assert "\x1b" not in ran.err


def test_a_reader_that_goes_away_is_no_reason_to_complain(env: dict[str, str], simulator: Simulator) -> None:
    like, now = simulator.jobs.by_id(COPIED_JOB), simulator.clock.now()
    for _ in range(90):
        simulator.jobs.add_finished(like.owner, like.type, [FILE] * 30, submitted_on=now, finished_on=now)
    for words in (["jobs", "list", "--json", "--limit", "95"], ["jobs", "list", "--limit", "95"], ["--help"]):
        process = start(words, env, bufsize=1)
        assert process.stdout is not None
        first = process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read()
        process.wait(PATIENCE)
        process.stderr.close()
        assert first
        assert errors == "", words
        assert process.returncode in (0, 1)


def test_a_reader_that_never_was_is_no_reason_to_complain(env: dict[str, str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ran = finish(start(["jobs", "list", "--json"], env, stdout=writer))
    os.close(writer)
    assert (ran.code, ran.err) == (1, "")


def test_a_full_disk_is_a_short_message(env: dict[str, str]) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        ran = finish(start(["jobs", "list"], env, stdout=full))
    assert ran.code == 1
    assert ran.err == "sbg-bulk: [Errno 28] No space left on device\n"


def test_a_run_whose_events_find_the_disk_full_says_how_to_go_on(env: dict[str, str], home: Path) -> None:
    words = ["copy", f"{MINE}/sample.bam", "--to", TARGET, "--yes", "--json"]
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        ran = finish(start(words, env, stdout=full))
    (journal,) = journals(home)
    assert ran.code == 1
    assert ran.err.splitlines()[-2:] == [
        f"sbg-bulk: interrupted. Resume with: sbg-bulk runs resume {journal.stem}",
        "sbg-bulk: [Errno 28] No space left on device",
    ]


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_reason_to_fail(env: dict[str, str], simulator: Simulator, closed: str) -> None:
    for words, code in ((f"jobs show {COPIED_JOB}", 0), (f"delete {FILE}", 2), (f"delete {FILE} --yes", 0)):
        shell = ["/bin/sh", "-c", f"exec {shlex.quote(str(COMMAND))} {words} {closed}"]
        ran = subprocess.run(shell, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
        assert ran.returncode == code
        assert b"Traceback" not in ran.stdout + ran.stderr
    assert FILE not in simulator.world.nodes


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "latin-1"}]
)
def test_names_that_the_locale_lacks_are_no_reason_to_fail(
    env: dict[str, str], simulator: Simulator, locale: dict[str, str]
) -> None:
    simulator.world.add_file("Größe-\u65e5\u672c.bam", folder_of(simulator), size=1)
    process = subprocess.run(
        [COMMAND, "files", "list", "--folder", FOLDER], env=env | locale, capture_output=True, timeout=PATIENCE
    )
    assert (process.returncode, process.stderr) == (0, b"")
    assert b".bam" in process.stdout


def test_an_interrupted_wait_ends_at_once_and_says_how_to_go_on(
    stuck: tuple[Simulator, str], env: dict[str, str]
) -> None:
    simulator, url = stuck
    process = start(["move", "--yes", FILE, "--to-project", TARGET, "--json"], env | {"SB_API_ENDPOINT": url})
    until(lambda: any(request.operation == "get_move_job" for request in simulator.requests))
    interrupt(process)
    ran = finish(process)
    job = ran.document["id"]
    assert ran.code == 130
    assert ran.document["state"] == "SUBMITTED"
    assert ran.err.splitlines() == [
        f"Submitted job {job}.",
        f"sbg-bulk: interrupted. Still running: job {job} (SUBMITTED). It keeps running on the platform; wait again "
        f"with: sbg-bulk jobs wait {job}",
    ]


def test_an_interrupted_submission_says_what_to_look_for(env: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v2"
        process = start(["delete", "--yes", FILE], env | {"SB_API_ENDPOINT": url})
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(4) == b"POST"
            interrupt(process)
            ran = finish(process)
    assert (ran.code, ran.out) == (130, "")
    assert "The job may have been started" in ran.err


def test_an_interrupted_look_says_just_that(env: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v2"
        process = start(["jobs", "list"], env | {"SB_API_ENDPOINT": url})
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(3) == b"GET"
            interrupt(process)
            ran = finish(process)
    assert (ran.code, ran.out) == (130, "")
    assert ran.err.strip() == "sbg-bulk: interrupted."


def test_the_token_is_in_no_process_argument(stuck: tuple[Simulator, str], env: dict[str, str]) -> None:
    simulator, url = stuck
    process = start(["delete", "--yes", FILE], env | {"SB_API_ENDPOINT": url})
    until(lambda: any(request.operation == "get_delete_job" for request in simulator.requests))
    with open(f"/proc/{process.pid}/cmdline", "rb") as arguments:  # noqa: PTH123 - a device
        assert TOKEN.encode() not in arguments.read()
    interrupt(process)
    assert finish(process).code == 130
