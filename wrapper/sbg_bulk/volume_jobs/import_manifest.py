"""Manifests of imports: objects and folders of volumes, and where in a project each goes.

`volume` and `location` name the object or, with a slash at the end, the folder; or `source` does, as `VOLUME:LOCATION`.
`to`, `project` or `parent` say where it goes, and `name` what it is called there. `overwrite`, `autorename` and
`preserve_folder_structure` are true or false, as of the API. `metadata.KEY` is a key of the metadata that the file
gets, once it is there; in JSON `metadata` may hold all keys. Other columns are carried along.

In a report of imports that have failed `new_id` names a file that was imported, but whose metadata could not be set:
then only that is done. `imported_id` says the same in any manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

from sbg_bulk import text_reader
from sbg_bulk.errors import InputError
from sbg_bulk.metadata.items import PREFIX
from sbg_bulk.metadata.manifest import take_prefixed
from sbg_bulk.runs import forms
from sbg_bulk.runs.columns import REPORT_COLUMNS, Naming, columns_of, does_nothing, key_of
from sbg_bulk.runs.forms import Format, ReadFormat
from sbg_bulk.runs.problems import Problem
from sbg_bulk.runs.rows import WHAT, Defaults, PathRow, Row, Rows
from sbg_bulk.transfers.manifest import Destinations, Fields
from sbg_bulk.volume_jobs.described import IMPORTED, in_columns, item_of
from sbg_bulk.volume_jobs.misnamed import misnamed
from sbg_bulk.volumes.places import is_volume_place, volume_place

_FLAGS: Final = ("overwrite", "autorename", "preserve_folder_structure")
_OWN: Final = ("volume", "location", "source", IMPORTED, *_FLAGS)
_PLACES: Final = {"source": 0, "location": 1, "volume": 2}

_UNKNOWN: Final = (
    "no column names what to import: found {}. The first row must have the names of the columns: volume "
    "and location, or source for VOLUME:LOCATION"
)

OBJECTS: Final = Naming(
    frozenset(_PLACES),
    "source",
    lambda names: tuple(sorted((one for one in names if key_of(one) in _PLACES), key=lambda one: _PLACES[key_of(one)])),
    lambda names, _: _UNKNOWN.format(", ".join(map(repr, names))),
)
"""Objects and folders of volumes."""

_MEANT: Final = (*_OWN, "to", "project", "parent", "name")


def read(stream: IO[bytes], form: ReadFormat | None, defaults: Defaults, promised: Format | None) -> Rows:
    """Read a manifest of imports, one row at a time; see `sbg_bulk.runs.family.Family.read`."""
    found = forms.read(text_reader.text_of(stream, WHAT), form, promised, OBJECTS)
    return Rows(found.form, _rows(found, Destinations(defaults)))


def _rows(found: forms.Form, destinations: Destinations) -> Iterator[Row | PathRow | Problem]:
    empty, told = True, set[str]()
    for number, record in found.records:
        empty = False
        if isinstance(record, Problem):
            yield record
            continue
        names = tuple(record)
        fields = Fields(
            number, record, columns_of(names, deletion=False, as_destination=True), found.literal, found.spaced
        )
        wrong = [(column, does_nothing(column, meant)) for column, meant in fields.columns.unclear]
        for column, message in (*wrong, *misnamed(names, _MEANT)):
            if column not in told and fields.take(column) is not None:
                told.add(column)  # once says it of all rows
                fields.say(column, message)
        row = _row(number, record, fields, destinations, found.literal) if not fields.problems else None
        if row is not None:
            yield row
        yield from fields.problems
    if empty:
        yield Problem(0, None, "it has no rows")


def _row(
    number: int, record: Mapping[str, Any], fields: Fields, destinations: Destinations, literal: bool
) -> Row | PathRow | None:
    """Return the row that a record is; None if it is not fit, which is noted."""
    columns = {key_of(column): column for column in record}
    values = _source(fields, columns)
    for key in _FLAGS:
        if key in columns and (flag := fields.take_flag(columns[key])) is not None:
            values[key] = flag
    values |= in_columns(take_prefixed(fields, record, literal))
    if (made := _made(fields, columns, record)) is not None:
        values[IMPORTED] = made
    destinations.take(fields)
    fields.take_name()
    if fields.problems:
        return None
    to = fields.values.pop("to", None)
    try:
        known: dict[str, Any] = {**values, **fields.values}
        item = item_of(known if to is None else {**known, "parent": "unknown"})
    except InputError as error:
        key, _, message = str(error).partition(": ")
        fields.say(columns.get(key) or columns.get("location") or columns.get("source"), message)
        return None
    extra = {name: value for name, value in record.items() if name in fields.columns.sources[:1]}
    extra |= {key: value for key, value in fields.columns.carried_along(record).items() if not _is_taken(key)}
    if to is None:
        return Row(number, item, extra)
    return PathRow(number, item.identity, None, to, fields.target, None, None, item.name, extra, values)


def _is_taken(column: str) -> bool:
    return key_of(column) in _OWN or column.startswith(PREFIX) or column == PREFIX[:-1]


def _made(fields: Fields, columns: Mapping[str, str], record: Mapping[str, Any]) -> str | None:
    """Return the id of the file that a row is already, if only its metadata is left to be set."""
    if set(REPORT_COLUMNS) <= record.keys() and record["outcome"] == "failed" and (made := fields.take("new_id")):
        return made
    return fields.take(columns[IMPORTED]) if IMPORTED in columns else None


def _source(fields: Fields, columns: Mapping[str, str]) -> dict[str, Any]:
    """Take what is to be imported."""
    found = {key: value for key in ("volume", "location") if key in columns and (value := fields.take(columns[key]))}
    text = fields.take(columns["source"]) if "source" in columns else None
    if text is None:
        for key in ("volume", "location"):
            if key not in found and not fields.problems:
                fields.say(columns.get(key), "the object to import is missing: give volume and location, or source")
    elif found:
        fields.say(columns["source"], f"{', '.join(found)} and source both say what to import: remove one of them")
    elif not is_volume_place(text):
        fields.say(columns["source"], f"expected VOLUME:LOCATION, such as owner/volume:folder/file.bam, not {text!r}")
    else:

        def divide() -> None:
            place = volume_place(text)
            if (platform := place.deployment) is not None:
                raise InputError(f"{text!r} names a platform: remove {platform}:")
            found.update(volume=place.volume, location=place.prefix)

        fields.check(columns["source"], divide)
    return found
