"""What lists of files say: one level, the same whichever way is asked, filtered and with the properties asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.chosen import FILE_FIELDS, by_id, check_fields, hold_chosen
from sbg_bulk.contract.filters import NO_NAME, alike, check_filtered_pages, check_filters
from sbg_bulk.contract.history import disagreement
from sbg_bulk.contract.known import Known, kind_of
from sbg_bulk.contract.projects import check_href, check_projects
from sbg_bulk.contract.service import Service

SHORT = 50
"""Entries that a page may end at, though there are more."""

DETAILS = 5
"""Entries whose details are read."""


def check_files(service: Service, known: Known) -> None:
    """Compare the ways to list files, filter them, and read some of them."""
    if known.project is None:
        service.report.could_not("the user has no project, so no files could be listed")
        return
    place = {"project": known.project}
    listed = service.call("list_files", query={**place, "limit": 100})
    every = service.call("list_files", query={**place, "limit": 100, "fields": "_all"})
    _compare_ways(service, known, listed, every)
    check_names(service, place, listed)
    check_filters(service, place, every.listed())
    check_fields(service, known, every)
    check_projects(service, known)
    kinds: set[str] = set()
    if known.root is not None:
        top = service.call("get_file", path={"file_id": known.root})
        service.report.hold(
            "entry-details",
            not top.ok or top.field("parent") is None,
            "a project's root folder has a parent",
            expected="parent is null or absent",
            exchange=top.exchange,
        )
    for entry in _of_each_kind(listed, every):
        details = _check_details(service, known, entry, listed)
        if details is not None and str(details.field("type")).lower() not in kinds:
            kinds.add(str(details.field("type")).lower())
            check_href(service, details, "get_file", {"file_id": str(entry.get("id"))})


def _compare_ways(service: Service, known: Known, listed: Answer, every: Answer) -> None:
    """Ask for the same in all ways, and for single properties on the way."""
    asked: dict[str, dict[str, Any]] = {}
    if known.root is not None:
        asked = {"list_folder": {"path": {"file_id": known.root}}, "list_files": {"query": {"parent": known.root}}}
    if service.serves("list_project_files"):
        owner, _, name = str(known.project).partition("/")
        asked["list_project_files"] = {"path": {"owner": owner, "project": name}, "tentative": True}
    ways: list[Answer] = []
    for operation, given in asked.items():
        query = {**given.pop("query", {}), "limit": 100, "fields": FILE_FIELDS[operation]}
        answer = service.call(operation, query=query, **given)
        if operation == "list_project_files" and answer.status in (404, 405, 501):
            service.missing.add(operation)
        else:
            ways.append(answer)
            if operation == "list_project_files":
                _check_next(service, given["path"], listed)
            hold_chosen(service, answer, FILE_FIELDS[operation], by_id(every))
    again = service.call("list_files", query={"project": known.project, "limit": 100})
    if again.ids() != listed.ids() and not service.alone:
        service.report.note(f"{known.project} changed while it was being read")
        return
    for way in (*ways, every, again):
        service.report.hold(
            "same-content",
            sorted(way.ids()) == sorted(listed.ids()),
            f"{way.operation} and list_files with project return different entries",
            expected=f"the same {len(listed.ids())} entries",
            exchange=way.exchange,
        )


def _check_next(service: Service, path: Mapping[str, str], listed: Answer) -> None:
    """Check that the link next of the files of a project leads to more of them."""
    page = service.call("list_project_files", path=path, query={"limit": 1})
    told = page.link("next")
    address = None if told is None else service.follow(told)
    if address is None:
        return
    # It may lead to the other URL of the same list, as a redirect does.
    after = service.call(
        "list_files" if "/projects/" not in address else "list_project_files", path=path, address=address
    )
    service.report.hold(
        "links",
        after.ok and {*after.ids()} <= {*listed.ids(), *page.ids()} and after.ids() != page.ids(),
        "the link next of the files of a project leads to something else",
        expected="the second of them",
        exchange=after.exchange,
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
    likely = [[*alike(names[0]), f"{names[0]},{NO_NAME}", f" {names[0]} ", "*"], *([] if gone else [[beginning]])]
    for wanted in ([oddest], [names[-1], NO_NAME, names[0]], absent, *likely):
        all_of_it = {"fields": "_all"} if wanted is absent else {}
        found = service.call("list_files", query={**place, "name": wanted, "limit": 100, **all_of_it})
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
        check_filtered_pages(
            service, place, {"name": list(dict.fromkeys([names[0], oddest, names[-1]]))}, listed.listed()
        )


def _of_each_kind(listed: Answer, every: Answer) -> list[Mapping[str, Any]]:
    """Return the first entries of a list, with a folder and a file among them if there are any."""
    kinds = {one.get("id"): str(one.get("type")).lower() for one in every.listed()}
    first = listed.listed()[:DETAILS]
    for kind in {"file", "folder"} - {kinds.get(one.get("id")) for one in first}:
        first += [one for one in listed.listed() if kinds.get(one.get("id")) == kind][:1]
    return first


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
    service.report.hold(
        "entry-details",
        "parent" not in details.body or parent is not None,
        "a file or folder that is in a folder has no parent",
        expected=str(known.root),
        exchange=details.exchange,
    )
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
