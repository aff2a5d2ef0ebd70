"""Tables: records with separators, in quotes or not. What could be read in two ways is a problem of its row."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, Final

from attrs import define, field

from sbg_bulk.runs import columns
from sbg_bulk.runs.columns import Naming
from sbg_bulk.runs.problems import Problem, Record
from sbg_bulk.text_reader import BOM, LONGEST, NOT_UTF8, is_text

SEPARATORS: Final[Mapping[str, str]] = {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "vertical bars"}

BLANK: Final = " \t\r\n" + BOM

_QUOTED: Final = re.compile(r'"((?:[^"]|"")*)"')


def is_comment(line: str) -> bool:
    """Return whether a line is for people."""
    return columns.is_comment(line.lstrip(BLANK).removeprefix('"'))


def declared(line: str) -> str | None:
    """Return the separator that a line `sep=;` of Excel declares, if it is one."""
    found = re.fullmatch(r'"?sep=(.)"?\s*', line.strip(" \r\n" + BOM), re.IGNORECASE | re.DOTALL)
    return found[1] if found else None


def is_idle(line: str) -> bool:
    """Return whether a line holds neither names of columns nor values."""
    return not line.strip(BLANK + '";,|') or is_comment(line) or declared(line) is not None


def unquoted(value: str) -> str:
    """Return what is between the quotes of a value that is in quotes as a whole, or the value."""
    found = _QUOTED.fullmatch(value)
    return found[1].replace('""', '"') if found else value


@define
class _Lines(Iterator[str]):
    """The lines of a table, of which those are kept that the current record has taken.

    Attributes:
        number: the row that the current record is.
        comments: whether a line that begins with # is none of a record, where it does not go on with one.
        width: how many columns there are; 0 before that is known.
        key: the place of the column that says what is meant.
    """

    _lines: Iterator[str]
    number: int = 0
    comments: bool = True
    width: int = 0
    key: int = 0
    taken: list[str] = field(factory=list)
    _ahead: list[str] = field(factory=list)

    def __next__(self) -> str:
        while True:
            line = self._ahead.pop() if self._ahead else next(self._lines)
            if self.taken or not self.comments or not columns.is_comment(line):
                self.taken.append(line)
                return line
            self.number += 1

    def give_back(self, keep: int) -> None:
        """Have the lines after so many of this record be read again."""
        self._ahead += reversed(self.taken[keep:])
        del self.taken[keep:]

    def begin(self) -> None:
        """Begin with another record."""
        self.number += 1
        self.taken.clear()


def read(lines: Iterator[str], separator: str, naming: Naming) -> Iterator[Record]:
    """Produce the records of a table."""
    csv.field_size_limit(LONGEST)
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=separator, strict=True)
    take: Callable[[], list[str] | str | None] = partial(_next_record, reader, source, separator)
    header: list[str] = []
    while not header:
        source.begin()
        found = take()
        if found is None:
            return
        if isinstance(found, str):
            yield source.number, Problem(source.number, None, found)
            return
        if any(cell.strip(BLANK) for cell in found) and not all(map(is_idle, source.taken)):
            header = found
    # Spreadsheets write empty columns at the end, and leave out empty values there.
    names = [name.strip() for name in _without_empty_end(header, 0)]
    if problem := _header_problem(names, separator, naming):
        yield source.number, Problem(source.number, *problem)
        return
    if separator == "\t" and not all(_QUOTED.fullmatch(cell) for cell in source.taken[0].strip("\r\n").split("\t")):
        take = partial(_next_plain, source)
    source.width, source.key = len(names), names.index(naming.sources(tuple(names))[0])
    # A name of a sample may begin so, an id or a path does not.
    source.comments = naming.in_any(names[:1])
    yield from _rows_of(take, source, names, naming)


def _rows_of(
    take: Callable[[], list[str] | str | None], source: _Lines, names: Sequence[str], naming: Naming
) -> Iterator[Record]:
    while True:
        source.begin()
        values = take()
        if values is None:
            return
        number = source.number
        if isinstance(values, str):
            yield number, Problem(number, None, values)
            continue
        if values and values[0].startswith(BOM):
            values[0] = values[0].removeprefix(BOM)  # another file, joined to the first
        if len(_without_empty_end(values, len(names))) > len(names):
            yield number, Problem(number, None, f"{len(values)} values in {len(names)} columns")
        elif any(value.strip() for value in values) and not _is_repeated_header(values, names):
            record = dict(zip(names, values + [""] * (len(names) - len(values)), strict=True))
            if not (columns.is_comment(values[0]) and not _has_source(record, naming)):
                yield number, record


def _has_source(record: Mapping[str, str], naming: Naming) -> bool:
    return any(record[name].strip() and not columns.is_comment(record[name]) for name in naming.sources(tuple(record)))


def _is_repeated_header(values: Sequence[str], names: Sequence[str]) -> bool:
    """Return whether a row is the first one again, as in files that were joined."""
    if values[0].strip() != names[0]:
        return False
    return len(values) >= len(names) and all(value.strip() == name for value, name in zip(values, names, strict=False))


def _without_empty_end(values: list[str], length: int) -> list[str]:
    """Return the values, without those at the end that are empty and beyond a length."""
    while len(values) > length and not values[-1]:
        values.pop()
    return values


def _next_record(reader: Any, source: _Lines, separator: str) -> list[str] | str | None:
    """Return the next record, what is wrong with it, or None at the end."""
    try:
        record: list[str] = next(reader)
    except StopIteration:
        return None
    except csv.Error as error:
        if "field limit" in str(error):
            return f"a value has more than {LONGEST:,} characters: the file is damaged, or a quote is never closed"
        return f"the quotes or line ends do not match: {error}"
    if _holds_rows(source, record, separator):
        lines = len(source.taken) - 1
        return (
            f"a quote opened here is closed {lines} line{'s' if lines > 1 else ''} below, and the text between looks "
            'like separate rows: put a value that contains a quote into quotes, and write the quote in it as ""'
        )
    return record


def _holds_rows(source: _Lines, record: Sequence[str], separator: str) -> bool:
    """Return whether one of the lines that quotes make part of a record looks like a row of its own."""
    if len(source.taken) < 2 or source.width < 2 or len(record) <= source.key:
        return False
    own = record[source.key].strip()
    # In the last line the quotes end: up to there.
    for line in (*source.taken[1:-1], source.taken[-1].partition('"')[0]):
        cells = line.strip("\r\n").split(separator)
        if len(cells) == source.width:
            other = cells[source.key].strip()
            if other and " " not in other and (len(other) == len(own) or "/" in other):
                return True
    return False


def _next_plain(source: _Lines) -> list[str] | str | None:
    """Return the next record of a table with tabs, where a quote is one like other characters.

    Unless all says that it is not: a cell that is in quotes as a whole is what is between them; and a record that only
    has its number of cells if quotes hold tabs or ends of lines together is read so.
    """
    line = next(source, None)
    if line is None:
        return None
    cells = line.rstrip("\r\n").split("\t")
    open_ = [cell for cell in cells if cell.startswith('"') and not _QUOTED.fullmatch(cell)]
    if open_ and (found := _held_together(source, len(cells))) is not None:
        return found
    return [unquoted(cell) if cell.startswith('"') else cell for cell in cells]


def _held_together(source: _Lines, cells: int) -> list[str] | None:
    """Return the record that begins with a line, if quotes hold it together; None if they are plain characters.

    Args:
        source: the lines, of which the first is taken.
        cells: how many cells the first line has without quotes.
    """
    try:
        record = next(csv.reader(chain(source.taken[:1], source), delimiter="\t", strict=True))
    except (csv.Error, StopIteration):
        record = []
    fits = len(_without_empty_end(record, source.width)) == source.width
    if fits and (cells != source.width or len(source.taken) > 1) and not _holds_rows(source, record, "\t"):
        return record
    source.give_back(1)
    return None


def _header_problem(names: Sequence[str], separator: str, naming: Naming) -> tuple[str | None, str] | None:
    """Return the column and what is wrong with it, if anything is."""
    if not is_text(list(names)):
        return None, NOT_UTF8
    if not naming.in_any(names):
        return None, naming.unknown(names, SEPARATORS.get(separator, repr(separator)))
    doubled = columns.duplicate(names)
    return None if doubled is None else (doubled or "(unnamed)", "two columns have this name")
