"""Bugs of volumes, imports, exports, and imports by DRS."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from tests.contract.wire import Asked, Told
from tests.second.bugs.planting import Family, documents_of, error, items_of, objects_of, replacing, rewritten, standing
from tests.second.bugs.planting import without as without_query
from tests.second.server.moving import Fetching, Start, Transfer, Wish
from tests.second.server.nodes import Node, Refusal
from tests.second.service import TOKEN, Service

VOLUMES: Final = Family("volumes")
IMPORTS: Final = Family("imports")
EXPORTS: Final = Family("exports")
DRS: Final = Family("DRS")


def _of_imports(asked: Asked, told: Told) -> list[dict[str, Any]]:
    return [
        one for one in documents_of(told) if "/imports" in asked.path and "state" in one and "drs" not in asked.path
    ]


def _of_exports(asked: Asked, told: Told) -> list[dict[str, Any]]:
    return [one for one in documents_of(told) if "/exports" in asked.path and "state" in one]


def _of_drs(asked: Asked, told: Told) -> list[dict[str, Any]]:
    return [told.body] if asked.path.startswith("/bulk/drs/imports") and told.status == 200 else []


def _objects(asked: Asked, told: Told) -> bool:
    return asked.path.startswith("/storage/volumes/") and asked.path.endswith("/list") and told.status == 200


# Volumes


@VOLUMES.asking("volume-prefix")
def every_prefix_is_empty(asked: Asked) -> None:
    """The prefix of a list of objects is ignored."""
    if asked.path.endswith("/list"):
        without_query(asked, "prefix")


@VOLUMES.breaking("volume-prefix")
def a_prefix_is_found_anywhere(service: Service) -> None:
    """A prefix finds keys that have it anywhere."""

    def entries(_: Any, volume: Any, prefix: str) -> list[str]:
        return [key for key in sorted(volume.objects) if prefix.rstrip("/")[-1:] in key]

    replacing(service.world.moving, "entries", entries)


@VOLUMES.asking("volume-objects", "volume-pages")
def pages_of_objects_have_two_more(asked: Asked) -> None:
    """A page of objects has two more than its limit."""
    limit = asked.get("limit") or ""
    if asked.path.endswith("/list") and "/volumes/" in asked.path and limit.isdigit() and 0 < int(limit) < 98:
        asked.query = [(name, str(int(value) + 2) if name == "limit" else value) for name, value in asked.query]


@VOLUMES.telling("volume-pages")
def the_next_objects_are_the_same(asked: Asked, told: Told) -> None:
    """`next` leads to the same page."""
    if _objects(asked, told):
        for link in told.body["links"]:
            link["next"] = told.body["href"] + "&limit=1"


@VOLUMES.telling("volume-pages")
def an_object_is_skipped(asked: Asked, told: Told) -> None:
    """Of each page but the first, the first entry is missing."""
    if _objects(asked, told) and asked.get("continuation_token"):
        told.body["items"], told.body["prefixes"] = told.body["items"][1:], told.body["prefixes"]


@VOLUMES.telling("volume-pages")
def there_are_no_more_objects(asked: Asked, told: Told) -> None:
    """No page of objects links to the next."""
    if _objects(asked, told):
        told.body["links"] = []


@VOLUMES.telling("volume-objects")
def objects_are_on_another_volume(asked: Asked, told: Told) -> None:
    """Objects are listed as being on another volume of the user."""
    if _objects(asked, told):
        for one in told.body["items"]:
            one["volume"] = "rfranklin/another"


@VOLUMES.telling("volume-details")
def all_volumes_are_read_only_in_lists(asked: Asked, told: Told) -> None:
    """The list shows every volume as read-only."""
    if asked.path == "/storage/volumes" and told.status == 200:
        for one in told.body["items"]:
            one["access_mode"] = "RO"


@VOLUMES.telling("volume-details")
def access_is_a_word(asked: Asked, told: Told) -> None:
    """The access_mode of a volume is `read-write`."""
    if asked.path.startswith("/storage/volumes") and told.status == 200:
        for one in documents_of(told):
            if one.get("access_mode") == "RW":
                one["access_mode"] = "read-write"


@VOLUMES.telling("not-found")
def unknown_volumes_are_empty(asked: Asked, told: Told) -> None:
    """The list of objects of a volume that does not exist is empty."""
    if asked.path.endswith("/list") and asked.path.startswith("/storage/volumes") and told.status == 404:
        told.status, told.body = 200, {"href": "http://second.localhost", "items": [], "prefixes": [], "links": []}


@VOLUMES.asking("bad-query")
def any_page_is_the_first(asked: Asked) -> None:
    """An invalid continuation_token leads to the first page."""
    if asked.path.endswith("/list") and not (asked.get("continuation_token") or "after-").startswith("after-"):
        without_query(asked, "continuation_token")


@VOLUMES.asking("bad-query")
def a_limit_of_101_objects_is_taken(asked: Asked) -> None:
    """A limit of 101 objects is taken for 100."""
    if "/volumes/" in asked.path and asked.get("limit") == "101":
        asked.query = [(name, "100" if name == "limit" else value) for name, value in asked.query]


@VOLUMES.telling("conformance")
def lists_of_objects_have_no_prefixes(asked: Asked, told: Told) -> None:
    """Lists of objects have no `prefixes`."""
    if _objects(asked, told):
        del told.body["prefixes"]


@VOLUMES.asking("wrong-token")
def objects_are_public(asked: Asked) -> None:
    """The objects of a volume are listed for any token."""
    if asked.path.endswith("/list") and "/volumes/" in asked.path and asked.token:
        asked.token = TOKEN


# Imports


def _bringing(service: Service, change: Any) -> None:
    replacing(service.world.moving, "bring", change)


@IMPORTS.breaking("import-effects")
def imports_keep_the_key(service: Service) -> None:
    """An import is named after its key, whatever was requested."""

    def bring(original: Any, start: Start, _: str, folder: Node, key: str, when: float) -> Any:
        return original(start, key.rpartition("/")[2], folder, key, when)

    _bringing(service, bring)


@IMPORTS.breaking("import-effects")
def imports_go_to_the_root(service: Service) -> None:
    """An import goes to the root of the project."""

    def bring(original: Any, start: Start, name: str, folder: Node, key: str, when: float) -> Any:
        return original(start, name, service.world.projects[folder.project].root, key, when)

    _bringing(service, bring)


@IMPORTS.breaking("import-effects")
def imports_are_no_aliases(service: Service) -> None:
    """An import is a file of the platform."""

    def bring(original: Any, *given: Any) -> Any:
        made = original(*given)
        made.alias = None
        return made

    _bringing(service, bring)


@IMPORTS.breaking("import-effects")
def imports_are_of_the_first_object(service: Service) -> None:
    """Every import is an alias of one object of the volume."""

    def bring(original: Any, start: Start, *given: Any) -> Any:
        made = original(start, *given)
        made.alias = (start.volume.id, "runs/a/1.bam")
        return made

    _bringing(service, bring)


@IMPORTS.breaking("import-effects")
def imports_are_two(service: Service) -> None:
    """There is a second file beside the imported one."""

    def bring(original: Any, start: Start, name: str, folder: Node, *given: Any) -> Any:
        made = original(start, name, folder, *given)
        service.world.add_file(f"{name}.part", folder)
        return made

    _bringing(service, bring)


@IMPORTS.telling("transfer-ends")
def imports_do_not_end(asked: Asked, told: Told) -> None:
    """An import that is COMPLETED is RUNNING forever."""
    for one in _of_imports(asked, told):
        if one["state"] == "COMPLETED":
            one["state"] = "RUNNING"
            one.pop("result", None)
            one.pop("finished_on", None)


@IMPORTS.telling("transfer-outcome")
def failed_imports_have_no_error(asked: Asked, told: Told) -> None:
    """An import that is FAILED has no error."""
    for one in _of_imports(asked, told):
        one.pop("error", None)


@IMPORTS.telling("transfer-outcome")
def imports_have_no_result(asked: Asked, told: Told) -> None:
    """An import that is COMPLETED names no file."""
    for one in _of_imports(asked, told):
        one.pop("result", None)


@IMPORTS.telling("transfer-outcome")
def imports_name_another_file(asked: Asked, told: Told) -> None:
    """An import names a file that it did not create."""
    for one in _of_imports(asked, told):
        if "result" in one:
            one["result"]["id"] = "f" * 24


@IMPORTS.breaking("transfer-fails")
def what_is_not_there_is_imported(service: Service) -> None:
    """An object that does not exist is imported as an empty file."""

    def carry_out(original: Any, transfer: Transfer) -> Any:
        start = transfer.start
        if not start.is_export and not start.location.endswith("/"):
            start.volume.objects.setdefault(start.location, 0)
        return original(transfer)

    replacing(service.world.moving, "carry_out", carry_out)


@IMPORTS.breaking("import-clash")
def imports_overwrite(service: Service) -> None:
    """An import replaces the file of the same name."""

    def carry_out(original: Any, transfer: Transfer) -> Any:
        start = transfer.start
        if not start.is_export and not start.flags.get("autorename"):
            transfer.start = evolve(start, flags={**start.flags, "overwrite": True})
        return original(transfer)

    replacing(service.world.moving, "carry_out", carry_out)


def _unflagged(flag: str) -> Any:
    def carry_out(original: Any, transfer: Transfer) -> Any:
        transfer.start = evolve(transfer.start, flags={**transfer.start.flags, flag: False})
        return original(transfer)

    return carry_out


@IMPORTS.breaking("import-clash")
def imports_are_not_renamed(service: Service) -> None:
    """`autorename` is ignored."""
    replacing(service.world.moving, "carry_out", _unflagged("autorename"))


@IMPORTS.breaking("import-clash")
def imports_never_overwrite(service: Service) -> None:
    """`overwrite` of an import is ignored."""
    replacing(service.world.moving, "carry_out", _unflagged("overwrite"))


@IMPORTS.breaking("import-clash")
def imports_stand_beside(service: Service) -> None:
    """An import whose name is taken stands beside what has it."""
    replacing(service.world.moving, "_renamed", lambda _, start, name, folder: name)  # noqa: ARG005


@IMPORTS.breaking("import-folder")
def folders_are_imported_to_one_level(service: Service) -> None:
    """A folder is imported without those in it."""

    def bring_folder(_: Any, start: Start, when: float) -> Node:
        assert start.folder is not None
        made = service.world.add_folder(start.name, start.folder)
        for key in list(start.volume.objects):
            if key.startswith(start.location) and "/" not in key.removeprefix(start.location):
                service.world.moving.bring(start, key.rpartition("/")[2], made, key, when)
        return made

    replacing(service.world.moving, "bring_folder", bring_folder)


@IMPORTS.breaking("import-folder")
def imported_folders_are_flat(service: Service) -> None:
    """All files of a folder that is imported are directly in it."""

    def carry_out(original: Any, transfer: Transfer) -> Any:
        start = transfer.start
        transfer.start = evolve(start, flags={**start.flags, "preserve_folder_structure": False, "autorename": True})
        return original(transfer)

    replacing(service.world.moving, "carry_out", carry_out)


@IMPORTS.breaking("import-folder")
def imported_folders_lack_the_last_file(service: Service) -> None:
    """A folder is imported without its last file."""

    def bring_folder(original: Any, *given: Any) -> Node:
        made: Node = original(*given)
        *_, last = made.files()
        service.world.remove(last)
        return made

    replacing(service.world.moving, "bring_folder", bring_folder)


@IMPORTS.telling("echo")
def imports_forget_the_name(asked: Asked, told: Told) -> None:
    """An import does not show the requested name."""
    for one in _of_imports(asked, told):
        if isinstance(one.get("destination"), dict):
            one["destination"].pop("name", None)


@IMPORTS.telling("echo")
def imports_show_another_key(asked: Asked, told: Told) -> None:
    """The source of an import has a slash before its key."""
    for one in _of_imports(asked, told):
        if isinstance(one.get("source"), dict):
            one["source"]["location"] = "/" + one["source"]["location"]


@IMPORTS.asking("starts", "bulk-errors")
def only_the_first_is_imported(asked: Asked) -> None:
    """A bulk start of imports starts the first of them."""
    if asked.path == "/bulk/storage/imports/create" and 1 < len(items_of(asked)) < 100:
        rewritten(asked, items=items_of(asked)[:1])


@IMPORTS.breaking("starts")
def imports_are_started_twice(service: Service) -> None:
    """Each import is started twice, the second time with autorename."""

    def start(original: Any, user: str, given: Start) -> Any:
        if not given.is_export:
            original(user, evolve(given, flags={**given.flags, "autorename": True}))
        return original(user, given)

    replacing(service.world.moving, "start", start)


@IMPORTS.breaking("starts")
def refused_imports_are_started(service: Service) -> Any:
    """A bulk start is refused as a whole for one item, and has started the others."""

    def told(asked: Asked, answer: Told) -> None:
        entries = answer.body["items"] if asked.path == "/bulk/storage/imports/create" and answer.status == 200 else []
        if any("error" in one for one in entries):
            answer.status, answer.body = 404, {"status": 404, "code": 9007, "message": "", "more_info": ""}

    return standing(service, told=told)


@IMPORTS.telling("transfer-order")
def running_imports_are_pending(asked: Asked, told: Told) -> None:
    """An import is RUNNING first, and then PENDING."""
    other = {"PENDING": "RUNNING", "RUNNING": "PENDING"}
    for one in _of_imports(asked, told):
        one["state"] = other.get(one["state"], one["state"])


@IMPORTS.breaking("transfer-final")
def completed_imports_fail(service: Service) -> Any:
    """An import that was COMPLETED is FAILED when it is read the next time."""
    seen: dict[str, int] = {}

    def told(asked: Asked, answer: Told) -> None:
        for one in _of_imports(asked, answer):
            if one["state"] == "COMPLETED" and asked.path.startswith("/storage/imports/"):
                seen[one["id"]] = seen.get(one["id"], 0) + 1
                if seen[one["id"]] > 1:
                    one["state"], one["error"] = "FAILED", {"status": 500, "code": 90004}
                    one.pop("result", None)

    return standing(service, told=told)


@IMPORTS.breaking("transfer-listed")
def failed_imports_are_not_listed(service: Service) -> None:
    """The list of imports has none that are FAILED."""
    moving = service.world.moving
    replacing(
        moving,
        "listed",
        lambda original, *given: [one for one in original(*given) if not isinstance(one.came, Refusal)],
    )


@IMPORTS.telling("transfer-listed")
def listed_imports_have_another_start(asked: Asked, told: Told) -> None:
    """The list of imports has other dates than their details."""
    if asked.path == "/storage/imports" and asked.method == "GET":
        for one in _of_imports(asked, told):
            if "started_on" in one:
                one["started_on"] = "2026-01-01T00:00:00Z"


@IMPORTS.asking("transfer-filters")
def states_of_imports_are_ignored(asked: Asked) -> None:
    """The filter of imports by state is ignored."""
    if asked.path == "/storage/imports":
        without_query(asked, "state")


@IMPORTS.asking("transfer-filters")
def projects_of_imports_are_ignored(asked: Asked) -> None:
    """The filter of imports by project is ignored."""
    if asked.path == "/storage/imports":
        without_query(asked, "project")


@IMPORTS.telling("transfer-readable")
def imports_are_not_read_in_bulk(asked: Asked, told: Told) -> None:
    """A read in bulk has an error instead of the second import."""
    if asked.path == "/bulk/storage/imports/get" and told.status == 200 and len(told.body["items"]) > 1:
        told.body["items"][1] = {"error": {"status": 404, "code": 9008, "message": "", "more_info": ""}}


@IMPORTS.asking("bad-body")
def imports_take_two_destinations(asked: Asked) -> None:
    """Of two destinations of an import, the folder counts."""
    if asked.path == "/storage/imports" and asked.method == "POST" and isinstance(asked.json, dict):
        place = asked.json.get("destination")
        if isinstance(place, dict) and place.get("project") and place.get("parent"):
            rewritten(asked, destination={key: place[key] for key in place if key != "project"})


@IMPORTS.asking("bad-body")
def more_than_a_hundred_imports_are_cut(asked: Asked) -> None:
    """Of more than a hundred imports, the first is started."""
    if asked.path == "/bulk/storage/imports/create" and len(items_of(asked)) > 100:
        rewritten(asked, items=items_of(asked)[:1])


@IMPORTS.telling("dates")
def running_imports_have_ended(asked: Asked, told: Told) -> None:
    """An import has an end from its start on."""
    for one in _of_imports(asked, told):
        if "started_on" in one:
            one.setdefault("finished_on", one["started_on"])


@IMPORTS.asking("private")
def imports_are_everybodys(asked: Asked) -> None:
    """Imports can be read by every user."""
    if asked.path.startswith("/storage/imports/") and asked.token == "another-token":
        asked.token = TOKEN


@IMPORTS.telling("not-found")
def unknown_imports_are_pending(asked: Asked, told: Told) -> None:
    """An import that does not exist is PENDING."""
    if asked.path.startswith("/storage/imports/") and told.status == 404:
        told.status, told.body = 200, {"href": "http://second.localhost", "id": "0", "state": "PENDING"}


@IMPORTS.asking("media-type")
def imports_of_any_type(asked: Asked) -> None:
    """An import takes a body of any media type."""
    if asked.path == "/storage/imports" and asked.media_type == "text/plain":
        asked.media_type = "application/json"


# Exports


def _writing(service: Service, change: Any) -> None:
    replacing(service.world.moving, "write", change)


@EXPORTS.breaking("export-effects")
def exports_are_flat(service: Service) -> None:
    """Slashes in the key of an export become underscores, but for the first."""

    def write(original: Any, start: Start, file: Node) -> Any:
        first, _, rest = start.location.partition("/")
        return original(evolve(start, location=f"{first}/{rest.replace('/', '_')}"), file)

    _writing(service, write)


@EXPORTS.breaking("export-effects")
def exports_go_to_the_top(service: Service) -> None:
    """An export is written at the top of the volume."""

    def write(original: Any, start: Start, file: Node) -> Any:
        return original(evolve(start, location=start.location.rpartition("/")[2]), file)

    _writing(service, write)


@EXPORTS.breaking("export-effects")
def exports_write_nothing(service: Service) -> None:
    """An export is COMPLETED, and nothing was written."""
    _writing(service, lambda _, start, file: file)  # noqa: ARG005


@EXPORTS.breaking("export-keeps")
def exports_never_keep(service: Service) -> None:
    """`copy_only` is ignored: the file becomes an alias."""
    _writing(service, lambda original, start, file: original(evolve(start, copy_only=False), file))


@EXPORTS.breaking("export-keeps")
def exports_in_bulk_never_keep(service: Service) -> Any:
    """`copy_only` is ignored in a bulk start."""

    def asked(request: Asked) -> None:
        if request.path == "/bulk/storage/exports/create":
            without_query(request, "copy_only")

    return standing(service, asked=asked)


@EXPORTS.breaking("export-alias")
def exports_always_keep(service: Service) -> None:
    """An exported file stays on the platform's storage, whatever was requested."""
    _writing(service, lambda original, start, file: original(evolve(start, copy_only=True), file))


