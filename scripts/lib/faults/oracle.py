"""The oracle of a trial: it compares what the service did with what a run says of it.

The promise, for each row of the manifest:

- Its item is in no job that the run's requests started, unless every earlier such job had ended and had refused it.
- It has been done by those jobs once if the run says `done`, never if the run says `failed` or has not sent it, and
  at most once if the run says `unattributed` or `unknown`, or says that it does not know what became of its
  submission.
- What the run says of it (job, new id, API code) is what that job did with it, and the tree agrees: what is done is
  where it was to go, under its name or that name with a number before it; what is not is where it was; and the
  destination has as many files as all jobs together have put there, and no more.
- The rows add up; the journal can be opened again.

Its limit: a job of another process that did what the submission asked for, as far as the API shows (same type and
number of items, and for each of them the same place, name and size, or the same id of what was moved or deleted), is
taken for the run's own when the submission's outcome is not known and the run's own job is not in the list. The rows
are then reported as that job left them, and have been done by it, not by the run; or by both, if the run's own job had
expired by then.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import State, Tally
from sbg_bulk.simulator import File, Job, JobState, JobType
from scripts.lib.faults.stage import DESTINATION, Planted, Stage


class CheckRow(Protocol):
    """Yields what is wrong with what a run says of a row; see `check_report`."""

    def __call__(self, place: int, said: Mapping[str, Any], *, under_way: bool) -> Iterator[str]: ...


def check(stage: Stage, path: Path, tally: Tally | None) -> list[str]:
    """Return what is wrong, in words; nothing if the promise was kept.

    Args:
        stage: the service, with all jobs at their end.
        path: the run's journal.
        tally: what the run said in the end; None if it was left before its end.
    """
    with Journal.open(path) as journal:
        report = list(journal.report())
        counted = journal.tally()
        unfinished = journal.unfinished()
    wrong: list[str] = []
    if len(report) != len(stage.rows):
        return [f"{len(stage.rows)} rows have become {len(report)}"]
    under_way = {place: one.state for one in unfinished for place in range(one.first, one.last + 1)}
    for place, said in enumerate(report):
        wrong += [f"row {place}: {each}" for each in _check_row(stage, place, said, under_way.get(place))]
    wrong += check_sums(report, counted, tally, under_way)
    if stage.schedule.job_type is not JobType.DELETE:
        wrong += _check_files(stage)
    return wrong


def check_report(path: Path, rows: int, tally: Tally | None, check_row: CheckRow) -> list[str]:
    """Return what is wrong with what a journal says of rows and of their sum, where each row is checked by itself.

    Args:
        path: the run's journal.
        rows: how many there are.
        tally: what the run said in the end; None if it was left before its end.
        check_row: yields what is wrong with what is said of one.
    """
    with Journal.open(path) as journal:
        report, counted, unfinished = list(journal.report()), journal.tally(), journal.unfinished()
    if len(report) != rows:
        return [f"{rows} rows have become {len(report)}"]
    under_way = {
        place: one.state
        for one in unfinished
        for place in range(one.first, one.last + 1)
        if report[place]["outcome"] == "open"
    }
    wrong = [
        f"row {place}: {each}"
        for place, said in enumerate(report)
        for each in check_row(place, said, under_way=place in under_way)
    ]
    return [*wrong, *check_sums(report, counted, tally, under_way)]


def check_sums(
    report: Sequence[Mapping[str, Any]], counted: Tally, tally: Tally | None, under_way: Mapping[int, State]
) -> Iterator[str]:
    """Check that the rows add up to what the journal counts, and that to what the run says."""
    said = Counter(row["outcome"] for row in report)
    expected = Tally(
        len(report),
        done=said["done"],
        failed=said["failed"],
        unattributed=said["unattributed"],
        unknown=said["unknown"],
        running=len(under_way),
        open=said["open"] - len(under_way),
    )
    if counted != expected:
        yield f"the journal counts {counted}, and its rows add up to {expected}"
    if tally is not None and tally != counted:
        yield f"the run says {tally}, and its journal {counted}"
    if tally is not None and not counted.complete:
        yield f"the run has ended, and is not complete: {counted}"


def _check_row(stage: Stage, place: int, said: Mapping[str, Any], state: State | None) -> Iterator[str]:
    row = stage.rows[place]
    effects = [(job, made) for job in stage.ours(place) if isinstance(made := _outcome(job, row.item.file), str)]
    times, outcome = len(effects), said["outcome"]
    if times > 1:
        yield f"it was done {times} times, by jobs {', '.join(job.id for job, _ in effects)}"
        return
    if outcome == "done":
        yield from _check_done(stage, place, said, effects)
    elif outcome == "failed":
        yield from _check_failed(stage, place, said, times)
    elif outcome == "open" and state is None and times:
        yield "it is said not to have been sent, and was done"
    if times:
        yield from _check_tree(stage, row, effects[0][1])
    elif row.origin is not None and not _touched_by_others(stage, row):
        node = stage.simulator.world.nodes.get(row.item.file)
        if node is None or node.parent is None or node.parent.id != row.origin:
            yield "no job of the run has done it, and it is not where it was"


def _check_done(stage: Stage, place: int, said: Mapping[str, Any], effects: Sequence[tuple[Job, str]]) -> Iterator[str]:
    other = next((job for job in stage.others if job.id == said["job"]), None)
    if effects and other is None:
        job, made = effects[0]
        if said["job"] != job.id:
            yield f"job {job.id} has done it, and it is said to be job {said['job']}"
        if said["new_id"] not in (made, None):
            yield f"it has become {made}, and is said to have become {said['new_id']}"
        return
    if other is None:
        yield f"it is said to be done, by job {said['job']}, and was not"
    elif not _like(stage, other, place):
        yield f"it is said to be done by job {other.id}, which is another's and did something else"


def _check_failed(stage: Stage, place: int, said: Mapping[str, Any], times: int) -> Iterator[str]:
    if times:
        yield "it is said to have failed, and was done"
        return
    job = next((job for job in [*stage.ours(place), *stage.others] if job.id == said["job"]), None)
    if job is None:
        if said["job"] is not None:
            yield f"it is said to have failed in job {said['job']}, which never had it"
        return
    if job in stage.others and not _like(stage, job, place):
        yield f"it is said to have failed in job {job.id}, which is another's and did something else"
        return
    at = place % stage.schedule.items_per_job
    refusal = job.outcomes[at] if at < len(job.outcomes) else None
    if refusal is None or isinstance(refusal, str):
        yield f"it is said to have failed in job {job.id}, and did not"
    elif said["api_code"] not in (refusal.code, None):
        yield f"it has failed with code {refusal.code}, and is said to have with {said['api_code']}"


def _check_tree(stage: Stage, row: Planted, made: str) -> Iterator[str]:
    node = stage.simulator.world.nodes.get(made)
    if stage.schedule.job_type is JobType.DELETE:
        if node is not None:
            yield "it was deleted, and is there"
        return
    if node is None or node.parent is None:
        yield f"it has become {made}, which is not there"
        return
    if node.parent.id != row.destination:
        yield f"it has become {made}, which is in {node.parent.id} and not in {row.destination}"
    if not re.fullmatch(rf"(\d+_)?{re.escape(row.wanted)}", node.name):
        yield f"it has become {made}, which is called {node.name} and not {row.wanted}"
    if isinstance(node, File) and node.size != row.size:
        yield f"it has become {made}, which has another size"


def _check_files(stage: Stage) -> Iterator[str]:
    """Check that the destination has what the jobs have put there."""
    put: dict[tuple[str, str], int] = {}
    jobs = [*(each.job for each in stage.posted), *stage.others]
    for job in jobs:
        for item, weight, made in zip(job.items, job.weights, job.outcomes, strict=False):
            if isinstance(made, str) and job.type is not JobType.DELETE:
                # A file that is moved a second time is no second file; an empty folder, which counts for one, is none.
                put[(item.file if job.type is JobType.MOVE else job.id, item.file)] = weight * (
                    item.file not in stage.empty
                )
    there = stage.files_below(DESTINATION) - stage.files_there
    if any(job.state is not JobState.FINISHED for job in jobs):
        yield "a job has not ended"
    elif there != sum(put.values()):
        yield f"the jobs have put {sum(put.values())} files into the destination, and {there} have come there"


def _outcome(job: Job, file: str) -> object:
    """Return what a job did with an item: an id, an error, or None if it did not have it."""
    return next((made for item, made in zip(job.items, job.outcomes, strict=False) if item.file == file), None)


def _touched_by_others(stage: Stage, row: Planted) -> bool:
    return any(isinstance(_outcome(job, row.item.file), str) for job in stage.others)


def _like(stage: Stage, job: Job, place: int) -> bool:
    """Return whether another process's job did what the submission with this row asked for, as far as the API shows."""
    schedule = stage.schedule
    batch = next(batch for batch in schedule.batches if place in batch)
    rows = [stage.rows[each] for each in batch]
    if job.type is not schedule.job_type or len(job.items) != len(rows):
        return False
    if [item.file for item in job.items] == [row.item.file for row in rows]:
        return True
    if schedule.job_type is not JobType.COPY:
        return False
    return all(_same(stage, made, row) for made, row in zip(job.outcomes, rows, strict=True) if isinstance(made, str))


def _same(stage: Stage, made: str, row: Planted) -> bool:
    node = stage.simulator.world.nodes.get(made)
    if node is None or node.parent is None:
        return False
    size = node.size if isinstance(node, File) else None
    named = re.fullmatch(rf"(\d+_)?{re.escape(row.wanted)}", node.name) is not None
    return node.parent.id == row.destination and named and size == row.size
