"""What lists of files say: one level, the same whichever way is asked, filtered and with the properties asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.history import disagreement
from sbg_bulk.contract.known import Known, kind_of
from sbg_bulk.contract.service import Service

NO_NAME = "sbg-bulk-contract-nothing"
DETAILS = 5
"""Entries whose details are read."""


def check_files(service: Service, known: Known) -> None:
    """Compare the ways to list files, filter them, and read some of them."""
    if known.project is None:
        service.report.could_not("the user has no project, so no files could be listed")
        return
    listed = service.call("list_files", query={"project": known.project, "limit": 100})
    _compare_ways(service, known, listed)
    check_names(service, {"project": known.project}, listed)
    _check_more_filters(service, known)
    _check_fields(service, known, listed)
    for entry in listed.listed()[:DETAILS]:
        _check_details(service, known, entry, listed)


def _compare_ways(service: Service, known: Known, listed: Answer) -> None:
    owner, _, name = str(known.project).partition("/")
    ways: list[Answer] = [listed]
    if known.root is not None:
        ways.append(service.call("list_folder", path={"file_id": known.root}, query={"limit": 100}))
        ways.append(service.call("list_files", query={"parent": known.root, "limit": 100}))
    if service.serves("list_project_files"):
        path = {"owner": owner, "project": name}
        answer = service.call("list_project_files", path=path, query={"limit": 100}, tentative=True)
        if answer.status in (404, 405, 501):
            service.missing.add("list_project_files")
        else:
            ways.append(answer)
    again = service.call("list_files", query={"project": known.project, "limit": 100})
    if again.ids() != listed.ids() and not service.alone:
        service.report.note(f"{known.project} changed while it was being read")
        return
    for way in (*ways[1:], again):
        service.report.hold(
            "same-content",
            sorted(way.ids()) == sorted(listed.ids()),
            f"{way.operation} and list_files with project return different entries",
            expected=f"the same {len(listed.ids())} entries",
            exchange=way.exchange,
        )


def check_names(service: Service, place: Mapping[str, str], listed: Answer) -> None:
    """Check the filter by name in a place, whose entries are known."""
    names = list(dict.fromkeys(str(entry.get("name")) for entry in listed.listed()))
    if not names:
        return
    beginning = names[0][: max(1, len(names[0]) // 2)]
    for wanted in ([names[0]], names[:2], [names[-1], NO_NAME], [NO_NAME], [beginning]):
        found = service.call("list_files", query={**place, "name": wanted, "limit": 100})
        expected = [entry.get("id") for entry in listed.listed() if entry.get("name") in wanted]
        if len(listed.listed()) == 100:
            expected = [entry.get("id") for entry in found.listed() if entry.get("name") in wanted]
        told = "several names" if len(wanted) > 1 else "a name"
        service.report.hold(
            "name-filter",
            found.ok and sorted(map(str, expected)) == sorted(found.ids()),
            f"list_files with {told} returned other entries than those with the name",
            expected=f"the entries named {' or '.join(wanted)}",
            exchange=found.exchange,
        )
    both = service.call("list_files", query={**place, "name": [names[0]], "tag": [NO_NAME], "limit": 100})
    service.report.hold(
        "more-filters",
        both.ok and not both.listed(),
        "list_files with a name and a tag that no file has returned entries",
        expected="no entries: all filters must match",
        exchange=both.exchange,
    )


def _check_more_filters(service: Service, known: Known) -> None:
    """Filter by a tag and a value of metadata that a file has."""
    if known.file is None:
        return
    file = service.call("get_file", path={"file_id": known.file})
    parent = file.field("parent")
    place = {"parent": parent} if isinstance(parent, str) else {"project": str(known.project)}
    for query in _filters(file):
        found = service.call("list_files", query={**place, **query, "limit": 100})
        (name,) = query
        service.report.hold(
            "more-filters",
            known.file in found.ids(),
            f"list_files with {name.partition('.')[0]} did not find a file that has it",
            expected=f"file {known.file} among the entries",
            exchange=found.exchange,
        )
        nothing = service.call("list_files", query={**place, name: [NO_NAME], "limit": 100})
        service.report.hold(
            "more-filters",
            nothing.ok and not nothing.listed(),
            f"list_files with a value of {name.partition('.')[0]} that no file has returned entries",
            expected="no entries",
            exchange=nothing.exchange,
        )


def _filters(file: Answer) -> Iterable[Mapping[str, list[str]]]:
    tags, metadata = file.field("tags"), file.field("metadata")
    if isinstance(tags, list) and tags and isinstance(tags[0], str):
        yield {"tag": [tags[0], NO_NAME]}
    for key, value in metadata.items() if isinstance(metadata, Mapping) else ():
        if isinstance(value, str) and value:
            yield {f"metadata.{key}": [value]}
            return


def _check_fields(service: Service, known: Known, listed: Answer) -> None:
    if not listed.listed():
        return
    place = {"project": known.project, "limit": 100}
    every = service.call("list_files", query={**place, "fields": "_all"})
    few = service.call("list_files", query={**place, "fields": "size"})
    usual = service.call("get_file", path={"file_id": listed.ids()[0]}).body
    known_names = {name for name, value in usual.items() if value is not None}
    entry = next((one for one in every.listed() if one.get("id") == listed.ids()[0]), {})
    missing = sorted(known_names - entry.keys())
    service.report.hold(
        "fields",
        every.ok and not missing,
        f"entries with fields=_all have no {', '.join(missing)}",
        expected="all properties of the details",
        exchange=every.exchange,
    )
    extra = {name for one in few.listed() for name in one.keys() & {"created_on", "modified_on", "metadata", "tags"}}
    service.report.hold(
        "fields",
        few.ok and not extra,
        f"entries with fields=size have {', '.join(sorted(extra))}",
        expected="href, id, name and size",
        exchange=few.exchange,
    )
    files = [one for one in every.listed() if isinstance(one.get("size"), int)]
    if files:
        by_id = {one.get("id"): one for one in few.listed()}
        service.report.hold(
            "fields",
            all(by_id.get(one.get("id"), {}).get("size") == one.get("size") for one in files),
            "entries with fields=size have no size",
            expected="the size of each file",
            exchange=few.exchange,
        )


def _check_details(service: Service, known: Known, entry: Mapping[str, Any], listed: Answer) -> None:
    details = service.call("get_file", path={"file_id": str(entry.get("id"))})
    if details.status == 404 and not service.alone:
        return
    different = disagreement(details.body, entry) if details.ok else "everything"
    service.report.hold(
        "entry-details",
        not different,
        f"a file's entry and its details differ in {different}",
        expected="the same values",
        came=f"{dict(entry)} in the list: {details.exchange}",
        exchange=details.exchange,
    )
    parent = details.field("parent")
    if known.root is not None and parent is not None:
        service.report.hold(
            "one-level",
            parent == known.root,
            "the list of a project has an entry that is not directly in its root folder",
            expected=f"only entries whose parent is {known.root}",
            exchange=listed.exchange,
        )
    kind = kind_of(service, details.body)
    if kind == "folder":
        inside = service.call("list_folder", path={"file_id": str(entry.get("id"))}, query={"limit": 100})
        check_one_level(service, inside, listed.ids())


def check_one_level(service: Service, inside: Answer, above: Sequence[str]) -> None:
    """Check that what is in a folder is not in the list of the place that the folder is in."""
    twice = sorted({*inside.ids()} & {*above})
    service.report.hold(
        "one-level",
        not twice,
        "a folder's contents are also in the list of its parent",
        expected="each entry only in the list of its own folder",
        exchange=inside.exchange,
    )
