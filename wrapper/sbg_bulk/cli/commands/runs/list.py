"""`sbg-bulk runs list`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sbg_bulk.cli.commands.runs._journal import _document
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.output.tables import print_rows
from sbg_bulk.errors import JournalError
from sbg_bulk.runs import store
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.verify import CHOSEN
from sbg_bulk.text import age


@click.command("list")
@json_option
def list_runs(as_json: bool) -> None:
    """List your runs on this machine, newest first.

    STATE is running, interrupted (resume it), finished, or finished with failures. UNCLEAR are those of which it is
    not known what became of them.
    """
    rows: list[tuple[Any, ...]] = []
    for path in reversed(store.known()):
        try:
            with Journal.read(path) as journal:
                document, chosen = _document(journal), journal.remembered(CHOSEN) is not None
        except JournalError as error:
            document = {"run": path.stem, "journal": str(path), "problem": str(error)}
            row: tuple[Any, ...] = (path.stem, "damaged", *[None] * 4, "see runs show")
        else:
            row = _row(document, chosen)
        if as_json:
            write_json(document)
        else:
            rows.append(row)
    if rows:
        print_rows(("RUN", "STATE", "AGE", "DONE", "FAILED", "UNCLEAR", "TASK"), rows)
    elif not as_json:
        note(f"No runs in {store.folder()}.")


def _row(document: Mapping[str, Any], chosen: bool) -> tuple[Any, ...]:
    """Return a row of the table. What was chosen is told by its paths, and a file by its name alone."""
    task = f"{document['type'].lower()} {document['manifest'] if chosen else Path(document['manifest']).name}"
    if not chosen and document["to"] is not None:
        task += f" to {document['to']}"
    if document["label"] is not None:
        task = f"{document['label']}: {task}"
    try:
        began: float | None = datetime.fromisoformat(document["created_on"]).timestamp()
    except ValueError:
        began = None
    return (
        document["run"],
        document["state"].replace("-", " "),
        None if began is None else age(time.time() - began),
        f"{document['done']:,} of {document['rows']:,}",
        document["failed"],
        document["unattributed"] + document["unknown"],
        task,
    )
