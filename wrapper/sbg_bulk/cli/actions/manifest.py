"""Do the rows of a manifest in a run: `--manifest`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click
from attrs import asdict

from sbg_bulk.cli.actions.choose import execute_and_verify
from sbg_bulk.cli.actions.unfinished import take_up
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.options.confirm import agreed, check_can_ask
from sbg_bulk.cli.options.transfer import TransferRequest
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.progress.request_count import counting
from sbg_bulk.runs import create
from sbg_bulk.runs.estimate import estimate
from sbg_bulk.runs.manifest import Defaults
from sbg_bulk.runs.task import asked
from sbg_bulk.text import counted, duration

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client
    from sbg_bulk.files.paths import Location
    from sbg_bulk.runs.choice import Remaining


def run(context: Context, request: TransferRequest, manifest: str) -> Exit:
    """Carry the rows of a manifest to their end. The exit code that follows."""
    source: Path | IO[bytes] = sys.stdin.buffer if manifest == "-" else Path(manifest)
    destination = request.destination
    if request.dry_run and not destination.on_conflict:
        where = destination.known
        defaults = Defaults(where.folder, where.project)
        return _tell(create.count(request.job_type, source, defaults, request.form), request)
    if request.job_type == "DELETE":
        check_can_ask(request.yes, "anything is deleted")
        if not request.yes and not _agreed_to_delete(source, request):
            return Exit.INTERRUPTED
    with context.client() as client:
        where = destination.find(client, parents=destination.parents and not request.dry_run)
        if isinstance(source, Path):
            task = asked([str(source.resolve())], where.folder or where.project)
            if (resumed := take_up(context, client, request, task)) is not None:
                return resumed
        if not destination.on_conflict:
            return execute_and_verify(context, client, request, source, where)
        rows = _remaining(client, request, source, where)
        if request.dry_run or not len(rows):
            return _tell(len(rows), request)
        return execute_and_verify(context, client, request, rows, where)


def _agreed_to_delete(source: Path | IO[bytes], request: TransferRequest) -> bool:
    rows = create.count("DELETE", source, Defaults(), request.form)
    what = f"what {counted(rows, 'row')} of {source} {'names' if rows == 1 else 'name'}"
    verifying = f" To verify takes {counted(rows, 'request')} more." if request.verify else ""
    return agreed(f"Delete {what}? Folders go with all they hold; nothing comes back.{verifying}", False)


def _remaining(client: Client, request: TransferRequest, source: Path | IO[bytes], where: Location) -> Remaining:
    """The rows whose name is not there yet."""
    with counting("Looking") as on_request:
        found = client.remaining(
            request.job_type,
            source,
            project=where.project,
            parent=where.folder,
            form=request.form,
            on_request=on_request,
        )
    told = f"{counted(found.existing, 'row')}, there already" if found.existing else "nothing, none is there yet"
    note(f"Left out: {told}. Looking took {counted(found.requests, 'request')}.")
    return found


def _tell(rows: int, request: TransferRequest) -> Exit:
    """What the rows take."""
    found = estimate(rows, request.rows_per_job, request.settings.reserve or 0)
    if request.as_json:
        write_json(asdict(found))
    elif not rows:
        note("Nothing to do: all of it is there already.")
    else:
        limit = f"makes that at least {duration(found.seconds)}" if found.seconds else "allows that at once"
        click.echo(
            f"Nothing was sent. To do: {counted(found.items, 'row')} in {counted(found.jobs, 'job')}, with at "
            f"least {counted(found.requests, 'request')}. The rate limit {limit}."
        )
    return Exit.DONE
