"""Lists of imports and exports, and what is read of several at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sbg_bulk.contract.account import NOTHING
from sbg_bulk.contract.chosen import hold_chosen
from sbg_bulk.contract.history import disagreement
from sbg_bulk.contract.refusals import refused
from sbg_bulk.contract.service import Service
from sbg_bulk.contract.started import FULL_PAGE, Kind, Started, Starter, echoes, errors, resources, without_file

MOST_LOOKS, PAUSE = 5, 2.0
"""Looks at a list that lacks some yet, and seconds between them."""


def check_lists(
    service: Service, starter: Starter, started: Sequence[Started], volume: str, project: str | None = None
) -> None:
    """Check that lists have what was started, once, as its details are, and that the filters filter.

    Args:
        service: the service.
        starter: lists them.
        started: what was started, and has ended.
        volume: the volume of all of them.
        project: the project that they go to; None if there is no such filter.
    """
    hold = service.report.hold
    ids = [one.id for one in started]
    kind = started[0].kind
    listed = starter.listed(volume=volume)
    for _ in range(MOST_LOOKS):
        if {*ids} <= {str(one.get("id")) for one in listed}:
            break
        # When they are in the list is not documented.
        service.wait(PAUSE)
        listed = starter.listed(volume=volume)
    found = [str(one.get("id")) for one in listed]
    hold(
        "transfer-listed",
        all(found.count(one) == 1 for one in ids),
        f"the {kind.name} is not listed exactly once",
        expected="each once",
        came=", ".join(one for one in ids if found.count(one) != 1),
    )
    # By what they echo: an import of another program is another one. Without a name, others may look alike.
    for one in [one for one in started if {"name", "location"} & one.sent.get("destination", {}).keys()]:
        alike = [entry for entry in listed if echoes(entry, one.sent)]
        hold(
            "starts",
            len(alike) <= sum(other.sent == one.sent for other in started),
            f"one start created several {kind.name}s",
            expected="one for each item",
            came=", ".join(str(entry.get("id")) for entry in alike),
        )
    by_id = {str(one.get("id")): one for one in listed}
    # They have ended, and were read by themselves since.
    for one in started:
        entry = by_id.get(one.id, {})
        different = disagreement(without_file(one.last), without_file(entry))
        hold(
            "transfer-listed",
            not different,
            f"the details of the {kind.name} and its list entry differ in {different}",
            expected="the same values",
            came=f"{dict(entry)} in the list, {dict(one.last)} in the details",
        )
    _check_bulk_read(service, kind, started)
    hold_chosen(service, service.call(kind.read, path={kind.part: ids[0]}, query={"fields": "source"}), "source", by_id)
    _check_other_reader(service, kind, ids[0])
    into: dict[str, str] = {} if project is None else {"project": project}
    ended = starter.listed(volume=volume, **into, state=sorted(kind.ends))
    hold(
        "transfer-filters",
        {*ids} <= {str(one.get("id")) for one in ended} and {one.get("state") for one in ended} <= kind.ends,
        f"the list of {kind.name}s in any of two states contains others, or lacks some",
        expected="all that have ended",
        came=str([(one.get("id"), one.get("state")) for one in ended][:5]),
    )
    completed = [one for one in listed if one.get("state") == "COMPLETED"]
    if service.alone or len(listed) < FULL_PAGE:
        _check_filtered_pages(service, kind, volume, completed)
    elsewhere: list[dict[str, str]] = [{"volume": f"{volume}-nothing", "state": "COMPLETED"}]
    elsewhere += [] if project is None else [{"project": f"{project}-nothing", "volume": volume}]
    elsewhere += [] if project is None else [{"state": "SBG-BULK-CONTRACT"}]
    for query in elsewhere:
        told = {str(one.get("id")) for one in starter.listed(**query)}
        hold(
            "transfer-filters",
            not told & {*ids},
            f"the list of {kind.name}s of another {next(iter(query))}, or in no state, contains these too",
            expected="none of them",
        )


def _check_filtered_pages(service: Service, kind: Kind, volume: str, completed: Sequence[Mapping[str, Any]]) -> None:
    """Check that the next page of a filtered list has the filters still, and its total counts what passes them."""
    query = {"volume": volume, "state": "COMPLETED", "limit": 1, "fields": "state"}
    page = service.call(str(kind.listing), query=query)
    total = page.count("X-Total-Matching-Query")
    service.report.hold(
        "total",
        total is None or total == len(completed),
        "the total of a filtered list is not the number of its entries",
        expected=str(len(completed)),
        came=str(total),
        exchange=page.exchange,
    )
    told = page.link("next")
    address = None if told is None else service.follow(told)
    if address is None:
        return
    after = service.call(str(kind.listing), address=address)
    service.report.hold(
        "links",
        after.ok and {one.get("state") for one in after.listed()} == {"COMPLETED"} and after.ids() != page.ids(),
        "the link next of a filtered list leads to a page without the filter",
        expected=f"another {kind.name} that is COMPLETED, of {len(completed)}",
        exchange=after.exchange,
    )


def _check_other_reader(service: Service, kind: Kind, job_id: str) -> None:
    """Check that what is of one kind cannot be read as what is of another."""
    name, part = ("get_export", "export_id") if kind.read == "get_import" else ("get_import", "import_id")
    if service.serves(name):
        refused(service, "not-found", service.call(name, path={part: job_id}), f"of an {kind.name}", 404)


def _check_bulk_read(service: Service, kind: Kind, started: Sequence[Started]) -> None:
    """Read what was started in bulk, beside what does not exist."""
    if kind.bulk_read is None or not service.serves(kind.bulk_read):
        return
    ids = [one.id for one in started]
    answer = service.call(kind.bulk_read, body={kind.selection: [NOTHING, *ids]})
    found = {str(one.get("id")): one for one in resources(answer)}
    same = all(not disagreement(without_file(one.last), without_file(found.get(one.id, {}))) for one in started)
    same &= all(bool(one.last.get("error")) == bool(found.get(one.id, {}).get("error")) for one in started)
    service.report.hold(
        "transfer-readable",
        {*ids} == found.keys() and same and errors(answer) == 1,
        f"{kind.bulk_read} did not return each {kind.name}, and an error for one that does not exist",
        expected=f"{len(ids)} resources and 1 error",
        exchange=answer.exchange,
    )
