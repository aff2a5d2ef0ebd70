"""Filters for files and folders: by name, by date, by type, by tags and metadata.

Globs are those of shells and of rclone, with regard to case: `*` is any text without a slash, `?` one character, `[ab]`
one of these and `[!ab]` none, `{a,b}` either, `{1..3}` each of these, and `**` any number of folders, none too. A
backslash takes away the meaning of the character after it (`\\*`), and so do brackets (`[*]`). A glob with a slash is
compared with the path below the source (`batch-1/*.bam`), any other with the name alone, at any depth; `/x` and `./x`
are x directly in the source. A slash at the end of a glob does not count. Names are compared in Unicode's composed form
(NFC): an é that was typed on one system fits that of another.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from unicodedata import normalize

from attrs import evolve, field, frozen
from wcmatch import glob as wildcards

from sbg_bulk.errors import InputError
from sbg_bulk.text import either, one_of

FILE: Final = "file"
FOLDER: Final = "folder"
TYPES: Final = (FILE, FOLDER)

_DURATION: Final = re.compile(r"(\d{1,6})([wdhm])")
_GLOBS: Final = wildcards.GLOBSTAR | wildcards.BRACE | wildcards.DOTGLOB | wildcards.FORCEUNIX | wildcards.CASE
_UNITS: Final = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}


@frozen
class Filters:
    """Conditions that what is wanted has to meet. Without any of them everything is wanted.

    Attributes:
        match: globs, one of which has to fit; none for any name.
        exclude: globs, none of which may fit. A folder that one fits is not entered.
        newer_than: only what was changed after this.
        type: only files (`file`), or only folders (`folder`), which are taken whole.
        tags: only files with one of these tags.
        metadata: only files with these values of metadata, by key; of several values of a key one has to fit.

    Raises:
        InputError: the type is neither; a glob is empty, has a brace or bracket that is not closed, or stands for more
            than a thousand others; a tag is empty; the date has no time zone; or folders are wanted by what only files
            have.
    """

    match: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    newer_than: datetime | None = None
    type: str | None = None
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, tuple[str, ...]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        if self.type == FOLDER and self.by_contents:
            rule = either(
                "do not combine --type folder with --tag or --metadata",
                "do not combine type='folder' with tags or metadata",
            )
            raise InputError(f"Only files have tags and metadata: {rule}.")
        if self.type not in (None, *TYPES):
            raise InputError(f"type: expected {one_of(TYPES)}, not {self.type!r}.")
        if not all(glob.strip("/") for glob in (*self.match, *self.exclude)):
            raise InputError("A glob to include or to exclude is empty.")
        if not all(tag.strip() for tag in self.tags):
            raise InputError("A tag is empty.")
        for pattern in (*self.match, *self.exclude):
            if (opening := _unclosed(pattern)) is not None:
                raise InputError(
                    f"{pattern!r} has a {opening} that is not closed. Close it, or write \\{opening} for the character "
                    "itself."
                )
            try:
                wildcards.translate(pattern, flags=_GLOBS)
            except Exception as error:  # of a private class
                raise InputError(f"{pattern!r} cannot be used: {error}.") from None
        if self.newer_than is not None and self.newer_than.tzinfo is None:
            raise InputError(f"newer_than: {self.newer_than} has no time zone.")

    @property
    def given(self) -> bool:
        """Return whether there are any."""
        return self != Filters()

    @property
    def by_contents(self) -> bool:
        """Return whether files are wanted by what the service alone knows of them: tags and metadata."""
        return bool(self.tags or self.metadata)

    def excludes(self, path: Sequence[str]) -> bool:
        """Return whether what has this path, from the source, is excluded."""
        return any(_fits(glob, path) for glob in self.exclude)

    def wants(self, path: Sequence[str], kind: str) -> bool:
        """Return whether what has this path, from the source, and is of this type is wanted, apart from its date."""
        return (
            self.type in (None, kind)
            and (not self.match or any(_fits(glob, path) for glob in self.match))
            and not self.excludes(path)
        )

    def describes(self, tags: Collection[str] | None, metadata: Mapping[str, Any] | None) -> bool:
        """Return whether a file with these tags and metadata is wanted. None, where they count, is not."""
        return (not self.tags or not set(self.tags).isdisjoint(tags or ())) and all(
            any(str(value) in wanted for value in values((metadata or {}).get(key)))
            for key, wanted in self.metadata.items()
        )

    def in_time(self, changed: datetime | None) -> bool:
        """Return whether what was changed then is wanted. What has no date is not, if dates count."""
        return self.newer_than is None or (changed is not None and changed > self.newer_than)


def values(value: object) -> Sequence[object]:
    """Return the values of one key of metadata, which may have several, or none."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _unclosed(glob: str) -> str | None:
    """Return the first brace or bracket that is opened in a glob and not closed; None if there is none."""
    text = re.sub(r"\\.", "", glob, flags=re.DOTALL)
    # What is in brackets has no other meaning; a closing one that comes first is one of the characters.
    text = re.sub(r"\[!?\]?[^\]]*\]", "", text)
    if "[" in text:
        return "["
    return "{" if text.count("{") > text.count("}") else None


def without_anchor(glob: str) -> str:
    """Return a glob without the `/` or `./` at its beginning, which stands for the source."""
    return re.sub(r"^(\.?/)+", "", glob)


def _fits(glob: str, path: Sequence[str]) -> bool:
    glob = normalize("NFC", glob.rstrip("/"))
    text = normalize("NFC", "/".join(path) if "/" in glob else path[-1])
    return wildcards.globmatch(text, without_anchor(glob), flags=_GLOBS)


def folded(filters: Filters) -> Filters:
    """Return the same filters for names, tags and metadata whose case is folded."""
    return evolve(
        filters,
        match=tuple(map(str.casefold, filters.match)),
        exclude=tuple(map(str.casefold, filters.exclude)),
        tags=tuple(map(str.casefold, filters.tags)),
        metadata={key.casefold(): tuple(map(str.casefold, some)) for key, some in filters.metadata.items()},
    )


def parse_metadata(pairs: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return values of metadata by their keys, of `KEY=VALUE` each. A key may come again, for either value.

    Raises:
        InputError: one of them is not of this form.
    """
    values: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise InputError(f"{pair!r} is not KEY=VALUE, as in sample_id=S-001.")
        values[key.strip()] = (*values.get(key.strip(), ()), value)
    return values


def parse_since(text: str, now: datetime) -> datetime:
    """Return the moment of a date (`2026-11-01`, `2026-11-01T12:30`) or a time before now (`2w`, `7d`, `12h`, `30m`).

    Dates without a time zone are in UTC, as are all that the API tells.

    Raises:
        InputError: it is neither, or in the future.
    """
    duration = _DURATION.fullmatch(text.strip())
    try:
        if duration:
            return now - timedelta(**{_UNITS[duration[2]]: int(duration[1])})
        date = datetime.fromisoformat(text.strip())
        found = date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(
            f"{text!r} is neither a date such as 2026-11-01 or 2026-11-01T12:30Z nor a time such as 7d, 12h or 30m."
        ) from None
    if found > now:
        raise InputError(f"{text!r} is in the future (in UTC), so nothing can be newer.")
    return found
