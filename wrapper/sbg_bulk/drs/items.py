"""What is to be imported by DRS, validated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from attrs import field, frozen

from sbg_bulk.errors import InputError
from sbg_bulk.items import check_destination, check_name
from sbg_bulk.metadata.items import TAGS, check_key, check_tag, check_value, in_columns, key_in
from sbg_bulk.text import one_of

URI: Final = "drs_uri"
CONFLICTS: Final = "conflict_resolution"

RESOLUTIONS: Final = ("SKIP", "RENAME", "OVERWRITE")
"""What is done with an object whose name is taken where it goes; the first unless something else is said."""

OWN: Final = (URI, "parent", "project", "name", CONFLICTS)
"""The columns of an item that are no keys of metadata."""

_URI: Final = re.compile(r"drs://[^/:?#\s]+[/:][^?#\s]+")


def check_uri(value: object) -> None:
    """Raise InputError unless this can be the address of an object: `drs://host/id`, or `drs://prefix:id`."""
    if not isinstance(value, str) or not _URI.fullmatch(value) or not value.isprintable():
        raise InputError(f"{URI}: expected drs://host/id or drs://prefix:id, not {value!r}.")


@frozen
class DrsItem:
    """An object of a repository, and where it goes.

    Attributes:
        drs_uri: its address.
        parent: the id of the destination folder. Exclusive with `project`.
        project: the destination project; its root is meant.
        name: the name that it gets; None for the one that it has in the repository.
        conflict_resolution: SKIP, RENAME or OVERWRITE: what is done if the name is taken. One for all of a run.
        metadata: the metadata that it gets, by key.
        tags: the tags that it gets. The same for all of a run.

    Raises:
        InputError: an attribute is missing or malformed.
    """

    drs_uri: str
    parent: str | None = None
    project: str | None = None
    name: str | None = None
    conflict_resolution: str = RESOLUTIONS[0]
    metadata: Mapping[str, str] = field(factory=dict)
    tags: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        check_uri(self.drs_uri)
        check_destination(self.parent, self.project)
        check_name(self.name)
        if self.conflict_resolution not in RESOLUTIONS:
            raise InputError(f"{CONFLICTS}: expected {one_of(RESOLUTIONS)}, not {self.conflict_resolution!r}.")
        for key, value in self.metadata.items():
            check_key(key)
            check_value(value)
        for tag in self.tags:
            check_tag(tag)

    @property
    def identity(self) -> str:
        """Return what no two items of a run have in common: the address."""
        return self.drs_uri

    def as_row(self) -> dict[str, Any]:
        """Return the item as a row of a table, by its columns."""
        tags = {TAGS: list(self.tags)} if self.tags else {}
        return {**{name: getattr(self, name) for name in OWN}, **tags, **in_columns(self.metadata)}

    @classmethod
    def from_row(cls, values: Mapping[str, Any]) -> DrsItem:
        """Return the item that a row is."""
        own = {name: value for name, value in values.items() if name in OWN and value is not None}
        metadata = {key_in(name): value for name, value in values.items() if name not in (*OWN, TAGS)}
        return cls(**own, metadata=metadata, tags=tuple(values.get(TAGS) or ()))
