"""Volumes, imports from them, exports to them, and imports by DRS: each import and export is a job for one thing."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field, frozen

from tests.second.server.nodes import Node, Refusal

if TYPE_CHECKING:
    from tests.second.server.world import World

LETTERS: Final = string.ascii_letters + string.digits


@define(eq=False)
class Volume:
    """A bucket of a user's; its objects are sizes by key."""

    id: str
    writable: bool
    made: float
    objects: dict[str, int]

    @property
    def owner(self) -> str:
        return self.id.partition("/")[0]


@frozen
class Start:
    """What is to be started: an import, or an export if it has a file.

    Attributes:
        source: the source, as it was sent.
        destination: the destination, as it was sent.
        volume: the volume that it is about.
        location: the key on it.
        folder: where an import goes.
        file: what is exported.
        flags: `overwrite`, `autorename` and `preserve_folder_structure`, as they were sent.
        copy_only: whether an exported file stays the platform's.
    """

    source: Mapping[str, Any]
    destination: Mapping[str, Any]
    volume: Volume
    location: str
    folder: Node | None
    file: Node | None
    flags: Mapping[str, bool]
    copy_only: bool = True

    @property
    def is_export(self) -> bool:
        return self.file is not None

    @property
    def name(self) -> str:
        """The name that an import gets."""
        return str(self.destination.get("name") or self.location.rstrip("/").rpartition("/")[2])


@define(eq=False)
class Transfer:
    """An import or an export. It is PENDING, then RUNNING, and has ended when something came of it."""

    id: str
    owner: str
    start: Start
    made: float
    runs_from: float
    ends: float
    came: Node | Refusal | None = None


@frozen
class Wish:
    """An object to import by DRS, and where it goes."""

    uri: str
    folder: Node
    name: str | None
    metadata: Mapping[str, str]


@define(eq=False)
class Fetching:
    """An import by DRS."""

    id: str
    owner: str
    wishes: Sequence[Wish]
    conflicts: str
    tags: list[str]
    made: float
    ends: float
    came: list[Node | Refusal] = field(factory=list)
    done: bool = False


