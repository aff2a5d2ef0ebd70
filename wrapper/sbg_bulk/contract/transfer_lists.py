"""Lists of imports and exports, and what is read of several at once."""

from __future__ import annotations

from collections.abc import Sequence

from sbg_bulk.contract.account import NOTHING
from sbg_bulk.contract.chosen import hold_chosen
from sbg_bulk.contract.history import disagreement
from sbg_bulk.contract.service import Service
from sbg_bulk.contract.started import Kind, Started, Starter, echoes, errors, resources, without_file


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
    for state in sorted(kind.ends):
        named = starter.listed(volume=volume, state=state)
        wanted = {one.id for one in started if one.state == state}
        hold(
            "transfer-filters",
            {str(one.get("id")) for one in named} >= wanted and {one.get("state") for one in named} <= {state},
            f"the list of {kind.name}s in one state contains others, or lacks some",
            expected=f"those that are {state}",
            came=str([(one.get("id"), one.get("state")) for one in named][:5]),
        )
    elsewhere: list[dict[str, str]] = [{"volume": f"{volume}-nothing"}]
    elsewhere += [] if project is None else [{"project": f"{project}-nothing"}]
    for query in elsewhere:
        told = {str(one.get("id")) for one in starter.listed(**query)}
        hold(
            "transfer-filters",
            not told & {*ids},
            f"the list of {kind.name}s of another {next(iter(query))} contains these too",
            expected="none of them",
        )


def _check_bulk_read(service: Service, kind: Kind, started: Sequence[Started]) -> None:
    """Read what was started in bulk, beside what does not exist."""
    if kind.bulk_read is None or not service.serves(kind.bulk_read):
        return
    ids = [one.id for one in started]
    answer = service.call(kind.bulk_read, body={kind.selection: [NOTHING, *ids]})
    found = {str(one.get("id")): one for one in resources(answer)}
    same = all(not disagreement(without_file(one.last), without_file(found.get(one.id, {}))) for one in started)
    service.report.hold(
        "transfer-readable",
        {*ids} == found.keys() and same and errors(answer) == 1,
        f"{kind.bulk_read} did not return each {kind.name}, and an error for one that does not exist",
        expected=f"{len(ids)} resources and 1 error",
        exchange=answer.exchange,
    )
