"""The server as an ASGI application: what it understands of requests, and what it answers."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from email.utils import formatdate
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.second.server.asked import (
    Answer,
    Asked,
    Handler,
    body_of,
    bulk_answer,
    bulk_of,
    destination_of,
    edit_of,
    item_of,
    number_of,
    token_of,
)
from tests.second.server.documents import Document, Writer
from tests.second.server.nodes import Node, Refusal
from tests.second.server.storage import storage_routes
from tests.second.server.world import WINDOW, Edit, Item, Job, Project, World

FOREIGN_PROJECT: Final = "foreign"
"""The short name of the project in which the user's other program copies files."""

FILE_QUERY: Final = ("project", "parent", "name", "tag", "origin.task", "fields", "offset", "limit")
"""What lists of files may be asked with, metadata apart."""

Entry = TypeVar("Entry", Job, Node, Project)


def application(world: World) -> Starlette:
    """Return the application that serves a world."""
    return _Api(world).app


class _Api:
    def __init__(self, world: World) -> None:
        self._world, self._variant = world, world.variant
        self._answers, self._admissions = itertools.count(1), itertools.count(1)
        kinds = ("copy", "move", "delete")
        routes: list[tuple[str, str, Handler]] = [
            ("GET", "/user", self._user),
            ("GET", "/rate_limit", self._rate_limit),
            ("GET", "/projects", self._projects),
            ("GET", "/projects/{owner}", self._owner_projects),
            ("GET", "/projects/{owner}/{project}", self._project),
            ("GET", "/projects/{owner}/{project}/files", self._project_files),
            ("GET", "/files", self._files),
            ("POST", "/files", self._new_folder),
            ("GET", "/files/{file_id}", self._file),
            ("GET", "/files/{file_id}/list", self._folder),
            ("POST", "/bulk/files/get", self._bulk("file_ids", self._read)),
            ("POST", "/bulk/files/edit", self._bulk("items", world.edit)),
            ("POST", "/bulk/files/update", self._bulk("items", world.edit, erases=True)),
            ("POST", "/bulk/files/delete", self._bulk("file_ids", world.delete)),
            ("GET", "/async/files", self._jobs),
            *(("POST", f"/async/files/{kind}", self._submission(kind.upper())) for kind in kinds),
            *(("GET", f"/async/files/{kind}/{{job_id}}", self._reading(kind.upper())) for kind in kinds),
            *(storage_routes(world, self._page) if self._variant.storage else ()),
        ]
        by_path: dict[str, dict[str, Handler]] = {}
        for method, path, handler in routes:
            by_path.setdefault(path, {})[method] = handler
        self.app = Starlette(
            routes=[
                Route(self._variant.base_path + path, self._endpoint(path, handlers), methods=list(handlers))
                for path, handlers in by_path.items()
            ],
            exception_handlers={HTTPException: self._astray},
        )
        self.app.router.redirect_slashes = self._variant.slash_redirects

    # What all answers have in common.

    def _endpoint(self, path: str, handlers: Mapping[str, Handler]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            writer = Writer(self._variant, f"{request.url.scheme}://{request.url.netloc}")
            token = token_of(request)
            try:
                handler = handlers["GET" if request.method == "HEAD" else request.method]
                user = self._admitted(token, counts=path != "/rate_limit")
                status, document, headers = handler(Asked(request, body, token, user, writer))
            except Refusal as refusal:
                status, document, headers = refusal.status, writer.error(refusal), {}
            return self._answer(status, document, headers | self._rate_headers(token))

        return endpoint

    def _admitted(self, token: str, *, counts: bool) -> str:
        world = self._world
        if world.maintained():
            raise Refusal(503, 0, "maintenance")
        user = world.users.get(token)
        if user is None:
            raise Refusal(401, 90001, "unauthorized")
        if counts and not world.spend(token):
            raise Refusal(429, 1000, "the rate limit is reached")
        world.go_on()
        self._let_others_in(token, user)
        return user

    def _let_others_in(self, token: str, user: str) -> None:
        """Have the user's other program do something from time to time, in a project of its own."""
        every, world = self._variant.foreign_every, self._world
        project = world.projects.get(f"{user}/{FOREIGN_PROJECT}")
        if every is None or project is None or next(self._admissions) % every:
            return
        if world.spend(token, self._variant.foreign_requests):
            items = [Item(one.id, project=project.id) for one in project.root.children[:2]]
            world.submit(user, "COPY", items, foreign=True)

    def _rate_headers(self, token: str) -> dict[str, str]:
        if token not in self._world.users or self._variant.rate_headers == "absent":
            return {}
        limit, remaining, reset = self._rate(token)
        values = {"Limit": limit, "Remaining": remaining, "Reset": reset}
        return {f"X-RateLimit-{name}": str(value) for name, value in values.items()}

    def _rate(self, token: str) -> tuple[int, int, int]:
        window, limit = self._world.window(token), self._world.limit
        ends = window.began + WINDOW
        factor = 1000 if self._variant.rate_headers == "milliseconds" else 1
        return limit, limit - window.used, int(ends * factor)

    def _answer(self, status: int, document: Document, headers: Mapping[str, str]) -> Response:
        more = {"X-Request-Id": f"second-{next(self._answers)}", "Content-Type": "application/json"}
        if self._variant.date_header:
            more["Date"] = formatdate(int(self._world.clock()), usegmt=True)
        if not self._variant.keep_alive:
            more["Connection"] = "close"
        return Response(json.dumps(document), status, {**more, **headers})

    async def _astray(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        writer = Writer(self._variant, f"{request.url.scheme}://{request.url.netloc}")
        code = {404: 90003, 405: 90006}.get(error.status_code, 90000)
        refusal = Refusal(error.status_code, code, error.detail)
        return self._answer(refusal.status, writer.error(refusal), error.headers or {})

    # The calls.

    def _user(self, asked: Asked) -> Answer:
        return 200, asked.writer.user(asked.user, asked.query.get("fields")), {}

    def _rate_limit(self, asked: Asked) -> Answer:
        return 200, asked.writer.rate_limit(*self._rate(asked.token), asked.query.get("fields")), {}

    def _projects(self, asked: Asked) -> Answer:
        return self._listed_projects(asked, list(self._world.projects.values()))

    def _owner_projects(self, asked: Asked) -> Answer:
        owner = asked.path["owner"]
        if owner not in self._world.users.values() and self._variant.unknown_owners == "refused":
            raise Refusal(404, 2002, "no such user")
        return self._listed_projects(
            asked, [one for one in self._world.projects.values() if one.id.startswith(f"{owner}/")]
        )

    def _listed_projects(self, asked: Asked, projects: Sequence[Project]) -> Answer:
        part, tags = asked.query.get("name", "").lower(), asked.query.getlist("tags")
        found = [
            one
            for one in projects
            if asked.user in one.members
            and part in one.name.lower()
            and (not tags or not set(tags).isdisjoint(one.tags))
        ]
        fields = asked.query.get("fields")
        return self._page(asked, found, lambda one: asked.writer.project(one, listed=True, fields=fields))

    def _named_project(self, asked: Asked) -> Project:
        return self._world.project(f"{asked.path['owner']}/{asked.path['project']}", asked.user)

    def _project(self, asked: Asked) -> Answer:
        return 200, asked.writer.project(self._named_project(asked), fields=asked.query.get("fields")), {}

    def _project_files(self, asked: Asked) -> Answer:
        root = self._named_project(asked).root
        if self._variant.project_files == "redirected":
            query = urlencode([("project", root.project), *asked.query.multi_items()])
            return 302, {}, {"Location": f"{self._variant.base_path}/files?{query}"}
        return self._content(asked, root)

    def _files(self, asked: Asked) -> Answer:
        unknown = [one for one in asked.query if one not in FILE_QUERY and not one.startswith("metadata.")]
        if unknown:
            raise Refusal(400, 90000, f"no such filter: {unknown}")
        project, parent = asked.query.get("project"), asked.query.get("parent")
        if (project is None) == (parent is None):
            raise Refusal(400, 5029 if project is None else 5031, "give one of project and parent")
        if project is not None:
            return self._content(asked, self._world.project(project, asked.user).root)
        if not parent:
            raise Refusal(400, 5004, "parent is empty")
        return self._content(asked, self._world.folder(parent, asked.user))

    def _folder(self, asked: Asked) -> Answer:
        return self._content(asked, self._world.folder(asked.path["file_id"], asked.user))

    def _content(self, asked: Asked, folder: Node) -> Answer:
        until = self._world.clock() - self._variant.files_listed_late
        found = [one for one in folder.children if one.made <= until and self._passes(asked.query, one)]
        fields = asked.query.get("fields")
        return self._page(asked, found, lambda one: asked.writer.file(one, listed=True, fields=fields))

    def _passes(self, query: QueryParams, node: Node) -> bool:
        """Return whether a file or folder passes all filters of a list."""
        names = query.getlist("name") if self._variant.name_parameter else []
        tags, tasks = query.getlist("tag"), query.getlist("origin.task")
        keys = [one for one in query if one.startswith("metadata.")]
        return (
            (not names or node.name in names)
            and (not tags or not set(tags).isdisjoint(node.tags))
            and (not tasks or node.task in tasks)
            and all(node.metadata.get(one.removeprefix("metadata.")) in query.getlist(one) for one in keys)
        )

    def _file(self, asked: Asked) -> Answer:
        found = self._world.node(asked.path["file_id"], asked.user)
        return 200, asked.writer.file(found, fields=asked.query.get("fields")), {}

    def _read(self, edit: Edit, user: str) -> Node | None:
        found = self._world.node(edit.file, user)
        return found if self._variant.bulk_folders or not found.is_folder else None

    def _bulk(self, key: str, do: Callable[[Edit, str], Node | None], *, erases: bool = False) -> Handler:
        """Return the handler that does something with each file, and answers what came of it.

        Args:
            key: the list in the body, of ids or of edits.
            do: does it; what it returns None for has no entry.
            erases: whether edits erase what they do not name.
        """

        def answered(asked: Asked) -> Answer:
            given = bulk_of(asked, key)
            # All of it is read before any of it is done.
            edits = [edit_of({"id": one} if key == "file_ids" else one, erases) for one in given]
            entries: list[Document | Refusal] = []
            for edit in edits:
                try:
                    found = do(edit, asked.user)
                except Refusal as refusal:
                    entries.append(refusal)
                else:
                    entries += [] if found is None else [asked.writer.file(found, bulk=True)]
            return bulk_answer(asked, entries)

        return answered

    def _new_folder(self, asked: Asked) -> Answer:
        given = body_of(asked)
        name = given.get("name")
        if not isinstance(name, str) or str(given.get("type")).lower() != "folder":
            raise Refusal(400, 5033, "name and type are needed")
        if not 0 < len(name) <= 255 or "/" in name:
            raise Refusal(400, 10236, "not a name for a folder")
        parent, project = destination_of(given)
        place = self._world.folder(parent, asked.user) if parent else self._world.project(str(project), asked.user).root
        return self._variant.post_status, asked.writer.file(self._world.new_folder(name, place)), {}

    def _jobs(self, asked: Asked) -> Answer:
        jobs = self._world.listed_jobs(asked.user)
        return self._page(asked, jobs, lambda one: asked.writer.job(one, self._world, listed=True))

    def _submission(self, job_type: str) -> Handler:
        def submitted(asked: Asked) -> Answer:
            given = body_of(asked).get("items")
            if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
                raise Refusal(400, 5033, "items is not a list of objects")
            if not given:
                raise Refusal(400, 10230, "there are no items")
            if self._variant.empty_strings == "refused" and any("" in one.values() for one in given):
                raise Refusal(400, 5033, "an item has an empty value")
            items = [item_of(one, job_type) for one in given]
            if len({one.file for one in items}) < len(items):
                raise Refusal(400, 10231, "an item is named twice")
            job = self._world.submit(asked.user, job_type, items)
            self._world.go_on()
            return self._variant.post_status, asked.writer.job(job, self._world), {}

        return submitted

    def _reading(self, job_type: str) -> Handler:
        def read(asked: Asked) -> Answer:
            return 200, asked.writer.job(self._world.job(asked.path["job_id"], job_type, asked.user), self._world), {}

        return read

    def _page(self, asked: Asked, entries: Sequence[Entry], write: Callable[[Entry], Document]) -> Answer:
        offset, limit = number_of(asked, "offset", 0), number_of(asked, "limit", 25)
        if offset < 0 or not 1 <= limit <= 100:
            raise Refusal(400, 90000, "offset or limit is out of range")
        ordered = self._world.ordered(entries)
        shown = [write(one) for one in ordered[offset : offset + min(limit, self._variant.page_max)]]
        path = asked.request.url.path.removeprefix(self._variant.base_path)
        query = {name: asked.query.getlist(name) for name in asked.query}
        headers = {"X-Total-Matching-Query": str(len(ordered))} if self._variant.total_header else {}
        return 200, asked.writer.page(path, query, shown, offset, limit, len(ordered)), headers
