"""Compare what files have with what a run says that it gave them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sbg_bulk.api.policy import Counter, RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.errors import InputError
from sbg_bulk.metadata.edit import described
from sbg_bulk.metadata.items import Change
from sbg_bulk.runs.columns import SOURCE_COLUMN
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import Outcome
from sbg_bulk.runs.verification import Difference, Finding, Verification


def verify(
    policy: RequestPolicy,
    journal: Journal,
    item: Callable[[Mapping[str, Any]], Change],
    on_request: Callable[[int], object] | None = None,
) -> Flow[Verification]:
    """Read the files of a run, a hundred for a request, and compare. Rows that failed are not looked at.

    Raises:
        InputError: the run is not complete.
        ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
    """
    tally = yield from record(journal.tally)
    if not tally.complete:
        raise InputError(f"Run {journal.plan.run} is not complete. Resume it, then verify.")
    rows = yield from record(lambda: list(journal.rows([one for one in Outcome if one is not Outcome.FAILED])))
    counter = Counter(on_request)
    known = yield from described(counter.counting(policy), (row.values["file"] for row in rows))
    different: list[Difference] = []
    for row in rows:
        file = known.get(row.values["file"])
        name = str(row.extra.get(SOURCE_COLUMN) or row.values["file"])
        if file is None:
            different.append(Difference(row.values["file"], name, Finding.MISSING))
            continue
        for key, has, wanted in item(row.values).differences(file):
            told = f"{key} is {has!r}, not {wanted!r}"
            different.append(Difference(file.id, name, Finding.OTHER_VALUE, told))
    return Verification(len(rows), tuple(different), tally.rows - len(rows), counter.requests)