class Moving:
    """All of it.

    Args:
        world: where the files are.
        step: seconds that a job is in each state.
    """

    def __init__(self, world: World, step: float) -> None:
        self._world, self._step = world, step
        self.volumes: dict[str, Volume] = {}
        self.transfers: dict[str, Transfer] = {}
        self.fetchings: dict[str, Fetching] = {}
        self.repository: dict[str, tuple[str, int]] = {}

    # What is there from the start.

    def add_volume(self, volume_id: str, objects: Mapping[str, int], *, writable: bool = True) -> Volume:
        made = Volume(volume_id, writable, self._world.clock(), dict(objects))
        self.volumes[volume_id] = made
        return made

    # What is asked for.

    def volume(self, volume_id: str, user: str) -> Volume:
        found = self.volumes.get(volume_id)
        if found is None:
            raise Refusal(404, 9007, "no such volume")
        if found.owner != user:
            raise Refusal(403, 9020, "no access to the volume")
        return found

    def entries(self, volume: Volume, prefix: str) -> list[str]:
        """Return what a list shows: keys, and what several begin with up to the next slash."""
        found: dict[str, None] = {}
        for key in sorted(volume.objects):
            if key.startswith(prefix):
                slash = key.find("/", len(prefix))
                found[key if slash < 0 else key[: slash + 1]] = None
        return list(found)

    def listed(self, user: str, exports: bool, volume: str | None, project: str | None, states: Sequence[str]) -> Any:
        until = self._world.clock() - self._world.variant.listed_late
        return [
            one
            for one in self.transfers.values()
            if one.owner == user
            and one.made <= until
            and one.start.is_export == exports
            and volume in (None, one.start.volume.id)
            and (project is None or (one.start.folder is not None and one.start.folder.project == project))
            and (not states or self.state(one) in states)
        ]

    def transfer(self, transfer_id: str, user: str, exports: bool) -> Transfer:
        found = self.transfers.get(transfer_id)
        if found is None or found.owner != user or found.start.is_export != exports:
            raise Refusal(404, 9008, "no such job")
        return found

    def fetching(self, fetching_id: str, user: str) -> Fetching:
        found = self.fetchings.get(fetching_id)
        if found is None or found.owner != user:
            raise Refusal(404, 10211, "no such job")
        return found

    def state(self, transfer: Transfer) -> str:
        if transfer.came is not None:
            return "FAILED" if isinstance(transfer.came, Refusal) else "COMPLETED"
        return "PENDING" if self._world.clock() < transfer.runs_from else "RUNNING"

    def stage(self, fetching: Fetching) -> str:
        """Return the state of an import by DRS."""
        if fetching.done:
            return "FINISHED"
        gone = (self._world.clock() - fetching.made) / (self._step or 1.0)
        return ("SUBMITTED", "RESOLVING", "RUNNING")[min(2, int(gone))]

    # What is done.

    def start(self, user: str, start: Start) -> Transfer:
        now = self._world.clock()
        made = Transfer(self._id(), user, start, now, now + self._step, now + 2 * self._step)
        self.transfers[made.id] = made
        return made

    def fetch(self, user: str, wishes: Sequence[Wish], conflicts: str, tags: list[str]) -> Fetching:
        now = self._world.clock()
        made = Fetching(str(154_608_246_075_330_560 + len(self.fetchings)), user, wishes, conflicts, tags, now, now)
        made.ends = now + 3 * self._step
        self.fetchings[made.id] = made
        return made

    def go_on(self) -> None:
        """Do what has fallen due by now."""
        now = self._world.clock()
        for transfer in self.transfers.values():
            if transfer.came is None and transfer.ends <= now:
                try:
                    transfer.came = self.carry_out(transfer)
                except Refusal as refusal:
                    transfer.came = refusal
        for fetching in self.fetchings.values():
            if not fetching.done and fetching.ends <= now:
                fetching.came = [one for wish in fetching.wishes for one in self._fetched(fetching, wish)]
                fetching.done = True

    # How it is done.

    def carry_out(self, transfer: Transfer) -> Node:
        start = transfer.start
        if start.file is not None:
            return self.write(start, start.file)
        if start.location.endswith("/"):
            return self.bring_folder(start, transfer.ends)
        if start.location not in start.volume.objects:
            raise Refusal(404, 9105, "no such object")
        return self.bring(start, start.name, self._folder(start), start.location, transfer.ends)

    def _folder(self, start: Start) -> Node:
        if start.folder is None or start.folder.id not in self._world.nodes:
            raise Refusal(404, 9109, "the destination is gone")
        return start.folder

    def write(self, start: Start, file: Node) -> Node:
        """Write a file to a volume."""
        if file.id not in self._world.nodes:
            raise Refusal(404, 9106, "the file is gone")
        if file.alias is not None:
            raise Refusal(404, 9109, "the file is an alias by now")
        if start.location in start.volume.objects and not start.flags.get("overwrite"):
            raise Refusal(409, 9107, "the volume has that already")
        start.volume.objects[start.location] = file.size or 0
        if not start.copy_only and self._world.variant.alias_ids == "new":
            assert file.parent is not None
            made = self._world.add_file(file.name, file.parent, file.size or 0)
            made.tags, made.metadata, made.task = file.tags, file.metadata, file.task
            self._world.remove(file)
            file = made
        if not start.copy_only:
            file.alias = (start.volume.id, start.location)
        return file

    def bring(self, start: Start, name: str, folder: Node, key: str, when: float) -> Node:
        """Make an alias of an object."""
        there = next((one for one in folder.children if one.name == name), None)
        if there is not None and start.flags.get("overwrite") and not there.is_folder:
            self._world.remove(there)
        elif there is not None:
            name = self._renamed(start, name, folder)
        made = self._world.add_file(name, folder, start.volume.objects[key])
        made.alias, made.made, made.changed = (start.volume.id, key), when, when
        return made

    def bring_folder(self, start: Start, when: float) -> Node:
        keys = [key for key in sorted(start.volume.objects) if key.startswith(start.location)]
        if not keys:
            raise Refusal(404, 9105, "no such folder")
        folder = self._folder(start)
        name = start.name
        if any(one.name == name for one in folder.children):
            name = self._renamed(start, name, folder)
        made = self._world.add_folder(name, folder)
        for key in keys:
            *above, last = key.removeprefix(start.location).split("/")
            place = made
            for part in above if start.flags.get("preserve_folder_structure", True) else ():
                there = next((one for one in place.children if one.name == part and one.is_folder), None)
                place = there or self._world.add_folder(part, place)
            self.bring(start, last, place, key, when)
        return made

    def _renamed(self, start: Start, name: str, folder: Node) -> str:
        if not start.flags.get("autorename"):
            raise Refusal(409, 9108, f"{name} exists already")
        taken = {one.name for one in folder.children}
        return next(one for one in (f"_{n}_{name}" for n in range(1, len(taken) + 2)) if one not in taken)

    def _fetched(self, fetching: Fetching, wish: Wish) -> Iterator[Node | Refusal]:
        try:
            found = self.bring_object(fetching, wish)
        except Refusal as refusal:
            yield refusal
        else:
            if found is not None:
                yield found

    def bring_object(self, fetching: Fetching, wish: Wish) -> Node | None:
        """Make a file of an object of a repository. Return what its entry names, None if it has none."""
        if wish.uri not in self.repository:
            raise Refusal(404, 10212, "no such object")
        name, size = self.repository[wish.uri]
        name = wish.name or name
        there = next((one for one in wish.folder.children if one.name == name), None)
        if there is not None:
            match fetching.conflicts:
                case "SKIP" if self._world.variant.drs_skipped == "error":
                    raise Refusal(409, 5003, f"{name} exists already")
                case "SKIP":
                    return there if self._world.variant.drs_skipped == "existing" else None
                case "OVERWRITE":
                    self._world.remove(there)
                case _:
                    name = self._world.free(name, wish.folder)
        made = self._world.add_file(name, wish.folder, size)
        made.tags, made.metadata = list(fetching.tags), dict(wish.metadata)
        made.made = made.changed = fetching.ends
        return made

    def _id(self) -> str:
        return "".join(self._world.random.choices(LETTERS, k=32))
