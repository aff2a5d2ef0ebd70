"""Trials of metadata and tags: draw one, carry a run through it, and compare what files have with what the run says.

The promise, for each row of the manifest:

- The file has what was asked for if the run says `done`, and all that it had and that was not named.
- It has what it had if the run says `failed` or has not sent it.
- Otherwise it has the one or the other, and nothing in between.
- Nothing is sent of any other file; the rows add up; the journal can be opened again.

Its limit: what another process changes in the very same file, while a change of its tags is sent, is lost, as tags can
only be replaced. None is drawn.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import define, evolve

from sbg_bulk.items import METADATA, TAGS
from sbg_bulk.runs.journal import Journal
from sbg_bulk.simulator import FaultRule
from scripts.lib.faults.edit_stage import METADATA_BEFORE, TAGS_BEFORE, EditStage, described
from scripts.lib.faults.oracle import check_report
from scripts.lib.faults.schedule import Schedule, draw
from scripts.lib.faults.trial import Result, Trial, journal_at

FAMILIES: Final = (METADATA, TAGS)
EDIT: Final = "bulk_edit_files"

_FIELDS: Final = {"type": "tags", "result": "items", "completed_files": "metadata", "started_on": "tags"}
"""What is left out or wrong here where a job on files has something else."""


def draw_edits(seed: int) -> tuple[Schedule, str]:
    """Draw a trial, and the type of its run."""
    rng = random.Random(f"edits {seed}")  # noqa: S311 - to be repeated
    schedule, family = draw(seed), rng.choice(FAMILIES)
    job_type = schedule.job_type.lower()
    ops = {
        f"submit_{job_type}_job": EDIT,
        f"get_{job_type}_job": "bulk_get_files",
        "list_async_jobs": rng.choice(("bulk_get_files", EDIT)),
    }
    faults = [
        evolve(one, op=ops.get(one.op, one.op), field=None if one.field is None else _FIELDS.get(one.field, one.field))
        for one in schedule.faults
        if one.kind != "fail_item"
    ]
    if rng.random() < 0.5:
        kind = rng.choice(("cut_before", "cut_after", "cut_after"))
        faults.append(FaultRule(kind=kind, op=EDIT, times=2, probability=0.5, seed=seed))
    faults += [FaultRule(kind="shuffle", op=EDIT, field="items", seed=seed)] if rng.random() < 0.5 else []
    variant = evolve(schedule.variant, bulk_refused=None, error_codes=True, bulk_edit_erases=rng.random() < 0.5)
    return evolve(schedule, faults=faults, variant=variant), family


def attempt_edits(seed: int, folder: Path) -> Result:
    """Do a trial, with its journal in this folder, where it does not stay."""
    schedule, family = draw_edits(seed)
    with journal_at(folder, seed) as path:
        trial = EditTrial(schedule, path, EditStage.build(schedule, family))
        trial.carry()
        return trial.result()


@define
class EditTrial(Trial[EditStage]):
    """A run that changes metadata or tags, and everything that happens to it."""

    def result(self) -> Result:
        """Return the result, once the run has been carried. The promise is checked here."""
        self._count_faults()
        self.stage.settle_down()
        found = check_report(self.path, len(self.stage.rows), self.tally, self._check_row)
        broken = [*self.broken, *self.stage.broken, *found]
        self._count(len(self.stage.rows))
        self.counts[f"schedules of {self.stage.family}"] += 1
        self.counts["changes sent again"] += sum(times > 1 for times in self.stage.sent.values())
        return Result({self.schedule.seed: broken} if broken else {}, self.counts, self._struck)

    def _new(self) -> Journal:
        return self._created(
            self.stage.family, (row.row(number) for number, row in enumerate(self.stage.rows, start=2))
        )

    def _decide(self) -> None:
        """Nobody need be asked: what a file has can be read."""
        self.broken.append("a person is asked")

    # The oracle

    def _check_row(self, place: int, said: Mapping[str, Any], *, under_way: bool) -> Iterator[str]:
        row, file = self.stage.rows[place], self.stage.file(place)
        outcome = said["outcome"]
        if file is None:
            if outcome == "done":
                yield "it is said to be done, and there is no such file"
            return
        has = described(file)
        before, after = (dict(METADATA_BEFORE), sorted(TAGS_BEFORE)), (dict(row.metadata), sorted(row.tags))
        if outcome == "done" and has != after:
            yield f"it is said to be done, and the file has {has}, not {after}"
        elif (outcome == "failed" or (outcome == "open" and not under_way)) and has != before:
            yield f"it is said to be {outcome}, and the file has {has}, not {before}"
        elif has not in (before, after):
            yield f"the file has {has}, which is neither {before} nor {after}"