@EXPORTS.breaking("export-alias")
def exported_files_are_aliases_of_others(service: Service) -> None:
    """An exported file is an alias of another object than was written."""

    def write(original: Any, start: Start, file: Node) -> Any:
        original(start, file)
        if file.alias is not None:
            file.alias = (start.volume.id, "first.bam")
        return file

    _writing(service, write)


@EXPORTS.breaking("export-clash")
def exports_overwrite(service: Service) -> None:
    """An export replaces an object of the same key."""
    _writing(service, lambda original, start, file: original(evolve(start, flags={"overwrite": True}), file))


@EXPORTS.breaking("export-effects")
def exports_never_overwrite(service: Service) -> None:
    """`overwrite` of an export is ignored."""
    _writing(service, lambda original, start, file: original(evolve(start, flags={}), file))


@EXPORTS.breaking("export-refused")
def aliases_are_exported(service: Service) -> Any:
    """An alias is exported."""

    def asked(request: Asked) -> None:
        if request.path == "/storage/exports" and request.method == "POST" and isinstance(request.json, dict):
            source = request.json.get("source")
            node = service.world.nodes.get(str(source.get("file"))) if isinstance(source, dict) else None
            if node is not None:
                node.alias = None

    return standing(service, asked=asked)


@EXPORTS.breaking("export-refused")
def folders_are_exported(service: Service) -> Any:
    """A folder is exported as an empty object."""

    def told(asked: Asked, answer: Told) -> None:
        if asked.path == "/storage/exports" and answer.status == 403 and isinstance(asked.json, dict):
            node = service.world.nodes.get(str(asked.json["source"].get("file")))
            if node is not None and node.is_folder:
                made = service.world.add_file("empty", service.target)
                asked.body = asked.body.replace(node.id.encode(), made.id.encode())
                body = asked.json
                volume = service.world.moving.volumes[body["destination"]["volume"]]
                source, place = {"file": node.id}, body["destination"]
                start = Start(source, place, volume, place["location"], None, made, {}, copy_only=True)
                transfer = service.world.moving.start("rfranklin", start)
                answer.status = 200
                answer.body = {
                    "href": "http://second.localhost",
                    "id": transfer.id,
                    "state": "PENDING",
                    "source": source,
                    "destination": place,
                }

    return standing(service, told=told)


