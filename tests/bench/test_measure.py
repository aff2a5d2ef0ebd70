"""Measuring: in turn, in fresh processes, and of the right thing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import httpx
import pytest

from scripts.lib.bench import runs as carrying
from scripts.lib.bench import server as serving
from scripts.lib.bench.measure import cpu, cpu_of, fresh, interleaved, peak_memory, plain_environment
from scripts.lib.bench.measure import serving as served


def test_subjects_take_turns_and_the_median_counts() -> None:
    calls = []
    figures = {"a": iter([1.0, 9.0, 2.0]), "b": iter([5.0, 3.0, 4.0])}

    def subject(name: str) -> Callable[[], float]:
        def measure() -> float:
            calls.append(name)
            return next(figures[name])

        return measure

    assert interleaved({name: subject(name) for name in figures}, 3) == {"a": 2.0, "b": 4.0}
    assert calls == ["a", "b"] * 3


def test_a_fresh_process_has_loaded_nothing_of_ours() -> None:
    # This process is far larger than an interpreter that does nothing.
    assert 1 < fresh(carrying.interpreter) < peak_memory() - 10


def test_a_failure_in_a_fresh_process_is_no_figure() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        fresh(carrying.memory_dry_run, manifest="missing.csv")


def test_waiting_takes_no_cpu_and_working_does() -> None:
    assert cpu(lambda: sum(range(2_000_000))) > 0.005
    busy = cpu_of([sys.executable, "-c", "sum(range(20_000_000))"])
    idle = cpu_of([sys.executable, "-c", "import select; select.select([], [], [], 0.3)"])
    assert busy > idle


def test_a_server_ends_with_the_block() -> None:
    with served(serving.serve_constant, body="{}") as url:
        assert httpx.get(url, trust_env=False).text == "{}"
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


def test_commands_get_no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://localhost:1")
    monkeypatch.setenv("ALL_PROXY", "http://localhost:1")
    environment = plain_environment(EXTRA="1")
    assert environment["EXTRA"] == "1"
    assert not [name for name in environment if name.lower().endswith("_proxy")]


def test_commands_keep_what_they_compile_as_installed_ones_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in plain_environment()
