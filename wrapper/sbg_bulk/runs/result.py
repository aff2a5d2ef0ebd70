"""The end of a run, for the caller and for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from attrs import frozen

from sbg_bulk.errors import JournalError
from sbg_bulk.html import api_code, caption, framed, paragraph, table
from sbg_bulk.runs import store
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import Tally
from sbg_bulk.text import counted


@frozen
class RunReport:
    """The end of a run.

    Attributes:
        run: the run's id.
        journal: where its journal is.
        tally: how many rows came to which end.
    """

    run: str
    journal: Path
    tally: Tally

    @property
    def succeeded(self) -> bool:
        """Return whether every row was done."""
        return self.tally.done == self.tally.rows

    @property
    def reference(self) -> str:
        """Return what names the run: its id, or its journal's path if that is not where runs are kept."""
        return store.reference(self.run, self.journal)

    def _repr_html_(self) -> str:
        failures: list[tuple[str, int | None, int, str | None]] = []
        with suppress(JournalError), Journal.read(self.journal) as journal:
            failures = journal.failures()
        return report(self, failures)


def report(run: RunReport, failures: Sequence[tuple[str, int | None, int, str | None]]) -> str:
    """Return how a run ended, as HTML.

    Args:
        run: its report.
        failures: the rows that were not done, grouped, as `Journal.failures` has them.
    """
    tally = run.tally
    head = f"Run {run.run}: {tally.done:,} of {counted(tally.rows, 'row')} done"
    told = [f"{number:,} {word}" for number, word in _not_done(tally) if number]
    rows = [((outcome, api_code(code), number, message), True) for outcome, code, number, message in failures]
    text = caption(", ".join([head, *told]), "✗" if told else "✓") + (
        table(("Outcome", "API code", "Rows", "For example"), rows) if rows else ""
    )
    if tally.failed:
        text += paragraph(f"Try again what failed: client.retry({run.reference!r})")
    return framed(text)


def _not_done(tally: Tally) -> tuple[tuple[int, str], ...]:
    return (
        (tally.failed, "failed"),
        (tally.unattributed, "in jobs that do not tell what became of each"),
        (tally.unknown, "in jobs that can no longer be read"),
        (tally.running + tally.open, "left"),
    )
