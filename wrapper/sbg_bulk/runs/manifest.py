"""Manifests: lists of what to copy, move or delete, of any length, read as a stream.

CSV, TSV and JSONL (one JSON object a line) with the API's own names: `file`, `parent`, `project`, `name`, in any
order; for deletions `file` alone. Empty means absent. Other columns are carried along to the report; one that has the
name of a column which the report adds is called `manifest_NAME` there, unless the manifest itself is a report.

Rows are numbered as a spreadsheet numbers them: in CSV and TSV the header is row 1, and a record that goes over
several lines is one row. In JSONL they are the lines. Blank rows count, and are skipped.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, Any, Final, Literal, TypeAlias

from attrs import evolve, field, frozen

from sbg_bulk.errors import InputError
from sbg_bulk.items import CopyItem, DeleteItem, Item, MoveItem, check_destination, check_id, check_name, check_project

Format: TypeAlias = Literal["csv", "tsv", "jsonl"]

FORMATS: Final[tuple[Format, ...]] = ("csv", "tsv", "jsonl")

REPORT_COLUMNS: Final = ("outcome", "new_id", "job", "api_code", "message")
"""What a report adds. A manifest that has all of them is a report, and its next report has them anew."""

_ADDED: Final = frozenset(REPORT_COLUMNS)
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
    """A fault of a manifest, and its place.

    Attributes:
        row: the row, numbered as above; 0 for the manifest as a whole.
        column: the column, if it is one of them.
        message: what is wrong.
        source: the file that the row is about, told with the first problem of a row, if it is known.
    """

    row: int
    column: str | None
    message: str
    source: str | None = None

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
        folder: the number of the new folder that it goes to, instead of the item's place; None if it is there already.
    """

    number: int
    item: Item
    extra: Mapping[str, Any] = field(factory=dict)
    folder: int | None = None


@frozen
class Defaults:
    """The destination of rows that name none. At most one of the two is given."""

    parent: str | None = None
    project: str | None = None


def guess_format(name: str) -> Format | None:
    """Return the format that a file's name promises, if any."""
    return _SUFFIXES.get(Path(name).suffix.lower())


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a manifest's file. Raises InputError if it cannot be read."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InputError(f"The manifest {path} cannot be read: {error.strerror}.") from None
    with stream:
        yield stream


class Rows(Iterator["Row | Problem"]):
    """The rows and the problems of a manifest, one at a time as they are read.

    Attributes:
        form: the manifest's format.
    """

    def __init__(self, form: Format, found: Iterator[Row | Problem]) -> None:
        self.form = form
        self._found = found

    def __next__(self) -> Row | Problem:
        return next(self._found)


def read(stream: IO[bytes], kind: type[Item], form: Format | None = None, defaults: Defaults | None = None) -> Rows:
    """Read a manifest, one row at a time. The stream is left open.

    Args:
        stream: UTF-8, with or without a byte order mark.
        kind: what is to be done: CopyItem, MoveItem or DeleteItem.
        form: its format; None to go by its first line.
        defaults: the destination of rows that name none.

    Returns:
        Each row that is fit, and each problem. Duplicate sources are not looked for here, as that takes memory.

    Raises:
        InputError: the stream cannot be read, now or later.
    """
    # What is not UTF-8 goes through as surrogates, to be found in its row.
    text = io.TextIOWrapper(
        io.BufferedReader(_Borrowed(stream)), encoding="utf-8-sig", errors="surrogateescape", newline=""
    )
    first = text.readline()
    form = form or _format_of(first)
    lines = chain([first], text) if first else text
    records = _json_records(lines) if form == "jsonl" else _table_records(lines, "\t" if form == "tsv" else ",")
    return Rows(form, _rows(records, kind, defaults or Defaults()))


class _Borrowed(io.RawIOBase):
    """A stream of another owner, who closes it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            content = self._stream.read(len(buffer))
        except OSError as error:
            raise InputError(f"The manifest cannot be read: {error.strerror or error}.") from None
        buffer[: len(content)] = content
        return len(content)


def _format_of(first: str) -> Format:
    if first.lstrip().startswith("{"):
        return "jsonl"
    return "tsv" if "\t" in first else "csv"


def _rows(records: Iterator[Record], kind: type[Item], defaults: Defaults) -> Iterator[Row | Problem]:
    empty = True
    for number, record in records:
        empty = False
        if isinstance(record, Problem):
            yield record
        else:
            yield from _row(number, record, kind, defaults)
    if empty:
        yield Problem(0, None, "there are no rows in it")


Record: TypeAlias = tuple[int, "Mapping[str, Any] | Problem"]

_NOT_UTF8: Final = "it is not UTF-8; save the manifest as UTF-8"


def _table_records(lines: Iterable[str], delimiter: str) -> Iterator[Record]:
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    header = _next_record(reader)
    if header is None:
        return
    if isinstance(header, str):
        yield 1, Problem(1, None, header)
        return
    # Spreadsheets write empty columns at the end, and leave out empty values there.
    names = [name.strip() for name in _without_empty_end(header, 0)]
    problem = _header_problem(names)
    if problem:
        yield 1, problem
        return
    number = 1
    while (values := _next_record(reader)) is not None:
        number += 1
        if isinstance(values, str):
            yield number, Problem(number, None, values)
        elif len(values := _without_empty_end(values, len(names))) > len(names):
            yield number, Problem(number, None, f"{len(values)} values in {len(names)} columns")
        elif any(values):
            yield number, dict(zip(names, values + [""] * (len(names) - len(values)), strict=True))


def _without_empty_end(values: list[str], length: int) -> list[str]:
    """Return the values, without those at the end that are empty and beyond a length."""
    while len(values) > length and not values[-1]:
        values.pop()
    return values


def _next_record(reader: Any) -> list[str] | str | None:
    """Return the next record, what is wrong with it, or None at the end."""
    try:
        record: list[str] = next(reader)
    except StopIteration:
        return None
    except csv.Error as error:
        return f"the quotes, or the ends of lines, do not fit: {error}"
    return record


def _header_problem(names: Sequence[str]) -> Problem | None:
    if not _is_utf8(names):
        return Problem(1, None, _NOT_UTF8)
    if "file" not in names:
        return Problem(1, "file", "there is no such column; the first row must name the columns, file among them")
    doubled = next((name for index, name in enumerate(names) if name in names[:index]), None)
    if doubled is not None:
        return Problem(1, doubled or "(unnamed)", "two columns have this name")
    return None


def _json_records(lines: Iterable[str]) -> Iterator[Record]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, object_pairs_hook=_object)
        except _RepeatedKeyError as error:
            yield number, Problem(number, str(error), "the key is given twice")
            continue
        except (ValueError, RecursionError) as error:
            yield number, Problem(number, None, f"not JSON: {error}")
            continue
        if isinstance(record, dict):
            yield number, record
        else:
            yield number, Problem(number, None, "a JSON object is wanted on each line")


class _RepeatedKeyError(ValueError):
    """A JSON object has two values for a key, one of which would be lost without a word. The message is the key."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise _RepeatedKeyError(key)
        made[key] = value
    return made


