"""What the server knows: users, projects, files and folders, and jobs that make progress as its clock goes on."""

from __future__ import annotations

import hashlib
import math
import random
import string
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from attrs import define, field, frozen

from tests.second.server.moving import Moving
from tests.second.server.nodes import Node, Refusal
from tests.second.server.variant import Variant

JOB_EPOCH: Final = 1_483_228_800
"""2017-01-01, from which the time in a job's id counts."""

WINDOW: Final = 300.0


@define(eq=False)
class Project:
    """A project; its members may all do everything in it."""

    id: str
    name: str
    members: frozenset[str]
    root: Node
    made: float
    tags: list[str] = field(factory=list)


@frozen
class Edit:
    """What is to change in a file: what is None stays as it is.

    Attributes:
        file: the file's id.
        name: a new name.
        tags: all of its tags.
        metadata: new values by key; None removes a key.
        erases: whether tags and metadata that are not named are erased.
    """

    file: str
    name: str | None = None
    tags: list[str] | None = None
    metadata: Mapping[str, str | None] | None = None
    erases: bool = False


@frozen
class Item:
    file: str
    parent: str | None = None
    project: str | None = None
    name: str | None = None


@frozen(eq=False)
class Deed:
    """What a job did about an item.

    Attributes:
        made: the id of what it became or was; None if it failed.
        files: the ids of the files that were dealt with.
        error: why it failed.
    """

    item: Item
    made: str | None
    files: tuple[str, ...]
    error: Refusal | None


@define(eq=False)
class Job:
    """A job. Before its items come its first states, after them those that follow RUNNING."""

    id: str
    type: str
    owner: str
    items: Sequence[Item]
    made: float
    runs_from: float
    pace: float
    ends: float
    foreign: bool
    deeds: list[Deed] = field(factory=list)

    def due(self) -> float:
        """When the next item is dealt with."""
        done = len(self.deeds)
        return math.inf if done == len(self.items) else self.runs_from + (done + 1) * self.pace


@define
class Window:
    """The budget of requests of a token."""

    began: float
    used: int = 0


Entry = TypeVar("Entry", Job, Node, Project)


