"""The report of a run as data: what the page shows, for programs to read.

Times are Unix seconds by the clock of the machine that carried the run. New keys may be added; those that are there
keep their meaning.
"""

from __future__ import annotations

from typing import Any

from attrs import asdict

from sbg_bulk.report.facts import Facts
from sbg_bulk.report.status import Command, next_steps
from sbg_bulk.runs.codes import meaning
from sbg_bulk.text import command_line


def document(facts: Facts, name: str, command: Command = command_line) -> dict[str, Any]:
    """Describe a run as data, to be written as JSON.

    Args:
        facts: the run.
        name: what names it on a command line.
        command: makes the command lines in it.
    """
    plan = facts.plan
    return {
        "run": plan.run,
        "label": facts.label,
        "journal": facts.journal,
        "type": plan.job_type,
        "endpoint": plan.endpoint,
        "manifest": None if facts.sources else plan.manifest,
        "sources": list(facts.sources),
        "destinations": [{"place": place, "rows": rows} for place, rows in facts.destinations],
        "bytes": {"done": facts.carried.size, "total": facts.carried.total, "unsized": facts.carried.unsized},
        "created_on": plan.created_on,
        "retry_of": plan.retry_of,
        "retried_by": facts.retried_by,
        "standing": facts.standing,
        "in_use": facts.in_use,
        "began": facts.began,
        "last": facts.last,
        "interruptions": [asdict(one) for one in facts.interruptions],
        **asdict(facts.tally),
        "jobs": [asdict(one) for one in facts.sent],
        "resent": facts.resent,
        "requests": {
            "sent": facts.requests,
            "refused": facts.refused,
            "failed": facts.trouble,
            "waited": facts.waited,
            "windows": [asdict(window) for window in facts.windows],
            "slots": [asdict(slot) for slot in facts.slots],
        },
        "failures": [
            {
                **asdict(group),
                "meaning": (means := meaning(group.outcome, group.api_code)).what,
                "advice": means.advice,
            }
            for group in facts.groups
        ],
        "next": [asdict(step) for step in next_steps(facts, name, command)],
    }
