"""The work of both clients with files, projects, volumes and the user, as flows that wait for a driver."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sbg_bulk.api import lookups, pages, storage
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow
from sbg_bulk.client.places import lookup_policy, place_on, volume_place_on
from sbg_bulk.errors import InputError
from sbg_bulk.files import folders, tree, usage
from sbg_bulk.files.addresses import is_address
from sbg_bulk.files.paths import Location, is_path
from sbg_bulk.files.resolver import PathResolver
from sbg_bulk.models.resources import File, Page, Project, RateLimit, User
from sbg_bulk.models.storage import DrsImport, ExportJob, ImportJob, Volume
from sbg_bulk.settings.settings import Settings
from sbg_bulk.volumes.objects import objects


class FileFlows:
    """Files, folders, projects, volumes, and what the API says of the token."""

    def __init__(self, settings: Settings, policy: RequestPolicy) -> None:
        self._settings = settings
        self._policy = policy

    def page(
        self, project: str | None, parent: str | None, name: str | None, offset: int, limit: int
    ) -> Flow[Page[File]]:
        project, parent = yield from self._start(project, parent)
        return (yield from pages.page(self._policy, pages.files(project, parent, name), offset, limit))

    def entries(self, project: str | None, parent: str | None, name: str | None, details: bool) -> Flow[None]:
        project, parent = yield from self._start(project, parent)
        yield from pages.entries(
            self._policy, pages.files(project, parent, name, pages.ALL_FIELDS if details else None)
        )

    def _start(self, project: str | None, parent: str | None) -> Flow[tuple[str | None, str | None]]:
        """Return the project or the folder's id to list: what is given as a project may be the path of a folder."""
        if project is None or parent is not None or not is_path(project):
            return project, parent
        place, resolver = place_on(self._settings, project), PathResolver(self._policy)
        yield from resolver.look_up([place])
        yield from resolver.check(place)
        resolver.folder(place)
        return (None, resolver.folder_id(place)) if place.names else (place.project, None)

    def read(self, file_id: str) -> Flow[File]:
        return lookups.file(self._policy, file_id)

    def locate(self, path: str) -> Flow[File | Project]:
        if not is_path(path) and not is_address(path):
            return (yield from lookups.file(self._policy, path))
        place = place_on(self._settings, path)
        if place.folder is not None:
            return (yield from lookups.file(self._policy, place.folder))
        if not place.names:
            return (yield from lookups.project(self._policy, place.project or ""))
        resolver = PathResolver(self._policy)
        yield from resolver.look_up([place])
        yield from resolver.check(place)
        return resolver.existing(place)

    def destination(self, to: str, parents: bool) -> Flow[Location]:
        place_on(self._settings, to)
        return folders.destination(self._policy, to, parents)

    def tree(self, place: str, depth: int | None, on_request: Callable[[int], object] | None) -> Flow[None]:
        if depth is not None and depth < 1:
            raise InputError(f"depth: expected 1 or more, not {depth}.")
        return tree.tree(lookup_policy(self._policy), place_on(self._settings, place), depth, on_request)

    def usage(self, place: str, depth: int, on_request: Callable[[int], object] | None) -> Flow[None]:
        if depth < 0:
            raise InputError(f"depth: expected 0 or more, not {depth}.")
        return usage.usage(lookup_policy(self._policy), place_on(self._settings, place), depth, on_request)

    def create_folder(self, name: str, project: str | None, parent: str | None) -> Flow[File]:
        return lookups.create_folder(self._policy, name, project, parent)

    def projects(self, name: str | None) -> Flow[None]:
        return pages.entries(self._policy, pages.projects(name))

    def project(self, project_id: str) -> Flow[Project]:
        return lookups.project(self._policy, project_id)

    def volumes(self) -> Flow[None]:
        return pages.entries(self._policy, storage.volumes())

    def volume(self, volume_id: str) -> Flow[Volume]:
        return storage.volume(self._policy, volume_id)

    def objects(self, place: str, recursive: bool, details: bool) -> Flow[None]:
        where = volume_place_on(self._settings, place)
        return objects(lookup_policy(self._policy), where, recursive=recursive, details=details)

    def imports(
        self, volume: str | None, project: str | None, state: str | Iterable[str] | None, details: bool
    ) -> Flow[None]:
        policy = lookup_policy(self._policy)
        return storage.transfers(policy, storage.IMPORTS, volume=volume, project=project, state=state, details=details)

    def import_job(self, import_id: str) -> Flow[ImportJob]:
        return storage.transfer(self._policy, storage.IMPORTS, import_id)

    def exports(self, volume: str | None, state: str | Iterable[str] | None, details: bool) -> Flow[None]:
        policy = lookup_policy(self._policy)
        return storage.transfers(policy, storage.EXPORTS, volume=volume, state=state, details=details)

    def export_job(self, export_id: str) -> Flow[ExportJob]:
        return storage.transfer(self._policy, storage.EXPORTS, export_id)

    def drs_import(self, import_id: str) -> Flow[DrsImport]:
        return storage.drs_import(self._policy, import_id)

    def user(self) -> Flow[User]:
        return lookups.user(self._policy)

    def rate_limit(self) -> Flow[RateLimit]:
        return lookups.rate_limit(self._policy)
