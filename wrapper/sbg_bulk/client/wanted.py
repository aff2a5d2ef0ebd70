"""Filters, as they are given to both clients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from sbg_bulk.files.filters import Filters, parse_since

Wanted: TypeAlias = tuple[
    Iterable[str],
    Iterable[str],
    datetime | str | None,
    str | None,
    Iterable[str],
    Mapping[str, str | Iterable[str]],
]
"""Globs to include and to exclude, since when, which type, tags, and metadata."""


def filters_of(
    match: Iterable[str],
    exclude: Iterable[str],
    newer_than: datetime | str | None,
    type: str | None,
    tags: Iterable[str],
    metadata: Mapping[str, str | Iterable[str]],
) -> Filters:
    """Return the filters that are meant. Raises InputError if one of them makes no sense."""
    since = parse_since(newer_than, datetime.now(UTC)) if isinstance(newer_than, str) else newer_than
    values = {key: (value,) if isinstance(value, str) else tuple(value) for key, value in metadata.items()}
    return Filters(tuple(match), tuple(exclude), since, type, tuple(tags), values)
