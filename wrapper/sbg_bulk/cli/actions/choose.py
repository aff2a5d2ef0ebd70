"""Copy, move or delete what paths, ids and filters choose: show what that is, ask, carry it, verify it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import click
from attrs import asdict

from sbg_bulk.cli.actions.run import execute, reference
from sbg_bulk.cli.actions.verify import verify
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.options.confirm import agreed
from sbg_bulk.cli.options.transfer import TransferRequest
from sbg_bulk.cli.output.console import note, tell, write_json
from sbg_bulk.cli.output.tables import print_rows
from sbg_bulk.cli.progress.request_count import counting
from sbg_bulk.files.paths import Location
from sbg_bulk.runs.estimate import Estimate, estimate
from sbg_bulk.text import counted, duration, plain, size

if TYPE_CHECKING:
    from sbg_bulk.client.runs import Source
    from sbg_bulk.client.sync import Client
    from sbg_bulk.runs.choice import Choice
    from sbg_bulk.runs.progress import Progress
    from sbg_bulk.runs.result import RunReport

    OnChange: TypeAlias = Callable[[Progress], object]

SHOWN: Final = 20
"""How many of the things chosen a dry run shows; the rest is counted. JSON has them all."""


def choose_and_run(context: Context, request: TransferRequest) -> Exit:
    """Find what is meant, show it, ask, and carry it to its end. The exit code that follows."""
    selection, since = request.selection, request.selection.since
    with context.client() as client:
        with counting("Looking") as on_request:
            choice = client.choose(
                request.sources,
                to=request.destination.text,
                match=selection.match,
                exclude=selection.exclude,
                newer_than=since,
                type=selection.kind,
                recursive=selection.recursive,
                parents=request.destination.parents,
                skip_existing=request.destination.skip_existing,
                on_request=on_request,
            )
        besides = len(choice.folders) + (choice.looks if request.verify else 0)
        takes = estimate(len(choice), request.rows_per_job, request.settings.reserve or 0, besides)
        if request.dry_run:
            return _dry_run(choice, takes, request.as_json)
        # Who is asked has to see what about.
        (note if request.yes else tell)(_summary(choice, takes))
        if not len(choice) or not agreed(_question(request.job_type, choice), request.yes):
            return Exit.INTERRUPTED if len(choice) else Exit.DONE
        return execute_and_verify(context, client, request, choice, Location())


def execute_and_verify(
    context: Context, client: Client, request: TransferRequest, source: Source, where: Location
) -> Exit:
    """Carry a run, and verify it if that is wanted and it has ended. The exit code that follows.

    Args:
        context: the options before the command.
        client: carries it.
        request: what was asked for.
        source: a manifest, or what was found in one or was chosen.
        where: where rows go that do not say.
    """
    ended: list[RunReport] = []
    begun: list[Progress] = []

    def work(on_change: OnChange) -> RunReport:
        def changed(progress: Progress) -> None:
            begun[:] = [progress]
            on_change(progress)

        report = client.run(
            request.job_type,
            source,
            project=where.project,
            parent=where.folder,
            form=request.form,
            journal=request.journal,
            items_per_job=request.rows_per_job,
            options=request.settings.options,
            within=request.settings.give_up_after,
            on_change=changed,
        )
        ended.append(report)
        return report

    outcome = execute(context, work, request.as_json)
    if not request.verify:
        return outcome
    if not ended:
        if begun:
            run = reference(begun[0].run, Path(begun[0].journal))
            note(f"Then verify it with: {context.command('runs', 'verify', run)}")
        return outcome
    found = verify(context, client, reference(ended[0].run, Path(ended[0].journal)), request.as_json)
    return outcome if found is Exit.DONE else found


def left_out(choice: Choice) -> str:
    """What was left out of a choice, as a sentence; empty if nothing was."""
    parts = (
        (choice.subfolders, f"{counted(choice.subfolders, 'subfolder')} (give --recursive for what is in them)"),
        (choice.existing, f"{choice.existing:,} there already"),
        (choice.undated, f"{choice.undated:,} of unknown date"),
    )
    told = ", ".join(text for number, text in parts if number)
    return f"Left out: {told}." if told else ""


def _summary(choice: Choice, estimate: Estimate) -> str:
    """What was chosen, what was left out, and what it takes."""
    return "\n".join(filter(None, (_chosen(choice), left_out(choice), _to_come(choice, estimate))))


def _chosen(choice: Choice) -> str:
    if not choice.items:
        return "Nothing to do: " + ("all of it is there already." if choice.existing else "nothing there fits.")
    folders = len(choice) - choice.files
    told = [counted(choice.files, "file")] if choice.files or not folders else []
    told += [f"{counted(folders, 'folder')} with all {'it holds' if folders == 1 else 'they hold'}"] if folders else []
    amount = "" if choice.size is None else f" ({size(choice.size)})"
    source = choice.sources[0] if len(choice.sources) == 1 else counted(len(choice.sources), "source")
    target = "" if choice.to is None else f", to {choice.to}"
    return plain(f"Chosen: {' and '.join(told)}{amount} of {source}{target}.")


def _to_come(choice: Choice, estimate: Estimate) -> str:
    looked = f"Looking took {counted(choice.requests, 'request')}."
    if not choice.items:
        return looked
    folders = f"{counted(len(choice.folders), 'folder')} to make, " if choice.folders else ""
    limit = f"makes that at least {duration(estimate.seconds)}" if estimate.seconds else "allows that at once"
    return (
        f"To come: {folders}{counted(estimate.jobs, 'job')}, with at least {counted(estimate.requests, 'request')}. "
        f"The rate limit {limit}.\n{looked}"
    )


def _question(job_type: str, choice: Choice) -> str:
    if job_type == "DELETE":
        return f"Delete {'it' if len(choice) == 1 else 'them'}? Nothing comes back."
    return f"{job_type.capitalize()} {'it' if len(choice) == 1 else 'them'}?"


def _dry_run(choice: Choice, estimate: Estimate, as_json: bool) -> Exit:
    if as_json:
        write_json(
            {
                **asdict(estimate),
                "looked": choice.requests,
                "subfolders": choice.subfolders,
                "existing": choice.existing,
                "undated": choice.undated,
                "folders": [str(folder) for folder in choice.folders],
                "choice": [
                    {
                        "file": item.id,
                        "name": item.name,
                        "type": "folder" if item.is_folder else "file",
                        "source": item.source,
                        "destination": item.destination or None,
                    }
                    for item in choice.items
                ],
            }
        )
        return Exit.DONE
    if choice.items:
        rows = [
            ("folder" if item.is_folder else "file", item.source, item.destination) for item in choice.items[:SHOWN]
        ]
        columns = ("TYPE", "SOURCE", "DESTINATION")
        print_rows(
            columns[:2] if choice.to is None else columns, [row[:2] if choice.to is None else row for row in rows]
        )
    if len(choice) > SHOWN:
        click.echo(f"... and {len(choice) - SHOWN:,} more; --json has them all.")
    note(f"{_summary(choice, estimate)}\nNothing was changed.")
    return Exit.DONE
