"""The report of a run in a few lines, for a terminal."""

from __future__ import annotations

import textwrap

from sbg_bulk.report.facts import Facts
from sbg_bulk.report.status import Command, interruptions, next_steps, outcome, pace, purpose, things, verb
from sbg_bulk.runs.codes import meaning
from sbg_bulk.text import command_line, counted, duration, format_utc, plain

MOST_GROUPS = 12
"""Reasons that are shown; the rest is counted."""


def lines(facts: Facts, name: str, command: Command = command_line, width: int | None = None) -> list[str]:
    """Write a report, line by line.

    Args:
        facts: the run.
        name: what names it on a command line.
        command: makes the command lines in it.
        width: columns that sentences are wrapped to; commands are not, to be copied. None to wrap nothing.
    """
    where = f"{facts.platform} ({facts.plan.endpoint})" if facts.platform else facts.plan.endpoint
    told = [f"Run {facts.plan.run}: {purpose(facts)}, on {where}."]
    if facts.began is not None and facts.last is not None:
        told.append(f"{format_utc(facts.began)} to {format_utc(facts.last)}.")
    told += ["", outcome(facts)]
    if pace(facts):
        told.append(pace(facts))
    if facts.interruptions:
        told.append(interruptions(facts))
    if facts.sent:
        told.append(_jobs(facts))
    if facts.slots:
        told.append(_requests(facts))
    if facts.groups:
        told += ["", f"Why {facts.noun}s were not {verb(facts)}:"]
        for group in facts.groups[:MOST_GROUPS]:
            means = meaning(group.outcome, group.api_code)
            reason = f"code {group.api_code}" if group.api_code is not None else group.outcome
            told += [f"  {things(facts, group.rows)}: {means.what} [{reason}]", f"    {means.advice}"]
        if len(facts.groups) > MOST_GROUPS:
            told.append(f"  and {counted(len(facts.groups) - MOST_GROUPS, 'other reason')}.")
    steps = next_steps(facts, name, command)
    if steps:
        told += ["", "What to do next:"]
    written = [part for line in told for part in _wrapped(plain(line), width)]
    for step in steps:
        written += [*_wrapped(plain(f"  {step.why}:"), width), plain(f"    {step.command}")]
    return written


def _wrapped(line: str, width: int | None) -> list[str]:
    """Return the lines that a line becomes, indented as it is."""
    if width is None or not line:
        return [line]
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _jobs(facts: Facts) -> str:
    told, slowest = counted(facts.jobs, "job"), facts.slowest
    if facts.each_row:
        submissions = counted(len(facts.sent), "submission")
        told = f"{told} in {submissions}" if facts.jobs else submissions
        told += f"; the slowest submission took {duration(slowest[0].seconds or 0.0)}" if slowest else ""
    elif slowest:
        told += f"; the slowest, {slowest[0].job or 'of unknown id'}, took {duration(slowest[0].seconds or 0.0)}"
    if facts.resent:
        told += f"; {counted(facts.resent, 'submission')} without effect sent again"
    return told + "."


def _requests(facts: Facts) -> str:
    told = f"{counted(facts.requests, 'request')}, {facts.refused:,} refused by the rate limit"
    if facts.trouble:
        told += f", {facts.trouble:,} without a response or with a server error"
    return told + (f"; waited {duration(facts.waited)}." if facts.waited >= 1 else "; no waiting was needed.")
