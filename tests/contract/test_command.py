"""`sbg-bulk contract` on a server: what it calls, what it leaves behind, what it says, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from sbg_bulk.simulator import Simulator, running
from sbg_bulk.simulator.service.answering import Call
from sbg_bulk.simulator.service.reply import Reply, answer
from tests.contract.bugs import lost_item, next_skips_one
from tests.contract.deployments import OTHER_TOKEN, PROJECT, TOKEN, build

COMMAND = Path(sysconfig.get_path("scripts")) / "sbg-bulk"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / ".sevenbridges"
    folder.mkdir()
    return tmp_path


def contract(home: Path, simulator: Simulator, *arguments: str, **environment: str) -> tuple[int, str, str]:
    """Run it against the simulator over HTTP. Returns its exit code, its standard output and its standard error."""
    with running(simulator) as url:
        home.joinpath(".sevenbridges/credentials").write_text(
            f"[other]\napi_endpoint = {url}\nauth_token = {OTHER_TOKEN}\n", encoding="utf-8"
        )
        home.joinpath(".sevenbridges/credentials").chmod(0o600)
        done = subprocess.run(
            [COMMAND, "contract", url, *arguments],
            env={**_environment(home), "SB_API_ENDPOINT": url, "SB_AUTH_TOKEN": TOKEN, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
    return done.returncode, done.stdout, done.stderr


def _environment(home: Path) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("SB_")}
    return {**known, "HOME": str(home)}


def tree(simulator: Simulator) -> dict[str, Any]:
    """All files and folders: their names and places."""
    return {node.id: (node.name, node.parent) for node in simulator.world.nodes.values()}


def test_all_parts_are_kept_by_the_simulator_over_http(home: Path) -> None:
    simulator = build(progress="polls")
    before = tree(simulator)
    options = ("--allow-writes", PROJECT, "--alone", "--second-token-from", "other")
    code, out, err = contract(home, simulator, *options)
    assert code == 0, out + err
    assert out.splitlines()[-1].startswith("The contract is kept: ")
    assert tree(simulator) == before
    assert TOKEN not in out + err
    assert OTHER_TOKEN not in out + err


def test_a_broken_promise_is_shown_with_its_call_and_a_wrong_guess_is_only_told(home: Path) -> None:
    simulator = build(progress="polls")
    next_skips_one(simulator)
    lost_item(simulator)
    files = ("--junit", str(home / "a.xml"), "--html", str(home / "a.html"))
    code, out, _ = contract(home, simulator, "--allow-writes", PROJECT, *files)
    assert code == 1
    assert "BROKEN links [documented]: " in out
    assert "GUESS result-complete [guess]: " in out
    assert "BROKEN result-complete" not in out
    assert '  sent:      curl -sS -H "X-SBG-Auth-Token: $SB_AUTH_TOKEN" ' in out
    assert "  reproduce: sbg-bulk contract http" in out
    assert out.splitlines()[-1] == "1 promise broken: links."
    suite = ElementTree.parse(home / "a.xml").getroot()
    assert [case.get("name") for case in suite if case.find("failure") is not None] == ["links"]
    assert len(suite) > 60
    assert "BROKEN links" in (home / "a.html").read_text(encoding="utf-8")


def test_only_documented_promises_fail_if_that_is_wanted(home: Path) -> None:
    simulator = build()

    def charge(username: str, now: float) -> None:
        original(username, now)
        original(username, now)

    original, simulator.limiter.charge = simulator.limiter.charge, charge  # type: ignore[method-assign]
    options = ("--alone", "--promise", "rate-count")
    assert contract(home, simulator, *options)[0] == 1
    code, out, _ = contract(home, simulator, *options, "--only", "documented", "--json")
    assert code == 0
    document = json.loads(out)
    assert (document["exit_code"], document["findings"][0]["fails"]) == (0, False)
    assert {one["state"] for one in document["promises"]} == {"told", "not checked"}


def test_a_token_that_the_service_sends_back_is_not_printed(home: Path) -> None:
    simulator = build()

    def get_user(call: Call) -> Reply:
        return answer({"href": "", "username": [call.user.token]})

    simulator.operations.get_user = get_user  # type: ignore[method-assign]
    page = home / "a.html"
    code, out, err = contract(home, simulator, "--json", "--html", str(page))
    assert code == 1
    assert "BROKEN token-kept" in err
    assert "***" in out
    assert TOKEN not in out + err + page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--allow-writes", "scratch"], "owner/project"),
        (["--allow-writes", "rfranklin/scratch/in"], "owner/project"),
        (["--promise", "nothing"], "There is no promise 'nothing'"),
        (["--second-token-from", "nobody"], "--second-token-from: "),
        (["--job-timeout", "0"], "--job-timeout"),
    ],
)
def test_wrong_usage_makes_no_request(home: Path, arguments: list[str], told: str) -> None:
    simulator = build()
    code, _, err = contract(home, simulator, *arguments)
    assert code == 2
    assert told in " ".join(err.split())
    assert len(simulator.requests) == 0


def test_a_token_stored_for_another_platform_is_not_sent(home: Path) -> None:
    simulator = build()
    code, out, err = contract(home, simulator, SB_API_ENDPOINT="https://cgc-api.sbgenomics.com/v2")
    assert code == 2
    assert len(simulator.requests) == 0
    assert TOKEN not in out + err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("call", ["create_folder", "submit"])
def test_an_interrupted_check_deletes_its_folder_and_writes_its_report(
    home: Path, call: str, number: signal.Signals
) -> None:
    simulator = build(progress="polls")
    before = tree(simulator)
    ended: list[Callable[[], None]] = []
    original = getattr(simulator.operations, call)

    def interrupted(*given: Any) -> Reply:
        # Once, when the folder is made or the first job is submitted: the check does not know the answer then.
        if ended:
            ended.pop()()
        return original(*given)  # type: ignore[no-any-return]

    setattr(simulator.operations, call, interrupted)
    with running(simulator) as url:
        words = [str(COMMAND), "contract", url, "--allow-writes", PROJECT, "--alone", "--json"]
        environment = {**_environment(home), "SB_API_ENDPOINT": url, "SB_AUTH_TOKEN": TOKEN}
        with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
            ended.append(lambda: run.send_signal(number))
            out, err = run.communicate(timeout=60)
    assert run.returncode == 130, err
    document = json.loads(out)
    assert document["interrupted"]
    assert document["unfinished"] == ["the check was interrupted"]
    assert document["notes"] == []
    # That of the call which was broken off is not known, and is no finding.
    assert document["findings"] == []
    assert tree(simulator) == before
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("promise", "more", "needed"),
    [
        ("delete-effects", (), "--allow-writes"),
        ("private", (), "--second-token-from"),
        ("export-keeps", ("--allow-writes", PROJECT), "--export-to"),
    ],
)
def test_a_promise_that_was_asked_for_and_not_checked_is_not_said_to_be_kept(
    home: Path, promise: str, more: tuple[str, ...], needed: str
) -> None:
    code, out, _ = contract(home, build(progress="polls"), "--promise", promise, *more)
    assert code == 2
    assert out.splitlines()[-1] == f"Could not be checked: {promise} (it needs {needed})"


def test_a_finding_is_reproduced_with_the_options_that_it_was_found_with(home: Path) -> None:
    simulator = build(progress="polls")
    next_skips_one(simulator)
    options = ("--promise", "links", "--seed", "3", "--second-token-from", "other", "--job-timeout", "20")
    code, out, _ = contract(home, simulator, *options)
    assert code == 1
    (line,) = [one for one in out.splitlines() if one.startswith("  reproduce: ")][:1]
    assert line.endswith(" --promise links --seed 3 --second-token-from other --job-timeout 20")


def test_without_its_packages_the_command_says_what_to_install(home: Path) -> None:
    stub = home / "stub"
    stub.mkdir()
    (stub / "schemathesis.py").write_text("raise ModuleNotFoundError(name='schemathesis')\n", encoding="utf-8")
    simulator = build()
    code, _, err = contract(home, simulator, PYTHONPATH=str(stub))
    assert code == 2
    assert "pip install 'sbg-bulk[contract]'" in " ".join(err.split())
    assert len(simulator.requests) == 0


def test_a_service_that_speaks_https_is_checked(home: Path) -> None:
    simulator, authority = build(progress="polls"), home / "authority.pem"
    with running(simulator, tls=authority) as url:
        environment = {**_environment(home), "SB_API_ENDPOINT": url, "SB_AUTH_TOKEN": TOKEN}
        words = [str(COMMAND), "contract", url, "--promise", "links", "--promise", "rate-agrees"]

        def checked(**more: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(words, env={**environment, **more}, capture_output=True, text=True)

        done = checked(SSL_CERT_FILE=str(authority))
        assert (done.returncode, done.stderr) == (0, f"Checking {url}, reading only, seed 1.\n"), done.stdout
        assert done.stdout.splitlines()[-1] == "The contract is kept: 2 promises checked."
        # Who does not know the authority is told why nothing was checked.
        told = checked()
        assert told.returncode == 2, told.stdout
        assert "Could not be checked: " in told.stdout
    assert url.startswith("https://")
