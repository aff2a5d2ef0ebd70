"""The columns of a manifest: which of them say what is meant and where it goes, and what their values mean.

Names count in any case, with spaces around them. `file` is the API's own name of what is to be done; beside it `parent`
and `project` say where it goes. In a list of what there is, with `id` or `path` and no `file`, as the platform and
`files list` write it, they say where each thing *is*, and are never taken for a destination unless that is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from attrs import frozen

from sbg_bulk.settings.shown import shown
from sbg_bulk.text import command_line, either
from sbg_bulk.text_reader import BOM

REPORT_COLUMNS: Final = ("outcome", "new_id", "job", "api_code", "message")
"""What a report adds. A manifest that has all of them is a report, and its next report has them anew."""

SOURCE_COLUMN: Final = "source_path"
DESTINATION_COLUMN: Final = "destination_path"
"""The columns with the paths of what was named or chosen by its path, in reports and plans."""

SIZE_COLUMN: Final = "size"
"""The column with the bytes of a file that was chosen by its path, in reports."""

TYPE_COLUMN: Final = "type"
"""The column that says "folder" of a folder that was chosen, in reports and plans."""

IN_PROJECT: Final = "in_project"
IN_FOLDER: Final = "in_folder"
"""The columns of lists that say where something is."""

MISSING: Final = frozenset({"NA", "<NA>", "N/A", "nan", "NaN", "NAN", "None", "NULL", "Null", "null", "NaT"})
"""What R, pandas, databases and spreadsheets write into a table where there is no value."""

LITERAL: Final = "./"
"""In a table a name that begins so is meant as it goes on, even if that is one of `MISSING`: `./NA`."""

_AROUND: Final = f" \t\xa0\u200b{BOM}"
"""What is not seen at the ends of a cell."""

_BREAK: Final = re.compile("[\0-\x1f\x7f\x85\u2028\u2029]")

_ID: Final = 24
"""The characters of a file's id."""

_FILE: Final = "file"
_IDS: Final = (_FILE, "id", "file_id", "fileid")
_PATHS: Final = ("path", "file_path", SOURCE_COLUMN)
_ALMOST: Final = {
    **dict.fromkeys(("destination", "dest", "destination_folder", "destination_project"), "to"),
    **dict.fromkeys(("to_path", "to_folder", "to_project", "target_path", "target_folder", "target_project"), "to"),
    **dict.fromkeys(("new_name", "newname", "rename", "rename_to"), "name"),
}
"""Names of columns that mean nothing here, and what who writes them may mean."""

_MEANT: Final = frozenset({*_IDS, *_PATHS, "to", "parent", "project", "name", DESTINATION_COLUMN})
WHERE: Final = {"project": IN_PROJECT, "parent": IN_FOLDER}
"""What the columns of a list are called that say where something is, so that they are no destination."""

_ADDED: Final = frozenset(REPORT_COLUMNS)

# What a spreadsheet or pandas makes of an id that looks like a number. A 24-digit id may well have an `e` in it.
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]\d+|\d[.,]\d+[eE]\d+|\d{5,}[.,]0+")

USUAL_ID: Final = re.compile(r"[0-9a-f]{24}", re.IGNORECASE)
"""What the ids of files and folders look like, as far as was seen. Others are taken, too."""

