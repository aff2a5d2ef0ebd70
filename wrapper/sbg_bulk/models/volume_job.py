"""Imports from volumes and exports to them, as the service tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from attrs import field, frozen

from sbg_bulk.models import parse
from sbg_bulk.models.base import FromServer
from sbg_bulk.models.job import ItemError

COMPLETED: Final = "COMPLETED"
FAILED: Final = "FAILED"


@frozen
class VolumeJob(FromServer):
    """An import from a volume or an export to one, as it was when it was read. Each is for one file or folder.

    Attributes:
        id: its id.
        state: PENDING, RUNNING, COMPLETED or FAILED, or a state that is new; empty if the server did not say.
        origin: what it takes, as it was sent; empty if the server did not say.
        destination: where that goes, as it was sent; empty if the server did not say.
        result: the id of the file or folder that it came to, if it is told.
        error: why it failed, if it is told.
        started_on: when it was started.
        finished_on: when it ended.
    """

    id: str
    state: str = ""
    origin: Mapping[str, str] = field(factory=dict)
    destination: Mapping[str, str] = field(factory=dict)
    result: str | None = None
    error: ItemError | None = None
    started_on: datetime | None = None
    finished_on: datetime | None = None

    @property
    def finished(self) -> bool:
        """Return whether it has ended, well or not. In a state that nobody knows it is under way."""
        return self.state in (COMPLETED, FAILED)

    @property
    def total_files(self) -> None:
        """Return None: it is for one thing, and counts nothing."""

    completed_files = failed_files = total_files

    @classmethod
    def from_answer(cls, answer: object) -> VolumeJob | None:
        """Return the job that a part of an answer describes; None if it has no id."""
        told: Mapping[str, Any] = answer if isinstance(answer, dict) else {}
        job_id = parse.text(told.get("id"))
        if job_id is None:
            return None
        result, error = told.get("result"), told.get("error")
        return cls(
            job_id,
            parse.text(told.get("state")) or "",
            _place(told.get("source")),
            _place(told.get("destination")),
            parse.text(result.get("id")) if isinstance(result, dict) else None,
            None if error is None else ItemError.from_answer(error),
            parse.date(told.get("started_on")),
            parse.date(told.get("finished_on")),
            raw=answer,
        )


def _place(answer: object) -> dict[str, str]:
    if not isinstance(answer, dict):
        return {}
    return {key: value for key, given in answer.items() if (value := parse.text(given)) is not None}
