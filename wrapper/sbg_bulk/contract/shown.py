"""What an answer shows, held against what was asked for: no further call is needed for that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import httpx

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.report import Report

_IDS: Final[Mapping[str, tuple[str, ...]]] = {
    "get_file": ("file_id",),
    "get_project": ("owner", "project"),
    "get_volume": ("volume_owner", "volume_name"),
    "get_copy_job": ("job_id",),
    "get_move_job": ("job_id",),
    "get_delete_job": ("job_id",),
    "get_import": ("import_id",),
    "get_export": ("export_id",),
    "get_drs_import": ("import_id",),
}
"""The parts of a path that are the id of what is read."""

_PLACES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("get_file", "create_folder", "list_files", "list_folder", "list_project_files"), "/files/"),
    **dict.fromkeys(
        ("bulk_get_files", "bulk_edit_files", "bulk_update_files"),
        "/files/",
    ),
    **dict.fromkeys(("get_project", "list_projects", "list_owner_projects"), "/projects/"),
    **dict.fromkeys(("get_volume", "list_volumes"), "/storage/volumes/"),
    **dict.fromkeys(
        ("get_import", "list_imports", "start_import", "bulk_start_imports", "bulk_get_imports"), "/storage/imports/"
    ),
    **dict.fromkeys(
        ("get_export", "list_exports", "start_export", "bulk_start_exports", "bulk_get_exports"), "/storage/exports/"
    ),
    **dict.fromkeys(("get_drs_import", "start_drs_import"), "/bulk/drs/imports/"),
}
"""Where what a call shows is read: the path before its id."""


def check_shown(report: Report, answer: Answer, template: str, path: Mapping[str, Any], request: httpx.Request) -> None:
    """Check that a success is about what was asked for.

    Args:
        report: takes what is found.
        answer: the answer.
        template: the path of the call, as the contract has it.
        path: its parameters.
        request: the request.
    """
    if not answer.ok:
        return
    name = answer.operation
    wanted = "/".join(str(path.get(part)) for part in _IDS.get(name, ()))
    told = answer.field("id")
    if wanted and isinstance(told, str):
        _hold(report, answer, told == wanted, "something with another id was returned", wanted, told)
    _check_place(report, answer, path, request.url)
    # Segments of the path are as many as those of the template, whatever is before them.
    base = urlsplit(str(request.url)).path.rsplit("/", template.count("/"))[0]
    for one in _entries(answer) if name in _PLACES else ():
        _check_href(report, answer, one, base + _PLACES[name])
        if str(one.get("type")).lower() == "folder":
            report.hold(
                "entry-details",
                one.get("size") is None,
                "a folder has a size",
                expected="size is null or absent",
                came=str(one.get("size")),
                exchange=answer.exchange,
                place=name,
            )
    links = answer.field("links")
    methods = {str(one["method"]).upper() for one in _objects(links) if one.get("method") is not None}
    if methods:
        report.hold(
            "links",
            methods == {"GET"},
            "the method of a link is not GET",
            expected="GET",
            came=", ".join(sorted(methods)),
            exchange=answer.exchange,
            place=name,
        )


def _check_place(report: Report, answer: Answer, path: Mapping[str, Any], url: httpx.URL) -> None:
    """Check that the entries of a list are where it was asked for, as far as they say where they are."""
    name = answer.operation
    query = dict(url.params.multi_items())
    folder = path.get("file_id") if name == "list_folder" else query.get("parent") if name == "list_files" else None
    project = query.get("project") if name == "list_files" else None
    if name == "list_project_files":
        project = f"{path.get('owner')}/{path.get('project')}"
    if folder is not None or project is not None:
        parents = {str(one["parent"]) for one in answer.listed() if one.get("parent") is not None}
        right = parents <= {folder} if folder is not None else len(parents) <= 1
        _hold(report, answer, right, "entries of a list have another parent", str(folder), ", ".join(sorted(parents)))
        projects = {str(one["project"]) for one in answer.listed() if one.get("project") is not None}
        right = projects <= {project} if project is not None else len(projects) <= 1
        _hold(report, answer, right, "entries of a list are of another project", str(project), ", ".join(projects))
    if name == "list_owner_projects":
        owner = str(path.get("owner"))
        others = [one for one in answer.ids() if one.partition("/")[0] != owner]
        _hold(report, answer, not others, "a project is listed that has another owner", owner, ", ".join(others))


def _check_href(report: Report, answer: Answer, one: Mapping[str, Any], beginning: str) -> None:
    own, href = one.get("id"), one.get("href")
    if not isinstance(own, str) or not isinstance(href, str):
        return
    try:
        path = urlsplit(href).path
    except ValueError:
        path = href
    # Whether an address of another form leads there is seen by following it.
    if path.startswith(beginning):
        report.hold(
            "entry-href",
            unquote(path.removeprefix(beginning)).rstrip("/") == own,
            "an href names something else",
            expected=f"the address of {own}",
            came=href,
            exchange=answer.exchange,
            place=answer.operation,
        )


def _entries(answer: Answer) -> Iterator[Mapping[str, Any]]:
    """Produce what an answer shows: itself, the entries of a list, or what those of a bulk call have done."""
    yield answer.body
    for entry in answer.listed():
        resource = entry.get("resource")
        yield resource if isinstance(resource, Mapping) else entry


def _objects(value: Any) -> Sequence[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _hold(report: Report, answer: Answer, kept: bool, cause: str, expected: str, came: str) -> None:
    report.hold(
        "as-asked",
        kept,
        cause,
        expected=expected,
        came=came,
        exchange=answer.exchange,
        place=answer.operation,
    )
