"""The contract as the interactive reference shows it: of this simulator, and with examples that work here.

What a person would have to look up first is filled in: the token, and ids of files, folders, projects and jobs that
there are. Swagger UI draws it; its files are taken from the package `swagger-ui-py`, of which nothing is imported.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from copy import deepcopy
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

from attrs import frozen

from sbg_bulk.simulator.http.page.board import caller
from sbg_bulk.simulator.seeds import LIKELY_TOKEN
from sbg_bulk.simulator.service.contract import BASE_PATH, JSON
from sbg_bulk.simulator.state import State
from sbg_bulk.simulator.world.actions import permissions
from sbg_bulk.simulator.world.moving import Import
from sbg_bulk.simulator.world.tree import EVERYTHING, File, Folder, Project, User, walk

REMEDY = "pip install 'sbg-bulk[simulator]'"

_HOW_TO = """\
Open a call, choose *Try it out*, then *Execute*. The token and ids that exist in the simulator are filled in. The
live view shows the request and what it does.
"""
_TOKENS = """
The same user also has a token in the platform's format: `{}`
"""
_TRUST = """
**Certificate.** This simulator uses HTTPS with a certificate that it created when it started. Tell your client to trust
it, in a shell that is used only for the simulator:

| client | what to do |
|---|---|
| Python: `sbg-bulk`, httpx | `export SSL_CERT_FILE={file}` |
| Python: `sevenbridges-python`, requests | `export REQUESTS_CA_BUNDLE={file}` |
| R: sevenbridges2, httr | `httr::set_config(httr::config(cainfo = "{name}"))` |
| R: httr2, curl | `req_options(request, cainfo = "{name}")`, `new_handle(cainfo = "{name}")` |
| Node | `export NODE_EXTRA_CA_CERTS={file}` |
| curl | `curl --cacert {file} ...` |
| Java, once | `keytool -importcert -noprompt -alias simulator -file {file} -keystore ca.p12 -storepass changeit` |
| Java | `java -Djavax.net.ssl.trustStore=ca.p12 -Djavax.net.ssl.trustStorePassword=changeit ...` |
"""
_PACKAGE = "swagger_ui"
_NEEDED = ("swagger-ui-bundle.js", "swagger-ui.css")
_LOOKED_AT = 1000
"""Files and folders of a project that are looked at for examples."""


def describe(state: State) -> Mapping[str, Any]:
    """Return the contract, a token, and a remedy if Swagger UI is missing.

    `spec` is the contract, `token` a valid one or None; `remedy` is what to do about Swagger UI if it is not
    installed, else None.
    """
    user = caller(state)
    how_to = _HOW_TO + _TOKENS.format(LIKELY_TOKEN)
    if state.authority is not None:
        how_to += _TRUST.format(file=shlex.quote(str(state.authority)), name=state.authority.as_posix())
    spec: dict[str, Any] = deepcopy(dict(state.contract.document))
    spec["info"] = {"title": spec["info"]["title"], "version": spec["info"]["version"], "description": how_to}
    spec["servers"] = [{"url": BASE_PATH, "description": "this simulator"}]
    _name_statuses(spec, state)
    if user is not None:
        _fill_in(spec, state, user)
    return {
        "spec": spec,
        "token": None if user is None else user.token,
        "remedy": None if swagger_ui() else REMEDY,
    }


def swagger_ui() -> Sequence[Path]:
    """Return the files of Swagger UI that the page needs; none unless all of them are there."""
    package = find_spec(_PACKAGE)
    folders = [] if package is None else package.submodule_search_locations or []
    for folder in folders:
        files = [Path(folder, "static", name) for name in _NEEDED]
        if all(file.is_file() for file in files):
            return files
    return ()


@frozen
class _Things:
    """Things for the examples to name: files and folders of one project, and another project to put them in."""

    source: Project
    target: Project
    files: Sequence[File]
    folders: Sequence[Folder]


def _things(state: State, user: User) -> _Things | None:
    """Find things that the user may do everything with; None if there are none."""
    mine = [project for project in state.world.projects.values() if permissions(user, project) == EVERYTHING]
    for source in mine:
        files = [node for node in islice(walk(source.root), _LOOKED_AT) if isinstance(node, File)][:2]
        if files:
            target = next((project for project in mine if project is not source), source)
            folders = [node for node in source.root.children.values() if isinstance(node, Folder)][:2]
            return _Things(source, target, files, folders)
    return None


def _fill_in(spec: dict[str, Any], state: State, user: User) -> None:
    """Put what there is in the place of the contract's examples."""
    parameters = spec["components"]["parameters"]
    for job in state.jobs.all():
        if job.owner is user:
            parameters[f"{job.type.title()}JobId"]["example"] = job.id  # in the end, the newest of its type
    things = _things(state, user)
    if things is None:
        return
    parameters["FileId"]["example"] = things.files[0].id
    parameters["FolderId"]["example"] = things.source.root.id
    owner, _, short = things.source.id.partition("/")
    _set_parameters(spec, "/files", project=things.source.id)
    for path in ("/projects/{owner}", "/projects/{owner}/{project}", "/projects/{owner}/{project}/files"):
        _set_parameters(spec, path, owner=owner, project=short)
    file_ids = {"file_ids": [file.id for file in things.files]}
    for action in ("get", "delete"):
        _set_bodies(spec, f"/bulk/files/{action}", {"Files": file_ids})
    edits = [{"id": file.id, "tags": ["reviewed"], "metadata": {"sample_id": "S1"}} for file in things.files]
    _set_bodies(spec, "/bulk/files/edit", {"Tags and metadata": {"items": edits}})
    place = {"project": things.target.id}
    _set_bodies(spec, "/files", {"A folder": {"name": "results", "type": "folder"} | place})
    for action, more in (("copy", place), ("move", place), ("delete", {})):
        bodies = {
            what: {"items": [{"file": node.id} | more for node in nodes]}
            for what, nodes in (("Files", things.files), ("Folders, with all their contents", things.folders))
            if nodes
        }
        _set_bodies(spec, f"/async/files/{action}", bodies)
    _fill_in_transfers(spec, state, user, things)


