"""Show what resuming or retrying a run would do: `--dry-run`. The journal is read, and nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import asdict

from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.options.run import RunSettings
from sbg_bulk.cli.output.console import tell, write_json
from sbg_bulk.cli.output.plan_line import plan_line
from sbg_bulk.errors import RunInUse
from sbg_bulk.families import family_of
from sbg_bulk.runs import create, kept_options, store
from sbg_bulk.runs.estimate import estimate
from sbg_bulk.runs.item_pace import ItemPace
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.progress import RunOptions
from sbg_bulk.text import counted

if TYPE_CHECKING:
    from sbg_bulk.runs.records import Tally


def preview_resume(run: str, settings: RunSettings, as_json: bool) -> Exit:
    """Show what is left to be done in a run. The exit code that follows."""
    with Journal.read(store.find(run)) as journal:
        if journal.in_use:
            raise RunInUse(f"Another process is working on this run ({journal.path}).")
        tally = journal.tally()
        made, folders = journal.folders()
        told = (
            f"Run {journal.plan.run}: {_left(tally, journal.noun())}"
            if tally.open or tally.running
            else "Nothing is left to do."
        )
        return _show(journal, told, tally.open, folders - made, settings, kept_options.earlier(journal)[0], as_json)


def preview_retry(run: str, settings: RunSettings, as_json: bool) -> Exit:
    """Show what of a run would be tried again. The exit code that follows."""
    with Journal.read(store.find(run)) as journal:
        create.check_retry(journal)
        failed = journal.tally().failed
        told = f"A new run would retry the {counted(failed, journal.noun())} that failed in run {journal.plan.run}."
        return _show(journal, told, failed, 0, settings, RunOptions(), as_json)


def _left(tally: Tally, noun: str) -> str:
    parts = [f"{counted(tally.open, noun)} not submitted yet"] if tally.open else []
    parts += [f"{counted(tally.running, noun)} in running jobs"] if tally.running else []
    return f"{' and '.join(parts)} of {tally.rows:,}."


def _show(
    journal: Journal, told: str, files: int, folders: int, settings: RunSettings, kept: RunOptions, as_json: bool
) -> Exit:
    reserve = kept.reserve if settings.reserve is None else settings.reserve
    pace = ItemPace.of(kept.pace if settings.pace is None else settings.pace, family_of(journal).pace)
    takes = estimate(files, journal.plan.items_per_job, reserve or 0, folders, pace=pace)
    if as_json:
        facts = {"run": journal.plan.run, "journal": str(journal.path), **asdict(journal.tally())}
        write_json({**facts, **asdict(takes), "folders_to_create": folders})
        return Exit.DONE
    tell("\n".join([told, *([plan_line(takes, folders)] if files else []), "Nothing was changed."]))
    return Exit.DONE
