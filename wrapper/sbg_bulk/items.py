"""The items of a job, validated before they are sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias, TypeVar

from attrs import frozen

from sbg_bulk.errors import InputError

NAME_LIMIT: Final = 255
"""The longest name of a file, in characters (https://docs.sevenbridges.com/reference/copy-multiple-files)."""

LOCATION_LIMIT: Final = 1024
"""The longest key of an object on AWS and Google, in bytes of UTF-8."""

_PROJECT_ID = re.compile(r"(?!\.{1,2}/)[^/\s]+/(?!\.{1,2}$)[^/\s]+")


@frozen
class CopyItem:
    """A file or folder to copy, and where to.

    Attributes:
        file: the id of the file or folder.
        parent: the id of the destination folder. Exclusive with `project`.
        project: the id of the destination project, `owner/project`; its root is meant.
        name: a new name of at most 255 characters without `/`; None keeps the old one.

    Raises:
        InputError: an attribute is missing or malformed.
    """

    file: str
    parent: str | None = None
    project: str | None = None
    name: str | None = None

    def __attrs_post_init__(self) -> None:
        check_id("file", self.file)
        check_destination(self.parent, self.project)
        check_name(self.name)

    @property
    def identity(self) -> str:
        """Return what no two items of a run have in common: the file."""
        return self.file


@frozen
class MoveItem:
    """A file or folder to move, and where to. The attributes are those of `CopyItem`."""

    file: str
    parent: str | None = None
    project: str | None = None
    name: str | None = None

    def __attrs_post_init__(self) -> None:
        check_id("file", self.file)
        check_destination(self.parent, self.project)
        check_name(self.name)

    @property
    def identity(self) -> str:
        """Return what no two items of a run have in common: the file."""
        return self.file


@frozen
class DeleteItem:
    """A file or folder to delete.

    Attributes:
        file: the id of the file or folder.

    Raises:
        InputError: the id is missing or malformed.
    """

    file: str

    def __attrs_post_init__(self) -> None:
        check_id("file", self.file)

    @property
    def identity(self) -> str:
        """Return what no two items of a run have in common: the file."""
        return self.file


@frozen
class ExportItem:
    """A file to write to a volume, and where on it.

    Attributes:
        file: the file's id.
        volume: the volume's id, `owner/name`.
        location: the key of the object that it becomes, without a slash at either end.
        overwrite: whether it takes the place of an object of that key.
        sse_algorithm: how the object is encrypted, `AES256` or `aws:kms`; None to leave it to the volume.
        sse_aws_kms_key_id: the key for `aws:kms`.
        aws_canned_acl: who may read it.
        aws_storage_class: the class of storage, such as `STANDARD`.

    Raises:
        InputError: an attribute is missing or malformed.
    """

    file: str
    volume: str
    location: str
    overwrite: bool = False
    sse_algorithm: str | None = None
    sse_aws_kms_key_id: str | None = None
    aws_canned_acl: str | None = None
    aws_storage_class: str | None = None

    def __attrs_post_init__(self) -> None:
        check_id("file", self.file)
        check_volume(self.volume)
        check_location(self.location)
        if not isinstance(self.overwrite, bool):
            raise InputError(f"overwrite: expected true or false, not {self.overwrite!r}.")

    @property
    def identity(self) -> str:
        """Return what no two items of a run have in common: the file."""
        return self.file


@frozen
class ImportItem:
    """An object of a volume, or a folder of objects, to make a file or a folder of a project of.

    Attributes:
        volume: the volume's id, `owner/name`.
        location: the key of the object; with a slash at its end, what the keys of a folder's objects begin with.
        parent: the id of the destination folder. Exclusive with `project`.
        project: the id of the destination project, `owner/project`; its root is meant.
        name: its name of at most 255 characters without `/`; None for the last part of the location.
        overwrite: whether it takes the place of what has its name.
        autorename: whether it gets another name if its own is taken.
        preserve_folder_structure: whether a folder keeps its structure; None for yes. Only of a folder.

    Raises:
        InputError: an attribute is missing or malformed.
    """

    volume: str
    location: str
    parent: str | None = None
    project: str | None = None
    name: str | None = None
    overwrite: bool = False
    autorename: bool = False
    preserve_folder_structure: bool | None = None

    def __attrs_post_init__(self) -> None:
        check_volume(self.volume)
        check_source(self.location)
        check_destination(self.parent, self.project)
        check_name(self.named)
        for key in ("overwrite", "autorename", "preserve_folder_structure"):
            if not isinstance(value := getattr(self, key), bool | None):
                raise InputError(f"{key}: expected true or false, not {value!r}.")
        check_ways(self.location, self.overwrite, self.autorename, self.preserve_folder_structure)

    @property
    def named(self) -> str:
        """Return the name that it gets if that is free."""
        return self.name or self.location.rstrip("/").rpartition("/")[2]

    @property
    def identity(self) -> str:
        """Return what no two items of a run have in common: the object."""
        return f"{self.volume}:{self.location}"


Item: TypeAlias = CopyItem | MoveItem | DeleteItem


I = TypeVar("I", CopyItem, MoveItem, DeleteItem)  # noqa: E741 - as T is for any type


def items_of(kind: type[I], given: Iterable[str | Mapping[str, str] | I], **destination: str | None) -> tuple[I, ...]:
    """Return items of one kind, made of what a caller may give.

    Args:
        kind: CopyItem, MoveItem or DeleteItem.
        given: file ids, mappings with the API's keys (an empty string counts as absent), or items.
        destination: `parent` or `project`, for those given that name neither.

    Raises:
        InputError: naming the item by its place and what is wrong with it. Also if there is none, or if one
            file is named twice.
    """
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise InputError("Give a list of items, even for one.")
    items: list[I] = []
    places: dict[str, int] = {}
    for index, one in enumerate(given):
        try:
            item = one if isinstance(one, kind) else _item(kind, one, destination)
        except InputError as error:
            raise InputError(f"items[{index}]: {error}") from None
        if item.file in places:
            raise InputError(f"items[{index}]: file {item.file} duplicates items[{places[item.file]}].")
        places[item.file] = index
        items.append(item)
    if not items:
        raise InputError("Nothing to do: give at least one item.")
    return tuple(items)


def _item(kind: type[I], one: object, destination: Mapping[str, str | None]) -> I:
    if isinstance(one, str):
        values: dict[str, Any] = {"file": one}
    elif isinstance(one, Mapping):
        values = {key: value for key, value in one.items() if value not in (None, "")}
    else:
        raise InputError(f"expected a file id, a mapping or a {kind.__name__}, not {type(one).__name__}.")
    known = set(kind.__annotations__)
    if unknown := sorted(set(map(str, values)) - known):
        raise InputError(f"unknown key {unknown[0]!r}; the keys are: {', '.join(kind.__annotations__)}.")
    if "file" not in values:
        raise InputError("file is missing.")
    if "parent" in known and "parent" not in values and "project" not in values:
        values.update({key: value for key, value in destination.items() if value is not None})
    return kind(**values)


def check_id(what: str, value: object) -> None:
    """Raise InputError unless this could be the id of a file or folder."""
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{what}: expected an id, not {value!r}.")
    if value.split() != [value] or value in (".", "..") or "/" in value or not value.isprintable():
        raise InputError(f"{what}: {value!r} is not an id.")


def check_project(value: object) -> None:
    """Raise InputError unless this looks like a project's id, `owner/project`."""
    if not isinstance(value, str) or not _PROJECT_ID.fullmatch(value) or not value.isprintable():
        raise InputError(f"project: {value!r} is not of the form owner/project.")


def check_volume(value: object) -> None:
    """Raise InputError unless this looks like a volume's id, `owner/name`."""
    if not isinstance(value, str) or not _PROJECT_ID.fullmatch(value) or not value.isprintable() or ":" in value:
        raise InputError(f"volume: {value!r} is not of the form owner/name.")


def check_location(value: object) -> None:
    """Raise InputError unless this can be the key of an object that is written."""
    if not isinstance(value, str) or not value:
        raise InputError(f"location: expected a key, not {value!r}.")
    _check_beginning(value)
    if value.endswith("/") or {"", "."} & set(value.split("/")):
        raise InputError(f"location: {value!r} needs a name between slashes: none at its end, none twice, and no .")
    if not value.isprintable():
        raise InputError(f"location: {value!r} contains an unprintable character.")
    if len(value.encode(errors="replace")) > LOCATION_LIMIT:
        raise InputError(f"location: it has more than {LOCATION_LIMIT} bytes.")


def _check_beginning(value: str) -> None:
    """Raise InputError if a key is written like a path from somewhere."""
    if value.startswith("/"):
        raise InputError(f"location: {value!r} begins with a slash: write it as {value.lstrip('/')!r}, without one.")
    if ".." in value.split("/"):
        raise InputError(f"location: {value!r} contains '..', which has no meaning on a volume: write the whole key.")


def check_source(value: object) -> None:
    """Raise InputError unless this can be the key of an object, or the beginning of those of a folder."""
    if not isinstance(value, str) or not value:
        raise InputError(f"location: expected a key, not {value!r}.")
    _check_beginning(value)
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        raise InputError(f"location: {value!r} cannot be sent as UTF-8.") from None
    if size > LOCATION_LIMIT:
        raise InputError(f"location: it has more than {LOCATION_LIMIT} bytes.")


def check_ways(location: str, overwrite: bool | None, autorename: bool | None, preserve: bool | None) -> None:
    """Raise InputError if what is said of an import contradicts itself."""
    if overwrite and autorename:
        raise InputError("autorename: give this or overwrite, not both.")
    if preserve is not None and not location.endswith("/"):
        raise InputError("preserve_folder_structure: only for folders, whose location ends with a slash.")


def check_destination(parent: object, project: object) -> None:
    """Raise InputError unless exactly one of the two is given, and well formed."""
    if parent is not None and project is not None:
        raise InputError("give parent or project, not both.")
    if project is not None:
        check_project(project)
    elif parent is not None:
        check_id("parent", parent)
    else:
        raise InputError("the destination is missing: give parent (a folder's id) or project (owner/project).")


def check_name(name: object) -> None:
    """Raise InputError unless this is None or a possible name."""
    if name is None:
        return
    if not isinstance(name, str) or not name:
        raise InputError(f"name: expected text, not {name!r}.")
    if len(name) > NAME_LIMIT:
        raise InputError(f"name: {len(name)} characters; at most {NAME_LIMIT} are allowed.")
    if "/" in name:
        raise InputError(f"name: {name!r} must not contain a slash.")
    try:
        name.encode()
    except UnicodeEncodeError:
        # Python puts lone surrogates where a name on disk is not in its encoding.
        raise InputError(f"name: {name!r} cannot be sent as UTF-8.") from None


COPY: Final = "COPY"


MOVE: Final = "MOVE"


DELETE: Final = "DELETE"

EXPORT_COPY: Final = "EXPORT_COPY"
"""Export files to a volume, and keep the platform's copies."""

EXPORT_REPLACE: Final = "EXPORT_REPLACE"
"""Export files to a volume, and have aliases of them take the place of the platform's copies: it cannot be undone."""

IMPORT: Final = "IMPORT"
"""Import objects of volumes into projects."""

DRS_IMPORT: Final = "DRS_IMPORT"
"""Import objects of repositories by their DRS addresses."""

METADATA: Final = "METADATA"
"""Change the metadata of files."""

TAGS: Final = "TAGS"
"""Change the tags of files."""

DONE_AS: Final[Mapping[str, str]] = {
    COPY: "copied",
    MOVE: "moved",
    DELETE: "deleted",
    EXPORT_COPY: "exported",
    EXPORT_REPLACE: "exported",
    IMPORT: "imported",
    DRS_IMPORT: "imported",
    METADATA: "updated",
    TAGS: "updated",
}
"""What the files of a job of each type are in the end, in words."""

VERBS: Final[Mapping[str, str]] = {
    COPY: "copy",
    MOVE: "move",
    DELETE: "delete",
    EXPORT_COPY: "export",
    EXPORT_REPLACE: "export",
    IMPORT: "import",
    DRS_IMPORT: "import",
    METADATA: "metadata set",
    TAGS: "tag",
}
"""What a run of each type does, in a word or two, which are also the command."""


def done_by(job_type: str) -> str:
    """Return what a run of a type does, in a word; the type itself of one that is not known."""
    return VERBS.get(job_type, job_type.lower())


IN_USE_AS: Final[Mapping[str, str]] = {
    COPY: "copying from or to",
    MOVE: "moving from or to",
    DELETE: "deleting",
    EXPORT_COPY: "exporting from",
    EXPORT_REPLACE: "exporting from",
    IMPORT: "importing into",
    DRS_IMPORT: "importing into",
    METADATA: "updating files in",
    TAGS: "updating files in",
}
"""What an unfinished run of each type does with a place that is in use by it, in words."""

RISKS: Final[Mapping[str, str]] = {
    COPY: "files may be created twice",
    MOVE: "files may be created twice, or not be found by that run",
    DELETE: "what that run has not transferred yet would be lost",
    EXPORT_REPLACE: "what that run has not transferred yet cannot be copied or exported any more",
}
"""What may happen if this is done with things that an unfinished run is still going to use."""

HARMLESS: Final = frozenset({DELETE})
"""The types of runs that nothing can go wrong with if something else is done with their files meanwhile."""


JOB_TYPES: Final = (COPY, MOVE, DELETE)
