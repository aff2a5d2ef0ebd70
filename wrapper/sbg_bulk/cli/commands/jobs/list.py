"""`sbg-bulk jobs list`."""

from __future__ import annotations

import sys
from itertools import islice
from typing import Final

import click

from sbg_bulk.cli.context import Context
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.output.documents import job_document
from sbg_bulk.cli.output.tables import print_jobs
from sbg_bulk.items import JOB_TYPES
from sbg_bulk.runs import store

STATES: Final = ("SUBMITTED", "RESOLVING", "RUNNING", "FINISHED")


@click.command("list")
@click.option(
    "--state",
    type=click.Choice(STATES, case_sensitive=False),
    metavar="STATE",
    help=f"Only jobs in this state: {', '.join(STATES)}.",
)
@click.option(
    "--type",
    "job_type",
    type=click.Choice(JOB_TYPES, case_sensitive=False),
    metavar="TYPE",
    help=f"Only jobs of this type: {', '.join(JOB_TYPES)}.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", default=25, show_default="25", help="List no more than N jobs."
)
@json_option
@click.pass_obj
def list_jobs(context: Context, state: str | None, job_type: str | None, limit: int, as_json: bool) -> None:
    """List your jobs, in the server's order. Jobs are kept for a month after they end. RUN is the run on this
    machine that started the job, if any.
    """
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
