"""Manifests of imports by DRS, as portals and the platform write them: an address in each row, and its metadata.

`drs_uri` is the address, `drs://host/id` or `drs://prefix:id`; a list has one on each line. `name`, or `file_name` as
portals call it, is the name that the file gets. `to`, `project` or `parent` say where it goes, unless one place is
given for all. Each other column is a key of metadata, but for those that say what the object is (`size`, `id`, ...),
which are carried along; a key of such a name has the column `metadata.size`. An empty cell gives no value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, Final

from attrs import evolve

from sbg_bulk import text_reader
from sbg_bulk.drs.items import CONFLICTS, OWN, RESOLUTIONS, URI, DrsItem, check_uri
from sbg_bulk.errors import InputError
from sbg_bulk.items import check_name
from sbg_bulk.metadata.items import ABOUT_FILES, TAGS, check_key, check_tag, check_value, column_of, key_in
from sbg_bulk.metadata.manifest import check_settings, take_list
from sbg_bulk.runs import forms
from sbg_bulk.runs.columns import FILES, REPORT_COLUMNS, Naming, columns_of, key_of
from sbg_bulk.runs.forms import Format, ReadFormat
from sbg_bulk.runs.problems import Problem
from sbg_bulk.runs.rows import WHAT, Defaults, PathRow, Row, Rows
from sbg_bulk.text import either, one_of
from sbg_bulk.transfers.manifest import Destinations, Fields

_URIS: Final = (URI, "drs", "drs_url", "drs_id", "ga4gh_drs_uri", "drs_object_uri")
_NAMES: Final = ("name", "file_name", "filename")
_UNKNOWN: Final = (
    "no column has the DRS URIs: found {}. The first row must have the names of the columns: drs_uri for DRS URIs"
)
_FOREIGN: Final = frozenset({"volume", "location", "source", "overwrite", "autorename", "action", "clear"})


def _sources(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted((one for one in names if key_of(one) in _URIS), key=lambda one: _URIS.index(key_of(one))))


OBJECTS: Final = Naming(
    frozenset(_URIS), URI, _sources, lambda names, _: _UNKNOWN.format(", ".join(map(repr, names[:12])))
)
"""Objects of repositories, by their addresses."""


def read(stream: IO[bytes], form: ReadFormat | None, defaults: Defaults, promised: Format | None) -> Rows:
    """Read a manifest of imports by DRS, one row at a time; see `sbg_bulk.runs.family.Family.read`."""
    conflicts = defaults.settings.get(CONFLICTS, RESOLUTIONS[0])
    if set(defaults.settings) - {CONFLICTS, TAGS}:
        raise InputError(f"settings: a DRS import takes only {CONFLICTS} and {TAGS}.")
    check_settings({name: value for name, value in defaults.settings.items() if name == TAGS}, (TAGS,))
    if str(conflicts).upper() not in RESOLUTIONS:
        raise InputError(f"{CONFLICTS}: expected {one_of(RESOLUTIONS)}, not {conflicts!r}.")
    found = forms.read(text_reader.text_of(stream, WHAT), form, promised, OBJECTS)
    given = str(conflicts).upper() if CONFLICTS in defaults.settings else None
    tags = tuple(dict.fromkeys(defaults.settings.get(TAGS) or ())) or None
    return Rows(found.form, _Reader(Destinations(defaults), found.literal, found.spaced, given, tags).rows(found))


class _Reader:
    """What makes rows of records."""

    def __init__(
        self,
        destinations: Destinations,
        literal: bool,
        spaced: bool,
        conflicts: str | None,
        tags: tuple[str, ...] | None,
    ) -> None:
        self._destinations = destinations
        self._literal = literal
        self._spaced = spaced
        self._conflicts = conflicts
        self._tags = tags
        self._said: set[tuple[str | None, str]] = set()

    def rows(self, found: forms.Form) -> Iterator[Row | PathRow | Problem]:
        empty = True
        for number, record in found.records:
            empty = False
            if isinstance(record, Problem):
                yield record
                continue
            yield from self._row(number, record)
        if empty:
            yield Problem(0, None, "it has no rows")

    def _row(self, number: int, record: Mapping[str, Any]) -> Iterator[Row | PathRow | Problem]:
        columns = columns_of(tuple(record), deletion=False, as_destination=True)
        fields = Fields(number, record, columns, self._literal, self._spaced)
        if columns.doubled is not None:
            fields.say(columns.doubled, "two keys have this name: remove one")
        uri = self._take_uri(fields, record)
        values = self._take_metadata(fields, record) if not fields.problems else {}
        if not fields.problems:
            self._take_name(fields, record)
            self._destinations.take(fields)
            values[CONFLICTS] = self._take_conflicts(fields, record)
            values |= self._take_tags(fields, record)
        if not fields.problems:
            yield self._made(number, fields, {URI: uri, **values}, record)
            return
        new = [one for one in fields.problems if one.column is None or (one.column, one.message) not in self._said]
        self._said.update((one.column, one.message) for one in new)
        for index, one in enumerate(new):
            yield evolve(one, source=uri if not index else None)

    def _take_uri(self, fields: Fields, record: Mapping[str, Any]) -> str | None:
        sources = _sources(tuple(record))
        if not sources:
            fields.say(None, f"no key has the DRS URI: found {', '.join(map(repr, record)) or 'none'}. Use {URI}")
            return None
        uri = next((value for column in sources if (value := fields.take(column)) is not None), None)
        if uri is None and not fields.problems:
            fields.say(sources[0], "the DRS URI is missing")
        elif uri is not None:

            def check() -> None:
                try:
                    check_uri(uri)
                except InputError as error:
                    raise InputError(str(error).removeprefix(f"{URI}: ")) from None

            fields.check(sources[0], check)
        return uri

    def _take_metadata(self, fields: Fields, record: Mapping[str, Any]) -> dict[str, Any]:
        report = set(REPORT_COLUMNS) <= record.keys()
        destinations, found = fields.columns.destinations, dict[str, str]()
        for column, given in record.items():
            key = key_of(column)
            if column == "metadata" and self._literal and isinstance(given, dict):
                found |= self._checked(fields, {name: (f"metadata.{name}", value) for name, value in given.items()})
            elif self._is_none(key, column) or column in destinations or (report and column in REPORT_COLUMNS):
                continue
            elif fields.take(column) is not None:
                if key in _FOREIGN:
                    fields.say(
                        column,
                        "this column belongs to another kind of manifest: remove it, or rename it to "
                        f"metadata.{column} if it is a metadata key",
                    )
                else:
                    found |= self._checked(fields, {key_in(column): (column, given)})
        return {column_of(key): value for key, value in found.items()}

    def _is_none(self, key: str, column: str) -> bool:
        """Return whether a column is no key of metadata."""
        return key in {*_URIS, *_NAMES, *OWN, TAGS, *ABOUT_FILES} or FILES.in_any([column])

    def _checked(self, fields: Fields, given: Mapping[str, tuple[str, Any]]) -> dict[str, str]:
        found = {}
        for key, (column, value) in given.items():
            if value is None or value == "":
                continue
            before = len(fields.problems)
            fields.check(column, lambda key=key: check_key(key))  # type: ignore[misc]
            fields.check(column, lambda value=value: check_value(value))  # type: ignore[misc]
            if len(fields.problems) == before:
                found[key] = value
        return found

    def _take_name(self, fields: Fields, record: Mapping[str, Any]) -> None:
        if fields.columns.name is not None:
            fields.take_name()
            return
        column = next((one for one in record if key_of(one) in _NAMES), None)
        if column is not None and (name := fields.take(column)) is not None:
            fields.values["name"] = name
            fields.check(column, lambda: check_name(name))

    def _take_conflicts(self, fields: Fields, record: Mapping[str, Any]) -> str:
        column = next((one for one in record if key_of(one) == CONFLICTS), None)
        said = None if column is None else fields.take(column)
        if said is None:
            return self._conflicts or RESOLUTIONS[0]
        if said.upper() not in RESOLUTIONS:
            fields.say(column, f"expected {one_of(RESOLUTIONS)}, not {said!r}")
        self._conflicts = self._conflicts or said.upper()
        if said.upper() != self._conflicts:
            to = either("--on-conflict", "on_conflict")
            fields.say(
                column, f"all rows must treat existing names alike, and an earlier row or {to} says {self._conflicts}"
            )
        return self._conflicts

    def _take_tags(self, fields: Fields, record: Mapping[str, Any]) -> dict[str, list[str]]:
        """Take the tags, which the service takes once for a job."""
        said = tuple(take_list(fields, record, TAGS, check_tag))
        column = next((one for one in record if key_of(one) == TAGS), None)
        if said and not fields.problems:
            self._tags = said if self._tags is None else self._tags
            if set(said) != set(self._tags):
                told = ", ".join(self._tags) or "none"
                fields.say(
                    column, f"all files of a run get the same tags, here {told}: put the others into another run"
                )
        elif not said and self._tags is None:
            self._tags = ()  # of the rows that follow too
        return {TAGS: list(self._tags)} if self._tags else {}

    def _made(self, number: int, fields: Fields, values: dict[str, Any], record: Mapping[str, Any]) -> Row | PathRow:
        to = fields.values.pop("to", None)
        where = fields.values
        named: Sequence[str] = (*_URIS, *_NAMES, *OWN, TAGS)
        extra = {
            name: value
            for name, value in fields.columns.carried_along(record).items()
            if key_of(name) not in named and (key_of(name) in ABOUT_FILES or FILES.in_any([name]))
        }
        if to is None:
            return Row(number, DrsItem.from_row({**values, **where}), extra)
        return PathRow(number, values[URI], None, to, fields.target, None, None, where.get("name"), extra, more=values)
