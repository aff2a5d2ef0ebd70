"""The life of a job: its states, its counts, its result, its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sbg_bulk.simulator import JobType, ManualClock, Project, Simulator, Timing
from sbg_bulk.simulator.world.clock import DAY
from tests.simulator.api import Api, me, run_to_end

STATES = ["SUBMITTED", "RESOLVING", "RUNNING", "FINISHED"]


@pytest.fixture
def project(simulator: Simulator) -> Project:
    return simulator.world.add_project("rfranklin/mine")


def in_steps(progress: Any) -> tuple[Api, Simulator]:
    simulator = Simulator(clock=ManualClock(), progress=progress)
    simulator.world.add_project("rfranklin/mine")
    return Api(simulator), simulator


def read(api: Api, action: str, job_id: str) -> Mapping[str, Any]:
    job = api.get(f"/async/files/{action}/{job_id}").json()
    assert isinstance(job, dict)
    return job


def test_a_job_has_just_been_submitted_when_it_is_answered(api: Api) -> None:
    job = api.send("POST", "/async/files/delete", json={"items": [{"file": "a"}]}).json()
    assert job == {
        "href": f"http://localhost/v2/async/files/delete/{job['id']}",
        "id": job["id"],
        "type": "DELETE",
        "state": "SUBMITTED",
        "result": None,
        "total_files": 0,
        "completed_files": 0,
        "failed_files": 0,
        "started_on": "2019-02-20T12:00:00Z",
        "finished_on": None,
    }


def test_a_job_id_is_a_string_of_17_digits_and_later_jobs_have_greater_ones(api: Api) -> None:
    ids = [api.submit("delete", {"file": "a"}) for _ in range(50)]
    assert all(len(each) == 17 and each.isdecimal() for each in ids)
    assert ids == sorted(set(ids))


def test_a_job_passes_through_its_states_in_time(api: Api, simulator: Simulator) -> None:
    job_id = api.submit("delete", {"file": "a"})
    seen = []
    for _ in range(100):
        seen.append(read(api, "delete", job_id)["state"])
        simulator.advance(0.01)
    assert list(dict.fromkeys(seen)) == STATES
    assert seen == sorted(seen, key=STATES.index)


def test_the_timing_says_how_long_each_phase_takes() -> None:
    clock = ManualClock()
    simulator = Simulator(clock=clock, timing=Timing(submitted=1, resolving=2, per_file=4))
    api = Api(simulator)
    job_id = api.submit("delete", {"file": "a"}, {"file": "b"})
    states = []
    for _ in range(13):
        states.append(read(api, "delete", job_id)["state"])
        clock.advance(1)
    assert states == ["SUBMITTED"] + 2 * ["RESOLVING"] + 8 * ["RUNNING"] + 2 * ["FINISHED"]
    assert read(api, "delete", job_id)["finished_on"] == "2019-02-20T12:00:11Z"


def test_speed_makes_jobs_faster_and_leaves_the_clock_alone() -> None:
    clock = ManualClock()
    simulator = Simulator(clock=clock, timing=Timing(10, 10, 10), speed=10)
    api = Api(simulator)
    job_id = api.submit("delete", {"file": "a"})
    clock.advance(2.9)
    assert read(api, "delete", job_id)["state"] == "RUNNING"
    clock.advance(0.1)
    assert read(api, "delete", job_id)["finished_on"] == "2019-02-20T12:00:03Z"


def test_counts_grow_to_the_number_of_files_below_and_never_shrink(
    api: Api, simulator: Simulator, project: Project
) -> None:
    folder = simulator.world.add_folder("sample", project)
    for n in range(7):
        simulator.world.add_file(f"{n}.bam", folder)
    empty = simulator.world.add_folder("empty", project)
    target = simulator.world.add_project("rfranklin/target")
    items = [{"file": each, "project": target.id} for each in (folder.id, "missing", empty.id)]
    job_id = api.submit("copy", *items)
    seen: list[Mapping[str, Any]] = []
    while not seen or seen[-1]["state"] != "FINISHED":
        seen.append(read(api, "copy", job_id))
        simulator.advance(0.01)
    counts = [(job["completed_files"], job["failed_files"]) for job in seen]
    assert list(dict.fromkeys(counts)) == [(0, 0), (7, 0), (7, 1), (8, 1)]
    assert {job["total_files"] for job in seen if job["state"] in ("SUBMITTED", "RESOLVING")} == {0}
    assert {job["total_files"] for job in seen if job["state"] in ("RUNNING", "FINISHED")} == {9}


def test_all_files_of_a_folder_that_fails_have_failed(api: Api, simulator: Simulator, project: Project) -> None:
    folder = simulator.world.add_folder("sample", project)
    for n in range(7):
        simulator.world.add_file(f"{n}.bam", folder)
    job = run_to_end(simulator, api.submit("copy", {"file": folder.id, "parent": folder.id}))
    assert (job.total, job.completed, job.failed) == (7, 0, 7)


def test_a_result_is_null_until_the_job_has_finished(api: Api, simulator: Simulator) -> None:
    job_id = api.submit("delete", {"file": "a"}, {"file": "b"})
    while (job := read(api, "delete", job_id))["state"] != "FINISHED":
        assert job["result"] is None
        assert job["finished_on"] is None
        simulator.advance(0.01)
    assert len(job["result"]) == 2


def test_completed_and_failed_make_up_the_total_even_if_the_tree_changes_under_the_job(
    api: Api, simulator: Simulator, project: Project
) -> None:
    folder = simulator.world.add_folder("sample", project)
    files = [simulator.world.add_file(f"{n}.bam", folder) for n in range(5)]
    job_id = api.submit("delete", {"file": folder.id})
    simulator.step(job_id)
    simulator.step(job_id)
    simulator.world.delete(files[0])
    job = run_to_end(simulator, job_id)
    assert (job.total, job.completed, job.failed) == (5, 5, 0)


def test_items_of_several_jobs_take_effect_in_the_order_of_time(
    api: Api, simulator: Simulator, project: Project
) -> None:
    """The first job's second item is due after the second job's only one, which takes its file away."""
    folder = simulator.world.add_folder("sample", project)
    for n in range(50):
        simulator.world.add_file(f"{n}.bam", folder)
    file = simulator.world.add_file("a.bam", project)
    target = simulator.world.add_project("rfranklin/target")
    first = api.submit("copy", {"file": folder.id, "project": target.id}, {"file": file.id, "project": target.id})
    simulator.advance(0.1)
    second = api.submit("delete", {"file": file.id})
    simulator.advance(60)
    copied = read(api, "copy", first)
    assert "resource" in copied["result"][0]
    assert copied["result"][1]["error"]["code"] == 10225
    assert "resource" in read(api, "delete", second)["result"][0]
    assert copied["finished_on"] == "2019-02-20T12:00:01Z"


def test_the_world_is_the_same_however_often_it_is_looked_at() -> None:
    def play(pause: float) -> object:
        clock = ManualClock()
        simulator = Simulator(clock=clock, seed="demo", rate_limit=None)
        api = Api(simulator)
        batches = list(simulator.world.projects["rfranklin/cohort-a"].root.children.values())
        for action, batch in (("copy", batches[0]), ("move", batches[1]), ("copy", batches[1])):
            api.submit(action, {"file": batch.id, "project": "rfranklin/analysis"})
            clock.advance(0.2)
        while clock.now() < ManualClock().now() + 30:
            api.get("/async/files")
            clock.advance(pause)
        return api.http.get("http://localhost/_simulator/state").json() | {"now": None}

    assert play(0.3) == play(7.0)


# Whose, and how long


def test_a_job_of_another_type_or_of_somebody_else_is_not_found(api: Api, simulator: Simulator) -> None:
    simulator.world.add_user("somebody", token="token-of-somebody")
    other = Api(simulator, {"X-SBG-Auth-Token": "token-of-somebody"})
    job_id = api.submit("delete", {"file": "a"})
    for action in ("copy", "move"):
        assert api.refused("GET", f"/async/files/{action}/{job_id}")[:2] == (404, 10211)
    assert other.refused("GET", f"/async/files/delete/{job_id}")[:2] == (404, 10211)
    assert other.get("/async/files").json()["items"] == []
    assert len(api.get("/async/files").json()["items"]) == 1


@pytest.mark.parametrize("progress", ["time", "polls", "hand"])
def test_a_job_is_gone_a_month_after_its_end(progress: Any) -> None:
    api, simulator = in_steps(progress)
    job_id = api.submit("delete", {"file": "a"})
    if progress != "time":
        simulator.advance(40 * DAY)  # the month does not begin before the end
    run_to_end(simulator, job_id)
    simulator.advance(30 * DAY - 1)
    assert read(api, "delete", job_id)["state"] == "FINISHED"
    assert len(api.get("/async/files").json()["items"]) == 1
    simulator.advance(1)
    assert api.refused("GET", f"/async/files/delete/{job_id}")[:2] == (404, 10211)
    assert api.get("/async/files").json()["items"] == []


# What makes it go on


def test_by_polls_each_answer_that_shows_the_job_takes_one_step() -> None:
    api, simulator = in_steps("polls")
    job_id = api.submit("delete", {"file": "a"}, {"file": "b"})
    simulator.advance(3600)
    assert read(api, "delete", job_id)["state"] == "RESOLVING"
    assert api.get("/async/files").json()["items"][0]["state"] == "RUNNING"
    assert read(api, "delete", job_id)["failed_files"] == 1
    assert api.get("/async/files").json()["items"][0]["state"] == "FINISHED"


def test_by_polls_an_answer_that_does_not_show_the_job_takes_no_step() -> None:
    api, simulator = in_steps("polls")
    first = api.submit("delete", {"file": "a"})
    api.submit("delete", {"file": "b"})
    api.get("/async/files", limit=1)
    api.get("/user")
    assert simulator.jobs.by_id(first).state == "SUBMITTED"


def test_by_hand_only_a_step_makes_the_job_go_on() -> None:
    api, simulator = in_steps("hand")
    job_id = api.submit("delete", {"file": "a"})
    seen = []
    for _ in STATES:
        simulator.advance(3600)
        seen.append(read(api, "delete", job_id)["state"])
        simulator.step(job_id)
    assert seen == STATES


def test_a_step_of_a_finished_job_changes_nothing(api: Api, simulator: Simulator) -> None:
    job_id = api.submit("delete", {"file": "a"})
    run_to_end(simulator, job_id)
    before = read(api, "delete", job_id)
    simulator.step(job_id)
    simulator.advance(60)
    assert read(api, "delete", job_id) == before


def test_a_job_that_is_not_there_cannot_be_stepped(simulator: Simulator) -> None:
    with pytest.raises(LookupError, match="there is no job 123"):
        simulator.step("123")


def test_a_job_that_has_ended_can_be_put_there(api: Api, simulator: Simulator) -> None:
    now = simulator.clock.now()
    job = simulator.jobs.add_finished(
        me(simulator), JobType.COPY, ["a" * 24], submitted_on=now - 9, finished_on=now - 5
    )
    shown = read(api, "copy", job.id)
    assert shown["state"] == "FINISHED"
    assert (shown["total_files"], shown["completed_files"], shown["failed_files"]) == (1, 1, 0)
    assert shown["finished_on"] == "2019-02-20T11:59:55Z"
    with pytest.raises(ValueError, match="already"):
        simulator.jobs.add_finished(me(simulator), JobType.COPY, [], submitted_on=now, finished_on=now, id=job.id)


@pytest.mark.parametrize("settings", [{"progress": "magic"}, {"list_order": "random"}, {"speed": 0}, {"speed": -1}])
def test_a_setting_that_makes_no_sense_is_refused(settings: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"magic|random|speed"):
        Simulator(**settings)
