"""Bugs of calls about many things at once, and of what they say of each: files in bulk, imports and exports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from attrs import evolve

from tests.contract.wire import Asked, Told
from tests.second.bugs.bulk import BULK
from tests.second.bugs.planting import documents_of, error, items_of, objects_of, replacing, rewritten, standing
from tests.second.bugs.reading import ACCESS, FILES, LIMITS
from tests.second.bugs.storage import DRS, EXPORTS, IMPORTS, VOLUMES
from tests.second.server.nodes import Node
from tests.second.server.world import Edit
from tests.second.service import TOKEN, Service

OTHER = "another-token"


def _is_bulk(asked: Asked, told: Told, *names: str) -> bool:
    return any(asked.path == f"/bulk/files/{name}" for name in names) and told.status == 200


def _editing(change: Callable[[Edit], Edit]) -> Callable[[Service], None]:
    """Have edits be other ones."""
    return lambda service: replacing(service.world, "edit", lambda edit, given, user: edit(change(given), user))


def _after(change: Callable[[Node, Edit], object]) -> Callable[[Service], None]:
    """Have something done to a file that was edited."""

    def edit(original: Any, given: Edit, user: str) -> Node:
        node: Node = original(given, user)
        change(node, given)
        return node

    return lambda service: replacing(service.world, "edit", edit)


def _values(edit: Edit, change: Callable[[str], str]) -> Edit:
    metadata = edit.metadata
    return evolve(edit, metadata=metadata and {key: value and change(value) for key, value in metadata.items()})


# Files in bulk


@BULK.telling("bulk-read")
def reads_in_bulk_end_after_25(asked: Asked, told: Told) -> None:
    """A read in bulk has no more than 25 entries."""
    if _is_bulk(asked, told, "get"):
        told.body["items"] = told.body["items"][:25]


@BULK.breaking("bulk-read")
def files_in_bulk_are_in_the_root(service: Service) -> Any:
    """Files that are read in bulk name the root folder as their parent."""

    def told(asked: Asked, answer: Told) -> None:
        for one in documents_of(answer) if _is_bulk(asked, answer, "get") else ():
            one |= {"parent": service.source.id} if "parent" in one else {}

    return standing(service, told=told)


@BULK.breaking("bulk-read")
def reads_in_bulk_know_no_edits(service: Service) -> Any:
    """Files that are read in bulk have the tags and metadata that they were made with."""
    before: dict[str, tuple[Any, Any]] = {}

    def told(asked: Asked, answer: Told) -> None:
        for node in service.world.nodes.values():
            before.setdefault(node.id, (list(node.tags), dict(node.metadata)))
        for one in documents_of(answer) if _is_bulk(asked, answer, "get") else ():
            if one.get("id") in before:
                one["tags"], one["metadata"] = before[one["id"]]

    return standing(service, told=told)


@BULK.telling("bulk-read", "bulk-errors")
def one_unknown_file_fails_a_read(asked: Asked, told: Told) -> None:
    """A read in bulk gets 404 if one of the files does not exist."""
    if _is_bulk(asked, told, "get") and any("error" in one for one in told.body["items"]):
        told.status, told.body = 404, error(404, 5002).body


@BULK.telling("bulk-errors")
def one_unknown_file_fails_an_edit(asked: Asked, told: Told) -> None:
    """An edit in bulk gets 404 if one of the files does not exist."""
    if _is_bulk(asked, told, "edit") and any(one.get("error", {}).get("status") == 404 for one in told.body["items"]):
        told.status, told.body = 404, error(404, 5002).body


@BULK.asking("bad-body")
def numbers_are_ids(asked: Asked) -> None:
    """A number is taken for the id of a file."""
    ids = items_of(asked, "file_ids") if asked.path == "/bulk/files/get" else []
    if any(isinstance(one, int) for one in ids):
        rewritten(asked, file_ids=[str(one) for one in ids])


@BULK.asking("bad-body")
def numbers_are_values(asked: Asked) -> None:
    """A number is taken for a value of metadata."""
    items = objects_of(asked) if asked.path == "/bulk/files/edit" else []
    if any(isinstance(value, int) for one in items for value in (one.get("metadata") or {}).values()):
        rewritten(asked, items=[{**one, "metadata": {}} for one in items])


@BULK.asking("bulk-errors")
def edits_end_after_25(asked: Asked) -> None:
    """An edit in bulk deals with the first 25 files only."""
    if asked.path == "/bulk/files/edit" and len(items_of(asked)) > 25 and len(items_of(asked)) <= 100:
        rewritten(asked, items=items_of(asked)[:25])


@BULK.breaking("bulk-errors")
def values_are_as_long_as_their_letters(service: Service) -> None:
    """A value of metadata may have 300 letters, whatever they take."""

    def edit(original: Any, given: Edit, user: str) -> Node:
        long = {key: value for key, value in (given.metadata or {}).items() if len((value or "").encode()) > 300}
        node: Node = original(_without(given, *long), user)
        node.metadata |= {key: str(value) for key, value in long.items()}
        return node

    replacing(service.world, "edit", edit)


@BULK.breaking("bulk-errors")
def keys_are_as_long_as_they_are(service: Service) -> None:
    """A key of metadata may have any length."""

    def edit(original: Any, given: Edit, user: str) -> Node:
        long = {key: value for key, value in (given.metadata or {}).items() if len(key.encode()) > 100}
        node: Node = original(_without(given, *long), user)
        node.metadata |= {key: str(value) for key, value in long.items()}
        return node

    replacing(service.world, "edit", edit)


def _without(edit: Edit, *keys: str) -> Edit:
    metadata = edit.metadata
    return evolve(edit, metadata=metadata and {key: value for key, value in metadata.items() if key not in keys})


@BULK.breaking("bulk-edit")
def values_lose_their_spaces(service: Service) -> None:
    """An edit removes the spaces at the ends of a value."""
    _editing(lambda edit: _values(edit, str.strip))(service)


@BULK.breaking("bulk-edit")
def values_are_cut(service: Service) -> None:
    """An edit cuts a value after 255 bytes."""
    _editing(lambda edit: _values(edit, lambda value: value.encode()[:255].decode(errors="ignore")))(service)


@BULK.breaking("bulk-edit")
def values_are_ascii(service: Service) -> None:
    """Letters of a value that are not ASCII become question marks."""
    _editing(lambda edit: _values(edit, lambda value: value.encode("ascii", "replace").decode()))(service)


@BULK.breaking("bulk-edit")
def keys_are_in_lower_case(service: Service) -> None:
    """An edit sets keys of metadata in lower case."""
    _editing(lambda edit: evolve(edit, metadata=edit.metadata and {k.lower(): v for k, v in edit.metadata.items()}))(
        service
    )


@BULK.breaking("bulk-edit")
def tags_are_in_lower_case(service: Service) -> None:
    """An edit sets tags in lower case."""
    _editing(lambda edit: evolve(edit, tags=edit.tags and [one.lower() for one in edit.tags]))(service)


@BULK.asking("bulk-edit-keeps", "bulk-errors")
def null_removes_all_tags(asked: Asked) -> None:
    """In an edit, null in place of the tags removes them."""
    items = objects_of(asked) if asked.path == "/bulk/files/edit" else []
    if any("tags" in one and one["tags"] is None for one in items):
        rewritten(asked, items=[{**one, "tags": one["tags"] or []} if "tags" in one else one for one in items])


@BULK.asking("bulk-errors", "bad-body")
def null_is_no_name(asked: Asked) -> Told | None:
    """An edit with null in place of a name is refused."""
    items = objects_of(asked) if asked.path == "/bulk/files/edit" else []
    return error(400, 5033) if any("name" in one and one["name"] is None for one in items) else None


@BULK.breaking("bulk-edit-keeps")
def empty_names_are_names(service: Service) -> None:
    """An edit with an empty name makes the name empty."""
    _after(lambda node, edit: setattr(node, "name", node.name if edit.name is None else edit.name))(service)


@BULK.breaking("bulk-edit-keeps", "bulk-edit")
def edits_empty_files(service: Service) -> None:
    """An edit sets the size of a file to 0."""
    _after(lambda node, _: setattr(node, "size", 0))(service)


@BULK.breaking("bulk-edit-keeps", "bulk-edit")
def edits_make_files_anew(service: Service) -> None:
    """An edit changes when the file was made."""
    _after(lambda node, _: setattr(node, "made", service.clock() + 60))(service)


@BULK.telling("bulk-edit")
def edits_show_what_was_sent(asked: Asked, told: Told) -> None:
    """An entry of an edit has only the metadata that was sent."""
    sent = {one.get("id"): one.get("metadata") for one in objects_of(asked)}
    for one in documents_of(told) if _is_bulk(asked, told, "edit") else ():
        if sent.get(one.get("id")) is not None:
            one["metadata"] = sent[one["id"]]


@BULK.breaking("bulk-update")
def updates_keep_names(service: Service) -> None:
    """An update does not change names."""
    _editing(lambda edit: evolve(edit, name=None) if edit.erases else edit)(service)


@BULK.breaking("bulk-errors")
def updates_give_names_twice(service: Service) -> None:
    """An update gives a file a name that another one has."""

    def edit(original: Any, given: Edit, user: str) -> Node:
        node: Node = original(evolve(given, name=None) if given.erases else given, user)
        node.name = (given.erases and given.name) or node.name
        return node

    replacing(service.world, "edit", edit)


@BULK.breaking("bulk-errors")
def edits_are_done_before_they_are_refused(service: Service) -> Any:
    """An edit in bulk that is refused for one of its items has changed those before it."""

    def asked(request: Asked) -> None:
        items = objects_of(request) if request.path == "/bulk/files/edit" and request.token == TOKEN else []
        if any(one.get("id") == "" for one in items):
            for one in items:
                if one["id"] in service.world.nodes:
                    service.world.nodes[one["id"]].tags = list(one.get("tags") or [])

    return standing(service, asked=asked)


@BULK.breaking("bulk-delete")
def files_are_deleted_before_it_is_refused(service: Service) -> Any:
    """A deletion in bulk that is refused for one of its ids has deleted the files before it."""

    def asked(request: Asked) -> None:
        ids = items_of(request, "file_ids") if request.path == "/bulk/files/delete" and request.token == TOKEN else []
        for one in ids if "" in ids else ():
            if one in service.world.nodes:
                service.world.remove(service.world.nodes[one])

    return standing(service, asked=asked)


@BULK.breaking("bulk-delete")
def empty_folders_stay(service: Service) -> None:
    """An empty folder that is deleted in bulk has an entry, and stays."""

    def delete(original: Any, given: Edit, user: str) -> Any:
        node = service.world.nodes.get(given.file)
        return node if node is not None and node.is_folder and not node.children else original(given, user)

    replacing(service.world, "delete", delete)


@ACCESS.asking("private")
def others_update_in_bulk(asked: Asked) -> None:
    """An update in bulk changes files of every user."""
    if asked.path == "/bulk/files/update" and asked.token == OTHER:
        asked.token = TOKEN


# What filters understand


def _values_of(asked: Asked, change: Callable[[str, str], list[str]]) -> None:
    if asked.path == "/files" and asked.method == "GET":
        asked.query = [(name, one) for name, value in asked.query for one in change(name, value)]


@FILES.asking("more-filters")
def values_of_filters_are_latin(asked: Asked) -> None:
    """The values of filters by metadata are read as Latin-1."""
    _values_of(asked, lambda name, value: [value.encode().decode("latin-1") if name[:9] == "metadata." else value])


@FILES.asking("more-filters")
def tags_end_at_a_space(asked: Asked) -> None:
    """The filter by tag ends at the first space of the value."""
    _values_of(asked, lambda name, value: [value.partition(" ")[0] if name == "tag" else value])


@FILES.asking("more-filters")
def tags_are_separated_by_commas(asked: Asked) -> None:
    """A value of the filter by tag is taken for several, at its commas."""
    _values_of(asked, lambda name, value: value.split(",") if name == "tag" else [value])


@FILES.asking("more-filters")
def keys_have_no_spaces(asked: Asked) -> None:
    """A filter by a key of metadata with a space is ignored."""
    _values_of(asked, lambda name, value: [] if " " in name else [value])


# Lists of imports and exports


@IMPORTS.asking("transfer-filters")
def one_state_counts(asked: Asked) -> None:
    """Of several states in the list of imports, only the last one counts."""
    last = asked.get("state")
    if asked.path == "/storage/imports":
        asked.query = [one for one in asked.query if one[0] != "state" or one[1] == last]


@EXPORTS.asking("transfer-filters")
def the_first_state_counts(asked: Asked) -> None:
    """Of several states in the list of exports, only the first one counts."""
    states = [value for name, value in asked.query if name == "state"]
    if asked.path == "/storage/exports" and states:
        asked.query = [one for one in asked.query if one[0] != "state" or one[1] == states[0]]


@IMPORTS.asking("transfer-filters")
def states_hide_volumes(asked: Asked) -> None:
    """With a state, the filter of imports by volume is ignored."""
    if asked.path == "/storage/imports" and asked.get("state"):
        asked.query = [one for one in asked.query if one[0] != "volume"]


@IMPORTS.asking("transfer-filters")
def volumes_hide_projects(asked: Asked) -> None:
    """With a volume, the filter of imports by project is ignored."""
    if asked.path == "/storage/imports" and asked.get("volume"):
        asked.query = [one for one in asked.query if one[0] != "project"]


@IMPORTS.asking("transfer-filters")
def unknown_states_are_any(asked: Asked) -> None:
    """An unknown state does not filter imports."""
    known = ("PENDING", "RUNNING", "COMPLETED", "FAILED")
    if asked.path == "/storage/imports":
        asked.query = [one for one in asked.query if one[0] != "state" or one[1] in known]


@IMPORTS.telling("total")
def filtered_totals_count_more(asked: Asked, told: Told) -> None:
    """The total of a list of imports in one state counts others too."""
    if asked.path == "/storage/imports" and asked.get("state") and told.status == 200:
        told.headers["x-total-matching-query"] = str(int(told.headers["x-total-matching-query"]) + 3)


@EXPORTS.telling("links")
def next_of_exports_has_all_states(asked: Asked, told: Told) -> None:
    """The link next of the exports in one state leads to those in any."""
    for link in told.body["links"] if asked.path == "/storage/exports" and asked.get("state") else ():
        path, _, query = link["href"].partition("?")
        pairs = [("limit", "1"), ("offset", "0"), ("state", "FAILED")]
        link["href"] = f"{path}?{urlencode([*pairs, *(one for one in parse_qsl(query) if one[0] == 'volume')])}"


@EXPORTS.breaking("not-found")
def imports_are_exports(service: Service) -> Any:
    """An import can be read as an export."""

    def asked(request: Asked) -> None:
        found = service.world.moving.transfers.get(request.path.removeprefix("/storage/exports/"))
        if found is not None and not found.start.is_export:
            request.path = request.path.replace("exports", "imports")

    return standing(service, asked=asked)


@DRS.breaking("not-found")
def drs_imports_are_copies(service: Service) -> Any:
    """An import by DRS can be read as a copy job."""

    def asked(request: Asked) -> None:
        job_id = request.path.removeprefix("/async/files/copy/")
        if job_id in service.world.moving.fetchings:
            request.path = f"/bulk/drs/imports/{job_id}"

    return standing(service, asked=asked)


# What is started


@IMPORTS.telling("transfer-readable", "bulk-errors")
def imports_after_a_refused_one_are_none(asked: Asked, told: Told) -> None:
    """In a bulk start, imports after a refused one have an id that does not exist."""
    refused = False
    for one in told.body["items"] if asked.path == "/bulk/storage/imports/create" and told.status == 200 else ():
        refused |= "error" in one
        if refused and "resource" in one:
            one["resource"]["id"] += "0"


@EXPORTS.asking("export-effects", "echo")
def bulk_exports_never_overwrite(asked: Asked) -> None:
    """A bulk start of exports ignores overwrite."""
    if asked.path == "/bulk/storage/exports/create" and objects_of(asked):
        kept = [{name: value for name, value in one.items() if name != "overwrite"} for one in objects_of(asked)]
        if all(isinstance(one.get("overwrite", False), bool) for one in objects_of(asked)):
            rewritten(asked, items=kept)


@EXPORTS.asking("bad-query")
def copy_only_is_any_word(asked: Asked) -> None:
    """Any value of copy_only is accepted."""
    asked.query = [one for one in asked.query if one[0] != "copy_only" or one[1] in ("true", "false")]


@DRS.asking("bad-body")
def conflicts_are_any_word(asked: Asked) -> None:
    """Any conflict_resolution is accepted."""
    body = asked.json if asked.path == "/bulk/drs/imports/create" else None
    if isinstance(body, dict) and body.get("conflict_resolution") == "ANY":
        rewritten(asked, conflict_resolution="SKIP")


@IMPORTS.asking("bad-body", "starts")
def projects_go_before_parents(asked: Asked) -> None:
    """Of two destinations of an import, the project is taken."""
    body = asked.json if asked.path == "/storage/imports" else None
    if isinstance(body, dict) and {"project", "parent"} <= (body.get("destination") or {}).keys():
        place = {name: value for name, value in body["destination"].items() if name != "parent"}
        rewritten(asked, destination=place)


@IMPORTS.breaking("bad-body", "starts")
def files_are_places_too(service: Service) -> Any:
    """An import whose parent is a file goes to the folder of that file."""

    def asked(request: Asked) -> None:
        body = request.json if request.path == "/storage/imports" else None
        place: Any = body.get("destination") if isinstance(body, dict) else None
        node = service.world.nodes.get(str(place.get("parent"))) if isinstance(place, dict) else None
        if node is not None and not node.is_folder and node.parent is not None:
            rewritten(request, destination={**place, "parent": node.parent.id})

    return standing(service, asked=asked)


@LIMITS.asking("no-server-error", "bad-body")
def lists_break_starts(asked: Asked) -> Told | None:
    """A body that is a list gets a server error where an export is started."""
    return error(500, 90004) if asked.path == "/storage/exports" and isinstance(asked.json, list) else None


@LIMITS.asking("no-server-error", "bad-body")
def lists_break_edits(asked: Asked) -> Told | None:
    """A body that is a list gets a server error where files are edited in bulk."""
    return error(500, 90004) if asked.path == "/bulk/files/edit" and isinstance(asked.json, list) else None


@ACCESS.asking("private")
def others_start_imports(asked: Asked) -> None:
    """Every user may import into any folder."""
    if asked.path == "/storage/imports" and asked.method == "POST" and asked.token == OTHER:
        asked.token = TOKEN


@ACCESS.asking("private")
def others_start_imports_in_bulk(asked: Asked) -> None:
    """Every user may import into any folder, by the bulk call."""
    if asked.path == "/bulk/storage/imports/create" and asked.token == OTHER:
        asked.token = TOKEN


@ACCESS.asking("private")
def others_read_imports_in_bulk(asked: Asked) -> None:
    """A bulk read of imports shows those of every user."""
    if asked.path == "/bulk/storage/imports/get" and asked.token == OTHER:
        asked.token = TOKEN


# What is said of it


@IMPORTS.telling("echo")
def imports_have_no_structure(asked: Asked, told: Told) -> None:
    """An import says that it does not keep the structure of a folder, whatever was sent."""
    for one in documents_of(told) if "imports" in asked.path else ():
        if "source" in one:
            one["preserve_folder_structure"] = False


@EXPORTS.telling("export-alias")
def results_are_on_the_platform(asked: Asked, told: Told) -> None:
    """The result of an export says that the file is on the platform's storage."""
    for one in documents_of(told) if "exports" in asked.path else ():
        if isinstance(one.get("result"), dict):
            one["result"]["storage"] = {"type": "PLATFORM"}


