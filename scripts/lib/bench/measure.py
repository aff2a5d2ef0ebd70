"""Measurements of subjects: each in a process of its own where imports or memory matter, in turn, several times."""

from __future__ import annotations

import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

K = TypeVar("K")

ROOT: Final = Path(__file__).resolve().parents[3]
WORKER: Final = "scripts.lib.bench.worker"


def interleaved(subjects: Mapping[K, Callable[[], float]], repetitions: int) -> dict[K, float]:
    """Return the median of each subject's figures. All take turns, so that what else goes on meets them alike."""
    figures: dict[K, list[float]] = {name: [] for name in subjects}
    for _ in range(repetitions):
        for name, measure in subjects.items():
            figures[name].append(measure())
    return {name: statistics.median(found) for name, found in figures.items()}


def fresh(function: Callable[..., Any], **arguments: Any) -> Any:
    """Call a function of a module in a process of its own, and return its result. Both ways lead through JSON.

    Raises:
        subprocess.CalledProcessError: it failed; its own words are on standard error.
    """
    command = _command(function, arguments)
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


@contextmanager
def serving(function: Callable[..., Any], **arguments: Any) -> Iterator[str]:
    """Call a function in a process of its own while the block runs; yields the first line that it prints."""
    with running(_command(function, arguments), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()


@contextmanager
def running(command: Sequence[str | Path], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Run a process while the block runs. It is ended with the block."""
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, text=True, **options) as process:
        try:
            yield process
        finally:
            process.terminate()


def _command(function: Callable[..., Any], arguments: Mapping[str, Any]) -> list[str]:
    return [sys.executable, "-m", WORKER, f"{function.__module__}:{function.__qualname__}", json.dumps(arguments)]


def cpu_of(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> float:
    """Measure the seconds of CPU, its own and the system's, that a command takes from start to end.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cpu(work: Callable[[], object]) -> float:
    """Measure the seconds of CPU of this process that the work takes.

    The garbage collector runs as it does in any program, but does not look at what was there before: what the
    benchmark itself has loaded is not to count.
    """
    gc.collect()
    gc.freeze()
    began = time.process_time()
    work()
    return time.process_time() - began


def peak_memory() -> float:
    """Return the most memory that this process has had, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # What the system reports of usage counts the process that started this one in.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def plain_environment(**extra: str) -> dict[str, str]:
    """Return the environment for commands.

    Without proxies, as all that they speak to is on this machine; and with compiled modules kept, as an installed
    package has them: else a checkout would be compiled at each start, and the peers would not.
    """
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**kept, **extra}
