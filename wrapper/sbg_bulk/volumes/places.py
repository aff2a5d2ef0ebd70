"""Places on volumes, as people name them: `[NAME:]owner/volume[:prefix]`.

NAME says where, as in paths. The prefix is what the locations begin with that are meant, from the beginning of the
volume: `owner/volume:cohort/run-1/`. Locations are the keys of objects and no paths: nothing means the folder above.
"""

from __future__ import annotations

import re
from typing import Final, Self

from attrs import evolve, field, frozen

from sbg_bulk.errors import InputError
from sbg_bulk.files.addresses import is_address
from sbg_bulk.items import check_location, check_volume
from sbg_bulk.text import command_line, either

FORM: Final = "OWNER/VOLUME[:PREFIX]"
"""How a place is written, for messages."""

_PLACE: Final = re.compile(r"(?:(?P<name>[^/:]+):)?(?P<volume>[^/:]*/[^/:]*)(?P<colon>:?)(?P<prefix>.*)", re.DOTALL)

_BUCKET: Final = re.compile(r"(s3|gs|gcs|azure|abfss?|wasbs?|oss)://", re.IGNORECASE)


@frozen
class VolumePlace:
    """A place on a volume.

    Attributes:
        volume: the volume's id, `owner/name`.
        prefix: what the locations begin with; empty for the whole volume.
        deployment: the NAME before the volume, if there was one. Does not count in comparisons.
    """

    volume: str
    prefix: str = ""
    deployment: str | None = field(default=None, eq=False)

    def __str__(self) -> str:
        return f"{self.volume}:{self.prefix}"

    @property
    def folder(self) -> Self:
        """Return the same place with a slash at the end of its prefix, unless that is empty."""
        return evolve(self, prefix=f"{self.prefix}/") if self.prefix and not self.prefix.endswith("/") else self


def is_volume_place(text: str) -> bool:
    """Return whether a text names a place on a volume, with the colon that tells it from a project."""
    found = None if is_address(text) else _PLACE.fullmatch(text)
    return _BUCKET.match(text) is not None or (found is not None and bool(found["colon"]))


def volume_place(text: str) -> VolumePlace:
    """Return the place that a text names, `[NAME:]owner/volume[:prefix]`. Without a prefix it is the whole volume.

    Raises:
        InputError: it names none, or its prefix cannot be the beginning of a location.
    """
    if _BUCKET.match(text):
        shown = either(command_line("volumes", "list"), "client.volumes()")
        raise InputError(f"{text!r} is a bucket. Write {FORM}; {shown} shows the volumes and their buckets.")
    found = None if is_address(text) else _PLACE.fullmatch(text)
    if found is None or (found["prefix"] and not found["colon"]):
        raise InputError(f"{text!r} is not a place on a volume. Write {FORM}.")
    try:
        check_volume(found["volume"])
    except InputError:
        raise InputError(f"{text!r}: {found['volume']!r} is not the id of a volume. Write {FORM}.") from None
    check_prefix(found["prefix"], found["volume"])
    return VolumePlace(found["volume"], found["prefix"], found["name"])


def writable_place(text: str) -> VolumePlace:
    """Return the folder that `[NAME:]VOLUME[:PREFIX]` means for what is written. Raises InputError if it is none."""
    place = volume_place(text).folder
    if place.prefix:
        check_location(place.prefix.removesuffix("/"))
    return place


def check_prefix(location: str, volume: str) -> None:
    """Raise InputError unless a text can be a location on a volume, or the beginning of some.

    Args:
        location: the text; empty for the whole volume.
        volume: the volume's id, for messages.
    """
    if location.startswith("/"):
        meant = f"{volume}:{location.lstrip('/')}"
        raise InputError(f"{volume}:{location}: a location on a volume does not begin with a slash. Write {meant}")
    if ".." in location.split("/"):
        raise InputError(
            f"{volume}:{location}: '..' has no meaning on a volume. Write the whole location from its beginning."
        )
    try:
        location.encode()
    except UnicodeEncodeError:
        raise InputError(f"{volume}:{location!r} cannot be sent as UTF-8.") from None
