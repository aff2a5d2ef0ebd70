"""Carry out the scenario with `sbg_async_api`, the Python client that is generated from the contract.

Usage: program.py SCENARIO.json, with SB_API_ENDPOINT and SB_AUTH_TOKEN; writes what it has seen to standard output.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import httpx

from sbg_async_api import AuthenticatedClient, models
from sbg_async_api.api.account import get_rate_limit, get_user
from sbg_async_api.api.async_jobs import (
    get_copy_job,
    get_delete_job,
    get_move_job,
    list_async_jobs,
    submit_copy_job,
    submit_delete_job,
    submit_move_job,
)
from sbg_async_api.api.exports import (
    bulk_get_exports,
    bulk_start_exports,
    get_export,
    list_exports,
    start_export,
)
from sbg_async_api.api.files import (
    bulk_delete_files,
    bulk_edit_files,
    bulk_get_files,
    bulk_update_files,
    create_folder,
    get_file,
    list_files,
    list_folder,
    list_project_files,
)
from sbg_async_api.api.imports import (
    bulk_get_imports,
    bulk_start_imports,
    get_drs_import,
    get_import,
    list_imports,
    start_drs_import,
    start_import,
)
from sbg_async_api.api.projects import get_project, list_owner_projects, list_projects
from sbg_async_api.api.volumes import get_volume, list_volume_objects, list_volumes

MOST_CALLS: Final = 20
"""After so many calls a step without end gives up."""

OPERATIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "bulk_delete_files": bulk_delete_files.sync_detailed,
    "bulk_edit_files": bulk_edit_files.sync_detailed,
    "bulk_get_exports": bulk_get_exports.sync_detailed,
    "bulk_get_files": bulk_get_files.sync_detailed,
    "bulk_get_imports": bulk_get_imports.sync_detailed,
    "bulk_start_exports": bulk_start_exports.sync_detailed,
    "bulk_start_imports": bulk_start_imports.sync_detailed,
    "bulk_update_files": bulk_update_files.sync_detailed,
    "create_folder": create_folder.sync_detailed,
    "get_copy_job": get_copy_job.sync_detailed,
    "get_delete_job": get_delete_job.sync_detailed,
    "get_drs_import": get_drs_import.sync_detailed,
    "get_export": get_export.sync_detailed,
    "get_file": get_file.sync_detailed,
    "get_import": get_import.sync_detailed,
    "get_move_job": get_move_job.sync_detailed,
    "get_project": get_project.sync_detailed,
    "get_rate_limit": get_rate_limit.sync_detailed,
    "get_user": get_user.sync_detailed,
    "get_volume": get_volume.sync_detailed,
    "list_async_jobs": list_async_jobs.sync_detailed,
    "list_exports": list_exports.sync_detailed,
    "list_files": list_files.sync_detailed,
    "list_folder": list_folder.sync_detailed,
    "list_imports": list_imports.sync_detailed,
    "list_owner_projects": list_owner_projects.sync_detailed,
    "list_project_files": list_project_files.sync_detailed,
    "list_projects": list_projects.sync_detailed,
    "list_volume_objects": list_volume_objects.sync_detailed,
    "list_volumes": list_volumes.sync_detailed,
    "start_drs_import": start_drs_import.sync_detailed,
    "start_export": start_export.sync_detailed,
    "start_import": start_import.sync_detailed,
    "submit_copy_job": submit_copy_job.sync_detailed,
    "submit_delete_job": submit_delete_job.sync_detailed,
    "submit_move_job": submit_move_job.sync_detailed,
}

BODIES: Final[Mapping[str, Callable[[Mapping[str, Any]], Any]]] = {
    "bulk_delete_files": models.FileSelection.from_dict,
    "bulk_edit_files": models.FileEdits.from_dict,
    "bulk_get_exports": models.ExportSelection.from_dict,
    "bulk_get_files": models.FileSelection.from_dict,
    "bulk_get_imports": models.ImportSelection.from_dict,
    "bulk_start_exports": models.ExportRequest.from_dict,
    "bulk_start_imports": models.ImportRequest.from_dict,
    "bulk_update_files": models.FileEdits.from_dict,
    "create_folder": models.NewFolder.from_dict,
    "start_drs_import": models.DrsRequest.from_dict,
    "start_export": models.ExportItem.from_dict,
    "start_import": models.ImportItem.from_dict,
    "submit_copy_job": models.CopyRequest.from_dict,
    "submit_delete_job": models.DeleteRequest.from_dict,
    "submit_move_job": models.MoveRequest.from_dict,
}

COPY_ONLY: Final[Mapping[str, Callable[[str], Any]]] = {
    "bulk_start_exports": models.BulkStartExportsCopyOnly,
    "start_export": models.StartExportCopyOnly,
}

Answer = Mapping[str, Any]


def run(steps: Sequence[Mapping[str, Any]], url: str, token: str) -> list[Mapping[str, Any]]:
    """Carry out the steps on the service at a base URL; return what was seen, an entry for each call."""
    names: dict[str, str] = {}
    seen: list[Mapping[str, Any]] = []
    with ExitStack() as opened:
        simulator = opened.enter_context(httpx.Client(base_url=httpx.URL(url).join("/_simulator/")))
        clients = {each: opened.enter_context(connect(url, each)) for each in [token, *tokens_in(steps)]}
        for step in steps:
            if "control" in step:
                control(simulator, step["control"])
                continue
            answers = list(calls(step, names, clients[step.get("token", token)], simulator))
            for name, path in step.get("capture", {}).items():
                names[name] = value_at(answers[-1]["body"], path)
            seen.append({"name": step["name"], "answers": answers})
    return seen


def connect(url: str, token: str) -> AuthenticatedClient:
    """Make a client that sends the token."""
    return AuthenticatedClient(base_url=url, token=token, prefix="", auth_header_name="X-SBG-Auth-Token")


def tokens_in(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the tokens that steps want in place of the right one."""
    return [step["token"] for step in steps if "token" in step]


