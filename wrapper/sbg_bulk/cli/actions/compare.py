"""Compare two places, and show what differs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.options.filters import Selection
from sbg_bulk.cli.output.comparisons import comparison_document, counts_text, print_mismatches
from sbg_bulk.cli.output.console import note, tell, write_json
from sbg_bulk.cli.output.failures import no_match
from sbg_bulk.cli.progress.request_count import counting
from sbg_bulk.errors import InputError
from sbg_bulk.files.comparison import Mismatch
from sbg_bulk.runs import forms
from sbg_bulk.text import counted
from sbg_bulk.volumes.compare import VolumeComparison
from sbg_bulk.volumes.places import VolumePlace

if TYPE_CHECKING:
    from sbg_bulk.files.comparison import Compared, Comparison

COLUMNS_TO_VOLUME: Final = ("file", "volume", "location", "status", "size")
COLUMNS_FROM_VOLUME: Final = ("volume", "location", "to", "status", "size")
"""The columns where the place, or the source, is on a volume."""

COLUMNS: Final = ("file", "path", "to", "status", "type", "size")
"""The columns of the manifest of what is missing."""


def compare(
    context: Context,
    source: str,
    place: str,
    selection: Selection,
    *,
    one_way: bool,
    each_file: bool,
    as_csv: bool,
    as_json: bool,
) -> Exit:
    """Compare all files in two places and below, and show what differs. The exit code that follows."""
    with context.client() as client, counting(changes=False) as on_request:
        found = client.compare(
            source,
            place,
            match=selection.match,
            exclude=selection.exclude,
            newer_than=selection.since,
            tags=selection.tags,
            metadata=selection.values,
            each_file=each_file,
            one_way=one_way,
            on_request=on_request,
        )
    if selection.given and found.agrees and not found.same:
        return no_match([str(found.source), str(found.place)], found.hint, fails=True)
    if as_json:
        write_json(comparison_document(found))
    elif as_csv:
        rows = list(_missing(found) if not isinstance(found, VolumeComparison) else _missing_beside(found))
        forms.write(sys.stdout, "csv", _columns(found), iter(rows))
        if others := len(found.mismatches) - len(rows):
            note(f"Not in the manifest, which lists only what is missing: {counted(others, 'other difference')}.")
    else:
        print_mismatches(found.mismatches)
    (note if found.agrees else tell)(counts_text(found))
    if found.of(Mismatch.MISSING):
        note(_remedy(context, found, source, place))
    return Exit.DONE if found.agrees else Exit.FAILED_ITEMS


def _columns(found: Comparison) -> tuple[str, ...]:
    if not isinstance(found, VolumeComparison):
        return COLUMNS
    return COLUMNS_TO_VOLUME if isinstance(found.place, VolumePlace) else COLUMNS_FROM_VOLUME


def _remedy(context: Context, found: Comparison, source: str, place: str) -> str:
    """Return what to do about what is missing, a line."""
    if not isinstance(found, VolumeComparison):
        return f"See what sync would copy: {context.command('sync', source, '--to', place, '--dry-run')}"
    if isinstance(found.place, VolumePlace):
        words = ("export", source, "--recursive", "--to", place, "--copy-only", "--dry-run")
        return f"See what export would write: {context.command(*words)}"
    words = ("import", source, "--recursive", "--preserve-structure", "--to", place, "--dry-run")
    return f"See what import would add: {context.command(*words)}"


def _missing_beside(found: VolumeComparison) -> Iterator[dict[str, Any]]:
    """What is missing on a volume, or beside it, as the rows of a manifest of exports or imports."""
    for one in found.of(Mismatch.MISSING):
        volume, _, location = (one.file.id if isinstance(found.source, VolumePlace) else _on(found, one)).partition(":")
        row = {"volume": volume, "location": location, "status": str(one.mismatch), "size": one.file.size}
        if isinstance(found.place, VolumePlace):
            yield {"file": one.file.id, **row}
        else:
            yield {**row, "to": str(found.place.below(*one.names[:-1]))}


def _on(found: VolumeComparison, one: Compared) -> str:
    return str(found.volume.folder) + one.path


def _missing(found: Comparison) -> Iterator[dict[str, Any]]:
    """What is missing, as the rows of a manifest that copies it to where it is missing."""
    for one in found.of(Mismatch.MISSING):
        file, to = one.file, found.place.below(*one.names[:-1])
        where = found.folders.get(to) if to.project is None else str(to)
        if where is None:
            raise InputError(f"{to} does not exist yet: give PLACE as a path.")
        yield {
            "file": file.id,
            "path": None if found.source.project is None else str(found.source.below(*one.names)),
            "to": where,
            "status": str(one.mismatch),
            "type": "folder" if file.is_folder else "file",
            "size": file.size,
        }
