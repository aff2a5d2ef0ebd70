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
    plan = journal.plan
    return {
        "run": plan.run,
        "journal": str(journal.path),
        "type": plan.job_type,
        "endpoint": plan.endpoint,
        "created_on": plan.created_on,
        "manifest": plan.manifest,
        "retry_of": plan.retry_of,
        **asdict(journal.tally()),
    }
