"""Files read, edited and deleted a hundred at a time, without a job."""

from __future__ import annotations

from typing import Any

import pytest

from sbg_bulk.simulator import File, Permissions, Project, Simulator
from sbg_bulk.simulator.world.edits import MOST_KEYS
from tests.simulator.api import Api

NOTHING = "0" * 24


@pytest.fixture
def project(simulator: Simulator) -> Project:
    return simulator.world.add_project("rfranklin/mine")


@pytest.fixture
def file(simulator: Simulator, project: Project) -> File:
    metadata = {"sample_id": "S1", "case_id": "C1"}
    return simulator.world.add_file("a.bam", project, size=5, tags=["raw", "new"], metadata=metadata)


@pytest.fixture
def foreign(simulator: Simulator) -> Project:
    simulator.world.add_user("somebody")
    return simulator.world.add_project("somebody/theirs", members={"rfranklin": Permissions(read=True)})


def bulk(api: Api, action: str, body: Any) -> list[dict[str, Any]]:
    answer = api.send("POST", f"/bulk/files/{action}", json=body)
    assert answer.status_code == 200, answer.text
    entries: list[dict[str, Any]] = answer.json()["items"]
    return entries


def codes(entries: list[dict[str, Any]]) -> list[int | None]:
    return [entry["error"]["code"] if "error" in entry else None for entry in entries]


def edit(api: Api, file_id: str, **change: Any) -> list[dict[str, Any]]:
    return bulk(api, "edit", {"items": [{"id": file_id, **change}]})


def test_files_are_read_as_their_details_are_and_each_failure_has_its_entry(
    api: Api, simulator: Simulator, file: File, foreign: Project
) -> None:
    simulator.world.add_user("other")
    hidden = simulator.world.add_file("x", simulator.world.add_project("other/hidden"))
    shared = simulator.world.add_file("y", foreign)
    entries = bulk(api, "get", {"file_ids": [file.id, NOTHING, hidden.id, shared.id]})
    assert codes(entries) == [None, 5002, 5001, None]
    assert entries[0] == {"resource": api.get(f"/files/{file.id}").json()}
    assert entries[1]["error"].keys() == {"status", "code", "message", "more_info"}


@pytest.mark.parametrize("key", ["id", "file_id"])
def test_an_update_erases_what_it_does_not_name_but_for_the_name(api: Api, file: File, key: str) -> None:
    bulk(api, "update", {"items": [{key: file.id, "metadata": {"sample_id": "S2", "case_id": None}}]})
    assert (file.name, file.tags, file.metadata) == ("a.bam", [], {"sample_id": "S2"})
    bulk(api, "update", {"items": [{key: file.id, "name": "b.bam", "tags": ["one"]}]})
    assert (file.name, file.tags, file.metadata) == ("b.bam", ["one"], {})


def test_an_edit_keeps_what_it_does_not_name(api: Api, simulator: Simulator, file: File) -> None:
    simulator.advance(60)
    [entry] = edit(api, file.id, metadata={"sample_id": "S2", "case_id": None, "gender": "female", "age": None})
    assert entry["resource"] == api.get(f"/files/{file.id}").json()
    assert entry["resource"]["metadata"] == {"sample_id": "S2", "gender": "female"}
    assert (entry["resource"]["name"], entry["resource"]["tags"]) == ("a.bam", ["raw", "new"])
    assert entry["resource"]["modified_on"] == "2019-02-20T12:01:00Z"
    [entry] = edit(api, file.id, tags=["done", "done"], name=None, metadata=None)
    assert entry["resource"]["tags"] == ["done"]
    assert entry["resource"]["metadata"] == {"sample_id": "S2", "gender": "female"}
    [entry] = edit(api, file.id, tags=[], name="b.bam")
    assert (entry["resource"]["name"], entry["resource"]["tags"]) == ("b.bam", [])
    assert [each["name"] for each in api.get("/files", project="rfranklin/mine").json()["items"]] == ["b.bam"]


def test_an_edit_that_changes_nothing_leaves_the_date_alone(api: Api, simulator: Simulator, file: File) -> None:
    simulator.advance(60)
    edit(api, file.id, name="a.bam", tags=["raw", "new"], metadata={"sample_id": "S1"})
    edit(api, file.id, name="")
    assert file.modified_on == file.created_on


