"""An answer that is not as the spec describes it is handed over as it came: it does not raise, whatever is wrong."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from scripts.lib.spec import BY_ID
from tests.generated.package import WAYS, Package, perform

KINDS = ("Client", "AuthenticatedClient")

UNNAMED = (499, 520, 561)
"""Statuses that proxies send and Python has no name for."""

UNFIT = {
    "nothing": b"",
    "a page": b"<html><h1>Sign in</h1></html>",
    "half a document": b'{"href": "x", "ite',
    "null": b"null",
    "a number": b"5",
    "a string": b'"down"',
    "a list": b"[5]",
    "no text": b"\xff\xfe\xfd",
    "too deep": b"[" * 100_000,
}

LINK = {"href": "x", "rel": "next"}
JOB = {"href": "x", "id": "1", "type": "COPY", "state": "RUNNING"}
FILE = {"href": "x", "id": "f", "name": "a"}
PROJECT = {"href": "x", "id": "o/p", "name": "P"}
VOLUME = {"href": "x", "id": "o/v"}
OBJECT = {"href": "x", "location": "a"}
PREFIX = {"href": "x", "prefix": "a/"}
TRANSFER = {"href": "x", "id": "1", "state": "RUNNING"}
USER = {"href": "x", "username": "o"}
RATE = {"limit": 1000, "remaining": 1, "reset": 1700000000}


def of_list(entry: dict[str, Any]) -> dict[str, Any]:
    return {"href": "x", "items": [entry], "links": [LINK]}


def of_bulk(entry: dict[str, Any]) -> dict[str, Any]:
    return {"items": [{"resource": entry}]}


ANSWERS: dict[str, dict[str, Any]] = {
    "list_async_jobs": of_list(JOB),
    **{f"{verb}_{what}_job": JOB for verb in ("submit", "get") for what in ("copy", "move", "delete")},
    **{name: of_list(FILE) for name in ("list_files", "list_folder", "list_project_files")},
    **dict.fromkeys(("get_file", "create_folder"), FILE),
    **{name: of_list(PROJECT) for name in ("list_projects", "list_owner_projects")},
    **{f"bulk_{do}_files": of_bulk(FILE) for do in ("get", "edit", "update", "delete")},
    "list_volumes": of_list(VOLUME),
    "get_volume": VOLUME,
    "list_volume_objects": {"href": "x", "items": [OBJECT], "prefixes": [PREFIX], "links": [{"next": "x"}]},
    **{name: of_list(TRANSFER) for name in ("list_imports", "list_exports")},
    **{f"{verb}_{kind}": TRANSFER for verb in ("start", "get") for kind in ("import", "export", "drs_import")},
    **{f"bulk_{verb}_{kind}": of_bulk(TRANSFER) for verb in ("start", "get") for kind in ("imports", "exports")},
    "get_project": PROJECT,
    "get_user": USER,
    "get_rate_limit": {"rate": RATE},
}
"""A successful answer to each operation, with what the spec requires and nothing else."""

LISTS = (
    *("list_async_jobs", "list_files", "list_folder", "list_project_files", "list_projects", "list_owner_projects"),
    *("list_volumes", "list_imports", "list_exports"),
)


def arguments(package: Package, operation: str) -> dict[str, Any]:
    """What the operation must be given."""
    models = package.models
    bodies = {
        "submit_copy_job": models.CopyRequest,
        "submit_move_job": models.MoveRequest,
        "submit_delete_job": models.DeleteRequest,
        "bulk_start_imports": models.ImportRequest,
        "bulk_start_exports": models.ExportRequest,
        "start_drs_import": models.DrsRequest,
    }
    if operation in bodies:
        return {"body": bodies[operation](items=[])}
    if operation in ("bulk_get_files", "bulk_delete_files"):
        return {"body": models.FileSelection(file_ids=[])}
    if operation in ("bulk_edit_files", "bulk_update_files"):
        return {"body": models.FileEdits(items=[])}
    if operation == "bulk_get_imports":
        return {"body": models.ImportSelection(import_ids=[])}
    if operation == "bulk_get_exports":
        return {"body": models.ExportSelection(export_ids=[])}
    place = models.VolumeLocation(volume="o/v", location="a")
    if operation == "start_import":
        return {"body": models.ImportItem(source=place, destination=models.ImportDestination())}
    if operation == "start_export":
        return {"body": models.ExportItem(source=models.ExportSource(file="f"), destination=place)}
    if operation == "create_folder":
        return {"body": models.NewFolder(name="a", type_=models.NewFolderType.FOLDER)}
    names = [each["name"] for each in BY_ID[operation].parameters if each["in"] == "path"]
    return dict.fromkeys(names, "x")


def ask(
    package: Package,
    operation: str,
    status: int,
    content: bytes,
    way: str = "sync_detailed",
    kind: str = "AuthenticatedClient",
    *,
    strict: bool = False,
) -> Any:
    """What the operation returns when it is answered with that status and body."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=content))
    settings: dict[str, Any] = {"raise_on_unexpected_status": strict, "httpx_args": {"transport": transport}}
    if kind == "AuthenticatedClient":
        settings["token"] = "demo-token"
    client = getattr(package.module("client"), kind)("http://api.test/v2", **settings)
    return perform(package, operation, way, client, arguments(package, operation))


def read(package: Package, operation: str, document: dict[str, Any]) -> Any:
    """What a successful answer with that document is parsed to."""
    return ask(package, operation, 200, json.dumps(document).encode()).parsed


