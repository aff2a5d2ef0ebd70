"""`sbg-bulk volumes ls`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import define

from sbg_bulk.cli.actions.connect import connected
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.known_places import OF_A_PLACE, KnownPlaces
from sbg_bulk.cli.options.common import json_option
from sbg_bulk.cli.output.console import note, write_json
from sbg_bulk.cli.output.documents import date
from sbg_bulk.cli.place_completion import complete_object
from sbg_bulk.runs import forms
from sbg_bulk.text import counted, plain, size
from sbg_bulk.volumes.places import VolumePlace, volume_place

if TYPE_CHECKING:
    from sbg_bulk.models.storage import VolumeObject
    from sbg_bulk.settings.settings import Settings

COLUMNS: Final = ("volume", "location", "type", "size", "modified_on")
"""What is written of an object, in CSV and in JSON."""


@define
class _Total:
    """What has been shown so far."""

    objects: int = 0
    folders: int = 0
    bytes: int = 0
    unknown: int = 0

    def counting(self, found: Iterable[VolumeObject]) -> Iterator[VolumeObject]:
        for one in found:
            self.folders += one.is_folder
            self.objects += not one.is_folder
            self.bytes += one.size or 0
            self.unknown += one.size is None and not one.is_folder
            yield one

    def __str__(self) -> str:
        parts = [counted(self.objects, "object")] if self.objects or not self.folders else []
        parts += [counted(self.folders, "folder")] if self.folders else []
        parts += [size(self.bytes)] if self.unknown < self.objects else []
        told = f" (and {counted(self.unknown, 'object')} of unknown size)" if 0 < self.unknown < self.objects else ""
        return f"{', '.join(parts)}{told}."


@click.command("ls")
@click.argument("volume", metavar="VOLUME[:PREFIX]", shell_complete=complete_object)
@click.option(
    "--recursive",
    "-r",
    is_flag=True,
    help="List all objects below, instead of folders. Uses at least one request per folder.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Write CSV, for programs and spreadsheets.")
@json_option
@click.pass_obj
def list_objects(context: Context, volume: str, recursive: bool, as_csv: bool, as_json: bool) -> None:
    """List what is on a volume: the objects and folders whose locations begin with PREFIX.

    VOLUME alone, owner/name, lists its top level; owner/name:cohort/run-1/ lists that folder. Sizes and dates are shown
    where the storage reports them. Uses a request for every 100 entries of a folder.
    """
    if as_csv and as_json:
        raise click.UsageError("Give --csv or --json, not both.")
    where = volume_place(volume)
    total = _Total()
    with connected(context, [where]).client() as client:
        # However many there are, none is kept.
        found = total.counting(client.objects(volume, recursive=recursive, details=True))
        if not recursive:
            found = _remembering(client.settings, where, found)
        if as_json:
            for one in found:
                write_json(_document(where.volume, one))
        elif as_csv:
            forms.write(sys.stdout, "csv", COLUMNS, (_document(where.volume, one) for one in found))
        else:
            for number, one in enumerate(found):
                if not number:
                    click.echo(_line("SIZE", "MODIFIED", "LOCATION"))
                told = None if one.size is None else size(one.size)
                click.echo(_line(told or "-", date(one.modified_on) or "-", plain(one.location)))
    if total.objects or total.folders:
        note(str(total))
    else:
        note(f"Nothing on {where.volume} begins with {where.prefix}." if where.prefix else "Empty.")


def _remembering(settings: Settings, where: VolumePlace, found: Iterable[VolumeObject]) -> Iterator[VolumeObject]:
    """Pass on what is in a folder of a volume, and remember it for completion once all of it is listed."""
    names: list[str] = []
    for one in found:
        if len(names) < OF_A_PLACE and one.location.startswith(where.prefix):
            names.append(one.location.removeprefix(where.prefix))
        yield one
    if where.prefix == "" or where.prefix.endswith("/"):
        KnownPlaces.of(settings).remember({str(where): names})


def _line(size_: str, modified: str, location: str) -> str:
    return f"{size_:>8}  {modified:<20}  {location}"


def _document(volume: str, one: VolumeObject) -> dict[str, Any]:
    kind = "folder" if one.is_folder else "object"
    return dict(zip(COLUMNS, (volume, one.location, kind, one.size, date(one.modified_on)), strict=True))
