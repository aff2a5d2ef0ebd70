"""What all operations answer with: pages, details, entries of bulk calls; and whom and what a call is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from attrs import frozen

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.service import documents
from sbg_bulk.simulator.service.contract import Arguments
from sbg_bulk.simulator.service.reply import Reply, answer, encode
from sbg_bulk.simulator.variant import PLAIN, Variant
from sbg_bulk.simulator.world.actions import permissions
from sbg_bulk.simulator.world.described import DrsImports
from sbg_bulk.simulator.world.edits import find
from sbg_bulk.simulator.world.jobs import Jobs
from sbg_bulk.simulator.world.limits import Limiter
from sbg_bulk.simulator.world.transfers import Transfers
from sbg_bulk.simulator.world.tree import Folder, Node, Project, User, World

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


class Answering:
    """The world, the books of jobs, and the ways to answer about them.

    `submit_status` and `create_status` are the statuses of a successful submission and of a new folder.
    """

    def __init__(
        self,
        world: World,
        jobs: Jobs,
        transfers: Transfers,
        drs_imports: DrsImports,
        limiter: Limiter,
        *,
        submit_status: int = 202,
        create_status: int = 201,
        variant: Variant = PLAIN,
    ) -> None:
        self.variant = variant
        self.world = world
        self.jobs = jobs
        self.transfers = transfers
        self.drs_imports = drs_imports
        self.limiter = limiter
        self.submit_status = _with_a_body("submit_status", submit_status)
        self.create_status = _with_a_body("create_status", create_status)

    def page(self, found: Sequence[T], call: Call) -> Sequence[T]:
        """Return the part of what was found that the call asks for."""
        offset, limit = call.arguments.query["offset"], call.arguments.query["limit"]
        return found[offset : offset + min(limit, self.variant.page_max)]

    def listing(self, call: Call, entries: Sequence[bytes], total: int) -> Reply:
        """Answer with one page of rendered entries, of so many in total."""
        offset, limit = call.arguments.query["offset"], call.arguments.query["limit"]
        href = documents.page_href(call.address, call.query, offset, limit)
        links = self.links(call, total)
        body = b'{"href":%s,"items":[%s],"links":%s}' % (encode(href), b",".join(entries), encode(links))
        ways = ", ".join(f'<{link["href"]}>; rel="{link["rel"]}"' for link in links)
        return Reply(
            200, body, ((b"x-total-matching-query", b"%d" % total), (b"link", ways.encode("ascii", "replace")))
        )

    def links(self, call: Call, total: int) -> Sequence[Mapping[str, str]]:
        """Return the links of a page to the next one and to the one before."""
        offset, limit = call.arguments.query["offset"], call.arguments.query["limit"]
        shown = min(limit, self.variant.page_max)
        return documents.links(call.address, call.query, offset, limit, total, shown)

    def details(self, kind: str, document: dict[str, Any], call: Call) -> Reply:
        """Answer with a document of that kind, or with the fields of it that the call asks for."""
        fields = call.arguments.query["fields"]
        return answer(document if fields is None else documents.select(kind, document, fields))

    def bulk(self, call: Call, items: Sequence[T], do: Callable[[T], Node | Mapping[str, Any]]) -> Reply:
        """Answer with what came of each item: the file that `do` returns, or what it was refused for."""
        self.refuse_bulk()
        entries: list[Mapping[str, Any]] = []
        for item in items:
            try:
                done = do(item)
            except ApiError as error:
                entries.append({"error": error.body()})
            else:
                there = done if isinstance(done, Mapping) else documents.node_details(done, call.base)
                entries.append({"resource": there})
        return answer({"items": entries})

    def refuse_bulk(self) -> None:
        """Raise ApiError if the variant has no bulk calls."""
        refused = self.variant.bulk_refused
        if refused is not None:
            code = {404: 90003, 405: 90006, 501: 90010}[refused]
            raise ApiError(code, "There are no bulk calls.", status=refused)

    def node(self, user: User, node_id: str, *, missing: int = 5002) -> Node:
        """Find the file or folder of that id.

        Raises ApiError with the code `missing` if there is none, and with 5001 if the user may not see it.
        """
        return find(self.world, user, node_id, missing=missing)

    def folder(self, user: User, node_id: str, *, missing: int = 5002) -> Folder:
        """Find the folder of that id. Raises ApiError as `node` does, and (5022) if it is a file."""
        node = self.node(user, node_id, missing=missing)
        if not isinstance(node, Folder):
            raise ApiError(5022, f"{node.name} is not a folder.")
        return node

    def named_project(self, call: Call) -> Project:
        """Return the project that the path names. Raises ApiError as `project` does."""
        return self.project(call.user, f"{call.arguments.path['owner']}/{call.arguments.path['project']}")

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
        raise ValueError(f"{name}: expected a 2xx status with a body, not {status}")
    return status
