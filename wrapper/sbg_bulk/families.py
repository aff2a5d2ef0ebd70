"""The families of bulk work, by the job type that journals keep: what a run is begun, resumed and verified with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sbg_bulk.drs import family as drs
from sbg_bulk.errors import JournalError
from sbg_bulk.metadata import family as metadata
from sbg_bulk.runs.family import Family
from sbg_bulk.runs.journal import Journal
from sbg_bulk.transfers import family as transfers
from sbg_bulk.volume_jobs import family as volumes

FAMILIES: Final[Mapping[str, Family]] = {
    one.job_type: one for one in (*transfers.FAMILIES, *volumes.FAMILIES, *metadata.FAMILIES, *drs.FAMILIES)
}
"""All families that this version knows."""


def family_of(journal: Journal) -> Family:
    """Return the family of a run.

    Raises:
        JournalError: a newer version began it.
    """
    found = FAMILIES.get(journal.plan.job_type)
    if found is None:
        raise JournalError(
            f"Run {journal.plan.run} is a {journal.plan.job_type}, which this version of sbg-bulk does not know. "
            f"Use the newer version that began it."
        )
    return found
