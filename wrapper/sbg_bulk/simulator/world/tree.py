"""Users, projects and the tree of folders and files: what there is, with no opinion on who may do what.

Names are unique within a folder. What happens when one is taken:

- a folder that is put where a folder of its name exists is merged with that one;
- anything else is renamed with the lowest free numeric prefix: `1_sample.bam`, then `2_sample.bam`.

Both hold for copies and for moves. A folder copied to where it already is does not merge with itself: the copy
is renamed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from attrs import define, evolve, field, frozen

from sbg_bulk.simulator.world.clock import Clock
from sbg_bulk.simulator.world.ids import Ids
from sbg_bulk.simulator.world.repository import Repository
from sbg_bulk.simulator.world.volumes import HOME, Volumes

LONGEST_NAME = 255
"""Most characters of the name of a file or a folder."""


@frozen
class Permissions:
    """The things that a user may do in a project."""

    read: bool = False
    copy: bool = False
    write: bool = False
    execute: bool = False
    admin: bool = False


NOTHING = Permissions()
EVERYTHING = Permissions(read=True, copy=True, write=True, execute=True, admin=True)


@frozen
class User:
    """A user of the platform. One without a token cannot call the service, but can own things in it."""

    username: str
    token: str | None = field(default=None, repr=False)
    first_name: str = ""
    last_name: str = ""
    affiliation: str = ""

    @property
    def email(self) -> str:
        return f"{self.username}@example.com"


@define(eq=False)
class File:
    """A file: a name, a place and a size in bytes, with its tags, its metadata, and the id of the task that made it.

    `alias_of` is the volume and the location of an object in a bucket that the file stands for; None if the platform
    keeps its content. One that is `archived` cannot be exported. Dates are Unix seconds.
    """

    id: str
    name: str
    size: int
    created_on: float
    modified_on: float
    parent: Folder | None = field(default=None, repr=False)
    tags: list[str] = field(factory=list, repr=False)
    metadata: dict[str, str] = field(factory=dict, repr=False)
    task: str | None = field(default=None, repr=False)
    alias_of: tuple[str, str] | None = field(default=None, repr=False)
    archived: bool = False


@define(eq=False)
class Folder:
    """A folder. The root folder of a project has no parent, and names its project in `root_of`."""

    id: str
    name: str
    created_on: float
    modified_on: float
    parent: Folder | None = field(default=None, repr=False)
    root_of: Project | None = field(default=None, repr=False)
    children: dict[str, Node] = field(factory=dict, repr=False)


Node = File | Folder


@define(eq=False)
class Project:
    """A project, `owner/short-name`, with the permissions of its members by user name.

    `location` is the cloud and the region of its files. Those of a `public` one cannot be exported.
    """

    id: str
    name: str
    description: str
    created_by: str
    created_on: float
    modified_on: float
    root: Folder = field(repr=False)
    members: dict[str, Permissions]
    tags: list[str] = field(factory=list)
    billing_group: str | None = None
    location: str = HOME
    public: bool = False


def project_of(node: Node) -> Project:
    """Find the project that a file or folder is in.

    Raises LookupError for one that is in none, because it has been deleted.
    """
    top: Node = node
    while top.parent is not None:
        top = top.parent
    if isinstance(top, File) or top.root_of is None:
        raise LookupError(f"{node.id} is no longer in a project")
    return top.root_of


def is_within(node: Node, folder: Node) -> bool:
    """Return whether the node is that folder or somewhere below it."""
    above: Node | None = node
    while above is not None:
        if above is folder:
            return True
        above = above.parent
    return False


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything below it, each folder before what it holds."""
    todo = [node]
    while todo:
        here = todo.pop()
        yield here
        if isinstance(here, Folder):
            todo.extend(reversed(here.children.values()))


def count_files(node: Node) -> int:
    """Count the files that a job on this node deals with: those below a folder, and at least 1."""
    return max(1, sum(isinstance(each, File) for each in walk(node)))