@EXPORTS.telling("export-alias")
def aliases_have_no_metadata(asked: Asked, told: Told) -> None:
    """A file that is an alias has no metadata."""
    body = told.body if asked.path.startswith("/files/") and told.status == 200 else {}
    if isinstance(body.get("storage"), dict) and body["storage"]["type"] == "VOLUME":
        body["metadata"] = {}


@IMPORTS.telling("import-folder", "import-effects")
def aliases_know_their_last_part(asked: Asked, told: Told) -> None:
    """The location of an alias is the last part of the object's key."""
    for one in documents_of(told) if asked.path.startswith("/files/") and told.status == 200 else ():
        if isinstance(one.get("storage"), dict) and "location" in one["storage"]:
            one["storage"]["location"] = one["storage"]["location"].rpartition("/")[2]


@EXPORTS.telling("transfer-readable")
def failed_exports_have_no_error_in_bulk(asked: Asked, told: Told) -> None:
    """An export that has failed has no error where it is read in bulk."""
    for one in documents_of(told) if asked.path == "/bulk/storage/exports/get" and told.status == 200 else ():
        one.pop("error", None)


# Objects of volumes


@VOLUMES.asking("volume-prefix")
def prefixes_are_in_lower_case(asked: Asked) -> None:
    """A prefix is taken for one in lower case."""
    if asked.path.startswith("/storage/volumes/"):
        asked.query = [(name, value.lower() if name == "prefix" else value) for name, value in asked.query]


