"""What lists have shown of projects and folders, kept for completion in the shell.

A file for each user of an endpoint, in the user's cache folder, readable by them alone. It holds names and the times at
which they were listed. Whatever is wrong with it, there is nothing to complete, and nobody is told.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

import platformdirs
from attrs import frozen

if TYPE_CHECKING:
    from sbg_bulk.models.resources import File
    from sbg_bulk.settings.settings import Settings

PROJECTS: Final = ""
"""The place whose names are those of projects, `owner/project`."""

VOLUMES: Final = ":volumes"
"""The place whose names are the ids of volumes. No path is written so."""

# A folder on a volume is a place too, as `owner/volume:folder/`: no path has a colon before its first slash.

OF_A_PLACE: Final = 1_000
"""Names that are kept of one place."""

IN_ALL: Final = 20_000
"""Names that are kept of all places, those listed last: so many are read in a few milliseconds."""


class Listed(NamedTuple):
    """The names in a place, folders with a slash at the end, and how many seconds ago they were listed."""

    age: float
    names: list[str]


@frozen
class KnownPlaces:
    """The names that are known of places.

    Attributes:
        file: where they are kept; None for nowhere.
        now: the time in seconds since 1970.
    """

    file: Path | None
    now: Callable[[], float] = time.time

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return those of the user whom a token belongs to. Nobody finds the token out from the file's name."""
        try:
            folder = platformdirs.user_cache_path("sbg-bulk", appauthor=False)
        except RuntimeError:
            return cls(None)
        # Some versions leave the ~ as it is where there is no home folder.
        if folder.parts[0] == "~":
            return cls(None)
        return cls(folder / "places" / f"{settings.token.mark(f'places of {settings.endpoint}')[:32]}.json")

    def listed(self, place: str) -> Listed | None:
        """Return what is known to be in a place; None if nothing is."""
        found = self._read().get("places", {}).get(place)
        return None if found is None else Listed(self.now() - found[0], found[1])

    def claim(self, place: str, seconds: float) -> bool:
        """Return whether nobody has claimed to list a place within so many seconds, and claim it then."""
        kept = self._read()
        claims = {one: at for one, at in kept.get("claims", {}).items() if 0 <= self.now() - at < seconds}
        if place in claims:
            return False
        return self._write({**kept, "claims": {**claims, place: self.now()}})

    def remember(self, places: Mapping[str, list[str]]) -> None:
        """Keep the names in places, which have just been listed whole."""
        kept = self._read()
        fresh = {place: [self.now(), names[:OF_A_PLACE]] for place, names in places.items()}
        newest = sorted({**kept.get("places", {}), **fresh}.items(), key=lambda item: -item[1][0])
        left, room = {}, IN_ALL
        for place, listed in newest:
            room -= len(listed[1]) + 1
            if room < 0:
                break
            left[place] = listed
        self._write({**kept, "places": left})

    def _read(self) -> dict[str, Any]:
        if self.file is None:
            return {}
        try:
            kept = json.loads(self.file.read_bytes())
            # Made sense of once, here, so that nothing odd gets further.
            places = {place: [float(at), list(map(str, names))] for place, (at, names) in kept["places"].items()}
            return {"places": places, "claims": {place: float(at) for place, at in kept["claims"].items()}}
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return {}

    def _write(self, kept: Mapping[str, Any]) -> bool:
        """Write all at once, or nothing; return whether it is written."""
        if self.file is None:
            return False
        new = self.file.with_name(f".{self.file.name}.{os.getpid()}")
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                new.touch(mode=0o600, exist_ok=False)
                new.write_text(json.dumps({"places": {}, "claims": {}, **kept}), "utf-8")
                new.replace(self.file)
            finally:
                new.unlink(missing_ok=True)
        except (OSError, ValueError):  # a path may hold what none can
            return False
        return True


def remembering(settings: Settings, place: str, files: Iterable[File]) -> Iterator[File]:
    """Pass on what is listed in a place, and remember its names once all of it is."""
    names: list[str] = []
    for file in files:
        if len(names) < OF_A_PLACE:
            names.append(named(file))
        yield file
    KnownPlaces.of(settings).remember({place: names})


def named(file: File) -> str:
    """Return the name of a file, or of a folder with a slash at the end."""
    return f"{file.name}/" if file.is_folder else file.name
