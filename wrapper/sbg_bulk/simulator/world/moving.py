"""What an import or an export does, and what it is refused for.

The rules are those of the documentation. Where it is silent, this service decides:

- what can be seen at once (codes 90xx) is refused at the submission, what the job finds out (91xx) ends it as FAILED;
- a folder whose structure is not kept has its files put into the destination itself;
- `overwrite` counts before `autorename`, and merges folders;
- whoever exports a file needs the permission to copy from its project and, unless the file stays, to write there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.world.actions import permissions
from sbg_bulk.simulator.world.tree import File, Folder, Node, User, World, free_name, project_of
from sbg_bulk.simulator.world.volumes import Volume


@frozen
class Import:
    """An object, or with a slash at its end a folder of them, that is to be made a file or a folder of a project."""

    volume: str
    location: str
    parent: str | None
    project: str | None
    name: str | None = None
    overwrite: bool = False
    autorename: bool = False
    preserve: bool | None = None

    @property
    def prefix(self) -> str:
        """Return what the keys of a folder begin with; one slash alone means the whole volume."""
        return "" if self.location == "/" else self.location

    @property
    def named(self) -> str:
        """Return the name that it gets; empty if there is none to go by."""
        return self.name or self.location.rstrip("/").rpartition("/")[2]


@frozen
class Export:
    """A file that is to be written to a volume; unless `copy_only`, it is an alias of what was written then."""

    file: str
    volume: str
    location: str
    overwrite: bool = False
    copy_only: bool = False
    properties: Mapping[str, str] = field(factory=dict)


Wanted = Import | Export


def check_first(world: World, user: User, wanted: Wanted) -> None:
    """Raise ApiError for what can be seen to be wrong before anything is looked up in the bucket."""
    if isinstance(wanted, Import):
        _volume(world, user, wanted.volume)
        _destination(world, user, wanted)
        if not wanted.named:
            raise ApiError(9018, "No name can be inferred from the location. Give destination.name.")
        return
    volume = _volume(world, user, wanted.volume)
    file = _exported(world, user, wanted)
    if volume.access_mode != "RW":
        raise ApiError(9026, f"{volume.id} is read-only.")
    if volume.location != project_of(file).location:
        raise ApiError(9027, f"{volume.id} is in {volume.location}, {file.name} in {project_of(file).location}.")
    if wanted.location.endswith("/"):
        raise ApiError(9018, "destination.location: must end in a name.")


def check_then(world: World, user: User, wanted: Wanted) -> None:
    """Raise ApiError for what a job finds out when it runs."""
    volume = _volume(world, user, wanted.volume)
    if not volume.active:
        raise ApiError(9103, f"{volume.id} cannot be reached with its configuration.")
    if isinstance(wanted, Import):
        folder = _destination(world, user, wanted)
        if wanted.location.endswith("/"):
            _plan(wanted, volume, folder)
        elif volume.objects.size(wanted.location) is None:
            raise ApiError(9105, f"There is no {wanted.location} on {volume.id}.")
        elif _in_the_way(wanted, folder.children.get(wanted.named), File):
            raise ApiError(9108, f"{wanted.named} exists already.")
        return
    file = world.nodes.get(wanted.file)
    if file is None:
        raise ApiError(9106, f"File {wanted.file} no longer exists.")
    if isinstance(file, Folder) or file.alias_of is not None:
        raise ApiError(9109, f"{file.name} has been exported already.")
    if not wanted.overwrite and volume.objects.size(wanted.location) is not None:
        raise ApiError(9107, f"{wanted.location} exists already on {volume.id}.")


def carry_out(world: World, user: User, wanted: Wanted, at: float) -> Node:
    """Do it, at that time (Unix seconds); return the file or folder. Raises ApiError, and nothing has changed then."""
    check_then(world, user, wanted)
    volume = world.volumes[wanted.volume]
    if isinstance(wanted, Export):
        file = world.nodes[wanted.file]
        assert isinstance(file, File)
        volume.objects.put(wanted.location, file.size)
        if not wanted.copy_only:
            file.alias_of, file.modified_on = (volume.id, wanted.location), at
        return file
    folder = _destination(world, user, wanted)
    if not wanted.location.endswith("/"):
        return _add_alias(world, wanted, volume, wanted.location, (folder, wanted.named), at)
    plan, made = _plan(wanted, volume, folder), folder
    if wanted.preserve is not False:
        there = folder.children.get(wanted.named)
        if wanted.overwrite and isinstance(there, Folder):
            made = there
        else:
            made = world.add_folder(free_name(folder, wanted.named, "_{}_"), folder, created_on=at)
    for key, parts in plan:
        into = made
        for part in parts[:-1]:
            below = into.children.get(part)
            into = below if isinstance(below, Folder) else world.add_folder(part, into, created_on=at)
        if parts[-1]:
            _add_alias(world, wanted, volume, key, (into, parts[-1]), at)
    return made


def _add_alias(world: World, wanted: Import, volume: Volume, key: str, place: tuple[Folder, str], at: float) -> File:
    folder, name = place
    there = folder.children.get(name)
    if there is not None and wanted.overwrite:
        world.delete(there)
    size = volume.objects.size(key)
    free = free_name(folder, name, "_{}_")
    return world.add_file(free, folder, size=size or 0, created_on=at, alias_of=(volume.id, key))


def _plan(wanted: Import, volume: Volume, folder: Folder) -> Sequence[tuple[str, Sequence[str]]]:
    """Return the keys of a folder, each with the way to its place in what it becomes.

    Raises ApiError if there are none, or no place.
    """
    keys = list(volume.objects.under(wanted.prefix))
    if not keys:
        raise ApiError(9105, f"There is no {wanted.location} on {volume.id}.")
    if wanted.preserve is False:
        plan = [(key, [name]) for key in keys if (name := key.rpartition("/")[2])]
        names = [name for _, [name] in plan]
        taken = any(_in_the_way(wanted, folder.children.get(name), File) for name in names)
        if taken or (len(set(names)) < len(names) and not wanted.overwrite and not wanted.autorename):
            raise ApiError(9108, "Several files would have the same name.")
        return plan
    there = folder.children.get(wanted.named)
    if _in_the_way(wanted, there, Folder):
        raise ApiError(9108, f"{wanted.named} exists already.")
    plan = [(key, key.removeprefix(wanted.prefix).split("/")) for key in keys]
    if wanted.overwrite and isinstance(there, Folder) and any(_clashes(there, parts) for _, parts in plan):
        raise ApiError(9108, "A file would replace a folder, or a folder a file.")
    return plan


def _in_the_way(wanted: Import, there: Node | None, kind: type[Node]) -> bool:
    """Return whether what has the name already keeps the import from its place."""
    return there is not None and not wanted.autorename and not (wanted.overwrite and isinstance(there, kind))


def _clashes(folder: Folder, parts: Sequence[str]) -> bool:
    """Return whether a file is where a folder of the way is to be, or the other way round."""
    here: Node | None = folder
    for part in parts:
        if isinstance(here, File):
            return True
        here = here.children.get(part) if here is not None else None
    return isinstance(here, Folder)


def _volume(world: World, user: User, volume_id: str) -> Volume:
    volume = world.volumes.get(volume_id)
    if volume is None:
        raise ApiError(9007, f"There is no volume {volume_id}.")
    if user.username not in volume.members:
        raise ApiError(9020, f"You have no access to {volume_id}.")
    return volume


def _destination(world: World, user: User, wanted: Import) -> Folder:
    if wanted.project is not None:
        project = world.projects.get(wanted.project)
        if project is None:
            raise ApiError(9012, f"There is no project {wanted.project}.")
        folder: Node = project.root
    else:
        found = world.nodes.get(wanted.parent or "")
        if found is None:
            raise ApiError(9009, f"There is no folder {wanted.parent}.")
        folder, project = found, project_of(found)
    if not permissions(user, project).write:
        raise ApiError(9003, f"You may not write to {project.id}.")
    if not isinstance(folder, Folder):
        raise ApiError(5022, f"{folder.name} is not a folder.")
    return folder


def _exported(world: World, user: User, wanted: Export) -> File:
    node = world.nodes.get(wanted.file)
    if node is None:
        raise ApiError(9009, f"There is no file {wanted.file}.")
    project = project_of(node)
    may = permissions(user, project)
    if not (may.read and may.copy and (may.write or wanted.copy_only or project.public)):
        raise ApiError(9004, f"You may not export files of {project.id}.")
    if isinstance(node, Folder) or project.public or node.archived or node.alias_of is not None:
        raise ApiError(9006, f"{node.name} cannot be exported.")
    return node
