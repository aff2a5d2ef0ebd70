"""Lists: pages, links, totals, order, filters."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from sbg_bulk.simulator import JobType, ManualClock, Permissions, Simulator
from tests.simulator.api import Api, me


def with_jobs(number: int, **settings: Any) -> tuple[Api, list[str]]:
    """A simulator with so many jobs that have ended, and their ids, oldest first."""
    simulator = Simulator(clock=ManualClock(), rate_limit=None, **settings)
    now = simulator.clock.now()
    ids = [
        simulator.jobs.add_finished(me(simulator), JobType.COPY, ["a"], submitted_on=now, finished_on=now).id
        for _ in range(number)
    ]
    return Api(simulator), ids


def ids_of(response: httpx.Response) -> list[str]:
    return [item["id"] for item in response.json()["items"]]


def links_of(response: httpx.Response) -> dict[str, str]:
    links = response.json()["links"]
    assert all(link["method"] == "GET" for link in links)
    return {link["rel"]: link["href"] for link in links}


def test_a_page_has_25_entries_unless_asked_otherwise() -> None:
    api, _ = with_jobs(30)
    page = api.get("/async/files")
    assert len(ids_of(page)) == 25
    assert page.headers["X-Total-Matching-Query"] == "30"
    assert page.json()["href"] == "http://localhost/v2/async/files?offset=0&limit=25"
    assert len(ids_of(api.get("/async/files", limit=100))) == 30


@pytest.mark.parametrize("limit", [1, 7, 10, 100])
def test_the_next_links_lead_through_every_entry_once(limit: int) -> None:
    api, ids = with_jobs(20)
    page = api.get("/async/files", limit=limit)
    found = ids_of(page)
    while "next" in links_of(page):
        page = api.get(links_of(page)["next"])
        found += ids_of(page)
    assert sorted(found) == sorted(ids)
    back = ids_of(page)
    while "prev" in links_of(page):
        page = api.get(links_of(page)["prev"])
        back = ids_of(page) + back
    assert sorted(set(back)) == sorted(ids)


def test_a_page_beyond_the_end_is_empty() -> None:
    api, _ = with_jobs(3)
    for offset in (3, 1000, 10**30):
        page = api.get("/async/files", offset=offset)
        assert ids_of(page) == []
        assert page.headers["X-Total-Matching-Query"] == "3"
        assert list(links_of(page)) == ["prev"]


def test_an_exact_last_page_has_no_next_link() -> None:
    api, _ = with_jobs(4)
    assert links_of(api.get("/async/files", limit=4)) == {}
    assert list(links_of(api.get("/async/files", offset=2, limit=2))) == ["prev"]


def test_addresses_keep_the_query_and_the_host_that_was_asked(simulator: Simulator) -> None:
    project = simulator.world.add_project("rfranklin/mine")
    for n in range(3):
        simulator.world.add_file(f"{n} & more.bam", project)
    client = httpx.Client(transport=simulator.transport(), headers={"X-SBG-Auth-Token": "demo-token"})
    query = "project=rfranklin%2Fmine&fields=_all&name=0+%26+more.bam&name=1+%26+more.bam"
    page = client.get(f"http://127.0.0.1:4711/v2/files?{query}&limit=1")
    assert page.json()["href"] == f"http://127.0.0.1:4711/v2/files?{query}&offset=0&limit=1"
    assert links_of(page)["next"] == f"http://127.0.0.1:4711/v2/files?{query}&offset=1&limit=1"
    assert page.json()["items"][0]["href"].startswith("http://127.0.0.1:4711/v2/files/")
    assert [item["name"] for item in client.get(links_of(page)["next"]).json()["items"]] == ["1 & more.bam"]


def test_a_job_that_was_shown_before_has_the_host_that_is_asked_now(api: Api) -> None:
    job_id = api.submit("delete", {"file": "a"})
    for host in ("one:1", "two:2"):
        page = api.get(f"http://{host}/v2/async/files").json()
        assert page["items"][0]["href"] == f"http://{host}/v2/async/files/delete/{job_id}"


def test_the_page_before_begins_at_the_start_at_the_earliest() -> None:
    api, _ = with_jobs(20)
    page = api.get("/async/files", offset=3, limit=10)
    assert links_of(page)["prev"] == "http://localhost/v2/async/files?offset=0&limit=10"


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
def test_the_order_of_jobs_is_a_setting_and_the_same_each_time(order: Any) -> None:
    api, ids = with_jobs(20, list_order=order)
    found = ids_of(api.get("/async/files"))
    assert sorted(found) == ids
    assert found == ids_of(api.get("/async/files"))
    assert (found == ids) == (order == "oldest")
    assert (found == ids[::-1]) == (order == "newest")


def test_with_a_late_list_a_job_shows_in_it_later_than_in_its_details() -> None:
    simulator = Simulator(clock=ManualClock(), faults=["kind=late_list seconds=5 times=1"])
    api = Api(simulator)
    job_id = api.submit("delete", {"file": "a"})
    simulator.advance(4.9)
    assert ids_of(api.get("/async/files")) == []
    assert api.get("/async/files").headers["X-Total-Matching-Query"] == "0"
    assert api.get(f"/async/files/delete/{job_id}").status_code == 200
    simulator.advance(0.2)
    assert ids_of(api.get("/async/files")) == [job_id]
    next_id = api.submit("delete", {"file": "a"})  # the fault has struck its one time
    assert ids_of(api.get("/async/files")) == [next_id, job_id]


def test_a_job_is_the_same_in_the_list_and_in_its_details(api: Api, simulator: Simulator) -> None:
    job_id = api.submit("delete", {"file": "a"})
    for _ in range(5):
        assert api.get("/async/files").json()["items"] == [api.get(f"/async/files/delete/{job_id}").json()]
        simulator.step(job_id)


# Files


def test_a_listing_is_not_recursive_and_the_two_ways_to_a_folder_agree(api: Api, simulator: Simulator) -> None:
    project = simulator.world.add_project("rfranklin/mine")
    folder = simulator.world.add_folder("sample", project)
    simulator.world.add_file("a.bam", folder, size=5)
    top = api.get("/files", project=project.id).json()["items"]
    assert [(item["name"], item["type"], item["parent"]) for item in top] == [("sample", "folder", project.root.id)]
    below = api.get("/files", parent=folder.id).json()["items"]
    assert below == api.get(f"/files/{folder.id}/list").json()["items"]
    assert [item["name"] for item in below] == ["a.bam"]


def test_details_have_what_lists_leave_out(api: Api, simulator: Simulator) -> None:
    project = simulator.world.add_project("rfranklin/mine")
    file = simulator.world.add_file("a.bam", project, size=5)
    [listed] = api.get("/files", project=project.id).json()["items"]
    details = api.get(f"/files/{file.id}").json()
    assert details == listed | {
        "size": 5,
        "created_on": "2019-02-20T12:00:00Z",
        "modified_on": "2019-02-20T12:00:00Z",
        "storage": {"type": "PLATFORM"},
        "origin": {},
        "tags": [],
        "metadata": {},
    }
    root = api.get(f"/files/{project.root.id}").json()
    assert root["parent"] is None
    assert root["size"] is None


def test_names_filter_a_listing_exactly_and_may_be_repeated(api: Api, simulator: Simulator) -> None:
    project = simulator.world.add_project("rfranklin/mine")
    for name in ("a.bam", "b.bam", "c.bam"):
        simulator.world.add_file(name, project)

    def names(*wanted: str) -> list[str]:
        page = api.get("/files", project=project.id, name=list(wanted))
        assert page.headers["X-Total-Matching-Query"] == str(len(page.json()["items"]))
        return [item["name"] for item in page.json()["items"]]

    assert names("b.bam") == ["b.bam"]
    assert names("a.bam", "c.bam", "a.bam") == ["a.bam", "c.bam"]
    assert names("B.bam") == []
    assert names("bam") == []


def test_a_new_folder_is_there_and_empty(api: Api, simulator: Simulator) -> None:
    project = simulator.world.add_project("rfranklin/mine")
    made = api.send("POST", "/files", json={"name": "new", "type": "folder", "project": project.id})
    assert made.status_code == 201
    folder = made.json()
    assert folder["parent"] == project.root.id
    assert api.get(f"/files/{folder['id']}").json() == folder
    inner = api.send("POST", "/files", json={"name": "new", "type": "folder", "parent": folder["id"], "project": ""})
    assert [item["id"] for item in api.get(f"/files/{folder['id']}/list").json()["items"]] == [inner.json()["id"]]


# Projects


def test_projects_are_those_one_is_a_member_of_filtered_by_name(api: Api, simulator: Simulator) -> None:
    simulator.world.add_user("somebody")
    simulator.world.add_project("rfranklin/mine", name="My Cohort")
    simulator.world.add_project("somebody/shared", name="Shared", members={"rfranklin": Permissions(read=True)})
    simulator.world.add_project("somebody/private", name="Private cohort")
    assert ids_of(api.get("/projects")) == ["rfranklin/mine", "somebody/shared"]
    assert ids_of(api.get("/projects", name="cohort")) == ["rfranklin/mine"]


def test_project_details_name_the_root_folder_and_what_one_may_do(api: Api, simulator: Simulator) -> None:
    simulator.world.add_user("somebody")
    project = simulator.world.add_project("somebody/shared", members={"rfranklin": Permissions(read=True)})
    details = api.get("/projects/somebody/shared").json()
    assert details["root_folder"] == project.root.id
    assert details["type"] == "v2"
    assert details["permissions"] == {"read": True, "copy": False, "write": False, "execute": False, "admin": False}
    assert "billing_group" not in details
    simulator.world.add_project("rfranklin/mine")
    assert all(api.get("/projects/rfranklin/mine").json()["permissions"].values())


ALL_OF_A_FILE = {
    *("type", "project", "parent", "size", "created_on", "modified_on", "storage", "origin", "tags", "metadata"),
}


@pytest.mark.parametrize(
    ("fields", "more"),
    [
        (None, {"type", "project", "parent"}),
        ("_all", ALL_OF_A_FILE),
        ("name,_all", ALL_OF_A_FILE),
        ("size, modified_on", {"size", "modified_on"}),
        ("metadata", {"metadata"}),
        ("nonsense", set()),
        ("", set()),
    ],
)
def test_entries_of_a_folder_have_the_fields_that_are_asked_for(fields: str | None, more: set[str]) -> None:
    simulator = Simulator(clock=ManualClock(), seed="examples", rate_limit=None)
    query = {"project": "rfranklin/my-project"} | ({} if fields is None else {"fields": fields})
    page = Api(simulator).get("/files", **query).json()
    assert {frozenset(item) for item in page["items"]} == {frozenset({"href", "id", "name"} | more)}
    assert ("fields=" in page["href"]) is (fields is not None)