def test_the_id_of_a_file_to_edit_may_be_spelt_as_in_the_documentation(api: Api, file: File) -> None:
    entries = bulk(api, "edit", {"items": [{"file_id": file.id, "tags": ["x"]}]})
    assert (codes(entries), file.tags) == ([None], ["x"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "taken.bam", "tags": ["x"]}, 5003),
        ({"metadata": {"": "x"}, "tags": ["x"]}, 5006),
        ({"metadata": {"k" * 101: "x"}, "tags": ["x"]}, 5006),
        ({"metadata": {"k": "ü" * 151}, "name": "other.bam"}, 5006),
        ({"metadata": {f"k{number}": "x" for number in range(MOST_KEYS)}, "tags": []}, 5006),
    ],
)
def test_an_edit_that_breaks_one_rule_changes_nothing(
    api: Api, simulator: Simulator, file: File, project: Project, change: dict[str, Any], code: int
) -> None:
    simulator.world.add_file("taken.bam", project)
    before = api.get(f"/files/{file.id}").json()
    assert codes(edit(api, file.id, **change)) == [code]
    assert api.get(f"/files/{file.id}").json() == before


def test_the_longest_metadata_are_taken(api: Api, file: File) -> None:
    assert codes(edit(api, file.id, metadata={"k" * 100: "ü" * 150})) == [None]


def test_a_folder_is_not_edited(api: Api, simulator: Simulator, project: Project) -> None:
    folder = simulator.world.add_folder("run", project)
    assert codes(edit(api, folder.id, tags=["x"])) == [5023]


def test_without_permission_to_write_nothing_is_edited_or_deleted(
    api: Api, simulator: Simulator, foreign: Project
) -> None:
    theirs = simulator.world.add_file("theirs.bam", foreign)
    changes: list[dict[str, Any]] = [{"name": "x"}, {"tags": []}, {"metadata": {"a": "b"}}]
    assert [codes(edit(api, theirs.id, **change)) for change in changes] == [[5008], [5011], [5009]]
    assert codes(bulk(api, "delete", {"file_ids": [theirs.id, foreign.root.id]})) == [5001, 5001]


def test_files_and_empty_folders_are_deleted_at_once(
    api: Api, simulator: Simulator, file: File, project: Project
) -> None:
    empty, full = simulator.world.add_folder("empty", project), simulator.world.add_folder("full", project)
    simulator.world.add_file("inside", full)
    ids = [file.id, empty.id, full.id, NOTHING, file.id, project.root.id]
    entries = bulk(api, "delete", {"file_ids": ids})
    assert codes(entries) == [None, None, 5021, 5002, 5002, 5001]
    assert entries[0]["resource"]["metadata"] == {"sample_id": "S1", "case_id": "C1"}
    assert [each["id"] for each in api.get("/files", project="rfranklin/mine").json()["items"]] == [full.id]


@pytest.mark.parametrize(
    ("action", "body", "code"),
    [
        ("get", {"file_ids": []}, 10230),
        ("get", {"file_ids": ["x"] * 101}, 5033),
        ("get", {"file_ids": [""]}, 5004),
        ("get", {"file_ids": "a,b"}, 5033),
        ("delete", {}, 5033),
        ("edit", {"items": []}, 10230),
        ("edit", {"items": [{"id": "x"}] * 101}, 5033),
        ("edit", {"items": [{"id": ""}]}, 5004),
        ("edit", {"items": [{"file_id": ""}]}, 5004),
        ("edit", {"items": [{"tags": []}]}, 5033),
        ("edit", {"items": [{"id": "x", "name": "a/b"}]}, 10235),
        ("edit", {"items": [{"id": "x", "metadata": {"age": 7}}]}, 5033),
        ("edit", ["x"], 10218),
    ],
)
def test_a_request_of_the_wrong_shape_is_refused_as_a_whole(api: Api, action: str, body: Any, code: int) -> None:
    answer = api.send("POST", f"/bulk/files/{action}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_copy_has_tags_and_metadata_of_its_own(api: Api, simulator: Simulator, file: File) -> None:
    simulator.world.add_project("rfranklin/other")
    [copied] = api.done("copy", {"file": file.id, "project": "rfranklin/other"})
    edit(api, copied, tags=["copy"], metadata={"sample_id": "S9"})
    assert (file.tags, file.metadata["sample_id"]) == (["raw", "new"], "S1")
    assert api.get(f"/files/{copied}").json()["metadata"] == {"sample_id": "S9", "case_id": "C1"}
