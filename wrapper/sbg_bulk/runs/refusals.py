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
    return RowOutcome(Outcome.FAILED, api_code=code, message=one_of(errors, "response"))


def one_of(errors: Sequence[ItemError], source: str) -> str:
    """Return what is said of something that has failed for one of several reasons, with their codes in brackets.

    Args:
        errors: the reasons.
        source: what does not say which.
    """
    each = (
        f"{one.message.rstrip('.') or 'no reason given'}{'' if one.code is None else f' [{one.code}]'}"
        for one in dict.fromkeys(errors)
    )
    return f"one of these (the {source} does not say which): {'; '.join(each)}"