@EXPORTS.breaking("export-refused")
def all_volumes_are_written_to(service: Service) -> Any:
    """An export goes to a read-only volume."""

    def asked(request: Asked) -> None:
        for volume in service.world.moving.volumes.values():
            # It says that it is read-only, and does not heed it.
            volume.writable = request.method == "POST" or volume.id != "rfranklin/read-only"

    return standing(service, asked=asked)


@EXPORTS.asking("starts")
def the_last_is_not_exported(asked: Asked) -> None:
    """A bulk start of exports leaves the last out."""
    if asked.path == "/bulk/storage/exports/create" and 1 < len(items_of(asked)) < 100:
        rewritten(asked, items=items_of(asked)[:-1])


@EXPORTS.telling("echo")
def exports_show_no_source(asked: Asked, told: Told) -> None:
    """An export does not show its file."""
    for one in _of_exports(asked, told):
        one.pop("source", None)


@EXPORTS.telling("transfer-outcome")
def exports_have_no_result(asked: Asked, told: Told) -> None:
    """An export that is COMPLETED names no file."""
    for one in _of_exports(asked, told):
        one.pop("result", None)


@EXPORTS.asking("transfer-filters")
def volumes_of_exports_are_ignored(asked: Asked) -> None:
    """The filter of exports by volume is ignored."""
    if asked.path == "/storage/exports":
        without_query(asked, "volume")


