"""The rows that failed as CSV, small enough to lie in a page: compressed, and as letters. It is made in a stream."""

from __future__ import annotations

import gzip
import io
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from attrs import define, field

from sbg_bulk.runs import forms
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import Outcome

LARGEST: Final = 12 << 20
"""The most bytes that are packed: they become a third more letters. About a million rows take so many."""

PIECE: Final = 3 << 14
"""Bytes that become one line of letters; a multiple of three."""

IN_MEMORY: Final = 1 << 20
"""Bytes above which the packed rows are kept in a temporary file."""

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of cells that a spreadsheet may take for formulas."""


@define
class Packed:
    """The rows that failed.

    What `sbg-bulk runs export --outcome failed --format csv` writes, byte for byte, so that it is a manifest again. For
    that reason cells are not changed that a spreadsheet may take for formulas; they are counted, for a warning.

    Attributes:
        fits: whether it is small enough to lie in a page.
        formulas: how many cells a spreadsheet may take for formulas.
    """

    fits: bool = True
    formulas: int = 0
    _file: SpooledTemporaryFile[bytes] = field(factory=lambda: SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 - see `close`

    @classmethod
    def of(cls, journal: Journal) -> Packed:
        """Pack the rows that failed in a run. It is to be closed."""
        packed = cls()
        with (
            gzip.GzipFile(fileobj=packed._file, mode="wb", mtime=0) as compressed,
            io.TextIOWrapper(compressed, encoding="utf-8", newline="") as stream,
        ):
            forms.write(stream, "csv", journal.report_columns(), packed._counting(journal.report([Outcome.FAILED])))
        packed.fits = packed._file.tell() <= LARGEST
        return packed

    def pieces(self) -> Iterator[str]:
        """Yield the letters, a line at a time."""
        self._file.seek(0)
        while piece := self._file.read(PIECE):
            yield b64encode(piece).decode("ascii") + "\n"

    def close(self) -> None:
        """Give up the temporary file, if there is one."""
        self._file.close()

    def _counting(self, records: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        for record in records:
            self.formulas += sum(isinstance(value, str) and value.startswith(FORMULA) for value in record.values())
            yield record
