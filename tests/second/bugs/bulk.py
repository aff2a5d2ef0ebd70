"""Bugs of the calls that read, edit, update and delete files in bulk."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from tests.contract.wire import Asked, Told
from tests.second.bugs.planting import Family, error, items_of, replacing, rewritten, standing
from tests.second.server.nodes import Node, Refusal
from tests.second.server.world import Edit
from tests.second.service import Service

BULK: Final = Family("bulk")


def _entries(asked: Asked, told: Told, name: str) -> list[dict[str, Any]]:
    return told.body["items"] if asked.path == f"/bulk/files/{name}" and told.status == 200 else []


def _editing(service: Service, change: Any) -> None:
    replacing(service.world, "edit", change)


@BULK.telling("bulk-read")
def sizes_are_zero_in_bulk(asked: Asked, told: Told) -> None:
    """Files that are read in bulk have no bytes."""
    for entry in _entries(asked, told, "get"):
        if "resource" in entry:
            entry["resource"]["size"] = 0


@BULK.telling("bulk-read")
def what_is_not_there_has_no_entry(asked: Asked, told: Told) -> None:
    """A file that cannot be read has no entry."""
    if _entries(asked, told, "get"):
        told.body["items"] = [one for one in told.body["items"] if "resource" in one]


@BULK.telling("bulk-read")
def a_read_in_bulk_has_the_first_only(asked: Asked, told: Told) -> None:
    """A read in bulk has an entry for the first file alone."""
    if _entries(asked, told, "get"):
        told.body["items"] = told.body["items"][:1]


@BULK.breaking("bulk-edit")
def edits_replace_all_metadata(service: Service) -> None:
    """An edit of one key removes the others."""

    def edit(original: Any, change: Edit, user: str) -> Node:
        node = service.world.nodes.get(change.file)
        if node is not None and change.metadata is not None:
            node.metadata = {}
        found: Node = original(change, user)
        return found

    _editing(service, edit)


@BULK.breaking("bulk-edit-keeps")
def edits_take_tags_away(service: Service) -> None:
    """An edit without tags removes the file's tags."""

    def edit(original: Any, change: Edit, user: str) -> Any:
        return original(evolve(change, tags=change.tags or []), user)

    _editing(service, edit)


@BULK.breaking("bulk-edit-keeps")
def edits_take_metadata_away(service: Service) -> None:
    """An edit of the name removes the file's metadata."""

    def edit(original: Any, change: Edit, user: str) -> Any:
        found = original(change, user)
        if change.name:
            found.metadata = {}
        return found

    _editing(service, edit)


@BULK.breaking("bulk-edit")
def null_removes_nothing(service: Service) -> None:
    """A key with null stays as it is."""

    def edit(original: Any, change: Edit, user: str) -> Any:
        kept = {key: value for key, value in (change.metadata or {}).items() if value is not None}
        return original(evolve(change, metadata=kept), user)

    _editing(service, edit)


@BULK.breaking("bulk-edit")
def null_is_a_text(service: Service) -> None:
    """A key with null gets the value `null`."""

    def edit(original: Any, change: Edit, user: str) -> Any:
        return original(evolve(change, metadata={k: v or "null" for k, v in (change.metadata or {}).items()}), user)

    _editing(service, edit)


@BULK.breaking("bulk-edit", "bulk-update")
def tags_are_added(service: Service) -> None:
    """New tags are added to the existing ones."""

    def edit(original: Any, change: Edit, user: str) -> Any:
        node = service.world.nodes.get(change.file)
        if node is not None and change.tags is not None:
            change = evolve(change, tags=[*node.tags, *change.tags])
        return original(change, user)

    _editing(service, edit)


@BULK.breaking("bulk-edit")
def an_empty_list_of_tags_is_none(service: Service) -> None:
    """An empty list of tags leaves the tags as they are."""
    _editing(service, lambda original, change, user: original(evolve(change, tags=change.tags or None), user))


@BULK.breaking("bulk-edit")
def edits_do_not_rename(service: Service) -> None:
    """A new name is ignored."""
    _editing(service, lambda original, change, user: original(evolve(change, name=None), user))


@BULK.breaking("bulk-edit")
def edits_are_only_said(service: Service) -> Any:
    """An edit returns what was requested, and does nothing."""
    said: dict[str, Any] = {}

    def asked(request: Asked) -> None:
        if request.path == "/bulk/files/edit":
            said.update({str(one.get("id")): one for one in items_of(request) if isinstance(one, dict)})

    def told(request: Asked, answer: Told) -> None:
        for entry in _entries(request, answer, "edit"):
            if "resource" in entry:
                entry["resource"].update({k: v for k, v in said.get(entry["resource"]["id"], {}).items() if v})

    _editing(service, lambda original, change, user: original(Edit(change.file), user))
    return standing(service, asked=asked, told=told)