@EXPORTS.telling("transfer-ends")
def exports_are_pending(asked: Asked, told: Told) -> None:
    """An export that is COMPLETED is PENDING forever."""
    for one in _of_exports(asked, told):
        if one["state"] == "COMPLETED":
            one["state"] = "PENDING"
            one.pop("finished_on", None)


@EXPORTS.telling("bad-body")
def exports_of_nothing_wait(asked: Asked, told: Told) -> None:
    """An export without a file is PENDING."""
    sent = asked.json if asked.path == "/storage/exports" and told.status == 400 else None
    if isinstance(sent, dict) and not (sent.get("source") or {}).get("file"):
        told.status, told.body = 200, {"href": "http://second.localhost", "id": "0", "state": "PENDING"}


@EXPORTS.asking("no-token")
def exports_are_public(asked: Asked) -> None:
    """An export is started without a token."""
    if asked.path == "/bulk/storage/exports/create":
        asked.token = asked.token or TOKEN


# Imports by DRS


def _fetching(service: Service, change: Any) -> None:
    replacing(service.world.moving, "bring_object", change)


@DRS.breaking("drs-effects")
def objects_have_no_metadata(service: Service) -> None:
    """The file does not get the metadata of its item."""
    _fetching(service, lambda original, fetching, wish: original(fetching, evolve(wish, metadata={})))


