"""What the commands of `sbg-bulk runs` share."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
from attrs import asdict

from sbg_bulk.cli.completion import complete_run
from sbg_bulk.cli.output.console import note
from sbg_bulk.runs import store
from sbg_bulk.runs.records import CHOSEN, noun_of
from sbg_bulk.text import age, size

if TYPE_CHECKING:
    from sbg_bulk.runs.journal import Journal


def _given_or_last(context: click.Context, _parameter: click.Parameter, run: str | None) -> str | None:
    """Return the run that was given, or the last on this machine, whose id is told then."""
    if run is not None or context.resilient_parsing:
        return run
    journal = store.last()
    note(f"Last run: {journal.stem}")
    return str(journal)


RUN_OR_LAST = click.argument("run", required=False, shell_complete=complete_run, callback=_given_or_last)
"""RUN, of commands that change nothing: without it they are about the last run."""


def _open(run: str) -> Journal:
    from sbg_bulk.runs.journal import Journal  # takes long, and completion loads the commands

    return Journal.read(store.find(run))


def _document(journal: Journal) -> dict[str, Any]:
    plan, tally, carried = journal.plan, journal.tally(), journal.carried()
    chosen = journal.remembered(CHOSEN) is not None
    return {
        "run": plan.run,
        "label": journal.remembered("label"),
        "state": _state(journal),
        "journal": str(journal.path),
        "type": plan.job_type,
        "endpoint": plan.endpoint,
        "created_on": plan.created_on,
        "manifest": None if chosen else plan.manifest,
        "sources": list(store.sources_of(journal.asked) or (plan.manifest,)) if chosen else None,
        "to": _to(journal),
        "retry_of": plan.retry_of,
        **asdict(tally),
        "folders": carried.folders if chosen or carried.folders else None,
        "bytes": carried.total if chosen else None,
        "bytes_done": carried.size if chosen else None,
    }


def _state(journal: Journal) -> str:
    """Return running, interrupted, finished or finished-with-failures."""
    if journal.in_use:
        return "running"
    tally = journal.tally()
    if not tally.complete:
        return "interrupted"
    return "finished" if tally.done == tally.rows else "finished-with-failures"


def _to(journal: Journal) -> str | None:
    """Return where a run's files go: what was given, or the one place that they name; None if there are several."""
    if (given := store.destination_of(journal.asked)) is not None:
        return given
    places = journal.destinations(1)
    return places.most[0][0] if places.most and not places.others else None


def _noun(document: Mapping[str, Any]) -> str:
    """Return what the files of a run are called: folders or items where folders are among them."""
    return noun_of(document["rows"], document["folders"] or 0)


def _age(document: Mapping[str, Any]) -> str | None:
    """Return how long ago a run was begun; None if that is not known."""
    try:
        return age(time.time() - datetime.fromisoformat(document["created_on"]).timestamp())
    except ValueError:
        return None


def _sources(document: Mapping[str, Any]) -> str:
    """Return where the files of a run come from: their paths and ids, three of them at most, or a manifest."""
    sources = document["sources"]
    if sources is None:
        return str(document["manifest"])
    return ", ".join(sources[:3]) + (f" and {len(sources) - 3:,} more" if len(sources) > 3 else "")


def _bytes(document: Mapping[str, Any]) -> str | None:
    """Return the bytes of a run's files, as far as they are known: what is done, and what there is."""
    total, done = document["bytes"], document["bytes_done"]
    if not total:
        return None
    return size(total) if done == total else f"{size(done)} of {size(total)}"
