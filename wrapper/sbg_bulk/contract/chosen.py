"""What `fields` selects, of each call that takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.known import Known
from sbg_bulk.contract.service import Service

_FILE: Final = frozenset({"created_on", "modified_on", "metadata", "tags", "storage", "origin"})
_PROJECT: Final = frozenset(
    {"description", "created_by", "created_on", "modified_on", "permissions", "tags", "settings", "billing_group"}
)
_TRANSFER: Final = frozenset({"source", "destination", "started_on", "finished_on", "overwrite", "result", "error"})

LEFT_OUT: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(("get_file", "list_files", "list_folder", "list_project_files"), _FILE),
    **dict.fromkeys(("get_project", "list_projects", "list_owner_projects"), _PROJECT),
    **dict.fromkeys(("get_import", "list_imports", "get_export", "list_exports"), _TRANSFER),
    "get_volume": frozenset({"description", "service", "created_on", "modified_on"}),
    "list_volumes": frozenset({"description", "service", "created_on", "modified_on", "access_mode", "active"}),
    "get_user": frozenset({"email", "first_name", "last_name", "affiliation"}),
    "get_rate_limit": frozenset({"instance_limit"}),
}
"""Properties that an answer has only if they were asked for, once any were."""

FILE_FIELDS: Final = {
    "list_folder": "type,size,created_on",
    "list_files": "modified_on,size",
    "list_project_files": "tags,size,project",
}
"""What is asked for of files, by the call."""


def check_fields(service: Service, known: Known, every: Answer) -> None:
    """Hold an entry with all its properties against its details, and ask calls for single properties.

    Args:
        service: the service.
        known: what there is.
        every: the list of files of the project, with all properties.
    """
    if every.listed():
        usual = service.call("get_file", path={"file_id": every.ids()[0]}).body
        missing = sorted({name for name, value in usual.items() if value is not None} - every.listed()[0].keys())
        service.report.hold(
            "fields",
            every.ok and not missing,
            f"entries with fields=_all have no {', '.join(missing)}",
            expected="all properties of the details",
            exchange=every.exchange,
        )
    hold_chosen(service, service.call("get_user", query={"fields": "affiliation"}), "affiliation")
    if service.serves("get_rate_limit"):
        hold_chosen(service, service.call("get_rate_limit", query={"fields": "rate"}), "rate")
    if known.file is not None:
        answer = service.call("get_file", path={"file_id": known.file}, query={"fields": "name,size"})
        hold_chosen(service, answer, "name,size", by_id(every))


def by_id(every: Answer) -> dict[str, Mapping[str, Any]]:
    """Return the entries of a list by their ids."""
    return {str(one.get("id")): one for one in every.listed()}


def hold_chosen(
    service: Service, answer: Answer, fields: str, every: Mapping[str, Mapping[str, Any]] | None = None
) -> None:
    """Check that an answer has the properties that were asked for, and no others of those that may be left out.

    Args:
        service: the service.
        answer: the answer, a thing or a list of such.
        fields: what was asked for.
        every: the things with all their properties, by their ids.
    """
    wanted = fields.split(",")
    entries = answer.listed() if "items" in answer.body else [answer.body]
    shown = {name for one in entries for name in one.keys() & LEFT_OUT[answer.operation]} - {*wanted}
    service.report.hold(
        "fields",
        answer.ok and not shown,
        f"{answer.operation} with fields has {', '.join(sorted(shown))}, which were not requested",
        expected="the requested properties and those that the schema requires",
        exchange=answer.exchange,
    )
    whole = every or {}
    lacking = {
        name
        for one in entries
        for name in wanted
        if (known := whole.get(str(one.get("id")), {})).get(name) is not None and one.get(name) != known[name]
    }
    service.report.hold(
        "fields",
        not lacking,
        f"{answer.operation} with fields has no {', '.join(sorted(lacking))}, or a wrong one",
        expected=f"the {' and the '.join(wanted)} of each entry",
        exchange=answer.exchange,
    )
