"""The end of a run, for the caller and for notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from attrs import evolve, field, frozen

from sbg_bulk.html import api_code, caption, framed, paragraph, table
from sbg_bulk.items import DONE_AS
from sbg_bulk.runs import store
from sbg_bulk.runs.codes import meaning, retry_helps
from sbg_bulk.runs.left_out import Clash, Pending, Refused, Taken
from sbg_bulk.runs.records import Carried, Failures, Outcome, Tally, noun_of
from sbg_bulk.text import counted, known_size

REASONS: Final = 5
"""Reasons that are named at most; each is one that many files may share."""


@frozen
class Reason:
    """Why files of a run were not done.

    Attributes:
        files: how many files and folders of the run have it.
        what: what happened, a sentence.
        advice: what to do about it, a sentence or two.
        retry_helps: whether trying the same again may help.
    """

    files: int
    what: str
    advice: str
    retry_helps: bool


@frozen
class RunReport:
    """The end of a run.

    Attributes:
        run: the run's id.
        journal: where its journal is.
        tally: how many files came to which end.
        failures: what was not done, grouped: the outcome, the API's code, how many, one of the messages; most first.
        different: what was left out before it began, as something else has its name where it would go.
        pending: what was left out because unfinished runs of this machine are still going to do it.
        job_type: what the run did, such as COPY; empty if that is not known.
        carried: how much was done, as far as that is known.
        refused: what was left out before it began, as the platform would refuse it.
    """

    run: str
    journal: Path
    tally: Tally
    failures: Failures = ()
    different: tuple[Clash, ...] | tuple[Taken, ...] = ()
    pending: tuple[Pending, ...] = ()
    job_type: str = ""
    carried: Carried = field(factory=Carried)
    refused: tuple[Refused, ...] = ()

    @property
    def succeeded(self) -> bool:
        """Return whether every file was done, and nothing was left out that does not already exist."""
        return self.tally.done == self.tally.rows and not (self.different or self.pending or self.refused)

    @property
    def retry_helps(self) -> bool:
        """Return whether some of what failed may be done by a second try as it is: it did not fail for good."""
        return retry_helps(self.failures)

    @property
    def reasons(self) -> list[Reason]:
        """Return why files were not done, most files first, five reasons at most; empty if all were done."""
        files: dict[Reason, int] = {}
        for outcome, code, number, message in self.failures:
            means = meaning(outcome, code)
            # Without a code the message is all that there is.
            what = message if code is None and message else means.what
            reason = Reason(0, what, means.advice, outcome == Outcome.FAILED and means.again)
            files[reason] = files.get(reason, 0) + number
        found = [evolve(reason, files=number) for reason, number in files.items()]
        return sorted(found, key=lambda reason: -reason.files)[:REASONS]

    @property
    def reference(self) -> str:
        """Return what names the run: its id, or its journal's path if that is not where runs are kept."""
        return store.reference(self.run, self.journal)

    def _repr_html_(self) -> str:
        return report(self)


def report(run: RunReport) -> str:
    """Return how a run ended, as HTML."""
    tally = run.tally
    files = counted(tally.rows, noun_of(tally.rows, run.carried.folders))
    head = f"Run {run.run}: {tally.done:,} of {files} {DONE_AS.get(run.job_type, 'done')}"
    if run.carried.size:
        head += f" ({known_size(run.carried.size, run.carried.sized == run.carried.items)})"
    told = [f"{number:,} {word}" for number, word in _not_done(run) if number]
    rows = [
        ((outcome, number, f"{means.what} {means.advice}", message, api_code(code)), True)
        for outcome, code, number, message in run.failures
        for means in [meaning(outcome, code)]
    ]
    text = caption(", ".join([head, *told]), "✗" if told else "✓") + (
        table(("Outcome", "Files", "Reason", "For example", "API code"), rows) if rows else ""
    )
    if run.retry_helps:
        text += paragraph(f"Retry what failed: client.retry({run.reference!r})")
    return framed(text)


def _not_done(run: RunReport) -> tuple[tuple[int, str], ...]:
    tally = run.tally
    return (
        (tally.failed, "failed"),
        (tally.unattributed, "in jobs that do not report each file's result"),
        (tally.unknown, "in jobs that can no longer be read"),
        (tally.running + tally.open, "left"),
        (len(run.refused), "skipped: the platform would refuse them"),
        (len(run.different), "skipped: their names exist at the destination"),
        (sum(one.files for one in run.pending), "skipped: an unfinished run includes them"),
    )