@VOLUMES.breaking("volume-prefix")
def prefixes_are_anywhere(service: Service) -> None:
    """A prefix finds keys that have it anywhere."""

    def entries(original: Any, volume: Any, prefix: str) -> list[str]:
        found: list[str] = original(volume, prefix)
        return found or [key for key in original(volume, "") if prefix in key]

    replacing(service.world.moving, "entries", entries)


@VOLUMES.telling("volume-prefix")
def prefixes_have_no_slash(asked: Asked, told: Told) -> None:
    """The prefixes of a list of objects lack the slash at their end."""
    if asked.path.startswith("/storage/volumes/") and told.status == 200:
        for one in told.body.get("prefixes") or ():
            one["prefix"] = one["prefix"].rstrip("/")


# Folders and their entries


@FILES.asking("folder-made")
def names_of_folders_have_255_bytes(asked: Asked) -> Told | None:
    """A folder whose name has 255 letters is refused, if they take more bytes."""
    name = asked.json.get("name") if asked.path == "/files" and isinstance(asked.json, dict) else None
    return error(400, 10236) if isinstance(name, str) and len(name.encode()) > 255 else None


@FILES.asking("folder-made")
def the_type_of_a_folder_is_in_lower_case(asked: Asked) -> Told | None:
    """The type FOLDER is refused."""
    upper = asked.path == "/files" and isinstance(asked.json, dict) and asked.json.get("type") == "FOLDER"
    return error(400, 5012) if upper else None


