"""`sbg-bulk runs report`."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import click

from sbg_bulk.cli.commands.runs._journal import RUN_OR_LAST
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.errors import InputError
from sbg_bulk.report import document, facts, page, text
from sbg_bulk.runs import store
from sbg_bulk.runs.journal import Journal

LEAST_WIDTH: Final = 40
"""Columns that the text is wrapped to at least."""


@click.command()
@RUN_OR_LAST
@click.option(
    "--html",
    metavar="FILE",
    help="Write an HTML page to this file; - for standard output.  [default: a few lines of text]",
)
@click.option("--force", is_flag=True, help="Overwrite the file of --html if it exists.")
@json_option
@click.pass_obj
def report(context: Context, run: str, html: str | None, force: bool, as_json: bool) -> None:
    """Report on RUN: its jobs, its requests, what failed, and what to do next.

    The run may be finished, running or interrupted. The page is one self-contained file: open it from disk, send it or
    print it. It contains the names, paths and ids of the files that failed, but no token. Without RUN, report on the
    last run on this machine.
    """
    if html is not None and as_json:
        raise click.UsageError("Give --html or --json, not both.")
    if force and (html is None or html == "-"):
        raise click.UsageError("--force needs --html FILE.")
    with Journal.read(store.find(run)) as journal:
        name = store.reference(journal.plan.run, journal.path)
        if html is None:
            gathered = facts.gather(journal)
            if as_json:
                write_json(document.document(gathered, name, context.command))
            else:
                width = max(shutil.get_terminal_size().columns, LEAST_WIDTH) if sys.stdout.isatty() else None
                click.echo("\n".join(text.lines(gathered, name, context.command, width)))
        elif html == "-":
            page.write(journal, sys.stdout, name=name, command=context.command)
        else:
            path = Path(html)
            with _whole_file(path, force) as stream:
                page.write(journal, stream, name=name, command=context.command)
            note(f"Written: {path}. Open it in a browser: {path.absolute().as_uri()}")


@contextmanager
def _whole_file(path: Path, force: bool) -> Iterator[IO[str]]:
    """A file that is there when all of it is written, or not at all. A link stays a link to it.

    Raises:
        InputError: it exists, and is not to be overwritten; or it is no file, but a device for example; or it cannot be
            written.
    """
    if path.exists() and not path.is_file():
        # To put a file in its place would take it away from everybody.
        raise InputError(f"{path} is not a regular file; choose another file, or - for standard output.")
    if path.exists() and not force:
        raise InputError(f"{path} already exists; choose another file, or overwrite it with --force.")
    target = Path(os.path.realpath(path))
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        stream = unfinished.open("x", encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None
    try:
        with stream:
            yield stream
        unfinished.replace(target)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from None
    finally:
        unfinished.unlink(missing_ok=True)
