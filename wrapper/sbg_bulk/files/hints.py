"""Say why filters have matched nothing, by what was seen: hints that are true of it, or none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from attrs import define, evolve, field

from sbg_bulk.files.filters import FILE, FOLDER, Filters, folded, values, without_anchor
from sbg_bulk.files.paths import Location
from sbg_bulk.files.resolver import WILD
from sbg_bulk.models.resources import File
from sbg_bulk.text import counted, either

MOST: Final = 10_000
"""How many paths are remembered. Of more, hints count these, and say `at least`."""

_DEEP: Final = re.compile(r"\*\*(?=[^/*])")


@define
class Seen:
    """What was seen while nothing was wanted. When something is, there is nothing to explain, and it is forgotten.

    Attributes:
        paths: the paths from the source, and whether each is a file's or a folder's.
        sources: the places that were looked through.
        matched: whether anything was wanted.
        full: whether there was more than is remembered.
        partial: whether the service did not show all, as it chose by tags and metadata.
        old: how many files are wanted by all but their date.
        newest: the newest of their dates.
        other: how many files are wanted by all but their tags and metadata.
        alike: how many of them are wanted if case is ignored.
    """

    paths: list[tuple[tuple[str, ...], str]] = field(factory=list)
    sources: list[Location] = field(factory=list)
    matched: bool = False
    full: bool = False
    partial: bool = False
    old: int = 0
    newest: datetime | None = None
    other: int = 0
    alike: int = 0

    def see(self, path: Sequence[str], kind: str) -> None:
        """Remember what the filters for names do not want."""
        if len(self.paths) >= MOST:
            self.full = True
        elif not self.matched:
            self.paths.append((tuple(path), kind))

    def take(self) -> None:
        """Something is wanted."""
        self.matched = True
        self.paths.clear()

    def outdated(self, changed: datetime | None) -> None:
        """Count a file that is wanted by all but its date."""
        if changed is not None:
            self.old += 1
            self.newest = changed if self.newest is None else max(self.newest, changed)

    def undescribed(self, files: Iterable[File], filters: Filters) -> None:
        """Count files that are wanted by their names, and not by their tags and metadata."""
        wanted = folded(filters)
        for one in files:
            self.other += 1
            self.alike += wanted.describes(
                [tag.casefold() for tag in one.tags or ()],
                {
                    key.casefold(): [str(each).casefold() for each in values(value)]
                    for key, value in (one.metadata or {}).items()
                },
            )

    def hint(self, filters: Filters) -> str:
        """Return what may have been meant, as a sentence; empty if something was wanted, or there are no filters."""
        if self.matched or not filters.given:
            return ""
        return self._by_contents() or self._by_names(evolve(filters, newer_than=None, tags=(), metadata={}))

    def _by_contents(self) -> str:
        if self.old and self.newest is not None:
            newest = self.newest.strftime("%Y-%m-%d %H:%M UTC")
            return self._told(self.old, f"apart from the date: the newest was changed on {newest}")
        if self.alike:
            return self._told(self.alike, "if case is ignored in tags and metadata")
        if self.other:
            return self._told(self.other, "apart from tags and metadata")
        return ""

    def _by_names(self, filters: Filters) -> str:
        files = [path for path, kind in self.paths if kind == FILE]
        if filters.exclude and (number := _count(files, evolve(filters, exclude=()))):
            return self._told(number, f"without {either('--exclude', 'exclude')}")
        if filters.type == FOLDER and (number := _count(files, evolve(filters, type=None))):
            return self._told(number, "without " + either("--type folder", "type='folder'"))
        lower = [tuple(map(str.casefold, path)) for path in files]
        if number := _count(lower, folded(filters)):
            return self._told(number, "if case is ignored")
        for change in (self._without_source, _deeper, _at_any_depth, _anywhere_in_the_name):
            match = tuple(map(change, filters.match))
            if match != filters.match and (number := _count(files, evolve(filters, match=match))):
                reason = ": globs with a slash match the path below SOURCE"
                written = ", ".join(repr(new) for old, new in zip(filters.match, match, strict=True) if new != old)
                return self._told(number, f"{written}{reason if '/' in ''.join(filters.match) else ''}")
        folders = [path for path, kind in self.paths if kind == FOLDER]
        named = [path for path in folders if filters.type is None and filters.match and filters.wants(path, FOLDER)]
        excluded = [path for path in folders if filters.excludes(path)]
        if named:
            return f"{_match(len(named), 'folder')}: to select the files in a folder, write '{'/'.join(named[0])}/**'."
        if excluded:
            told = counted(len(excluded), "folder")
            return f"{either('--exclude', 'exclude')} skips {told}, such as {'/'.join(excluded[0])!r}."
        if self.partial and not files:
            return ""
        if not self.paths:
            return "It is empty." if self.sources else ""
        if not files:
            return "It contains no files, only folders."
        return f"One of the names is {files[0][-1]!r}." if filters.match else ""

    def _told(self, number: int, how: str) -> str:
        return f"{'At least ' if self.full else ''}{_match(number)} {how}."

    def _without_source(self, glob: str) -> str:
        """Return a glob without the names of the source itself, if it begins with them."""
        bare = without_anchor(glob)
        for source in self.sources:
            names = [*(source.project or "").split("/"), *source.names]
            for start in range(len(names)):
                if (own := "/".join(names[start:])) and bare.startswith(f"{own}/"):
                    return bare[len(own) + 1 :]
        return glob


def _deeper(glob: str) -> str:
    """Return a glob with `**` for folders where it stands before a part of a name, where it is only a `*`."""
    return _DEEP.sub("**/*", glob) if "/" in glob else glob


def _at_any_depth(glob: str) -> str:
    return f"**/{without_anchor(glob)}" if "/" in glob else glob


def _anywhere_in_the_name(glob: str) -> str:
    return glob if "/" in glob or WILD.search(glob) else f"*{glob}*"


def _count(paths: Iterable[Sequence[str]], filters: Filters) -> int:
    return sum(filters.wants(path, FILE) for path in paths)


def _match(number: int, noun: str = "file") -> str:
    return f"{counted(number, noun)} {'matches' if number == 1 else 'match'}"
