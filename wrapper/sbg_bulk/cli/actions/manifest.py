"""Do the rows of a manifest in a run: `--manifest` and `--files-from`. It is read once, whatever it comes from."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any

from attrs import asdict

from sbg_bulk.cli.actions.choose import SHOWN, TO_REPLACE, conflict_lines, execute_and_verify, print_plan, rate_left
from sbg_bulk.cli.actions.plan import check_plan, keep_plan, keep_refused, was_refused
from sbg_bulk.cli.actions.question import Rows, destinations, question_about_rows
from sbg_bulk.cli.actions.unfinished import held, take_up, tell_pending
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.options.confirm import agreed, check_can_ask
from sbg_bulk.cli.options.transfer import TransferRequest
from sbg_bulk.cli.output.console import note, tell, write_json
from sbg_bulk.cli.output.plan_line import plan_line
from sbg_bulk.cli.output.tables import Change
from sbg_bulk.cli.output.volume_choices import overwritten_lines, refused_lines, volume_lines, volumes_document
from sbg_bulk.cli.progress.request_count import counting
from sbg_bulk.families import FAMILIES
from sbg_bulk.files.paths import Location
from sbg_bulk.items import IMPORT
from sbg_bulk.limits import BULK_LIMIT
from sbg_bulk.metadata.items import PREFIX, key_in
from sbg_bulk.runs import create
from sbg_bulk.runs.estimate import estimate, jobs_of
from sbg_bulk.runs.item_pace import ItemPace
from sbg_bulk.runs.left_out import Conflicts
from sbg_bulk.runs.rows import Defaults
from sbg_bulk.runs.task import asked
from sbg_bulk.text import counted
from sbg_bulk.transfers.verification_cost import verification_of_rows
from sbg_bulk.volume_jobs.described import IMPORTED

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client
    from sbg_bulk.items import Item
    from sbg_bulk.runs.draft import Draft
    from sbg_bulk.runs.draft_rows import Planned
    from sbg_bulk.runs.left_out import Chosen


def run(context: Context, request: TransferRequest) -> Exit:
    """Carry the rows of a manifest to their end. The exit code that follows."""
    source = _source(request)
    check_plan(request.save_plan)
    if request.dry_run:
        with _read_for_nothing(context, request, source) as (draft, client):
            done = _told_conflicts(context, request, draft)
            if len(draft):
                keep_plan(context, request, draft.save, parents=bool(draft.folders))
                done = max(done, _dry_run(client, request, draft))
            return done
    asks = request.is_asked or (was_refused(source) and not request.yes)
    if asks:
        check_can_ask(request.yes)
    # A pipe is never the same.
    task = asked([str(source.resolve())], request.destination.text) if isinstance(source, Path) else None
    with context.client() as client, held(client, request, task):
        if task is not None and (resumed := take_up(context, client, request, task)) is not None:
            return resumed
        with _planned(client, request, source, journal=request.journal) as draft:
            done = _told_conflicts(context, request, draft)
            if not len(draft):
                return done
            keep_plan(context, request, draft.save, parents=bool(draft.folders))
            if asks and not agreed(question_about_rows(client, request, draft), False):
                # A file is a plan itself; a pipe is gone.
                if not (isinstance(source, Path) and source.is_file()):
                    keep_refused(context, request, draft.save, parents=bool(draft.folders))
                return Exit.INTERRUPTED
            if not asks and draft.used:
                note("\n".join(volume_lines(draft.used, request.job_type)))
            outcome = execute_and_verify(context, client, request, draft, Location())
            return done if outcome is Exit.DONE else outcome


def ids_to_do(context: Context, client: Client, request: TransferRequest, where: Location) -> tuple[Exit, list[Item]]:
    """Return the exit code if all is done, and what is left of ids whose names are not taken where they go."""
    with TemporaryDirectory(prefix="sbg-bulk-") as scratch, counting() as on_request:
        draft = client.plan(
            request.job_type,
            BytesIO("\n".join(request.sources).encode()),
            project=where.project,
            parent=where.folder,
            on_conflict=request.checked_conflict,
            new_run=request.new_run,
            form="list",
            journal=Path(scratch, "ids"),
            on_request=on_request,
        )
        with draft:
            return _told_conflicts(context, request, draft), draft.items()


def _told_conflicts(context: Context, request: TransferRequest, draft: Draft) -> Exit:
    """Say what is in the way of rows, after whether all are. The exit code that follows if all else is done."""
    found = draft.conflicts or Conflicts()
    done = max(tell_pending(context, found.pending), Exit.FAILED_ITEMS if found.differing else Exit.DONE)
    if not len(draft):
        if request.as_json:
            write_json(asdict(estimate(0, request.rows_per_job)))
        else:
            note("Nothing to do: everything is already there." if done is Exit.DONE else "Nothing else to do.")
    if found.moved:
        note(
            f"Skipped: {counted(found.moved, 'folder')} already moved (no longer at the source, and present at the "
            f"destination)."
        )
    how = {"remedy": TO_REPLACE} if request.each_row else {}
    told = conflict_lines(found.existing, found.unsized, found.different, found.differing, found.renamed, **how)
    if found.described:
        told.append(
            f"{counted(found.described, 'file')} already there (same name and size): only the metadata will be set."
        )
    told += overwritten_lines(found.overwritten, imports=request.job_type == IMPORT)
    if told:
        (tell if found.differing else note)("\n".join(told))
    return done


def _source(request: TransferRequest) -> Path | IO[bytes]:
    given = request.manifest or request.files_from or "-"
    return sys.stdin.buffer if given == "-" else Path(given)


def _form(request: TransferRequest) -> Any:
    return request.form if request.files_from is None else "list"


@contextmanager
def _planned(
    client: Client, request: TransferRequest, source: Path | IO[bytes] | Draft, journal: Path | None
) -> Iterator[Draft]:
    """What is to be done, read once, with the paths in it looked up."""
    destination = request.destination
    with counting() as on_request:
        draft = client.plan(
            request.job_type,
            source,
            to=destination.to,
            project=destination.to_project,
            parent=destination.to_folder,
            parents=destination.parents,
            destination_from_manifest=destination.destination_from_manifest,
            on_conflict=request.checked_conflict,
            settings=request.row_settings,
            new_run=request.new_run,
            form=_form(request),
            journal=journal,
            items_per_job=request.rows_per_job,
            on_request=on_request,
        )
    with draft:
        yield draft


@contextmanager
def _read_for_nothing(
    context: Context, request: TransferRequest, source: Path | IO[bytes]
) -> Iterator[tuple[Draft, Client | None]]:
    """What would be done, and a client if one is needed to look something up."""
    destination = request.destination
    defaults = Defaults(
        destination.to_folder,
        destination.to_project,
        destination.to,
        destination.destination_from_manifest,
        request.row_settings,
    )
    with TemporaryDirectory(prefix="sbg-bulk-") as scratch:
        kept = Path(scratch, "rows")
        with create.read(
            source,
            FAMILIES[request.job_type],
            "",
            defaults,
            _form(request),
            items_per_job=request.rows_per_job,
            journal=kept,
        ) as draft:
            if not draft.unresolved and request.checked_conflict is None and not request.each_row:
                yield draft, None
                return
            with context.client() as client, _planned(client, request, draft, journal=None):
                yield draft, client


def _dry_run(client: Client | None, request: TransferRequest, draft: Draft) -> Exit:
    """Show what would be done with the rows, and what that takes. The exit code that follows."""
    rate = None if client is None else rate_left(client)
    reserve, folders = request.settings.reserve or 0, draft.folders
    besides = folders + _checks(draft, request)
    columns, described = draft.columns_beginning(PREFIX) if request.job_type == IMPORT else ([], 0)
    besides += 2 * jobs_of(described, BULK_LIMIT)  # what they have is read first
    started = len(draft) - (draft.columns_beginning(IMPORTED)[1] if request.job_type == IMPORT else 0)
    if request.each_row:
        besides += jobs_of(started, request.rows_per_job)
    pace = ItemPace.of(request.settings.pace, FAMILIES[request.job_type].pace)
    takes = estimate(
        started, request.rows_per_job, reserve, besides, rate, time.time(), each_row=request.each_row, pace=pace
    )
    rows = Rows.of(None if request.as_json and not request.each_row else client, draft)
    done = Exit.FAILED_ITEMS if rows.refused else Exit.DONE
    if request.as_json:
        about = volumes_document(draft.used, rows.refused) if request.each_row else {}
        write_json({**asdict(takes), "items": len(draft), **about})
        return done
    total = counted(len(draft), "row") if rows.amount is None else str(rows.amount)
    print_plan([_change(row, rows.items.get(row.file)) for row in draft.first(SHOWN)], total, len(draft))
    where = "" if request.job_type == "DELETE" else f" to {destinations(request)}"
    tell(
        "\n".join(
            [
                f"{request.verb} {rows.text}{where}.",
                *volume_lines(draft.used, request.job_type),
                *refused_lines(rows.refused, skipped=False),
                *_metadata_line(columns, described),
                plan_line(takes, folders),
                *([f"Listing used {counted(draft.requests + rows.requests, 'request')}."] if request.each_row else []),
                "Nothing was changed.",
            ]
        )
    )
    return done


def _metadata_line(columns: Sequence[str], files: int) -> list[str]:
    """Return what is said of the metadata that files get once they are there."""
    keys = ", ".join(map(key_in, columns))
    return [f"Metadata of {counted(files, 'file')}, set after the import: {keys}."] if files else []


def _checks(draft: Draft, request: TransferRequest) -> int:
    """Return how many requests it takes to verify the run, if that is wanted."""
    if not request.verify:
        return 0
    jobs, new_ids = jobs_of(len(draft), request.rows_per_job), request.settings.new_ids
    return verification_of_rows(len(draft), draft.arrivals(), request.job_type, jobs, new_ids=new_ids)


def _change(row: Planned, found: Chosen | None) -> Change:
    """Return what would be done with a row, with what was found of it."""
    kind, size, name = row.type, row.size, row.name
    if found is not None:
        kind, size, name = "folder" if found.is_folder else "file", found.size, name or found.name
    to = "" if row.destination is None else "/".join(filter(None, (row.destination, name)))
    return Change(kind, size, row.source or (row.file if found is None else found.source), to)
