"""A process of its own that is the service while runs are killed. Its first line of output says what is where."""

from __future__ import annotations

import json
import random
import sys

from sbg_bulk.simulator import Simulator, Timing, serve
from scripts.lib.faults.stage import DESTINATION, ELSEWHERE, SOURCES

LIST_LAG = 0.15
"""Seconds after which a job shows in the list."""

FAULTS = (
    f"kind=late_list seconds={LIST_LAG}",
    "kind=cut_after op=submit_* probability=0.03",
    "kind=cut_before op=* probability=0.01",
    "kind=520 op=submit_* probability=0.02 after=true",
    "kind=truncate op=* probability=0.01",
    "kind=503 op=* probability=0.01",
    "kind=fail_item op=submit_* probability=0.02 item=2",
)


def main(rows: int, others: int, seed: int) -> None:
    """Serve so many files to work on, one in fifty of which is missing, and others for another program."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated
    simulator = Simulator(
        rate_limit=None,
        timing=Timing(0.02, 0.02, 0.005),
        list_order=chance.choice(("newest", "oldest", "shuffled")),
        faults=[f"{rule} seed={seed + number}" for number, rule in enumerate(FAULTS)],
    )
    world = simulator.world
    for project in (SOURCES, DESTINATION, ELSEWHERE):
        world.add_project(project)
    files = [world.add_file(f"sample_{n:05}.bam", world.projects[SOURCES], size=2 * n) for n in range(rows)]
    more = [world.add_file(f"other_{n:05}.bam", world.projects[ELSEWHERE], size=2 * n + 1) for n in range(others)]
    for file in files[::50]:
        world.delete(file)

    def ready(url: str) -> None:
        there = {"url": url, "files": [file.id for file in files], "others": [file.id for file in more]}
        print(json.dumps(there), flush=True)

    serve(simulator, on_ready=ready)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
