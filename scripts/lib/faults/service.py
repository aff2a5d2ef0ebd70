"""A process of its own that is the service while runs are killed. Its first line of output says what is where."""

from __future__ import annotations

import json
import random
import sys
from typing import Any

from sbg_bulk.simulator import Simulator, Timing, Variant, serve
from scripts.lib.faults.drs_stage import HOST
from scripts.lib.faults.errands import name_of
from scripts.lib.faults.stage import DESTINATION, ELSEWHERE, SOURCES
from scripts.lib.faults.volume_stage import BUCKET

LIST_LAG = 0.15
"""Seconds after which a job shows in the list."""

SUBMITTING = ("submit_*", "bulk_start_*", "start_drs_import", "bulk_edit_files")

FAULTS = (
    f"kind=late_list seconds={LIST_LAG}",
    *(f"kind=cut_after op={op} probability=0.03" for op in SUBMITTING),
    "kind=cut_before op=* probability=0.01",
    *(f"kind=520 op={op} probability=0.02 after=true" for op in SUBMITTING),
    "kind=truncate op=* probability=0.01",
    "kind=503 op=* probability=0.01",
    *(f"kind=fail_item op={op} probability=0.02 item=2" for op in SUBMITTING[:-1]),
)


def main(rows: int, others: int, seed: int) -> None:
    """Serve so many files to work on, one in fifty of which is missing, and others for another program.

    There is an object on the volume, and one in the repository, for each of the files.
    """
    chance = random.Random(seed)  # noqa: S311 - to be repeated
    simulator = Simulator(
        rate_limit=None,
        timing=Timing(0.02, 0.02, 0.005),
        list_order=chance.choice(("newest", "oldest", "shuffled")),
        variant=Variant(drs_listed=chance.random() < 0.5, drs_pace=None, bulk_edit_erases=chance.random() < 0.5),
        faults=[f"{rule} seed={seed + number}" for number, rule in enumerate(FAULTS)],
    )
    world = simulator.world
    for project in (SOURCES, DESTINATION, ELSEWHERE):
        world.add_project(project)
    described: dict[str, Any] = {"metadata": {"kept": "k", "stale": "s"}, "tags": ["raw"]}
    source, elsewhere = world.projects[SOURCES], world.projects[ELSEWHERE]
    files = [world.add_file(name_of(place), source, size=2 * place, **described) for place in range(rows)]
    more = [world.add_file(f"other_{place:05}.bam", elsewhere, size=2 * place + 1) for place in range(others)]
    for file in files[::50]:
        world.delete(file)
    objects = world.volumes.add(BUCKET).objects
    for place in range(rows):
        if place % 50:
            objects.put(f"in/{name_of(place)}", 2 * place)
            world.repository.add(f"{HOST}/{place}", f"in_repository_{place}.bam", size=2 * place)
    for file in more:
        objects.put(f"others/{file.id}", file.size)
        world.repository.add(f"{HOST}/others/{file.id}", file.name, size=file.size)

    def ready(url: str) -> None:
        there = {"url": url, "files": [file.id for file in files], "others": [file.id for file in more]}
        print(json.dumps(there), flush=True)

    serve(simulator, on_ready=ready)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
