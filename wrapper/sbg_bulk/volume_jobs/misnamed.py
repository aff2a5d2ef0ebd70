"""Columns of manifests that mean nothing, and have names of columns that do, here nearly or in other manifests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Final

from sbg_bulk.runs.columns import key_of

_ALMOST: Final = {
    **dict.fromkeys(("bucket", "volume_id", "volume_name"), "volume"),
    **dict.fromkeys(("key", "object", "object_key", "prefix", "source_location", "destination_location"), "location"),
    **dict.fromkeys(("source_volume", "destination_volume"), "volume"),
    **dict.fromkeys(("preserve_structure", "keep_structure"), "preserve_folder_structure"),
}

_OF_OTHERS: Final = frozenset(
    {"to", "source", "drs_uri", "action", "conflict_resolution", "autorename", "preserve_folder_structure"}
)
"""Columns of other manifests: such a file was made for something else, and means more than would be done."""


def misnamed(names: Sequence[str], meant: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Produce the columns that may be meant to be others, or belong to other manifests, with what is said of each.

    Args:
        names: the columns of a manifest.
        meant: the columns that mean something.
    """
    for name in names:
        key = key_of(name)
        if key in meant:
            continue
        if key in _OF_OTHERS:
            yield name, "this column belongs to another kind of manifest: remove it, or rename it"
            continue
        almost = _ALMOST.get(key, key)
        found = [almost] if almost in meant else get_close_matches(key, meant, 1, 0.85)
        if found and found[0] not in {key_of(one) for one in names}:
            yield (
                name,
                f"this column has no effect: rename it to {found[0]!r} if that is meant, or to something unmistakable, "
                f"such as my_{key}, if not",
            )
