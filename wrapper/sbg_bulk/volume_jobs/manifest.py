"""Manifests of exports: files by their ids or paths, and where on a volume each goes.

The columns of the file are those of `sbg_bulk.runs.columns`. Beside it `volume` and `location` say where it goes. With
a destination for all rows, `[NAME:]VOLUME[:PREFIX]`, a location is below that, and a row without one is named as its
`name` or the end of its path says. `overwrite` is true or false. `sse_algorithm`, `sse_aws_kms_key_id`,
`aws_canned_acl` and `aws_storage_class` say how the object is written. Other columns are carried along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

from attrs import evolve

from sbg_bulk import text_reader
from sbg_bulk.errors import InputError
from sbg_bulk.items import ExportItem, check_location, check_volume
from sbg_bulk.runs import forms
from sbg_bulk.runs.columns import SOURCE_COLUMN, columns_of, key_of
from sbg_bulk.runs.forms import Format, ReadFormat
from sbg_bulk.runs.problems import Problem
from sbg_bulk.runs.rows import WHAT, Defaults, PathRow, Row, Rows
from sbg_bulk.text import either
from sbg_bulk.transfers.manifest import Fields
from sbg_bulk.volume_jobs.misnamed import misnamed
from sbg_bulk.volumes.places import VolumePlace, writable_place

WRITTEN_AS: Final = ("sse_algorithm", "sse_aws_kms_key_id", "aws_canned_acl", "aws_storage_class")
_OWN: Final = ("volume", "location", "overwrite", *WRITTEN_AS)
_MEANT: Final = (*_OWN, "file", "path", "name")


def read(stream: IO[bytes], form: ReadFormat | None, defaults: Defaults, promised: Format | None) -> Rows:
    """Read a manifest of exports, one row at a time; see `sbg_bulk.runs.family.Family.read`."""
    if defaults.project is not None or defaults.parent is not None:
        raise InputError(f"An export goes to a volume: give {either('--to VOLUME:PREFIX', 'to')}.")
    place = None if defaults.to is None else writable_place(defaults.to)
    found = forms.read(text_reader.text_of(stream, WHAT), form, promised)
    return Rows(found.form, _rows(found, place))


def _rows(found: forms.Form, place: VolumePlace | None) -> Iterator[Row | PathRow | Problem]:
    empty, told = True, set[str]()
    for number, record in found.records:
        empty = False
        if isinstance(record, Problem):
            yield record
            continue
        fields = Fields(
            number, record, columns_of(tuple(record), deletion=True, as_destination=False), found.literal, found.spaced
        )
        fields.take_source()
        for column, message in misnamed(tuple(record), _MEANT):
            if column not in told and fields.take(column) is not None:
                told.add(column)  # once says it of all rows
                fields.say(column, message)
        row = _row(number, record, fields, place) if not fields.problems else None
        if row is not None:
            yield row
            continue
        file = fields.values.get("file")
        yield evolve(fields.problems[0], source=file)
        yield from fields.problems[1:]
    if empty:
        yield Problem(0, None, "it has no rows")


def _row(number: int, record: Mapping[str, Any], fields: Fields, place: VolumePlace | None) -> Row | PathRow | None:
    """Return the row that a record is; None if it is not fit, which is noted."""
    columns = {key_of(column): column for column in record}
    values: dict[str, Any] = {"file": fields.values["file"]}
    for key in ("volume", "location", "name", *WRITTEN_AS):
        if key in columns and (value := fields.take(columns[key])) is not None:
            values[key] = value
    if "overwrite" in columns and fields.take_flag(columns["overwrite"]):
        values["overwrite"] = True
    name = values.pop("name", None) or (values["file"].rpartition("/")[2] if fields.source is not None else None)
    if place is not None:
        below = values.get("location") or name
        if "volume" in values:
            fields.say(
                columns["volume"],
                f"the command gives a destination for all rows ({place.volume}): remove one of the two",
            )
        elif below is not None:
            values |= {"volume": place.volume, "location": place.prefix + below}
    for key, needed in (("volume", "a column volume"), ("location", "a column location, or name with a destination")):
        if key not in values and not fields.problems:
            to = either("--to VOLUME:PREFIX", "to")
            fields.say(columns.get(key), f"the destination is missing: give {to}, or {needed}")
    for key, check in (("volume", check_volume), ("location", check_location)):
        if key in values and not fields.problems:
            fields.check(columns.get(key, key), lambda key=key, check=check: check(values[key]))  # type: ignore[misc]
    if fields.problems:
        return None
    extra = {key: value for key, value in fields.columns.carried_along(record).items() if key_of(key) not in _OWN}
    if fields.source is not None:
        extra.setdefault(SOURCE_COLUMN, values["file"])
    else:
        return Row(number, ExportItem(**values), extra)
    file = values.pop("file")
    return PathRow(number, file, fields.source, None, None, None, None, None, extra, values)
