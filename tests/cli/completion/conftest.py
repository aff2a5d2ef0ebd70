"""A user with profiles and runs, and the shells."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sbg_bulk import DeleteItem
from sbg_bulk.runs import store
from sbg_bulk.runs.draft import Draft
from sbg_bulk.runs.records import Plan
from sbg_bulk.runs.rows import Row
from tests.cli.completion.shells import SHELLS, Shell
from tests.cli.harness import COMMAND, FILE

PROFILES = "[default]\nauth_token = s3cret\n[cavatica]\napi_endpoint = https://c.example/v2\n[c $(x)]\n[cgc]\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    file = tmp_path / ".sevenbridges" / "credentials"
    file.parent.mkdir()
    file.write_text(PROFILES)
    return tmp_path


@pytest.fixture
def env(home: Path) -> dict[str, str]:
    """The environment of a user whose shell finds the command, unless there is another in the folder `first`."""
    path = os.pathsep.join([str(home / "first"), str(COMMAND.parent), os.environ["PATH"]])
    return {"HOME": str(home), "PATH": path, "LANG": "C.UTF-8", "ZDOTDIR": str(home)}


@pytest.fixture
def runs_there(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of two runs, the older one first."""
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    made = []
    for place, name in enumerate(("old.csv", "new samples.csv"), 1):
        run = f"2026010{place}-000000-abcd"
        plan = Plan(run, "DELETE", "https://c.example/v2", "2026-01-01T00:00:00Z", 100, name)
        Draft.create(store.folder() / f"{run}{store.SUFFIX}", plan, [Row(2, DeleteItem(FILE))]).begin().close()
        made.append(run)
    return made


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, env: dict[str, str]) -> Iterator[Shell]:
    """Each of the shells, which has loaded the script."""
    shell = SHELLS[request.param](env)
    yield shell
    shell.close()
