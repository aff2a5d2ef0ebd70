"""The arguments of requests: read into what the service works with, or refused.

The contract checks the shape of requests; what it cannot say in a schema is checked here. Whatever is refused
here starts no job.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.service.contract import (
    Arguments,
    InvalidBody,
    InvalidJson,
    InvalidMediaType,
    InvalidRequest,
    Operation,
    UndecodableBody,
)
from sbg_bulk.simulator.world.actions import Item, JobType
from sbg_bulk.simulator.world.described import DrsItem
from sbg_bulk.simulator.world.moving import Export, Import
from sbg_bulk.simulator.world.repository import URI

_PROJECT_ID = re.compile(r"[^/]+/[^/]+")
_OF_A_NAME = ("minLength", "maxLength", "pattern")


def refusal(operation: Operation, invalid: InvalidRequest) -> ApiError:
    """Return the refusal of a request to an operation that does not fit the contract."""
    return ApiError(_code(operation, invalid), str(invalid))


def _code(operation: Operation, invalid: InvalidRequest) -> int:
    match invalid:
        case InvalidMediaType():
            return 90008
        case UndecodableBody():
            return 90009
        case InvalidJson():
            return 10217
        case InvalidBody(path=(), keyword="type"):
            return 10218
        case InvalidBody() if "/storage/" in operation.path:
            return 9011
        case InvalidBody(path=("items" | "file_ids",), keyword="minItems"):
            return 10230
        case InvalidBody(path=("items", _, "file" | "id") | ("file_ids", _), keyword="minLength"):
            return 5004
        case InvalidBody(path=("items", _, "drs_uri"), keyword=keyword) if keyword in _OF_A_NAME:
            return 90000
        case InvalidBody(path=("type",), keyword="enum"):
            return 5012
        case InvalidBody(path=("items", _, "name"), keyword=keyword) if keyword in _OF_A_NAME:
            return 10235
        case InvalidBody(path=("name",), keyword=keyword) if keyword in _OF_A_NAME:
            return 10236
        case InvalidBody():
            return 5033
        case _:
            return 90000


def _respell_folder(body: Any) -> Any:
    """Take FOLDER for folder: a documented example has it, and official clients send it."""
    if isinstance(body, dict) and body.get("type") == "FOLDER":
        return {**body, "type": "folder"}
    return body


def _respell_edits(body: Any) -> Any:
    """Take file_id for id: the documentation writes the one, and official clients send the other."""
    if not isinstance(body, dict) or not isinstance(body.get("items"), list):
        return body
    return {**body, "items": [_respell_edit(item) for item in body["items"]]}


def _respell_edit(item: Any) -> Any:
    if not isinstance(item, dict) or "file_id" not in item or "id" in item:
        return item
    return {"id" if key == "file_id" else key: value for key, value in item.items()}


RESPELLED: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {"create_folder": _respell_folder, "bulk_edit_files": _respell_edits, "bulk_update_files": _respell_edits}
)
"""What is understood besides what the contract says, by operation: each returns the body as the contract spells it."""


def respelled(query: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """Take `copy_only` for what it is in lower case: an official client sends what Python writes, True."""
    return [(name, value.lower() if name == "copy_only" else value) for name, value in query]


def refuse_unknown_filters(operation: Operation, given: Arguments) -> None:
    """Raise ApiError (90000) if a list is asked for with a filter that it does not know.

    To ignore one would be to answer with too many entries, which a client may go on to delete.
    """
    if not any(parameter.name == "limit" for parameter in operation.parameters):
        return
    families = [parameter.name for parameter in operation.parameters if parameter.family]
    strangers = [name for name in given.unknown if name != "fields"]  # documented for all calls, and no filter
    for family in families:
        strangers += [
            name for name in given.query[family] if len(name) <= len(family) + 1 or not name.startswith(f"{family}.")
        ]
    if strangers:
        known = [parameter.name for parameter in operation.parameters if parameter.place == "query"]
        told = ", ".join(f"{name}.KEY" if name in families else name for name in known)
        raise ApiError(90000, f"{strangers[0]}: is not a filter of this list. The filters are {told}.")


def items(job_type: JobType, body: Mapping[str, Any]) -> Sequence[Item]:
    """Read the items of a submission. Raises ApiError if they cannot make a job, naming the first that is wrong."""
    read = [_item(job_type, number, each) for number, each in enumerate(body["items"])]
    seen: dict[str, int] = {}
    for number, item in enumerate(read):
        if item.file in seen:
            raise ApiError(10231, f"items[{number}].file: is the same as items[{seen[item.file]}].file")
        seen[item.file] = number
    return read


def _item(job_type: JobType, number: int, given: Mapping[str, str]) -> Item:
    if job_type is JobType.DELETE:
        return Item(given["file"])
    parent, project = destination(given, f"items[{number}]")
    return Item(given["file"], parent, project, given.get("name") or None)


def new_import(given: Mapping[str, Any]) -> Import:
    """Read what is to be imported. Raises ApiError if it does not name one destination."""
    parent, project = destination(given["destination"], "destination")
    source, to = given["source"], given["destination"]
    return Import(
        volume=source["volume"],
        location=source["location"],
        parent=parent,
        project=project,
        name=to.get("name") or None,
        overwrite=given.get("overwrite") or False,
        autorename=given.get("autorename") or False,
        preserve=given.get("preserve_folder_structure"),
    )


def new_export(given: Mapping[str, Any], copy_only: bool) -> Export:
    """Read what is to be exported."""
    to, properties = given["destination"], given.get("properties") or {}
    overwrite = given.get("overwrite") or False
    return Export(given["source"]["file"], to["volume"], to["location"], overwrite, copy_only, properties)


def drs_item(number: int, given: Mapping[str, Any]) -> DrsItem:
    """Read an item of an import by DRS. Raises ApiError if it does not name one destination, or no address."""
    if not URI.fullmatch(given["drs_uri"]):
        raise ApiError(90000, f"items[{number}].drs_uri: {given['drs_uri']!r} is not a DRS URI.")
    parent, project = destination(given, f"items[{number}]")
    metadata = {key: value for key, value in (given.get("metadata") or {}).items() if value is not None}
    return DrsItem(given["drs_uri"], parent, project, given.get("name") or None, metadata)


def destination(given: Mapping[str, str], place: str = "") -> tuple[str | None, str | None]:
    """Return the one of parent and project that is given; an empty string is as good as nothing.

    `place` is where in the body they are. Raises ApiError if neither is given, or both, or if the project's id is
    malformed.
    """
    parent, project = given.get("parent") or None, given.get("project") or None
    if parent is None and project is None:
        raise ApiError(5029, f"{place or 'body'}: give parent or project.")
    if parent is not None and project is not None:
        raise ApiError(5031, f"{place or 'body'}: give parent or project, not both.")
    if project is not None:
        check_project_id(project, f"{place}.project" if place else "project")
    return parent, project


def check_project_id(project: str, place: str = "project") -> None:
    """Raise ApiError (3012) if the id, which is at that place of the request, is not `owner/project`."""
    if not _PROJECT_ID.fullmatch(project):
        raise ApiError(3012, f"{place}: {project!r} is not of the form owner/project.")
