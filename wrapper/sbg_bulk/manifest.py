"""Manifests: lists of what to copy, move or delete, of any length, read as a stream.

CSV, TSV and JSONL (one JSON object a line) with the API's own names: `file`, `parent`, `project`, `name`, in any
order; for deletions `file` alone. Empty means absent. Other columns are carried along to the report.

Rows are numbered as a spreadsheet or an editor numbers them: in CSV and TSV the header is row 1.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, Literal, TypeAlias

from attrs import field, frozen

from sbg_bulk.errors import InputError
from sbg_bulk.model import CopyItem, DeleteItem, Item, MoveItem

Format: TypeAlias = Literal["csv", "tsv", "jsonl"]

FORMATS: Final[tuple[Format, ...]] = ("csv", "tsv", "jsonl")

REPORT_COLUMNS: Final = ("outcome", "new_id", "job", "api_code", "message")
"""What a report adds. In a manifest they are ignored, so that a report can serve as one."""

_SUFFIXES: Final[Mapping[str, Format]] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_LONGEST_FIELD: Final = 1 << 20


@frozen
class Problem:
    """What is wrong with a manifest, and where.

    Attributes:
        row: the row, numbered as above; 0 for the manifest as a whole.
        column: the column, if it is one of them.
        message: what is wrong.
    """

    row: int
    column: str | None
    message: str

    def __str__(self) -> str:
        place = f"row {self.row}" if self.row else "manifest"
        return f"{place}, column {self.column}: {self.message}" if self.column else f"{place}: {self.message}"


class ManifestError(InputError):
    """A manifest is not fit to be run. Nothing has been sent.

    Attributes:
        problems: the first hundred.
        count: how many there are.
    """

    SHOWN: Final = 100

    def __init__(self, problems: Sequence[Problem], count: int) -> None:
        self.problems = tuple(problems[: self.SHOWN])
        self.count = count
        lines = [str(problem) for problem in self.problems]
        if count > len(lines):
            lines.append(f"... and {count - len(lines):,} more problems.")
        summary = f"The manifest has {count:,} problem{'' if count == 1 else 's'}; nothing was sent."
        super().__init__("\n".join([summary, *lines]))


@frozen
class Row:
    """A row of a manifest that is fit to be run.

    Attributes:
        number: where it stands, numbered as above.
        item: what is to be done.
        extra: the other columns, as they came.
    """

    number: int
    item: Item
    extra: Mapping[str, Any] = field(factory=dict)


@frozen
class Defaults:
    """The destination of rows that name none. At most one of the two is given."""

    parent: str | None = None
    project: str | None = None


def guess_format(name: str) -> Format | None:
    """The format that a file's name promises, if any."""
    return _SUFFIXES.get(Path(name).suffix.lower())


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """A manifest's file. Raises InputError if it cannot be read."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InputError(f"The manifest {path} cannot be read: {error.strerror}.") from None
    with stream:
        yield stream


def read(
    stream: IO[bytes], kind: type[Item], form: Format | None = None, defaults: Defaults | None = None
) -> Iterator[Row | Problem]:
    """Read a manifest, one row at a time.

    Args:
        stream: UTF-8, with or without a byte order mark.
        kind: what is to be done: CopyItem, MoveItem or DeleteItem.
        form: its format; None to go by its first line.
        defaults: the destination of rows that name none.

    Yields:
        Each row that is fit, and each problem. Duplicate sources are not looked for here, as that takes memory.
    """
    text = io.TextIOWrapper(io.BufferedReader(stream), encoding="utf-8-sig", errors="strict", newline="")  # type: ignore[type-var]
    try:
        first = text.readline()
        form = form or _format_of(first)
        lines = _with_first(first, text)
        records = _json_records(lines) if form == "jsonl" else _table_records(lines, "\t" if form == "tsv" else ",")
        empty = True
        for number, record in records:
            empty = False
            yield record if isinstance(record, Problem) else _row(number, record, kind, defaults or Defaults())
        if empty:
            yield Problem(0, None, "there are no rows in it")
    except UnicodeDecodeError as error:
        yield Problem(0, None, f"it is not UTF-8 ({error.reason}); save it as UTF-8")
    finally:
        text.detach()


def _with_first(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest


def _format_of(first: str) -> Format:
    if first.lstrip().startswith("{"):
        return "jsonl"
    return "tsv" if "\t" in first else "csv"


Record: TypeAlias = tuple[int, "Mapping[str, Any] | Problem"]


def _table_records(lines: Iterator[str], delimiter: str) -> Iterator[Record]:
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    header = _next_record(reader)
    if isinstance(header, str):
        yield 1, Problem(1, None, header)
        return
    names = [name.strip() for name in header or ()]
    problem = _header_problem(names)
    if problem:
        yield 1, problem
        return
    number = 1
    while (values := _next_record(reader)) is not None:
        number += 1
        if isinstance(values, str):
            yield number, Problem(number, None, values)
        elif len(values) > len(names):
            yield number, Problem(number, None, f"{len(values)} values in {len(names)} columns")
        elif any(values):
            # Spreadsheets leave out empty values at the end of a row.
            yield number, dict(zip(names, values + [""] * (len(names) - len(values)), strict=True))


def _next_record(reader: Any) -> list[str] | str | None:
    """The next record, what is wrong with it, or None at the end."""
    try:
        record: list[str] = next(reader)
    except StopIteration:
        return None
    except csv.Error as error:
        return str(error)
    return record


def _header_problem(names: Sequence[str]) -> Problem | None:
    if "file" not in names:
        return Problem(1, "file", "there is no such column; the first row must name the columns, file among them")
    doubled = next((name for index, name in enumerate(names) if name in names[:index]), None)
    if doubled is not None:
        return Problem(1, doubled or "(unnamed)", "two columns have this name")
    return None


def _json_records(lines: Iterator[str]) -> Iterator[Record]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, Problem(number, None, f"not JSON: {error}")
            continue
        if isinstance(record, dict):
            yield number, record
        else:
            yield number, Problem(number, None, "a JSON object is wanted on each line")


def _row(number: int, record: Mapping[str, Any], kind: type[Item], defaults: Defaults) -> Row | Problem:
    keys = ("file",) if kind is DeleteItem else ("file", "parent", "project", "name")
    values: dict[str, str] = {}
    for key in keys:
        value = record.get(key)
        if value is None or value == "":
            continue
        if not isinstance(value, str):
            return Problem(number, key, f"a text is wanted, not {value!r}")
        values[key] = value.strip() if key != "name" else value
        if not values[key]:
            del values[key]
    if "file" not in values:
        return Problem(number, "file", "the id is missing")
    if kind is not DeleteItem and "parent" not in values and "project" not in values:
        values.update({k: v for k, v in (("parent", defaults.parent), ("project", defaults.project)) if v is not None})
    try:
        item = kind(**values)
    except InputError as error:
        column, _, message = str(error).partition(": ")
        named = column in keys
        return Problem(number, column if named else "parent", message if named else str(error))
    extra = {key: value for key, value in record.items() if key not in keys and key not in REPORT_COLUMNS}
    return Row(number, item, extra)


def write(stream: IO[str], form: Format, columns: Sequence[str], records: Iterable[Mapping[str, Any]]) -> None:
    """Write records as a manifest or a report.

    Args:
        stream: text, with newline="" for CSV and TSV.
        form: the format.
        columns: the columns of CSV and TSV; JSONL writes what each record has.
        records: None is written as empty, or as null.
    """
    if form == "jsonl":
        for record in records:
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
        return
    writer = csv.DictWriter(stream, columns, delimiter="\t" if form == "tsv" else ",", lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerow({column: "" if (v := record.get(column)) is None else v for column in columns})


ITEMS: Final[Mapping[str, type[Item]]] = {"COPY": CopyItem, "MOVE": MoveItem, "DELETE": DeleteItem}
"""The kind of item of each type of job."""
