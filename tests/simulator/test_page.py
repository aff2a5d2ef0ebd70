"""The page, as the simulator serves it: its files, what it is told, and whom it is kept from."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from sbg_bulk.simulator import JobType, ManualClock, Permissions, Simulator
from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.http import local
from sbg_bulk.simulator.http.page import reference
from sbg_bulk.simulator.http.request import Request
from sbg_bulk.simulator.service.contract import load_contract
from tests.simulator.api import TOKEN, Api, me

ROOT = "http://localhost"
BOARD = f"{ROOT}/_simulator/board"
OUR_FILES = ("index.html", "page.css", "reference.js", "board.js", "icon.svg")


class Elements(HTMLParser):
    """All elements of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, Mapping[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def page(api: Api) -> Elements:
    return Elements(api.http.get(f"{ROOT}/").text)


# Its files


def test_the_page_is_at_the_root_and_all_that_it_loads_is_there(api: Api) -> None:
    loaded = [attributes.get("src") or attributes.get("href") or "" for _, attributes in page(api).found]
    files = [address for address in loaded if address and not address.startswith("#")]
    assert {f"/_page/{name}" for name in OUR_FILES[1:]} == set(files)
    for address in (*files, "/_page/swagger-ui-bundle.js", "/_page/swagger-ui.css"):
        answer = api.http.get(ROOT + address)
        assert answer.status_code == 200
        assert answer.content


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/_page/board.js", "text/javascript; charset=utf-8"),
        ("/_page/page.css", "text/css; charset=utf-8"),
        ("/_page/icon.svg", "image/svg+xml"),
        ("/_page/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
        ("/_page/reference.json", "application/json"),
        ("/_simulator/board", "application/json"),
    ],
)
def test_the_browser_is_told_to_trust_nothing_but_the_page_itself(api: Api, path: str, content_type: str) -> None:
    headers = api.http.get(ROOT + path).headers
    assert headers["Content-Type"] == content_type
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert (policy["default-src"], policy["frame-ancestors"]) == ("'none'", "'none'")
    assert {source for rule in policy.values() for source in rule.split()} <= {"'none'", "'self'", "data:"}
    assert "data:" not in policy.get("script-src", "")


def test_no_script_is_written_into_the_page(api: Api) -> None:
    for tag, attributes in page(api).found:
        assert tag != "style"
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert tag != "script" or attributes["src"]  # what stands within such an element is not run


def test_the_page_is_not_charged_and_not_logged() -> None:
    api = Api(Simulator(clock=ManualClock(), rate_limit=(1, 300)))
    for path in ("/", "/_page/board.js", "/_page/reference.json", "/_page/nothing"):
        api.http.get(ROOT + path)
    assert len(api.simulator.requests) == 0
    assert api.get("/user").status_code == 200


def test_the_page_can_only_be_read(api: Api) -> None:
    head = api.http.head(f"{ROOT}/")
    assert (head.status_code, head.content) == (200, b"")
    refused = api.http.post(f"{ROOT}/")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "name",
    ["nothing", "", "../board.py", "..%2Fboard.py", "%2e%2e/board.py", "static/page.css", "swagger-ui.js", "LICENSE"],
)
def test_no_other_file_is_served(simulator: Simulator, name: str) -> None:
    # Not by a client, which would resolve the dots itself.
    reply = local.handle(simulator, Request("GET", f"/_page/{name}", "", ROOT, {}, b""))
    assert (reply.status, json.loads(reply.body)["code"]) == (404, 90003)


# Whom it is kept from


