"""`sbg-bulk runs list`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sbg_bulk.cli.commands.runs._journal import _document
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.output.tables import print_rows
from sbg_bulk.errors import JournalError, RunInUse
from sbg_bulk.runs import store
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.verify import CHOSEN


@click.command("list")
@json_option
def list_runs(as_json: bool) -> None:
    """List your runs on this machine, oldest first. UNCLEAR are rows of which it is not known what became of them."""
    rows: list[tuple[Any, ...]] = []
    for path in store.known():
        state = None
        try:
            with Journal.read(path) as journal:
                document, chosen = _document(journal), journal.remembered(CHOSEN) is not None
        except JournalError as error:
            document = {"run": path.stem, "journal": str(path), "problem": str(error)}
            state = "(in use)" if isinstance(error, RunInUse) else "(damaged: see runs show)"
        if as_json:
            write_json(document)
        elif state is not None:
            rows.append((path.stem, *[None] * 6, state))
        else:
            keys = ("run", "type", "rows", "done", "failed")
            others = document["unattributed"] + document["unknown"]
            left = document["open"] + document["running"]
            # What was chosen is told by its paths, and a file by its name alone.
            name = document["manifest"] if chosen else Path(document["manifest"]).name
            rows.append((*(document[key] for key in keys), others, left, name))
    if rows:
        print_rows(("RUN", "TYPE", "ROWS", "DONE", "FAILED", "UNCLEAR", "LEFT", "MANIFEST"), rows)
    elif not as_json:
        note(f"No runs in {store.folder()}.")
