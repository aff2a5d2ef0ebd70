"""Manifests: lists of what to copy, move or delete, of any length, read as a stream.

Tables (CSV with commas, semicolons or bars; TSV), JSONL (one JSON object a line), a JSON array, or one id or path a
line: see `sbg_bulk.runs.forms`. What their columns mean stands in `sbg_bulk.runs.columns`. Empty means absent, and so
does what R, pandas and databases write for a missing value. Other columns are carried along to the report; one that has
the name of a column which the report adds is called `manifest_NAME` there, unless the manifest itself is a report.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, Final

from attrs import evolve

from sbg_bulk import text_reader
from sbg_bulk.errors import InputError
from sbg_bulk.files.paths import is_path, path_of
from sbg_bulk.items import CopyItem, DeleteItem, Item, MoveItem, check_id, check_name
from sbg_bulk.runs import forms
from sbg_bulk.runs.columns import (
    IN_FOLDER,
    IN_PROJECT,
    LITERAL,
    SOURCE_COLUMN,
    WHERE,
    Columns,
    columns_of,
    does_nothing,
    is_error,
    is_missing,
    key_of,
    not_a_name,
    not_an_id,
)
from sbg_bulk.runs.forms import Format, ReadFormat
from sbg_bulk.runs.named import check_within_project, destination_named, is_path_beside, names_another
from sbg_bulk.runs.problems import ManifestError as ManifestError
from sbg_bulk.runs.problems import Problem as Problem
from sbg_bulk.runs.problems import Record
from sbg_bulk.runs.rows import WHAT, Defaults, PathRow, Row, Rows
from sbg_bulk.text import either
from sbg_bulk.text_reader import BOM, NOT_UTF8, is_text


def read(
    stream: IO[bytes],
    kind: type[Item],
    form: ReadFormat | None = None,
    defaults: Defaults | None = None,
    promised: Format | None = None,
) -> Rows:
    """Read a manifest, one row at a time. The stream is left open.

    Args:
        stream: a text, in UTF-8 or UTF-16.
        kind: what is to be done: CopyItem, MoveItem or DeleteItem.
        form: its format; None to go by its first lines.
        defaults: the destination of rows that name none.
        promised: the format that its name promises, for what the first lines leave open.

    Returns:
        Each row that is fit, and each problem. Duplicate sources are not looked for here, as that takes memory.

    Raises:
        InputError: the stream cannot be read, now or later.
    """
    found = forms.read(text_reader.text_of(stream, WHAT), form, promised)
    return Rows(found.form, _Reader(kind, defaults or Defaults(), found.literal, found.spaced).rows(found.records))


_TRUTH: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class _Reader:
    """What makes rows of records."""

    def __init__(self, kind: type[Item], defaults: Defaults, literal: bool, spaced: bool) -> None:
        self._kind = kind
        self._defaults = defaults
        self._literal = literal
        self._spaced = spaced
        self._unclear: set[str] = set()
        self._destinations = Destinations(defaults)

    def rows(self, records: Iterator[Record]) -> Iterator[Row | PathRow | Problem]:
        empty = True
        for number, record in records:
            empty = False
            if isinstance(record, Problem):
                yield record
            else:
                yield from self._row(number, record)
        if empty:
            yield Problem(0, None, "it has no rows")

    def _row(self, number: int, record: Mapping[str, Any]) -> Iterator[Row | PathRow | Problem]:
        """Produce the row that a record is, or everything that is wrong with it."""
        columns = columns_of(
            tuple(record), deletion=self._kind is DeleteItem, as_destination=self._defaults.from_manifest
        )
        fields = Fields(number, record, columns, self._literal, self._spaced)
        if columns.doubled is not None:
            fields.say(columns.doubled, "two keys have this name: remove one")
        for column, meant in columns.unclear:
            if column not in self._unclear and fields.take(column) is not None:
                self._unclear.add(column)  # once says it of all rows
                fields.say(column, does_nothing(column, meant))
        if not fields.problems:
            fields.take_source()
            if self._kind is not DeleteItem:
                self._destinations.take(fields)
                fields.take_name()
        if not fields.problems:
            row = fields.row(self._kind)
            if row is not None:
                yield row
                return
        file = fields.values.get("file")
        yield evolve(fields.problems[0], source=file if is_text(file) else None)
        yield from fields.problems[1:]


class Destinations:
    """Where the rows of a manifest go, as they say or as was given for all of them."""

    def __init__(self, defaults: Defaults) -> None:
        self._defaults = defaults
        self._contradicted = False
        self._default = (
            destination_named("to", defaults.to)
            if defaults.to is not None
            else {
                key: value
                for key, value in (("parent", defaults.parent), ("project", defaults.project))
                if value is not None
            }
        )

    def take(self, fields: Fields) -> None:
        """Take where a row goes, or note what is wrong with what it says."""
        found = fields.destination()
        if found is None:
            return
        if not found:
            found = self._default
            if not found:
                fields.say("parent", _no_destination(fields.columns))
        elif self._default and found != self._default and not self._defaults.from_manifest and not self._contradicted:
            self._contradicted = True  # once says it of all rows
            column, value = fields.told
            where, to = WHERE.get(key_of(column)), either("--to", "to")
            fields.say(
                column,
                f"the column gives a destination ({value}), and so does the command "
                f"({self._defaults.given}, {to}). Remove one of the two, or give {_from_manifest()} to use the "
                f"column" + (f"; or rename it to {where} if it says where the files are" if where else ""),
            )
        fields.values.update(found)


def _from_manifest() -> str:
    return either("--destination-from-manifest", "destination_from_manifest=True")


def _no_destination(columns: Columns) -> str:
    told = f"the destination is missing: give {either('--to', 'to')}, or a column to, parent or project."
    if {IN_PROJECT, IN_FOLDER}.isdisjoint(name for _, name in columns.others):
        return told
    return (
        f"{told} In a list of existing files, project and parent say where the files are: give {_from_manifest()} if "
        f"they are destinations."
    )


class Fields:
    """What is said in one record, as far as it was taken, and what is wrong with it.

    Attributes:
        values: what is known: `file`, `parent`, `project`, `name`; `to`, if the destination is a path.
        source: the column of the path of what is meant, if that is a path.
        target: the column of the destination.
        told: the column and value of a destination, for messages.
        beside: the column and value of a path beside an id.
    """

    def __init__(self, number: int, record: Mapping[str, Any], columns: Columns, literal: bool, spaced: bool) -> None:
        self.columns = columns
        self.values: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.source: str | None = None
        self.target: str | None = None
        self.told: tuple[str, str] = ("", "")
        self.beside: tuple[str, str] | None = None
        self._number = number
        self._record = record
        self._literal = literal
        self._spaced = spaced
        for key, value in record.items():
            if isinstance(value, str) and value.isascii() and key.isascii():
                continue  # as nearly all are
            if not (is_text(key) and is_text(value)):
                self.say(key if is_text(key) else None, NOT_UTF8)

    def say(self, column: str | None, message: str) -> None:
        """Note that something is wrong."""
        self.problems.append(Problem(self._number, column, message))

    def check(self, column: str, check: Callable[[], None]) -> None:
        """Note what a check raises."""
        try:
            check()
        except InputError as error:
            self.say(column, re.sub(r"^(file|parent|project|name|volume|location): ", "", str(error)))

    def take(self, column: str) -> str | None:
        """Return a value; None if there is none."""
        value = self._record.get(column)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            self.say(column, f"expected text, not {value!r}")
            return None
        if "\0" in value:
            self.say(column, "it contains a NUL character: the file is damaged, or not text")
            return None
        kept = value.lstrip().lstrip(BOM).rstrip("\r\n")
        value = kept.strip().strip(BOM)
        if not self._literal and is_error(value):
            self.say(column, f"{value} is the error of a spreadsheet formula")
            return None
        if not value or (not self._literal and is_missing(value)):
            return None
        return kept if self._spaced and "/" in value else value

    def take_flag(self, column: str) -> bool | None:
        """Return whether a value says yes or no; None if there is none."""
        given = self._record.get(column)
        if isinstance(given, bool) or (text := self.take(column)) is None:
            return given if isinstance(given, bool) else None
        if (truth := _TRUTH.get(text.lower())) is None:
            self.say(column, f"expected true or false, not {text!r}")
        return truth

    def take_source(self) -> None:
        """Take what is meant."""
        sources = self.columns.sources
        if not sources:
            found = ", ".join(map(repr, self._record)) or "none"
            self.say(
                None, f"no key names the file: found {found}. Use the key file or id for an id, or path for a path"
            )
            return
        before = len(self.problems)
        given = next(((column, value) for column in sources if (value := self.take(column)) is not None), None)
        if given is None:
            if len(self.problems) == before:
                self.say(sources[0], "the path is missing" if "path" in key_of(sources[0]) else "the id is missing")
            return
        column, value = given
        self.values["file"] = value
        if wrong := not_an_id(value):
            self.say(column, wrong)
        elif is_path(value):
            self.source = column
            self.check(column, lambda: check_within_project(path_of(value)))
        else:
            self.check(column, lambda: check_id("file", value))
        if len(self.problems) == before:
            self._check_others(column, value)

    def _check_others(self, column: str, value: str) -> None:
        """Note another column that names another file. Whether an id and a path mean the same is found out later."""
        for other in self.columns.alike:
            there = self._record.get(other)
            if other == column or not isinstance(there, str):
                continue
            if is_path_beside(value, there.strip()):
                # What a plan or a report says of where something was is no more than that.
                if self.beside is None and key_of(other) != SOURCE_COLUMN:
                    self.beside = (other, there.strip())
            elif names_another(value, there.strip()):
                told = f"it names a different file ({there.strip()!r}) than the column {column} ({value!r}): remove one"
                self.say(other, told)

    def take_name(self) -> None:
        """Take the new name, as it stands there."""
        column = self.columns.name
        if column is None or self.take(column) is None:
            return
        name = self._record[column]
        if not self._literal:
            if wrong := not_a_name(name):
                self.say(column, wrong)
                return
            name = name.removeprefix(LITERAL)
        if self.values.get("name", name) != name:
            self.say(column, f"{name!r} is not the name at the end of the column {self.target}: keep one of the two")
            return
        self.values["name"] = name
        self.check(column, lambda: check_name(name))

    def destination(self) -> dict[str, str] | None:
        """Take where it goes: nothing if it does not say, None if what it says is wrong."""
        columns, before = self.columns, len(self.problems)
        given = [(column, value) for column in columns.destinations if (value := self.take(column)) is not None]
        if len(self.problems) > before:
            return None
        if not given:
            return {}
        if len(given) > 1:
            self.say(given[0][0], f"give {' or '.join(column for column, _ in given)}, not both.")
            return None
        [(column, value)] = given
        self.told, self.target = (column, value), column
        found: dict[str, str] = {}

        def find() -> None:
            text = value
            if column == columns.target:
                check_within_project(path_of(value))
                text, _, self.values["name"] = value.rstrip("/").rpartition("/")
            found.update(destination_named(key_of(column), text))

        self.check(column, find)
        return found or None

    def row(self, kind: type[Item]) -> Row | PathRow | None:
        """Return the row; None if it is not fit after all, which is noted."""
        extra = self.columns.carried_along(self._record)
        values, to = self.values, self.values.pop("to", None)
        if self.source is None and to is None and self.beside is None:
            return Row(self._number, kind(**values), extra)
        if self.source is not None:
            extra.setdefault(SOURCE_COLUMN, values["file"])
        return PathRow(
            self._number,
            values["file"],
            self.source,
            to,
            self.target,
            values.get("parent"),
            values.get("project"),
            values.get("name"),
            extra,
            beside=self.beside,
        )


ITEMS: Final[Mapping[str, type[Item]]] = {"COPY": CopyItem, "MOVE": MoveItem, "DELETE": DeleteItem}
"""The kind of item of each type of job."""