@BULK.breaking("bulk-errors")
def one_error_undoes_all(service: Service) -> Any:
    """Where one file cannot be edited, none is, and the call is refused."""

    def asked(request: Asked) -> Told | None:
        ids = [str(one.get("id")) for one in items_of(request) if isinstance(one, dict)]
        if request.path == "/bulk/files/edit" and len(ids) > 1 and not {*ids} <= {*service.world.nodes}:
            return error(404, 5002)
        return None

    return standing(service, asked=asked)


@BULK.breaking("bulk-errors")
def names_may_be_taken_twice(service: Service) -> None:
    """An edit gives a file a name that already exists."""

    def edit(original: Any, change: Edit, user: str) -> Any:
        found = original(evolve(change, name=None), user)
        found.name = change.name or found.name
        return found

    _editing(service, edit)


@BULK.breaking("bulk-update")
def updates_keep_tags(service: Service) -> None:
    """An update keeps the tags that it does not name."""

    def edit(original: Any, change: Edit, user: str) -> Any:
        node = service.world.nodes.get(change.file)
        tags = node.tags if node is not None and change.tags is None else change.tags
        return original(evolve(change, tags=tags), user)

    _editing(service, edit)


@BULK.breaking("bulk-update")
def updates_are_edits(service: Service) -> None:
    """An update erases nothing."""
    _editing(service, lambda original, change, user: original(evolve(change, erases=False), user))


@BULK.breaking("bulk-update")
def updates_erase_names(service: Service) -> None:
    """An update without a name gives the file its id for a name."""

    def edit(original: Any, change: Edit, user: str) -> Any:
        found = original(change, user)
        if change.erases and not change.name:
            found.name = found.id
        return found

    _editing(service, edit)


@BULK.breaking("bulk-delete")
def full_folders_are_deleted_in_bulk(service: Service) -> None:
    """A folder that is not empty is deleted in bulk."""

    def delete(original: Any, change: Edit, user: str) -> Any:
        found = service.world.node(change.file, user)
        if found.children:
            service.world.remove(found)
            return found
        return original(change, user)

    replacing(service.world, "delete", delete)


@BULK.breaking("bulk-delete")
def nothing_is_deleted_in_bulk(service: Service) -> None:
    """A bulk deletion deletes nothing."""

    def delete(_: Any, change: Edit, user: str) -> Any:
        found = service.world.node(change.file, user)
        if found.children:
            raise Refusal(400, 5021, "not empty")
        return found

    replacing(service.world, "delete", delete)


@BULK.breaking("bulk-delete")
def a_neighbour_is_deleted_in_bulk(service: Service) -> None:
    """With a file, the others of its folder are deleted in bulk."""

    def delete(original: Any, change: Edit, user: str) -> Any:
        found = service.world.node(change.file, user)
        for other in [one for one in (found.parent.children if found.parent else []) if one is not found]:
            if not other.is_folder:
                service.world.remove(other)
        return original(change, user)

    replacing(service.world, "delete", delete)


@BULK.asking("bad-body")
def more_than_a_hundred_are_cut(asked: Asked) -> None:
    """Of more than a hundred files, the first hundred are edited."""
    if asked.path == "/bulk/files/edit" and len(items_of(asked)) > 100:
        rewritten(asked, items=items_of(asked)[:100])


@BULK.telling("bad-body")
def no_files_are_an_empty_list(asked: Asked, told: Told) -> None:
    """A call without files returns an empty list."""
    if asked.path == "/bulk/files/delete" and told.status == 400 and told.body["code"] == 10230:
        told.status, told.body = 200, {"items": []}


@BULK.asking("bad-body")
def slashes_are_taken_in_bulk(asked: Asked) -> None:
    """A slash in a new name becomes an underscore in an edit."""
    items = items_of(asked)
    if asked.path == "/bulk/files/edit" and any("/" in str(one.get("name")) for one in items if isinstance(one, dict)):
        rewritten(asked, items=[{**one, "name": str(one["name"]).replace("/", "_")} for one in items])


@BULK.telling("conformance")
def entries_are_files(asked: Asked, told: Told) -> None:
    """The entries of a read in bulk are the files themselves, as a list."""
    if _entries(asked, told, "get"):
        told.body = [one.get("resource") for one in told.body["items"]]
