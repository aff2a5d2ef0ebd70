"""The operations of the contract: one method each, named by its operationId."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from attrs import frozen

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.service import arguments, documents
from sbg_bulk.simulator.service.contract import Arguments
from sbg_bulk.simulator.service.reply import Reply, answer, encode
from sbg_bulk.simulator.world.actions import JobType, permissions
from sbg_bulk.simulator.world.jobs import Jobs
from sbg_bulk.simulator.world.limits import Limiter
from sbg_bulk.simulator.world.tree import Folder, Node, Project, User, World, project_of

T = TypeVar("T")


@frozen
class Call:
    """A request that fits the contract, of a user who is known.

    `base` begins all addresses in the answer, `address` is the request's own without its query; `now` is in Unix
    seconds; `doomed` maps the indices of items to the codes that a fault makes them fail with; `late` is for how many
    seconds a fault keeps a submitted job out of the list.
    """

    user: User
    base: str
    address: str
    query: Sequence[tuple[str, str]]
    arguments: Arguments
    now: float
    doomed: Mapping[int, int]
    late: float


class Operations:
    """The operations, on one world and one book of jobs.

    `submit_status` and `create_status` are the statuses of a successful submission and of a new folder.
    """

    def __init__(
        self, world: World, jobs: Jobs, limiter: Limiter, *, submit_status: int = 202, create_status: int = 201
    ) -> None:
        self.world = world
        self.jobs = jobs
        self.limiter = limiter
        self.submit_status = _with_a_body("submit_status", submit_status)
        self.create_status = _with_a_body("create_status", create_status)

    # Async jobs

    def list_async_jobs(self, call: Call) -> Reply:
        jobs = self.jobs.listed(call.user, call.now)
        page = self.page(jobs, call)
        for job in page:
            self.jobs.shown(job, call.now)
        return self.listing(call, [documents.encoded_job(job, call.base) for job in page], len(jobs))

    def submit_copy_job(self, call: Call) -> Reply:
        return self.submit(JobType.COPY, call)

    def submit_move_job(self, call: Call) -> Reply:
        return self.submit(JobType.MOVE, call)

    def submit_delete_job(self, call: Call) -> Reply:
        return self.submit(JobType.DELETE, call)

    def get_copy_job(self, call: Call) -> Reply:
        return self.get_job(JobType.COPY, call)

    def get_move_job(self, call: Call) -> Reply:
        return self.get_job(JobType.MOVE, call)

    def get_delete_job(self, call: Call) -> Reply:
        return self.get_job(JobType.DELETE, call)

    def submit(self, job_type: JobType, call: Call) -> Reply:
        items = arguments.items(job_type, call.arguments.body)
        job = self.jobs.submit(call.user, job_type, items, call.now, call.doomed, call.late)
        return Reply(self.submit_status, documents.encoded_job(job, call.base))

    def get_job(self, job_type: JobType, call: Call) -> Reply:
        job = self.jobs.find(call.user, job_type, call.arguments.path["job_id"])
        self.jobs.shown(job, call.now)
        return Reply(200, documents.encoded_job(job, call.base))

    # Files

    def list_files(self, call: Call) -> Reply:
        folder = self.listed_folder(call.user, call.arguments.query)
        names = call.arguments.query["name"]
        if names:
            return self.list_nodes(
                [folder.children[name] for name in dict.fromkeys(names) if name in folder.children], call
            )
        return self.list_nodes(list(folder.children.values()), call)

    def list_folder(self, call: Call) -> Reply:
        folder = self.folder(call.user, call.arguments.path["file_id"])
        return self.list_nodes(list(folder.children.values()), call)

    def get_file(self, call: Call) -> Reply:
        node = self.node(call.user, call.arguments.path["file_id"])
        return answer(documents.node_details(node, call.base))

    def create_folder(self, call: Call) -> Reply:
        body = call.arguments.body
        parent_id, project_id = arguments.destination(body)
        if project_id is not None:
            folder = self.project(call.user, project_id).root
        else:
            folder = self.folder(call.user, parent_id or "", missing=5026)
        project = project_of(folder)
        if not permissions(call.user, project).write:
            raise ApiError(3001, f"You may not write to {project.id}.")
        if body["name"] in folder.children:
            raise ApiError(5003, f"{body['name']} exists already.")
        made = self.world.add_folder(body["name"], folder, created_on=call.now)
        return answer(documents.node_details(made, call.base), self.create_status)

    # Projects and the account

    def list_projects(self, call: Call) -> Reply:
        wanted = (call.arguments.query["name"] or "").casefold()
        mine = [
            project
            for project in self.world.projects.values()
            if call.user.username in project.members and wanted in project.name.casefold()
        ]
        page = self.page(mine, call)
        return self.listing(call, [encode(documents.project(each, call.base)) for each in page], len(mine))

    def get_project(self, call: Call) -> Reply:
        path = call.arguments.path
        project = self.project(call.user, f"{path['owner']}/{path['project']}")
        return answer(documents.project_details(project, call.user, call.base))

    def get_user(self, call: Call) -> Reply:
        return answer(documents.user(call.user, call.base))

    def get_rate_limit(self, call: Call) -> Reply:
        return answer(documents.rate_limit(self.limiter.budget(call.user.username, call.now)))

    # What several of them need

    def page(self, found: Sequence[T], call: Call) -> Sequence[T]:
        """Return the part of what was found that the call asks for."""
        offset, limit = call.arguments.query["offset"], call.arguments.query["limit"]
        return found[offset : offset + limit]

    def listing(self, call: Call, entries: Sequence[bytes], total: int) -> Reply:
        """Answer with one page of rendered entries, of so many in total."""
        offset, limit = call.arguments.query["offset"], call.arguments.query["limit"]
        href = documents.page_href(call.address, call.query, offset, limit)
        links = self.links(call, total)
        body = b'{"href":%s,"items":[%s],"links":%s}' % (encode(href), b",".join(entries), encode(links))
        return Reply(200, body, ((b"x-total-matching-query", b"%d" % total),))

    def links(self, call: Call, total: int) -> Sequence[Mapping[str, str]]:
        """Return the links of a page to the next one and to the one before."""
        offset, limit = call.arguments.query["offset"], call.arguments.query["limit"]
        return documents.links(call.address, call.query, offset, limit, total)

    def list_nodes(self, nodes: Sequence[Node], call: Call) -> Reply:
        """Answer with one page of these files and folders."""
        page = self.page(nodes, call)
        fields = call.arguments.query.get("fields")
        if fields is None:
            return self.listing(call, [encode(documents.node(node, call.base)) for node in page], len(nodes))
        return self.listing(call, [encode(documents.node_fields(node, call.base, fields)) for node in page], len(nodes))

    def listed_folder(self, user: User, query: Mapping[str, Any]) -> Folder:
        """Find the folder that a listing by project or by parent is about.

        An empty value is wrong here: only bodies have it for an absent one.
        """
        parent, project = query["parent"], query["project"]
        if parent is not None and project is not None:
            raise ApiError(5031, "Give project or parent, not both.")
        if parent is None and project is None:
            raise ApiError(5029, "Give one of project and parent.")
        if project == "":
            raise ApiError(3006, "project: must not be empty.")
        if parent == "":
            raise ApiError(5004, "parent: must not be empty.")
        if project is not None:
            arguments.check_project_id(project)
            return self.project(user, project).root
        return self.folder(user, parent)

    def node(self, user: User, node_id: str, *, missing: int = 5002) -> Node:
        """Find the file or folder of that id.

        Raises ApiError with the code `missing` if there is none, and with 5001 if the user may not see it.
        """
        node = self.world.nodes.get(node_id)
        if node is None:
            raise ApiError(missing, f"There is no file or folder {node_id}.")
        if not permissions(user, project_of(node)).read:
            raise ApiError(5001, f"You have no access to {node_id}.")
        return node

    def folder(self, user: User, node_id: str, *, missing: int = 5002) -> Folder:
        """Find the folder of that id. Raises ApiError as `node` does, and (5022) if it is a file."""
        node = self.node(user, node_id, missing=missing)
        if not isinstance(node, Folder):
            raise ApiError(5022, f"{node.name} is not a folder.")
        return node

    def project(self, user: User, project_id: str) -> Project:
        """Find the project of that id. Raises ApiError if there is none (3002) or if the user may not see it (3001)."""
        project = self.world.projects.get(project_id)
        if project is None:
            raise ApiError(3002, f"There is no project {project_id}.")
        if not permissions(user, project).read:
            raise ApiError(3001, f"You have no access to {project_id}.")
        return project


def _with_a_body(name: str, status: int) -> int:
    if status not in range(200, 300) or status in (204, 205):
        raise ValueError(f"{name} is a 2xx status that can carry a body; not {status}")
    return status
