"""Runs of every kind: what there is before them, what their tasks are given, and what has to be there afterwards."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, Final

from sbg_bulk.simulator import File, Simulator
from sbg_bulk.simulator.world.moving import Export

EACH: Final = 20
"""Rows of each run."""

METADATA: Final = {"sample_id": "S-1"}
TAG: Final = "seen"
BUCKET: Final = "rfranklin/bucket"
TARGET: Final = "rfranklin/families"


class Families:
    """Files for a run of each kind, in a simulator.

    Args:
        simulator: it has a user rfranklin.
        folder: where manifests are written.
    """

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        self._simulator = simulator
        self._world = world = simulator.world
        source = world.add_project("rfranklin/of-each-kind")
        self._target = world.add_project(TARGET)
        self._copied = world.add_folder("COPY", self._target)
        self._volume = world.volumes.add(BUCKET, objects={f"in/{number}.bam": 1 for number in range(EACH)})
        for number in range(EACH):
            world.repository.add(f"drs://portal.example/{number}", f"of-portal-{number}.bam", size=1)
        self._files: dict[str, list[File]] = {}
        for kind in ("COPY", "MOVE", "DELETE", "EXPORT_COPY", "EXPORT_REPLACE", "METADATA", "TAGS"):
            place = world.add_folder(kind, source)
            self._files[kind] = [world.add_file(f"{kind}-{number}.bam", place, size=1) for number in range(EACH)]
        self._leaving = folder / "leaving.jsonl"
        self._leaving.write_text("".join(f"{json.dumps(row)}\n" for row in self._rows("EXPORT_COPY")))

    def _rows(self, kind: str) -> list[dict[str, Any]]:
        match kind:
            case "IMPORT":
                return [{"volume": BUCKET, "location": f"in/{number}.bam"} for number in range(EACH)]
            case "DRS_IMPORT":
                return [{"drs_uri": f"drs://portal.example/{number}"} for number in range(EACH)]
        told: dict[str, Any] = {"metadata": METADATA} if kind == "METADATA" else {}
        told |= {"action": "add", "tags": [TAG]} if kind == "TAGS" else {}
        exports = kind.startswith("EXPORT")
        return [
            {"file": file.id, **told, **({"location": f"{kind}/{number}.bam"} if exports else {})}
            for number, file in enumerate(self._files[kind])
        ]

    def configurations(self) -> dict[str, dict[str, Any]]:
        """Return the parameters of the DAG runs that do all of it, by the names of the DAGs."""
        to = dict.fromkeys(("MOVE", "IMPORT", "DRS_IMPORT"), TARGET) | {"EXPORT_REPLACE": BUCKET}
        kinds = ("MOVE", "DELETE", "EXPORT_REPLACE", "IMPORT", "DRS_IMPORT", "METADATA", "TAGS")
        runs = [{"job_type": kind, "source": self._rows(kind), "to": to.get(kind)} for kind in kinds]
        return {
            "trial_families": {"runs": runs},
            "sbg_bulk_leave_platform": {"manifest": str(self._leaving), "volume": BUCKET},
            "sbg_bulk_nightly": {"source": "rfranklin/of-each-kind/COPY", "to": f"{TARGET}/COPY"},
        }

    def wrong(self) -> list[str]:
        """Return the kinds of runs of which not each row was carried out once."""
        there = Counter(self._target.root.children)
        started = Counter(one.wanted.location for one in self._simulator.transfers.all())
        exported = {
            kind: [f"{kind}/{number}.bam" for number in range(EACH)] for kind in ("EXPORT_COPY", "EXPORT_REPLACE")
        }
        replaced = {one.wanted.file for one in self._simulator.transfers.all() if isinstance(one.wanted, Export)}
        holds = {
            "COPY": sorted(self._copied.children) == sorted(one.name for one in self._files["COPY"]),
            "MOVE": all(one.name in there for one in self._files["MOVE"]),
            "DELETE": not any(one.id in self._world.nodes for one in self._files["DELETE"]),
            "IMPORT": all(started[f"in/{number}.bam"] == 1 and f"{number}.bam" in there for number in range(EACH)),
            "DRS_IMPORT": all(f"of-portal-{number}.bam" in there for number in range(EACH)),
            "METADATA": all(one.metadata.items() >= METADATA.items() for one in self._files["METADATA"]),
            "TAGS": all(one.tags == [TAG] for one in self._files["TAGS"]),
            **{
                kind: all(started[key] == 1 for key in keys)
                and list(self._volume.objects.under(f"{kind}/")) == sorted(keys)
                for kind, keys in exported.items()
            },
            "nothing else": len(there) == 1 + 3 * EACH and len(replaced) == 2 * EACH,
        }
        return [kind for kind, held in holds.items() if not held]