def statuses(operation: str) -> list[int]:
    """The statuses that the spec names for an operation."""
    return [int(status.replace("XX", "02")) for status in BY_ID[operation].responses]


def test_every_operation_is_answered_here(package: Package) -> None:
    assert set(ANSWERS) == set(BY_ID)
    for operation, document in ANSWERS.items():
        assert read(package, operation, document).to_dict() == document


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("operation", ANSWERS)
def test_a_status_without_a_name_is_its_number(package: Package, operation: str, way: str, kind: str) -> None:
    for status in UNNAMED:
        answer = ask(package, operation, status, b"<html>", way, kind)
        if way.endswith("_detailed"):
            assert (type(answer.status_code), answer.status_code) == (int, status)
            assert answer.content == b"<html>"
            answer = answer.parsed
        assert answer is None
        with pytest.raises(package.module("errors").UnexpectedStatus, match=str(status)):
            ask(package, operation, status, b"<html>", way, kind, strict=True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("operation", ANSWERS)
def test_a_proxys_page_and_an_empty_body_are_parsed_to_nothing(
    package: Package, operation: str, way: str, kind: str
) -> None:
    for status in (401, 429, 503):
        for content in (UNFIT["a page"], UNFIT["nothing"]):
            answer = ask(package, operation, status, content, way, kind)
            if way.endswith("_detailed"):
                assert answer.status_code is HTTPStatus(status)
                assert answer.content == content
                answer = answer.parsed
            assert answer is None


@pytest.mark.parametrize("operation", ANSWERS)
@pytest.mark.parametrize("content", UNFIT.values(), ids=UNFIT)
def test_no_body_of_any_status_that_the_spec_names_raises(package: Package, operation: str, content: bytes) -> None:
    for status in statuses(operation):
        answer = ask(package, operation, status, content)
        assert (answer.status_code, answer.content, answer.parsed) == (status, content, None)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("content", UNFIT.values(), ids=UNFIT)
def test_whoever_wants_it_raised_gets_the_status_the_body_and_the_reason(
    package: Package, content: bytes, way: str
) -> None:
    for status in statuses("submit_copy_job"):
        with pytest.raises(package.module("errors").UnexpectedStatus) as raised:
            ask(package, "submit_copy_job", status, content, way, strict=True)
        assert (raised.value.status_code, raised.value.content) == (status, content)
        assert isinstance(raised.value.__cause__, RecursionError | TypeError | ValueError)


@pytest.mark.parametrize("operation", ANSWERS)
def test_an_answer_without_a_required_key_is_parsed_to_nothing_and_kept(package: Package, operation: str) -> None:
    for key in ANSWERS[operation]:
        content = json.dumps({name: value for name, value in ANSWERS[operation].items() if name != key}).encode()
        answer = ask(package, operation, 200, content)
        assert (answer.status_code, answer.content, answer.parsed) == (200, content, None)
        with pytest.raises(package.module("errors").UnexpectedStatus) as raised:
            ask(package, operation, 200, content, strict=True)
        assert isinstance(raised.value.__cause__, KeyError)


@pytest.mark.parametrize("operation", LISTS)
def test_null_in_place_of_a_list_is_an_empty_list(package: Package, operation: str) -> None:
    document = ANSWERS[operation]
    assert read(package, operation, document | {"items": None}).items == []
    without_links = read(package, operation, document | {"links": None})
    assert (without_links.links, len(without_links.items)) == ([], 1)


@pytest.mark.parametrize(
    ("operation", "property", "filled"),
    [("get_project", "permissions", {"copy": True}), ("get_rate_limit", "instance_limit", {"limit": -1})],
)
def test_null_in_place_of_an_object_that_may_be_absent_counts_as_absent(
    package: Package, operation: str, property: str, filled: dict[str, Any]
) -> None:
    unset = package.module("types").UNSET
    document = ANSWERS[operation]
    assert getattr(read(package, operation, document | {property: filled}), property).to_dict() == filled
    found = read(package, operation, document | {property: None})
    assert getattr(found, property) is unset
    assert found.to_dict() == document


def test_the_result_of_a_job_is_read_although_the_other_half_of_each_entry_is_null(package: Package) -> None:
    done, failed = {"resource": {"id": "f"}, "error": None}, {"resource": None, "error": {"code": 5002}}
    job = read(package, "get_copy_job", JOB | {"result": [done, failed]})
    assert [entry.to_dict() for entry in job.result] == [{"resource": {"id": "f"}}, {"error": {"code": 5002}}]
    assert read(package, "get_copy_job", JOB | {"result": None}).result is None


def test_null_in_place_of_an_object_that_is_required_is_parsed_to_nothing(package: Package) -> None:
    assert read(package, "get_rate_limit", {"rate": None}) is None
    assert read(package, "list_async_jobs", ANSWERS["list_async_jobs"] | {"items": [JOB, None]}) is None


def test_what_is_of_another_type_is_kept_as_it_came(package: Package) -> None:
    document = JOB | {"id": 1, "total_files": "5", "failed_files": 0.0, "result": "none", "started_on": "yesterday"}
    job = read(package, "get_copy_job", document)
    assert (job.id, job.total_files, job.failed_files) == (1, "5", 0.0)
    assert (job.result, job.started_on) == ("none", "yesterday")
    assert job.to_dict() == document