def _fill_in_transfers(spec: dict[str, Any], state: State, user: User, things: _Things) -> None:
    """Put in objects to import, files to export, and what has been imported and exported last."""
    parameters = spec["components"]["parameters"]
    mine = [volume for volume in state.world.volumes.values() if user.username in volume.members]
    for path in ("/storage/volumes/{volume_owner}/{volume_name}", "/storage/volumes/{volume_owner}/{volume_name}/list"):
        for volume in mine[:1]:
            owner, _, name = volume.id.partition("/")
            _set_parameters(spec, path, volume_owner=owner, volume_name=name)
    for each in state.transfers.all():
        kind = "import" if isinstance(each.wanted, Import) else "export"
        parameters[f"{kind.title()}Id"]["example"] = each.id
        _set_bodies(spec, f"/bulk/storage/{kind}s/get", {"The last": {f"{kind}_ids": [each.id]}})
    for made in state.drs_imports.all():
        parameters["DrsImportId"]["example"] = made.id
    place = {"project": things.target.id}
    found = ((volume.id, key) for volume in mine for key in islice(volume.objects.under(""), 1))
    for volume_id, key in islice(found, 1):
        wanted = {"source": {"volume": volume_id, "location": key}, "destination": place}
        _set_bodies(spec, "/storage/imports", {"An object": wanted})
        _set_bodies(spec, "/bulk/storage/imports/create", {"An object": {"items": [wanted]}})
    open_for_writing = (each for each in mine if each.access_mode == "RW" and each.location == things.source.location)
    for volume in islice(open_for_writing, 1):
        exports = [
            {"source": {"file": file.id}, "destination": {"volume": volume.id, "location": f"kept/{file.name}"}}
            for file in things.files
        ]
        _set_bodies(spec, "/storage/exports", {"A file": exports[0]})
        _set_bodies(spec, "/bulk/storage/exports/create", {"Files": {"items": exports}})
    uri = state.world.repository.example()
    if uri is not None:
        objects = {"items": [{"drs_uri": uri} | place], "conflict_resolution": "SKIP"}
        _set_bodies(spec, "/bulk/drs/imports/create", {"An object": objects})


def _name_statuses(spec: dict[str, Any], state: State) -> None:
    """Say which 2xx the simulator answers with: Swagger UI shows a status in a range as undocumented."""
    for path, item in spec["paths"].items():
        for operation in item.values():
            responses = operation["responses"]
            if "2XX" in responses:
                submit = 200 if path.startswith("/bulk/") else state.operations.submit_status
                made = state.operations.create_status if path == "/files" else submit
                operation["responses"] = {str(made): responses["2XX"], **responses}
                del operation["responses"]["2XX"]


def _set_parameters(spec: dict[str, Any], path: str, **examples: str) -> None:
    """Give parameters of the operation that reads the path these examples."""
    for parameter in spec["paths"][path]["get"]["parameters"]:
        if parameter.get("name") in examples:
            parameter["example"] = examples[parameter["name"]]


def _set_bodies(spec: dict[str, Any], path: str, bodies: Mapping[str, Any]) -> None:
    """Give the operation that posts to the path these examples, by what they are about."""
    spec["paths"][path]["post"]["requestBody"]["content"][JSON]["examples"] = {
        summary: {"summary": summary, "value": body} for summary, body in bodies.items()
    }
