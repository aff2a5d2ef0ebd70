"""Make folders, and find the one that things go to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sbg_bulk import errors
from sbg_bulk.api import lookups
from sbg_bulk.api.policy import Manner
from sbg_bulk.api.steps import Flow
from sbg_bulk.errors import InputError
from sbg_bulk.files.paths import Location, place_of
from sbg_bulk.files.resolver import Atlas

EXISTS: Final = 5003
"""The API's code for a name that is taken (https://docs.sevenbridges.com/reference/api-status-codes)."""


def make_folders(
    manner: Manner, folders: Iterable[Location], there: Mapping[Location, str]
) -> Flow[dict[Location, str]]:
    """Make folders, parents first. One that is there by now is used as it is.

    Args:
        manner: how to send requests.
        folders: the folders to make.
        there: the ids of folders that are there already.

    Returns:
        The id of each.

    Raises:
        InputError: a file has the name of one.
        ApiError, ConnectionFailed, OutcomeUnknown: one cannot be made. Those before it stay.
    """
    made: dict[Location, str] = {}
    for folder in folders:
        parent = made.get(folder.parent) or there.get(folder.parent) or folder.parent.folder
        project = folder.project if parent is None else None
        try:
            new = yield from lookups.create_folder(manner, folder.name, project, parent)
        except (errors.Conflict, errors.BadRequest, errors.OutcomeUnknown) as error:
            if isinstance(error, errors.BadRequest) and error.code != EXISTS:
                raise
            # Another program may have made it, or this one, without learning so.
            atlas = Atlas(manner)
            start = Location(folder=parent) if project is None else folder.start
            yield from atlas.look_up([start.below(folder.name)])
            found = atlas.found[start.below(folder.name)]
            if found is None:
                raise
            if not found.is_folder:
                raise InputError(f"{folder} is a file, not a folder.") from error
            new = found
        made[folder] = new.id
    return made


def destination(manner: Manner, to: str, parents: bool) -> Flow[Location]:
    """The folder or project's root that a path or an id means, with missing folders made if they are to be.

    Returns:
        A place without names: a project, or a folder's id.

    Raises:
        InputError: a folder on the way is missing, and is not to be made; or a file stands in its place.
    """
    place, atlas = place_of(to), Atlas(manner)
    yield from atlas.look_up([place])
    missing = atlas.missing(place)
    if missing is None:
        if not atlas.is_there(place):
            raise InputError(f"{place} is a file, not a folder.")
        return Location(folder=atlas.folder_id(place)) if place.names else place
    if not parents:
        raise InputError(f"There is no folder {missing} to put things in. Have it made with --parents.")
    folders = [place.start.below(*place.names[:depth]) for depth in range(len(missing.names), len(place.names) + 1)]
    above = atlas.folder_id(missing.parent)
    made = yield from make_folders(manner, folders, {} if above is None else {missing.parent: above})
    return Location(folder=made[place])
