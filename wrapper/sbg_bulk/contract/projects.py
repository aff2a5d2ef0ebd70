"""What lists and details of projects say: filtered, and with the properties asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.chosen import by_id, hold_chosen
from sbg_bulk.contract.filters import NO_NAME, WHOLE, alike
from sbg_bulk.contract.history import disagreement
from sbg_bulk.contract.known import Known
from sbg_bulk.contract.service import Service

MUCH = 3
"""Letters of a name from which on it is asked for without its first and its last."""


def check_projects(service: Service, known: Known) -> None:
    """Filter projects, select their properties, and compare an entry with the details."""
    every = service.call("list_projects", query={"limit": WHOLE, "fields": "_all"})
    if known.project not in every.ids():
        return
    owner, _, short = str(known.project).partition("/")
    path = {"owner": owner, "project": short}
    details = service.call("get_project", path=path)
    service.report.hold(
        "entry-details",
        not details.ok or details.text("root_folder") is not None,
        "a project's details have no root_folder",
        expected="root_folder",
        exchange=details.exchange,
    )
    check_href(service, details, "get_project", path)
    hold_chosen(service, service.call("get_project", path=path, query={"fields": "tags"}), "tags", by_id(every))
    name, tags = str(details.field("name") or ""), _tags(details.body)
    # What a name contains is to be found, not only what it begins with.
    part = (name[1:-1] if len(name) > MUCH else name).upper()
    queries: list[dict[str, Any]] = [{"name": part}] if part else []
    queries += [{"name": part, "tags": [NO_NAME]}, {"name": NO_NAME, "tags": tags[:1]}]
    if tags and all("tags" in one for one in every.listed()):
        queries += [{"tags": [tags[0], NO_NAME]}, {"tags": alike(tags[0]) or [NO_NAME]}]
    for query in queries:
        usual = _ask(service, "list_projects", None, query, every.listed())
        _compare(service, details, [*every.listed(), *usual.listed()])
    if service.serves("list_owner_projects"):
        own = [one for one in every.listed() if str(one.get("id")).startswith(f"{owner}/")]
        for query in queries[:1] + queries[3:4]:
            answer = _ask(service, "list_owner_projects", {"owner": owner}, {**query, "fields": "created_on"}, own)
            hold_chosen(service, answer, "created_on", by_id(every))
        answer = service.call("list_projects", query={"limit": WHOLE, "fields": "tags,created_by"})
        hold_chosen(service, answer, "tags,created_by", by_id(every))


def _ask(
    service: Service,
    operation: str,
    path: Mapping[str, str] | None,
    query: Mapping[str, Any],
    entries: Sequence[Mapping[str, Any]],
) -> Answer:
    """Ask for a list with filters, and compare it with the projects that pass all of them."""
    found = service.call(operation, path=path, query={**query, "limit": WHOLE})
    part, tags = str(query.get("name", "")).lower(), {*query.get("tags", ())}
    named = [one for one in entries if part in str(one.get("name")).lower()]
    expected = sorted(str(one.get("id")) for one in named if not tags or tags & {*_tags(one)})
    what = " and ".join(one for one in ("name", "tags") if query.get(one))
    service.report.hold(
        "more-filters",
        found.ok and (sorted(found.ids()) == expected or len(entries) >= WHOLE),
        f"{operation} with {what} returned other projects than those that pass",
        expected=", ".join(expected) or "no entries",
        exchange=found.exchange,
    )
    return found


def _compare(service: Service, details: Answer, entries: Sequence[Mapping[str, Any]]) -> None:
    for entry in entries:
        if entry.get("id") != details.field("id"):
            continue
        different = disagreement(details.body, entry)
        service.report.hold(
            "entry-details",
            not different,
            f"a project's list entry and its details differ in {different}",
            expected="the same values",
            came=f"{dict(entry)} in the list: {details.exchange}",
            exchange=details.exchange,
        )


def _tags(project: Mapping[str, Any]) -> list[str]:
    tags = project.get("tags")
    return [one for one in tags if isinstance(one, str)] if isinstance(tags, list) else []


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
