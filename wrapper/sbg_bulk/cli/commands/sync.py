"""`sbg-bulk sync`: bring a place in step with a source."""

from __future__ import annotations

from collections.abc import Callable

import click

from sbg_bulk.cli.actions.connect import connected
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.later import later
from sbg_bulk.cli.options.confirm import check_can_ask
from sbg_bulk.cli.options.sync import SyncRequest, sync_options
from sbg_bulk.files.paths import place_of

_plan_and_sync: Callable[[Context, SyncRequest], Exit] = later("sbg_bulk.cli.actions.sync", "plan_and_sync")


@click.command()
@sync_options
@click.pass_context
def sync(click_context: click.Context, request: SyncRequest) -> None:
    """Copy what is missing at a destination, or differs in size from what is in SOURCE.

    SOURCE is the path of a folder or project, or a folder's id; all files in it and its subfolders are compared.
    SOURCE is never changed. A file of a different size at the destination is deleted and copied again. A folder where
    the other side has a file is reported, and replaced only with --delete.

    The plan is shown first. After an interruption, run the same command again to continue.
    """
    context = connected(click_context.obj, [place_of(request.source), place_of(request.to)])
    if not request.dry_run:
        check_can_ask(request.yes)
    click_context.exit(_plan_and_sync(context, request))
