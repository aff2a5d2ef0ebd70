"""What differs between two places, as a table, a sentence, or a JSON document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from sbg_bulk.cli.output.console import say
from sbg_bulk.cli.output.tables import print_rows
from sbg_bulk.files.comparison import Mismatch
from sbg_bulk.text import counted, size

if TYPE_CHECKING:
    from sbg_bulk.files.comparison import Compared, Comparison
    from sbg_bulk.models.resources import File

SHOWN: Final = 20
"""How many differences are shown; the rest is counted. JSON has them all."""

WORDS: Final = {
    Mismatch.MISSING: "missing",
    Mismatch.EXTRA: "extra",
    Mismatch.DIFFERENT: "with a different size",
    Mismatch.TYPE: "with a different type",
    Mismatch.UNKNOWN: "of unknown size",
}


def print_mismatches(mismatches: Iterable[Compared]) -> None:
    """Print a table of the first things that differ, if any does. Folders have a slash at the end of their path."""
    if rows := [(one.mismatch, *_sizes(one), shown_path(one)) for one in mismatches]:
        print_rows(("STATUS", "SIZE", "THERE", "PATH"), rows[:SHOWN])
        if len(rows) > SHOWN:
            say(f"... and {len(rows) - SHOWN:,} more; --json lists them all.")


def shown_path(one: Compared) -> str:
    """Return the path of a mismatch, with a slash after a folder's."""
    return f"{one.path}/" if one.file.is_folder else one.path


def _sizes(one: Compared) -> tuple[str | None, str | None]:
    return _size(one.source), _size(one.there)


def _size(file: File | None) -> str | None:
    if file is None or (file.size is None and not file.is_folder):
        return None
    return "folder" if file.size is None else size(file.size)


def counts_text(found: Comparison) -> str:
    """Return how much is the same, how much is not, and what it took to find out."""
    parts = [f"{counted(found.same, 'file')} the same"]
    for kind in Mismatch:
        if number := len(found.of(kind)):
            folders = sum(one.file.is_folder for one in found.of(kind))
            names = [counted(number - folders, "file")] if number > folders else []
            names += [counted(folders, "folder")] if folders else []
            parts.append(f"{' and '.join(names)} {WORDS[kind]}")
    undated = f" {counted(found.undated, 'file')} of unknown date skipped." if found.undated else ""
    return f"{', '.join(parts)}.{undated} Listing used {counted(found.requests, 'request')}."


def comparison_document(found: Comparison) -> dict[str, Any]:
    """Return a comparison as a JSON document."""
    return {
        "source": str(found.source),
        "place": str(found.place),
        "agrees": found.agrees,
        **{name.replace(" ", "_"): number for name, number in found.counts.items()},
        "undated": found.undated,
        "requests": found.requests,
        "mismatches": [compared_document(one) for one in found.mismatches],
    }


def compared_document(one: Compared) -> dict[str, Any]:
    """Return a mismatch as a JSON document."""
    return {
        "path": one.path,
        "status": str(one.mismatch),
        "source": None if one.source is None else _file(one.source),
        "there": None if one.there is None else _file(one.there),
    }


def _file(file: File) -> dict[str, Any]:
    return {"id": file.id, "type": "folder" if file.is_folder else "file", "size": file.size}
