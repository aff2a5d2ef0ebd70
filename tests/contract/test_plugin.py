"""The plugin of pytest: each promise is a test, and runs that check nothing do not notice it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sbg_bulk.simulator import Simulator, running
from tests.contract.bugs import lost_item, next_skips_one
from tests.contract.deployments import PROJECT, TOKEN, build

USERS_TEST = """\
import sys

def test_of_the_user():
    assert {"sbg_bulk.contract.checking", "sbg_bulk.contract.items"}.isdisjoint(sys.modules) is %s
"""


def pytest_in(folder: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """Run pytest in a folder of its own. Returns its exit code and what it has printed."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-q", "-rA", *arguments],
        cwd=folder,
        env={**{name: value for name, value in os.environ.items() if not name.startswith("SB_")}, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def check_in(folder: Path, simulator: Simulator, *arguments: str) -> tuple[int, str]:
    """Run pytest with the plugin against the simulator."""
    with running(simulator) as url:
        given = ("--sbg-contract-url", url, *arguments)
        return pytest_in(folder, *given, SB_API_ENDPOINT=url, SB_AUTH_TOKEN=TOKEN)


def test_a_run_that_checks_nothing_does_not_load_the_checks(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(USERS_TEST % True, encoding="utf-8")
    code, told = pytest_in(tmp_path)
    assert code == 0, told
    assert "1 passed" in told


def test_a_planted_bug_fails_the_test_of_its_promise_beside_the_users_own_tests(tmp_path: Path) -> None:
    simulator = build(progress="polls")
    next_skips_one(simulator)
    lost_item(simulator)
    (tmp_path / "test_own.py").write_text(USERS_TEST % False, encoding="utf-8")
    names = "links or total or result-complete or ends or of_the_user"
    written = ("--sbg-contract-writes", PROJECT, "--junit-xml", "a.xml", "-k", names)
    code, told = check_in(tmp_path, simulator, *written)
    assert code == 1, told
    assert "PASSED test_own.py::test_of_the_user" in told
    assert "BROKEN links [documented]: " in told
    assert "XFAIL" in told
    assert "GUESS result-complete" in told
    assert "Traceback" not in told
    assert TOKEN not in told + (tmp_path / "a.xml").read_text(encoding="utf-8")
    # Only what is selected is checked.
    assert {entry.status for entry in simulator.requests if entry.operation == "list_projects"} == {200}


def test_without_leave_to_write_its_promises_are_skipped(tmp_path: Path) -> None:
    simulator = build()
    code, told = check_in(tmp_path, simulator, "-k", "never-back or not-found or private")
    assert code == 0, told
    assert "1 passed, 2 skipped" in told
    assert "needs --sbg-contract-writes" in told
    assert "needs --sbg-contract-second-token-from" in told
    assert {entry.method for entry in simulator.requests} == {"GET"}


def test_what_could_not_be_checked_fails(tmp_path: Path) -> None:
    simulator = build()
    simulator.world.tokens.pop(TOKEN)
    code, told = check_in(tmp_path, simulator, "-k", "not-found")
    assert code == 1, told
    assert "could not be checked: the token was not accepted (401)" in told
