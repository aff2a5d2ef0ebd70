"""What the documentation shows fits the spec. The files are named after the call: `CALL[.VARIANT][.request].json`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.lib.spec import BY_ID, EXAMPLES_FOLDER, SPEC_FOLDER, Node, name
from tests.spec.validation import faults

FILES = sorted(EXAMPLES_FOLDER.glob("*.json"))
AS_DOCUMENTED = EXAMPLES_FOLDER / "get_delete_job.as-documented.txt"


def schema_for(file: Path) -> Node:
    """The schema of the body that the file's name says it shows."""
    call, *others, _ = file.name.split(".")
    operation = BY_ID[call]
    media_type = operation.request if "request" in others else operation.success["content"]["application/json"]
    assert media_type is not None
    return dict(media_type["schema"])


def test_there_are_documented_examples() -> None:
    assert {"list_async_jobs.json", "get_delete_job.json"} <= {file.name for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_documented_example_fits_the_schema_of_its_call(file: Path) -> None:
    assert faults(json.loads(file.read_text(encoding="utf-8")), schema_for(file)) == []


@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_schema_notices_when_what_it_requires_is_missing(file: Path) -> None:
    schema = schema_for(file)
    example = json.loads(file.read_text(encoding="utf-8"))
    del example[schema["required"][0]]
    assert faults(example, schema)


def test_the_deletion_answer_does_not_parse_as_documented_and_does_without_the_stray_brace() -> None:
    documented = AS_DOCUMENTED.read_text(encoding="utf-8")
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads(documented)
    where = caught.value.pos
    assert documented[where] == "}"
    without_it = json.loads(documented[:where] + documented[where + 1 :])
    assert without_it == json.loads((EXAMPLES_FOLDER / "get_delete_job.json").read_text(encoding="utf-8"))


def test_the_edit_in_bulk_differs_from_its_documentation_in_what_it_calls_the_id() -> None:
    documented = json.loads((EXAMPLES_FOLDER / "bulk_edit_files.as-documented.txt").read_text(encoding="utf-8"))
    ours = json.loads((EXAMPLES_FOLDER / "bulk_edit_files.request.json").read_text(encoding="utf-8"))
    assert [{"file_id": item.pop("id"), **item} for item in ours["items"]] == documented["items"]


def test_the_documented_oddities_are_kept() -> None:
    """The examples stay what they are: software that is tested on them meets what a user may meet."""
    jobs = json.loads((EXAMPLES_FOLDER / "list_async_jobs.json").read_text(encoding="utf-8"))
    assert len(jobs["items"]) == 3
    assert jobs["href"].endswith("limit=13")
    assert (len(jobs["items"][2]["result"]), jobs["items"][2]["total_files"]) == (2, 3)
    deleted = json.loads((EXAMPLES_FOLDER / "get_delete_job.json").read_text(encoding="utf-8"))
    resources = [entry["resource"] for entry in deleted["result"]]
    assert [resource["href"].endswith(resource["id"]) for resource in resources] == [False, False, True]


def test_an_import_by_drs_begins_with_no_dates_and_an_empty_result() -> None:
    """The real answer has neither nulls nor the keys: whoever reads it must expect both."""
    started = json.loads((EXAMPLES_FOLDER / "start_drs_import.json").read_text(encoding="utf-8"))
    assert (started["result"], started.keys()) == ([], {"href", "id", "result", "state"})


def test_every_example_is_listed_in_the_notes() -> None:
    notes = (SPEC_FOLDER / "README.md").read_text(encoding="utf-8")
    assert [file.name for file in sorted(EXAMPLES_FOLDER.iterdir()) if f"`{file.name}`" not in notes] == []
