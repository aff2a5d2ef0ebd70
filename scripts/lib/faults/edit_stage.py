"""A trial of changes of metadata or tags: which files there are, and what each had and was to get."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from attrs import define, field, frozen

from sbg_bulk.items import METADATA
from sbg_bulk.metadata.items import ACTIONS, MetadataItem, TagItem
from sbg_bulk.runs.rows import Row
from sbg_bulk.simulator import File, ManualClock, Simulator
from scripts.lib.faults.schedule import DAY, Other, RowPlan, Schedule, Source
from scripts.lib.faults.stage import FORBIDDEN, SOURCES, service

METADATA_BEFORE: Mapping[str, str] = {"kept": "k", "stale": "s", "sample": "old"}
TAGS_BEFORE: Sequence[str] = ("raw", "stale")


@frozen
class PlantedFile:
    """A row of the manifest, and what it names.

    Attributes:
        item: what the run is told.
        metadata: what the file is to have in the end.
        tags: what the file is to have in the end.
        plan: what was drawn.
    """

    item: MetadataItem | TagItem
    metadata: Mapping[str, str]
    tags: Sequence[str]
    plan: RowPlan

    def row(self, number: int) -> Row:
        """Return the row as a manifest's reader makes it."""
        return Row(number, self.item)


@define
class EditStage(httpx.BaseTransport):
    """A simulator as a schedule wants it, and the transport through which a run reaches it.

    Attributes:
        schedule: what was drawn.
        family: the type of the run.
        clock: the simulator's clock; the client's goes with it, but for the server's leaps.
        simulator: the service.
        rows: the manifest's rows.
        sent: how often each file was sent to be changed.
        broken: what the run sent although it must not have.
    """

    schedule: Schedule
    family: str
    clock: ManualClock
    simulator: Simulator
    rows: Sequence[PlantedFile] = ()
    sent: dict[str, int] = field(factory=dict)
    broken: list[str] = field(factory=list)
    _inner: httpx.BaseTransport = field(default=None)

    @classmethod
    def build(cls, schedule: Schedule, family: str) -> EditStage:
        """Set everything up; nothing has happened yet."""
        clock = ManualClock()
        stage = cls(schedule, family, clock, service(schedule, clock))
        stage._inner = stage.simulator.transport()
        stage._plant()
        return stage

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, and take note of what it asks for."""
        if request.method in ("POST", "PUT", "PATCH") and request.url.path.endswith("/edit"):
            asked = {row.item.file: row for row in self.rows}
            for item in json.loads(request.content)["items"]:
                if item["id"] not in asked:
                    self.broken.append(f"{item['id']} was to be changed, which no row asks for")
                self.sent[item["id"]] = self.sent.get(item["id"], 0) + 1
        return self._inner.handle_request(request)

    @property
    def posted(self) -> Sequence[object]:
        """The jobs: a change has none."""
        return ()

    def unheard(self) -> None:
        """Do nothing: no job comes of a change, that could be lost."""

    def submit(self, other: Other, number: int) -> None:
        """Do nothing: what others change in the same files meanwhile is lost, as far as it can only be replaced."""

    def settle_down(self) -> None:
        """Let everything come to its end."""
        self.simulator.advance(DAY)

    def file(self, place: int) -> File | None:
        """Return the file that a row names, if it is one."""
        node = self.simulator.world.nodes.get(self.rows[place].item.file)
        return node if isinstance(node, File) else None

    # What there is

    def _plant(self) -> None:
        rng = random.Random(f"edits {self.schedule.seed}")  # noqa: S311 - to be repeated
        self.rows = [self._row(place, plan, rng) for place, plan in enumerate(self.schedule.rows)]

    def _row(self, place: int, plan: RowPlan, rng: random.Random) -> PlantedFile:
        world = self.simulator.world
        project = world.projects[FORBIDDEN if plan.source is Source.FORBIDDEN else SOURCES]
        folder = world.add_folder(f"place {place}", project)
        if plan.source is Source.FOLDER:
            identity = world.add_folder(plan.name, folder).id
        else:
            file = world.add_file(plan.name, folder, metadata=dict(METADATA_BEFORE), tags=list(TAGS_BEFORE))
            identity = file.id
            if plan.source is Source.MISSING:
                world.delete(file)
        item: MetadataItem | TagItem
        metadata, tags = dict(METADATA_BEFORE), list(TAGS_BEFORE)
        if self.family == METADATA:
            values = {"sample": f"S{place}"} if rng.random() < 0.9 else {"sample": "old"}
            clear = ("stale",) if plan.nested else ()
            item = MetadataItem(identity, values, clear)
            metadata |= values
            for key in clear:
                del metadata[key]
        else:
            action, new = rng.choice(ACTIONS), rng.choice((("new",), ("stale",), ("new", "raw")))
            item = TagItem(identity, action, new)
            kept = {"add": tags, "remove": [tag for tag in tags if tag not in new], "set": []}[action]
            tags = list(dict.fromkeys((*kept, *(new if action != "remove" else ()))))
        return PlantedFile(item, metadata, tags, plan)


def described(file: File) -> tuple[dict[str, Any], list[str]]:
    """Return what a file has."""
    return dict(file.metadata), sorted(file.tags)
