"""How much something is: files, folders and bytes."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from sbg_bulk.text import counted, known_size


@frozen
class Amount:
    """A number of files, those in folders included, and their bytes. Its text is such as `50 files (478 MB)`.

    Attributes:
        files: how many files.
        bytes: the bytes of those whose size is known.
        unsized: how many have a size that is not known.
        folders: how many folders were named, besides; those below them do not count.
        complete: whether all that is below the folders has been counted.
    """

    files: int = 0
    bytes: int = 0
    unsized: int = 0
    folders: int = 0
    complete: bool = True

    @classmethod
    def of(cls, sizes: Iterable[int | None], folders: int = 0) -> Amount:
        """Return the amount of files of these sizes, in bytes or None, and of so many folders besides."""
        given = list(sizes)
        known = [one for one in given if one is not None]
        return cls(len(given), sum(known), len(given) - len(known), folders)

    @property
    def size(self) -> int | None:
        """Return the bytes of all files; None if they are not known of each."""
        return None if self.unsized else self.bytes

    @property
    def in_files(self) -> str:
        """Return the files and their bytes as text, without the folders."""
        told = f"{'' if self.complete else 'at least '}{counted(self.files, 'file')}"
        return f"{told} ({known_size(self.bytes, self.complete and not self.unsized)})" if self.bytes else told

    def __add__(self, other: Amount) -> Amount:
        return Amount(
            self.files + other.files,
            self.bytes + other.bytes,
            self.unsized + other.unsized,
            self.folders + other.folders,
            self.complete and other.complete,
        )

    def __str__(self) -> str:
        return f"{self.in_files} and {counted(self.folders, 'folder')}" if self.folders else self.in_files
