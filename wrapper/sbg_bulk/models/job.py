"""What a user of the client holds: jobs and their results, items to submit, files, projects, pages.

All are immutable. Those that come from the server are made from generated models, and read tolerantly: a
value that is missing or cannot be read is None, and `raw` has what the server sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Generic, TypeAlias, TypeVar

from attrs import asdict, field, frozen

from sbg_async_api import models
from sbg_bulk.errors import InputError
from sbg_bulk.models import parse as reading

T = TypeVar("T")

COPY: Final = "COPY"
MOVE: Final = "MOVE"
DELETE: Final = "DELETE"
JOB_TYPES: Final = (COPY, MOVE, DELETE)

FINISHED: Final = "FINISHED"
"""The one state that means the end. Any other, known or not, means that the job is still under way."""

NAME_LIMIT: Final = 255
"""The longest name of a file, in characters (https://docs.sevenbridges.com/reference/copy-multiple-files)."""

_PROJECT_ID = re.compile(r"(?!\.{1,2}/)[^/\s]+/(?!\.{1,2}$)[^/\s]+")


def _html(thing: object) -> str:
    # Loaded when a notebook asks.
    from sbg_bulk.notebook import tables

    return tables.html(thing)


@frozen
class FromServer:
    """What is made from a part of an answer, and keeps it."""

    _source: object = field(default=None, repr=False, eq=False, kw_only=True)

    @property
    def raw(self) -> Any:
        """What the server sent, as decoded JSON, with what this class has no attribute for."""
        return self._source

    def _repr_html_(self) -> str:
        return _html(self)


@frozen
class ItemError:
    """Why an item failed.

    Attributes:
        status: the HTTP status it would have had.
        code: the API's own code.
        message: the server's words, possibly empty.
        more_info: where the server says more can be read, possibly empty.
    """

    status: int | None
    code: int | None
    message: str = ""
    more_info: str = ""

    @classmethod
    def from_answer(cls, answer: object) -> ItemError:
        """The error that a part of an answer describes. What is no object is an error all the same."""
        if not isinstance(answer, dict):
            return cls(None, None, str(answer))
        return cls(
            reading.count(answer.get("status")),
            reading.count(answer.get("code")),
            reading.text(answer.get("message")) or "",
            reading.text(answer.get("more_info")) or "",
        )


@frozen(init=False, eq=False, repr=False)
class ItemResult(FromServer):
    """One entry of a job's result.

    An entry with an error does not say which item it belongs to, and the number of entries may differ from
    the number of items and of files.

    Attributes:
        id: the id of the file or folder that was made, moved or deleted; None if there is none.
        href: its address.
        error: why the item failed; None if it did not.
    """

    # A page of finished jobs has thousands of entries, most of which nobody looks at, and to read one takes as long as
    # its JSON took. So the attributes are read when they are asked for, and the generated models, which take many times
    # as long, are left out.

    def __init__(self, id: str | None, href: str | None, error: ItemError | None) -> None:
        answer: dict[str, Any] = {}
        if id is not None or href is not None:
            answer["resource"] = {"id": id, "href": href}
        if error is not None:
            answer["error"] = asdict(error)
        _keep_source(self, answer)

    @property
    def id(self) -> str | None:
        return self._of_resource("id")

    @property
    def href(self) -> str | None:
        return self._of_resource("href")

    @property
    def error(self) -> ItemError | None:
        error = self._source.get("error") if isinstance(self._source, dict) else None
        return None if error is None else ItemError.from_answer(error)

    def _of_resource(self, key: str) -> str | None:
        resource = self._source.get("resource") if isinstance(self._source, dict) else None
        return reading.text(resource.get(key)) if isinstance(resource, dict) else None

    @property
    def ok(self) -> bool:
        """Whether there is a resource and no error."""
        return self.error is None and self.id is not None

    def __eq__(self, other: object) -> bool:
        return self._key == other._key if isinstance(other, ItemResult) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        return f"ItemResult(id={self.id!r}, href={self.href!r}, error={self.error!r})"

    @property
    def _key(self) -> tuple[str | None, str | None, ItemError | None]:
        return self.id, self.href, self.error

    @classmethod
    def from_answer(cls, answer: object) -> ItemResult:
        """The entry that a part of an answer describes; all None if it cannot be read."""
        made = object.__new__(cls)
        _keep_source(made, answer)
        return made


# The slot itself: it is all that a frozen class lets one write to.
_keep_source: Final[Callable[[FromServer, object], None]] = vars(FromServer)["_source"].__set__


@frozen
class Job(FromServer):
    """A bulk action on the server, as it was when it was read.

    Attributes:
        id: the job's id, a string of digits.
        type: COPY, MOVE or DELETE, or a type that is new; empty if the server did not say.
        state: SUBMITTED, RESOLVING, RUNNING or FINISHED, or a state that is new; empty if the server did not say.
        href: the job's address, if the server gave one.
        result: one entry for each thing done or failed; None until there is a result.
        total_files: how many files the job deals with, as far as that is known.
        completed_files: how many of them are done.
        failed_files: how many of them failed.
        started_on: when the job was started.
        finished_on: when it ended.
    """

    id: str
    type: str = ""
    state: str = ""
    href: str | None = None
    result: tuple[ItemResult, ...] | None = field(default=None, repr=False)
    total_files: int | None = None
    completed_files: int | None = None
    failed_files: int | None = None
    started_on: datetime | None = None
    finished_on: datetime | None = None

    @property
    def finished(self) -> bool:
        """Whether the job has ended, well or not."""
        return self.state == FINISHED

    @property
    def failures(self) -> tuple[ItemResult, ...]:
        """The entries of the result that are errors."""
        return tuple(entry for entry in self.result or () if entry.error is not None)

    @property
    def succeeded(self) -> bool:
        """Whether the job has ended and nothing in it failed, by its counts and by its result."""
        return self.finished and not self.failed_files and not self.failures

    def to_token(self) -> str:
        """The job as a text that another process can make it of again, to wait for it: JSON, without secrets.

        It has what names the job, and when it was started, but not its result.
        """
        started = None if self.started_on is None else self.started_on.isoformat()
        return json.dumps({"job": self.id, "type": self.type, "href": self.href, "started_on": started})

    @classmethod
    def from_token(cls, token: str) -> Job:
        """The job that a text of `to_token` names. Its state is empty until it is read.

        Raises:
            InputError: it is no such text.
        """
        try:
            found = json.loads(token)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict) or not reading.text(found.get("job")):
            raise InputError("This is not the token of a job, as Job.to_token makes them.")
        return cls(
            id=reading.text(found["job"]) or "",
            type=reading.text(found.get("type")) or "",
            href=reading.text(found.get("href")),
            started_on=reading.moment(found.get("started_on")),
        )

    @classmethod
    def from_answer(cls, answer: object) -> Job | None:
        """The job that an answer describes; None if there is none in it, or one without an id."""
        if not isinstance(answer, dict):
            return None
        result = answer.get("result")
        job = reading.read(models.Job, {**answer, "result": None})
        identity = None if job is None else reading.text(job.id)
        if job is None or not identity:
            return None
        return cls(
            id=identity,
            type=reading.text(job.type_) or "",
            state=reading.text(job.state) or "",
            href=reading.text(job.href),
            result=tuple(map(ItemResult.from_answer, result)) if isinstance(result, list) else None,
            total_files=reading.count(job.total_files),
            completed_files=reading.count(job.completed_files),
            failed_files=reading.count(job.failed_files),
            started_on=reading.moment(job.started_on),
            finished_on=reading.moment(job.finished_on),
            source=answer,
        )


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


