"""Requests as the R clients (sevenbridges2, sevenbridges-r) send them, written out by hand.

They ask every GET for `fields=_all`, make folders of the type `FOLDER`, repeat a filter for each of its values, and
send `id` where the documentation writes `file_id`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sbg_bulk.simulator import JobType, Simulator
from tests.interop.lab import OWNER, TOKEN, Lab, Service


@pytest.fixture
def http(service: Service, sim: Simulator) -> Iterator[httpx.Client]:  # noqa: ARG001 - reset first
    headers = {
        "X-SBG-Auth-Token": TOKEN,
        "Accept": "application/json",
        "Content-Type": "application/json",
        "User-Agent": "sevenbridges2/0.4.0 (R)",
    }
    with httpx.Client(headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture
def url(service: Service) -> str:
    return service.url


def test_every_read_takes_all_fields(http: httpx.Client, url: str, sim: Simulator, lab: Lab) -> None:
    now = sim.clock.now()
    jobs = [
        sim.jobs.add_finished(sim.world.users[OWNER], each, ["x"], submitted_on=now, finished_on=now)
        for each in JobType
    ]
    paths = [
        *("user", "rate_limit", "projects", f"projects/{OWNER}", f"projects/{lab.cohort.id}", "async/files"),
        *(f"files/{lab.files[0].id}", f"files/{lab.run.id}/list", f"projects/{lab.cohort.id}/files"),
        *(f"async/files/{job.type.lower()}/{job.id}" for job in jobs),
    ]
    for path in paths:
        answer = http.get(f"{url}/{path}?fields=_all")
        assert answer.status_code == 200, answer.text
        for entry in answer.json().get("items", ()):
            assert entry.keys() == http.get(entry["href"]).json().keys()


def test_a_page_is_asked_for_with_all_that_the_client_adds(http: httpx.Client, url: str, lab: Lab) -> None:
    answer = http.get(f"{url}/files?project={OWNER}%2Fcohort&offset=0&limit=50&fields=_all")
    assert [item["size"] for item in answer.json()["items"]] == [*(file.size for file in lab.files), None]
    assert {tuple(item["tags"]) for item in answer.json()["items"]} == {()}


def test_a_folder_is_made_as_they_make_it(http: httpx.Client, url: str, lab: Lab) -> None:
    answer = http.post(f"{url}/files", json={"name": "results", "type": "FOLDER", "parent": lab.run.id})
    assert (answer.status_code, answer.json()["type"]) == (201, "folder")
    assert "results" in lab.run.children


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tag=raw&tag=new", [1, 2]),
        ("metadata.sample_id=S1&metadata.sample_id=S2", [1, 3]),
        ("metadata.sample_id=S1&tag=raw", [1]),
        ("origin.task=t-2", [2]),
        ("name=sample-2.bam&name=sample-3.bam", [2, 3]),
    ],
)
def test_filters_are_repeated_for_each_value(
    http: httpx.Client, url: str, lab: Lab, query: str, found: list[int]
) -> None:
    first, second, third = lab.files
    first.tags, first.metadata["sample_id"] = ["raw"], "S1"
    second.tags, second.task = ["new"], "t-2"
    third.metadata["sample_id"] = "S2"
    answer = http.get(f"{url}/files?project={OWNER}%2Fcohort&{query}&fields=_all")
    assert [item["name"] for item in answer.json()["items"]] == [f"sample-{number}.bam" for number in found]


def test_files_are_edited_by_id_in_bulk(http: httpx.Client, url: str, lab: Lab) -> None:
    def edited(name: str) -> Any:
        items = [{name: lab.files[0].id, "tags": ["t"], "metadata": {"sample_id": "S1"}}]
        return http.post(f"{url}/bulk/files/edit", json={"items": items}).json()["items"][0]["resource"]

    assert edited("id")["metadata"] == {"sample_id": "S1"}
    assert edited("file_id")["tags"] == ["t"]


def test_jobs_are_submitted_with_what_is_not_used_left_empty(http: httpx.Client, url: str, lab: Lab) -> None:
    item = {"file": lab.files[0].id, "parent": "", "project": lab.archive.id, "name": ""}
    answer = http.post(f"{url}/async/files/copy", json={"items": [item]})
    assert (answer.status_code, answer.json()["state"]) == (202, "SUBMITTED")
