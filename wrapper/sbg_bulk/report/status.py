"""The state of a run in sentences, and the next steps as commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import frozen

from sbg_bulk.report.facts import Facts, Standing
from sbg_bulk.runs.codes import meaning
from sbg_bulk.runs.records import State
from sbg_bulk.text import command_line, counted, duration

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


VERBS: Final = {"COPY": "Copy", "MOVE": "Move", "DELETE": "Deletion"}


def purpose(facts: Facts) -> str:
    """Say what the run was to do, after its label."""
    named = "" if facts.label is None else f"{facts.label}: "
    what = f"{named}{VERBS.get(facts.plan.job_type, facts.plan.job_type)} of {counted(facts.tally.rows, 'row')}"
    if not facts.destinations:
        return what
    to = ", ".join(name for name, _ in facts.destinations)
    others = f" and {counted(facts.further_destinations, 'other place')}" if facts.further_destinations else ""
    return f"{what} to {to}{others}"


def outcome(facts: Facts) -> str:
    """Say how the run stands, in a sentence or two."""
    tally = facts.tally
    if facts.standing is Standing.COMPLETE:
        if tally.done == tally.rows:
            return f"Complete: {counted(tally.rows, 'row')} done, none failed."
        told = f"Complete: of {counted(tally.rows, 'row')} {tally.done:,} done, {tally.failed:,} failed"
        return told + (f", {facts.unclear:,} unclear." if facts.unclear else ".")
    if facts.standing is Standing.NOT_BEGUN:
        return f"Not begun: none of {counted(tally.rows, 'row')} was submitted."
    ended = tally.done + tally.failed + facts.unclear
    unclear = f", {facts.unclear:,} unclear" if facts.unclear else ""
    come = f"{ended:,} have come to an end ({tally.done:,} done, {tally.failed:,} failed{unclear})"
    told = f"{'Running' if facts.in_use else 'Not complete'}: of {counted(tally.rows, 'row')} "
    told += f"{come if ended else 'none has come to an end'}; "
    told += f"{tally.running:,} are in jobs whose end was not seen, {tally.open:,} were not submitted."
    if facts.standing is Standing.UNSETTLED:
        rows = sum(one.rows for one in facts.sent if one.state is State.INTENDED)
        told += f" Of the submission of {counted(rows, 'row')} it is not known whether it has started a job."
    return told


def pace(facts: Facts) -> str:
    """Say how long it took, and when most of it was done; empty if that is not known."""
    if facts.seconds is None or not facts.sent:
        return ""
    took = "It took" if facts.standing is Standing.COMPLETE else "It was under way for"
    told = f"{took} {duration(facts.seconds)}"
    half, most = facts.reached(0.5), facts.reached(0.9)
    if half is not None and most is not None and facts.seconds >= 1:
        told += f"; half of the rows had come to an end after {duration(half)}, nine tenths after {duration(most)}"
    return told + "."


def next_steps(facts: Facts, name: str, command: Command = command_line) -> list[Step]:
    """Return what to do next, the most important first; nothing if all is done.

    Args:
        facts: the run.
        name: what names it on a command line.
        command: makes the command lines.
    """
    steps: list[Step] = []
    if facts.in_use:
        steps.append(Step("It is running in another process; follow it", command("runs", "show", name, "--watch")))
    elif facts.standing is Standing.UNSETTLED:
        why = "Take it up again. It looks for the job first; if it cannot tell, it names the jobs that it may be"
        steps.append(Step(why, command("runs", "resume", name)))
    elif facts.standing is not Standing.COMPLETE:
        steps.append(Step("Take it up where it stands; nothing is done twice", command("runs", "resume", name)))
    failed = [group for group in facts.groups if group.outcome == "failed"]
    again = sum(group.rows for group in failed if meaning(group.outcome, group.api_code).again)
    others = facts.tally.failed - again
    if facts.retried_by is not None:
        why = "What failed is tried again by another run; see how far it has come"
        steps.append(Step(why, command("runs", "show", facts.retried_by)))
    elif again and facts.standing is Standing.COMPLETE:
        why = f"Try again what failed, once the reasons are gone; {counted(again, 'row')} may be done then"
        steps.append(Step(why, command("runs", "retry", name)))
    if others and facts.retried_by is None:
        why = f"Get the rows that failed as a manifest; {counted(others, 'row')} should be corrected before a new run"
        steps.append(Step(why, command("runs", "export", name, "--outcome", "failed", "--output", "failed.csv")))
    for group_outcome, number in (("unattributed", facts.tally.unattributed), ("unknown", facts.tally.unknown)):
        if number:
            why = f"See which {counted(number, 'row')} are unclear, and look for them at the destination"
            steps.append(Step(why, command("runs", "export", name, "--outcome", group_outcome)))
    return steps
