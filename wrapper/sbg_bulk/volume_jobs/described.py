"""Imports with the metadata that the files get: the service takes none, so it is set when the file is there.

That is the second step of a row, and its outcome that of the row. A row whose file is there already, as of a retry, has
the second step alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import evolve, field, frozen

from sbg_bulk import errors
from sbg_bulk.api import operations
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.request import Uncertain, pause
from sbg_bulk.api.steps import Flow, now
from sbg_bulk.api.waits import Cause
from sbg_bulk.errors import InputError
from sbg_bulk.items import ImportItem, check_id
from sbg_bulk.limits import BULK_LIMIT
from sbg_bulk.metadata.edit import change
from sbg_bulk.metadata.family import OF_ROWS
from sbg_bulk.metadata.items import PREFIX, MetadataItem, check_key, check_value, key_in
from sbg_bulk.runs.records import Outcome, RowOutcome

IMPORTED: Final = "imported_id"
"""The column of the file that a row has become already."""

OWN: Final = tuple(one.name for one in ImportItem.__attrs_attrs__)
"""The columns of an import that are no metadata."""

SILENT: Final = 3
"""Answers that do not tell of a file, after which its metadata counts as not set: a retry reads it again."""

_NOT_SET: Final = "imported, but its metadata could not be set: {}"
_NO_FILE: Final = "imported, but the platform does not say as which file, so its metadata was not set"
_SILENT: Final = "the platform does not say whether it was"


@frozen
class DescribedImport(ImportItem):
    """An import, and the metadata that the file is to have.

    Attributes:
        metadata: the values by their keys. Only of an object: a folder has none.
        imported_id: the id of the file, if it was imported already, and only the metadata is to be set.

    Raises:
        InputError: an attribute is missing or malformed.
    """

    metadata: Mapping[str, str] = field(factory=dict)
    imported_id: str | None = None

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.metadata and self.location.endswith("/"):
            raise InputError("location: a folder has no metadata: give each of its objects a row of its own.")
        for key, value in self.metadata.items():
            check_key(key)
            check_value(value)
        if self.imported_id is not None:
            check_id(IMPORTED, self.imported_id)

    def as_row(self) -> dict[str, Any]:
        """Return the item as a row of a table, by its columns."""
        own = {name: getattr(self, name) for name in OWN}
        return {**own, **in_columns(self.metadata), IMPORTED: self.imported_id}


def item_of(values: Mapping[str, Any]) -> ImportItem:
    """Return the item that a row is."""
    own = {name: value for name, value in values.items() if name in OWN and value is not None}
    metadata, made = metadata_in(values), values.get(IMPORTED)
    if not metadata and made is None:
        return ImportItem(**own)
    return DescribedImport(**own, metadata=metadata, imported_id=made)


def is_half_done(item: object) -> bool:
    """Return whether only the second step of an item is to be done."""
    return isinstance(item, DescribedImport) and item.imported_id is not None


def in_columns(metadata: Mapping[str, str]) -> dict[str, str]:
    """Return metadata by the columns that it has in a table."""
    return {f"{PREFIX}{key}": value for key, value in metadata.items()}


def metadata_in(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the metadata in a row of a table."""
    found = ((key_in(name), value) for name, value in values.items() if name.startswith(PREFIX))
    return {key: value for key, value in found if value is not None}


@frozen
class Describe:
    """Sets the metadata of files that were imported; see `sbg_bulk.runs.family.SecondStep`.

    What a file has already is not sent, so that it does no harm to begin again.
    """

    policy: RequestPolicy
    batch: int = BULK_LIMIT

    def is_needed(self, item: ImportItem) -> bool:
        return isinstance(item, DescribedImport) and bool(item.metadata)

    def carry(self, items: Sequence[DescribedImport], outcomes: Sequence[RowOutcome]) -> Flow[list[RowOutcome]]:
        known = [place for place, one in enumerate(outcomes) if one.new_id is not None]
        wanted = [MetadataItem(outcomes[place].new_id or "", items[place].metadata) for place in known]
        answer = [RowOutcome(Outcome.UNATTRIBUTED, message=_NO_FILE) for _ in items]
        for place, told in zip(known, (yield from self._set(wanted)), strict=True):
            made = outcomes[place].new_id
            if told.outcome is Outcome.DONE:
                answer[place] = evolve(told, new_id=made)
            else:
                why = _NOT_SET.format(told.message or f"code {told.api_code}")
                answer[place] = evolve(told, new_id=made, message=why)
        return answer

    def _set(self, items: Sequence[MetadataItem]) -> Flow[list[RowOutcome]]:
        """Set the metadata of files, however often an answer is lost: what they have is read again first."""
        told: list[RowOutcome | None] = [None for _ in items]
        began, attempt, silent = (yield from now()), 0, 0
        while left := [place for place, one in enumerate(told) if one is None]:
            attempt += 1
            try:
                for place, one in zip(left, (yield from self._once([items[place] for place in left])), strict=True):
                    told[place] = one
            except Uncertain as lost:
                seconds, why = self.policy.retry.pause(attempt, self.policy.random), lost.why
                if (yield from now()) - began + seconds > self.policy.retry.within:
                    raise lost.cause or errors.OutcomeUnknown(operations.BULK_EDIT_FILES.name, why, "") from lost
                yield from pause(self.policy, seconds, Cause.RETRY, why)
                continue
            silent += 1
            if silent == SILENT:
                told = [one or RowOutcome(Outcome.FAILED, message=_SILENT) for one in told]
        return [one for one in told if one is not None]

    def _once(self, items: Sequence[MetadataItem]) -> Flow[list[RowOutcome | None]]:
        """Set the metadata of files once; the outcome of each, None of one that nothing is told of."""
        try:
            return (yield from change(self.policy, items))
        except InputError as error:
            return [RowOutcome(Outcome.FAILED, message=str(error)) for _ in items]
        except errors.ApiError as refusal:
            if refusal.code is None or not _is_of_rows(refusal):
                raise
            if len(items) == 1:
                message = refusal.api_message or f"HTTP {refusal.status}"
                return [RowOutcome(Outcome.FAILED, None, refusal.code, message)]
        # One of them may be what is wrong with all.
        half = len(items) // 2
        return [*(yield from self._once(items[:half])), *(yield from self._once(items[half:]))]


def _is_of_rows(refusal: errors.ApiError) -> bool:
    """Return whether a refusal is about the files, and not about the user."""
    if isinstance(refusal, errors.Forbidden):
        return refusal.code in OF_ROWS
    return isinstance(refusal, (errors.BadRequest, errors.NotFound, errors.Conflict))
