"""The outcome of comparing two places by names, sizes and types; and the comparison of two folders' entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from attrs import define, field, frozen

from sbg_bulk.files.paths import Location
from sbg_bulk.models.resources import File
from sbg_bulk.text import size


class Mismatch(StrEnum):
    """The kinds of difference between two places."""

    MISSING = "missing"
    """It is in the source only."""
    EXTRA = "extra"
    """It is at the place only."""
    DIFFERENT = "different"
    """Both have a file of this name, of another size each."""
    TYPE = "type"
    """One has a file of this name, and the other a folder."""
    UNKNOWN = "size unknown"
    """Both have a file of this name, and the platform does not tell how large one of them is."""


@frozen
class Compared:
    """A name that is not the same on both sides.

    Attributes:
        path: its path below the source and below the place.
        mismatch: in what it differs.
        source: what the source has; None for something extra.
        there: what the place has; None for something missing.
    """

    path: str
    mismatch: Mismatch
    source: File | None
    there: File | None

    @property
    def file(self) -> File:
        """Return what the source has, or else what the place has."""
        file = self.source or self.there
        assert file is not None
        return file

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of its path."""
        return tuple(self.path.split("/"))

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"

    @property
    def reason(self) -> str:
        """Return in what it differs, for people."""
        source, there = self.source, self.there
        if source is None or there is None:
            return str(self.mismatch)
        if self.mismatch is Mismatch.TYPE:
            return f"{_kind(source)} in the source, {_kind(there)} at the destination"
        told = ["unknown" if one.size is None else size(one.size) for one in (source, there)]
        return f"{told[0]} in the source, {told[1]} at the destination"


def _kind(file: File) -> str:
    return "a folder" if file.is_folder else "a file" if file.size is None else f"a file ({size(file.size)})"


@frozen
class Comparison:
    """The outcome of comparing a source with a place.

    Attributes:
        source: the source.
        place: the place it was compared with.
        mismatches: what is not the same, in the order of the paths. A folder that is on one side only is one of them,
            unless each file was asked for, or filters were given.
        same: how many files are the same: name and size.
        folders: the ids of the folders of the place that are there, and on the way to it, as far as the comparison
            went, by their place; of a project's root there is none.
        undated: how many files of the source were left out because nobody knows when they were changed.
        requests: how many requests it took.
        hint: where filters have matched nothing in the source, what may have been meant, as a sentence.
    """

    source: Location
    place: Location
    mismatches: tuple[Compared, ...]
    same: int
    folders: Mapping[Location, str]
    undated: int = 0
    requests: int = 0
    hint: str = ""

    @property
    def agrees(self) -> bool:
        """Return whether both are the same, as far as they were compared."""
        return not self.mismatches

    @property
    def matched(self) -> bool:
        """Return whether the source has anything of what was compared."""
        return self.same > 0 or any(one.source is not None for one in self.mismatches)

    def of(self, *kinds: Mismatch) -> list[Compared]:
        """Return the mismatches of these kinds."""
        return [one for one in self.mismatches if one.mismatch in kinds]

    @property
    def counts(self) -> dict[str, int]:
        """Return how many names there are of each kind, and how many files are the same."""
        found = Counter(one.mismatch for one in self.mismatches)
        return {"same": self.same, **{str(kind): found[kind] for kind in Mismatch}}


@define
class Pairs:
    """The entries of a folder on both sides, put together by their names.

    Attributes:
        same: how many files are the same.
        entered: the folders that are on both sides.
        mismatches: the name, the kind, and what either side has, of what is not the same.
    """

    same: int = 0
    entered: list[tuple[File, File]] = field(factory=list)
    mismatches: list[tuple[str, Mismatch, File | None, File | None]] = field(factory=list)


def pair(source: Iterable[File], there: Iterable[File]) -> Pairs:
    """Compare the entries of two folders.

    Names are compared as they are: `a.bam` and `A.bam` are two. A name may be there twice on either side. Of files the
    ones of the same size belong together; what is left of one name at the place beside a file of the same size is
    extra, and otherwise each of it differs.
    """
    pairs = Pairs()
    left, right = _by_name(source), _by_name(there)
    for name in dict.fromkeys([*left, *right]):
        _pair_name(pairs, name, left.get(name, []), right.get(name, []))
    return pairs


def _by_name(files: Iterable[File]) -> dict[str, list[File]]:
    found: dict[str, list[File]] = {}
    for file in files:
        found.setdefault(file.name, []).append(file)
    return found


def _pair_name(pairs: Pairs, name: str, source: Sequence[File], there: Sequence[File]) -> None:
    folders = [one for one in source if one.is_folder], [one for one in there if one.is_folder]
    both = min(map(len, folders))
    pairs.entered += zip(folders[0][:both], folders[1][:both], strict=True)
    alone, others = folders[0][both:], folders[1][both:]
    wanted, found = [one for one in source if not one.is_folder], [one for one in there if not one.is_folder]
    unmatched = []
    for file in wanted:
        twin = next((one for one in found if one.size == file.size is not None), None)
        if twin is None:
            unmatched.append(file)
        else:
            pairs.same += 1
            found.remove(twin)
    told = pairs.mismatches
    if unmatched and found:
        # The first of them stands for all that has its name: none of that is the same.
        first, *unmatched = unmatched
        unknown = first.size is None or any(one.size is None for one in found)
        told += [(name, Mismatch.UNKNOWN if unknown else Mismatch.DIFFERENT, first, one) for one in found]
        found = []
    # What is left of files on one side faces what is left of folders on the other.
    for mine, theirs in ((unmatched, others), (alone, found)):
        faced = min(len(mine), len(theirs))
        told += [(name, Mismatch.TYPE, *two) for two in zip(mine[:faced], theirs[:faced], strict=True)]
        told += [(name, Mismatch.MISSING, one, None) for one in mine[faced:]]
        told += [(name, Mismatch.EXTRA, None, one) for one in theirs[faced:]]
