"""`sbg-bulk jobs list`."""

from __future__ import annotations

import sys
from itertools import islice
from typing import Final

import click

from sbg_bulk.cli.context import Context
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.output.documents import job_document, volume_job_document
from sbg_bulk.cli.output.tables import print_jobs, print_volume_jobs
from sbg_bulk.items import JOB_TYPES
from sbg_bulk.runs import store

STATES: Final = ("SUBMITTED", "RESOLVING", "RUNNING", "FINISHED")


VOLUME_STATES: Final = ("PENDING", "RUNNING", "COMPLETED", "FAILED")

FAMILIES: Final = ("files", "imports", "exports")


@click.command("list")
@click.option(
    "--family",
    type=click.Choice(FAMILIES),
    default="files",
    show_default=True,
    help="Jobs that copy, move or delete files, or imports from volumes, or exports to them.",
)
@click.option(
    "--state",
    type=click.Choice(tuple(dict.fromkeys((*STATES, *VOLUME_STATES))), case_sensitive=False),
    metavar="STATE",
    help=f"Only jobs in this state: {', '.join(STATES)}; imports and exports: {', '.join(VOLUME_STATES)}.",
)
@click.option(
    "--type",
    "job_type",
    type=click.Choice(JOB_TYPES, case_sensitive=False),
    metavar="TYPE",
    help=f"Only jobs of this type: {', '.join(JOB_TYPES)}.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", default=25, show_default=True, help="List at most N jobs."
)
@json_option
@click.pass_obj
def list_jobs(
    context: Context, family: str, state: str | None, job_type: str | None, limit: int, as_json: bool
) -> None:
    """List your jobs, in the server's order. Jobs are kept for a month after they end. RUN is the run on this
    machine that started the job, if any.
    """
    if state is not None and state not in (states := STATES if family == "files" else VOLUME_STATES):
        raise click.UsageError(f"--state: with --family {family}, expected one of {', '.join(states)}; not {state}.")
    if family != "files":
        if job_type is not None:
            raise click.UsageError("--type is for --family files.")
        _list_volume_jobs(context, family, state, limit, as_json)
        return
    with context.client() as client:
        # One more than asked for tells whether there are more.
        found = client.jobs(state=state, type=job_type, limit=limit + 1)
        runs = store.runs_of_jobs(client.settings.endpoint)
        if as_json:
            for job in islice(found, min(limit, sys.maxsize)):
                write_json({**job_document(job), "run": runs.get(job.id)})
        else:
            shown = list(islice(found, min(limit, sys.maxsize)))
            if shown:
                print_jobs(shown, runs)
            else:
                note("No such jobs." if state or job_type else "No jobs.")
        if next(found, None) is not None:
            note(f"There are more than {limit:,}: list them with a higher --limit.")


def _list_volume_jobs(context: Context, family: str, state: str | None, limit: int, as_json: bool) -> None:
    with context.client() as client:
        listed = client.imports if family == "imports" else client.exports
        found = listed(state=state, details=True)
        runs = store.runs_of_jobs(client.settings.endpoint, of_rows=True)
        shown = islice(found, min(limit, sys.maxsize))
        if as_json:
            for job in shown:
                write_json({**volume_job_document(job), "run": runs.get(job.id)})
        elif jobs := list(shown):
            print_volume_jobs(jobs, runs)
        else:
            note(f"No such {family}." if state else f"No {family}.")
        if next(found, None) is not None:
            note(f"There are more than {limit:,}: list them with a higher --limit.")
