"""Tools from npm are installed once, as a whole, whoever comes first."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from scripts.lib import npm


def test_a_tool_installed_twice_at_once_is_there_once_and_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second to finish must neither fail nor leave anything behind."""
    both_are_made = Barrier(2)

    def fake_install(folder: Path) -> None:
        assert json.loads((folder / "package.json").read_text())["dependencies"] == {"tool": "1.0.0"}
        (folder / "node_modules").mkdir()
        (folder / "node_modules" / "tool").write_text("whole")
        both_are_made.wait(timeout=10)

    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(npm, "_install", fake_install)
    with ThreadPoolExecutor(2) as pool:
        modules = list(pool.map(lambda _: npm.modules("tools", {"tool": "1.0.0"}), range(2)))
    assert [(folder / "tool").read_text() for folder in modules] == ["whole", "whole"]
    assert [path.name for path in tmp_path.iterdir()] == [modules[0].parent.name]


def test_another_version_is_another_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(npm, "_install", lambda folder: (folder / "node_modules").mkdir())
    assert npm.modules("tools", {"tool": "1.0.0"}) == npm.modules("tools", {"tool": "1.0.0"})
    assert npm.modules("tools", {"tool": "1.0.1"}) != npm.modules("tools", {"tool": "1.0.0"})


def test_an_installation_that_fails_says_why_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    with pytest.raises(npm.NpmError, match=r"(?s)npm install failed with exit status 1: .*Invalid"):
        npm.modules("tools", {"no name at all": "1.0.0"})
    assert list(tmp_path.iterdir()) == []
