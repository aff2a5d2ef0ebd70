"""Filters for files and folders: by name, by date, by type.

Globs follow Python's fnmatch, with regard to case: `*` is any text, slashes too, `?` one character, `[ab]` one of
these. A glob with a slash in it is compared with the path below the source (`batch-1/*.bam`), any other with the name
alone. A slash at the end of a glob does not count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Final

from attrs import frozen

from sbg_bulk.errors import InputError

FILE: Final = "file"
FOLDER: Final = "folder"
TYPES: Final = (FILE, FOLDER)

_DURATION: Final = re.compile(r"(\d{1,6})([wdhm])")
_UNITS: Final = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}


@frozen
class Filters:
    """Conditions that what is wanted has to meet. Without any of them everything is wanted.

    Attributes:
        match: globs, one of which has to fit; none for any name.
        exclude: globs, none of which may fit. A folder that one fits is not entered.
        newer_than: only what was changed after this.
        type: only files (`file`), or only folders (`folder`), which are taken whole.

    Raises:
        InputError: the type is neither, a glob is empty, or the date has no time zone.
    """

    match: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    newer_than: datetime | None = None
    type: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.type not in (None, *TYPES):
            raise InputError(f"type: {self.type!r} is none of: {', '.join(TYPES)}.")
        if not all(glob.strip("/") for glob in (*self.match, *self.exclude)):
            raise InputError("A glob to match or to exclude is empty.")
        if self.newer_than is not None and self.newer_than.tzinfo is None:
            raise InputError(f"newer_than: {self.newer_than} has no time zone.")

    @property
    def given(self) -> bool:
        """Return whether there are any."""
        return self != Filters()

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

    def in_time(self, changed: datetime | None) -> bool:
        """Return whether what was changed then is wanted. What has no date is not, if dates count."""
        return self.newer_than is None or (changed is not None and changed > self.newer_than)


def _fits(glob: str, path: Sequence[str]) -> bool:
    glob = glob.rstrip("/")
    return fnmatchcase("/".join(path), glob.lstrip("/")) if "/" in glob else fnmatchcase(path[-1], glob)


def parse_since(text: str, now: datetime) -> datetime:
    """Return the moment of a date (`2026-11-01`, `2026-11-01T12:30`) or a time before now (`2w`, `7d`, `12h`, `30m`).

    Dates without a time zone are in UTC, as are all that the API tells.

    Raises:
        InputError: it is neither.
    """
    duration = _DURATION.fullmatch(text.strip())
    try:
        if duration:
            return now - timedelta(**{_UNITS[duration[2]]: int(duration[1])})
        found = datetime.fromisoformat(text.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(
            f"{text!r} is neither a date such as 2026-11-01 or 2026-11-01T12:30Z nor a time such as 7d, 12h or 30m."
        ) from None
