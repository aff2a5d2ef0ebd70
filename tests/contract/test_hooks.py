"""`schemathesis run` with our module loaded has our checks of single answers."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from pathlib import Path

import pytest

from sbg_bulk.contract.schema import contract_file
from sbg_bulk.simulator import running
from tests.contract.bugs import error_with_another_status
from tests.contract.deployments import TOKEN, build

COMMAND = Path(sysconfig.get_path("scripts")) / "schemathesis"
CHECKS = "sbg_error_body,sbg_known_code,sbg_rate_headers"


@pytest.mark.parametrize("planted", [False, True])
def test_the_checks_are_there_and_find_a_planted_bug(planted: bool, tmp_path: Path) -> None:
    simulator = build()
    if planted:
        error_with_another_status(simulator)
    with running(simulator) as url:
        options = ["--url", url, "--checks", CHECKS, "-H", f"X-SBG-Auth-Token: {TOKEN}", "--include-operation-id"]
        done = subprocess.run(
            [COMMAND, "run", contract_file(), *options, "get_file", "--phases", "fuzzing", "--max-examples", "5"],
            cwd=tmp_path,
            env={**os.environ, "SCHEMATHESIS_HOOKS": "sbg_bulk.contract.hooks"},
            capture_output=True,
            text=True,
            check=False,
        )
    told = done.stdout + done.stderr
    assert done.returncode == planted, told
    assert ("the body of an error has a different status" in told) is planted
