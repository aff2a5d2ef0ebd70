"""What the text in a cell of a manifest names: a file or folder, or where something goes."""

from __future__ import annotations

from sbg_bulk.errors import InputError
from sbg_bulk.files.paths import Location, is_path, path_of, unpasted
from sbg_bulk.items import check_id, check_project
from sbg_bulk.runs.columns import USUAL_ID, not_an_id


def destination_named(column: str, text: str) -> dict[str, str]:
    """Return what a destination means: a `parent`, a `project`, or `to`, a path that has to be looked up.

    Raises:
        InputError: it cannot be one.
    """
    if wrong := not_an_id(text):
        raise InputError(wrong)
    if column == "project" and text.count("/") == 1 and ":" not in text:
        check_project(text)
        return {"project": text}
    if not is_path(text):
        if column == "project":
            check_project(text)
        check_id("parent", text)
        return {"parent": text}
    place = path_of(text)
    if not {".", ".."}.isdisjoint(place.names):
        raise InputError(f"{text!r}: a path cannot contain . or ..: write the names of the folders")
    if place.names or place.deployment is not None:
        return {"to": text}
    return {"project": str(place.project)}


def names_another(value: str, other: str) -> bool:
    """Return whether a text names another file than an id or a path, as far as these tell without being looked up.

    What is neither a path nor a usual id, such as the number of a row, names none.
    """
    try:
        if not is_path(other):
            theirs = unpasted(other).casefold()
            return (
                USUAL_ID.fullmatch(theirs) is not None and not is_path(value) and theirs != unpasted(value).casefold()
            )
        return is_path(value) and path_of(other) != path_of(value)
    except InputError:
        return False


def is_path_beside(value: str, other: str) -> bool:
    """Return whether one text is an id and the other a path of something in a project: both may mean the same."""
    try:
        return not is_path(value) and is_path(other) and bool(path_of(other).names)
    except InputError:
        return False


def check_within_project(place: Location) -> None:
    """Raise InputError if a path is that of a project, and of no file or folder in it."""
    if not place.names:
        raise InputError(f"{place} is a project: give the path of a file or folder in it")