Item: TypeAlias = CopyItem | MoveItem | DeleteItem
I = TypeVar("I", CopyItem, MoveItem, DeleteItem)  # noqa: E741 - as T is for any type


def items_of(kind: type[I], given: Iterable[str | Mapping[str, str] | I], **destination: str | None) -> tuple[I, ...]:
    """Items of one kind from what a caller may give.

    Args:
        kind: CopyItem, MoveItem or DeleteItem.
        given: file ids, mappings with the API's keys (an empty string counts as absent), or items.
        destination: `parent` or `project`, for those given that name neither.

    Raises:
        InputError: naming the item by its place and what is wrong with it. Also if there is none, or if one
            file is named twice.
    """
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise InputError("Give a list of items, even if it is only one.")
    items: list[I] = []
    places: dict[str, int] = {}
    for index, one in enumerate(given):
        try:
            item = one if isinstance(one, kind) else _item(kind, one, destination)
        except InputError as error:
            raise InputError(f"items[{index}]: {error}") from None
        if item.file in places:
            raise InputError(f"items[{index}]: file {item.file} is items[{places[item.file]}] already.")
        places[item.file] = index
        items.append(item)
    if not items:
        raise InputError("There is nothing to do: give at least one item.")
    return tuple(items)


def _item(kind: type[I], one: object, destination: Mapping[str, str | None]) -> I:
    if isinstance(one, str):
        values: dict[str, Any] = {"file": one}
    elif isinstance(one, Mapping):
        values = {key: value for key, value in one.items() if value not in (None, "")}
    else:
        raise InputError(f"a file id, a mapping or a {kind.__name__} is wanted, not {type(one).__name__}.")
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
        raise InputError(f"{what}: an id is wanted, not {value!r}.")
    if value != value.strip() or value in (".", "..") or "/" in value or not value.isprintable():
        raise InputError(f"{what}: {value!r} is not an id.")


