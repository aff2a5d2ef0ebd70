"""What was made fast reads and sends what it did when it was slow."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from typing import Any

import attrs
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sbg_async_api
from sbg_async_api import models
from sbg_bulk import ItemError, ItemResult
from sbg_bulk.api import operations
from sbg_bulk.api.operations import Operation
from sbg_bulk.models import parse

OPERATIONS = [one for one in vars(operations).values() if isinstance(one, Operation)]
ARGUMENTS: Mapping[str, Mapping[str, Any]] = {
    "list_async_jobs": {"offset": 100, "limit": 50},
    "get_copy_job": {"job_id": "70 725"},
    "get_move_job": {"job_id": "1"},
    "get_delete_job": {"job_id": "1"},
    "submit_copy_job": {"body": models.CopyRequest([models.CopyItem("f", project="a/b")])},
    "submit_move_job": {"body": models.MoveRequest([models.MoveItem("f", parent="p", name="ä")])},
    "submit_delete_job": {"body": models.DeleteRequest([models.DeleteItem("f")])},
    "list_files": {"project": "a/b", "name": ["x&y"], "offset": 0, "limit": 1},
    "list_folder": {"file_id": "f", "offset": 1, "limit": 2},
    "get_file": {"file_id": "a/b"},
    "bulk_get_files": {"body": models.FileSelection(["f", "g"])},
    "create_folder": {"body": models.NewFolder("n", models.NewFolderType.FOLDER, parent="p")},
    "list_projects": {"name": "n"},
    "get_project": {"owner": "a", "project": "b c"},
    "bulk_start_exports": {
        "body": models.ExportRequest(
            [models.ExportItem(models.ExportSource("f"), models.VolumeLocation("a/v", "ä/x y.bam"))]
        ),
        "copy_only": models.BulkStartExportsCopyOnly.TRUE,
    },
    "bulk_get_exports": {"body": models.ExportSelection(["e", "f"])},
    "list_exports": {"volume": "a/v", "state": ["PENDING", "RUNNING"], "offset": 100, "limit": 50},
    "list_volumes": {"offset": 100, "limit": 50},
    "get_volume": {"volume_owner": "a", "volume_name": "v w"},
    "list_imports": {"project": "a/b", "state": ["FAILED"], "offset": 0, "limit": 1},
    "get_import": {"import_id": "i 1"},
    "bulk_get_imports": {"body": models.ImportSelection(["i", "j"])},
    "start_drs_import": {
        "body": models.DrsRequest(
            [models.DrsItem("drs://r/ä", project="a/b")],
            conflict_resolution=models.DrsRequestConflictResolution.RENAME,
        )
    },
    "get_drs_import": {"import_id": "d 1"},
    "get_export": {"export_id": "e 1"},
    "bulk_start_imports": {
        "body": models.ImportRequest(
            [
                models.ImportItem(
                    models.VolumeLocation("a/v", "ä/x y.bam"),
                    models.ImportDestination(project="a/b", name="ä"),
                    autorename=True,
                )
            ]
        )
    },
    "bulk_edit_files": {
        "body": models.FileEdits(
            [models.FileEdit("f", tags=["ä"], metadata=models.FileEditNewMetadata.from_dict({"k": None, "l": "ä"}))]
        )
    },
    "bulk_update_files": {"body": models.FileEdits([models.FileEdit("f", tags=[])])},
    "list_volume_objects": {
        "volume_owner": "a",
        "volume_name": "v w",
        "prefix": "ä/",
        "continuation_token": "t+/=",
        "limit": 50,
    },
}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_the_request_is_the_one_that_the_generated_function_sends(operation: Operation) -> None:
    sent = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((request.method, str(request.url), request.content, request.headers.get("content-type")))
        return httpx.Response(418)

    arguments = ARGUMENTS.get(operation.name, {})
    with httpx.Client(base_url="http://localhost/v2", transport=httpx.MockTransport(answer)) as http:
        generated = sbg_async_api.Client(base_url="http://localhost/v2").set_httpx_client(http)
        operation._endpoint.sync_detailed(client=generated, **arguments)  # type: ignore[attr-defined]
        http.request(**operation.request(**arguments))
    assert sent[0] == sent[1]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
errors_sent = json_values | st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("status", "code", "message", "more_info", "other"), json_values)
)
resources_sent = json_values | st.fixed_dictionaries({}, optional={"id": json_values, "href": json_values})
entries_sent = json_values | st.fixed_dictionaries({}, optional={"resource": resources_sent, "error": errors_sent})


def by_models(answer: object) -> tuple[object, ...]:
    """An entry as the generated models read it: slowly, and each part as tolerantly as can be."""
    entry = answer if isinstance(answer, dict) else {}
    resource = parse.read(models.ResourceReference, entry.get("resource"))
    told = entry.get("error")
    error = parse.read(models.ErrorBody, told)
    return (
        None if resource is None else parse.text(resource.id),
        None if resource is None else parse.text(resource.href),
        None
        if told is None
        else ItemError(None, None, str(told))
        if error is None
        else ItemError(
            parse.count(error.status),
            parse.count(error.code),
            parse.text(error.message) or "",
            parse.text(error.more_info) or "",
        ),
    )


@given(entries_sent)
def test_an_entry_is_read_as_the_generated_models_read_it(answer: object) -> None:
    entry = ItemResult.from_answer(answer)
    assert (entry.id, entry.href, entry.error) == by_models(answer)
    assert entry.raw is answer


DONE = ItemResult.from_answer({"resource": {"id": "f", "href": "h"}, "new": 1})
FAILED = ItemResult.from_answer({"error": {"status": 404, "code": 5002, "message": "gone"}})


def test_entries_are_equal_if_they_say_the_same_whatever_else_was_sent() -> None:
    assert ItemResult("f", "h", None) == DONE
    assert ItemResult(None, None, ItemError(404, 5002, "gone")) == FAILED
    assert DONE != FAILED
    assert DONE != "f"
    assert {DONE, FAILED, ItemResult("f", "h", None)} == {DONE, FAILED}


@pytest.mark.parametrize("name", ["id", "href", "error", "_source", "other"])
def test_an_entry_cannot_be_changed(name: str) -> None:
    with pytest.raises((attrs.exceptions.FrozenInstanceError, AttributeError)):
        setattr(DONE, name, None)


@pytest.mark.parametrize("entry", [DONE, FAILED])
def test_an_entry_survives_pickling_with_what_the_server_sent(entry: ItemResult) -> None:
    again = pickle.loads(pickle.dumps(entry))
    assert (again, again.raw) == (entry, entry.raw)


def test_an_entry_shows_what_it_says() -> None:
    assert repr(DONE) == "ItemResult(id='f', href='h', error=None)"
    assert "code=5002" in repr(FAILED)
