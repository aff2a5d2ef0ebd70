"""`sbg-bulk runs show`."""

from __future__ import annotations

import click

from sbg_bulk.cli.actions import watch as actions
from sbg_bulk.cli.commands.runs._journal import _document, _open
from sbg_bulk.cli.completion import complete_run
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.output.tables import print_pairs, print_rows
from sbg_bulk.runs import store
from sbg_bulk.runs.codes import retry_helps


@click.command()
@click.argument("run", shell_complete=complete_run)
@click.option("--watch", is_flag=True, help="Follow it while another process carries it; Ctrl-C ends that only.")
@json_option
@click.pass_obj
def show(context: Context, run: str, watch: bool, as_json: bool) -> None:
    """Show how far RUN has come, and what failed in it. It may be running."""
    if watch and as_json:
        raise click.UsageError("Give --watch or --json, not both.")
    if watch:
        _watch(run)
    with _open(run) as journal:
        made, folders = journal.folders()
        document = {**_document(journal), "folders_created": made, "folders_to_create": folders - made}
        failures = journal.failures()
        if as_json:
            codes = [{"api_code": code, "message": message, "rows": rows} for _, code, rows, message in failures]
            write_json({**document, "failures": codes})
            return
        always = ("rows", "done", "failed")
        print_pairs([(key, value) for key, value in document.items() if value or key in always])
        if failures:
            click.echo()
            print_rows(("CODE", "ROWS", "FOR EXAMPLE"), [(code, rows, message) for _, code, rows, message in failures])
        name = store.reference(journal.plan.run, journal.path)
        if journal.in_use:
            note(f"It is running. Follow it with: {context.command('runs', 'show', name, '--watch')}")
        elif not journal.tally().complete:
            note(f"It is not complete. Take it up again with: {context.command('runs', 'resume', name)}")
        elif retry_helps(failures):
            note(f"Try again what failed with: {context.command('runs', 'retry', name)}")


def _watch(run: str) -> None:
    try:
        actions.watch(lambda: _open(run))
    except KeyboardInterrupt:
        note("The run is not affected.")
        raise
