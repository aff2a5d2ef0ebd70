"""`sbg-bulk open`: the platform's page of something."""

from __future__ import annotations

import os
import re
import sys
import webbrowser
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import click
from attrs import evolve

from sbg_bulk.cli.actions.connect import connected
from sbg_bulk.cli.commands.runs._journal import _open, _to
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.later import later
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.place_completion import complete_place
from sbg_bulk.errors import InputError
from sbg_bulk.files.paths import Location, place_of
from sbg_bulk.runs import store

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client

_address_of: Callable[[Client, str, Location], str] = later("sbg_bulk.cli.actions.pages", "address_of")

_RUN: Final = re.compile(rf"\d{{8}}(-\d{{6}}(-\w+)?)?|.*{re.escape(store.SUFFIX)}")
"""The id of a run, the beginning of one with its whole date, or a journal's path; no other id looks so."""


@click.command("open")
@click.argument("what", shell_complete=complete_place)
@click.option("--print", "only_print", is_flag=True, help="Print the URL without opening a browser.")
@json_option
@click.pass_obj
def open_page(context: Context, what: str, only_print: bool, as_json: bool) -> None:
    """Open the platform's web page of WHAT in a browser, and print its URL.

    WHAT is a path, the id of a file or folder, or a run, which opens its destination. Without a terminal or a
    graphical desktop, the URL is only printed. A simulator has a single page.
    """
    endpoint = None
    if _RUN.fullmatch(what):
        endpoint, what = _destination(context, what)
    where = place_of(what)
    with connected(context, [where if endpoint is None else evolve(where, endpoint=endpoint)]).client() as client:
        address = _address_of(client, what, where)
    if as_json:
        write_json({"url": address})
    else:
        click.echo(address)
    if not (only_print or as_json) and _can_browse() and not webbrowser.open(address):
        note("Could not start a browser; open the URL yourself.")


def _destination(context: Context, run: str) -> tuple[str, str]:
    """Return the endpoint of a run and where its files go. Raises InputError if that is no one place."""
    with _open(run) as journal:
        to = _to(journal)
        if to is None:
            report = context.command("runs", "report", store.reference(journal.plan.run, journal.path))
            raise InputError(f"Run {journal.plan.run} has no single destination. See its report: {report}")
        return journal.plan.endpoint, to


def _can_browse() -> bool:
    """Return whether somebody is there who sees a browser, and not one that would take the terminal."""
    desktop = sys.platform in ("darwin", "win32") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    return desktop and sys.stdout.isatty()