def check_project(value: object) -> None:
    """Raise InputError unless this looks like a project's id, `owner/project`."""
    if not isinstance(value, str) or not _PROJECT_ID.fullmatch(value) or not value.isprintable():
        raise InputError(f"project: {value!r} is not of the form owner/project.")


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
        raise InputError(f"name: a text is wanted, not {name!r}.")
    if len(name) > NAME_LIMIT:
        raise InputError(f"name: {len(name)} characters are too many; {NAME_LIMIT} are allowed.")
    if "/" in name:
        raise InputError(f"name: {name!r} must not contain a slash.")
    try:
        name.encode()
    except UnicodeEncodeError:
        # Python puts lone surrogates where a name on disk is not in its encoding.
        raise InputError(f"name: {name!r} cannot be sent as UTF-8.") from None


@frozen
class File(FromServer):
    """A file or a folder.

    Attributes:
        id: its id.
        name: its name; empty if the server did not say.
        type: `file` or `folder`; None if the server did not say.
        project: the project it is in, `owner/project`.
        parent: the id of the folder it is in; None for a root folder.
        size: its size in bytes; None for a folder, and in lists that were not asked for it.
        created_on: when it was made; None in lists that were not asked for it.
        modified_on: when it was last changed; None in lists that were not asked for it.
    """

    id: str
    name: str = ""
    type: str | None = None
    project: str | None = None
    parent: str | None = None
    size: int | None = None
    created_on: datetime | None = None
    modified_on: datetime | None = None

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return (self.type or "").lower() == "folder"

    @classmethod
    def from_answer(cls, answer: object) -> File | None:
        """The file that an answer describes; None if there is none in it, or one without an id."""
        info = reading.read(models.FileInfo, answer)
        identity = None if info is None else reading.text(info.id)
        if info is None or not identity:
            return None
        return cls(
            id=identity,
            name=reading.text(info.name) or "",
            type=reading.text(info.type_),
            project=reading.text(info.project),
            parent=reading.text(info.parent),
            size=reading.count(info.size),
            created_on=reading.moment(info.created_on),
            modified_on=reading.moment(info.modified_on),
            source=answer,
        )


@frozen
class Project(FromServer):
    """A project.

    Attributes:
        id: its id, `owner/project`.
        name: its name; empty if the server did not say.
        root_folder: the id of the folder that holds its files; None in lists.
        permissions: what the token's user may do in it (read, copy, write, execute, admin), where the server said.
        created_on: when it was made; None in lists.
        modified_on: when it was last changed; None in lists.
    """

    id: str
    name: str = ""
    root_folder: str | None = None
    permissions: Mapping[str, bool] = field(factory=dict)
    created_on: datetime | None = None
    modified_on: datetime | None = None

    @classmethod
    def from_answer(cls, answer: object) -> Project | None:
        """The project that an answer describes; None if there is none in it, or one without an id."""
        project = reading.read(models.Project, answer)
        identity = None if project is None else reading.text(project.id)
        if project is None or not identity:
            return None
        allowed = project.permissions
        return cls(
            id=identity,
            name=reading.text(project.name) or "",
            root_folder=reading.text(project.root_folder),
            permissions={
                name: value
                for name, value in (allowed.to_dict() if isinstance(allowed, models.Permissions) else {}).items()
                if isinstance(value, bool)
            },
            created_on=reading.moment(project.created_on),
            modified_on=reading.moment(project.modified_on),
            source=answer,
        )


@frozen
class User(FromServer):
    """The user that a token belongs to.

    Attributes:
        username: the name that the ids of the user's projects begin with; empty if the server did not say.
        email: the user's mail address.
        first_name: the user's first name.
        last_name: the user's last name.
    """

    username: str
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None

    @classmethod
    def from_answer(cls, answer: object) -> User | None:
        """The user that an answer describes; None if there is none in it."""
        user = reading.read(models.User, answer)
        if user is None:
            return None
        return cls(
            username=reading.text(user.username) or "",
            email=reading.text(user.email),
            first_name=reading.text(user.first_name),
            last_name=reading.text(user.last_name),
            source=answer,
        )


@frozen
class RateLimit(FromServer):
    """The budget of requests, shared by every process that uses the token.

    Attributes:
        limit: how many requests a window has (1,000 in five minutes are documented).
        remaining: how many are left in this window.
        reset: when the next window begins, in seconds since 1970-01-01 UTC.
    """

    limit: int | None
    remaining: int | None
    reset: int | None

    @classmethod
    def from_answer(cls, answer: object) -> RateLimit | None:
        """The budget that an answer describes; None if there is none in it."""
        limits = reading.read(models.RateLimit, answer)
        rate = None if limits is None else reading.read(models.Rate, limits.rate)
        if rate is None:
            return None
        return cls(
            reading.count(rate.limit),
            reading.count(rate.remaining),
            reading.count(rate.reset),
            source=answer,
        )


@frozen
class Page(Generic[T]):
    """A page of a list.

    Attributes:
        items: the entries that could be read.
        offset: how many entries of the whole list come before it.
        next_offset: where the next page begins; None on the last.
        total: how many entries the whole list has; None if the server did not say.
        size: the bytes of the answer.
    """

    items: tuple[T, ...]
    offset: int
    next_offset: int | None
    total: int | None
    size: int = 0

    def _repr_html_(self) -> str:
        return _html(self)
