"""How requests find their operation and their user, and what every answer has."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any

import httpx
import pytest

from sbg_bulk.simulator import ManualClock, Simulator
from sbg_bulk.simulator.service.contract import load_contract
from sbg_bulk.simulator.service.operations import Operations
from tests.simulator.api import Api

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_every_operation_of_the_contract_is_there() -> None:
    contract = load_contract()
    named = [method["operationId"] for path in contract.document["paths"].values() for method in path.values()]
    assert sorted(contract.operations) == sorted(named)
    assert not [name for name in named if not callable(getattr(Operations, name, None))]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-SBG-Auth-Token": "demo-token"},
        {"x-sbg-auth-token": "demo-token"},
        {"Authorization": "Bearer demo-token"},
        {"authorization": "bearer demo-token"},
    ],
)
def test_a_token_is_taken_in_either_header(simulator: Simulator, headers: dict[str, str]) -> None:
    assert Api(simulator, headers).get("/user").json()["username"] == "rfranklin"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-SBG-Auth-Token": ""},
        {"X-SBG-Auth-Token": "demo-token2"},
        {"Authorization": "demo-token"},
        {"Authorization": "Basic demo-token"},
        {"Authorization": "Bearer"},
    ],
)
def test_without_a_known_token_nothing_is_answered(simulator: Simulator, headers: dict[str, str]) -> None:
    api = Api(simulator, headers)
    for operation in simulator.contract.operations.values():
        path = re.sub(r"{\w+}", "x", operation.path)
        assert api.refused(operation.method, path)[:2] == (401, 90001), operation.id


@pytest.mark.parametrize("path", ["", "/", "/nowhere", "/async", "/files/a/b", "/async/files/rename", "/user/x"])
def test_a_path_that_is_not_in_the_contract_leads_nowhere(api: Api, path: str) -> None:
    assert api.refused("GET", f"http://localhost/v2{path}")[:2] == (404, 90003)


def test_a_path_outside_of_the_base_path_leads_nowhere(api: Api) -> None:
    assert api.refused("GET", "http://localhost/user")[:2] == (404, 90003)


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/async/files", "GET"),
        ("/async/files/copy", "POST"),
        ("/async/files/copy/123", "GET"),
        ("/files", "GET, POST"),
        ("/files/", "GET, POST"),
        ("/projects/a/b", "GET"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "BREW"])
def test_a_method_that_is_not_in_the_contract_is_405_with_all_that_are(
    api: Api, method: str, path: str, allow: str
) -> None:
    response = api.send(method, path)
    assert response.status_code == 405
    assert response.headers["Allow"] == allow
    assert (response.content == b"") == (method == "HEAD")
    if response.content:
        assert response.json()["code"] == 90006


def test_a_slash_at_the_end_changes_nothing(api: Api, simulator: Simulator) -> None:
    simulator.world.add_project("rfranklin/mine")
    assert api.get("/projects/").json() == api.get("/projects").json()


def test_an_encoded_slash_stays_within_its_part_of_the_path(api: Api) -> None:
    assert api.refused("GET", "/projects/a%2Fb/c")[1:] == (3002, "There is no project a/b/c.")
    assert api.refused("GET", "/files/%C3%A9%0A%FF")[:2] == (404, 5002)


def test_what_the_official_client_sends_along_is_ignored(api: Api) -> None:
    response = api.send("GET", "/user?fields=_all", content=b"null", headers={"Content-Type": "application/json"})
    assert response.status_code == 200
    assert api.send("GET", "/user", content=b"\xff{").status_code == 200


def test_every_answer_has_a_request_id_of_its_own(api: Api) -> None:
    answers = [api.get("/user"), api.get("/nowhere"), api.send("PUT", "/user"), api.get("/async/files?limit=0")]
    ids = [answer.headers["X-Request-Id"] for answer in answers]
    assert len(set(ids)) == 4
    assert all(UUID.fullmatch(each) for each in ids)
    assert ids == [entry.request_id for entry in api.simulator.requests]


def test_every_answer_is_dated_by_the_simulators_clock(api: Api, simulator: Simulator) -> None:
    assert api.get("/user").headers["Date"] == "Wed, 20 Feb 2019 12:00:00 GMT"
    simulator.advance(86_400.5)
    assert api.get("/nowhere").headers["Date"] == "Thu, 21 Feb 2019 12:00:00 GMT"


def test_an_exception_is_a_500_with_the_traceback_in_the_log(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(Operations, "get_user", broken)
    with caplog.at_level(logging.ERROR):
        status, code, message = api.refused("GET", "/user")
    assert (status, code) == (500, 90004)
    assert "a bug" not in message
    assert "ZeroDivisionError: a bug" in caplog.text
    assert "demo-token" not in caplog.text


@pytest.mark.parametrize("host", ["evil.example/x", 'a"b', "a b", ""])
def test_a_host_that_is_none_does_not_get_into_addresses(simulator: Simulator, host: str) -> None:
    headers = {"X-SBG-Auth-Token": "demo-token", "Host": host}
    assert Api(simulator, headers).get("/user").json()["href"] == "http://localhost/v2/users/rfranklin"


@pytest.mark.parametrize("status", [200, 201, 202, 203, 299])
def test_the_status_of_successes_is_a_setting(status: int) -> None:
    simulator = Simulator(clock=ManualClock(), submit_status=status, create_status=status)
    simulator.world.add_project("rfranklin/mine")
    api = Api(simulator)
    assert api.send("POST", "/async/files/delete", json={"items": [{"file": "a"}]}).status_code == status
    folder = {"name": "new", "type": "folder", "project": "rfranklin/mine"}
    assert api.send("POST", "/files", json=folder).status_code == status


@pytest.mark.parametrize("setting", [{"submit_status": 204}, {"create_status": 204}, {"submit_status": 400}])
def test_a_status_that_cannot_carry_the_answer_is_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(setting))):
        Simulator(**setting)


def test_the_same_seed_and_requests_give_the_same_answers() -> None:
    def play(start: float) -> list[Any]:
        api = Api(Simulator(clock=ManualClock(start), seed="demo"))
        files = api.get("/files", project="rfranklin/cohort-a").json()
        body = {"items": [{"file": files["items"][0]["id"], "project": "rfranklin/analysis"}]}
        return [files, api.send("POST", "/async/files/copy", json=body).json()["id"]]

    assert play(0.0) == play(1_000_000_000.0)


async def ask(simulator: Simulator, path: str) -> httpx.Response:
    headers = {"X-SBG-Auth-Token": "demo-token"}
    async with httpx.AsyncClient(transport=simulator.transport(), base_url=simulator.base_url, headers=headers) as http:
        return await http.get(path)


def test_an_asynchronous_client_gets_the_same_answers(api: Api, simulator: Simulator) -> None:
    answer = asyncio.run(ask(simulator, "/user"))
    assert answer.json() == api.get("/user").json()
    assert answer.headers["Content-Type"] == "application/json"


def test_the_application_runs_on_any_server_that_speaks_asgi(simulator: Simulator) -> None:
    async def through_another_transport() -> httpx.Response:
        transport = httpx.ASGITransport(app=simulator.app)
        headers = {"X-SBG-Auth-Token": "demo-token"}
        async with httpx.AsyncClient(transport=transport, base_url=simulator.base_url, headers=headers) as http:
            return await http.get("/user")

    assert asyncio.run(through_another_transport()).json()["username"] == "rfranklin"


def test_the_application_takes_part_in_the_lifespan_of_its_server(simulator: Simulator) -> None:
    incoming = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    outgoing = []

    async def receive() -> Any:
        return incoming.pop(0)

    async def send(message: Any) -> None:
        outgoing.append(message["type"])

    asyncio.run(simulator.app({"type": "lifespan"}, receive, send))
    assert outgoing == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_the_log_has_what_was_asked_and_never_a_token(api: Api, simulator: Simulator) -> None:
    simulator.advance(5)
    api.get("/async/files?limit=3")
    api.get("/files/demo-token", project="demo-token")
    Api(simulator, {"X-SBG-Auth-Token": "unknown"}).get("/user")
    api.get("/nowhere")
    first, second, third, fourth = simulator.requests
    assert (first.number, first.time, first.method, first.path) == (1, simulator.clock.now(), "GET", "/v2/async/files")
    assert (first.query, first.operation, first.status) == ("limit=3", "list_async_jobs", 200)
    assert (first.user, first.fault) == ("rfranklin", None)
    assert second.operation == "get_file"
    assert (third.user, third.status) == (None, 401)
    assert (fourth.operation, fourth.status) == (None, 404)
    assert "demo-token" not in repr(list(simulator.requests))
    assert "unknown" not in repr(list(simulator.requests))


def test_a_token_with_special_characters_is_not_logged_in_its_encoded_form_either(simulator: Simulator) -> None:
    simulator.world.add_user("somebody", token="a/b+c token")
    Api(simulator).get("/user?x=a%2Fb%2Bc%20token")
    assert simulator.requests[0].query == "x=…"
