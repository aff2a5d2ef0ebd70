"""The content of the board: little enough to be asked for every second, however large the world is.

Of everything that can be long there is a beginning, and the number of the rest as `more`. Folders show what they
hold, and jobs what became of their items, only if they are opened.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from heapq import nlargest
from itertools import islice
from typing import Any

from attrs import asdict

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.faults import ArmedFault
from sbg_bulk.simulator.seeds import SEEDS
from sbg_bulk.simulator.state import State
from sbg_bulk.simulator.world.described import DrsImport
from sbg_bulk.simulator.world.jobs import Job, Outcome
from sbg_bulk.simulator.world.limits import UNLIMITED
from sbg_bulk.simulator.world.transfers import Import, Transfer
from sbg_bulk.simulator.world.tree import File, Folder, Node, User

MOST_JOBS = 20
MOST_REQUESTS = 50
MOST_ENTRIES = 100
"""Most entries of one folder, or items of one job, that are shown."""


def describe(state: State, opened: Collection[str] = ()) -> Mapping[str, Any]:
    """Return the board, jobs brought up to date. `opened` are the ids of folders and jobs to show whole."""
    now = state.clock.now()
    state.jobs.schedule.catch_up(now)
    jobs: Sequence[Job | Transfer | DrsImport] = (*state.jobs.all(), *state.transfers.all(), *state.drs_imports.all())
    newest = nlargest(MOST_JOBS, enumerate(jobs), key=lambda each: (each[1].submitted_on, each[0]))
    opened = frozenset(opened)
    folders = [node for node in map(state.world.nodes.get, opened) if isinstance(node, Folder)]
    return {
        "now": now,
        "world": state.world_id,
        "seed": state.seed,
        "seeds": SEEDS,
        "operations": list(state.contract.operations),
        "rate": _rate(state, now),
        "projects": [
            {"id": project.id, "name": project.name, "root": project.root.id, "entries": len(project.root.children)}
            for project in state.world.projects.values()
        ],
        "folders": {folder.id: _content(folder) for folder in folders},
        "jobs": {
            "shown": [_any_job(job, job.id in opened) for _, job in newest],
            "more": max(0, len(jobs) - MOST_JOBS),
        },
        "faults": [fault(armed) for armed in state.faults.armed],
        "requests": {
            "shown": [asdict(entry) for entry in state.requests.latest(MOST_REQUESTS)],
            "more": max(0, len(state.requests) - MOST_REQUESTS),
        },
    }


def fault(armed: ArmedFault) -> Mapping[str, Any]:
    """Describe a rule at work: its text, and how many requests it has seen and struck."""
    return {"rule": str(armed.rule), "seen": armed.seen, "struck": armed.struck}


def caller(state: State) -> User | None:
    """Return the user that the page calls the service as: the first who can."""
    return next(iter(state.world.tokens.values()), None)


def _rate(state: State, now: float) -> Mapping[str, int] | None:
    """Return the budget of the page's user; None without one, or without a limit."""
    user = caller(state)
    if user is None:
        return None
    budget = state.limiter.budget(user.username, now)
    return None if budget.limit == UNLIMITED.requests else asdict(budget)


def _content(folder: Folder) -> Mapping[str, Any]:
    return {
        "shown": [_entry(node) for node in islice(folder.children.values(), MOST_ENTRIES)],
        "more": max(0, len(folder.children) - MOST_ENTRIES),
    }


def _entry(node: Node) -> Mapping[str, Any]:
    what = {"size": node.size} if isinstance(node, File) else {"entries": len(node.children)}
    return {"id": node.id, "name": node.name, **what}


def _any_job(job: Job | Transfer | DrsImport, opened: bool) -> Mapping[str, Any]:
    """Describe a job of any kind as one on files: an import or an export has one item, one by DRS those it has done."""
    if isinstance(job, Job):
        return _job(job, opened)
    outcomes: list[tuple[str, Outcome | None]]
    if isinstance(job, DrsImport):
        kind, total = "IMPORT", len(job.todo) or len(job.outcomes)
        outcomes = list(zip([item.uri for item, _ in job.todo] or [""] * total, job.outcomes, strict=False))
    else:
        kind, total = ("IMPORT", 1) if isinstance(job.wanted, Import) else ("EXPORT", 1)
        source = job.wanted.location if isinstance(job.wanted, Import) else job.wanted.file
        outcomes = [(source, job.error or (None if job.result is None else job.result.id))] if job.ended else []
    failed = sum(isinstance(outcome, ApiError) for _, outcome in outcomes)
    items = [_told(index, source, outcome) for index, (source, outcome) in enumerate(outcomes[:MOST_ENTRIES])]
    return {
        "id": job.id,
        "type": kind,
        "state": job.state,
        "total": total,
        "completed": len(outcomes) - failed,
        "failed": failed,
        "items": {"shown": items, "more": len(outcomes) - len(items)} if opened else None,
    }


def _job(job: Job, opened: bool) -> Mapping[str, Any]:
    return {
        "id": job.id,
        "type": job.type,
        "state": job.state,
        "total": job.total,
        "completed": job.completed,
        "failed": job.failed,
        "items": _items(job) if opened else None,
    }


def _items(job: Job) -> Mapping[str, Any]:
    """Describe a job's items: those that failed first, which one opens a job for; otherwise in the order of the job."""
    order = sorted(range(len(job.items)), key=lambda index: not isinstance(_outcome(job, index), ApiError))
    shown = order[:MOST_ENTRIES]
    return {"shown": [_item(job, index) for index in shown], "more": len(order) - len(shown)}


def _outcome(job: Job, index: int) -> Outcome | None:
    return job.outcomes[index] if index < len(job.outcomes) else None


def _item(job: Job, index: int) -> Mapping[str, Any]:
    """Describe an item: `index` counts from 0, `became` is the id in its result, `error` what it was refused for.

    Neither of the two while it waits.
    """
    return _told(index, job.items[index].file, _outcome(job, index))


def _told(index: int, source: str, outcome: Outcome | None) -> Mapping[str, Any]:
    error = f"{outcome.code}: {outcome.message}" if isinstance(outcome, ApiError) else None
    return {
        "index": index,
        "file": source,
        "became": outcome if isinstance(outcome, str) else None,
        "error": error,
    }