def _is_utf8(value: object) -> bool:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _row(number: int, record: Mapping[str, Any], kind: type[Item], defaults: Defaults) -> Iterator[Row | Problem]:
    """Produce the row that a record is, or everything that is wrong with it."""
    keys = ("file",) if kind is DeleteItem else ("file", "parent", "project", "name")
    problems = [
        Problem(number, key if _is_utf8(key) else None, _NOT_UTF8)
        for key, value in record.items()
        if not (_is_utf8(key) and _is_utf8(value))
    ]
    values: dict[str, str] = {}
    for key in keys:
        value = record.get(key)
        if value is None or value == "":
            continue
        if not isinstance(value, str):
            problems.append(Problem(number, key, f"a text is wanted, not {value!r}"))
        elif stripped := value if key == "name" else value.strip():
            values[key] = stripped
    if problems:
        yield from _about(values, problems)
        return
    if kind is not DeleteItem and "parent" not in values and "project" not in values:
        given = {"parent": defaults.parent, "project": defaults.project}
        values.update((key, value) for key, value in given.items() if value is not None)
    try:
        item = kind(**values)
    except (InputError, TypeError):
        yield from _about(values, list(_item_problems(number, kind, values)))
        return
    yield Row(number, item, _carried_along({key: value for key, value in record.items() if key not in keys}))


def _about(values: Mapping[str, str], problems: Sequence[Problem]) -> Iterator[Problem]:
    """Produce the problems of one row; the first tells which file it is about."""
    file = values.get("file")
    yield evolve(problems[0], source=file if _is_utf8(file) else None)
    yield from problems[1:]


def _carried_along(others: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the other columns of a record, under names that are free in a report."""
    if others.keys() >= _ADDED:
        return {key: value for key, value in others.items() if key not in _ADDED}
    if others.keys().isdisjoint(_ADDED):
        return others
    named: dict[str, Any] = {}
    for key, value in others.items():
        free = key
        while free in _ADDED or (free != key and free in others):
            free = f"manifest_{free}"
        named[free] = value
    return named


def _item_problems(number: int, kind: type[Item], values: Mapping[str, str]) -> Iterator[Problem]:
    if "file" not in values:
        yield Problem(number, "file", "the id is missing")
    checks: list[tuple[str, Callable[[], None]]] = []
    if "file" in values:
        checks.append(("file", lambda: check_id("file", values["file"])))
    if kind is not DeleteItem:
        parent, project = values.get("parent"), values.get("project")
        if (parent is None) == (project is None):
            checks.append(("parent", lambda: check_destination(parent, project)))
        if parent is not None:
            checks.append(("parent", lambda: check_id("parent", parent)))
        if project is not None:
            checks.append(("project", lambda: check_project(project)))
        checks.append(("name", lambda: check_name(values.get("name"))))
    for column, check in checks:
        try:
            check()
        except InputError as error:
            yield Problem(number, column, str(error).removeprefix(f"{column}: "))


def write(stream: IO[str], form: Format, columns: Sequence[str], records: Iterable[Mapping[str, Any]]) -> None:
    """Write records as a manifest or a report.

    Args:
        stream: text, with newline="" for CSV and TSV.
        form: the format.
        columns: the columns of CSV and TSV; JSONL writes what each record has.
        records: None is written as empty, or as null. In CSV and TSV what is no text is written as JSON.
    """
    if form == "jsonl":
        for record in records:
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
        return
    delimiter = "\t" if form == "tsv" else ","
    writer = csv.DictWriter(_Lines(stream), columns, delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    for record in records:
        writer.writerow({column: _cell(record.get(column)) for column in columns})


class _Lines:
    """A text with the line ends of editors. The csv module only quotes a carriage return if its line end has one."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, line: str) -> int:
        return self._stream.write(line.removesuffix("\r\n") + "\n")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


ITEMS: Final[Mapping[str, type[Item]]] = {"COPY": CopyItem, "MOVE": MoveItem, "DELETE": DeleteItem}
"""The kind of item of each type of job."""
