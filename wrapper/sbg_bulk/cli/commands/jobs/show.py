"""`sbg-bulk jobs show`."""

from __future__ import annotations

import click

from sbg_bulk.cli.context import Context
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import tell, write_json
from sbg_bulk.cli.output.documents import job_document
from sbg_bulk.cli.output.tables import print_job, summary


@click.command()
@click.argument("job")
@json_option
@click.pass_obj
def show(context: Context, job: str, as_json: bool) -> None:
    """Show JOB, an id or a URL, and the result of each of its items."""
    with context.client() as client:
        found = client.job(job)
    if as_json:
        write_json(job_document(found))
    else:
        print_job(found)
        if found.shortfall:
            tell(summary(found))
