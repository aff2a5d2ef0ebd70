"""The forms of manifests: tables, JSON and bare lists become numbered records, and records are written again.

Rows are numbered as a spreadsheet numbers them: in a table the first line is row 1, and a record that goes over several
lines is one row. In JSONL and in lists they are the lines, in a JSON array its elements. Comments and blank rows count,
and are skipped.

Nothing is guessed in silence: what could be read in two ways is a problem of its row.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import IO, Any, Final, Literal, TypeAlias

from attrs import frozen

from sbg_bulk.errors import InputError
from sbg_bulk.runs import columns, json_records, tables
from sbg_bulk.runs.columns import Naming
from sbg_bulk.runs.problems import Problem, Record
from sbg_bulk.text import either
from sbg_bulk.text_reader import LONGEST

Format: TypeAlias = Literal["csv", "tsv", "jsonl"]
"""The formats that are written."""

ReadFormat: TypeAlias = Literal["csv", "tsv", "jsonl", "json", "list"]
"""The formats that are read: also a JSON array, and one id or path a line."""

FORMATS: Final[tuple[Format, ...]] = ("csv", "tsv", "jsonl")
READ_FORMATS: Final[tuple[ReadFormat, ...]] = (*FORMATS, "json", "list")

_SUFFIXES: Final[Mapping[str, Format]] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_LONGEST_HEAD: Final = 1000
_ARRAY: Final = re.compile(r'[\s\ufeff]*\[\s*(?:[\[{"\]]|$)')


@frozen
class Form:
    """What a manifest was found to be.

    Attributes:
        form: the format that its report has.
        literal: whether values are taken as they are. In tables some stand for a missing one.
        spaced: whether spaces at the end of a path are part of it. In tables they are there to look well.
        records: its records, read as they are asked for.
    """

    form: Format
    literal: bool
    spaced: bool
    records: Iterator[Record]


def guess_format(name: str) -> Format | None:
    """Return the format that a file's name promises, if any."""
    return _SUFFIXES.get(Path(name).suffix.lower())


def read(
    text: TextIOWrapper, form: ReadFormat | None, promised: Format | None = None, naming: Naming = columns.FILES
) -> Form:
    """Find out the form of a manifest, and read its records.

    Args:
        text: the manifest, with its own ends of lines.
        form: its format; None to go by its first lines.
        promised: the format that its name promises, for what the first lines leave open.
        naming: the columns that say what its rows mean.
    """
    head = _head(text)
    first = next((line for line in head if not tables.is_idle(line)), "")
    lines = chain(head, text)
    if form == "json" or (form is None and _ARRAY.match(first)):
        return Form("jsonl", True, True, json_records.elements(first, text))
    if form == "jsonl" or (form is None and (promised == "jsonl" or first.lstrip(tables.BLANK).startswith("{"))):
        return Form("jsonl", True, True, json_records.lines(lines))
    if form == "list" or (form is None and _is_bare(first, naming)):
        return Form("csv", False, True, _listed(lines, naming))
    declared = next(filter(None, map(tables.declared, head)), None)
    separator = declared or _separator(first, form, promised, naming)
    return Form("tsv" if separator == "\t" else "csv", False, False, tables.read(lines, separator, naming))


def _head(text: TextIOWrapper) -> list[str]:
    """Return the lines up to the first that is neither blank nor a comment, which is among them."""
    head: list[str] = []
    while len(head) < _LONGEST_HEAD and (line := text.readline(LONGEST)):
        if len(line) == LONGEST and not _ARRAY.match(line):
            line += text.readline()
        head.append(line)
        if not tables.is_idle(line):
            break
    return head


def _is_bare(first: str, naming: Naming) -> bool:
    """Return whether a first line is an id or a path of its own, and no names of columns."""
    value = tables.unquoted(first.strip(tables.BLANK))
    if any(naming.in_any(_split(first, one)) for one in tables.SEPARATORS):
        return False
    if _holds_several(value):
        return False
    return value.count("/") >= 2 or columns.USUAL_ID.fullmatch(value) is not None or bool(columns.not_an_id(value))


def _holds_several(value: str) -> bool:
    """Return whether a line is a row of a table whose columns nobody has named, and no id or path of its own.

    Names of files may have separators and quotes, but no tabs; what is before the first slash has none of them.
    """
    first = "" if columns.is_number(value) else value.split("/")[0]
    return "\t" in value or '"' in first or any(one in first for one in tables.SEPARATORS)


def _separator(first: str, form: ReadFormat | None, promised: Format | None, naming: Naming) -> str:
    """Return what separates the columns of a table, by its first row."""
    if form == "tsv" or (form is None and promised == "tsv" and "\t" in first):
        return "\t"

    def fitness(one: str) -> tuple[bool, int]:
        names = _split(first, one)
        return naming.in_any(names), len(names)

    best = max((one for one in tables.SEPARATORS if form is None or one != "\t"), key=fitness)
    if fitness(best)[1] > 1:
        return best
    return "\t" if promised == "tsv" else ","


def _split(line: str, separator: str) -> list[str]:
    """Return the cells of a line, as far as it is a whole record."""
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _listed(lines: Iterable[str], naming: Naming) -> Iterator[Record]:
    """Produce what stands on each line: an id or a path."""
    header: str | None = None
    for number, line in enumerate(lines, start=1):
        value = line.strip(tables.BLANK)
        if not value or columns.is_comment(value):
            continue
        begins, header = header is None, header or ""
        # A name may end in spaces, without quotes around it.
        value = tables.unquoted(value) if value.startswith('"') else line.lstrip(tables.BLANK).rstrip("\r\n\t")
        name = value.strip()
        if naming.in_any([name]) if begins else name == header:
            header = name  # or that of another list, joined to the first
            continue
        if begins and len(names := re.split("[,;\t|]", value)) > 1 and naming.in_any(names):
            remedy = either("pass it with --manifest", "leave form out")
            yield number, Problem(number, None, f"this is a table with column names, not a list: {remedy}")
            return
        if _holds_several(value):
            table = either("a table, with --manifest,", "a table")
            told = f"this line has several values: write one id or path per line, or use {table} that begins with "
            yield number, Problem(number, None, f"{told}its column names")
            continue
        yield number, {naming.listed: value}


def write(stream: IO[str], form: Format, names: Sequence[str], records: Iterable[Mapping[str, Any]]) -> None:
    """Write records as a manifest or a report.

    Args:
        stream: text, with newline="" for CSV and TSV.
        form: the format.
        names: the columns of CSV and TSV; JSONL writes what each record has.
        records: None is written as empty, or as null. In CSV and TSV what is no text is written as JSON.
    """
    if form == "jsonl":
        for record in records:
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
        return
    delimiter = "\t" if form == "tsv" else ","
    writer = csv.writer(_LineEnds(stream), delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(names)
    for record in records:
        writer.writerow([_cell(name, record.get(name)) for name in names])


class _LineEnds:
    """A text with the line ends of editors. The csv module only quotes a carriage return if its line end has one."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, line: str) -> int:
        return self._stream.write(line.removesuffix("\r\n") + "\n")


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return columns.escaped(name, value)


def new_file(path: Path) -> IO[str]:
    """Open a file for what is written, which must not exist.

    Raises:
        InputError: it exists, or cannot be written.
    """
    try:
        return path.open("x", encoding="utf-8", newline="")
    except FileExistsError:
        raise InputError(f"{path} already exists; choose another file.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None
