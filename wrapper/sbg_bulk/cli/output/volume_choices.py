"""What was chosen to be exported or imported, as text and as a document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sbg_bulk.items import EXPORT_COPY, EXPORT_REPLACE, IMPORT
from sbg_bulk.text import counted, plain

if TYPE_CHECKING:
    from sbg_bulk.models.storage import Volume
    from sbg_bulk.runs.left_out import Refused
    from sbg_bulk.volume_jobs.choice import VolumeChoice

SHOWN: Final = 20
"""How many of the things that would be refused are shown; the rest is counted. JSON has them all."""


_ABOUT_COPIES: Final = {
    EXPORT_COPY: "The platform's copies are kept.",
    EXPORT_REPLACE: "The platform's copies are deleted, and aliases take their place: this cannot be undone.",
    IMPORT: "What is imported stays on it; the project gets aliases.",
}


def volume_lines(volumes: Sequence[Volume], job_type: str) -> list[str]:
    """Return which volumes are meant, a line each, and where the contents of files are in the end."""
    lines = [plain(f"Volume: {_described(one)}.") for one in volumes]
    if lines:
        lines[-1] += f" {_ABOUT_COPIES[job_type]}"
    return lines


def _described(volume: Volume) -> str:
    cloud = f"on {volume.cloud}" if volume.cloud else "on an unknown cloud"
    return f"{volume.id} {cloud}{f', bucket {volume.service.bucket}' if volume.service.bucket else ''}"


def refused_lines(refused: Sequence[Refused], *, skipped: bool = True) -> list[str]:
    """Return what the platform would refuse, a line each, of many the first; nothing if it would refuse nothing.

    Args:
        refused: what that is.
        skipped: whether it is left out; otherwise, as of a manifest, it fails.
    """
    if not refused:
        return []
    items = counted(len(refused), "item")
    lines = [f"Skipped: {items} that cannot be exported:" if skipped else f"{items} cannot be exported, and will fail:"]
    lines += [f"  {plain(str(one))}" for one in refused[:SHOWN]]
    if len(refused) > SHOWN:
        lines.append(f"  ... and {len(refused) - SHOWN:,} more; --dry-run --json lists them all.")
    return lines


def overwritten_lines(number: int, *, imports: bool) -> list[str]:
    """Return how many objects, or with `imports` files, would be overwritten; nothing if none would."""
    if not number:
        return []
    where = f"{counted(number, 'file')} at the destination" if imports else f"{counted(number, 'object')} on the volume"
    return [f"{where} will be overwritten."]


def volumes_document(volumes: Sequence[Volume], refused: Sequence[Refused]) -> dict[str, Any]:
    """Return what of a manifest the platform would refuse, and its volumes, as a part of a JSON document."""
    return {
        "volumes": [{"volume": one.id, "cloud": one.cloud, "bucket": one.service.bucket} for one in volumes],
        "refused": _refused_documents(refused),
    }


def _refused_documents(refused: Sequence[Refused]) -> list[dict[str, str]]:
    return [{"source": one.source, "reason": one.reason} for one in refused]


def volume_document(choice: VolumeChoice) -> dict[str, Any]:
    """Return what was chosen, and what was left out of it, as a part of a JSON document."""
    return {
        "looked": choice.requests,
        "volume": choice.volume.id,
        "cloud": choice.volume.cloud,
        "subfolders": choice.subfolders,
        "existing": choice.existing,
        "overwritten": choice.overwritten,
        "renamed": choice.renamed,
        "folders": [str(folder) for folder in choice.folders],
        "different": [
            {"source": one.source, "destination": one.destination, "size": one.size, "found_size": one.found_size}
            for one in choice.different
        ],
        "refused": _refused_documents(choice.refused),
        "undated": choice.undated,
        "choice": [
            {
                **({} if IMPORT in choice.job_types else {"file": item.id}),
                "name": item.name,
                "type": "file",
                "size": item.size,
                "source": item.source,
                "destination": item.destination,
            }
            for item in choice.items
        ],
    }
