"""A value that is not in the spec's lists is a plain string: it neither raises nor gets lost."""

from __future__ import annotations

from typing import Any

import pytest

from sbg_bulk.simulator import JobType, Simulator
from tests.generated.package import Package

JOB = {"href": "https://example.com/1", "id": "1", "type": "COPY", "state": "RUNNING"}
FILE = {"href": "https://example.com/1", "id": "1", "name": "a", "type": "file"}


@pytest.mark.parametrize("state", ["PAUSED", "finished", "FINISHED_WITH_ERRORS"])
def test_an_unknown_state_from_the_service_is_a_plain_string(package: Package, sim: Simulator, state: str) -> None:
    now = sim.clock.now()
    job = sim.jobs.add_finished(sim.world.users["rfranklin"], JobType.COPY, ["x"], submitted_on=now, finished_on=now)
    sim.arm(f"kind=unknown_state value={state}")
    with package.client(sim) as client:
        one = package.module("api.async_jobs.get_copy_job").sync(job.id, client=client)
        page = package.module("api.async_jobs.list_async_jobs").sync(client=client)
    for found in (one, *page.items):
        assert type(found.state) is str
        assert found.state == state
        assert found.to_dict()["state"] == found.state
        assert found.id == job.id
    assert len(page.items) == 1


@pytest.mark.parametrize(
    ("model", "document", "field", "known"),
    [
        ("Job", JOB, "type", "JobType"),
        ("Job", JOB, "state", "JobState"),
        ("FileInfo", FILE, "type", "FileType"),
    ],
)
def test_what_is_known_is_a_member_and_what_is_not_is_kept(
    package: Package, model: str, document: dict[str, Any], field: str, known: str
) -> None:
    read, members = getattr(package.models, model).from_dict, getattr(package.models, known)
    attribute = {"type": "type_"}.get(field, field)
    for member in members:
        found = read(document | {field: member.value})
        assert getattr(found, attribute) is member
        assert found.to_dict()[field] == member.value
    unknown = read(document | {field: "UNHEARD_OF"})
    assert type(getattr(unknown, attribute)) is str
    assert unknown.to_dict()[field] == "UNHEARD_OF"
