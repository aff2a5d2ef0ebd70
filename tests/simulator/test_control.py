"""The control address, and the same things done to a simulator in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from sbg_bulk.simulator import FaultError, ManualClock, Simulator
from sbg_bulk.simulator.world.clock import LATEST
from tests.simulator.api import Api

CONTROL = "http://localhost/_simulator"


def control(api: Api, method: str, name: str, body: Any = None) -> httpx.Response:
    return api.http.request(method, f"{CONTROL}/{name}", json=body, headers={"X-SBG-Auth-Token": ""})


def test_the_control_address_needs_no_token_is_not_charged_and_not_logged() -> None:
    api = Api(Simulator(clock=ManualClock(), rate_limit=(1, 300)))
    for _ in range(5):
        assert control(api, "GET", "requests").json() == {"requests": []}
    assert api.get("/user").status_code == 200


def test_the_control_address_answers_to_this_machine_only(simulator: Simulator) -> None:
    async def ask(host: str) -> int:
        transport = httpx.ASGITransport(app=simulator.app, client=(host, 1234))
        async with httpx.AsyncClient(transport=transport) as http:
            return (await http.get(f"{CONTROL}/state")).status_code

    hosts = ["127.0.0.1", "127.8.9.10", "::1", "10.0.0.1", "192.168.1.2", "2001:db8::1", "somewhere"]
    assert [asyncio.run(ask(host)) for host in hosts] == [200, 200, 200, 403, 403, 403, 403]


def test_a_reset_makes_everything_as_it_was_at_the_start() -> None:
    clock = ManualClock()
    api = Api(Simulator(clock=clock, seed="examples", rate_limit=(5, 300), faults=["kind=500 op=get_user"]))
    before = control(api, "GET", "state").json()
    api.submit("delete", {"file": "5c6d4227e4b0385632389346"})
    api.get("/user")
    control(api, "DELETE", "faults")
    assert control(api, "GET", "state").json() != before
    assert control(api, "POST", "reset").status_code == 200
    assert control(api, "GET", "state").json() == before
    assert control(api, "GET", "requests").json() == {"requests": []}
    assert control(api, "GET", "faults").json() == {
        "faults": [{"rule": "kind=500 op=get_user", "seen": 0, "struck": 0}]
    }
    assert api.get("/rate_limit").json()["rate"]["remaining"] == 5


def test_a_seed_replaces_what_there_is_and_stays_for_the_next_reset(api: Api, simulator: Simulator) -> None:
    assert control(api, "POST", "seed", {"name": "demo"}).json() == {"seed": "demo"}
    assert api.get("/projects").headers["X-Total-Matching-Query"] == "2"
    simulator.reset()
    assert api.get("/projects").headers["X-Total-Matching-Query"] == "2"


def test_an_unknown_seed_changes_nothing(api: Api, simulator: Simulator) -> None:
    simulator.world.add_project("rfranklin/mine")
    response = control(api, "POST", "seed", {"name": "dmeo"})
    assert (response.status_code, response.json()["message"]) == (
        400,
        "name: there is no seed 'dmeo'; the seeds are: demo, examples, empty",
    )
    assert "rfranklin/mine" in simulator.world.projects
    with pytest.raises(ValueError, match="there is no seed"):
        Simulator(seed="dmeo")


def test_time_is_advanced_for_jobs_and_for_the_rate_limit() -> None:
    api = Api(Simulator(clock=ManualClock(1000.0), rate_limit=(2, 300)))
    job_id = api.submit("delete", {"file": "a"})
    assert control(api, "POST", "advance", {"seconds": 299.5}).json() == {"now": 1299.5}
    assert api.get(f"/async/files/delete/{job_id}").json()["state"] == "FINISHED"
    assert api.get("/user").status_code == 429
    api.simulator.advance(0.5)
    assert api.get("/user").status_code == 200


def test_time_is_not_advanced_beyond_what_dates_can_tell(api: Api, simulator: Simulator) -> None:
    now = simulator.clock.now()
    for seconds in (LATEST - now + 1, 3e11, 1e13, 10**400):
        refused = control(api, "POST", "advance", {"seconds": seconds})
        assert (refused.status_code, refused.json()["message"]) == (
            400,
            "seconds: the clock cannot go beyond the beginning of the year 9999",
        )
        with pytest.raises(ValueError, match="the beginning of the year 9999"):
            simulator.advance(seconds)
    assert simulator.clock.now() == now
    assert control(api, "POST", "advance", {"seconds": LATEST - now}).json() == {"now": LATEST}
    project = simulator.world.add_project("rfranklin/last")
    assert api.get(f"/projects/{project.id}").json()["created_on"] == "9999-01-01T00:00:00Z"


def test_a_job_is_stepped(api: Api) -> None:
    job_id = api.submit("delete", {"file": "a"})
    shown = control(api, "POST", "step", {"job": job_id}).json()
    assert (shown["id"], shown["state"]) == (job_id, "RESOLVING")
    assert api.get(f"/async/files/delete/{job_id}").json()["state"] == "RESOLVING"


def test_faults_are_armed_shown_and_disarmed(api: Api) -> None:
    rule = {"rule": "kind=500 op=get_user times=1"}
    assert control(api, "POST", "faults", rule).json() == rule | {"seen": 0, "struck": 0}
    assert [api.get("/user").status_code for _ in range(2)] == [500, 200]
    assert control(api, "GET", "faults").json() == {"faults": [rule | {"seen": 2, "struck": 1}]}
    assert control(api, "DELETE", "faults").json() == {"faults": []}
    assert control(api, "GET", "faults").json() == {"faults": []}


def test_faults_given_at_the_start_are_checked_at_the_start() -> None:
    with pytest.raises(FaultError, match="kind: expected one of"):
        Simulator(faults=["kind=broken"])


def test_the_request_log_is_shown_and_cleared(api: Api) -> None:
    api.get("/user?x=demo-token")
    [entry] = control(api, "GET", "requests").json()["requests"]
    assert entry == {
        "number": 1,
        "time": ManualClock().now(),
        "method": "GET",
        "path": "/v2/user",
        "query": "x=…",
        "operation": "get_user",
        "status": 200,
        "request_id": entry["request_id"],
        "user": "rfranklin",
        "fault": None,
    }
    assert control(api, "DELETE", "requests").json() == {"requests": []}
    api.get("/user")
    assert [each["number"] for each in control(api, "GET", "requests").json()["requests"]] == [2]


def test_the_state_shows_everything_but_tokens(api: Api, simulator: Simulator) -> None:
    project = simulator.world.add_project("rfranklin/mine")
    folder = simulator.world.add_folder("sample", project)
    file = simulator.world.add_file("a.bam", folder, size=5)
    file.tags.append("raw")
    file.metadata["sample_id"] = "S1"
    job_id = api.submit("delete", {"file": "a"})
    answer = control(api, "GET", "state")
    state = answer.json()
    assert [user["username"] for user in state["users"]] == ["rfranklin"]
    [shown] = state["projects"]
    assert shown["id"] == "rfranklin/mine"
    assert shown["root"]["children"] == [
        {
            "id": folder.id,
            "name": "sample",
            "type": "folder",
            "children": [
                {
                    "id": file.id,
                    "name": "a.bam",
                    "type": "file",
                    "size": 5,
                    "tags": ["raw"],
                    "metadata": {"sample_id": "S1"},
                }
            ],
        }
    ]
    assert [(job["id"], job["owner"]) for job in state["jobs"]] == [(job_id, "rfranklin")]
    assert "demo-token" not in answer.text


@pytest.mark.parametrize(
    ("method", "name", "body", "status", "place"),
    [
        ("GET", "nothing", None, 404, "The paths are: /_simulator/reset, /_simulator/seed"),
        ("GET", "", None, 404, "The paths are"),
        ("GET", "reset", None, 405, "only POST"),
        ("PUT", "faults", None, 405, "only GET, POST, DELETE"),
        ("POST", "seed", {}, 400, "name: "),
        ("POST", "seed", [], 400, "not a JSON object"),
        (
            "POST",
            "advance",
            {"seconds": "60"},
            400,
            'seconds: is missing, or has the wrong type; send, for example, {"sec',
        ),
        ("POST", "advance", {"seconds": True}, 400, "seconds: "),
        ("POST", "advance", {"seconds": -1}, 400, "seconds: "),
        ("POST", "step", {"job": "123"}, 404, "job: there is no job 123"),
        ("POST", "faults", {"rule": "kind=x"}, 400, "rule: word 1, 'kind=x': kind: expected one of"),
    ],
)
def test_what_the_control_address_does_not_understand_it_says(
    api: Api, method: str, name: str, body: Mapping[str, Any] | None, status: int, place: str
) -> None:
    response = control(api, method, name, body)
    assert response.status_code == status
    assert place in response.json()["message"]


def test_a_control_body_that_is_no_json_is_refused(api: Api) -> None:
    response = api.http.post(f"{CONTROL}/advance", content=b"\xff")
    assert (response.status_code, response.json()["code"]) == (400, 10217)
