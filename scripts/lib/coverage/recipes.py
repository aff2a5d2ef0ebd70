"""How each operation comes to answer with each status that the contract documents for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

from attrs import frozen
from schemathesis.core import NOT_SET

from sbg_bulk.simulator import ApiError, Simulator, Variant
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


def volume(owner: str, name: str) -> Mapping[str, str]:
    return {"volume_owner": owner, "volume_name": name}


def an_import(location: str = "chimeras.html.gz", on: str = "rfranklin/my-volume", **to: str) -> dict[str, Any]:
    """A body that imports an object into the project."""
    return {"source": {"volume": on, "location": location}, "destination": to or {"project": PROJECT}}


def an_export(file: str = FILE, location: str = "new.bam", on: str = "rfranklin/output") -> dict[str, Any]:
    """A body that exports a file."""
    return {"source": {"file": file}, "destination": {"volume": on, "location": location}}


DRS_URI = "drs://caninedc.org/01349ad3-6008-426f-a17c-88dcc00492fe"
IMPORT_ID, EXPORT_ID = "YFyyZ7rpCGtXjKTzjGGRJIIBmWd6Mh19", "JCqIZNxBjjVBmKp8cPw5aHmDMgXSKaJ2"

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
    "bulk_update_files": Request(json={"items": [{"id": FILE, "tags": ["seen"]}]}),
    "bulk_delete_files": Request(json={"file_ids": [FILE]}),
    "list_volumes": Request(),
    "get_volume": Request(volume("rfranklin", "my-volume")),
    "list_volume_objects": Request(volume("rfranklin", "my-volume"), {"limit": "2", "fields": "_all"}),
    "start_import": Request(json=an_import()),
    "list_imports": Request(query={"fields": "_all"}),
    "get_import": Request({"import_id": IMPORT_ID}),
    "bulk_start_imports": Request(json={"items": [an_import(), an_import(on="rfranklin/nothing")]}),
    "bulk_get_imports": Request(json={"import_ids": [IMPORT_ID, NOTHING]}),
    "start_export": Request(json=an_export()),
    "list_exports": Request(query={"fields": "_all"}),
    "get_export": Request({"export_id": EXPORT_ID}),
    "bulk_start_exports": Request(query={"copy_only": "true"}, json={"items": [an_export(), an_export(NOTHING)]}),
    "bulk_get_exports": Request(json={"export_ids": [EXPORT_ID, NOTHING]}),
    "start_drs_import": submission({"drs_uri": DRS_URI, "project": PROJECT}),
    "get_drs_import": Request({"import_id": "154608246075330560"}),
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
    "list_volumes": Request(query={"limit": "0"}),
    "list_volume_objects": Request(volume("rfranklin", "my-volume"), {"continuation_token": "no token"}),
    "start_import": Request(json=an_import("/")),
    "list_imports": Request(query={"limit": "0"}),
    "bulk_start_imports": Request(json={"items": []}),
    "bulk_get_imports": Request(json={"import_ids": []}),
    "start_export": Request(json=an_export(location="folder/")),
    "list_exports": Request(query={"limit": "0"}),
    "bulk_start_exports": Request(json={"items": [{"source": {"file": FILE}}]}),
    "bulk_get_exports": Request(json={"export_ids": [NOTHING] * 101}),
    "start_drs_import": submission({"drs_uri": "https://caninedc.org/1", "project": PROJECT}),
    "list_projects": Request(query={"offset": "-1"}),
    "list_owner_projects": Request({"owner": "rfranklin"}, {"limit": "0"}),
    "list_project_files": Request({"owner": "rfranklin", "project": "my-project"}, {"limit": "101"}),
    "bulk_get_files": Request(json={"file_ids": []}),
    "bulk_edit_files": Request(json={"items": [{"id": FILE, "name": "a/b"}]}),
    "bulk_update_files": Request(json={"items": [{"id": FILE, "name": "a/b"}]}),
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
    "get_volume": Request(volume("rfranklin", "nothing")),
    "list_volume_objects": Request(volume("rfranklin", "nothing")),
    "start_import": Request(json=an_import(on="rfranklin/nothing")),
    "get_import": Request({"import_id": EXPORT_ID}),
    "bulk_start_imports": Request(json={"items": [an_import(), an_import(on="rfranklin/nothing")]}),
    "start_export": Request(json=an_export(NOTHING)),
    "get_export": Request({"export_id": IMPORT_ID}),
    "bulk_start_exports": Request(json={"items": [an_export(), an_export(NOTHING)]}),
    "get_drs_import": Request({"import_id": "0"}),
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
    "get_volume": Request(volume("bmcclintock", "private")),
    "list_volume_objects": Request(volume("bmcclintock", "private")),
    "start_import": Request(json=an_import(on="bmcclintock/private")),
    "bulk_start_imports": Request(json={"items": [an_import(project="bmcclintock/read-only")]}),
    "start_export": Request(json=an_export(on="rfranklin/my-volume")),
    "bulk_start_exports": Request(json={"items": [an_export(MAIZE)]}),
    "get_project": Request({"owner": "bmcclintock", "project": "no-access"}),
    "list_project_files": Request({"owner": "bmcclintock", "project": "no-access"}),
}
"""A call about what belongs to somebody else, answered with 403."""


TAKEN: Mapping[str, Request] = {
    "create_folder": Request(json={"name": "run-1", "type": "folder", "project": PROJECT}),
    "start_import": Request(json=an_import(project=PROJECT, name="sample.bam")),
    "bulk_start_imports": Request(json={"items": [an_import(project=PROJECT, name="sample.bam")]}),
    "start_export": Request(json=an_export(location="kept.vcf")),
    "bulk_start_exports": Request(json={"items": [an_export(location="kept.vcf")]}),
}
"""A call that is answered with 409."""


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


def strict(simulator: Simulator) -> None:
    """Have imports and exports refused for everything when they are submitted, a hundred of them for one."""
    simulator.operations.variant = Variant(transfer_refusals="submission", bulk_item_refused="call")


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
            return Recipe(strict, FOREIGN[operation])
        case "403":
            return Recipe(barring(operation), good)
        case "404":
            return Recipe(strict, ABSENT[operation])
        case "409":
            return Recipe(strict, TAKEN[operation])
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
