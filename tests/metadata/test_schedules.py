"""Metadata, tags and imports by DRS through drawn faults and killed processes: what was asked for is there, once."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any, Final

import pytest

from sbg_bulk import InputError, RunReport, RunStopped
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.simulator import File, Variant
from tests.support.runs import TARGET, Killed, Service, interrupted

SCHEDULES: Final = 30

KINDS: Final = ("cut_before", "cut_after", "500", "502", "503", "html", "truncate", "429", "maintenance")
HOST: Final = "drs://portal.example"


def rules(drawn: random.Random) -> list[str]:
    """Up to four faults."""
    ops = ("*", "bulk_*", "start_drs_import", "get_drs_import", "bulk_edit_files")
    found = []
    for _ in range(drawn.randint(0, 4)):
        kind = drawn.choice(KINDS)
        after = " after=true" if kind in ("500", "502", "503", "html") and drawn.random() < 0.5 else ""
        found.append(f"kind={kind} op={drawn.choice(ops)} call={drawn.randint(1, 6)}{after}")
    return found


class World(Service):
    """Files to be changed, and objects to be imported."""

    def __init__(self, drawn: random.Random) -> None:
        variant = Variant(
            bulk_edit_erases=drawn.random() < 0.5,
            bulk_order=drawn.choice(["asked", "shuffled"]),
            drs_listed=drawn.random() < 0.5,
            result_order=drawn.choice(["items", "reversed", "shuffled"]),
        )
        super().__init__(7, faults=rules(drawn), variant=variant)
        for file in self.files:
            node = self.world.nodes[file]
            assert isinstance(node, File)
            node.metadata, node.tags = {"kept": "k", "stale": "s"}, ["raw"]
        for number in range(7):
            self.world.repository.add(f"{HOST}/{number}", f"x{number}", size=5)

    def run(self, kind: str, path: Path, driver: type[BlockingDriver]) -> RunReport:
        client = self.client(driver)
        if kind == "DRS_IMPORT":
            rows = "".join(f"{HOST}/{n},f{n}.bam,S{n}\n" for n in range(7))
            table = io.BytesIO(f"drs_uri,name,sample\n{rows}".encode())
            # What is imported twice is there twice.
            settings = {"conflict_resolution": "RENAME"}
            return client.run(kind, table, to=TARGET, settings=settings, items_per_job=3, journal=path)
        if kind == "TAGS":
            changes: dict[str, Any] = {"action": "add", "tags": ["new"]}
            table = io.BytesIO("\n".join(self.files).encode())
        else:
            rows = "".join(f"{file},S{n}\n" for n, file in enumerate(self.files))
            table, changes = io.BytesIO(f"id,sample\n{rows}".encode()), {"clear": ["stale"]}
        return client.run(kind, table, settings=changes, items_per_job=3, journal=path)

    def check(self, kind: str) -> None:
        """See that what was asked for is there, and all else as it was."""
        if kind == "DRS_IMPORT":
            there = {name: node.metadata for name, node in self.target.root.children.items() if isinstance(node, File)}
            assert there == {f"f{number}.bam": {"sample": f"S{number}"} for number in range(7)}
            return
        for number, file in enumerate(self.files):
            node = self.world.nodes[file]
            assert isinstance(node, File)
            if kind == "TAGS":
                assert (node.tags, node.metadata) == (["raw", "new"], {"kept": "k", "stale": "s"})
            else:
                assert (node.tags, node.metadata) == (["raw"], {"kept": "k", "sample": f"S{number}"})


@pytest.mark.parametrize("kind", ["METADATA", "TAGS", "DRS_IMPORT"])
@pytest.mark.parametrize("seed", range(SCHEDULES))
def test_what_was_asked_for_is_there_once_after_faults_and_kills(tmp_path: Path, kind: str, seed: int) -> None:
    drawn = random.Random(f"{kind} {seed}")
    world, path, resubmit = World(drawn), tmp_path / "a.sbg-run", False
    done: RunReport | None = None
    for attempt in range(12):
        driver = interrupted(drawn.randint(0, 60), drawn.random() < 0.5) if attempt < 3 else BlockingDriver
        try:
            if not path.exists() or not path.stat().st_size:
                path.unlink(missing_ok=True)
                done = world.run(kind, path, driver)
            else:
                done = world.client(driver).resume(path, resubmit=resubmit)
        except Killed:
            continue
        except RunStopped:
            # Nobody can know but who looks: none of the names is there, or all of them are.
            assert kind == "DRS_IMPORT"
            resubmit = True
            continue
        except InputError:
            path.unlink(missing_ok=True)  # it had not begun
            continue
        break
    assert done is not None
    assert done.succeeded
    world.check(kind)
