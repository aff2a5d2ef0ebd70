"""`sbg-bulk runs forget`."""

from __future__ import annotations

import click

from sbg_bulk.cli.commands.runs._journal import _document, _noun, _open
from sbg_bulk.cli.completion import complete_run
from sbg_bulk.cli.options.common import dry_run_option, json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.errors import InputError, RunInUse
from sbg_bulk.runs import store
from sbg_bulk.text import counted


@click.command()
@click.argument("run", shell_complete=complete_run)
@click.option("--force", is_flag=True, help="Delete it even if the run is not finished.")
@dry_run_option
@json_option
def forget(run: str, force: bool, dry_run: bool, as_json: bool) -> None:
    """Delete the journal of RUN. What the run did is not undone."""
    path = store.find(run)
    with _open(run) as journal:
        if journal.in_use:
            raise RunInUse(f"Another process is working on this run ({path}). Wait for it to finish, or stop it first.")
        document = _document(journal)
        if not force and not journal.tally().complete:
            raise InputError(
                f"Run {journal.plan.run} is not finished; without its journal it cannot be resumed. Delete it "
                "anyway with --force."
            )
    if not dry_run:
        path.unlink()
        store.log(path).unlink(missing_ok=True)
    if as_json:
        write_json(document)
    elif dry_run:
        note(
            f"Would delete the journal of run {document['run']}, {counted(document['rows'], _noun(document))} ({path})"
        )
    else:
        note(f"Deleted: the journal of run {document['run']}, {counted(document['rows'], _noun(document))} ({path})")
