"""Manifests of metadata and of tags: files by their ids or paths, and what each is to have.

Of metadata each column is a key, but for those that say which file is meant or what it is (`name`, `size`, ...), which
are carried along: a key of such a name has the column `metadata.name`. An empty cell changes nothing. What removes a
key is said by name: for all rows, which counts where a row has no value for it, or in the column `clear`, a list in
JSON or names with semicolons between them. In JSON `metadata` may hold all keys.

Of tags the column `tags` is a list in the same form, and `action` is `add`, `remove` or `set`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO, Any, Final, TypeAlias

from attrs import evolve, frozen

from sbg_bulk import text_reader
from sbg_bulk.errors import InputError
from sbg_bulk.metadata.items import (
    ABOUT_FILES,
    ACTION,
    ACTIONS,
    CLEAR,
    FILE,
    OF_OTHERS,
    PREFIX,
    TAGS,
    check_key,
    check_tag,
    check_value,
    in_columns,
    key_in,
)
from sbg_bulk.runs import forms
from sbg_bulk.runs.columns import FILES, REPORT_COLUMNS, SOURCE_COLUMN, columns_of, key_of
from sbg_bulk.runs.forms import Format, ReadFormat
from sbg_bulk.runs.problems import Problem
from sbg_bulk.runs.rows import WHAT, Defaults, PathRow, Row, Rows
from sbg_bulk.text import either, one_of
from sbg_bulk.transfers.manifest import Fields

_WHOLE: Final = "metadata"

_MEANT: Final = re.compile(r"meta-?data($|[^a-z])|meta[.:/_ ]", re.IGNORECASE)
"""What the name of a column begins with that is probably meant to be a key, where such begin with `PREFIX`."""

Take: TypeAlias = "Callable[[Record], dict[str, Any]]"
"""Takes what is said in a record: the values of the item, without the file."""


@frozen
class Record:
    """A record of a manifest, with what is said of all rows."""

    values: Mapping[str, Any]
    fields: Fields
    literal: bool
    settings: Mapping[str, Any]


def check_settings(settings: Mapping[str, Any], known: Sequence[str]) -> None:
    """Raise InputError unless what is said for all rows can be said, and is well formed."""
    for name, value in settings.items():
        if name not in known:
            raise InputError(f"settings: unknown key {name!r}; the keys are: {', '.join(known)}.")
        if name == ACTION:
            if value not in ACTIONS:
                raise InputError(f"{ACTION}: expected {one_of(ACTIONS)}, not {value!r}.")
            continue
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise InputError(f"{name}: give a list, even for one, not {value!r}.")
        for one in value:
            if name == TAGS:
                check_tag(one)
            else:
                check_key(one)


def read(
    stream: IO[bytes],
    form: ReadFormat | None,
    defaults: Defaults,
    promised: Format | None,
    take: Take,
    item: Callable[[Mapping[str, Any]], Any],
) -> Rows:
    """Read a manifest, one row at a time; see `sbg_bulk.runs.family.Family.read`.

    Args:
        take: takes what is said in a record.
        item: makes an item of it, with the file.
    """
    if defaults.given is not None:
        raise InputError("Changes of metadata and tags have no destination: remove it.")
    found = forms.read(text_reader.text_of(stream, WHAT), form, promised)
    return Rows(found.form, _rows(found, defaults.settings, take, item))


def _rows(
    found: forms.Form, settings: Mapping[str, Any], take: Take, item: Callable[[Mapping[str, Any]], Any]
) -> Iterator[Row | PathRow | Problem]:
    empty, said = True, set[tuple[str | None, str]]()
    for number, record in found.records:
        empty = False
        if isinstance(record, Problem):
            yield record
            continue
        columns = columns_of(tuple(record), deletion=True, as_destination=False)
        fields = Fields(number, record, columns, found.literal, found.spaced)
        if columns.doubled is not None:
            fields.say(columns.doubled, "two keys have this name: remove one")
        fields.take_source()
        values = take(Record(record, fields, found.literal, settings)) if not fields.problems else {}
        if not fields.problems:
            extra = {name: value for name, value in columns.carried_along(record).items() if _is_carried(name)}
            yield _row(number, fields, values, item, extra)
            continue
        # What is wrong with a column is wrong in all rows: it is said of the first.
        new = [one for one in fields.problems if _of_column(one) not in said]
        said.update(_of_column(one) for one in new if one.column is not None)
        file = fields.values.get(FILE)
        for index, one in enumerate(new):
            yield evolve(one, source=file if not index else None)
    if empty:
        yield Problem(0, None, "it has no rows")


def _of_column(problem: Problem) -> tuple[str | None, str]:
    return problem.column, problem.message


def _row(
    number: int,
    fields: Fields,
    values: dict[str, Any],
    item: Callable[[Mapping[str, Any]], Any],
    extra: dict[str, Any],
) -> Row | PathRow:
    file = fields.values[FILE]
    if fields.source is None:
        return Row(number, item({FILE: file, **values}), extra)
    extra.setdefault(SOURCE_COLUMN, file)
    return PathRow(number, file, fields.source, None, None, None, None, None, extra, values)


def _is_carried(column: str) -> bool:
    """Return whether a column says what a file is."""
    return key_of(column) in ABOUT_FILES or FILES.in_any([column])


def take_metadata(record: Record) -> dict[str, Any]:
    """Take what is to become of the metadata of a file."""
    fields, values = record.fields, dict[str, str]()
    report = set(REPORT_COLUMNS) <= record.values.keys()
    for column, given in record.values.items():
        if column == _WHOLE and record.literal:
            _take_whole(fields, given, values)
        elif _is_carried(column) or key_of(column) == CLEAR or (report and column in REPORT_COLUMNS):
            continue
        elif key_of(column) in OF_OTHERS:
            if fields.take(column) is not None:
                fields.say(column, _foreign(column))
        elif fields.take(column) is not None:
            _take(fields, column, key_in(column), given, values)
    clear = {*record.settings.get(CLEAR, ()), *_listed(record, CLEAR, check_key)} - values.keys()
    if not values and not clear and not fields.problems:
        fields.say(
            None, f"the row changes nothing: give a value, or name a key to remove ({either('--clear', 'clear')})"
        )
    return {**in_columns(values), **({CLEAR: sorted(clear)} if clear else {})}


def take_prefixed(fields: Fields, record: Mapping[str, Any], literal: bool) -> dict[str, str]:
    """Take the metadata of a record that says other things too: columns `metadata.KEY`, or an object `metadata`."""
    values = dict[str, str]()
    for column, given in record.items():
        if column == _WHOLE and literal:
            _take_whole(fields, given, values)
        elif column.startswith(PREFIX):
            if fields.take(column) is not None:
                _take(fields, column, key_in(column), given, values)
        elif _MEANT.match(column.strip()) and fields.take(column) is not None:
            fields.say(column, f"this column has no effect: rename it to {PREFIX}KEY if KEY is a metadata key")
    return values


def _take_whole(fields: Fields, given: object, values: dict[str, str]) -> None:
    if given is None:
        return
    if not isinstance(given, dict):
        fields.say(_WHOLE, f"expected an object of keys and values, not {given!r}")
        return
    for key, value in given.items():
        if value is not None and value != "":
            _take(fields, f"{PREFIX}{key}", key, value, values)


def _take(fields: Fields, column: str, key: str, value: Any, values: dict[str, str]) -> None:
    before = len(fields.problems)
    fields.check(column, lambda: check_key(key))
    fields.check(column, lambda: check_value(value))
    if key in values:
        fields.say(column, f"the key {key} has two columns: remove one")
    if len(fields.problems) == before:
        values[key] = value


def _foreign(column: str) -> str:
    key = key_of(column)
    if key == TAGS:
        tags = either("tag add --manifest", "tag(...)")
        return (
            f"tags are not metadata: change them with {tags}, or rename the column to {PREFIX}{column} if it is a "
            "metadata key"
        )
    return (
        f"this column belongs to another kind of manifest: remove it, or rename it to {PREFIX}{column} if it is a "
        "metadata key"
    )


def take_tags(record: Record) -> dict[str, Any]:
    """Take what is to become of the tags of a file."""
    fields = record.fields
    names = {key_of(column): column for column in record.values}
    foreign = next((names[key] for key in names if key in OF_OTHERS - {TAGS, ACTION}), None)
    if foreign is not None and fields.take(foreign) is not None:
        fields.say(foreign, "this column belongs to another kind of manifest: remove it")
    given = None if ACTION not in names else fields.take(names[ACTION])
    action = given or record.settings.get(ACTION)
    if action is None:
        fields.say(names.get(ACTION), f"the action is missing: give a column {ACTION} with {', '.join(ACTIONS)}")
    elif action not in ACTIONS:
        fields.say(names[ACTION], f"expected {one_of(ACTIONS)}, not {action!r}")
    tags = _listed(record, TAGS, lambda _: None) or list(record.settings.get(TAGS, ()))
    if not tags and not fields.problems and action != "set":
        fields.say(names.get(TAGS), f"there are no tags to {action}: give some, or a column {TAGS}")
    return {ACTION: action, TAGS: tags}


def _listed(record: Record, key: str, check: Callable[[object], None]) -> list[str]:
    return take_list(record.fields, record.values, key, check)


def take_list(fields: Fields, record: Mapping[str, Any], key: str, check: Callable[[object], None]) -> list[str]:
    """Take the texts of a column that holds a list: in JSON, or with semicolons between them."""
    column = next((one for one in record if key_of(one) == key), None)
    if column is None:
        return []
    given = record[column]
    if not isinstance(given, list):
        text = fields.take(column)
        if text is None:
            return []
        given = text.split(";")
        if text.startswith("["):
            try:
                given = json.loads(text)
            except ValueError:
                fields.say(column, f"expected a JSON list or tags separated by semicolons, not {text!r}")
                return []
    if not all(isinstance(one, str) and one.strip() for one in given):
        fields.say(column, f"expected a list of strings, not {given!r}")
        return []
    for one in given:
        fields.check(column, lambda one=one: check(one.strip()))  # type: ignore[misc]
    return list(dict.fromkeys(one.strip() for one in given))
