"""The time that commands take to start, and imports."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from sbg_bulk.simulator import Simulator, running
from sbg_bulk.simulator.seeds import TOKEN
from scripts.lib.bench.measure import cpu_of, interleaved, plain_environment
from scripts.lib.bench.table import Claim, Row

FLOOR: Final = "python -c pass"
IMPORTS: Final = ("import sbg_bulk", "from sbg_bulk import Client", "import httpx")


class NotInstalledError(Exception):
    """A peer is not there to be measured."""


def rows_of_start(repetitions: int = 11) -> list[Row]:
    """Measure starting commands, and importing the package.

    Raises:
        NotInstalledError: a command of a peer is not in this environment.
    """
    # A process that was never asked for compiled modules would make them while the first is measured.
    commands: dict[str, Sequence[str | Path]] = {
        "sbg-bulk --help": (command("sbg-bulk"), "--help"),
        "sbg-bulk jobs list": (command("sbg-bulk"), "jobs", "list"),
        "sbpack --help": (command("sbpack"), "--help"),
        "globus --help": (command("globus"), "--help"),
        FLOOR: (sys.executable, "-c", "pass"),
        **{statement: (sys.executable, "-c", statement) for statement in IMPORTS},
    }
    with running(Simulator(seed="examples")) as url:
        environment = plain_environment(SB_API_ENDPOINT=url, SB_AUTH_TOKEN=TOKEN)

        def measured(words: Sequence[str | Path]) -> Callable[[], float]:
            return lambda: cpu_of(words, environment) * 1000

        subjects = {name: measured(words) for name, words in commands.items()}
        for measure in subjects.values():
            measure()  # to be warm
        found = interleaved(subjects, repetitions)
    peers = {name: found[name] for name in ("sbpack --help", "globus --help")}
    floor = {FLOOR: found[FLOOR]}
    ours, listed, httpx = found["sbg-bulk --help"], found["sbg-bulk jobs list"], found["import httpx"]
    rows = [
        Row(
            "start-help",
            "start of `sbg-bulk --help`",
            "ms of CPU",
            ours,
            peers,
            floor,
            (Claim("ours / sbpack", ours / peers["sbpack --help"], 0.55),),
        ),
        Row(
            "start-list",
            "start of `sbg-bulk jobs list`, with its answer",
            "ms of CPU",
            listed,
            {**peers, "import httpx": httpx},
            floor,
            (Claim("ours / import httpx", listed / httpx, 1.8),),
            # By `python -X importtime`.
            "On top of httpx: its own client with the certificates and h11, attrs, the models of the contract.",
        ),
    ]
    return rows + [
        Row(
            f"start-import-{name}",
            f"`{statement}`",
            "ms of CPU",
            found[statement],
            {"import httpx": httpx},
            floor,
            (Claim("ours / import httpx", found[statement] / httpx, bound),),
            note,
        )
        for name, statement, bound, note in (
            ("package", IMPORTS[0], 1.1, "Modules are loaded when a name of theirs is first used."),
            # By `python -X importtime`.
            ("client", IMPORTS[1], 1.35, "On top of httpx: attrs, the settings and the steps of requests."),
        )
    ]


def command(name: str) -> Path:
    """Return the path of a command of this environment.

    Raises:
        NotInstalledError: there is none.
    """
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        raise NotInstalledError(f"{name} is not installed in {sys.prefix}: run this by scripts/bench")
    return Path(found)
