"""The action of a job on one item, and the reasons to refuse it.

The rules are those of the documentation. Where it is silent, this service decides:

- a project's root folder can be neither copied (documented), moved nor deleted;
- moving to where a thing already is succeeds and renames nothing, though a folder still gets a new id;
- the first reason for a refusal counts, and the source is looked at before the destination.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

from attrs import frozen

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.world.tree import (
    NOTHING,
    Folder,
    Node,
    Permissions,
    Project,
    User,
    World,
    is_within,
    project_of,
)


class JobType(StrEnum):
    """The types of jobs, by what they do with their items."""

    COPY = "COPY"
    MOVE = "MOVE"
    DELETE = "DELETE"


@frozen
class Item:
    """One item of a submission: a source and, unless it is to be deleted, where it goes.

    Exactly one of `parent` and `project` is given then. Without a `name` the source keeps its own.
    """

    file: str
    parent: str | None = None
    project: str | None = None
    name: str | None = None


def permissions(user: User, project: Project) -> Permissions:
    """Return the user's permissions in the project; none for those who are no members."""
    return project.members.get(user.username, NOTHING)


def perform(world: World, user: User, job_type: JobType, item: Item, at: float) -> str:
    """Do with the item what a job of that type does, as that user, at that time (Unix seconds).

    Returns the id of what the item became, or was. Raises ApiError if the item is refused; nothing has
    changed then.
    """
    return _ACTIONS[job_type](world, user, item, at)


def copy(world: World, user: User, item: Item, at: float) -> str:
    source = _source(world, user, item)
    if not permissions(user, project_of(source)).copy:
        raise ApiError(5014, f"You may not copy from {project_of(source).id}.")
    if source.parent is None:
        raise ApiError(5014, "A project's root folder cannot be copied.")
    destination = destination_of(world, user, item)
    _refuse_within(source, destination, "copied")
    return world.copy(source, destination, item.name or source.name, at).id


def move(world: World, user: User, item: Item, at: float) -> str:  # noqa: ARG001 - a move leaves all dates alone
    source = _source(world, user, item)
    if not permissions(user, project_of(source)).write:
        raise ApiError(5032, f"You may not move files out of {project_of(source).id}.")
    if source.parent is None:
        raise ApiError(5032, "A project's root folder cannot be moved.")
    destination = destination_of(world, user, item)
    _refuse_within(source, destination, "moved")
    return world.move(source, destination, item.name or source.name).id


def delete(world: World, user: User, item: Item, at: float) -> str:  # noqa: ARG001
    source = _source(world, user, item)
    if not permissions(user, project_of(source)).write:
        raise ApiError(5001, f"You may not delete files in {project_of(source).id}.")
    if source.parent is None:
        raise ApiError(5001, "A project's root folder cannot be deleted.")
    world.delete(source)
    return source.id


_ACTIONS: Mapping[JobType, Callable[[World, User, Item, float], str]] = MappingProxyType(
    {JobType.COPY: copy, JobType.MOVE: move, JobType.DELETE: delete}
)


def _source(world: World, user: User, item: Item) -> Node:
    source = world.nodes.get(item.file)
    if source is None:
        raise ApiError(10225, f"There is no file or folder {item.file}.")
    if not permissions(user, project_of(source)).read:
        raise ApiError(10226, f"You have no access to {item.file}.")
    return source


def destination_of(world: World, user: User, item: Item) -> Folder:
    """Return the folder that an item goes to. Raises ApiError if there is none, or the user may not write there."""
    if item.project is not None:
        project = world.projects.get(item.project)
        if project is None:
            raise ApiError(3002, f"There is no project {item.project}.")
        destination: Node = project.root
    else:
        found = world.nodes.get(item.parent or "")
        if found is None:
            raise ApiError(10228, f"There is no folder {item.parent} to put it in.")
        destination = found
        project = project_of(found)
    if not permissions(user, project).write:
        raise ApiError(3001, f"You may not write to {project.id}.")
    if not isinstance(destination, Folder):
        raise ApiError(10227, f"{item.parent} is a file, not a folder.")
    return destination


def _refuse_within(source: Node, destination: Folder, done: str) -> None:
    if isinstance(source, Folder) and is_within(destination, source):
        raise ApiError(10229, f"{source.name} cannot be {done} into itself.")