def calls(
    step: Mapping[str, Any], names: Mapping[str, str], client: AuthenticatedClient, simulator: httpx.Client
) -> Iterator[Answer]:
    """Make the calls of a step, and return the answers."""
    arguments = substitute(step.get("arguments", {}), names)
    if "copy_only" in arguments:
        arguments["copy_only"] = COPY_ONLY[step["call"]](arguments["copy_only"])
    if "body" in step:
        arguments["body"] = BODIES[step["call"]](substitute(step["body"], names))
    for number in range(1, MOST_CALLS + 1):
        response = OPERATIONS[step["call"]](client=client, **arguments)
        body = response.parsed.to_dict()
        yield {"status": int(response.status_code), "headers": dict(response.headers), "body": body}
        if "until" in step:
            if all(value_at(body, path) == value for path, value in step["until"].items()):
                return
            control(simulator, step["meanwhile"])
        elif step.get("pages"):
            if not any(link["rel"] == "next" for link in body["links"]):
                return
            arguments["offset"] += len(body["items"])
        elif number == step.get("times", 1):
            return
    raise RuntimeError(f"{step['name']}: no end after {MOST_CALLS} calls")


def control(simulator: httpx.Client, what: Mapping[str, Any]) -> None:
    """Move the simulator."""
    simulator.post(what["path"], json=what["body"]).raise_for_status()


def value_at(document: Any, path: str) -> Any:
    """Return the value that a dotted path leads to."""
    for part in path.split("."):
        document = document[int(part) if isinstance(document, list) else part]
    return document


def substitute(value: Any, names: Mapping[str, str]) -> Any:
    """Return the value, with each `$name` in it replaced by what the name stands for."""
    if isinstance(value, dict):
        return {key: substitute(entry, names) for key, entry in value.items()}
    if isinstance(value, list):
        return [substitute(entry, names) for entry in value]
    if isinstance(value, str) and value.startswith("$"):
        return names[value[1:]]
    return value


def main() -> None:
    steps = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    json.dump(run(steps, os.environ["SB_API_ENDPOINT"], os.environ["SB_AUTH_TOKEN"]), sys.stdout)


if __name__ == "__main__":
    main()
