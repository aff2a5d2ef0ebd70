"""Make folders, and find the one that things go to."""

from __future__ import annotations

from sbg_bulk import errors
from sbg_bulk.api import lookups
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow
from sbg_bulk.errors import InputError
from sbg_bulk.files.paths import Location, place_of
from sbg_bulk.files.resolver import PathResolver, check_new_names, file_as_destination, no_folder


def make_folder(policy: RequestPolicy, name: str, project: str | None, parent: str | None, path: str) -> Flow[str]:
    """Make a folder, or find it if it is there by now; return its id.

    Args:
        policy: how to send requests.
        name: its name.
        project: the project whose root it is in; exclusive with `parent`.
        parent: the id of the folder it is in.
        path: where it is, for people.

    Raises:
        InputError: a file has its name.
        ApiError, ConnectionFailed, OutcomeUnknown: it cannot be made.
    """
    try:
        return (yield from lookups.create_folder(policy, name, project, parent)).id
    except (errors.Conflict, errors.BadRequest, errors.OutcomeUnknown) as error:
        if isinstance(error, errors.BadRequest) and error.code not in errors.EXISTS:
            raise
        # Another program may have made it, or this one, without learning so.
        resolver, place = PathResolver(policy), Location(project, folder=parent).below(name)
        yield from resolver.look_up([place])
        found = resolver.found[place]
        if found is None:
            raise
        if not found.is_folder:
            raise InputError(f"{path} is a file, not a folder.") from error
        return found.id


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
            # Who has folders made does not mean a file.
            raise InputError(f"{place} is a file, not a folder.") if parents else file_as_destination(place)
        return Location(folder=resolver.folder_id(place)) if place.names else place
    if not parents:
        raise no_folder(missing)
    check_new_names(place, missing)
    above = resolver.folder_id(missing.parent)
    for folder in place.lineage()[len(missing.names) :]:
        project = folder.project if above is None else None
        above = yield from make_folder(policy, folder.name, project, above, str(folder))
    return Location(folder=above)
