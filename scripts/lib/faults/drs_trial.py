"""Trials of imports by DRS: draw one, carry a run through it, and compare what was done with what the run says.

The promise, for each row of the manifest:

- Its object is in no job that the run's requests started, unless every earlier such job had ended and had refused it.
- It has been imported if the run says `done`, and has not if the run says `failed` or has not sent it.
- What the run says of it (job, new id, API code) is what that job did; the file has the place, the name (or that with a
  number before it) and the metadata that were asked for.
- The rows add up; the journal can be opened again.

Its limit: where no list shows these jobs, files of another process that have the names of a submission and go to its
places, and came while its outcome was not known, are taken for what it was to import. Where a list shows them, such a
process's job is.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import define, evolve

from sbg_bulk.drs.items import RESOLUTIONS
from sbg_bulk.items import DRS_IMPORT
from sbg_bulk.runs import decide
from sbg_bulk.runs.journal import Journal
from sbg_bulk.simulator import ApiError, FaultRule
from scripts.lib.faults.drs_stage import DrsStage
from scripts.lib.faults.oracle import check_report
from scripts.lib.faults.schedule import Schedule, draw
from scripts.lib.faults.trial import Result, Trial, journal_at, unsettled

START = "start_drs_import"


def draw_drs(seed: int) -> tuple[Schedule, str]:
    """Draw a trial, and what its run does where a name is taken."""
    rng = random.Random(f"drs {seed}")  # noqa: S311 - to be repeated
    schedule = draw(seed)
    job_type = schedule.job_type.lower()
    ops = {f"submit_{job_type}_job": START, f"get_{job_type}_job": "get_drs_import", "get_*": "get_drs_import"}
    faults = [evolve(one, op=ops.get(one.op, one.op)) for one in schedule.faults]
    if rng.random() < 0.5:
        kind = rng.choice(("cut_before", "cut_after", "cut_after"))
        faults.append(FaultRule(kind=kind, op=START, times=2, probability=0.5, seed=seed))
    variant = evolve(
        schedule.variant,
        bulk_refused=None,
        drs_listed=rng.random() < 0.5,
        drs_bundles=rng.choice(("expanded", "expanded", "refused")),
        drs_skipped=rng.choice(("existing", "absent", "error", "renamed")),
        drs_pace=rng.choice((None, (500.0, 300.0), (10.0, 300.0))),
    )
    # To rename shows what is imported twice.
    return evolve(schedule, faults=faults, variant=variant), rng.choice(("RENAME", "RENAME", *RESOLUTIONS))


def attempt_drs(seed: int, folder: Path) -> Result:
    """Do a trial, with its journal in this folder, where it does not stay."""
    schedule, conflicts = draw_drs(seed)
    with journal_at(folder, seed) as path:
        trial = DrsTrial(schedule, path, DrsStage.build(schedule, conflicts))
        trial.carry()
        return trial.result()


@define
class DrsTrial(Trial[DrsStage]):
    """A run of imports by DRS, and everything that happens to it."""

    def result(self) -> Result:
        """Return the result, once the run has been carried. The promise is checked here."""
        self._count_faults()
        self.stage.settle_down()
        found = check_report(self.path, len(self.stage.rows), self.tally, self._check_row)
        broken = [*self.broken, *self.stage.broken, *found]
        self._count(len(self.stage.rows))
        unheard = {each.job.id for each in self.stage.posted if not each.heard}
        with Journal.open(self.path) as journal:
            self.counts["imports by DRS adopted"] += len(journal.own_jobs() & unheard)
        self.counts[f"schedules of {DRS_IMPORT}"] += 1
        return Result({self.schedule.seed: broken} if broken else {}, self.counts, self._struck)

    def _new(self) -> Journal:
        return self._created(DRS_IMPORT, (row.row(number) for number, row in enumerate(self.stage.rows, start=2)))

    def _decide(self) -> None:
        """Say what a person finds out: which job it was, or that it was none."""
        with Journal.open(self.path) as journal:
            submission = unsettled(journal)
            assert submission is not None
            own = journal.own_jobs()
            jobs = [job for job in reversed(self.stage.ours(submission.first)) if job.id not in own]
            decide.decide(journal, adopt=jobs[0].id if jobs else None, resubmit=not jobs)

    # The oracle

    def _check_row(self, place: int, said: Mapping[str, Any], *, under_way: bool) -> Iterator[str]:
        stage = self.stage
        uri, outcome, ours = stage.rows[place].item.drs_uri, said["outcome"], stage.ours(place)
        told = {job.id: stage.made(job, uri) for job in ours}
        done = [job for job in ours if any(isinstance(one, str) for one in told[job.id])]
        if len(done) > 1:
            yield f"it was done {len(done)} times, by jobs {', '.join(job.id for job in done)}"
        made = [one for job in done for one in told[job.id] if isinstance(one, str)]
        if outcome == "done":
            yield from self._check_done(place, said, made)
        elif outcome == "failed":
            yield from self._check_failed(place, said, ours, made)
        elif outcome == "open" and not under_way and ours:
            yield f"it is said not to have been sent, and job {ours[0].id} had it"
        yield from self._check_files(place, made)

    def _check_done(self, place: int, said: Mapping[str, Any], made: Sequence[str]) -> Iterator[str]:
        stage = self.stage
        others = {one for job in stage.others for one in job.outcomes if isinstance(one, str)}
        by_other = said["job"] in {job.id for job in stage.others} or said["new_id"] in others
        if said["new_id"] not in (*made, None) and not by_other:
            yield f"it has become {made}, and is said to have become {said['new_id']}"
        if made or by_other:
            return
        skipped = stage.conflicts == "SKIP" and any(
            job.ended and stage.made(job, stage.rows[place].item.drs_uri) == [None] for job in stage.ours(place)
        )
        if not skipped:
            yield f"it is said to be done by job {said['job']}, and was not"

    def _check_failed(
        self, place: int, said: Mapping[str, Any], ours: Sequence[Any], made: Sequence[str]
    ) -> Iterator[str]:
        stage = self.stage
        if made and len(made) >= stage.rows[place].files:
            yield f"it is said to have failed, and has become {made}"
        if said["job"] is None or said["job"] in {job.id for job in stage.others}:
            return
        job = next((job for job in ours if job.id == said["job"]), None)
        refusals = [] if job is None else stage.made(job, stage.rows[place].item.drs_uri)
        codes = [one.code for one in refusals if isinstance(one, ApiError)]
        if not codes:
            yield f"it is said to have failed in job {said['job']}, and did not"
        elif said["api_code"] not in (*codes, None):
            yield f"it has failed with codes {codes}, and is said to have with {said['api_code']}"

    def _check_files(self, place: int, made: Sequence[str]) -> Iterator[str]:
        row, there = self.stage.rows[place], self.stage.files()
        for one in made:
            file = there.get(one)
            if one in self.stage.before:
                continue  # skipped
            if file is None:
                if self.stage.conflicts != "OVERWRITE":
                    yield f"it has become {one}, which is not there"
                continue
            if file.parent is None or file.parent.id != row.place:
                yield f"it has become {one}, which is elsewhere"
            if row.item.name is not None and not re.fullmatch(rf"(\d+_)*{re.escape(row.item.name)}", file.name):
                yield f"it has become {one}, which is called {file.name}"
            skipped = self.stage.conflicts == "SKIP"  # it may be another row's, of the same name
            if dict(file.metadata) != dict(row.item.metadata) and not skipped:
                yield f"it has become {one}, which has the metadata {file.metadata}"