def free_name(folder: Folder, name: str, form: str = "{}_") -> str:
    """Return the name itself if it is free in the folder, else the name with the lowest free prefix of the form.

    A name that the prefix would make too long loses characters at its front, so that it keeps its extension.
    """
    candidate, number = name, 0
    while candidate in folder.children:
        number += 1
        prefix = form.format(number)
        candidate = prefix + name[-(LONGEST_NAME - len(prefix)) :]
    return candidate


class World:
    """Everything there is, by its id. Build one with the `add_…` methods."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self.users: dict[str, User] = {}
        self.tokens: dict[str, User] = {}
        self.projects: dict[str, Project] = {}
        self.nodes: dict[str, Node] = {}
        self.volumes = Volumes(clock, self.users)
        self.repository = Repository()

    # Building

    def add_token(self, user: User, token: str) -> None:
        """Give a user another token, as good as the one that the user has. Raises ValueError if it is taken."""
        if token in self.tokens:
            raise ValueError(f"the token of {user.username} already belongs to another user")
        self.tokens[token] = user

    def add_user(
        self,
        username: str,
        *,
        token: str | None = None,
        first_name: str = "",
        last_name: str = "",
        affiliation: str = "",
    ) -> User:
        """Add a user; with a token, one that can call the service.

        Raises ValueError if the user name or the token is taken.
        """
        if username in self.users:
            raise ValueError(f"user {username} already exists")
        user = User(username, token, first_name, last_name, affiliation)
        if token is not None:
            self.add_token(user, token)
        self.users[username] = user
        return user

    def add_project(
        self,
        project_id: str,
        *,
        name: str | None = None,
        description: str = "",
        members: Mapping[str, Permissions] | None = None,
        root: str | None = None,
        created_on: float | None = None,
        tags: Iterable[str] = (),
        billing_group: str | None = None,
    ) -> Project:
        """Add a project, `owner/short-name`, of an existing user, who may do everything in it.

        `name` is its long name, by default the short one; `members` are the permissions of others by user
        name; `root` is the id of its root folder; `created_on` is in Unix seconds, now by default;
        `billing_group` is the UUID of who pays. Raises ValueError if the id is malformed or taken, or if the owner does
        not exist.
        """
        owner, slash, short = project_id.partition("/")
        if not (owner and slash and short) or "/" in short:
            raise ValueError(f"expected a project id, owner/project, not {project_id!r}")
        if owner not in self.users:
            raise ValueError(f"{project_id}: there is no user {owner}")
        if project_id in self.projects:
            raise ValueError(f"project {project_id} already exists")
        then = self._clock.now() if created_on is None else created_on
        folder = Folder(self._new_id(root), short, then, then)
        project = Project(
            project_id,
            name or short,
            description,
            owner,
            then,
            then,
            folder,
            {owner: EVERYTHING, **(members or {})},
            list(tags),
            billing_group,
        )
        folder.root_of = project
        self.nodes[folder.id] = folder
        self.projects[project_id] = project
        return project

    def add_folder(
        self,
        name: str,
        parent: Folder | Project,
        *,
        id: str | None = None,
        created_on: float | None = None,
    ) -> Folder:
        """Add an empty folder in a folder, or in a project's root.

        Raises ValueError if the name is no name or taken there, or the id is taken.
        """
        then = self._clock.now() if created_on is None else created_on
        folder = Folder(self._new_id(id), name, then, then)
        self._add(folder, parent)
        return folder

    def add_file(
        self,
        name: str,
        parent: Folder | Project,
        *,
        size: int = 0,
        id: str | None = None,
        created_on: float | None = None,
        tags: Iterable[str] = (),
        metadata: Mapping[str, str] | None = None,
        task: str | None = None,
        alias_of: tuple[str, str] | None = None,
    ) -> File:
        """Add a file of so many bytes in a folder, or in a project's root.

        `task` is the id of the task that made it; `alias_of` is the volume and the location that it stands for. Raises
        ValueError if the name is no name or taken there, or the id is taken.
        """
        then = self._clock.now() if created_on is None else created_on
        file = File(self._new_id(id), name, size, then, then)
        file.tags, file.metadata, file.task, file.alias_of = list(tags), dict(metadata or {}), task, alias_of
        self._add(file, parent)
        return file

    def _new_id(self, wanted: str | None) -> str:
        chosen = self._ids.node() if wanted is None else wanted
        if chosen in self.nodes:
            raise ValueError(f"a file or folder with the id {chosen} already exists")
        return chosen

    def _add(self, node: Node, parent: Folder | Project) -> None:
        folder = parent.root if isinstance(parent, Project) else parent
        if not node.name or "/" in node.name or len(node.name) > LONGEST_NAME:
            raise ValueError(f"not a name: {node.name!r}")
        if node.name in folder.children:
            raise ValueError(f"{node.name} exists already in {folder.name}")
        self.nodes[node.id] = node
        self._attach(node, folder, node.name)

    # Changing

    def copy(self, source: Node, destination: Folder, name: str, at: float) -> Node:
        """Copy a file, or a folder with all its contents, into a folder under a name; the copies are dated `at`.

        Returns the copy, or the folder that the copy was merged with. The destination must not be within the
        source.
        """
        # Looked through before anything is made: a merge may add to a folder that is still to be copied.
        below: list[tuple[Node, int]] = []
        positions: dict[int, int] = {}
        for position, node in enumerate(walk(source)):
            positions[id(node)] = position
            below.append((node, -1 if node is source else positions[id(node.parent)]))
        made: list[Node] = []
        for node, above in below:
            into = destination if above < 0 else made[above]
            assert isinstance(into, Folder)
            wanted = name if node is source else node.name
            there = into.children.get(wanted)
            if isinstance(node, Folder) and isinstance(there, Folder) and id(there) not in positions:
                made.append(there)
                continue
            made.append(self._duplicate(node, at))
            self._attach(made[-1], into, free_name(into, wanted))
        return made[0]

    def move(self, source: Node, destination: Folder, name: str) -> Node:
        """Move a file, or a folder with all its contents, into a folder under a name.

        Files keep their ids, folders get new ones. Returns the node in its new place, or the folder that it was
        merged with. The destination must not be within the source.
        """
        self._detach(source)
        moved: Node = source
        todo: deque[tuple[Node, Folder, str]] = deque([(source, destination, name)])
        while todo:
            node, into, wanted = todo.popleft()
            there = into.children.get(wanted)
            if isinstance(node, Folder) and isinstance(there, Folder):
                del self.nodes[node.id]
                todo.extend((child, there, child.name) for child in node.children.values())
                node.children = {}
                if node is source:
                    moved = there
                continue
            for each in walk(node):
                if isinstance(each, Folder):
                    self._renew(each)
            self._attach(node, into, free_name(into, wanted))
        return moved

    def rename(self, node: Node, name: str) -> None:
        """Give a file or a folder another name, which must be free where it is."""
        folder = node.parent
        assert folder is not None, "a root folder cannot be renamed"
        self._detach(node)
        self._attach(node, folder, name)

    def delete(self, node: Node) -> None:
        """Delete a file, or a folder with all its contents."""
        self._detach(node)
        for each in walk(node):
            del self.nodes[each.id]

    def _duplicate(self, node: Node, at: float) -> Node:
        if isinstance(node, File):
            copy: Node = evolve(
                node,
                id=self._new_id(None),
                created_on=at,
                modified_on=at,
                parent=None,
                tags=list(node.tags),
                metadata=dict(node.metadata),
            )
        else:
            copy = Folder(self._new_id(None), node.name, at, at)
        self.nodes[copy.id] = copy
        return copy

    def _renew(self, folder: Folder) -> None:
        del self.nodes[folder.id]
        folder.id = self._new_id(None)
        self.nodes[folder.id] = folder

    def _attach(self, node: Node, folder: Folder, name: str) -> None:
        node.name = name
        node.parent = folder
        folder.children[name] = node

    def _detach(self, node: Node) -> None:
        assert node.parent is not None, "a root folder cannot be moved"
        del node.parent.children[node.name]
        node.parent = None
