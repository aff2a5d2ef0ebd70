"""The state of a run in sentences, and the next steps as commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from attrs import frozen

from sbg_bulk.items import (
    COPY,
    DELETE,
    DONE_AS,
    DRS_IMPORT,
    EXPORT_COPY,
    EXPORT_REPLACE,
    IMPORT,
    METADATA,
    MOVE,
    TAGS,
)
from sbg_bulk.report.facts import Facts, Interruption, Standing
from sbg_bulk.runs.codes import meaning
from sbg_bulk.runs.records import State
from sbg_bulk.text import command_line, counted, duration, format_utc, known_size

Command = Callable[..., str]
"""Makes a command line of words, to be pasted into a shell."""


@frozen
class Step:
    """Something to do next.

    Attributes:
        why: what it is for.
        command: the command that does it.
    """

    why: str
    command: str


_TASKS: Final = {
    COPY: "Copy",
    MOVE: "Move",
    DELETE: "Deletion",
    EXPORT_COPY: "Export",
    EXPORT_REPLACE: "Export and replacement by aliases",
    IMPORT: "Import",
    DRS_IMPORT: "Import by DRS",
    METADATA: "Metadata",
    TAGS: "Tags",
}
"""What a run of each type is called."""

MOST_SOURCES: Final = 3
MOST_INTERRUPTIONS: Final = 3


def purpose(facts: Facts) -> str:
    """Say what the run was to do, after its label."""
    kind = facts.plan.job_type
    named = "" if facts.label is None else f"{facts.label}: "
    told = f"{named}{_TASKS.get(kind, kind)} of {things(facts)}"
    if facts.carried.total:
        told += f" ({known_size(facts.carried.total, not facts.carried.unsized)})"
    if facts.sources:
        told += f" from {_some(facts.sources, MOST_SOURCES)}"
    if facts.destinations:
        told += f" to {', '.join(name for name, _ in facts.destinations)}"
    if facts.further_destinations:
        told += f" and {counted(facts.further_destinations, 'other place')}"
    return told


def things(facts: Facts, number: int | None = None) -> str:
    """Return how many files a run has, and folders; or so many of them."""
    rows, folders = facts.tally.rows, facts.carried.folders
    if number is not None:
        return counted(number, facts.noun)
    if not folders:
        return counted(rows, "file")
    return " and ".join(counted(one, noun) for one, noun in ((rows - folders, "file"), (folders, "folder")) if one)


def verb(facts: Facts) -> str:
    """Return what the files of the run are in the end: copied, moved or deleted."""
    return DONE_AS.get(facts.plan.job_type, "done")


def outcome(facts: Facts) -> str:
    """Say how the run stands, in a sentence or two."""
    tally, standing = facts.tally, facts.standing
    files = things(facts, tally.rows)
    if standing is Standing.NOT_BEGUN:
        return f"Not started: none of {files} was submitted."
    done = verb(facts)
    told = f"{files} {done}" if tally.done == tally.rows else f"{tally.done:,} of {files} {done}"
    if facts.carried.size:
        told += f" ({known_size(facts.carried.size, facts.carried.items == facts.carried.sized)})"
    told += f", {tally.failed:,} failed" if tally.failed else ""
    told += f", {facts.unclear:,} unclear" if facts.unclear else ""
    if standing is Standing.COMPLETE:
        return f"Finished: {told}."
    jobs = "running jobs" if facts.in_use else "jobs that may still be running"
    told += f"; {tally.running:,} in {jobs}, {tally.open:,} not submitted."
    if standing is Standing.UNSETTLED:
        rows = sum(one.rows for one in facts.sent if one.state is State.INTENDED)
        told += f" It is not known whether the submission of {things(facts, rows)} started a job."
    return f"{'Running' if facts.in_use else 'Interrupted'}: {told}"


def pace(facts: Facts) -> str:
    """Say how long it took, and when most of it was done; empty if that is not known."""
    if facts.seconds is None or not facts.sent:
        return ""
    told = f"{'Took' if facts.standing is Standing.COMPLETE else 'Time so far:'} {duration(facts.seconds)}."
    half, most = facts.reached(0.5), facts.reached(0.9)
    if half is not None and most is not None and facts.seconds >= 1:
        told += f" Median completion: {duration(half)}; 90 % of the {facts.noun}s: {duration(most)}."
    return told


def interruptions(facts: Facts) -> str:
    """Say when no process carried the run; empty if it was never interrupted."""
    told = _some([_interrupted(one) for one in facts.interruptions], MOST_INTERRUPTIONS, "; ")
    return f"Interrupted {told}." if told else ""


def _interrupted(one: Interruption) -> str:
    if one.resumed is None:
        return f"at {format_utc(one.stopped)}, not resumed yet"
    return f"at {format_utc(one.stopped)}, resumed after {duration(one.resumed - one.stopped)}"


def _some(texts: Sequence[str], most: int, between: str = ", ") -> str:
    more = f" and {len(texts) - most:,} more" if len(texts) > most else ""
    return between.join(texts[:most]) + more


def next_steps(facts: Facts, name: str, command: Command = command_line) -> list[Step]:
    """Return what to do next, the most important first; nothing if all is done.

    Args:
        facts: the run.
        name: what names it on a command line.
        command: makes the command lines.
    """
    steps: list[Step] = []
    if facts.in_use:
        steps.append(Step("Follow it; another process is working on it", command("runs", "show", name, "--watch")))
    elif facts.standing is Standing.UNSETTLED:
        why = "Resume it; it first searches for the job, and lists the candidates if it cannot decide"
        steps.append(Step(why, command("runs", "resume", name)))
    elif facts.standing is not Standing.COMPLETE:
        steps.append(Step("Resume it where it stopped; nothing is done twice", command("runs", "resume", name)))
    failed = [group for group in facts.groups if group.outcome == "failed"]
    again = sum(group.rows for group in failed if meaning(group.outcome, group.api_code).again)
    others = facts.tally.failed - again
    if facts.retried_by is not None:
        why = "Follow the run that retries what failed"
        steps.append(Step(why, command("runs", "show", facts.retried_by)))
    elif again and facts.standing is Standing.COMPLETE:
        why = f"Retry what failed after fixing the causes; {things(facts, again)} may succeed then"
        steps.append(Step(why, command("runs", "retry", name)))
    if others and facts.retried_by is None:
        why = f"Export what failed as a manifest; correct {things(facts, others)} in it before a new run"
        steps.append(Step(why, command("runs", "export", name, "--outcome", "failed", "--output", "failed.csv")))
    gone = facts.plan.job_type == DELETE
    check = "check whether they are gone" if gone else "check the destination for them"
    for group_outcome, number in (("unattributed", facts.tally.unattributed), ("unknown", facts.tally.unknown)):
        if number:
            why = f"List {things(facts, number)} with an unclear result, and {check}"
            steps.append(Step(why, command("runs", "export", name, "--outcome", group_outcome)))
    return steps
