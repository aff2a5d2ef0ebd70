"""What the commands of `sbg-bulk runs` share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import asdict

from sbg_bulk.runs import store

if TYPE_CHECKING:
    from sbg_bulk.runs.journal import Journal


def _open(run: str) -> Journal:
    from sbg_bulk.runs.journal import Journal  # takes long, and completion loads the commands

    return Journal.read(store.find(run))


def _document(journal: Journal) -> dict[str, Any]:
    plan, tally = journal.plan, journal.tally()
    return {
        "run": plan.run,
        "label": journal.remembered("label"),
        "state": _state(journal),
        "journal": str(journal.path),
        "type": plan.job_type,
        "endpoint": plan.endpoint,
        "created_on": plan.created_on,
        "manifest": plan.manifest,
        "to": _to(journal),
        "retry_of": plan.retry_of,
        **asdict(tally),
    }


def _state(journal: Journal) -> str:
    """Return running, interrupted, finished or finished-with-failures."""
    if journal.in_use:
        return "running"
    tally = journal.tally()
    if not tally.complete:
        return "interrupted"
    return "finished" if tally.done == tally.rows else "finished-with-failures"


def _to(journal: Journal) -> str | None:
    """Return where a run's files go: what was given, or the one place that they name; None if there are several."""
    if (given := store.destination_of(journal.asked)) is not None:
        return given
    places = journal.destinations(1)
    return places.most[0][0] if places.most and not places.others else None
