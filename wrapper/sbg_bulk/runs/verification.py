"""Compare a row's outcome with the list of its destination: is what a run did to be seen where it should be?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from attrs import define, field, frozen

from sbg_bulk.files.numbered import is_numbered
from sbg_bulk.text import size


class Finding(StrEnum):
    """The kinds of fault that a row may have."""

    MISSING = "missing"
    """Nothing of the name is in the destination."""
    RENAMED = "renamed"
    """It is there under another name, as the service puts a number before a name that is taken."""
    OTHER_SIZE = "other size"
    """It is there, and has not the size that its source has, or had when it was chosen."""
    OTHER_VALUE = "other value"
    """It is there, and has not the value that it was given."""
    LEFT_BEHIND = "left behind"
    """It is still where it should be gone from."""
    UNCLEAR = "unclear"
    """Its name is not known and cannot be found out, so it could not be looked for."""


@frozen
class Difference:
    """Something that is not as expected.

    Attributes:
        file: the id that the row names.
        expected: the path or, if that is not known, the name and the place that it should have, or be gone from.
        finding: what is wrong.
        found: the name that was found instead, if any; or what it has in place of the value that it was given.
        size: the bytes that it should have, if it has another size.
        found_size: the bytes that it has then.
    """

    file: str
    expected: str
    finding: Finding
    found: str | None = None
    size: int | None = None
    found_size: int | None = None

    def __str__(self) -> str:
        match self.finding:
            case Finding.RENAMED:
                return f"{self.expected}: exists as {self.found}"
            case Finding.OTHER_SIZE if self.size is not None and self.found_size is not None:
                return f"{self.expected}: has {size(self.found_size)}, but its source has {size(self.size)}"
            case Finding.OTHER_VALUE:
                return f"{self.expected}: {self.found}"
            case Finding.LEFT_BEHIND:
                return f"{self.expected}: is still there"
            case Finding.UNCLEAR:
                return f"{self.expected}: its name can no longer be found"
        return f"{self.expected}: is missing"


@frozen
class Verification:
    """The outcome of a look at the destinations.

    Attributes:
        checked: how many rows were looked for.
        differences: what is not as expected.
        failed: how many rows were not looked for, as they failed.
        requests: how many requests it took.
        folders: how many of the rows that were looked for are folders, as far as is known.
        inside: how many files in folders that were copied are as their sources.
        by_name: the folders whose contents were not compared: those that were moved, and copies whose sources are gone.
    """

    checked: int
    differences: tuple[Difference, ...]
    failed: int
    requests: int
    folders: int = 0
    inside: int = 0
    by_name: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Return whether everything that was checked is as expected."""
        return not self.differences


@define
class Contents:
    """The entries of a folder.

    Attributes:
        names: the name of each entry, by its id.
        taken: the names.
    """

    names: Mapping[str, str]
    taken: frozenset[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.taken = frozenset(self.names.values())

    def one_of(self, made: Collection[str], name: str) -> str | None:
        """Return which of these ids is that of what has this name here, or was renamed from it; None if none is."""
        here = {self.names[one]: one for one in made if one in self.names}
        if name in here:
            return here[name]
        return next((one for found, one in here.items() if is_numbered(found, name)), None)

    def standing_for(self, identity: str | None, name: str | None) -> list[str]:
        """Return the ids of what `find` has found: the one that it should have, or those of its name."""
        if identity is not None and identity in self.names:
            return [identity]
        return [one for one, other in self.names.items() if other == name]

    def find(self, identity: str | None, name: str | None) -> tuple[Finding | None, str | None]:
        """Return what is wrong with something that should be there, and the name that it has instead.

        Args:
            identity: the id that it should have, if known. It proves more than the name: a file of that name may have
                been there before.
            name: the name that it should have, if known. At least one of the two is.
        """
        here = None if identity is None else self.names.get(identity)
        if here is not None:
            return (None, None) if name in (None, here) else (Finding.RENAMED, here)
        if name is None:
            return Finding.MISSING, None
        if name in self.taken:
            return None, None
        other = next((one for one in self.taken if is_numbered(one, name)), None)
        return (Finding.MISSING, None) if other is None else (Finding.RENAMED, other)
