"""What lists of files say: one level, the same whichever way is asked, filtered and with the properties asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.history import disagreement
from sbg_bulk.contract.known import Known, kind_of
from sbg_bulk.contract.service import Service

NO_NAME = "sbg-bulk-contract-nothing"
LEFT_OUT = frozenset({"created_on", "modified_on", "metadata", "tags", "storage", "origin"})
"""Properties that nothing has that was not asked for them."""

SHORT = 50
"""Entries that a page may end at, though there are more."""

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
    check_projects(service, known)
    kinds: set[str] = set()
    for entry in listed.listed()[:DETAILS]:
        details = _check_details(service, known, entry, listed)
        if details is not None and str(details.field("type")).lower() not in kinds:
            kinds.add(str(details.field("type")).lower())
            check_href(service, details, "get_file", {"file_id": str(entry.get("id"))})


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


def check_names(service: Service, place: Mapping[str, str], listed: Answer, gone: Sequence[str] = ()) -> None:
    """Check the filter by name in a place, whose entries are known.

    Args:
        service: the service.
        place: the place, as a query.
        listed: its list.
        gone: names that were there.
    """
    names = list(dict.fromkeys(str(entry.get("name")) for entry in listed.listed()))
    if not names:
        return
    beginning = names[0][: max(1, len(names[0]) // 2)]
    absent = [name for name in gone if name not in names] or [NO_NAME]
    oddest = max(names, key=lambda name: sum(not one.isalnum() for one in name))
    filtered = True
    for wanted in ([names[0]], names[:2], [names[-1], NO_NAME], absent, [beginning], [oddest]):
        found = service.call("list_files", query={**place, "name": wanted, "limit": 100})
        expected = [entry.get("id") for entry in listed.listed() if entry.get("name") in wanted]
        if len(listed.listed()) == 100:
            expected = [entry.get("id") for entry in found.listed() if entry.get("name") in wanted]
        told = "several names" if len(wanted) > 1 else "a name"
        filtered &= service.report.hold(
            "name-filter",
            found.ok and sorted(map(str, expected)) == sorted(found.ids()),
            f"list_files with {told} returned other entries than those with the name",
            expected=f"the entries named {' or '.join(wanted)}",
            exchange=found.exchange,
        )
        total = found.count("X-Total-Matching-Query")
        service.report.hold(
            "total",
            not found.ok or total is None or total == len(found.ids()) or len(found.ids()) >= SHORT,
            "the total of a filtered list is not the number of its entries",
            expected=str(len(found.ids())),
            came=str(total),
            exchange=found.exchange,
        )
    if filtered:
        _check_filtered_pages(service, place, [names[0], names[-1]], listed)
    both = service.call("list_files", query={**place, "name": [names[0]], "tag": [NO_NAME], "limit": 100})
    service.report.hold(
        "more-filters",
        both.ok and not both.listed(),
        "list_files with a name and a tag that no file has returned entries",
        expected="no entries: all filters must match",
        exchange=both.exchange,
    )


def _check_filtered_pages(service: Service, place: Mapping[str, str], names: Sequence[str], listed: Answer) -> None:
    """Check that the next page of a list with a filter has the filter still."""
    page = service.call("list_files", query={**place, "name": [*names], "limit": 1})
    told = page.link("next")
    address = None if told is None else service.follow(told)
    if address is None or any(one.get("name") not in names for one in page.listed()):
        return
    after = service.call("list_files", address=address)
    service.report.hold(
        "links",
        after.ok and all(one.get("name") in names for one in after.listed()) and after.ids() != page.ids(),
        "the link next of a filtered list leads to a page without the filter",
        expected=f"entries named {' or '.join(names)}, of {len(listed.ids())}",
        exchange=after.exchange,
    )


def _check_more_filters(service: Service, known: Known) -> None:
    """Filter by a tag and a value of metadata that a file has."""
    if known.file is None:
        return
    file = service.call("get_file", path={"file_id": known.file})
    parent = file.field("parent")
    place = {"parent": parent} if isinstance(parent, str) else {"project": str(known.project)}
    name = file.text("name")
    for query in _filters(file):
        found = service.call("list_files", query={**place, **query, "limit": 100})
        (filtered,) = query
        service.report.hold(
            "more-filters",
            known.file in found.ids(),
            f"list_files with {filtered.partition('.')[0]} did not find a file that has it",
            expected=f"file {known.file} among the entries",
            exchange=found.exchange,
        )
        both = service.call("list_files", query={**place, **query, "name": [name or ""], "limit": 100})
        service.report.hold(
            "more-filters",
            name is None or known.file in both.ids(),
            f"list_files with {filtered.partition('.')[0]} and a name did not find a file that has both",
            expected=f"file {known.file} among the entries",
            exchange=both.exchange,
        )
        nothing = service.call("list_files", query={**place, filtered: [NO_NAME], "limit": 100})
        service.report.hold(
            "more-filters",
            nothing.ok and not nothing.listed(),
            f"list_files with a value of {filtered.partition('.')[0]} that no file has returned entries",
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
    sizes = {one.get("id"): one.get("size") for one in every.listed() if isinstance(one.get("size"), int)}
    some: dict[str, Answer] = {"list_files": few}
    if known.file is not None:
        some["get_file"] = service.call("get_file", path={"file_id": known.file}, query={"fields": "name,size"})
    if known.root is not None:
        query = {"fields": "size", "limit": 100}
        some["list_folder"] = service.call("list_folder", path={"file_id": known.root}, query=query)
    for operation, answer in some.items():
        shown = {name for one in (answer.body, *answer.listed()) for name in one.keys() & LEFT_OUT}
        service.report.hold(
            "fields",
            answer.ok and not shown,
            f"{operation} with fields has {', '.join(sorted(shown))}, which were not requested",
            expected="the requested properties and those that the schema requires",
            exchange=answer.exchange,
        )
        shown_sizes = {one.get("id"): one.get("size") for one in (answer.body, *answer.listed())}
        service.report.hold(
            "fields",
            all(shown_sizes[one] == size for one, size in sizes.items() if one in shown_sizes),
            f"{operation} with fields=size has no size, or a wrong one",
            expected="the size of each file",
            exchange=answer.exchange,
        )


def check_projects(service: Service, known: Known) -> None:
    """Filter projects, and compare an entry with the details."""
    listed = service.call("list_projects", query={"limit": 100})
    entry = next((one for one in listed.listed() if one.get("id") == known.project), None)
    if entry is None:
        return
    owner, _, short = str(known.project).partition("/")
    details = service.call("get_project", path={"owner": owner, "project": short})
    different = disagreement(details.body, entry) if details.ok else "everything"
    service.report.hold(
        "entry-details",
        not different,
        f"a project's list entry and its details differ in {different}",
        expected="the same values",
        came=f"{dict(entry)} in the list: {details.exchange}",
        exchange=details.exchange,
    )
    check_href(service, details, "get_project", {"owner": owner, "project": short})
    name, tags = str(details.field("name") or ""), details.field("tags")
    queries: list[dict[str, Any]] = [{"name": name[: max(1, len(name) // 2)].upper()}] if name else []
    queries += [{"tags": [tags[0]]}] if isinstance(tags, list) and tags else []
    for query in queries:
        found = service.call("list_projects", query={**query, "limit": 100})
        service.report.hold(
            "more-filters",
            known.project in found.ids(),
            f"list_projects with {next(iter(query))} did not find a project that has it",
            expected=f"{known.project} among the entries",
            exchange=found.exchange,
        )
    for filtered in ("name", "tags"):
        nothing = service.call("list_projects", query={filtered: NO_NAME, "limit": 100})
        service.report.hold(
            "more-filters",
            nothing.ok and not nothing.listed(),
            f"list_projects with a value of {filtered} that no project has returned entries",
            expected="no entries",
            exchange=nothing.exchange,
        )


def check_href(service: Service, details: Answer, operation: str, path: Mapping[str, str]) -> None:
    """Check that an href leads to what has it. What it is like where it leads to another host is told elsewhere."""
    told = details.text("href")
    address = None if told is None else service.follow(told)
    if address is None:
        return
    read = service.call(operation, path=path, address=address)
    service.report.hold(
        "entry-href",
        read.ok and read.field("id") == details.field("id"),
        f"the href of {operation} leads to something else",
        expected=f"{details.field('id')}",
        exchange=read.exchange,
    )


def _check_details(service: Service, known: Known, entry: Mapping[str, Any], listed: Answer) -> Answer | None:
    """Compare an entry with the details. Returns them; None if the file is gone meanwhile."""
    details = service.call("get_file", path={"file_id": str(entry.get("id"))})
    if details.status == 404 and not service.alone:
        return None
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
    service.report.hold(
        "entry-details",
        not details.ok or details.text("type") is not None,
        "a file's details have no type",
        expected="type",
        exchange=details.exchange,
    )
    if kind == "folder":
        inside = service.call("list_folder", path={"file_id": str(entry.get("id"))}, query={"limit": 100})
        check_one_level(service, inside, listed.ids())
    return details


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
