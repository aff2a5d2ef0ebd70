"""The outcome of rows that were refused together, where the answer does not say which refusal is whose."""

from __future__ import annotations

from collections.abc import Sequence

from sbg_bulk.models.job import ItemError
from sbg_bulk.runs.records import Outcome, RowOutcome


def refused(errors: Sequence[ItemError]) -> RowOutcome:
    """Return the outcome of rows that were refused for these reasons. Which is whose is known if they are the same."""
    codes = {one.code for one in errors}
    messages = list(dict.fromkeys(one.message for one in errors if one.message))
    code = errors[0].code if len(codes) == 1 else None
    if len(codes) == 1 and len(messages) <= 1:
        return RowOutcome(Outcome.FAILED, api_code=code, message="".join(messages))
    told = "; ".join(f"{one.code}: {one.message}" for one in dict.fromkeys(errors))
    return RowOutcome(Outcome.FAILED, api_code=code, message=f"one of these; the response does not say which: {told}")
