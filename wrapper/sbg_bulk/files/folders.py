"""Make folders, and find the one that things go to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sbg_bulk import errors
from sbg_bulk.api import lookups
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow
from sbg_bulk.errors import InputError
from sbg_bulk.files.paths import Location, place_of
from sbg_bulk.files.resolver import PathResolver

EXISTS: Final = 5003
"""The API's code for a name that is taken (https://docs.sevenbridges.com/reference/api-status-codes)."""


def make_folders(
    policy: RequestPolicy, folders: Iterable[Location], there: Mapping[Location, str]
) -> Flow[dict[Location, str]]:
    """Make folders, parents first. One that is there by now is used as it is.

    Args:
        policy: how to send requests.
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
            new = yield from lookups.create_folder(policy, folder.name, project, parent)
        except (errors.Conflict, errors.BadRequest, errors.OutcomeUnknown) as error:
            if isinstance(error, errors.BadRequest) and error.code != EXISTS:
                raise
            # Another program may have made it, or this one, without learning so.
            resolver = PathResolver(policy)
            start = Location(folder=parent) if project is None else folder.start
            yield from resolver.look_up([start.below(folder.name)])
            found = resolver.found[start.below(folder.name)]
            if found is None:
                raise
            if not found.is_folder:
                raise InputError(f"{folder} is a file, not a folder.") from error
            new = found
        made[folder] = new.id
    return made


def destination(policy: RequestPolicy, to: str, parents: bool) -> Flow[Location]:
    """Find the folder or project's root that a path or an id means, and make missing folders if they are to be made.

    Returns:
        A place without names: a project, or a folder's id.

    Raises:
        InputError: a folder on the way is missing, and is not to be made; or a file stands in its place.
    """
    place, resolver = place_of(to), PathResolver(policy)
    yield from resolver.look_up([place])
    missing = resolver.missing(place)
    if missing is None:
        if not resolver.is_there(place):
            raise InputError(f"{place} is a file, not a folder.")
        return Location(folder=resolver.folder_id(place)) if place.names else place
    if not parents:
        raise InputError(f"There is no folder {missing} to put things in. Have it made with --parents.")
    above = resolver.folder_id(missing.parent)
    made = yield from make_folders(
        policy, place.lineage()[len(missing.names) :], {} if above is None else {missing.parent: above}
    )
    return Location(folder=made[place])
