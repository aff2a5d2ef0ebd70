"""How each operation comes to answer with each status that the contract documents for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

from attrs import frozen
from schemathesis.core import NOT_SET

from sbg_bulk.simulator import ApiError, Simulator
from scripts.lib.coverage.generation import examples_simulator
from scripts.lib.spec import RESPONSES

FILE, ROOT = "5c6d4227e4b0385632389346", "5c6d3a08e4b0385632389300"
PROJECT = "rfranklin/my-project"
NOTHING = "000000000000000000000000"
MAIZE = examples_simulator().world.projects["bmcclintock/no-access"].root.children["maize"].id


@frozen
class Request:
    """The arguments of a call; `json` is the body unless it is sent as something else."""

    path: Mapping[str, str] = MappingProxyType({})
    query: Mapping[str, str] = MappingProxyType({})
    json: Any = NOT_SET
    media_type: str = "application/json"


def submission(*items: Mapping[str, str]) -> Request:
    return Request(json={"items": list(items)})


GOOD: Mapping[str, Request] = {
    "list_async_jobs": Request(),
    "submit_copy_job": submission({"file": FILE, "project": PROJECT, "name": "copy.bam"}),
    "submit_move_job": submission({"file": FILE, "project": "rfranklin/destination-project"}),
    "submit_delete_job": submission({"file": FILE}),
    "get_copy_job": Request({"job_id": "70711174378885120"}),
    "get_move_job": Request({"job_id": "70725310812958720"}),
    "get_delete_job": Request({"job_id": "71721895316959284"}),
    "list_files": Request(query={"project": PROJECT}),
    "create_folder": Request(json={"name": "new", "type": "folder", "project": PROJECT}),
    "get_file": Request({"file_id": FILE}),
    "list_folder": Request({"file_id": ROOT}),
    "list_project_files": Request({"owner": "rfranklin", "project": "my-project"}),
    "bulk_get_files": Request(json={"file_ids": [FILE, NOTHING]}),
    "bulk_edit_files": Request(json={"items": [{"id": FILE, "tags": ["seen"], "metadata": {"sample_id": None}}]}),
    "bulk_delete_files": Request(json={"file_ids": [FILE]}),
    "list_projects": Request(),
    "list_owner_projects": Request({"owner": "rfranklin"}),
    "get_project": Request({"owner": "rfranklin", "project": "my-project"}),
    "get_user": Request(),
    "get_rate_limit": Request(),
}
"""A call that succeeds, for each operation."""

BAD: Mapping[str, Request] = {
    "list_async_jobs": Request(query={"limit": "101"}),
    "submit_copy_job": submission({"file": FILE, "project": PROJECT, "parent": ROOT}),
    "submit_move_job": submission({"file": FILE}),
    "submit_delete_job": submission({"file": FILE}, {"file": FILE}),
    "list_files": Request(),
    "create_folder": Request(json={"name": "new", "type": "file", "project": PROJECT}),
    "list_folder": Request({"file_id": FILE}),
    "list_projects": Request(query={"offset": "-1"}),
    "list_owner_projects": Request({"owner": "rfranklin"}, {"limit": "0"}),
    "list_project_files": Request({"owner": "rfranklin", "project": "my-project"}, {"limit": "101"}),
    "bulk_get_files": Request(json={"file_ids": []}),
    "bulk_edit_files": Request(json={"items": [{"id": FILE, "name": "a/b"}]}),
    "bulk_delete_files": Request(json={"file_ids": [FILE] * 101}),
}
"""A call that is answered with 400."""

ABSENT: Mapping[str, Request] = {
    "get_copy_job": Request({"job_id": "70725310812958720"}),
    "get_move_job": Request({"job_id": "0"}),
    "get_delete_job": Request({"job_id": "0"}),
    "list_files": Request(query={"parent": NOTHING}),
    "create_folder": Request(json={"name": "new", "type": "folder", "parent": NOTHING}),
    "get_file": Request({"file_id": NOTHING}),
    "list_folder": Request({"file_id": NOTHING}),
    "get_project": Request({"owner": "rfranklin", "project": "no-project"}),
    "list_project_files": Request({"owner": "rfranklin", "project": "no-project"}),
    "list_owner_projects": Request({"owner": "nobody"}),
}
"""A call that is answered with 404."""

FOREIGN: Mapping[str, Request] = {
    "list_files": Request(query={"project": "bmcclintock/no-access"}),
    "create_folder": Request(json={"name": "new", "type": "folder", "project": "bmcclintock/read-only"}),
    "get_file": Request({"file_id": MAIZE}),
    "list_folder": Request({"file_id": MAIZE}),
    "get_project": Request({"owner": "bmcclintock", "project": "no-access"}),
    "list_project_files": Request({"owner": "bmcclintock", "project": "no-access"}),
}
"""A call about what belongs to somebody else, answered with 403."""


class Recipe(NamedTuple):
    """How to get a status: what to do to the simulator first, the call, and its token."""

    prepare: Callable[[Simulator], object]
    request: Request
    token: str = "demo-token"  # noqa: S105 - of the simulator


def nothing(simulator: Simulator) -> None:
    """The simulator is right as it is."""


def armed(rule: str) -> Callable[[Simulator], object]:
    return lambda simulator: simulator.arm(rule)


def barring(operation: str) -> Callable[[Simulator], None]:
    """Make the user one who may not make this call, as a token of a suspended user may not."""

    def bar(simulator: Simulator) -> None:
        def refuse(_: object) -> NoReturn:
            raise ApiError(90002, "You may not do this.")

        setattr(simulator.operations, operation, refuse)

    return bar


def recipe(operation: str, status: str) -> Recipe:
    """How that operation comes to answer with that status. Raises KeyError if nobody has said how."""
    good = GOOD[operation]
    match status:
        case "200" | "2XX":
            return Recipe(nothing, good)
        case "400":
            return Recipe(nothing, BAD[operation])
        case "401":
            return Recipe(nothing, good, token="not-a-token")  # noqa: S106 - nobody's
        case "403" if operation in FOREIGN:
            return Recipe(nothing, FOREIGN[operation])
        case "403":
            return Recipe(barring(operation), good)
        case "404":
            return Recipe(nothing, ABSENT[operation])
        case "409":
            return Recipe(nothing, Request(json={"name": "run-1", "type": "folder", "project": PROJECT}))
        case "415":
            return Recipe(nothing, Request(json=good.json, media_type="text/plain"))
        case "429":
            return Recipe(armed("kind=429"), good)
        case "500":
            return Recipe(armed("kind=500"), good)
        case "503":
            return Recipe(armed("kind=maintenance"), good)
        case _:
            raise KeyError(f"{operation} documents {status}, and there is no recipe for it")


def documented() -> list[tuple[str, str]]:
    """Return every operation with every status that it documents."""
    return [(response.operation.id, response.status) for response in RESPONSES]
