"""Nothing is reached: what looks something up gives up soon, a run is patient."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.cli.output.console import PATIENCE
from tests.cli.harness import FILE, FOLDER, MINE, TARGET, Run


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were to be made, none of which is. After an hour somebody presses Ctrl-C."""
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if sum(pauses) > 3600:
            raise KeyboardInterrupt

    monkeypatch.setattr(BlockingDriver.__init__, "__defaults__", (None, sleep, time.monotonic))
    return pauses


@pytest.fixture(params=["refused", "unknown"])
def nowhere(request: pytest.FixtureRequest) -> Iterator[str]:
    """An endpoint at which nothing listens, or whose host is not known."""
    if request.param == "unknown":
        yield "https://no-such-host.invalid/v2"
        return
    # Bound, and not listening: connections are refused, and nobody else gets the port meanwhile.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/v2"


@pytest.mark.parametrize(
    "words",
    [
        ["whoami"],
        ["ls", TARGET],
        ["files", "tree", TARGET],
        ["jobs", "list"],
        ["projects", "list"],
        ["mkdir", f"{TARGET}/new", "-p"],
        ["copy", MINE, "--to", TARGET, "--dry-run"],
        ["check", MINE, TARGET],
    ],
    ids=" ".join,
)
def test_what_looks_something_up_gives_up_soon(
    sbg: Run, monkeypatch: pytest.MonkeyPatch, slept: list[float], nowhere: str, words: list[str]
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("SB_API_ENDPOINT", nowhere)
    ran = sbg(*words)
    assert (ran.code, ran.out) == (1, "")
    assert PATIENCE / 2 < sum(slept) <= PATIENCE
    assert f"The endpoint is {nowhere}." in ran.err
    assert re.search(r"^sbg-bulk: No connection after \d s. Check .+ \[ConnectError: ", ran.err, re.MULTILINE)
    assert "Check the endpoint's spelling" in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ["copy", MINE, "--to", TARGET, "--dry-run"],
        ["copy", FILE, "--to", f"{TARGET}/in", "--parents"],
        ["delete", f"{MINE}/sample.bam", "--yes"],
        ["sync", MINE, "--to", TARGET, "--yes"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("seconds", [0, 4, 100])
@pytest.mark.parametrize("nowhere", ["refused"], indirect=True)
def test_what_looks_something_up_gives_up_when_it_is_told_to(
    sbg: Run, monkeypatch: pytest.MonkeyPatch, slept: list[float], nowhere: str, words: list[str], seconds: int
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("SB_API_ENDPOINT", nowhere)
    monkeypatch.setattr(BlockingDriver.__init__, "__defaults__", (None, slept.append, lambda: sum(slept)))
    ran = sbg(*words, "--give-up-after", str(seconds))
    assert (ran.code, ran.out) == (1, "")
    assert seconds / 3 <= sum(slept) <= seconds
    assert f"The endpoint is {nowhere}." in ran.err


def test_a_run_stays_patient(
    sbg: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, slept: list[float], nowhere: str
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("SB_API_ENDPOINT", nowhere)
    manifest = tmp_path / "one.csv"
    manifest.write_text(f"file,parent\n{FILE},{FOLDER}\n", "utf-8")

    ran = sbg("copy", "--manifest", str(manifest), "--no-check")
    assert ran.code == 130
    assert sum(slept) > 3600
    assert "runs resume" in ran.err
