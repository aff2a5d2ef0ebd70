"""Paths, as people name projects, folders and files: `[NAME:]owner/project[/folder/...[/file]]`.

NAME says where: a section of the credentials file, or a platform's short name. Names are taken as they are; they may
hold spaces, `*` and anything else but a slash. Whatever has no slash is an id. An address pasted from the browser is
the path or the id that it shows: see `sbg_bulk.files.addresses`.
"""

from __future__ import annotations

from typing import Final, Self

from attrs import evolve, field, frozen

from sbg_bulk.errors import InputError
from sbg_bulk.files.addresses import is_address, meaning_of
from sbg_bulk.items import check_id, check_name, check_project
from sbg_bulk.text import either

FORM = "[NAME:]owner/project[/folder/...]"
"""How a path is written, for messages."""


_BY_ID: Final = "folder "
"""Begins the text of a place below a folder that was given by its id."""


@frozen
class Location:
    """A place by its names: a project's root, or what is below it. Exactly one of `project` and `folder` is given.

    Attributes:
        project: the project that the names begin in, `owner/project`.
        names: the names from there to the place; none for the place where they begin.
        folder: the id of the folder that the names begin in, instead of a project.
        deployment: the NAME before the colon, if there was one. Does not count in comparisons.
        endpoint: the base URL of the API that an address is for, if it was given as one. Does not count either.
    """

    project: str | None = None
    names: tuple[str, ...] = ()
    folder: str | None = None
    deployment: str | None = field(default=None, eq=False)
    endpoint: str | None = field(default=None, eq=False)

    def __str__(self) -> str:
        return "/".join((self.project or f"{_BY_ID}{self.folder}", *self.names))

    @classmethod
    def written(cls, text: str) -> Self:
        """Return the place that was written as this text by `str`."""
        if text.startswith(_BY_ID):
            folder, *names = text.removeprefix(_BY_ID).split("/")
            return cls(folder=folder, names=tuple(names))
        owner, project, *names = text.split("/")
        return cls(f"{owner}/{project}", tuple(names))

    @property
    def name(self) -> str:
        """Return the last name; empty where the names begin."""
        return self.names[-1] if self.names else ""

    @property
    def parent(self) -> Self:
        """Return the place that it is in. Only for one that has names."""
        return evolve(self, names=self.names[:-1])

    @property
    def start(self) -> Self:
        """Return the place where the names begin."""
        return evolve(self, names=())

    def below(self, *names: str) -> Self:
        """Return the place of these names from here."""
        return evolve(self, names=(*self.names, *names))

    def check_endpoint(self, endpoint: str) -> None:
        """Raise InputError if it was given as an address of another API than this."""
        if self.endpoint not in (None, endpoint):
            written = self.folder if self.project is None else self
            other = either("--endpoint or --profile", "endpoint or profile")
            raise InputError(
                f"This web address of {written} belongs to {self.endpoint}, but you are connected to {endpoint}. "
                f"Connect to the first ({other}), or write {written} if it is on the second."
            )

    def lineage(self) -> tuple[Self, ...]:
        """Return the places from where the names begin down to this one, both included."""
        return tuple(evolve(self, names=self.names[:depth]) for depth in range(len(self.names) + 1))

    def is_within(self, other: Location) -> bool:
        """Return whether it is the other place or below it, as far as their names tell."""
        return self.start == other.start and self.names[: len(other.names)] == other.names


def unpasted(text: str) -> str:
    """Return the path or the id that an address means, and any other text as it is.

    Raises:
        InputError: it is an address of a form that is not known.
    """
    return meaning_of(text).text if is_address(text) else text


def is_path(text: str) -> bool:
    """Return whether a text is a path, or the address of what has one, and not an id.

    Raises:
        InputError: it is an address of a form that is not known.
    """
    return "/" in unpasted(text)


def path_of(text: str) -> Location:
    """Return the place that a path names. Slashes before the owner and at the end do no harm.

    Raises:
        InputError: it is no path.
    """
    if is_address(text):
        meant = meaning_of(text)
        return evolve(path_of(meant.text), endpoint=meant.endpoint)
    head, colon, rest = text.partition(":")
    named = bool(colon) and "/" not in head
    if named and not head:
        raise InputError(f"{text!r}: the name before the colon is missing. A path is written {FORM}.")
    parts = (rest if named else text).strip("/").split("/")
    if len(parts) < 2:
        raise InputError(f"{text!r} is not a path. Write {FORM}.")
    if "" in parts:
        raise InputError(f"{text!r}: a name is missing between two slashes. Write {FORM}.")
    project, names = "/".join(parts[:2]), tuple(parts[2:])
    check_project(project)
    for name in names:
        check_name(name)
    return Location(project, names, deployment=head if named else None)


def place_of(text: str) -> Location:
    """Return the place of the folder or project that a path or a folder's id names.

    Raises:
        InputError: it is neither.
    """
    if is_path(text):
        return path_of(text)
    if is_address(text):
        meant = meaning_of(text)
        return evolve(place_of(meant.text), endpoint=meant.endpoint)
    if ":" in text:
        raise InputError(f"{text!r} is neither an id nor a path. Write a path as {FORM}.")
    check_id("folder", text)
    return Location(folder=text)
