"""`sbg-bulk runs show`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click

from sbg_bulk.cli.actions import watch as actions
from sbg_bulk.cli.commands.runs._journal import RUN_OR_LAST, _age, _bytes, _document, _noun, _open, _sources
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.later import later
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.output.tables import print_pairs, print_rows
from sbg_bulk.items import done_by
from sbg_bulk.runs import store
from sbg_bulk.runs.records import Failures

_retry_helps: Callable[[Failures], bool] = later("sbg_bulk.runs.codes", "retry_helps")


@click.command()
@RUN_OR_LAST
@click.option(
    "--watch", is_flag=True, help="Follow the run while another process works on it; Ctrl-C does not stop the run."
)
@json_option
@click.pass_obj
def show(context: Context, run: str, watch: bool, as_json: bool) -> None:
    """Show the progress of RUN and what failed in it. It may be running.

    Without RUN, show the last run on this machine.
    """
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
        print_pairs([(name, value) for name, value in _pairs(document) if value not in (None, "")])
        if failures:
            click.echo()
            rows = [(code, number, message) for _, code, number, message in failures]
            print_rows(("CODE", f"{_noun(document).upper()}S", "FOR EXAMPLE"), rows, narrow=True)
        name = store.reference(journal.plan.run, journal.path)
        if journal.in_use:
            note(f"It is running. Follow it with: {context.command('runs', 'show', name, '--watch')}")
        elif not journal.tally().complete:
            note(f"It is interrupted. Resume it with: {context.command('runs', 'resume', name)}")
        elif _retry_helps(failures):
            note(f"Retry the failures: {context.command('runs', 'retry', name)}")


def _pairs(document: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Produce what is shown of a run, with its names."""
    yield "run", document["run"]
    yield "label", document["label"]
    yield "state", document["state"].replace("-", " ")
    yield "task", done_by(document["type"])
    yield "manifest" if document["sources"] is None else "from", _sources(document)
    yield "to", document["to"]
    yield f"{_noun(document)}s", f"{document['done']:,} of {document['rows']:,} done"
    yield "size", _bytes(document)
    yield "failed", document["failed"] or None
    yield "unclear", document["unattributed"] + document["unknown"] or None
    yield "in jobs", document["running"] or None
    yield "to submit", document["open"] or None
    made, missing = document["folders_created"], document["folders_to_create"]
    yield (
        "folders" if _noun(document) != "folder" else "new folders",
        f"{made:,} of {made + missing:,} created" if made + missing else None,
    )
    begun = _age(document)
    yield "started", document["created_on"] + ("" if begun is None else f" ({begun} ago)")
    yield "retry of", document["retry_of"]
    yield "endpoint", document["endpoint"]
    yield "journal", document["journal"]


def _watch(run: str) -> None:
    try:
        actions.watch(lambda: _open(run))
    except KeyboardInterrupt:
        note("The run is not affected.")
        raise
