"""Other tools look for the same bugs: schemathesis as it comes, and the script that was before `sbg-bulk contract`.

Both are run over HTTP. A bug counts as found if a tool says of the server with the bug what it does not say of the
server without one: so its false alarms find nothing.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from tests.second.bugs import BUGS
from tests.second.bugs.proving import SEEDS, found_by, ground
from tests.second.server.app import application
from tests.second.server.transport import serving
from tests.second.service import SOURCE, TOKEN

ROOT: Final = Path(__file__).resolve().parents[3]
COMMAND: Final = Path(sys.executable).with_name("schemathesis")
SCRIPT: Final = "scripts/lib/contract/__main__.py"
EXAMPLES: Final = 3
"""Generated calls of schemathesis for each operation, beside its examples and its table of edge cases."""

LONGEST: Final = 3600
"""Seconds after which a tool that has not ended has found nothing."""

OURS: Final = "`sbg-bulk contract`"
STOCK: Final = "schemathesis"
BEFORE: Final = "the script before"

Look = Callable[[str, Path], frozenset[str]]
"""Checks a server at a URL, in an empty folder, and returns what it has to say against it."""


def schemathesis(url: str, folder: Path, *options: str) -> frozenset[str]:
    """Run schemathesis with its usual settings, but for the number of examples."""
    words = [str(COMMAND), "run", str(ROOT / "spec" / "openapi.yaml"), "--url", url, "--no-color", "--seed", "1"]
    words += ["-H", f"X-SBG-Auth-Token: {TOKEN}", "--max-examples", str(EXAMPLES), *options]
    found: set[str] = set()
    operation = ""
    for line in _output(words, folder, dict(os.environ)).splitlines():
        if header := re.fullmatch(r"_{3,} (.+?) _{3,}", line.strip()):
            operation = header[1]
        elif failure := re.fullmatch(r"- (.+)", line.strip()):
            found.add(f"{operation}: {failure[1]}")
    return frozenset(found)


def script_before(sources: Path, url: str, folder: Path) -> frozenset[str]:
    """Run the script that some sources have."""
    paths = os.pathsep.join(str(sources / one) for one in ("wrapper", "generated", "."))
    environment = {**os.environ, "PYTHONPATH": paths, "SB_API_ENDPOINT": url, "SB_AUTH_TOKEN": TOKEN}
    environment["HYPOTHESIS_STORAGE_DIRECTORY"] = str(folder)
    words = [sys.executable, "-m", "scripts.lib.contract", "--url", url, "--allow-writes", SOURCE]
    return frozenset(re.findall(r"^  BROKEN .*\[(.+)\]$", _output(words, sources, environment), re.MULTILINE))


def sources_before(target: Path) -> Path:
    """Write the last sources that had the script to a folder. Raises CalledProcessError without the history."""
    last = _git("log", "-1", "--format=%H", "--diff-filter=D", "--", SCRIPT).decode().strip()
    archive = _git("archive", f"{last}^", "scripts", "spec", "wrapper/sbg_bulk", "generated")
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extraction_filter = getattr(tarfile, "data_filter", None)  # from Python 3.11.4
        files.extractall(target)
    return target


def compared(names: Sequence[str], tell: Callable[[str], object] = lambda _: None) -> Mapping[str, list[str]]:
    """Have all tools look for some bugs. Returns which ones each has found.

    Args:
        names: the bugs.
        tell: is told of each bug which tools have found it, when they have.
    """
    found: dict[str, list[str]] = {OURS: [], STOCK: [], BEFORE: []}
    with tempfile.TemporaryDirectory(prefix="sbg-bulk-bugs-") as scratch:
        looks: dict[str, Look] = {
            STOCK: schemathesis,
            BEFORE: partial(script_before, sources_before(Path(scratch) / "sources")),
        }
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            # What they say by chance of the server without a bug, they may say of it at one time only.
            usual = {tool: [pool.submit(said, look, None) for _ in range(2)] for tool, look in looks.items()}
            sought = [
                (
                    name,
                    pool.submit(_found_by_us, name),
                    {tool: pool.submit(said, look, name) for tool, look in looks.items()},
                )
                for name in names
            ]
            expected = {tool: frozenset().union(*(one.result() for one in runs)) for tool, runs in usual.items()}
            for name, ours, theirs in sought:
                here = {OURS: ours.result(), **{tool: one.result() - expected[tool] for tool, one in theirs.items()}}
                for tool, findings in here.items():
                    found[tool] += [name] if findings else []
                tell(f"{name}: {', '.join(tool for tool, findings in here.items() if findings) or 'none'}")
    return found


def table_of(found: Mapping[str, Sequence[str]], names: Sequence[str]) -> str:
    """Return as a table how many bugs of each family each tool has found."""
    families = list(dict.fromkeys(BUGS[name].family for name in names))
    lines = ["| tool | all | " + " | ".join(families) + " |", "| --- " * (len(families) + 2) + "|"]
    for tool, caught in found.items():
        cells = [f"{len(caught)} of {len(names)}"]
        cells += [str(sum(BUGS[name].family == family for name in caught)) for family in families]
        lines.append(f"| {tool} | {' | '.join(cells)} |")
    return "\n".join(lines)


def said(look: Look, name: str | None) -> frozenset[str]:
    """Serve the server with a bug, or without one, and have a tool look at it."""
    service = ground(limit=10**6, step=0.05, pace=0.005)
    # There is nobody here who would have its own clock go on.
    service.world.clock = time.time
    served: Any = application(service.world) if name is None else BUGS[name].served(service)
    with serving(served) as host, tempfile.TemporaryDirectory(prefix="sbg-bulk-bugs-") as folder:
        return look(f"{host}/v2", Path(folder))


def _found_by_us(name: str) -> frozenset[str]:
    return found_by(BUGS[name], SEEDS[0])


def _output(words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            words, cwd=folder, env=environment, capture_output=True, text=True, timeout=LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout


def _git(*words: str) -> bytes:
    return subprocess.run(("git", *words), cwd=ROOT, check=True, capture_output=True).stdout
