"""`sbg-bulk runs list`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from sbg_bulk.cli.commands.runs._journal import _age, _bytes, _document, _noun, _sources
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.output.tables import has_room, print_blocks, print_rows
from sbg_bulk.errors import JournalError
from sbg_bulk.items import done_by
from sbg_bulk.runs import store
from sbg_bulk.runs.journal import Journal
from sbg_bulk.settings.deployments import DEPLOYMENTS
from sbg_bulk.text import counted

ROOM: Final = 100
"""Columns of a line from which on the runs are a table; in fewer each is a block of lines."""

ENDPOINT_WIDTH: Final = 20
"""As many more are needed if the runs are of several endpoints, which are a column then."""


@click.command("list")
@json_option
def list_runs(as_json: bool) -> None:
    """List your runs on this machine, newest first.

    STATE is running, interrupted (resume it), finished, or finished with failures. FILES shows how many are done, of
    all; UNCLEAR how many have an unknown result. ENDPOINT is shown if the runs use several.
    """
    documents: list[dict[str, Any]] = []
    for path in reversed(store.known()):
        try:
            with Journal.read(path) as journal:
                document = _document(journal)
        except JournalError as error:
            document = {"run": path.stem, "journal": str(path), "problem": str(error)}
        if as_json:
            write_json(document)
        else:
            documents.append(document)
    mixed = len({document.get("endpoint") for document in documents} - {None}) > 1
    if documents and has_room(ROOM + ENDPOINT_WIDTH * mixed):
        columns = ("RUN", "STATE", "AGE", "FILES", "FAILED", "UNCLEAR", "SIZE", *["ENDPOINT"] * mixed, "TASK")
        print_rows(columns, (_row(document, mixed) for document in documents))
    elif documents:
        print_blocks(_block(document, mixed) for document in documents)
    elif not as_json:
        note(f"No runs in {store.folder()}.")


def _row(document: Mapping[str, Any], mixed: bool) -> tuple[Any, ...]:
    """Return a run as a row of the table, with its endpoint if the runs are of several."""
    if "problem" in document:
        return (document["run"], "damaged", *[None] * (6 if mixed else 5), "see runs show")
    noun = _noun(document)
    done = f"{document['done']:,} of {counted(document['rows'], noun)}"
    return (
        document["run"],
        document["state"].replace("-", " "),
        _age(document),
        f"{document['done']:,} of {document['rows']:,}" if noun == "file" else done,
        document["failed"],
        _unclear(document),
        _bytes(document),
        *([_platform(document["endpoint"])] if mixed else []),
        _task(document),
    )


def _block(document: Mapping[str, Any], mixed: bool) -> tuple[str, list[str]]:
    """Return a run as a head, and lines below it."""
    if "problem" in document:
        return f"{document['run']}  damaged", ["see runs show"]
    files = [f"{document['done']:,} of {counted(document['rows'], _noun(document))}"]
    counts = ((document["failed"], "failed"), (_unclear(document), "unclear"))
    files += [f"{number:,} {word}" for number, word in counts if number]
    if (volume := _bytes(document)) is not None:
        files.append(volume)
    state, begun = document["state"].replace("-", " "), _age(document)
    head = f"{document['run']}  {state}{'' if begun is None else f', {begun} ago'}"
    where = [f"on {_platform(document['endpoint'])}"] if mixed else []
    return head, [", ".join(files), _task(document), *where]


def _platform(endpoint: str) -> str:
    """Return what `--endpoint` takes, as short as it is known."""
    return next((name for name, url in DEPLOYMENTS.items() if url == endpoint), endpoint)


def _unclear(document: Mapping[str, Any]) -> int:
    return int(document["unattributed"] + document["unknown"])


def _task(document: Mapping[str, Any]) -> str:
    """Return what a run does: with what was chosen by its paths, or the manifest by its name alone."""
    given = document["sources"] is not None
    task = f"{done_by(document['type'])} {_sources(document) if given else Path(document['manifest']).name}"
    if document["to"] is not None:
        task += f" to {document['to']}"
    return task if document["label"] is None else f"{document['label']}: {task}"
