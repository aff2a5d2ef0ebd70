"""Copy, move or delete what paths, ids and filters choose: show what that is, ask, carry it, verify it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import asdict

from sbg_bulk.cli.actions.carry import carry
from sbg_bulk.cli.actions.plan import check_plan, keep_plan, keep_refused, save_choice
from sbg_bulk.cli.actions.question import amount_of, chosen_text, question
from sbg_bulk.cli.actions.run import reference
from sbg_bulk.cli.actions.unfinished import held, take_up, tell_pending
from sbg_bulk.cli.actions.verify import verify
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.options.confirm import agreed
from sbg_bulk.cli.options.transfer import TransferRequest
from sbg_bulk.cli.output.console import note, say, tell, write_json
from sbg_bulk.cli.output.failures import fail, no_match
from sbg_bulk.cli.output.plan_line import plan_line
from sbg_bulk.cli.output.tables import Change, print_changes
from sbg_bulk.cli.output.volume_choices import overwritten_lines, refused_lines, volume_document, volume_lines
from sbg_bulk.cli.progress.request_count import counting
from sbg_bulk.errors import SbgBulkError
from sbg_bulk.families import FAMILIES
from sbg_bulk.files.paths import Location
from sbg_bulk.items import IMPORT
from sbg_bulk.limits import BULK_LIMIT
from sbg_bulk.models.amount import Amount
from sbg_bulk.runs.estimate import Estimate, estimate, jobs_of
from sbg_bulk.runs.item_pace import ItemPace
from sbg_bulk.runs.task import asked
from sbg_bulk.text import counted, plain
from sbg_bulk.transfers.choice import Choice
from sbg_bulk.transfers.verification_cost import verification
from sbg_bulk.volume_jobs.choice import VolumeChoice

if TYPE_CHECKING:
    from sbg_bulk.client.runs import Source
    from sbg_bulk.client.sync import Client
    from sbg_bulk.models.resources import RateLimit
    from sbg_bulk.runs.left_out import Clash, Taken
    from sbg_bulk.runs.progress import Progress
    from sbg_bulk.runs.result import RunReport

    OnChange: TypeAlias = Callable[[Progress], object]

AnyChoice: TypeAlias = Choice | VolumeChoice

SHOWN: Final = 20
"""How many of the things chosen a dry run shows; the rest is counted. JSON has them all."""


TO_REPLACE: Final = "to replace, add --on-conflict overwrite"
"""What can be done with what is in the way of an export or an import."""


def choose_and_run(context: Context, request: TransferRequest) -> Exit:
    """Find what is meant, show it, ask, and carry it to its end. The exit code that follows."""
    selection = request.selection
    check_plan(request.save_plan)
    task = asked(
        request.sources,
        request.destination.text,
        selection.filters,
        recursive=selection.recursive,
        flatten=request.destination.flatten or (request.job_type == IMPORT and not request.preserve_structure),
    )
    with context.client() as client, held(client, request, task):
        if (resumed := take_up(context, client, request, task)) is not None:
            return resumed
        with counting() as on_request:
            choice = _choose(client, request, on_request)
        # What is in the way was not what was meant: it is told, and shows in the exit code.
        left = choice.different or (isinstance(choice, VolumeChoice) and choice.refused)
        done = max(tell_pending(context, choice.pending), Exit.FAILED_ITEMS if left else Exit.DONE)
        if nothing_matched(choice):
            if choice.subfolders and not selection.filters.given:
                return fail("NothingMatched", _only_folders(choice, request.job_type), Exit.FAILED_ITEMS)
            told = no_match(choice.sources, choice.hint, fails=selection.error_on_no_match)
            if told is not Exit.DONE:
                return told
        if len(choice):
            save = partial(save_choice, choice)
            keep_plan(context, request, save, parents=bool(choice.folders))
        # What is below folders is counted for a person only.
        for_program = request.yes or (request.dry_run and request.as_json)
        amount, requests = (None, 0) if for_program or not len(choice) else amount_of(client, choice)
        takes = _estimate(client, request, choice, None if amount is None else requests)
        if request.dry_run and request.as_json:
            write_json(_document(choice, takes))
            return done
        summary = _summary(request, choice, takes, amount, choice.requests + requests)
        if request.dry_run:
            print_plan(
                [Change.of(item) for item in choice.items], chosen_text(choice) if amount is None else str(amount)
            )
            tell(f"{summary}\nNothing was changed.")
            return done
        # Who is asked has to see what about.
        (note if request.yes and not left else tell)(summary)
        if not len(choice):
            if request.as_json:
                write_json(_document(choice, takes))
            return done
        if not agreed("" if amount is None else question(request, choice, amount), request.yes):
            keep_refused(context, request, partial(save_choice, choice), parents=bool(choice.folders))
            return Exit.INTERRUPTED
        outcome = execute_and_verify(context, client, request, choice, Location())
        if choice.different:
            tell(f"{_taken(len(choice.different))} Nothing there was changed.")
        return done if outcome is Exit.DONE else outcome


def _choose(client: Client, request: TransferRequest, on_request: Callable[[int], object]) -> AnyChoice:
    selection, destination = request.selection, request.destination
    which: dict[str, Any] = {
        "match": selection.match,
        "exclude": selection.exclude,
        "newer_than": selection.since,
        "recursive": selection.recursive,
        "on_conflict": destination.on_conflict or "skip",
        "on_request": on_request,
    }
    to = destination.text or ""
    if request.job_type == IMPORT:
        keeps, parents = request.preserve_structure, destination.parents
        return client.choose_imports(request.sources, to=to, preserve_structure=keeps, parents=parents, **which)
    which |= {"tags": selection.tags, "metadata": selection.values}
    if destination.on_volume:
        return client.choose_exports(request.sources, to=to, **which)
    return client.choose(
        request.sources,
        to=destination.text,
        type=selection.kind,
        parents=destination.parents,
        flatten=destination.flatten,
        whole=request.folder_itself,
        moves=request.job_type == "MOVE",
        new_run=request.new_run,
        **which,
    )


def _estimate(client: Client, request: TransferRequest, choice: AnyChoice, below: int | None) -> Estimate:
    """Return what the choice takes, with the folders that are created and with what is checked afterwards.

    `below` is how many requests it took to count what is below its folders, if that was counted.
    """
    besides, jobs = len(choice.folders), jobs_of(len(choice), request.rows_per_job)
    if request.verify and isinstance(choice, VolumeChoice):
        # The sizes of the files are read, and each folder of the volume is listed.
        besides += jobs_of(len(choice), BULK_LIMIT) + len({one.destination.rpartition("/")[0] for one in choice.items})
    elif request.verify and isinstance(choice, Choice):
        besides += verification(choice, request.job_type, jobs, below, new_ids=request.settings.new_ids)
    reserve = request.settings.reserve or 0
    each_row = request.each_row
    if each_row:
        besides += jobs  # they are read once they have ended, as many at once as were submitted
    left = rate_left(client)
    pace = ItemPace.of(request.settings.pace, FAMILIES[request.job_type].pace)
    return estimate(
        len(choice), request.rows_per_job, reserve, besides, left, time.time(), each_row=each_row, pace=pace
    )


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

    outcome = carry(context, request.settings, work, request.as_json)
    if not request.verify:
        return outcome
    if not ended:
        if begun:
            run = reference(begun[0].run, Path(begun[0].journal))
            note(f"Then verify it with: {context.command('runs', 'verify', run)}")
        return outcome
    found = verify(context, client, reference(ended[0].run, Path(ended[0].journal)), request.as_json)
    return outcome if found is Exit.DONE else found


def rate_left(client: Client) -> RateLimit | None:
    """Return what is left of the rate limit, which costs nothing to ask; None if it cannot be told."""
    try:
        return client.rate_limit()
    except SbgBulkError:
        return None


def nothing_matched(choice: AnyChoice) -> bool:
    """Return whether there was nothing to choose, which is not the same as that everything is already there."""
    refused = isinstance(choice, VolumeChoice) and choice.refused
    return not (choice.items or choice.existing or choice.different or choice.pending or refused)


def _only_folders(choice: AnyChoice, job_type: str) -> str:
    """What is said where there are no files to be done, and folders are not asked for."""
    verb = "contains" if len(choice.sources) == 1 else "contain"
    told = plain(f"{' and '.join(choice.sources)} {verb} only folders. To include them, add --recursive.")
    return f"{told} To delete the folder itself, add --dir." if job_type == "DELETE" else told


def left_out(choice: AnyChoice) -> str:
    """Return what was left out of a choice, as sentences; empty if nothing was."""
    parts = (
        (choice.subfolders, f"{counted(choice.subfolders, 'subfolder')} (add --recursive to include them)"),
        (choice.undated, f"{choice.undated:,} with an unknown date"),
    )
    told = ", ".join(text for number, text in parts if number)
    named = ", ".join(choice.filtered[:SHOWN]) + (" ..." if len(choice.filtered) > SHOWN else "")
    conflicts = _conflicts(choice)
    filtered = [plain(f"Excluded by the filters: {named}.")] if named else []
    return "\n".join([*([f"Skipped: {told}."] if told else []), *filtered, *conflicts])


def _conflicts(choice: AnyChoice) -> list[str]:
    existing, unsized, different = choice.existing, choice.unsized, choice.different
    if isinstance(choice, Choice):
        return conflict_lines(existing, unsized, different, len(different), choice.renamed)
    lines = conflict_lines(existing, unsized, different, len(different), choice.renamed, remedy=TO_REPLACE)
    overwritten = overwritten_lines(choice.overwritten, imports=IMPORT in choice.job_types)
    return [*lines, *overwritten, *refused_lines(choice.refused)]


def conflict_lines(
    existing: int,
    unsized: int,
    different: Sequence[Clash | Taken],
    differing: int,
    renamed: int,
    *,
    remedy: str = "to copy under another name, add --on-conflict rename; to replace, use sync",
) -> list[str]:
    """Return what is said of names that are taken at the destination.

    Args:
        existing: how many files are there already.
        unsized: how many of them have a size that is not known.
        different: what is in the way of others; the first of it.
        differing: how many there are of these.
        renamed: how many files will be renamed.
        remedy: what can be done with what is in the way.
    """
    lines = []
    if existing:
        unknown = f"; size unknown for {unsized:,}" if unsized else ""
        lines.append(f"Skipped: {counted(existing, 'file')} already there (same name and size{unknown}).")
    if differing:
        lines.append(f"{_taken(differing)} Skipped; {remedy}:")
        lines += [f"  {plain(str(clash))}" for clash in different[:SHOWN]]
        if differing > SHOWN:
            lines.append(f"  ... and {differing - SHOWN:,} more")
    if renamed:
        lines.append(f"{counted(renamed, 'name')} already at the destination: the platform renames to 1_NAME.")
    return lines


def _taken(number: int) -> str:
    return (
        f"{counted(number, 'name')} {'exists' if number == 1 else 'exist'} at the destination with a different size "
        f"or type."
    )


def _summary(
    request: TransferRequest, choice: AnyChoice, estimate: Estimate, amount: Amount | None, requests: int
) -> str:
    """What was chosen, what was left out, what it takes, and how many requests it took to find out."""
    where: list[str] = []
    if isinstance(choice, VolumeChoice) and choice.items:
        where = volume_lines([choice.volume], request.job_type)
    parts = (_chosen(choice, amount), *where, left_out(choice), _to_come(choice, estimate, requests))
    return "\n".join(filter(None, parts))


def _chosen(choice: AnyChoice, amount: Amount | None) -> str:
    if not choice.items:
        if nothing_matched(choice):
            return "Nothing to do."
        return (
            "Nothing to do: everything is already there."
            if not choice.different and not choice.pending and not (isinstance(choice, VolumeChoice) and choice.refused)
            else "Nothing else to do."
        )
    target = "" if choice.to is None else f" to {choice.to}"
    much = chosen_text(choice) if amount is None else str(amount)
    return plain(f"{much} from {_sources(choice)}{target}.")


def _sources(choice: AnyChoice) -> str:
    return choice.sources[0] if len(choice.sources) == 1 else counted(len(choice.sources), "source")


def _to_come(choice: AnyChoice, estimate: Estimate, requests: int) -> str:
    listed = f"Listing used {counted(requests, 'request')}."
    return f"{plan_line(estimate, len(choice.folders))}\n{listed}" if choice.items else listed


def _document(choice: AnyChoice, estimate: Estimate) -> dict[str, Any]:
    if isinstance(choice, VolumeChoice):
        return {**asdict(estimate), **volume_document(choice)}
    return {
        **asdict(estimate),
        "looked": choice.requests,
        "subfolders": choice.subfolders,
        "existing": choice.existing,
        "renamed": choice.renamed,
        "different": [
            {"file": clash.item.id, "destination": clash.item.destination, "there": clash.there.id}
            for clash in choice.different
        ],
        "pending": [{"run": one.run, "files": one.files} for one in choice.pending],
        "undated": choice.undated,
        "folders": [str(folder) for folder in choice.folders],
        "choice": [
            {
                "file": item.id,
                "name": item.name,
                "type": "folder" if item.is_folder else "file",
                "size": item.size,
                "source": item.source,
                "destination": item.destination or None,
            }
            for item in choice.items
        ],
    }


def print_plan(rows: Sequence[Change], total: str, number: int | None = None, *, actions: bool = False) -> None:
    """Print what a dry run would do: the first of it, how much more there is, and how much that is in all.

    Args:
        rows: what would be done.
        total: how much that is in all.
        number: how many there are, if these are only the first; --json does not list the others then.
        actions: whether it is not always the same that is done.
    """
    if not rows:
        return
    print_changes(rows[:SHOWN], actions=actions)
    if number is not None and number > len(rows):
        say(f"... and {number - len(rows):,} more.")
    elif len(rows) > SHOWN:
        say(f"... and {len(rows) - SHOWN:,} more; --json lists them all.")
    say(f"Total: {total}.")
