"""Trials of imports and exports: draw one, carry a run through it, and compare what was done with what the run says.

The promise, for each row of the manifest:

- The run's requests have started at most one job for it: what cannot be undone is never sent twice, and nothing else.
- That job has done it if the run says `done`, and has not if the run says `failed` or has not sent it.
- What the run says of it (job, new id, API code) is what that job did, and volume and project agree.
- The rows add up; the journal can be opened again.

Its limit: a job of another process of the very same source and destination, started when the outcome of the run's own
submission was not known, is taken for the run's.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from attrs import define, evolve

from sbg_bulk.items import EXPORT_REPLACE, IMPORT
from sbg_bulk.runs import decide
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import Tally
from sbg_bulk.simulator import ApiError, FaultRule, File
from sbg_bulk.simulator.world.moving import Export
from sbg_bulk.simulator.world.transfers import Transfer, TransferState
from scripts.lib.faults.oracle import check_report
from scripts.lib.faults.schedule import Schedule, draw
from scripts.lib.faults.stage import ELSEWHERE
from scripts.lib.faults.trial import Result, Trial, journal_at, unsettled
from scripts.lib.faults.volume_stage import FAMILIES, VolumeStage, options_of, source_of

_FIELDS: Final = {
    "type": "source",
    "completed_files": "destination",
    "failed_files": "location",
    "total_files": "volume",
    "name": "file",
    "result": "items",
}
"""What is left out or wrong here where a job on files has something else."""


def draw_volumes(seed: int) -> tuple[Schedule, str]:
    """Draw a trial, and the type of its run."""
    rng = random.Random(f"volumes {seed}")  # noqa: S311 - to be repeated
    schedule, family = draw(seed), rng.choice(FAMILIES)
    calls = options_of(family)
    job_type = schedule.job_type.lower()
    ops = {
        f"submit_{job_type}_job": calls["submit"],
        f"get_{job_type}_job": calls["details"],
        "bulk_get_files": calls["submit"] if rng.random() < 0.5 else calls["details"],
        "list_async_jobs": calls["list"],
        "get_*": calls["details"],
    }
    faults = [
        evolve(one, op=ops.get(one.op, one.op), field=None if one.field is None else _FIELDS.get(one.field, one.field))
        for one in schedule.faults
    ]
    if rng.random() < 0.5:
        kind = rng.choice(("cut_before", "cut_after", "cut_after"))
        faults.append(FaultRule(kind=kind, op=calls["submit"], times=2, probability=0.5, seed=seed))
    share = rng.choice((0.0, 0.2, 0.5))
    values: Mapping[str, Sequence[Any]] = {
        "bulk_item_refused": ("call",),
        "transfer_refusals": ("submission", "job"),
        "transfer_lists": ("least", "all"),
        "copy_only_case": ("lower",),
    }
    drawn: dict[str, Any] = {name: rng.choice(those) for name, those in values.items() if rng.random() < share}
    variant = evolve(schedule.variant, bulk_refused=None, error_codes=True, **drawn)
    timing = evolve(schedule.timing, transfer=rng.choice((0.0, 1.0, 30.0, 600.0)))
    return evolve(schedule, faults=faults, variant=variant, timing=timing), family


def attempt_volumes(seed: int, folder: Path) -> Result:
    """Do a trial, with its journal in this folder, where it does not stay."""
    schedule, family = draw_volumes(seed)
    with journal_at(folder, seed) as path:
        trial = VolumeTrial(schedule, path, VolumeStage.build(schedule, family))
        trial.carry()
        return trial.result()


@define
class VolumeTrial(Trial[VolumeStage]):
    """A run of imports or exports, and everything that happens to it."""

    def result(self) -> Result:
        """Return the result, once the run has been carried. The promise is checked here."""
        self._count_faults()
        self.stage.settle_down()
        broken = [*self.broken, *self.stage.broken, *_check(self.stage, self.path, self.tally)]
        unheard = {each.job.id for each in self.stage.posted if not each.heard}
        self._count(len(self.stage.rows))
        with Journal.open(self.path) as journal:
            own = journal.row_jobs()
        self.counts[f"schedules of {self.stage.family}"] += 1
        self.counts["rows of volumes adopted"] += len(own & unheard)
        return Result({self.schedule.seed: broken} if broken else {}, self.counts, self._struck)

    def _new(self) -> Journal:
        return self._created(
            self.stage.family, (row.row(number) for number, row in enumerate(self.stage.rows, start=2))
        )

    def _decide(self) -> None:
        """Say what a person finds out: that nothing was started. Whatever was, the run has to find out itself."""
        with Journal.open(self.path) as journal:
            submission = unsettled(journal)
            assert submission is not None
            started = [
                each for place in range(submission.first, submission.last + 1) for each in self.stage.ours(place)
            ]
            if started:
                self.broken.append(f"a person is asked about a row whose job is {started[0].id}")
            decide.decide(journal, adopt=None, resubmit=True)


# The oracle


def _check(stage: VolumeStage, path: Path, tally: Tally | None) -> list[str]:
    """Return what is wrong, in words; nothing if the promise was kept."""
    wrong = check_report(path, len(stage.rows), tally, partial(_check_row, stage))
    return [*wrong, *_check_world(stage)]


def _check_row(stage: VolumeStage, place: int, said: Mapping[str, Any], *, under_way: bool) -> Iterator[str]:
    row, ours = stage.rows[place], stage.ours(place)
    done = [each for each in ours if each.state is TransferState.COMPLETED]
    alike = [each for each in stage.others if each.wanted == row.wanted]
    told = next((each for each in (*ours, *alike) if each.id == said["job"]), None)
    outcome = said["outcome"]
    if len(ours) > 1:
        yield f"{len(ours)} jobs were started for it"
    if outcome == "done":
        if told is None or told.state is not TransferState.COMPLETED:
            yield f"it is said to be done by job {said['job']}, and was not"
        elif stage.family == IMPORT and said["new_id"] not in (told.result and told.result.id, None):
            yield f"it has become {told.result}, and is said to have become {said['new_id']}"
    elif outcome == "failed":
        if done and (told is None or told in ours):
            yield f"it is said to have failed, and job {done[0].id} has done it"
        if said["job"] is not None and (told is None or told.error is None):
            yield f"it is said to have failed in job {said['job']}, and did not"
        elif told is not None and isinstance(told.error, ApiError) and said["api_code"] not in (told.error.code, None):
            yield f"it has failed with code {told.error.code}, and is said to have with {said['api_code']}"
    elif outcome == "open" and not under_way and ours:
        yield f"it is said not to have been sent, and job {ours[0].id} was started"


def _check_world(stage: VolumeStage) -> Iterator[str]:
    """Check that there is what the jobs have brought, and no more."""
    jobs = [*(each.job for each in stage.posted), *stage.others]
    if not all(each.ended for each in jobs):
        yield "a job has not ended"
        return
    done = [each for each in jobs if each.state is TransferState.COMPLETED]
    if stage.family == IMPORT:
        yield from _check_files(stage, [each for each in done if getattr(each.wanted, "project", "") != ELSEWHERE])
        return
    exported: dict[str, list[Transfer]] = {}
    for each in done:
        exported.setdefault(source_of(each.wanted), []).append(each)
    for place, row in enumerate(stage.rows):
        found, node = exported.get(source_of(row.wanted), []), stage.simulator.world.nodes.get(source_of(row.wanted))
        there = stage.simulator.world.volumes[row.item.volume].objects.size(row.item.location)
        if (there is not None) != any(each.wanted == row.wanted for each in found):
            yield f"row {place}: there is {there} at {row.item.location}, and {len(found)} exports of it"
        replaced = any(isinstance(each.wanted, Export) and not each.wanted.copy_only for each in found)
        if isinstance(node, File) and (node.alias_of is not None) != replaced:
            yield f"row {place}: it is {'' if node.alias_of else 'no '}alias, after {len(found)} exports"
    if stage.family == EXPORT_REPLACE and any(len(each) > 1 for each in exported.values()):
        replacing = [one for each in exported.values() for one in each if not getattr(one.wanted, "copy_only", True)]
        if len({source_of(one.wanted) for one in replacing}) < len(replacing):
            yield "a file was replaced twice"


def _check_files(stage: VolumeStage, done: Sequence[Transfer]) -> Iterator[str]:
    objects = stage.simulator.world.volumes
    brought = sum(
        len(list(objects[each.wanted.volume].objects.under(each.wanted.location)))
        if each.wanted.location.endswith("/")
        else 1
        for each in done
    )
    there = stage.files_below() - stage.files_there
    if there != brought:
        yield f"the jobs have brought {brought} files into the destination, and {there} have come there"
