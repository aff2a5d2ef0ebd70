"""The outcome of each row of a job. Nothing in the API ties a result's entry to its item, so nothing is guessed.

An entry is a row's own only if there is proof: by its place, where there are as many entries as items and every id
that can be checked stands in its place; or by its id, where the id of what was done is that of the row. Otherwise the
row's outcome is `unattributed`.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from attrs import frozen

from sbg_bulk.items import CopyItem, DeleteItem, Item, MoveItem
from sbg_bulk.models.job import ItemResult, Job


class Outcome(StrEnum):
    """The kind of end that a row has come to, as far as is known."""

    DONE = "done"
    """It was done."""
    FAILED = "failed"
    """It was not done, and the API said why."""
    UNATTRIBUTED = "unattributed"
    """Its job has ended, but which of the job's results is its own cannot be told."""
    UNKNOWN = "unknown"
    """Its job can no longer be read."""


@frozen
class RowOutcome:
    """The end that a row has come to.

    Attributes:
        outcome: see `Outcome`.
        new_id: the id of what it became (copy, move); None where that is not known.
        api_code: the API's code, if it failed.
        message: the API's words, if it failed, or why it is not known.
    """

    outcome: Outcome
    new_id: str | None = None
    api_code: int | None = None
    message: str = ""


def attribute(items: Sequence[Item], job: Job) -> list[RowOutcome]:
    """Return the outcome of each item of a job that has finished, in the items' order."""
    entries = job.result or ()
    # The type that the answer names, if it names one, adds nothing.
    kind = type(items[0])
    if len(entries) == len(items) and _in_place(items, kind, entries):
        return [_outcome(entry, kind) for entry in entries]
    if not entries and _nothing_failed(job, len(items)):
        return [RowOutcome(Outcome.DONE) for _ in items]
    if kind is CopyItem:
        return [_unattributed(job, len(entries), len(items)) for _ in items]
    return _by_id(items, kind, job, entries)


def _in_place(items: Sequence[Item], kind: type[Item], entries: Sequence[ItemResult]) -> bool:
    """Return whether no id contradicts that each entry belongs to the item in its place."""
    places = {item.file: place for place, item in enumerate(items)}
    for place, entry in enumerate(entries):
        if entry.error is None and entry.id is None:
            return False
        if entry.id is None:
            continue
        of_item = places.get(entry.id)
        if kind is CopyItem:
            # A copy has a new id; one that a source has is no copy.
            if of_item is not None:
                return False
        elif of_item != place and not (kind is MoveItem and of_item is None):
            # A moved folder has a new id, which nothing can be said of.
            return False
    if kind is CopyItem:
        made = [entry.id for entry in entries if entry.id is not None]
        return len(set(made)) == len(made)
    return True


def _outcome(entry: ItemResult, kind: type[Item]) -> RowOutcome:
    if entry.error is not None:
        return RowOutcome(Outcome.FAILED, api_code=entry.error.code, message=entry.error.message)
    return RowOutcome(Outcome.DONE, None if kind is DeleteItem else entry.id)


def _nothing_failed(job: Job, items: int) -> bool:
    done = job.completed_files
    return job.failed_files == 0 and done is not None and done == job.total_files and done >= items


def _by_id(items: Sequence[Item], kind: type[Item], job: Job, entries: Sequence[ItemResult]) -> list[RowOutcome]:
    """Return the outcomes of moves or deletions: done is what the ids that came back name."""
    done = {entry.id for entry in entries if entry.error is None and entry.id is not None}
    return [
        RowOutcome(Outcome.DONE, item.file if kind is MoveItem else None)
        if item.file in done
        else _unattributed(job, len(entries), len(items))
        for item in items
    ]


def _unattributed(job: Job, entries: int, items: int) -> RowOutcome:
    failed = "an unknown number" if job.failed_files is None else f"{job.failed_files}"
    return RowOutcome(
        Outcome.UNATTRIBUTED,
        message=f"job {job.id} has {entries} results for {items} items, {failed} of them failed; see the job",
    )
