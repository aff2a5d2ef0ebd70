"""Files, projects, users, the rate limit, and pages of a list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from attrs import evolve, field, frozen

from sbg_async_api import models
from sbg_bulk.html import ANYTHING, Kind, date, drawn, listed, pairs
from sbg_bulk.models import parse
from sbg_bulk.models.base import FromServer
from sbg_bulk.text import format_utc

T = TypeVar("T")


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

    _in_table: ClassVar = Kind(
        ("Name", "Type", "Id", "Bytes", "Project", "Parent", "Modified"),
        lambda file: (file.name, file.type, file.id, file.size, file.project, file.parent, date(file.modified_on)),
    )

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
        """Return whether it is a folder."""
        return (self.type or "").lower() == "folder"

    @property
    def changed_on(self) -> datetime | None:
        """Return when it was last changed, or made if only that is known; None if the server said neither."""
        return self.modified_on or self.created_on

    @property
    def tags(self) -> Collection[str] | None:
        """Return its tags; None in lists that were not asked for them, or if the server did not say."""
        tags = self.raw.get("tags") if isinstance(self.raw, dict) else None
        return [str(tag) for tag in tags] if isinstance(tags, list) else None

    @property
    def metadata(self) -> Mapping[str, Any] | None:
        """Return its metadata by key; None in lists that were not asked for it, or if the server did not say."""
        metadata = self.raw.get("metadata") if isinstance(self.raw, dict) else None
        return metadata if isinstance(metadata, dict) else None

    @property
    def is_alias(self) -> bool | None:
        """Return whether its contents are on a volume, and it stands for them; None if the server did not say."""
        storage = self.raw.get("storage") if isinstance(self.raw, dict) else None
        kind = parse.text(storage.get("type")) if isinstance(storage, dict) else None
        return None if kind is None else kind.upper() == "VOLUME"

    def is_alias_of(self, volume: str, location: str) -> bool:
        """Return whether it stands for this object on a volume, as far as the server said."""
        storage = self.raw.get("storage") if isinstance(self.raw, dict) else None
        told = storage if isinstance(storage, dict) else {}
        return self.is_alias is True and (told.get("volume"), told.get("location")) == (volume, location)

    @classmethod
    def from_answer(cls, answer: object) -> File | None:
        """Return the file that an answer describes; None if there is none in it, or one without an id."""
        info = parse.read(models.FileInfo, answer)
        identity = None if info is None else parse.text(info.id)
        if info is None or not identity:
            return None
        return cls(
            id=identity,
            name=parse.text(info.name) or "",
            type=parse.text(info.type_),
            project=parse.text(info.project),
            parent=parse.text(info.parent),
            size=parse.count(info.size),
            created_on=parse.date(info.created_on),
            modified_on=parse.date(info.modified_on),
            raw=answer,
        )


@frozen
class Project(FromServer):
    """A project.

    Attributes:
        id: its id, `owner/project`.
        name: its name; empty if the server did not say.
        root_folder: the id of the folder that holds its files; None in lists.
        permissions: what you may do in it (read, copy, write, execute, admin), where the server said.
        created_on: when it was made; None in lists.
        modified_on: when it was last changed; None in lists.
    """

    _in_table: ClassVar = Kind(
        ("Project", "Name", "Root folder", "You may"),
        lambda project: (
            *(project.id, project.name, project.root_folder),
            ", ".join(name for name, value in project.permissions.items() if value),
        ),
    )

    id: str
    name: str = ""
    root_folder: str | None = None
    permissions: Mapping[str, bool] = field(factory=dict)
    created_on: datetime | None = None
    modified_on: datetime | None = None

    @classmethod
    def from_answer(cls, answer: object) -> Project | None:
        """Return the project that an answer describes; None if there is none in it, or one without an id."""
        project = parse.read(models.Project, answer)
        identity = None if project is None else parse.text(project.id)
        if project is None or not identity:
            return None
        allowed = project.permissions
        return cls(
            id=identity,
            name=parse.text(project.name) or "",
            root_folder=parse.text(project.root_folder),
            permissions={
                name: value
                for name, value in (allowed.to_dict() if isinstance(allowed, models.Permissions) else {}).items()
                if isinstance(value, bool)
            },
            created_on=parse.date(project.created_on),
            modified_on=parse.date(project.modified_on),
            raw=answer,
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

    _in_table: ClassVar = Kind(
        ("User", "Name", "E-mail"),
        lambda user: (user.username, " ".join(filter(None, (user.first_name, user.last_name))), user.email),
    )

    username: str
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None

    @classmethod
    def from_answer(cls, answer: object) -> User | None:
        """Return the user that an answer describes; None if there is none in it."""
        user = parse.read(models.User, answer)
        if user is None:
            return None
        return cls(
            username=parse.text(user.username) or "",
            email=parse.text(user.email),
            first_name=parse.text(user.first_name),
            last_name=parse.text(user.last_name),
            raw=answer,
        )


@frozen
class RateLimit(FromServer):
    """The budget of requests, shared by every process that uses the token.

    Attributes:
        limit: how many requests a window has (1,000 in five minutes are documented).
        remaining: how many are left in this window.
        reset: when the next window begins, in seconds since 1970-01-01 UTC.
    """

    _in_table: ClassVar = evolve(ANYTHING, alone=lambda rate: _rate_limit(rate))

    limit: int | None
    remaining: int | None
    reset: int | None

    @classmethod
    def from_answer(cls, answer: object) -> RateLimit | None:
        """Return the budget that an answer describes; None if there is none in it."""
        limits = parse.read(models.RateLimit, answer)
        rate = None if limits is None else parse.read(models.Rate, limits.rate)
        if rate is None:
            return None
        return cls(
            parse.count(rate.limit),
            parse.count(rate.remaining),
            parse.count(rate.reset),
            raw=answer,
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
        unread: how many of its entries could not be read.
    """

    _in_table: ClassVar = evolve(ANYTHING, alone=lambda page: _page(page))

    items: tuple[T, ...]
    offset: int
    next_offset: int | None
    total: int | None
    size: int = 0
    unread: int = field(default=0, repr=False)

    def _repr_html_(self) -> str:
        return drawn(self)


def _page(page: Page[object]) -> str:
    of = "" if page.total is None else f" of {page.total:,}"
    head = f"{page.offset + 1:,} to {page.offset + len(page.items):,}{of}" if page.items else f"None{of}"
    more = "" if page.next_offset is None else f"; the next page has offset {page.next_offset:,}"
    return listed(page.items, head + more)


def _rate_limit(rate: RateLimit) -> str:
    reset = None if rate.reset is None else _unix(rate.reset)
    return pairs("Rate limit", (("Requests left", rate.remaining), ("of", rate.limit), ("Next window", reset)))


def _unix(seconds: int) -> str:
    try:
        return format_utc(seconds)
    except (OverflowError, OSError, ValueError):  # no year has it
        return str(seconds)