@DRS.breaking("drs-effects")
def objects_have_no_tags(service: Service) -> None:
    """The files do not get the tags."""

    def bring(original: Any, fetching: Fetching, wish: Wish) -> Any:
        fetching.tags = []
        return original(fetching, wish)

    _fetching(service, bring)


@DRS.breaking("drs-effects")
def objects_keep_their_names(service: Service) -> None:
    """A new name of an object is ignored."""
    _fetching(service, lambda original, fetching, wish: original(fetching, evolve(wish, name=None)))


@DRS.breaking("drs-effects")
def objects_go_to_the_root(service: Service) -> None:
    """An object is imported to the root of the project."""
    projects = service.world.projects
    _fetching(
        service,
        lambda original, fetching, wish: original(fetching, evolve(wish, folder=projects[wish.folder.project].root)),
    )


def _conflicting(name: str, instead: str) -> Any:
    def bring(original: Any, fetching: Fetching, wish: Wish) -> Any:
        fetching.conflicts = instead if fetching.conflicts == name else fetching.conflicts
        return original(fetching, wish)

    return bring


@DRS.breaking("drs-conflict")
def skip_overwrites(service: Service) -> None:
    """SKIP replaces the file that has the name."""
    _fetching(service, _conflicting("SKIP", "OVERWRITE"))


