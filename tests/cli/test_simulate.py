"""`sbg-bulk simulate`"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from attrs import frozen

from sbg_bulk.simulator import Simulator, running
from tests.cli.harness import COMMAND, TOKEN, Run, environment, run_process
from tests.support.waiting import PATIENCE

HEADERS = {"X-SBG-Auth-Token": TOKEN}
AT_ONCE = 10.0
"""Seconds: long for a machine that is busy, and short beside the minute that an answer takes here."""


@frozen
class Serving:
    process: subprocess.Popen[str]
    first_line: str
    url: str

    def end(self, by: signal.Signals) -> tuple[int, str, str, float]:
        """Send a signal; the exit code, the rest of both outputs, and the seconds until the end."""
        began = time.monotonic()
        self.process.send_signal(by)
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, err, time.monotonic() - began


@contextmanager
def _serving(home: Path, *words: str, cwd: Path | None = None) -> Iterator[Serving]:
    """The simulator in a process of its own, as soon as its first line has come through a pipe."""
    process = subprocess.Popen(
        [COMMAND, "simulate", *words],
        cwd=cwd,
        env={"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()
        url = json.loads(line)["url"] if "--json" in words else line.split()[2].rstrip(",")
        yield Serving(process, line, url)
    finally:
        process.kill()
        process.communicate()


def test_the_first_line_has_the_address_and_the_token_and_sigterm_ends_it_at_once(home: Path) -> None:
    with _serving(home, "--port", "0", "--seed", "demo") as serving, httpx.Client(headers=HEADERS) as client:
        assert serving.first_line == f"Simulator at {serving.url}, token {TOKEN}\n"
        assert serving.url.startswith("http://127.0.0.1:")
        # The client keeps its connection open.
        assert client.get(f"{serving.url}/projects/rfranklin/cohort-a").json()["name"] == "Cohort A"
        page = serving.url.removesuffix("v2")
        assert "<title>Simulator of the Seven Bridges API</title>" in client.get(page).text
        code, out, err, seconds = serving.end(signal.SIGTERM)
    assert (code, out) == (0, "")
    assert f"in a browser on this machine:\n  {page}\n" in err
    assert f"export SB_API_ENDPOINT={serving.url} SB_AUTH_TOKEN={TOKEN}" in err
    assert seconds < AT_ONCE


def test_json_is_one_document_and_ctrl_c_ends_it_at_once_in_the_middle_of_an_answer(home: Path) -> None:
    words = ["--json", "--seed", "examples", "--fault", "kind=delay seconds=60 op=get_user", "--speed", "1000"]
    with _serving(home, *words, "--rate-limit", "3/3600") as serving:
        assert json.loads(serving.first_line) == {"url": serving.url, "token": TOKEN}
        with httpx.Client(base_url=serving.url, headers=HEADERS) as client:
            answer = client.get("/async/files")
            # The clock of the rate limit is the real one, whatever the speed of jobs.
            assert answer.headers["X-RateLimit-Limit"] == "3"
            assert float(answer.headers["X-RateLimit-Reset"]) > time.time() + 3000
            with pytest.raises(httpx.ReadTimeout):
                client.get("/user", timeout=0.1)
        code, out, err, seconds = serving.end(signal.SIGINT)
    assert (code, out, err) == (0, "", "")
    assert seconds < AT_ONCE


def test_over_tls_it_says_what_to_trust_and_a_command_that_does_is_answered(home: Path) -> None:
    file = home / "what to trust.pem"
    with _serving(home, "--tls", str(file), "--seed", "examples") as serving:
        assert serving.url.startswith("https://127.0.0.1:")
        env = environment(home, serving.url)
        assert run_process(["whoami", "--json"], env).code != 0
        trusting = run_process(["whoami", "--json"], {**env, "SSL_CERT_FILE": str(file)})
        assert (trusting.code, trusting.document["username"]) == (0, "rfranklin")
        *_, err, _ = serving.end(signal.SIGTERM)
    assert f"export SSL_CERT_FILE='{file}' REQUESTS_CA_BUNDLE='{file}'" in err
    assert f"in a browser on this machine:\n  {serving.url.removesuffix('v2')}\n" in err


def test_the_file_to_trust_has_a_name_of_its_own_and_is_told_to_programs(home: Path, tmp_path: Path) -> None:
    with _serving(home, "--json", "--tls", cwd=tmp_path) as serving:
        document = json.loads(serving.first_line)
    assert Path(document["authority"]) == tmp_path / "simulator-ca.pem"
    assert (tmp_path / "simulator-ca.pem").read_text().startswith("-----BEGIN CERTIFICATE-----")


def test_a_token_that_looks_like_a_real_one_is_told_and_taken(home: Path) -> None:
    with _serving(home, "--seed", "empty", "--tls", str(home / "ca.pem")) as serving:
        *_, err, _ = serving.end(signal.SIGTERM)
    [token] = re.findall(r"^  ([0-9a-f]{32})$", err, flags=re.MULTILINE)
    with running(Simulator()) as url:
        assert httpx.get(f"{url}/user", headers={"X-SBG-Auth-Token": token}).json()["username"] == "rfranklin"


def test_a_rate_limit_can_be_off_and_jobs_fast(home: Path) -> None:
    with _serving(home, "--rate-limit", "off", "--speed", "1e6", "--seed", "examples") as serving:
        env = environment(home, serving.url)
        # At the real speed it would not have finished by the first look.
        ran = run_process(["delete", "--yes", "5c6d3f30e4b038563238932b", "--json", "--timeout", "0"], env)
        assert (ran.code, ran.document["completed_files"]) == (0, 1)
        limit = httpx.get(f"{serving.url}/rate_limit", headers=HEADERS).json()["rate"]["limit"]
        assert limit > 1_000_000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "0.0.0.0"], "--i-know"),
        (["--host", "::"], "--i-know"),
        (["--host", "example.com"], "--i-know"),
        (["--port", "65536"], "--port"),
        (["--port", "http"], "--port"),
        (["--seed", "dmeo"], "there is no seed 'dmeo'; the seeds are: demo, examples, empty"),
        (["--speed", "0"], "speed: expected a positive number, not 0.0"),
        (["--speed", "nan"], "speed: expected a positive number, not nan"),
        (["--speed", "inf"], "speed: expected a positive number, not inf"),
        (["--rate-limit", "fast"], "REQUESTS/SECONDS, such as 1000/300, or off, not 'fast'"),
        (["--rate-limit", "0/300"], "not '0/300'"),
        (["--fault", "kind=429 ops=list_*"], "word 2, 'ops=list_*'"),
        (["--fault", "kind=428"], "'428'"),
        (["--fault", "kind=429", "--fault", "times=2"], "'times=2': a rule needs a kind"),
        (["--fault", "kind=429 op=list_everything"], "op=list_everything matches no operation"),
        (["--fault", "kind=delay"], "'seconds'"),
        (["--variant", "link=empty"], "'link' is not a switch of the simulator; the switches are: job_ids, links"),
        (["--variant", "links=none"], "links: expected one of next, empty, absent, null, not 'none'"),
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_is_named_and_not_served(sbg: Run, words: list[str], said: str) -> None:
    ran = sbg("simulate", *words, "--json")
    assert (ran.code, ran.document["error"]["kind"]) == (2, "UsageError")
    assert said in ran.err


def test_other_machines_are_let_in_only_by_who_knows(sbg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, bool]] = []

    def serve(_: Simulator, *, host: str, i_know: bool, **__: object) -> None:
        asked.append((host, i_know))

    monkeypatch.setattr("sbg_bulk.simulator.serve", serve)
    assert sbg("simulate", "--host", "0.0.0.0").code == 0
    assert sbg("simulate", "--host", "0.0.0.0", "--i-know").code == 0
    assert asked == [("0.0.0.0", False), ("0.0.0.0", True)]


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("http://127.0.0.1:80/v2", "http://127.0.0.1:80/"),
        ("http://[::1]:80/v2", "http://[::1]:80/"),
        ("http://0.0.0.0:80/v2", "http://localhost:80/"),
        ("http://[::]:80/v2", "http://localhost:80/"),
        ("http://192.0.2.1:80/v2", None),
    ],
)
def test_the_page_is_named_where_this_machine_gets_it(
    sbg: Run, monkeypatch: pytest.MonkeyPatch, url: str, page: str | None
) -> None:
    def serve(_: Simulator, *, on_ready: Callable[[str], None], **__: object) -> None:
        on_ready(url)

    monkeypatch.setattr("sbg_bulk.simulator.serve", serve)
    monkeypatch.setattr("sbg_bulk.simulator.seeds.TOKEN", "shown")  # the only command that may show one
    ran = sbg("simulate", "--i-know")
    assert (ran.code, "in a browser" in ran.err) == (0, page is not None)
    assert page is None or f"  {page}\n" in ran.err


def test_a_port_that_is_taken_is_named(sbg: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        ran = sbg("simulate", "--port", str(port))
    assert (ran.code, ran.out) == (2, "")
    assert f"Port {port} is in use, perhaps by another simulator. Choose another with --port" in ran.err
    assert f"[cannot serve on 127.0.0.1:{port}: Address already in use]" in ran.err


def test_without_the_packages_it_needs_it_says_how_to_get_them(sbg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sbg_bulk.simulator", None)
    ran = sbg("simulate")
    assert (ran.code, ran.out) == (2, "")
    assert "pip install 'sbg-bulk[simulator]'" in ran.err
