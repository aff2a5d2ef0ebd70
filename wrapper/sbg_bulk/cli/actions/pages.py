"""Find the platform's page of something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sbg_bulk.errors import InputError
from sbg_bulk.files.addresses import page_of
from sbg_bulk.files.paths import Location, is_path
from sbg_bulk.models.resources import File, Project

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client


def address_of(client: Client, what: str, where: Location) -> str:
    """Return the address of the page of something.

    Args:
        client: finds it.
        what: its path or id.
        where: the place that this means.

    Raises:
        InputError: the pages of the platform are not known.
    """
    endpoint = client.settings.endpoint
    found = client.locate(what)
    if isinstance(found, Project):
        address = page_of(endpoint, found.id)
    elif found.is_folder:
        project, names = (where.project, where.names) if is_path(what) else _names(client, found)
        address = page_of(endpoint, project or "", names)
    else:
        address = page_of(endpoint, where.project or found.project or "", file=found.id)
    if address is None:
        raise InputError(f"The web pages of {endpoint} are not known; open works on the public platforms.")
    return address


def _names(client: Client, folder: File) -> tuple[str | None, tuple[str, ...]]:
    """Return the project and the names of a folder that is known by its id. Takes a request for each level."""
    project, names = folder.project, [folder.name]
    while folder.parent is not None:
        folder = client.file(folder.parent)
        names.insert(0, folder.name)
    # The uppermost is the root of the project.
    return project, tuple(names[1:])
