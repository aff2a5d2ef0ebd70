"""What is to be changed in the metadata or the tags of a file, validated; and the columns that say it in a table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from attrs import frozen

from sbg_bulk.errors import InputError
from sbg_bulk.items import check_id
from sbg_bulk.runs.columns import FILES, REPORT_COLUMNS, key_of
from sbg_bulk.text import one_of

if TYPE_CHECKING:
    # The command line reads its options with this module, and most of its commands need no HTTP.
    from sbg_bulk.models.resources import File

LONGEST_KEY: Final = 100
LONGEST_VALUE: Final = 300
"""Bytes of a key and of a value in UTF-8 (https://docs.sevenbridges.com/docs/format-of-a-manifest-file)."""

MOST_KEYS: Final = 1000
"""Keys of a file."""

PREFIX: Final = "metadata."
"""What the name of a column begins with that is a key, whatever else its name may mean: `metadata.name`."""

FILE: Final = "file"
CLEAR: Final = "clear"
ACTION: Final = "action"
TAGS: Final = "tags"

ABOUT_FILES: Final = frozenset(
    {"name", "type", "size", "project", "parent", "in_project", "in_folder", "folder", "href"}
    | {"created_on", "modified_on"}
)
"""The columns of lists of files that say what a file is. They are no keys, and are carried along."""

OF_OTHERS: Final = frozenset(
    {"to", "destination_path", "destination", "volume", "location", "source", "drs_uri", "overwrite", "autorename"}
    | {"conflict_resolution", ACTION, TAGS}
)
"""The columns of other manifests: such a file was probably made for something else."""

ACTIONS: Final = ("add", "remove", "set")

Described: TypeAlias = tuple[list[str], dict[str, Any]]
"""The tags and the metadata of a file."""


class Change(Protocol):
    """What is to be changed in a file."""

    @property
    def file(self) -> str: ...

    def made(self, file: File) -> Described:
        """Return the tags and the metadata that the file is to have, those that stay among them. None removes a key."""

    def differences(self, file: File) -> list[tuple[str, str | None, str | None]]:
        """Return what of this a file has not: the key, or `tags`; what it has; what it is to have."""


def column_of(key: str) -> str:
    """Return the name of the column that a key of metadata has in a table."""
    told = key_of(key)
    plain = (
        told not in ABOUT_FILES | OF_OTHERS | {CLEAR}
        and key not in REPORT_COLUMNS
        and not FILES.in_any([key])
        and not key.startswith(PREFIX)
        and key == key.strip()
    )
    return key if plain else f"{PREFIX}{key}"


def key_in(column: str) -> str:
    """Return the key of metadata that a column is."""
    return column.removeprefix(PREFIX)


def check_key(key: object) -> None:
    """Raise InputError unless this can be a key of metadata."""
    if not isinstance(key, str) or not key.strip():
        raise InputError(f"the metadata key is empty: expected 1 to {LONGEST_KEY} bytes")
    if _bytes(key) > LONGEST_KEY:
        raise InputError(f"the key has {_bytes(key)} bytes in UTF-8; at most {LONGEST_KEY} are allowed: shorten it")
    if not key.isprintable():
        raise InputError(f"the key {key!r} has a character that cannot be printed: remove it")


def check_value(value: object) -> None:
    """Raise InputError unless this can be a value of metadata."""
    if not isinstance(value, str):
        raise InputError(f"expected text, not {value!r}")
    if _bytes(value) > LONGEST_VALUE:
        raise InputError(f"the value has {_bytes(value)} bytes in UTF-8; at most {LONGEST_VALUE} are allowed")


def check_tag(tag: object) -> None:
    """Raise InputError unless this can be a tag."""
    if not isinstance(tag, str) or not tag.strip():
        raise InputError(f"tags: expected text, not {tag!r}.")


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


@frozen
class MetadataItem:
    """A file, and what is to become of its metadata. Keys that are not named stay as they are.

    Attributes:
        file: the file's id.
        values: the new values, by key.
        clear: the keys that are to be removed.

    Raises:
        InputError: a key or a value is malformed, one is both set and removed, or nothing is to be done.
    """

    file: str
    values: Mapping[str, str]
    clear: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        check_id(FILE, self.file)
        for key, value in self.values.items():
            check_key(key)
            check_value(value)
        for key in self.clear:
            check_key(key)
        if both := sorted(set(self.clear) & set(self.values)):
            raise InputError(f"{both[0]} is both set and removed: keep one of the two.")

    @property
    def identity(self) -> str:
        """Return what no two items of a run have in common: the file."""
        return self.file

    def as_row(self) -> dict[str, Any]:
        """Return the item as a row of a table, by its columns."""
        return {FILE: self.file, **in_columns(self.values), **({CLEAR: list(self.clear)} if self.clear else {})}

    @classmethod
    def from_row(cls, values: Mapping[str, Any]) -> MetadataItem:
        """Return the item that a row is."""
        keys = {key_in(name): value for name, value in values.items() if name not in (FILE, CLEAR)}
        return cls(values[FILE], keys, tuple(values.get(CLEAR) or ()))

    def made(self, file: File) -> Described:
        return list(file.tags or ()), {**_raw(file), **self.values, **dict.fromkeys(self.clear)}

    def differences(self, file: File) -> list[tuple[str, str | None, str | None]]:
        has = _metadata(file)
        wanted: dict[str, str | None] = {**self.values, **dict.fromkeys(self.clear)}
        return [(key, has.get(key), value) for key, value in wanted.items() if has.get(key) != value]


@frozen
class TagItem:
    """A file, and what is to become of its tags.

    Attributes:
        file: the file's id.
        action: `add` or `remove` these tags, or `set` them in place of those that it has.
        tags: the tags. Only to set there may be none, which removes all.

    Raises:
        InputError: an attribute is missing or malformed.
    """

    file: str
    action: str
    tags: tuple[str, ...]

    def __attrs_post_init__(self) -> None:
        check_id(FILE, self.file)
        if self.action not in ACTIONS:
            raise InputError(f"{ACTION}: expected {one_of(ACTIONS)}, not {self.action!r}.")
        for tag in self.tags:
            check_tag(tag)
        if not self.tags and self.action != "set":
            raise InputError(f"{TAGS}: nothing to {self.action}.")

    @property
    def identity(self) -> str:
        """Return what no two items of a run have in common: the file."""
        return self.file

    def as_row(self) -> dict[str, Any]:
        """Return the item as a row of a table, by its columns."""
        return {FILE: self.file, ACTION: self.action, TAGS: list(self.tags)}

    @classmethod
    def from_row(cls, values: Mapping[str, Any]) -> TagItem:
        """Return the item that a row is."""
        return cls(values[FILE], values[ACTION], tuple(values[TAGS]))

    def made(self, file: File) -> Described:
        has = list(file.tags or ())
        if self.action == "set":
            has = []
        if self.action == "remove":
            return [tag for tag in has if tag not in self.tags], _raw(file)
        return list(dict.fromkeys((*has, *self.tags))), _raw(file)

    def differences(self, file: File) -> list[tuple[str, str | None, str | None]]:
        has, wanted = file.tags or (), self.made(file)[0]
        return [] if set(has) == set(wanted) else [(TAGS, _joined(has), _joined(wanted))]


def in_columns(values: Mapping[str, str]) -> dict[str, str]:
    """Return metadata by the columns that it has in a table."""
    return {column_of(key): value for key, value in values.items()}


def _raw(file: File) -> dict[str, Any]:
    return {key: value for key, value in (file.metadata or {}).items() if value is not None}


def _metadata(file: File) -> dict[str, str]:
    """Return the metadata of a file; a key without a value is none."""
    return {key: str(value) for key, value in _raw(file).items()}


def _joined(tags: Collection[str]) -> str | None:
    return ", ".join(sorted(tags)) or None
