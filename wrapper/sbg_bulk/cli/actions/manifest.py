"""Do the rows of a manifest in a run: `--manifest`."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sbg_bulk.cli.actions.choose import execute_and_verify
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.options.confirm import agreed, check_can_ask
from sbg_bulk.cli.options.destination import Destination
from sbg_bulk.cli.options.run import given_options
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.progress.request_count import counting
from sbg_bulk.runs.estimate import estimate
from sbg_bulk.text import counted, duration

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client
    from sbg_bulk.files.paths import Location
    from sbg_bulk.runs.choice import Remaining
    from sbg_bulk.runs.manifest import Defaults


def run(context: Context, job_type: str, destination: Destination, options: dict[str, Any]) -> Exit:
    """Carry the rows of a manifest to their end. The exit code that follows."""
    from sbg_bulk.runs.estimate import ITEMS_PER_JOB

    source: Path | Any = sys.stdin.buffer if options["manifest"] == "-" else Path(options["manifest"])
    skip = options.get("skip_existing", False)
    items_per_job = options["items_per_job"] or ITEMS_PER_JOB
    if options["dry_run"] and not skip:
        return _dry_run(job_type, source, destination, items_per_job, options)
    if job_type == "DELETE":
        check_can_ask(options["yes"], "anything is deleted")
        if not options["yes"] and not _agreed_to_delete(source, options):
            return Exit.INTERRUPTED
    with context.client() as client:
        parents = options.get("parents", False) and not options["dry_run"]
        where = destination.find(client, parents)
        rows = source
        if skip:
            rows = _remaining(client, job_type, source, where, options)
            if options["dry_run"] or not len(rows):
                return _tell(len(rows), items_per_job, options)
        return execute_and_verify(
            context,
            client,
            lambda on_change: client.run(
                job_type,
                rows,
                project=where.project,
                parent=where.folder,
                form=options["form"],
                journal=options["journal"],
                items_per_job=items_per_job,
                options=given_options(options["jobs_in_flight"], options["reserve"], options["list_lag"]),
                within=options["give_up_after"],
                on_change=on_change,
            ),
            options,
        )


def _agreed_to_delete(source: Path, options: dict[str, Any]) -> bool:
    from sbg_bulk.runs import create, manifest

    rows = create.count("DELETE", source, manifest.Defaults(), options["form"])
    what = f"what {counted(rows, 'row')} of {source} {'names' if rows == 1 else 'name'}"
    verifying = f" To verify takes {counted(rows, 'request')} more." if options["verify"] else ""
    return agreed(f"Delete {what}? Folders go with all they hold; nothing comes back.{verifying}", False)


def _remaining(
    client: Client, job_type: str, source: Path | io.BufferedReader, where: Location, options: dict[str, Any]
) -> Remaining:
    """The rows whose name is not there yet."""
    with counting("Looking") as on_request:
        found = client.remaining(
            job_type,
            source,
            project=where.project,
            parent=where.folder,
            form=options["form"],
            on_request=on_request,
        )
    told = f"{counted(found.existing, 'row')}, there already" if found.existing else "nothing, none is there yet"
    note(f"Left out: {told}. Looking took {counted(found.requests, 'request')}.")
    return found


def _dry_run(
    job_type: str,
    source: Path | io.BufferedReader,
    destination: Destination,
    items_per_job: int,
    options: dict[str, Any],
) -> Exit:
    from sbg_bulk.runs import create

    return _tell(create.count(job_type, source, _defaults(destination), options["form"]), items_per_job, options)


def _defaults(destination: Destination) -> Defaults:
    """Where rows that name no destination go, as far as that is known without asking."""
    from sbg_bulk.files.paths import place_of
    from sbg_bulk.runs.manifest import Defaults

    if destination.to is None:
        return Defaults(destination.folder, destination.project)
    place = place_of(destination.to)
    return Defaults(place.folder, place.project)


def _tell(rows: int, items_per_job: int, options: dict[str, Any]) -> Exit:
    """What the rows take."""
    from attrs import asdict

    found = estimate(rows, items_per_job, options["reserve"] or 0)
    if options["as_json"]:
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