@DRS.breaking("drs-conflict")
def skip_renames(service: Service) -> None:
    """SKIP imports under another name."""
    _fetching(service, _conflicting("SKIP", "RENAME"))


@DRS.breaking("drs-conflict")
def rename_skips(service: Service) -> None:
    """RENAME skips objects whose name already exists."""
    _fetching(service, _conflicting("RENAME", "SKIP"))


@DRS.breaking("drs-conflict")
def overwrite_renames(service: Service) -> None:
    """OVERWRITE imports under another name."""
    _fetching(service, _conflicting("OVERWRITE", "RENAME"))


@DRS.telling("drs-result")
def results_have_no_errors(asked: Asked, told: Told) -> None:
    """What could not be imported has no entry."""
    for one in _of_drs(asked, told):
        one["result"] = [entry for entry in one.get("result") or [] if "resource" in entry]


@DRS.telling("drs-result")
def results_name_no_files(asked: Asked, told: Told) -> None:
    """The result names files that do not exist."""
    for one in _of_drs(asked, told):
        for entry in one.get("result") or []:
            if "resource" in entry:
                entry["resource"]["id"] = "0" * 24


@DRS.breaking("drs-effects", "drs-result")
def what_is_no_object_is_empty(service: Service) -> None:
    """A DRS URI that does not exist is imported as an empty file."""

    def bring(original: Any, fetching: Fetching, wish: Wish) -> Any:
        service.world.moving.repository.setdefault(wish.uri, ("empty.bam", 0))
        return original(fetching, wish)

    _fetching(service, bring)


