"""`sbg-bulk volumes check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sbg_bulk.cli.actions.connect import connected
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import tell, write_json
from sbg_bulk.cli.output.documents import volume_document
from sbg_bulk.cli.output.tables import print_pairs
from sbg_bulk.cli.place_completion import complete_volume
from sbg_bulk.errors import BadRequest, Forbidden, NotFound
from sbg_bulk.text import yes_or_no
from sbg_bulk.volumes.places import volume_place

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client
    from sbg_bulk.models.storage import Volume


@click.command("check")
@click.argument("volume", shell_complete=complete_volume)
@click.option("--writable", is_flag=True, help="Exit with code 3 unless it can be written to, as exports need.")
@json_option
@click.pass_context
def check_volume(click_context: click.Context, volume: str, writable: bool, as_json: bool) -> None:
    """Check that VOLUME can be read, by listing it, and show its cloud and whether it can be written to.

    Nothing is written: write access is shown as the platform reports it. Exit code 0 means that it can be read and,
    with --writable, written to; 3 that it cannot.
    """
    place = volume_place(volume)
    with connected(click_context.obj, [place]).client() as client:
        found = client.volume(place.volume)
        reason = _unreadable(client, volume)
    readable = reason is None
    may_write = False if not readable or found.active is False else _not(found.read_only)
    if as_json:
        write_json({**volume_document(found), "readable": readable, "writable": may_write, "reason": reason})
    else:
        print_pairs(
            (
                ("Volume", found.id),
                ("Cloud", found.cloud),
                ("Bucket", found.service.bucket),
                ("Active", yes_or_no(found.active)),
                ("Access", _access(found)),
                ("Readable", yes_or_no(readable)),
                ("Writable", yes_or_no(may_write)),
            )
        )
    if reason is not None:
        tell(f"{found.id} cannot be read: {reason}")
    elif writable and not may_write:
        tell(f"{found.id} cannot be written to: {_unwritable(found)}")
    click_context.exit(Exit.DONE if readable and (may_write or not writable) else Exit.FAILED_ITEMS)


def _unreadable(client: Client, place: str) -> str | None:
    """Return why a volume cannot be listed; None if it can."""
    try:
        next(client.objects(place), None)
    except (BadRequest, Forbidden, NotFound) as error:
        return str(error)
    return None


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _access(volume: Volume) -> str | None:
    words = {True: "read-only", False: "read and write"}.get(volume.read_only)  # type: ignore[arg-type] # or None
    return words or volume.access_mode


def _unwritable(volume: Volume) -> str:
    if volume.active is False:
        return "it is not active. Activate it on the platform."
    if volume.read_only:
        return "it is read-only (RO). Attach the bucket with read and write permission to export to it."
    return "the platform does not report write access."