class World:
    """All of it.

    Args:
        variant: how it behaves where the contract leaves that open.
        clock: Unix seconds.
        limit: requests in a window of five minutes.
        step: seconds that a job is in each state but RUNNING.
        pace: seconds that it takes for each item.
    """

    def __init__(
        self,
        variant: Variant,
        clock: Callable[[], float],
        *,
        limit: int = 1000,
        step: float = 1.0,
        pace: float = 0.1,
    ) -> None:
        self.variant, self.clock = variant, clock
        self.limit, self._step, self._pace = limit, step, pace
        self.random = random.Random(11)
        self._made = 0
        self.began = clock()
        self.users: dict[str, str] = {}
        self.projects: dict[str, Project] = {}
        self.nodes: dict[str, Node] = {}
        self.jobs: dict[str, Job] = {}
        self.windows: dict[str, Window] = {}
        self.moving = Moving(self, step)

    # What is there from the start.

    def add_project(self, project_id: str, *members: str) -> Project:
        root = self._node("", project_id, None)
        name = project_id.partition("/")[2]
        made = Project(project_id, name, frozenset({project_id.partition("/")[0], *members}), root, self.clock())
        self.projects[project_id] = made
        return made

    def add_folder(self, name: str, parent: Node) -> Node:
        return self._node(name, parent.project, parent)

    def add_file(self, name: str, parent: Node, size: int = 1) -> Node:
        return self._node(name, parent.project, parent, size)

    # What is asked for.

    def project(self, project_id: str, user: str) -> Project:
        if project_id.count("/") != 1 or not all(project_id.split("/")):
            raise Refusal(400, 3012, f"{project_id!r} is not owner/project")
        found = self.projects.get(project_id)
        if found is None:
            raise Refusal(404, 3002, "no such project")
        if user not in found.members:
            raise Refusal(403, 3001, "no access to the project")
        return found

    def node(self, node_id: str, user: str) -> Node:
        found = self.nodes.get(node_id)
        if found is None:
            raise Refusal(404, 5002, "no such file")
        if user not in self.projects[found.project].members:
            raise Refusal(403, 5001, "no access to the file")
        return found

    def folder(self, node_id: str, user: str) -> Node:
        found = self.node(node_id, user)
        if not found.is_folder:
            raise Refusal(400, 5022, f"{found.name} is not a folder")
        return found

    def ordered(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return the entries, given in the order in which they were made, in the order of lists."""
        match self.variant.list_order:
            case "newest":
                return list(reversed(entries))
            case "oldest":
                return list(entries)
            case "by id":
                return sorted(entries, key=lambda one: one.id)
            case "shuffled":
                return sorted(entries, key=lambda one: hashlib.sha256(one.id.encode()).digest())

    def listed_jobs(self, user: str) -> list[Job]:
        until = self.clock() - self.variant.listed_late
        return [one for one in self.jobs.values() if one.owner == user and one.made <= until]

    def job(self, job_id: str, job_type: str, user: str) -> Job:
        found = self.jobs.get(job_id)
        if found is None or found.owner != user or found.type != job_type:
            raise Refusal(404, 10211, "no such job")
        return found

    def ended(self, job: Job) -> bool:
        return self.clock() >= job.ends

    def state(self, job: Job) -> str:
        now, states = self.clock(), self.variant.states
        run = states.index("RUNNING")
        if self.ended(job):
            return self.variant.failed_state if any(one.error for one in job.deeds) else "FINISHED"
        if now < job.runs_from:
            return states[min(int((now - job.made) / self._step), run - 1)]
        if len(job.deeds) < len(job.items) or run == len(states) - 1:
            return "RUNNING"
        return states[-1]

    def submit(self, user: str, job_type: str, items: Sequence[Item], *, foreign: bool = False) -> Job:
        now, run = self.clock(), self.variant.states.index("RUNNING")
        begins = now + run * self._step
        ends = begins + len(items) * self._pace + (len(self.variant.states) - 1 - run) * self._step
        job = Job(self._job_id(), job_type, user, items, now, begins, self._pace, ends, foreign)
        self.jobs[job.id] = job
        return job

    def new_folder(self, name: str, parent: Node) -> Node:
        if any(one.name == name for one in parent.children):
            raise Refusal(409, 5003, f"{name} exists already")
        return self.add_folder(name, parent)

    def edit(self, edit: Edit, user: str) -> Node:
        found = self.node(edit.file, user)
        if found.is_folder:
            raise Refusal(400, 5023, f"{found.name} is a folder")
        assert found.parent is not None
        if edit.name and any(one.name == edit.name for one in found.parent.children if one is not found):
            raise Refusal(409, 5003, f"{edit.name} exists already")
        metadata = edit.metadata or {}
        if any(len(key.encode()) > 100 or len((value or "").encode()) > 300 for key, value in metadata.items()):
            raise Refusal(400, 5006, "metadata is too long")
        found.name = edit.name or found.name
        tags, before = ([], {}) if edit.erases else (found.tags, found.metadata)
        found.tags = tags if edit.tags is None else edit.tags
        found.metadata = {key: value for key, value in {**before, **metadata}.items() if value is not None}
        found.changed = self.clock()
        return found

    def delete(self, edit: Edit, user: str) -> Node:
        found = self.node(edit.file, user)
        if found.parent is None:
            raise Refusal(403, 5001, "that is a project's root")
        if found.children or (found.is_folder and not self.variant.bulk_deletes_folders):
            raise Refusal(400, 5021, f"{found.name} is not empty")
        self.remove(found)
        return found

    def spend(self, token: str, requests: int = 1) -> bool:
        """Take requests from a token's budget, if they are there."""
        window = self.window(token)
        if window.used + requests > self.limit:
            return False
        window.used += requests
        return True

    def window(self, token: str) -> Window:
        now = self.clock()
        found = self.windows.setdefault(token, Window(now))
        if now >= found.began + WINDOW:
            found.began += (now - found.began) // WINDOW * WINDOW
            found.used = 0
        return found

    def maintained(self) -> bool:
        """Return whether there is maintenance just now; there is none at the start."""
        if self.variant.maintenance is None:
            return False
        every, lasts = self.variant.maintenance
        return (self.clock() - self.began) % every >= every - lasts

    def go_on(self) -> None:
        """Do what the jobs have done by now, in the order in which it fell due."""
        now = self.clock()
        self.moving.go_on()
        while True:
            job = min(self.jobs.values(), key=Job.due, default=None)
            if job is None or job.due() > now:
                return
            when, item = job.due(), job.items[len(job.deeds)]
            job.deeds.append(self._do(job, item, when))

    # How it is done.

    def _do(self, job: Job, item: Item, when: float) -> Deed:
        try:
            source = self.node(item.file, job.owner)
            if source.parent is None:
                raise Refusal(403, {"COPY": 5014, "MOVE": 5032, "DELETE": 10226}[job.type], "that is a project's root")
            if job.type == "DELETE":
                files = tuple(one.id for one in source.files())
                self.remove(source)
                return Deed(item, source.id, files, None)
            target = self._target(item, job.owner)
            if target.is_within(source):
                raise Refusal(400, 10229, "a folder does not go into itself")
            name = item.name or source.name
            act = self._copy if job.type == "COPY" else self._move
            made = act(source, target, name, when)
            return Deed(item, made.id, tuple(one.id for one in made.files()), None)
        except Refusal as refusal:
            return Deed(item, None, (), refusal)

    def _target(self, item: Item, user: str) -> Node:
        if item.project is not None:
            return self.project(item.project, user).root
        if item.parent not in self.nodes:
            raise Refusal(404, 5026, "no such destination")
        return self.folder(item.parent, user)

    def _copy(self, source: Node, target: Node, name: str, when: float) -> Node:
        if any(one.name == name for one in target.children):
            if self.variant.copy_clash == "fail":
                raise Refusal(409, 5003, f"{name} exists already")
            name = self.free(name, target) if self.variant.copy_clash == "rename" else name
        children = list(source.children)
        made = self._node(name, target.project, target, source.size, when)
        made.tags, made.metadata, made.task = list(source.tags), dict(source.metadata), source.task
        made.alias = source.alias
        for child in children:
            self._copy(child, made, child.name, when)
        return made

    def _move(self, source: Node, target: Node, name: str, when: float) -> Node:
        others = [one for one in target.children if one is not source]
        there = next((one for one in others if one.name == name and one.is_folder), None)
        if not source.is_folder:
            assert source.parent is not None
            source.parent.children.remove(source)
            source.name = self.free(name, target)
            source.parent, source.project, source.changed = target, target.project, when
            target.children.append(source)
            return source
        made = there or self._node(self.free(name, target, besides=source), target.project, target, None, when)
        for child in list(source.children):
            self._move(child, made, child.name, when)
        self.remove(source)
        return made

    def free(self, name: str, target: Node, besides: Node | None = None) -> str:
        taken = {one.name for one in target.children if one is not besides}
        if self.variant.numbering == "again":
            while name in taken:
                name = f"1_{name}"
            return name
        return next(one for one in (name, *(f"{n}_{name}" for n in range(1, len(taken) + 2))) if one not in taken)

    def remove(self, node: Node) -> None:
        for child in list(node.children):
            self.remove(child)
        assert node.parent is not None
        node.parent.children.remove(node)
        del self.nodes[node.id]

    def _node(
        self, name: str, project: str, parent: Node | None, size: int | None = None, when: float | None = None
    ) -> Node:
        self._made += 1
        made = self.clock() if when is None else when
        identity = f"{int(made):08x}{self._made:016x}"
        node = Node(identity, name, project, parent, made, made, size)
        self.nodes[identity] = node
        if parent is not None:
            parent.children.append(node)
        return node

    def _job_id(self) -> str:
        count = len(self.jobs)
        match self.variant.job_ids:
            case "time":
                return str((int((self.clock() - JOB_EPOCH) * 1000) << 20) + count)
            case "counted":
                return str(70_711_174_378_885_120 + 4096 * count)
            case "random":
                return str(self.random.randrange(10**17, 10**18))
            case "letters":
                return "".join(self.random.choices(string.ascii_letters, k=22))


def result_of(job: Job, variant: Variant) -> list[tuple[str | None, Refusal | None]]:
    """Return the entries of a finished job's result: an id, or an error."""
    deeds = list(job.deeds)
    match variant.result_order:
        case "reversed":
            deeds.reverse()
        case "shuffled":
            random.Random(job.id).shuffle(deeds)
        case _:
            pass
    found: list[tuple[str | None, Refusal | None]] = []
    for deed in deeds:
        if deed.error is not None:
            if variant.result_entries != "done":
                found.append((None, deed.error))
        elif variant.result_entries == "files":
            found += [(one, None) for one in deed.files]
        elif variant.result_entries != "failed":
            found.append((deed.made, None))
    return found


def counts_of(job: Job, variant: Variant, nodes: dict[str, Node]) -> tuple[int, int, int]:
    """Return how many things a job deals with, as far as that is known, and how many of them are done and failed."""
    failed = sum(deed.error is not None for deed in job.deeds)
    done = len(job.deeds) - failed
    if variant.counts_of == "items":
        return len(job.items), done, failed
    done = sum(len(deed.files) for deed in job.deeds)
    to_come = [nodes[item.file] for item in job.items[len(job.deeds) :] if item.file in nodes]
    return done + failed + sum(len(list(node.files())) for node in to_come), done, failed