@FILES.breaking("name-taken")
def files_have_names_of_their_own(service: Service) -> None:
    """A folder can have the name of a file beside it."""

    def new_folder(original: Any, name: str, parent: Node) -> Node:
        there = [one for one in parent.children if one.name == name and not one.is_folder]
        parent.children = [one for one in parent.children if one not in there]
        made: Node = original(name, parent)
        parent.children += there
        return made

    replacing(service.world, "new_folder", new_folder)


@FILES.asking("name-filter")
def names_are_separated_by_commas(asked: Asked) -> None:
    """A value of the filter by name is taken for several, at its commas."""
    _values_of(asked, lambda name, value: value.split(",") if name == "name" else [value])


@FILES.asking("name-filter")
def names_have_no_spaces_around_them(asked: Asked) -> None:
    """The filter by name does not care for spaces at the ends."""
    _values_of(asked, lambda name, value: [value.strip() if name == "name" else value])


@FILES.breaking("name-filter")
def stars_are_any_name(service: Service) -> Any:
    """A star in the filter by name stands for any name."""

    def asked(request: Asked) -> None:
        if request.get("name") and ("name", "*") in request.query:
            request.query = [one for one in request.query if one[0] != "name"]

    return standing(service, asked=asked)


@FILES.asking("more-filters")
def names_to_find_are_latin(asked: Asked) -> None:
    """With a tag, the filter by name is read as Latin-1."""
    if asked.get("tag"):
        _values_of(asked, lambda name, value: [value.encode().decode("latin-1") if name == "name" else value])


