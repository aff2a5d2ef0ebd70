"""What was chosen to be exported, as text and as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sbg_bulk.text import counted, plain

if TYPE_CHECKING:
    from sbg_bulk.volume_jobs.choice import VolumeChoice

SHOWN: Final = 20
"""How many of the things that would be refused are shown; the rest is counted. JSON has them all."""


def volume_line(choice: VolumeChoice, *, copies_kept: bool) -> str:
    """Return where things go, and what is done with the platform's copies."""
    volume = choice.volume
    cloud = f"on {volume.cloud}" if volume.cloud else "on an unknown cloud"
    bucket = f", bucket {volume.service.bucket}" if volume.service.bucket else ""
    told = "are kept" if copies_kept else "are deleted, and aliases take their place: this cannot be undone"
    return plain(f"Volume: {volume.id} {cloud}{bucket}. The platform's copies {told}.")


def refused_lines(choice: VolumeChoice) -> list[str]:
    """Return what the platform would refuse, a line each, of many the first; nothing if it would refuse nothing."""
    refused = choice.refused
    if not refused:
        return []
    lines = [f"Skipped: {counted(len(refused), 'item')} that cannot be exported:"]
    lines += [f"  {plain(str(one))}" for one in refused[:SHOWN]]
    if len(refused) > SHOWN:
        lines.append(f"  ... and {len(refused) - SHOWN:,} more; --dry-run --json lists them all.")
    return lines


def overwritten_lines(choice: VolumeChoice) -> list[str]:
    """Return how many objects would be overwritten; nothing if none would."""
    number = choice.overwritten
    return [f"{counted(number, 'object')} on the volume will be overwritten."] if number else []


def volume_document(choice: VolumeChoice) -> dict[str, Any]:
    """Return what was chosen, and what was left out of it, as a part of a JSON document."""
    return {
        "looked": choice.requests,
        "volume": choice.volume.id,
        "cloud": choice.volume.cloud,
        "subfolders": choice.subfolders,
        "existing": choice.existing,
        "overwritten": choice.overwritten,
        "different": [
            {"source": one.source, "destination": one.destination, "size": one.size, "found_size": one.found_size}
            for one in choice.different
        ],
        "refused": [{"source": one.source, "reason": one.reason} for one in choice.refused],
        "undated": choice.undated,
        "choice": [
            {
                "file": item.id,
                "name": item.name,
                "type": "file",
                "size": item.size,
                "source": item.source,
                "destination": item.destination,
            }
            for item in choice.items
        ],
    }