_ERROR: Final = re.compile(r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!)")
_HELD: Final = re.compile(r"(?<![0-9a-z])[0-9a-f]{24}(?![0-9a-z])", re.IGNORECASE)
_ELSEWHERE: Final = re.compile(r"[a-z]:\\|(?!https?:|drs:)[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_URIS: Final = re.compile(r"(?:^|_)drs(?:_|$)")

Values: TypeAlias = Mapping[str, Any]


def key_of(name: str) -> str:
    """Return a column's name as it is compared: in any case, with spaces, hyphens and a byte order mark or without."""
    return re.sub(r"[\s\-]+", "_", name.strip().strip(BOM).strip().casefold())


@frozen
class Columns:
    """What the columns of a table, or the keys of a JSON object, mean.

    Attributes:
        sources: those that name the file or folder, by its id or path; the first that has a value counts.
        alike: these, and further ones with the names of columns of ids.
        to: the one that holds a destination, a path or a folder's id.
        parent: the one that holds a destination folder.
        project: the one that holds a destination project.
        target: the one that holds the whole path that something is to have.
        name: the one that holds a new name.
        unclear: those that mean nothing, and have names as if they were a destination or a new name, each with the
            name of the one that is.
        doubled: a name that means something, and that two of them have; None if there is none.
        others: the rest, each with the name that it has in a report.
    """

    sources: tuple[str, ...]
    alike: tuple[str, ...]
    to: str | None
    parent: str | None
    project: str | None
    target: str | None
    name: str | None
    unclear: tuple[tuple[str, str], ...]
    doubled: str | None
    others: tuple[tuple[str, str], ...]

    @property
    def destinations(self) -> tuple[str, ...]:
        """Return those that say where something goes."""
        return tuple(one for one in (self.to, self.parent, self.project, self.target) if one is not None)

    def carried_along(self, record: Values) -> dict[str, Any]:
        """Return the other columns of a record, with their names in a report."""
        return {name: record[column] for column, name in self.others if column in record}


@lru_cache(maxsize=256)
def columns_of(names: tuple[str, ...], *, deletion: bool, as_destination: bool) -> Columns:
    """Return what columns mean.

    Args:
        names: their names, as they stand there.
        deletion: whether there is no destination at all.
        as_destination: whether `parent` and `project` are one in a list of what there is, too.
    """
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(key_of(name), name)
    alike = [found[key] for key in (*_IDS, *_PATHS) if key in found]
    ids = [found[key] for key in _IDS if key in found]
    # Beside one of ids another may hold anything, such as the numbers of the rows.
    sources = [one for one in alike if one not in ids[1:]]
    if deletion:
        used: dict[str, str] = {}
    else:
        wanted = ["to", "name"]
        if _FILE in found or as_destination:
            wanted += ["parent", "project"]
        used = {key: found[key] for key in wanted if key in found}
        if DESTINATION_COLUMN in found and used.keys().isdisjoint({"to", "parent", "project"}):
            used[DESTINATION_COLUMN] = found[DESTINATION_COLUMN]
    kept = [name for name in names if name not in sources[:1] and name not in used.values()]
    where = {} if _FILE in found else WHERE
    return Columns(
        sources=tuple(sources),
        alike=tuple(alike),
        to=used.get("to"),
        parent=used.get("parent"),
        project=used.get("project"),
        target=used.get(DESTINATION_COLUMN),
        name=used.get("name"),
        unclear=() if deletion else tuple((one, _ALMOST[key]) for one in kept if (key := key_of(one)) in _ALMOST),
        doubled=duplicate(names),
        others=tuple(_free([(name, where.get(key_of(name), name)) for name in kept])),
    )


def _free(others: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Produce columns with names that are free in a report."""
    names = {name for _, name in others}
    if names >= _ADDED:
        yield from ((column, name) for column, name in others if name not in _ADDED)
        return
    for column, name in others:
        free = name
        while free in _ADDED or (free != name and free in names):
            free = f"manifest_{free}"
        yield column, free


def duplicate(names: Sequence[str]) -> str | None:
    """Return a name that two columns have, if there is one. In any case, if it is one that means something."""
    keys = [key if (key := key_of(name)) in _MEANT else name for name in names]
    return next((names[index] for index, key in enumerate(keys) if key in keys[:index]), None)


def does_nothing(name: str, meant: str) -> str:
    """Return what is said of a column that means nothing, and may be meant as another."""
    what = "the destination" if meant == "to" else "the new name"
    return (
        f"this column has no effect: rename it to {meant!r} if it is {what}, or to something unmistakable, such as "
        f"my_{key_of(name)}, if not"
    )


def unknown(names: Sequence[str], separator: str) -> str:
    """Return what is said of columns of which none names the files."""
    # What is no manifest may be a token, which is longer than an id.
    told = ", ".join(repr(shown(name) if len(name) > _ID else name) for name in names[:12]) + (
        ", ..." if len(names) > 12 else ""
    )
    found = f"found {told} (separated by {separator})" if len(names) > 1 else f"found only {told}"
    if any(_URIS.search(key_of(name)) for name in names):
        listing = either(command_line("files", "list", "PLACE", "--json"), "client.files(PLACE)")
        return (
            f"{found}. This is a manifest of DRS URIs, which are not files of the platform yet: import them, "
            f"then list the imported files with: {listing}"
        )
    return (
        f"no column names the files: {found}. The first row must have the names of the columns: file or id for ids, "
        f"path for paths"
    )


@frozen
class Naming:
    """The columns that say what a row means, for one kind of manifest.

    Attributes:
        keys: their names, as they are compared.
        listed: the one that a list without columns is taken for.
        sources: which of the columns of a table count, the first first.
        unknown: what is said of columns of which none is such a one, and of what separates them.
    """

    keys: frozenset[str]
    listed: str
    sources: Callable[[tuple[str, ...]], tuple[str, ...]]
    unknown: Callable[[Sequence[str], str], str]

    def in_any(self, names: Iterable[str]) -> bool:
        """Return whether one of these columns can say what a row means."""
        return not self.keys.isdisjoint(map(key_of, names))


FILES: Final = Naming(
    frozenset((*_IDS, *_PATHS)),
    _FILE,
    lambda names: columns_of(names, deletion=True, as_destination=False).sources,
    unknown,
)
"""Files and folders of the platform, by their ids or paths."""


def is_missing(value: str) -> bool:
    """Return whether a value of a table stands for none."""
    return value.strip() in MISSING


def is_comment(text: str) -> bool:
    """Return whether a line, or its first cell, is for people: it begins with #, and not with what Excel writes."""
    return text.startswith("#") and not _ERROR.match(text)


def is_error(value: str) -> bool:
    """Return whether a value is the error value of a formula in a spreadsheet."""
    return _ERROR.fullmatch(value) is not None


def not_a_name(name: str) -> str | None:
    """Return why a name in a table is probably not meant so; None if it may be.

    What begins with `LITERAL` is meant.
    """
    if name.startswith(LITERAL):
        return None
    if _BREAK.search(name):
        wrong, remedy = "contains a line break or another control character", "remove it"
    elif name != name.strip(_AROUND):
        wrong, remedy = "has spaces around it", "remove them"
    elif name.startswith("="):
        wrong, remedy = "is a spreadsheet formula", "export its value"
    elif _NUMBER.fullmatch(name):
        wrong, remedy = "is a number in spreadsheet format", "export the column as text"
    elif "\ufffd" in name:
        wrong, remedy = "has lost a character in a conversion", "correct it"
    else:
        return None
    return f"{name!r} {wrong}: {remedy} or, if that is intended, put {LITERAL} before it"


def is_number(value: str) -> bool:
    """Return whether a value is a number as spreadsheets and pandas write one in place of an id."""
    return _NUMBER.fullmatch(value.strip()) is not None


def escaped(column: str, value: str) -> str:
    """Return a text as a table has it, so that it is read again as it is: a name, or the path of something."""
    if column == "name" and (is_missing(value) or value.startswith(LITERAL) or not_a_name(value)):
        return f"{LITERAL}{value}"
    # Spaces at the end are dropped.
    return f"{value}/" if column in (SOURCE_COLUMN, DESTINATION_COLUMN) and value != value.rstrip() else value


def not_an_id(value: str) -> str | None:
    """Return what is wrong with a text that stands where an id or a path is wanted; None if it may be one."""
    if value.casefold().startswith("drs://"):
        return f"{value!r} is a DRS URI, not a file of the platform: import it, and give the id of the imported file"
    if _NUMBER.fullmatch(value):
        return (
            f"{value!r} is an id that a spreadsheet turned into a number, and its digits are lost: export the list "
            f"again, and import the id column as text"
        )
    if value.startswith("="):
        return f"{value!r} is a spreadsheet formula: export its value, the id or path alone"
    if _ELSEWHERE.match(value):
        return f"{value!r} is not on the platform: give an id, or a path, owner/project/folder/..."
    if "/" not in value and _HELD.search(value) and not USUAL_ID.fullmatch(value):
        return f"{value!r} contains more than an id: keep only the id"
    return None
