"""What each kind of fault does, and whether the request was processed."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from sbg_bulk.simulator import ManualClock, Simulator
from tests.simulator.api import Api

BODY = {"items": [{"file": "a"}]}


@pytest.fixture
def api(simulator: Simulator) -> Api:
    return Api(simulator)


def submit(api: Api) -> httpx.Response:
    return api.http.post("/async/files/delete", json=BODY)


def jobs(api: Api) -> int:
    return len(api.simulator.jobs.all())


# Before the request is processed


def test_429_refuses_and_announces_a_reset_soon(api: Api) -> None:
    api.simulator.arm("kind=429 times=1 retry_after=2")
    response = submit(api)
    assert (response.status_code, response.json()["code"]) == (429, 1000)
    assert response.headers["X-RateLimit-Remaining"] == "0"
    assert int(response.headers["X-RateLimit-Reset"]) == api.simulator.clock.now() + 5
    assert response.headers["Retry-After"] == "2"
    assert jobs(api) == 0
    assert submit(api).status_code == 202


def test_maintenance_is_503_with_code_0_and_nothing_is_done(api: Api) -> None:
    api.simulator.arm("kind=maintenance")
    response = submit(api)
    assert (response.status_code, response.json()["code"]) == (503, 0)
    assert "Retry-After" not in response.headers
    assert jobs(api) == 0


@pytest.mark.parametrize(("status", "code"), [(500, 90004), (501, 90010), (502, 90004), (503, 90005), (520, 90004)])
@pytest.mark.parametrize("after", ["false", "true"])
def test_a_server_error_strikes_before_or_after_processing(api: Api, status: int, code: int, after: str) -> None:
    api.simulator.arm(f"kind={status} after={after}")
    response = submit(api)
    assert response.status_code == status
    assert response.json() == {"status": status, "code": code, "message": "Something went wrong.", "more_info": ""}
    assert jobs(api) == (1 if after == "true" else 0)


@pytest.mark.parametrize("kind", ["429", "maintenance", "500", "html", "cut_before"])
def test_what_is_not_processed_is_not_charged(kind: str) -> None:
    api = Api(Simulator(clock=ManualClock(), rate_limit=(10, 300), faults=[f"kind={kind} times=1"]))
    try:
        submit(api)
    except httpx.TransportError:
        assert kind == "cut_before"
    assert api.get("/rate_limit").json()["rate"]["remaining"] == 10


@pytest.mark.parametrize("after", ["false", "true"])
def test_an_html_page_comes_in_place_of_json(api: Api, after: str) -> None:
    api.simulator.arm(f"kind=html status=502 after={after}")
    response = submit(api)
    assert response.status_code == 502
    assert response.headers["Content-Type"].startswith("text/html")
    assert response.text.startswith("<!doctype html>")
    assert jobs(api) == (1 if after == "true" else 0)


def test_an_html_page_comes_with_status_200_unless_told_otherwise(api: Api) -> None:
    api.simulator.arm("kind=html")
    assert submit(api).status_code == 200


def test_a_delay_before_processing_lets_the_world_go_on_meanwhile(api: Api) -> None:
    submit(api)
    api.simulator.arm("kind=delay seconds=60")
    api.http.timeout = httpx.Timeout(None)
    assert api.get("/async/files").json()["items"][0]["state"] == "FINISHED"
    assert api.simulator.clock.now() == ManualClock().now() + 60


def test_a_delay_after_processing_shows_the_world_as_it_was(api: Api) -> None:
    submit(api)
    api.simulator.arm("kind=delay seconds=60 after=true")
    api.http.timeout = httpx.Timeout(None)
    assert api.get("/async/files").json()["items"][0]["state"] == "SUBMITTED"


def test_a_delay_longer_than_the_client_waits_is_a_timeout_of_a_request_that_was_processed(api: Api) -> None:
    api.simulator.arm("kind=delay seconds=6 times=1")
    api.http.timeout = httpx.Timeout(5)
    with pytest.raises(httpx.ReadTimeout):
        submit(api)
    assert jobs(api) == 1
    assert submit(api).status_code == 202


@pytest.mark.parametrize(
    ("error", "expected"),
    [("read", httpx.ReadError), ("protocol", httpx.RemoteProtocolError), ("connect", httpx.ConnectError)],
)
def test_a_cut_before_processing_leaves_nothing_done(
    api: Api, error: str, expected: type[httpx.TransportError]
) -> None:
    api.simulator.arm(f"kind=cut_before error={error}")
    with pytest.raises(expected):
        submit(api)
    assert jobs(api) == 0
    assert api.simulator.requests[0].status is None
    assert api.simulator.requests[0].fault == "cut_before"


# After it


@pytest.mark.parametrize(("error", "expected"), [("read", httpx.ReadError), ("protocol", httpx.RemoteProtocolError)])
def test_a_cut_after_processing_hides_what_was_done(api: Api, error: str, expected: type[httpx.TransportError]) -> None:
    api.simulator.arm(f"kind=cut_after error={error}")
    with pytest.raises(expected):
        submit(api)
    assert jobs(api) == 1


def test_a_truncated_body_is_a_protocol_error_of_a_request_that_was_processed(api: Api) -> None:
    api.simulator.arm("kind=truncate")
    with pytest.raises(httpx.RemoteProtocolError, match=r"incomplete|without sending complete message body"):
        submit(api)
    assert jobs(api) == 1


def answers(api: Api, rule: str) -> tuple[Any, Any]:
    """The same job, as it is and as the rule leaves it."""
    path = submit(api).json()["href"]
    api.simulator.advance(60)
    healthy = api.http.get(path).json()
    api.simulator.arm(rule)
    return healthy, api.http.get(path).json()


def test_wrong_types_change_the_type_of_every_value(api: Api) -> None:
    healthy, broken = answers(api, "kind=wrong_types")
    assert broken["id"] == int(healthy["id"])
    assert broken["total_files"] == str(healthy["total_files"])
    assert broken["state"] == ["FINISHED"]
    assert broken["result"][0]["error"]["code"] == "10225"


def test_wrong_types_can_be_those_of_one_field(api: Api) -> None:
    healthy, broken = answers(api, "kind=wrong_types field=result")
    assert broken == healthy | {"result": json.dumps(healthy["result"])}


@pytest.mark.parametrize(("words", "state"), [("", "PAUSED"), (" value=ON_HOLD", "ON_HOLD")])
def test_an_unknown_state_is_shown_and_nothing_else_changes(api: Api, words: str, state: str) -> None:
    healthy, broken = answers(api, f"kind=unknown_state{words}")
    assert broken == healthy | {"state": state}


def test_a_field_is_left_out(api: Api) -> None:
    healthy, broken = answers(api, "kind=missing_field field=result")
    assert broken == {key: value for key, value in healthy.items() if key != "result"}


def test_a_field_is_null(api: Api) -> None:
    healthy, broken = answers(api, "kind=null_field field=total_files")
    assert broken == healthy | {"total_files": None}


def test_a_field_is_changed_in_every_entry_of_a_list(api: Api) -> None:
    submit(api)
    submit(api)
    api.simulator.arm("kind=null_field field=state")
    assert [job["state"] for job in api.http.get("/async/files").json()["items"]] == [None, None]


@pytest.mark.parametrize("path", ["/async/files", "/user"])
def test_a_field_that_is_not_named_is_one_of_what_the_answer_is_about(api: Api, path: str) -> None:
    submit(api)
    healthy = api.http.get(path).json()
    about = healthy["items"][0] if "items" in healthy else healthy
    api.simulator.arm("kind=missing_field seed=3")
    missing = set()
    for _ in range(60):
        broken = api.http.get(path).json()
        [gone] = set(about) - set(broken["items"][0] if "items" in broken else broken)
        missing.add(gone)
    assert missing == set(about)


def test_a_response_header_is_replaced_or_left_out(api: Api) -> None:
    api.simulator.arm("kind=header field=X-RateLimit-Reset value=NaN")
    api.simulator.arm("kind=header field=X-RateLimit-Limit")
    headers = api.http.get("/user").headers
    assert headers["X-RateLimit-Reset"] == "NaN"
    assert "X-RateLimit-Limit" not in headers
    assert "X-RateLimit-Remaining" in headers


def test_an_item_is_made_to_fail_and_takes_no_effect(api: Api, simulator: Simulator) -> None:
    project = simulator.world.add_project("rfranklin/mine")
    files = [simulator.world.add_file(f"{n}.bam", project) for n in range(3)]
    armed = simulator.arm("kind=fail_item op=submit_* item=2 code=10226 times=1")
    result = api.finish("delete", *({"file": file.id} for file in files))
    assert [entry.get("error", {}).get("code") for entry in result] == [None, 10226, None]
    assert list(project.root.children) == ["1.bam"]
    assert (armed.seen, armed.struck) == (1, 1)
    assert api.done("delete", {"file": files[1].id}) == [files[1].id]


def test_faults_of_several_kinds_work_together(api: Api) -> None:
    api.simulator.arm("kind=unknown_state")
    api.simulator.arm("kind=missing_field field=result")
    api.simulator.arm("kind=delay seconds=1")
    job = submit(api).json()
    assert job["state"] == "PAUSED"
    assert "result" not in job
    assert api.simulator.requests[0].fault == "unknown_state missing_field delay"
