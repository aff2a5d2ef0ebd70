"""Look for what was imported by DRS where it should be, with the metadata that it got."""

from __future__ import annotations

from collections.abc import Callable

from sbg_bulk.api import pages
from sbg_bulk.api.policy import Counter, RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.drs.items import DrsItem
from sbg_bulk.drs.outcomes import has_name
from sbg_bulk.errors import InputError
from sbg_bulk.models.resources import File
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import Outcome
from sbg_bulk.runs.verification import Difference, Finding, Verification


def verify(
    policy: RequestPolicy, journal: Journal, on_request: Callable[[int], object] | None = None
) -> Flow[Verification]:
    """List the destinations of a run, and look for the file of each row by its id or name. Failed rows are left out.

    A row whose name in the repository is not known, and whose file the job does not prove, cannot be looked for.

    Raises:
        InputError: the run is not complete.
        ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
    """
    tally = yield from record(journal.tally)
    if not tally.complete:
        raise InputError(f"Run {journal.plan.run} is not complete. Resume it, then verify.")
    rows = yield from record(lambda: [row for row in journal.report() if row["outcome"] != Outcome.FAILED])
    counter = Counter(on_request)
    counting = counter.counting(policy)
    entries: dict[tuple[str | None, str | None], list[File]] = {}
    different: list[Difference] = []
    for row in rows:
        place = row["project"], row["parent"]
        if place not in entries:
            entries[place] = yield from pages.everything(counting, pages.files(*place, None, pages.ALL_FIELDS))
        item = DrsItem(row["drs_uri"], row["parent"], row["project"], row["name"])
        expected = f"{row['project'] or row['parent']}/{row['name'] or row['drs_uri']}"
        if item.name is None and row["new_id"] is None:
            different.append(Difference(row["drs_uri"], expected, Finding.UNCLEAR))
        elif not any(file.id == row["new_id"] or has_name(file.name, item) for file in entries[place]):
            different.append(Difference(row["drs_uri"], expected, Finding.MISSING))
    return Verification(len(rows), tuple(different), tally.rows - len(rows), counter.requests)
