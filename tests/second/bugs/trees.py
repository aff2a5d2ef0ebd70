"""Bugs of what jobs do to trees: at a depth, in a merge, beside another item, or with what has the same name."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from tests.contract.wire import Asked, Told
from tests.second.bugs.jobs import JOBS
from tests.second.bugs.planting import error, replacing, standing
from tests.second.bugs.reading import FILES, LIMITS
from tests.second.server.nodes import Node
from tests.second.service import Service


@FILES.breaking("delete-effects")
def deleted_folders_are_empty(service: Service) -> Any:
    """The list of a deleted folder is empty."""
    gone: set[str] = set()

    def remove(original: Any, node: Node) -> None:
        gone.add(node.id)
        original(node)

    def told(asked: Asked, answer: Told) -> None:
        if answer.status == 404 and asked.path == "/files" and asked.get("parent") in gone:
            answer.status, answer.body = 200, {"href": "", "items": [], "links": []}
            answer.headers["x-total-matching-query"] = "0"

    replacing(service.world, "remove", remove)
    return standing(service, told=told)


@JOBS.breaking("move-effects")
def moved_files_lose_tags(service: Service) -> None:
    """A moved file has no tags."""

    def move(original: Any, source: Node, target: Node, name: str, when: float) -> Node:
        if not source.is_folder:
            source.tags = []
        moved: Node = original(source, target, name, when)
        return moved

    replacing(service.world, "_move", move)


@JOBS.breaking("move-effects")
def what_is_deep_is_lost_in_moves(service: Service) -> None:
    """A move loses the files that are two folders below what is moved."""

    def move(original: Any, source: Node, target: Node, name: str, when: float) -> Node:
        if source.is_folder and source.name == "f":
            for child in source.children:
                for deeper in child.children:
                    deeper.children.clear()
        moved: Node = original(source, target, name, when)
        return moved

    replacing(service.world, "_move", move)


@JOBS.breaking("move-merges")
def empty_folders_are_lost_in_merges(service: Service) -> None:
    """A merge loses the folders that are empty."""

    def move(original: Any, source: Node, target: Node, name: str, when: float) -> Node:
        if source.is_folder and any(one.name == source.name for one in target.children):
            for child in [one for one in source.children if one.is_folder and not one.children]:
                service.world.remove(child)
        moved: Node = original(source, target, name, when)
        return moved

    replacing(service.world, "_move", move)


@JOBS.breaking("move-merges")
def second_clashes_are_lost(service: Service) -> None:
    """Where the name with a prefix is taken too, the file that has it is replaced."""

    def free(_: Any, name: str, target: Node, besides: Node | None = None) -> str:
        taken = {one.name for one in target.children if one is not besides}
        if name not in taken:
            return name
        for one in [one for one in target.children if one.name == f"1_{name}"]:
            service.world.remove(one)
        return f"1_{name}"

    replacing(service.world, "free", free)


@JOBS.breaking("delete-effects")
def files_beside_folders_are_not_deleted(service: Service) -> None:
    """In a deletion of several items only the first file is deleted."""

    def do(original: Any, job: Any, item: Any, when: float) -> Any:
        node = service.world.nodes.get(item.file)
        if job.type == "DELETE" and node is not None and not node.is_folder and item is not job.items[0]:
            return original(evolve(job, type="COPY"), evolve(item, parent="none"), when)
        return original(job, item, when)

    replacing(service.world, "_do", do)


@JOBS.breaking("untouched", "items-done")
def files_of_the_same_name_are_deleted(service: Service) -> None:
    """With a file, those of its name are deleted in other folders too."""

    def do(original: Any, job: Any, item: Any, when: float) -> Any:
        node = service.world.nodes.get(item.file)
        deed = original(job, item, when)
        if job.type == "DELETE" and node is not None and not node.is_folder:
            for other in [one for one in service.world.nodes.values() if one.name == node.name and not one.is_folder]:
                service.world.remove(other)
        return deed

    replacing(service.world, "_do", do)


@JOBS.breaking("untouched")
def emptied_folders_are_deleted(service: Service) -> None:
    """A folder is deleted with the last file in it."""

    def do(original: Any, job: Any, item: Any, when: float) -> Any:
        node = service.world.nodes.get(item.file)
        above = None if node is None or node.is_folder else node.parent
        deed = original(job, item, when)
        if job.type == "DELETE" and above is not None and above.parent is not None and not above.children:
            service.world.remove(above)
        return deed

    replacing(service.world, "_do", do)


@JOBS.asking("folder-made")
def folders_have_short_names(asked: Asked) -> Told | None:
    """A folder's name of more than 128 characters is refused."""
    name = asked.json.get("name") if asked.path == "/files" and isinstance(asked.json, dict) else ""
    return error(400, 10236) if isinstance(name, str) and 128 < len(name) <= 255 else None


@LIMITS.asking("methods")
def lists_of_jobs_are_posted(asked: Asked) -> None:
    """POST on the list of jobs returns the list."""
    if asked.path == "/async/files" and asked.method == "POST":
        asked.method = "GET"