@FILES.telling("entry-details")
def folders_have_no_bytes(asked: Asked, told: Told) -> None:
    """A folder has the size 0."""
    for one in documents_of(told) if asked.path.startswith("/files") and told.status == 200 else ():
        if one.get("type") == "folder":
            one["size"] = 0


@FILES.breaking("same-content", "one-level")
def lists_by_parent_have_no_folders(service: Service) -> Any:
    """A list of files by its parent lacks the folders, except in a root."""
    roots = {one.root.id for one in service.world.projects.values()}

    def told(asked: Asked, answer: Told) -> None:
        if asked.path == "/files" and asked.get("parent") not in (None, *roots) and answer.status == 200:
            answer.body["items"] = [one for one in answer.body["items"] if one.get("type") != "folder"]

    return standing(service, told=told)


@FILES.breaking("entry-details")
def what_is_in_a_root_has_no_parent(service: Service) -> Any:
    """The details of what is in a root folder have null as the parent."""
    roots = {one.root.id for one in service.world.projects.values()}

    def told(asked: Asked, answer: Told) -> None:
        if answer.status == 200 and asked.path.count("/") == 2 and asked.path.startswith("/files/"):
            answer.body["parent"] = None if answer.body.get("parent") in roots else answer.body.get("parent")

    return standing(service, told=told)


@FILES.telling("links")
def next_of_a_projects_files_is_not_theirs(asked: Asked, told: Told) -> None:
    """The link next at the URL of a project's files leads to its first page."""
    if asked.path.startswith("/projects/") and asked.path.endswith("/files") and told.status == 200:
        for link in told.body.get("links") or ():
            link["href"] = link["href"].replace("offset=1", "offset=0")
