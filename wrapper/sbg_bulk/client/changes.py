"""The metadata and tags of files, for both clients: rows of a program as manifests, and what files have."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, TypeAlias

from attrs import frozen

from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.client.places import lookup_policy
from sbg_bulk.drs.items import CONFLICTS, RESOLUTIONS
from sbg_bulk.errors import InputError
from sbg_bulk.files.paths import is_path
from sbg_bulk.items import METADATA
from sbg_bulk.items import TAGS as TAGGING
from sbg_bulk.metadata.edit import described
from sbg_bulk.metadata.items import ACTION, TAGS
from sbg_bulk.models.resources import File
from sbg_bulk.runs.columns import SOURCE_COLUMN
from sbg_bulk.runs.draft import Draft
from sbg_bulk.runs.forms import ReadFormat
from sbg_bulk.text import one_of
from sbg_bulk.transfers.choice import Choice

Manifest: TypeAlias = "str | Iterable[str] | Iterable[Mapping[str, Any]] | Path | IO[bytes] | Draft | Choice"
"""A manifest: its file, a stream of bytes, or what was planned; rows as mappings; ids and paths; or what was chosen."""


@frozen
class FileChange:
    """A change of what a file has.

    Attributes:
        file: the file's id.
        path: its path, as far as it was given; else its name.
        key: the key of its metadata, or `tags`.
        old: what it has; None if nothing.
        new: what it is to have; None if it is removed.
    """

    file: str
    path: str
    key: str
    old: str | None
    new: str | None


class Listed(io.BytesIO):
    """A manifest of what was chosen, with a name for people."""

    name = ""


def listed(choice: Choice) -> IO[bytes]:
    """Return what was chosen as a manifest of files, which is JSONL, with the sources for its name.

    Sizes are left out: they would be told as bytes that were carried.
    """
    rows = ({"file": one.id, SOURCE_COLUMN: one.source} for one in choice.items)
    made = Listed("".join(json.dumps(row) + "\n" for row in rows).encode())
    made.name = choice.name
    return made


def manifest_of(source: Manifest, form: ReadFormat | None) -> tuple[Path | IO[bytes] | Draft, ReadFormat | None]:
    """Return a manifest and its format: rows and lists become streams."""
    if isinstance(source, (Path, Draft)) or hasattr(source, "read"):
        return source, form  # type: ignore[return-value] # what can be read is a stream
    if isinstance(source, Choice):
        return listed(source), "jsonl"
    given: list[Any] = [source] if isinstance(source, str) else list(source)
    if all(isinstance(one, str) for one in given):
        return io.BytesIO("\n".join(given).encode("utf-8", "surrogateescape")), "list"
    if not all(isinstance(one, Mapping) for one in given):
        raise InputError("Give a manifest's file, rows as mappings, or ids and paths as strings.")
    return io.BytesIO("".join(json.dumps(dict(one)) + "\n" for one in given).encode()), "jsonl"


class ChangeFlows:
    """Changes of what files have, and what they have."""

    def __init__(self, policy: RequestPolicy, choose: Callable[..., Flow[Choice]]) -> None:
        self._policy = policy
        self._choose = choose
        self.manifest = manifest_of

    def importing(self, on_conflict: str, tags: Iterable[str] | None) -> dict[str, Any]:
        """Return what is said for all rows of an import by DRS. Raises InputError if there is no such way."""
        if on_conflict.upper() not in RESOLUTIONS:
            raise InputError(f"on_conflict: expected {one_of(RESOLUTIONS).lower()}, not {on_conflict!r}.")
        if isinstance(tags, str):
            tags = [tags]
        return {CONFLICTS: on_conflict.upper(), **({} if tags is None else {TAGS: list(tags)})}

    def tagging(
        self, add: Iterable[str] | None, remove: Iterable[str] | None, replace: Iterable[str] | None
    ) -> dict[str, Any]:
        """Return what is said for all rows. Raises InputError if that is not one thing to do."""
        given = {"add": add, "remove": remove, "set": replace}
        found = [(action, tags) for action, tags in given.items() if tags is not None]
        if len(found) > 1:
            raise InputError("Give only one of add, remove and set.")
        if not found:
            return {}  # the manifest says it
        [(action, tags)] = found
        return {ACTION: action, TAGS: [tags] if isinstance(tags, str) else list(tags)}

    def read(self, files: str | Iterable[str], recursive: bool) -> Flow[dict[str, File]]:
        """Return files in full, by the ids or paths that name them; the path of a folder names the files in it.

        Raises:
            InputError: something is not there, or the id of a folder was given.
        """
        given = [files] if isinstance(files, str) else list(files)
        named = {one: one for one in given if not is_path(one)}
        if places := [one for one in given if is_path(one)]:
            nothing: Any = ((), (), None, "file", (), {})
            choice = yield from self._choose(
                places,
                None,
                nothing,
                recursive=recursive,
                parents=False,
                flatten=False,
                on_conflict="skip",
                whole=False,
                moves=False,
                new_run=True,
                on_request=None,
            )
            named |= {item.source: item.id for item in choice.items}
        known = yield from described(lookup_policy(self._policy), named.values())
        found: dict[str, File] = {}
        for name, identity in named.items():
            file = known.get(identity)
            if file is None:
                raise InputError(f"{name} was not found, or is not shared with you.")
            if file.is_folder:
                raise InputError(
                    f"{name} is a folder, and only files have metadata and tags: give its path for its files."
                )
            found[name] = file
        return found

    def changes(self, draft: Draft) -> Flow[list[FileChange]]:
        """Return what a plan would change, by what the files have now."""
        if draft.plan.job_type not in (METADATA, TAGGING):
            raise InputError(f"A {draft.plan.job_type} changes neither metadata nor tags.")
        items = yield from record(draft.items)
        paths = yield from record(lambda: dict(_paths(draft)))
        known = yield from described(lookup_policy(self._policy), (item.file for item in items))
        found: list[FileChange] = []
        for item in items:
            file = known.get(item.file)
            if file is not None and not file.is_folder:
                name = paths.get(item.file) or file.name
                found += [FileChange(item.file, name, *one) for one in item.differences(file)]
        return found


def _paths(draft: Draft) -> Iterator[tuple[str, str | None]]:
    return ((row.file, row.source) for row in draft.first(len(draft)))
