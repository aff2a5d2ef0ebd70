"""Filters of lists, the fields of answers, and the calls that are left out."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sbg_bulk.simulator import JobType, ManualClock, Simulator
from tests.simulator.api import Api, me


@pytest.fixture
def lab(api: Api) -> Api:
    """A project with four files and a folder."""
    world = api.simulator.world
    project = world.add_project("rfranklin/mine", name="Mine", tags=["pilot", "wgs"])
    world.add_project("rfranklin/other", name="Other", tags=["wgs"])
    for name, tags, metadata, task in (
        ("a", ["raw"], {"sample_id": "S1", "strategy": "WGS"}, None),
        ("b", ["raw", "new"], {"sample_id": "S2", "strategy": "WGS"}, "t1"),
        ("c", ["new"], {"sample_id": "S1", "strategy": "RNA-Seq"}, "t2"),
        ("d", [], {}, "t1"),
    ):
        world.add_file(name, project, tags=tags, metadata=metadata, task=task)
    world.add_folder("e", project)
    return api


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "abcde"),
        ({"tag": "raw"}, "ab"),
        ({"tag": ["raw", "new"]}, "abc"),
        ({"tag": "Raw"}, ""),
        ({"metadata.sample_id": "S1"}, "ac"),
        ({"metadata.sample_id": ["S1", "S2"]}, "abc"),
        ({"metadata.sample_id": "S1", "metadata.strategy": "WGS"}, "a"),
        ({"metadata.unheard_of": "x"}, ""),
        ({"origin.task": "t1"}, "bd"),
        ({"origin.task": ["t1", "t2"], "tag": "new"}, "bc"),
        ({"name": ["a", "b", "e"], "tag": "raw", "metadata.sample_id": "S2"}, "b"),
        ({"name": ["d", "a"]}, "da"),
    ],
)
def test_a_field_repeated_is_or_and_different_fields_are_and(lab: Api, query: dict[str, Any], found: str) -> None:
    page = lab.get("/files", project="rfranklin/mine", **query)
    assert "".join(item["name"] for item in page.json()["items"]) == found
    assert page.headers["X-Total-Matching-Query"] == str(len(found))


def test_filters_are_kept_in_the_links_to_other_pages(lab: Api) -> None:
    page = lab.get("/files", project="rfranklin/mine", tag=["raw", "new"], limit=2)
    [after] = page.json()["links"]
    assert [item["name"] for item in lab.get(after["href"]).json()["items"]] == ["c"]


@pytest.mark.parametrize(
    ("path", "query", "named"),
    [
        ("/files?project=rfranklin/mine", "tags=raw", "tags"),
        ("/files?project=rfranklin/mine", "sample_id=S1", "sample_id"),
        ("/files?project=rfranklin/mine", "metadata=S1", "metadata"),
        ("/files?project=rfranklin/mine", "metadata.=S1", "metadata."),
        ("/files?project=rfranklin/mine", "origin.dataset=x", "origin.dataset"),
        ("/files?project=rfranklin/mine", "recursive=true", "recursive"),
        ("/projects/rfranklin/mine/files?limit=5", "tag=raw", "tag"),
        ("/projects?limit=5", "category=PUBLIC", "category"),
        ("/projects/rfranklin?limit=5", "tag=wgs", "tag"),
        ("/async/files?limit=5", "state=RUNNING", "state"),
    ],
)
def test_a_filter_that_is_not_known_is_refused_by_name(lab: Api, path: str, query: str, named: str) -> None:
    answer = lab.get(f"{path}&{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, 90000)
    assert answer.json()["message"].startswith(f"{named}: is not a filter of this list.")


def test_projects_are_found_by_tag_name_and_owner(lab: Api) -> None:
    lab.simulator.world.add_user("somebody")

    def found(path: str, **query: Any) -> list[str]:
        return [project["id"].partition("/")[2] for project in lab.get(path, **query).json()["items"]]

    assert found("/projects", tags="wgs") == ["mine", "other"]
    assert found("/projects", tags=["pilot", "none"]) == ["mine"]
    assert found("/projects", tags="wgs", name="oth") == ["other"]
    assert found("/projects/rfranklin", tags="pilot") == ["mine"]
    assert found("/projects/somebody") == []
    assert lab.refused("GET", "/projects/nobody")[:2] == (404, 2002)


def test_the_files_of_a_project_are_the_same_at_both_addresses(lab: Api) -> None:
    for query in ({}, {"fields": "_all"}, {"offset": 1, "limit": 2}):
        one = lab.get("/files", project="rfranklin/mine", **query).json()["items"]
        assert lab.get("/projects/rfranklin/mine/files", **query).json()["items"] == one


@pytest.mark.parametrize(
    ("path", "always", "optional"),
    [
        ("/files/FILE", {"href", "id", "name"}, "metadata"),
        ("/files/FOLDER/list", {"href", "id", "name"}, "tags"),
        ("/projects", {"href", "id", "name"}, "root_folder"),
        ("/projects/rfranklin", {"href", "id", "name"}, "permissions"),
        ("/projects/rfranklin/mine", {"href", "id", "name"}, "tags"),
        ("/async/files", {"href", "id", "type", "state"}, "total_files"),
        ("/async/files/copy/JOB", {"href", "id", "type", "state"}, "result"),
        ("/user", {"href", "username"}, "email"),
        ("/rate_limit", {"rate"}, "instance_limit"),
    ],
)
def test_fields_select_what_is_answered(lab: Api, path: str, always: set[str], optional: str) -> None:
    simulator = lab.simulator
    now = simulator.clock.now()
    job = simulator.jobs.add_finished(me(simulator), JobType.COPY, ["x"], submitted_on=now, finished_on=now)
    root = simulator.world.projects["rfranklin/mine"].root
    path = path.replace("FILE", root.children["a"].id).replace("FOLDER", root.id).replace("JOB", job.id)

    def keys(fields: str) -> set[str]:
        answer = lab.get(path, fields=fields).json()
        return set(answer["items"][0] if "items" in answer else answer)

    assert keys("href") == always
    assert keys(f" {optional},nonsense") == always | {optional}
    assert keys("_all") >= always | {optional}


def test_a_list_of_projects_has_their_dates_and_who_made_them(lab: Api) -> None:
    [first, _] = lab.get("/projects").json()["items"]
    assert first["created_by"] == "rfranklin"
    assert first["created_on"] == first["modified_on"] == "2019-02-20T12:00:00Z"


def test_the_links_of_a_list_are_in_a_header_too(lab: Api) -> None:
    page = lab.get("/files", project="rfranklin/mine", offset=1, limit=2)
    found = re.findall(r'<([^>]+)>; rel="(\w+)"', page.headers["Link"])
    assert found == [(link["href"], link["rel"]) for link in page.json()["links"]]
    assert [rel for _, rel in found] == ["next", "prev"]
    assert "Link" not in lab.get("/files", project="rfranklin/mine").headers


@pytest.mark.parametrize("type_", ["folder", "FOLDER"])
def test_a_folder_is_made_whichever_way_its_type_is_spelt(lab: Api, type_: str) -> None:
    answer = lab.send("POST", "/files", json={"name": "new", "type": type_, "project": "rfranklin/mine"})
    assert (answer.status_code, answer.json()["type"]) == (201, "folder")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/files/scroll?token=init"), ("POST", "/files/search"), ("GET", "/files/FOLDER/scroll")],
)
def test_a_call_that_the_contract_leaves_out_is_not_implemented(lab: Api, method: str, path: str) -> None:
    status, code, message = lab.refused(method, path)
    assert (status, code) == (501, 90010)
    assert "is not simulated" in message


def test_a_job_s_id_holds_its_time() -> None:
    simulator = Simulator(clock=ManualClock(1_793_000_000.25))
    api = Api(simulator)
    ids = [api.submit("delete", {"file": "a"}) for _ in range(3)]
    assert all(re.fullmatch("[0-9]{18}", job_id) for job_id in ids)
    assert {(int(job_id) >> 20) / 1000 + 1_483_228_800 for job_id in ids} == {1_793_000_000.25}
    assert sorted(set(ids), key=int) == ids
    simulator.advance(1)
    assert int(api.submit("delete", {"file": "a"})) - int(ids[0]) > 900 << 20


@pytest.mark.parametrize("code", [5030, 9107, 10101, 57020, 57432, 90011])
def test_an_item_can_be_made_to_fail_with_any_documented_code(api: Api, code: int) -> None:
    api.simulator.arm(f"kind=fail_item code={code}")
    assert api.failed("delete", {"file": "a"}) == [code]