@DRS.telling("transfer-ends")
def imports_of_objects_do_not_end(asked: Asked, told: Told) -> None:
    """A DRS import is RUNNING forever."""
    for one in _of_drs(asked, told):
        if one.get("state") == "FINISHED":
            one["state"] = "RUNNING"
            one.pop("finished_on", None)


@DRS.telling("transfer-outcome")
def imports_of_objects_have_no_result(asked: Asked, told: Told) -> None:
    """A finished DRS import has no result."""
    for one in _of_drs(asked, told):
        one.pop("result", None)


@DRS.breaking("starts")
def equal_imports_are_one(service: Service) -> None:
    """The second DRS import of an object returns the first."""
    made: list[Fetching] = []

    def fetch(original: Any, user: str, wishes: Any, *given: Any) -> Any:
        if len(wishes) == 1 and made:
            return made[0]
        made.append(original(user, wishes, *given))
        return made[-1]

    replacing(service.world.moving, "fetch", fetch)


@DRS.asking("bad-body")
def every_address_will_do(asked: Asked) -> None:
    """A URI that is not a DRS URI is accepted."""
    if asked.path == "/bulk/drs/imports/create":
        items = objects_of(asked)
        if any(str(one.get("drs_uri")).startswith("https:") for one in items):
            rewritten(asked, items=[{**one, "drs_uri": "drs://none.example/1"} for one in items])


@DRS.asking("bad-body")
def objects_take_two_destinations(asked: Asked) -> None:
    """Of two destinations of an object, the folder counts."""
    items = objects_of(asked)
    if asked.path == "/bulk/drs/imports/create" and any(one.get("project") and one.get("parent") for one in items):
        rewritten(asked, items=[{key: one[key] for key in one if key != "project"} for one in items])


@DRS.telling("transfer-readable")
def imports_of_objects_cannot_be_read(asked: Asked, told: Told) -> None:
    """A DRS import cannot be read before it is FINISHED."""
    if asked.method == "GET" and _of_drs(asked, told) and told.body.get("state") != "FINISHED":
        answer = error(404, 10211)
        told.status, told.body = answer.status, answer.body


@DRS.telling("dates")
def objects_arrive_before_their_start(asked: Asked, told: Told) -> None:
    """An import by DRS ends before it starts."""
    for one in _of_drs(asked, told):
        if "finished_on" in one:
            one["finished_on"] = "2001-01-01T00:00:00Z"


@DRS.asking("wrong-token")
def imports_of_objects_take_any_token(asked: Asked) -> None:
    """An import by DRS is started with any token."""
    if asked.path == "/bulk/drs/imports/create" and asked.token:
        asked.token = TOKEN