def ask(
    simulator: Simulator, path: str, method: str = "GET", client: str = "127.0.0.1", **headers: str
) -> httpx.Response:
    """Send a request as it comes from a browser at another address, or on behalf of another page."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=simulator.app, client=(client, 1234))
        async with httpx.AsyncClient(transport=transport) as http:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            return await http.request(method, f"http://127.0.0.1:8000{path}", headers=sent)

    return asyncio.run(send())


PATHS = ["/", "/_page/reference.json", "/_page/board.js", "/_simulator/board", "/_simulator/state"]


@pytest.mark.parametrize("path", PATHS)
def test_the_page_is_seen_from_this_machine_only(simulator: Simulator, path: str) -> None:
    here = ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"]
    elsewhere = ["10.0.0.1", "192.168.1.2", "2001:db8::1", "::ffff:10.0.0.1", "somewhere"]
    assert {ask(simulator, path, client=client).status_code for client in here} == {200}
    for client in elsewhere:
        refused = ask(simulator, path, client=client)
        assert (refused.status_code, refused.json()["code"]) == (403, 90002)


@pytest.mark.parametrize("path", PATHS)
def test_a_name_that_somebody_else_may_lead_here_is_refused(simulator: Simulator, path: str) -> None:
    """A site whose name leads to this machine all of a sudden has the browser take it for the same site."""
    ours = ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.0.0.1:8000", "127.0.1.1", "[::1]", "[::1]:8000"]
    others = [
        "example.com",
        "example.com:8000",
        "localhost.example.com",
        "127.0.0.1.example.com",
        "localhost:8000@example.com",
        "10.0.0.1:8000",
        "1.2.3",
        "[2001:db8::1]",
        "",
    ]
    assert {ask(simulator, path, Host=host).status_code for host in ours} == {200}
    assert {ask(simulator, path, Host=host).status_code for host in others} == {403}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.com"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8001"},
        {"Origin": "https://127.0.0.1:8000"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"},
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "cors"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"},
    ],
    ids=str,
)
def test_other_web_pages_can_neither_control_the_simulator_nor_read_of_it(
    simulator: Simulator, headers: Mapping[str, str]
) -> None:
    simulator.arm("kind=429")
    before = simulator.world_id
    for method, path in (
        ("DELETE", "/_simulator/faults"),
        ("POST", "/_simulator/reset"),
        ("GET", "/_simulator/board"),
        ("GET", "/_page/reference.json"),
    ):
        assert ask(simulator, path, method, **headers).status_code == 403
    assert len(list(simulator.faults.armed)) == 1
    assert simulator.world_id == before


def test_the_page_itself_programs_and_links_to_the_page_are_let_in(simulator: Simulator) -> None:
    own = {"Origin": "http://127.0.0.1:8000", "Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "cors"}
    assert ask(simulator, "/_simulator/reset", "POST", **own).status_code == 200
    assert ask(simulator, "/_simulator/reset", "POST").status_code == 200
    for site in ("none", "same-origin", "same-site", "cross-site"):
        by_link = {"Sec_Fetch_Site": site, "Sec_Fetch_Mode": "navigate"}
        assert ask(simulator, "/", **by_link).status_code == 200


# What the reference shows


def shown(api: Api) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = api.http.get(f"{ROOT}/_page/reference.json").json()
    return answer


def test_the_reference_leads_to_this_simulator_only_with_a_token_that_is_valid(api: Api) -> None:
    there = shown(api)
    assert [server["url"] for server in there["spec"]["servers"]] == ["/v2"]
    nested = [item for item in there["spec"]["paths"].values() if "servers" in item]
    assert nested == []
    assert there["token"] == TOKEN["X-SBG-Auth-Token"]
    assert set(there["spec"]["paths"]) == set(load_contract().document["paths"])


@pytest.mark.parametrize("seed", ["demo", "examples"])
def test_every_example_in_the_reference_can_be_sent_as_it_is(seed: str) -> None:
    for path, item in shown(_api(seed))["spec"]["paths"].items():
        for method, operation in item.items():
            api = _api(seed)
            spec = shown(api)["spec"]
            parameters = [_resolved(spec, each) for each in operation.get("parameters", ())]
            for parameter in parameters:
                if parameter["name"] in ("job_id", "import_id", "export_id") and seed == "demo":
                    _submit(api, spec)
                    parameters = [_resolved(shown(api)["spec"], each) for each in operation["parameters"]]
            filled = path
            for parameter in parameters:
                if parameter["in"] == "path":
                    filled = filled.replace(f"{{{parameter['name']}}}", parameter["example"])
            query = {
                each["name"]: each["example"] for each in parameters if each["in"] == "query" and "example" in each
            }
            content = (
                operation.get("requestBody", {}).get("content", {}).get("application/json", {"examples": {"": {}}})
            )
            for example in content["examples"].values():
                answer = api.send(method.upper(), filled, params=query, json=example.get("value"))
                assert answer.is_success, f"{method} {filled}: {answer.text}"
                assert str(answer.status_code) in operation["responses"]
                if filled.startswith("/async/files/") and method == "post":
                    _finishes_without_failures(api, answer.json()["id"])


def _api(seed: str) -> Api:
    return Api(Simulator(clock=ManualClock(), seed=seed, rate_limit=None))


def _resolved(spec: Mapping[str, Any], parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    name = parameter.get("$ref", "").rpartition("/")[2]
    found: Mapping[str, Any] = spec["components"]["parameters"][name] if name else parameter
    return found


def _submit(api: Api, spec: Mapping[str, Any]) -> None:
    """Submit one job of each type, an import and an export, as the reference proposes it."""
    for path in ("/storage/imports", "/storage/exports", "/bulk/drs/imports/create"):
        examples = spec["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"]
        assert api.send("POST", path, json=next(iter(examples.values()))["value"]).is_success
    for action in ("copy", "move", "delete"):
        examples = spec["paths"][f"/async/files/{action}"]["post"]["requestBody"]["content"]["application/json"]
        first = next(iter(examples["examples"].values()))["value"]
        api.submit(action, *first["items"])


def _finishes_without_failures(api: Api, job_id: str) -> None:
    api.simulator.advance(3600)
    job = api.simulator.jobs.by_id(job_id)
    assert (job.state, job.failed) == ("FINISHED", 0)
    api.simulator.reset()


def test_the_contract_itself_is_left_as_it_is() -> None:
    before = repr(load_contract().document)
    shown(_api("demo"))
    assert repr(load_contract().document) == before


def test_statuses_are_those_that_the_simulator_was_told_to_answer_with() -> None:
    api = Api(Simulator(clock=ManualClock(), submit_status=200, create_status=203))
    paths = shown(api)["spec"]["paths"]
    assert next(iter(paths["/async/files/copy"]["post"]["responses"])) == "200"
    assert next(iter(paths["/files"]["post"]["responses"])) == "203"


def test_examples_are_of_projects_in_which_the_user_may_do_everything(api: Api, simulator: Simulator) -> None:
    simulator.world.add_user("bmcclintock")
    others = simulator.world.add_project("bmcclintock/maize", members={"rfranklin": Permissions(read=True, write=True)})
    simulator.world.add_file("maize.bam", others)
    mine = simulator.world.add_file("a.bam", simulator.world.add_project("rfranklin/mine"))
    assert shown(api)["spec"]["components"]["parameters"]["FileId"]["example"] == mine.id


def test_a_world_without_files_keeps_the_examples_of_the_contract(api: Api) -> None:
    spec, contract = shown(api)["spec"], load_contract().document
    for action in ("copy", "move", "delete"):
        post = spec["paths"][f"/async/files/{action}"]["post"]
        assert post["requestBody"] == contract["paths"][f"/async/files/{action}"]["post"]["requestBody"]


def test_a_world_that_nobody_can_call_has_no_token_and_no_budget(api: Api, simulator: Simulator) -> None:
    simulator.world.tokens.clear()
    assert shown(api)["token"] is None
    assert api.http.get(BOARD).json()["rate"] is None


def test_without_swagger_ui_the_remedy_is_named_and_everything_else_is_there(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shown(api)["remedy"] is None
    monkeypatch.setattr(reference, "_PACKAGE", "swagger_ui_that_is_not_there")
    assert shown(api)["remedy"] == "pip install 'sbg-bulk[simulator]'"
    assert api.http.get(f"{ROOT}/_page/swagger-ui-bundle.js").status_code == 404
    assert api.http.get(f"{ROOT}/").status_code == 200
    assert api.http.get(BOARD).status_code == 200


# What the board shows


def test_the_board_shows_what_is_opened_and_only_that(api: Api, simulator: Simulator) -> None:
    project = simulator.world.add_project("rfranklin/mine", name="Mine")
    folder = simulator.world.add_folder("sample", project)
    file = simulator.world.add_file("a.bam", folder, size=5)
    job_id = api.submit("delete", {"file": file.id}, {"file": "missing"})
    closed = api.http.get(BOARD).json()
    assert closed["projects"] == [{"id": "rfranklin/mine", "name": "Mine", "root": project.root.id, "entries": 1}]
    assert closed["folders"] == {}
    assert closed["jobs"]["shown"][0]["items"] is None

    def opened() -> Mapping[str, Any]:
        query = {"open": [project.root.id, folder.id, file.id, job_id, "gone"]}
        answer: Mapping[str, Any] = api.http.get(BOARD, params=query).json()
        return answer

    assert opened()["folders"] == {
        project.root.id: {"shown": [{"id": folder.id, "name": "sample", "entries": 1}], "more": 0},
        folder.id: {"shown": [{"id": file.id, "name": "a.bam", "size": 5}], "more": 0},
    }
    items: list[dict[str, Any]] = [
        {"index": 0, "file": file.id, "became": None, "error": None},
        {"index": 1, "file": "missing", "became": None, "error": None},
    ]
    assert opened()["jobs"]["shown"][0]["items"] == {"shown": items, "more": 0}
    simulator.advance(3600)
    items[0]["became"] = file.id
    items[1]["error"] = "10225: There is no file or folder missing."
    [job] = opened()["jobs"]["shown"]
    assert job == {
        "id": job_id,
        "type": "DELETE",
        "state": "FINISHED",
        "total": 2,
        "completed": 1,
        "failed": 1,
        "items": {"shown": items[::-1], "more": 0},
    }


def test_failed_items_come_first_however_late_they_are_in_the_job(api: Api, simulator: Simulator) -> None:
    failed = (3, 500, 999)
    outcomes = [ApiError(10225, "gone") if index in failed else f"file {index}" for index in range(1000)]
    now = simulator.clock.now()
    job = simulator.jobs.add_finished(me(simulator), JobType.COPY, outcomes, submitted_on=now, finished_on=now)
    items = api.http.get(BOARD, params={"open": job.id}).json()["jobs"]["shown"][0]["items"]
    assert [item["index"] for item in items["shown"]] == [*failed, 0, 1, 2, *range(4, 98)]
    assert [item["error"] for item in items["shown"][:4]] == ["10225: gone"] * 3 + [None]
    assert items["more"] == 900


def test_the_board_brings_jobs_up_to_date_and_charges_nothing() -> None:
    api = Api(Simulator(clock=ManualClock(), rate_limit=(3, 300)))
    api.submit("delete", {"file": "a"})
    api.simulator.clock.advance(3600)
    shown = api.http.get(BOARD).json()
    assert shown["jobs"]["shown"][0]["state"] == "FINISHED"
    assert shown["rate"]["remaining"] == 3
    api.get("/user")
    assert [api.http.get(BOARD).json()["rate"]["remaining"] for _ in range(5)] == [2] * 5


def test_the_board_stays_small_however_much_there_is(api: Api, simulator: Simulator) -> None:
    project = simulator.world.add_project("rfranklin/mine")
    user = me(simulator)
    for number in range(1000):
        simulator.world.add_file(f"{number}.bam", project)
    outcomes = [ApiError(10225, "gone")] * 1000
    for _ in range(100):
        job = simulator.jobs.add_finished(
            user, JobType.COPY, outcomes, submitted_on=0.0, finished_on=simulator.clock.now()
        )
        api.get("/user")
    answer = api.http.get(BOARD, params={"open": [project.root.id, job.id]})
    shown = answer.json()
    parts = [shown["folders"][project.root.id], shown["jobs"], shown["jobs"]["shown"][0]["items"], shown["requests"]]
    assert [(len(part["shown"]), part["more"]) for part in parts] == [(100, 900), (20, 80), (100, 900), (50, 50)]
    assert shown["requests"]["shown"][0]["number"] == 100
    assert shown["jobs"]["shown"][0]["id"] == job.id
    assert len(answer.content) < 50_000


def test_each_world_has_an_id_of_its_own_after_a_reset_and_in_another_simulator(api: Api, simulator: Simulator) -> None:
    def shown(api: Api) -> tuple[str, str]:
        board = api.http.get(BOARD).json()
        return board["seed"], board["world"]

    worlds = [shown(api), shown(Api(Simulator(clock=ManualClock())))]
    assert shown(api) == worlds[0]
    simulator.reset()
    worlds.append(shown(api))
    simulator.reset("demo")
    worlds.append(shown(api))
    assert [seed for seed, _ in worlds] == ["empty", "empty", "empty", "demo"]
    assert len({world for _, world in worlds}) == 4


def test_every_fault_that_the_page_offers_can_be_armed(api: Api, simulator: Simulator) -> None:
    kinds = [
        each["value"] or "" for tag, each in page(api).found if tag == "option" and "=" in (each.get("value") or "")
    ]
    assert len(kinds) > 10
    for kind in kinds:
        assert str(simulator.arm(f"{kind} times=1").rule).startswith(kind.split()[0])
