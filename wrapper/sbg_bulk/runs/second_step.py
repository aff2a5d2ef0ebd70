"""Rows whose jobs have done their part, until the second step is done for them: many at once, for few requests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from attrs import define, field

from sbg_bulk.api.steps import Flow
from sbg_bulk.runs.family import SecondStep
from sbg_bulk.runs.records import EndedRow, Outcome

LONGEST: Final = 30.0
"""Seconds after which the second step is done for fewer rows than a call takes."""


@define
class Halfway:
    """The rows that are halfway. In the journal their jobs are under way.

    Attributes:
        step: the second step; None if there is none.
    """

    step: SecondStep | None = None
    _rows: list[tuple[EndedRow, Any]] = field(factory=list)
    _since: float = 0.0

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def due(self) -> float:
        """When the step is to be done, whatever else there is to do; infinite without rows."""
        if not self._rows:
            return math.inf
        assert self.step is not None
        return -math.inf if len(self._rows) >= self.step.batch else self._since + LONGEST

    def add(self, moment: float, rows: Sequence[tuple[EndedRow, Any]]) -> list[EndedRow]:
        """Keep the rows that have the step before them, each given with its item, and return the others."""
        ended = []
        for row, item in rows:
            if self.step is None or row.outcome.outcome is not Outcome.DONE or not self.step.is_needed(item):
                ended.append(row)
                continue
            self._since = self._since if self._rows else moment
            self._rows.append((row, item))
        return ended

    def carry(self) -> Flow[list[EndedRow]]:
        """Do the step for as many rows as a call takes, and return them as they have ended then."""
        assert self.step is not None
        now = self._rows[: self.step.batch]
        outcomes = yield from self.step.carry([item for _, item in now], [row.outcome for row, _ in now])
        del self._rows[: len(now)]
        return [EndedRow(row.part, row.job, outcome, row.seen) for (row, _), outcome in zip(now, outcomes, strict=True)]
