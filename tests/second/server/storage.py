"""The calls on volumes, imports, exports and imports by DRS."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode

from tests.second.server.asked import Answer, Asked, Handler, body_of, bulk_answer, bulk_of, destination_of, number_of
from tests.second.server.documents import Document
from tests.second.server.moving import Start, Transfer, Wish
from tests.second.server.nodes import Node, Refusal
from tests.second.server.world import World

DRS: Final = re.compile(r"drs://[^/:?#\s]+[/:][^?#\s]+")
FLAGS: Final = ("overwrite", "autorename", "preserve_folder_structure")
CONFLICTS: Final = (None, "OVERWRITE", "RENAME", "SKIP")

Page = Callable[[Asked, Sequence[Any], Callable[[Any], Document]], Answer]


def storage_routes(world: World, page: Page) -> list[tuple[str, str, Handler]]:
    """Return method, path and handler of each call.

    Args:
        world: the world.
        page: answers a page of a list.
    """
    calls = _Storage(world, page)
    volume = "/storage/volumes/{owner}/{volume}"
    routes: list[tuple[str, str, Handler]] = [
        ("GET", "/storage/volumes", calls.volumes),
        ("GET", volume, calls.volume),
        ("GET", f"{volume}/list", calls.objects),
        ("POST", "/bulk/drs/imports/create", calls.fetch),
        ("GET", "/bulk/drs/imports/{import_id}", calls.fetching),
    ]
    for kind, exports in (("imports", False), ("exports", True)):
        routes += [
            ("GET", f"/storage/{kind}", calls.listing(exports)),
            ("POST", f"/storage/{kind}", calls.starting(exports)),
            ("GET", f"/storage/{kind}/{{transfer_id}}", calls.reading(exports)),
            ("POST", f"/bulk/storage/{kind}/create", calls.bulk_starting(exports)),
            ("POST", f"/bulk/storage/{kind}/get", calls.bulk_reading(exports)),
        ]
    return routes


class _Storage:
    def __init__(self, world: World, page: Page) -> None:
        self._world, self._moving, self._variant, self._page = world, world.moving, world.variant, page

    def volumes(self, asked: Asked) -> Answer:
        mine = [one for one in self._moving.volumes.values() if one.owner == asked.user]
        fields = asked.query.get("fields")
        return self._page(asked, mine, lambda one: asked.writer.volume(one, listed=True, fields=fields))

    def volume(self, asked: Asked) -> Answer:
        found = self._moving.volume(f"{asked.path['owner']}/{asked.path['volume']}", asked.user)
        return 200, asked.writer.volume(found, fields=asked.query.get("fields")), {}

    def objects(self, asked: Asked) -> Answer:
        volume = self._moving.volume(f"{asked.path['owner']}/{asked.path['volume']}", asked.user)
        prefix, limit = asked.query.get("prefix", ""), number_of(asked, "limit", 25)
        if not 1 <= limit <= 100:
            raise Refusal(400, 90000, "limit is out of range")
        entries = self._moving.entries(volume, prefix)
        if not self._variant.prefixes:
            entries = [key for key in sorted(volume.objects) if key.startswith(prefix)]
        token = asked.query.get("continuation_token")
        if token is not None and not token.startswith("after-"):
            raise Refusal(400, 9011, "no such token")
        after = "" if token is None else token.removeprefix("after-")
        left = [one for one in entries if one > after]
        shown = left[: min(limit, self._variant.page_max, self._variant.object_pages)]
        if token is None and not self._variant.first_objects:
            shown = []
        path = f"/storage/volumes/{volume.id}/list"
        query = {name: value for name, value in asked.query.items() if name != "continuation_token"}
        following = None
        if len(shown) < len(left):
            last = f"after-{shown[-1]}" if shown else "after-"
            following = f"{path}?{urlencode({**query, 'continuation_token': last}, quote_via=quote)}"
        return 200, asked.writer.objects(volume, f"{path}?{urlencode(query)}", shown, following), {}

    # Imports and exports

    def listing(self, exports: bool) -> Handler:
        def listed(asked: Asked) -> Answer:
            project = None if exports else asked.query.get("project")
            found = self._moving.listed(
                asked.user, exports, asked.query.get("volume"), project, asked.query.getlist("state")
            )
            fields = asked.query.get("fields")
            return self._page(
                asked, found, lambda one: asked.writer.transfer(one, self._moving, listed=True, fields=fields)
            )

        return listed

    def reading(self, exports: bool) -> Handler:
        def read(asked: Asked) -> Answer:
            found = self._moving.transfer(asked.path["transfer_id"], asked.user, exports)
            return 200, asked.writer.transfer(found, self._moving, fields=asked.query.get("fields")), {}

        return read

    def starting(self, exports: bool) -> Handler:
        def started(asked: Asked) -> Answer:
            made = self._started(asked, body_of(asked, 9011), exports)
            self._world.go_on()
            return self._variant.post_status, asked.writer.transfer(made, self._moving), {}

        return started

    def _started(self, asked: Asked, given: Any, exports: bool) -> Transfer:
        start = self._export(asked, given) if exports else self._import(asked, given)
        return self._moving.start(asked.user, start)

    def bulk_starting(self, exports: bool) -> Handler:
        def started(asked: Asked) -> Answer:
            starts: list[Start | Refusal] = []
            if exports:
                _copy_only(asked)
            for one in bulk_of(asked, "items", 9011):
                _checked(one, exports)
                try:
                    starts.append(self._export(asked, one) if exports else self._import(asked, one))
                except Refusal as refusal:
                    if self._variant.storage_refusals == "call":
                        raise
                    starts.append(refusal)
            entries: list[Document | Refusal] = [
                one
                if isinstance(one, Refusal)
                else asked.writer.transfer(self._moving.start(asked.user, one), self._moving)
                for one in starts
            ]
            self._world.go_on()
            return bulk_answer(asked, entries)

        return started

    def bulk_reading(self, exports: bool) -> Handler:
        def read(asked: Asked) -> Answer:
            entries: list[Document | Refusal] = []
            given = bulk_of(asked, "export_ids" if exports else "import_ids", 9011)
            if not all(isinstance(one, str) and one for one in given):
                raise Refusal(400, 9011, "an id is empty, or not a string")
            for one in given:
                try:
                    found = self._moving.transfer(one, asked.user, exports)
                except Refusal as refusal:
                    entries.append(refusal)
                else:
                    entries.append(asked.writer.transfer(found, self._moving))
            return bulk_answer(asked, entries)

        return read

    def _import(self, asked: Asked, given: Any) -> Start:
        source, destination, flags = _checked(given, exports=False)
        volume = self._moving.volume(source["volume"], asked.user)
        parent, project = destination_of(destination)
        folder = self._world.folder(parent, asked.user) if parent else self._project(str(project), asked.user)
        start = Start(source, destination, volume, source["location"], folder, None, flags)
        if not start.name:
            raise Refusal(400, 9018, "no name can be inferred")
        return start

    def _project(self, project: str, user: str) -> Node:
        found = self._world.projects.get(project)
        if found is None:
            raise Refusal(400, 9012, "no such project")
        if user not in found.members:
            raise Refusal(403, 9003, "no access to the project")
        return found.root

    def _export(self, asked: Asked, given: Any) -> Start:
        source, destination, flags = _checked(given, exports=True)
        volume = self._moving.volume(destination["volume"], asked.user)
        file = self._world.nodes.get(source["file"])
        if file is None:
            raise Refusal(404, 9009, "no such file")
        if asked.user not in self._world.projects[file.project].members:
            raise Refusal(403, 9004, "no access to the file")
        if file.is_folder or file.alias is not None:
            raise Refusal(403, 9006, "cannot be exported")
        if not volume.writable:
            raise Refusal(403, 9026, "the volume is read-only")
        copy_only = _copy_only(asked)
        return Start(source, destination, volume, destination["location"], None, file, flags, copy_only)

    # Imports by DRS

    def fetch(self, asked: Asked) -> Answer:
        given = bulk_of(asked, "items")
        body = body_of(asked)
        conflicts, tags = body.get("conflict_resolution"), body.get("tags") or []
        if conflicts not in CONFLICTS or not _texts(tags):
            raise Refusal(400, 5033, "conflict_resolution or tags have the wrong shape")
        wishes = [self._wish(one, asked.user) for one in given]
        made = self._moving.fetch(asked.user, wishes, conflicts or "SKIP", tags)
        answer = asked.writer.fetching(made, self._moving)
        return self._variant.post_status, answer, {}

    def _wish(self, given: Any, user: str) -> Wish:
        if not isinstance(given, dict) or not _texts([given.get("drs_uri"), given.get("name") or ""]):
            raise Refusal(400, 5033, "an item has the wrong shape")
        if not DRS.fullmatch(given["drs_uri"]):
            raise Refusal(400, 90000, "not an address of DRS")
        name, metadata = given.get("name") or None, given.get("metadata") or {}
        if name is not None and (len(name) > 255 or "/" in name):
            raise Refusal(400, 10235, "not a name for a file")
        if not isinstance(metadata, dict):
            raise Refusal(400, 5033, "metadata is not an object")
        parent, project = destination_of(given)
        folder = self._world.folder(parent, user) if parent else self._world.project(str(project), user).root
        kept = {key: value for key, value in metadata.items() if value is not None}
        return Wish(given["drs_uri"], folder, name, kept)

    def fetching(self, asked: Asked) -> Answer:
        found = self._moving.fetching(asked.path["import_id"], asked.user)
        return 200, asked.writer.fetching(found, self._moving), {}


def _copy_only(asked: Asked) -> bool:
    told = asked.query.get("copy_only", "false")
    if told not in ("true", "false"):
        raise Refusal(400, 90000, "copy_only is true or false")
    return told == "true"


def _texts(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(one, str) for one in given)


def _checked(given: Any, exports: bool) -> tuple[dict[str, Any], dict[str, Any], Mapping[str, bool]]:
    """Return source, destination and flags of what is to be started. Raises Refusal if they have another shape."""
    if not isinstance(given, dict):
        raise Refusal(400, 9011, "not an object")
    source, destination = given.get("source"), given.get("destination")
    if not isinstance(source, dict) or not isinstance(destination, dict):
        raise Refusal(400, 9011, "source and destination are needed")
    place = destination if exports else source
    texts = [place.get("volume"), place.get("location"), *([source.get("file")] if exports else [])]
    if not _texts(texts) or not all(texts):
        raise Refusal(400, 9011, "volume, location or file is missing")
    if not _texts([destination.get(name) or "" for name in ("project", "parent", "name")]):
        raise Refusal(400, 9011, "the destination has the wrong shape")
    name = destination.get("name") or ""
    if len(name) > 255 or "/" in name:
        raise Refusal(400, 9011, "not a name for a file")
    flags = {flag: given[flag] for flag in FLAGS if flag in given and not (exports and flag != "overwrite")}
    if not all(isinstance(flag, bool) for flag in flags.values()):
        raise Refusal(400, 9011, "a flag is not a boolean")
    return source, destination, flags
