"""What is done to one file at once, without a job, and what it is refused for.

The rules are those of the documentation. Where it is silent, this service decides: folders are not edited, and of them
only empty ones are deleted here (codes for both refusals are documented); one rule broken, and nothing of the edit is
done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.world.actions import permissions
from sbg_bulk.simulator.world.tree import File, Folder, Node, User, World, project_of

LONGEST_KEY, LONGEST_VALUE, MOST_KEYS = 100, 300, 1000
"""Of metadata: bytes of a key and of a value in UTF-8, and keys of a file."""


@frozen
class Edit:
    """What to change in a file; None leaves it as it is. A key of the metadata with None is removed.

    One that `erases` leaves nothing of the tags and the metadata that it does not name.
    """

    name: str | None = None
    tags: Sequence[str] | None = None
    metadata: Mapping[str, str | None] | None = None
    erases: bool = False


def find(world: World, user: User, node_id: str, *, missing: int = 5002) -> Node:
    """Return the file or folder of that id.

    Raises ApiError with the code `missing` if there is none, and with 5001 if the user may not see it.
    """
    node = world.nodes.get(node_id)
    if node is None:
        raise ApiError(missing, f"There is no file or folder {node_id}.")
    if not permissions(user, project_of(node)).read:
        raise ApiError(5001, f"You have no access to {node_id}.")
    return node


def edit(world: World, user: User, node_id: str, change: Edit, at: float) -> File:
    """Change a file, as that user, at that time (Unix seconds), and return it.

    Raises ApiError if that is refused; nothing has changed then.
    """
    node = find(world, user, node_id)
    if not isinstance(node, File):
        raise ApiError(5023, f"{node.name} is a folder. Only files can be edited.")
    name = change.name if change.name and change.name != node.name else None
    _refuse_without_permission(user, node, name, change)
    if name is not None and node.parent is not None and name in node.parent.children:
        raise ApiError(5003, f"{name} exists already.")
    metadata = _merged({} if change.erases else node.metadata, change.metadata or {})
    tags = [] if change.erases else node.tags
    tags = tags if change.tags is None else list(dict.fromkeys(change.tags))
    if name is None and metadata == node.metadata and tags == node.tags:
        return node
    if name is not None:
        world.rename(node, name)
    node.metadata, node.tags, node.modified_on = metadata, tags, at
    return node


def delete(world: World, user: User, node_id: str) -> None:
    """Delete a file or an empty folder, as that user. Raises ApiError if that is refused."""
    node = find(world, user, node_id)
    if not permissions(user, project_of(node)).write:
        raise ApiError(5001, f"You may not delete files in {project_of(node).id}.")
    if node.parent is None:
        raise ApiError(5001, "A project's root folder cannot be deleted.")
    if isinstance(node, Folder) and node.children:
        raise ApiError(5021, f"{node.name} is not empty. Submit a job to delete it with all its contents.")
    world.delete(node)


def _refuse_without_permission(user: User, node: File, name: str | None, change: Edit) -> None:
    project = project_of(node)
    if permissions(user, project).write:
        return
    if name is not None:
        raise ApiError(5008, f"You may not rename files in {project.id}.")
    if change.tags is not None:
        raise ApiError(5011, f"You may not change tags in {project.id}.")
    raise ApiError(5009, f"You may not change metadata in {project.id}.")


def _merged(before: Mapping[str, str], change: Mapping[str, str | None]) -> dict[str, str]:
    for key, value in change.items():
        if not key or _bytes(key) > LONGEST_KEY:
            raise ApiError(5006, f"metadata: expected a key of 1 to {LONGEST_KEY} bytes, not {key[:40]!r}.")
        if value is not None and _bytes(value) > LONGEST_VALUE:
            raise ApiError(5006, f"metadata.{key}: expected a value of at most {LONGEST_VALUE} bytes.")
    merged = {key: value for key, value in {**before, **change}.items() if value is not None}
    if len(merged) > MOST_KEYS:
        raise ApiError(5006, f"metadata: a file has at most {MOST_KEYS} keys.")
    return merged


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
