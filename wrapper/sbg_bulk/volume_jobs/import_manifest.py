"""Manifests of imports: objects and folders of volumes, and where in a project each goes.

`volume` and `location` name the object or, with a slash at the end, the folder; or `source` does, as `VOLUME:LOCATION`.
`to`, `project` or `parent` say where it goes, and `name` what it is called there. `overwrite`, `autorename` and
`preserve_folder_structure` are true or false, as of the API. Other columns are carried along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

from sbg_bulk import text_reader
from sbg_bulk.errors import InputError
from sbg_bulk.items import ImportItem
from sbg_bulk.runs import forms
from sbg_bulk.runs.columns import Naming, columns_of, does_nothing, key_of
from sbg_bulk.runs.forms import Format, ReadFormat
from sbg_bulk.runs.problems import Problem
from sbg_bulk.runs.rows import WHAT, Defaults, PathRow, Row, Rows
from sbg_bulk.transfers.manifest import Destinations, Fields
from sbg_bulk.volume_jobs.misnamed import misnamed
from sbg_bulk.volumes.places import is_volume_place, volume_place

_FLAGS: Final = ("overwrite", "autorename", "preserve_folder_structure")
_OWN: Final = ("volume", "location", "source", *_FLAGS)
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
        row = _row(number, record, fields, destinations) if not fields.problems else None
        if row is not None:
            yield row
        yield from fields.problems
    if empty:
        yield Problem(0, None, "it has no rows")


def _row(number: int, record: Mapping[str, Any], fields: Fields, destinations: Destinations) -> Row | PathRow | None:
    """Return the row that a record is; None if it is not fit, which is noted."""
    columns = {key_of(column): column for column in record}
    values = _source(fields, columns)
    for key in _FLAGS:
        if key in columns and (flag := fields.take_flag(columns[key])) is not None:
            values[key] = flag
    destinations.take(fields)
    fields.take_name()
    if fields.problems:
        return None
    to = fields.values.pop("to", None)
    try:
        known: dict[str, Any] = {**values, **fields.values}
        item = ImportItem(**known) if to is None else ImportItem(**known, parent="unknown")
    except InputError as error:
        key, _, message = str(error).partition(": ")
        fields.say(columns.get(key) or columns.get("location") or columns.get("source"), message)
        return None
    extra = {name: value for name, value in record.items() if name in fields.columns.sources[:1]}
    extra |= {key: value for key, value in fields.columns.carried_along(record).items() if key_of(key) not in _OWN}
    if to is None:
        return Row(number, item, extra)
    return PathRow(number, item.identity, None, to, fields.target, None, None, item.name, extra, values)


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
