"""The control address: what a person or a test does to a simulator that runs as a server.

It lies beside the service, at `/_simulator`; it is not charged, not logged and needs no token, but answers only to
the machine that the simulator runs on (`local`).

- `POST /_simulator/reset`: everything as it was at the start
- `POST /_simulator/seed` with `{"name": "demo"}`: the same, with another seed
- `POST /_simulator/advance` with `{"seconds": 60}`: jumps ahead in time
- `POST /_simulator/step` with `{"job": ID}`: takes the next step of a job
- `GET /_simulator/faults`: the armed rules, and how many requests each has seen and struck
- `POST /_simulator/faults` with `{"rule": "kind=429 times=2"}`: arms a rule
- `DELETE /_simulator/faults`: disarms all
- `GET /_simulator/requests`: the requests so far, without their tokens
- `DELETE /_simulator/requests`: forgets them
- `GET /_simulator/state`: users, projects with their trees, volumes, and jobs of every kind
- `GET /_simulator/board?open=ID&open=ID`: what the page shows; of folders and jobs, those named are shown whole
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

from attrs import asdict

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.http.page import board
from sbg_bulk.simulator.http.request import Request
from sbg_bulk.simulator.service import documents
from sbg_bulk.simulator.service.contract import BASE_PATH
from sbg_bulk.simulator.service.reply import Reply, answer
from sbg_bulk.simulator.state import State
from sbg_bulk.simulator.world.described import DrsImport
from sbg_bulk.simulator.world.jobs import Job
from sbg_bulk.simulator.world.transfers import Transfer
from sbg_bulk.simulator.world.tree import File, Node, Project

PREFIX = "/_simulator"


def is_control(path: str) -> bool:
    """Return whether a request's path belongs to the control address."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def handle(state: State, request: Request) -> Reply:
    """Answer a request to the control address. Raises ApiError if it makes no sense."""
    methods = _ROUTES.get(request.path.removeprefix(PREFIX).strip("/"))
    if methods is None:
        known = ", ".join(f"{PREFIX}/{name}" for name in _ROUTES)
        raise ApiError(90003, f"There is nothing at {request.path}. The paths are: {known}.")
    action = methods.get(request.method)
    if action is None:
        allowed = ", ".join(methods)
        message = f"{request.method} is not allowed here, only {allowed}."
        raise ApiError(90006, message, headers=[(b"allow", allowed.encode("ascii"))])
    given = parse_qs(request.query) if request.method == "GET" else _object(request.body)
    with state.lock:
        return answer(action(state, given))


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body or b"{}")
    except (ValueError, RecursionError) as broken:
        raise ApiError(10217, f"The body is not JSON: {broken}.") from None
    if not isinstance(document, dict):
        raise ApiError(10218, "The body is not a JSON object.")
    return document


def _required(body: Mapping[str, Any], name: str, kind: type | tuple[type, ...], example: str) -> Any:
    value = body.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ApiError(90000, f"{name}: is missing, or has the wrong type; send, for example, {example}.")
    return value


def _reset(state: State, body: Mapping[str, Any]) -> Any:  # noqa: ARG001
    state.reset()
    return {}


def _seed(state: State, body: Mapping[str, Any]) -> Any:
    name = _required(body, "name", str, '{"name": "demo"}')
    try:
        state.reset(name)
    except ValueError as unknown:
        raise ApiError(90000, f"name: {unknown}") from None
    return {"seed": name}


def _advance(state: State, body: Mapping[str, Any]) -> Any:
    seconds = _required(body, "seconds", (int, float), '{"seconds": 60}')
    try:
        state.advance(seconds)
    except ValueError as backwards:
        raise ApiError(90000, f"seconds: {backwards}") from None
    return {"now": state.clock.now()}


def _step(state: State, body: Mapping[str, Any]) -> Any:
    job_id = _required(body, "job", str, '{"job": "70711174378885120"}')
    try:
        return _job(state.step(job_id))
    except LookupError as unknown:
        raise ApiError(10211, f"job: {unknown.args[0]}") from None


def _job(job: Job | Transfer | DrsImport) -> dict[str, Any]:
    if isinstance(job, Transfer):
        return documents.transfer(job, BASE_PATH)
    return documents.drs_import(job, BASE_PATH) if isinstance(job, DrsImport) else documents.job(job, BASE_PATH)


def _faults(state: State, body: Mapping[str, Any]) -> Any:  # noqa: ARG001
    return {"faults": [board.fault(armed) for armed in state.faults.armed]}


def _arm(state: State, body: Mapping[str, Any]) -> Any:
    rule = _required(body, "rule", str, '{"rule": "kind=429 op=list_* times=2"}')
    try:
        return board.fault(state.arm(rule))
    except ValueError as wrong:
        raise ApiError(90000, f"rule: {wrong}") from None


def _disarm(state: State, body: Mapping[str, Any]) -> Any:  # noqa: ARG001
    state.disarm()
    return {"faults": []}


def _requests(state: State, body: Mapping[str, Any]) -> Any:  # noqa: ARG001
    return {"requests": [asdict(entry) for entry in state.requests]}


def _forget(state: State, body: Mapping[str, Any]) -> Any:  # noqa: ARG001
    state.requests.clear()
    return {"requests": []}


def _state(state: State, body: Mapping[str, Any]) -> Any:  # noqa: ARG001
    state.jobs.schedule.catch_up(state.clock.now())
    return {
        "now": state.clock.now(),
        "users": [documents.user(each, BASE_PATH) for each in state.world.users.values()],
        "projects": [_project(each) for each in state.world.projects.values()],
        "jobs": [_job(job) | {"owner": job.owner.username} for job in state.jobs.all()],
        "volumes": [documents.volume_details(volume, BASE_PATH) for volume in state.world.volumes.values()],
        "transfers": [_job(each) | {"owner": each.owner.username} for each in state.transfers.all()],
        "drs_imports": [_job(each) | {"owner": each.owner.username} for each in state.drs_imports.all()],
    }


def _board(state: State, query: Mapping[str, Any]) -> Any:
    return board.describe(state, query.get("open", ()))


def _project(project: Project) -> Mapping[str, Any]:
    return {
        "id": project.id,
        "name": project.name,
        "members": {username: asdict(permissions) for username, permissions in project.members.items()},
        "root": _tree(project.root),
    }


def _tree(node: Node) -> Mapping[str, Any]:
    if isinstance(node, File):
        described = {"tags": list(node.tags), "metadata": dict(node.metadata)}
        return {"id": node.id, "name": node.name, "type": "file", "size": node.size, **described}
    children = [_tree(child) for child in node.children.values()]
    return {"id": node.id, "name": node.name, "type": "folder", "children": children}


_ROUTES: Mapping[str, Mapping[str, Callable[[State, Mapping[str, Any]], Any]]] = MappingProxyType(
    {
        "reset": {"POST": _reset},
        "seed": {"POST": _seed},
        "advance": {"POST": _advance},
        "step": {"POST": _step},
        "faults": {"GET": _faults, "POST": _arm, "DELETE": _disarm},
        "requests": {"GET": _requests, "DELETE": _forget},
        "state": {"GET": _state},
        "board": {"GET": _board},
    }
)
