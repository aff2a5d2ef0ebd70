"""Requests that are wrong as a whole are refused with a code and a message that names the place; no job is made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from sbg_bulk.simulator import Permissions, Simulator
from tests.simulator.api import Api

COPY, DELETE = "/async/files/copy", "/async/files/delete"
LONG = "x" * 256

BODIES: list[tuple[str, Any, int, str]] = [
    ("no object", [], 10218, "body"),
    ("null", None, 10218, "body"),
    ("no items key", {}, 5033, "items is missing"),
    ("items are no list", {"items": {}}, 5033, "items: must be of type array"),
    ("no items", {"items": []}, 10230, "items: must not be empty"),
    ("an item is no object", {"items": ["x"]}, 5033, "items[0]: must be of type object"),
    ("an item without a file", {"items": [{"project": "a/b"}]}, 5033, "items[0]: file is missing"),
    ("a file that is no string", {"items": [{"file": 5, "project": "a/b"}]}, 5033, "items[0].file"),
    ("a name that is null", {"items": [{"file": "a", "project": "a/b", "name": None}]}, 5033, "items[0].name"),
    ("an empty id", {"items": [{"file": "", "project": "a/b"}]}, 5004, "items[0].file: must not be empty"),
    ("no destination", {"items": [{"file": "a"}]}, 5029, "items[0]"),
    ("empty destinations", {"items": [{"file": "a", "project": "", "parent": ""}]}, 5029, "items[0]"),
    ("two destinations", {"items": [{"file": "a", "project": "a/b", "parent": "p"}]}, 5031, "items[0]"),
    ("no owner", {"items": [{"file": "a", "project": "b"}]}, 3012, "items[0].project"),
    ("too many parts", {"items": [{"file": "a", "project": "a/b/c"}]}, 3012, "items[0].project"),
    ("a long name", {"items": [{"file": "a", "project": "a/b", "name": LONG}]}, 10235, "items[0].name"),
    ("a slash", {"items": [{"file": "a", "project": "a/b", "name": "x/y"}]}, 10235, "items[0].name"),
    (
        "the same source twice",
        {"items": [{"file": f, "project": "a/b"} for f in ("a", "b", "a")]},
        10231,
        "items[2].file: is the same as items[0].file",
    ),
    (
        "the second item",
        {"items": [{"file": "a", "project": "a/b"}, {"file": "b", "project": "a/b", "name": "x/y"}]},
        10235,
        "items[1].name",
    ),
]


@pytest.mark.parametrize(("body", "code", "place"), [each[1:] for each in BODIES], ids=[each[0] for each in BODIES])
@pytest.mark.parametrize("action", ["copy", "move"])
def test_a_wrong_submission_is_refused_and_makes_no_job(
    api: Api, simulator: Simulator, action: str, body: Any, code: int, place: str
) -> None:
    content, headers = json.dumps(body), {"Content-Type": "application/json"}
    status, found, message = api.refused("POST", f"/async/files/{action}", content=content, headers=headers)
    assert (status, found) == (400, code)
    assert place in message
    assert not simulator.jobs.all()


def test_a_deletion_needs_a_file_only_and_ignores_the_rest(api: Api, simulator: Simulator) -> None:
    job_id = api.submit("delete", {"file": "a", "parent": "p", "project": "nonsense"})
    assert simulator.jobs.by_id(job_id).items[0].parent is None


@pytest.mark.parametrize("path", [COPY, "/async/files/move", DELETE, "/files"])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", 10217),
        (b"{", 10217),
        (b'{"items": [{"file": NaN}]}', 10217),
        (b"[" * 100_000, 10217),
        (b"\xef\xbb\xbf{}", 10217),
        (b"\xff\xfe{}", 90009),
    ],
)
def test_a_body_that_is_no_json_is_refused(api: Api, path: str, content: bytes, code: int) -> None:
    headers = {"Content-Type": "application/json"}
    assert api.refused("POST", path, content=content, headers=headers)[:2] == (400, code)


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}, {"Content-Type": "application/jsonp"}])
@pytest.mark.parametrize("path", [COPY, "/files"])
def test_a_body_of_another_media_type_is_415(api: Api, path: str, headers: Mapping[str, str]) -> None:
    assert api.refused("POST", path, content=b"{}", headers=headers)[:2] == (415, 90008)


def test_the_media_type_may_have_parameters_and_any_case(api: Api) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    body = json.dumps({"items": [{"file": "a"}]})
    assert api.send("POST", DELETE, content=body, headers=headers).status_code == 202


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=", "limit"),
        ("limit=ten", "limit"),
        ("limit=1.0", "limit"),
        ("limit=1_0", "limit"),
        ("limit=%2010", "limit"),
        ("limit=%D9%A1", "limit"),  # a digit, though not one of ours
        ("limit=" + "9" * 5000, "limit"),
        ("limit=1&limit=2", "limit"),
        ("offset=-1", "offset"),
        ("offset=0&offset=0", "offset"),
    ],
)
@pytest.mark.parametrize("path", ["/async/files", "/projects"])
def test_a_wrong_query_value_is_refused_by_its_name(api: Api, path: str, query: str, name: str) -> None:
    status, code, message = api.refused("GET", f"{path}?{query}")
    assert (status, code) == (400, 90000)
    assert message.startswith(f"{name}: ")


def test_the_message_on_a_limit_says_what_the_limit_is(api: Api) -> None:
    assert api.refused("GET", "/async/files?limit=101")[2] == "limit: 101 is greater than the maximum of 100"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({}, 400, 5029),
        ({"project": "rfranklin/mine", "parent": "p"}, 400, 5031),
        ({"project": ""}, 400, 3006),
        ({"project": "mine"}, 400, 3012),
        ({"parent": ""}, 400, 5004),
        ({"project": "rfranklin/nowhere"}, 404, 3002),
        ({"parent": "nowhere"}, 404, 5002),
        ({"project": "somebody/theirs"}, 403, 3001),
    ],
)
def test_a_listing_of_files_needs_one_place_that_is_there(
    api: Api, simulator: Simulator, query: Mapping[str, str], status: int, code: int
) -> None:
    simulator.world.add_user("somebody")
    simulator.world.add_project("somebody/theirs")
    assert api.refused("GET", "/files", params=query)[:2] == (status, code)


def test_a_file_cannot_be_listed(api: Api, simulator: Simulator) -> None:
    file = simulator.world.add_file("a.bam", simulator.world.add_project("rfranklin/mine"))
    assert api.refused("GET", "/files", params={"parent": file.id})[:2] == (400, 5022)
    assert api.refused("GET", f"/files/{file.id}/list")[:2] == (400, 5022)


def test_what_may_not_be_seen_is_forbidden_and_what_is_not_there_is_not_found(api: Api, simulator: Simulator) -> None:
    simulator.world.add_user("somebody")
    theirs = simulator.world.add_project("somebody/theirs")
    file = simulator.world.add_file("a.bam", theirs)
    assert api.refused("GET", f"/files/{file.id}")[:2] == (403, 5001)
    assert api.refused("GET", f"/files/{theirs.root.id}/list")[:2] == (403, 5001)
    assert api.refused("GET", "/projects/somebody/theirs")[:2] == (403, 3001)
    assert api.refused("GET", "/files/nowhere")[:2] == (404, 5002)
    assert api.refused("GET", "/files/nowhere/list")[:2] == (404, 5002)
    assert api.refused("GET", "/projects/rfranklin/nowhere")[:2] == (404, 3002)
    assert api.refused("GET", "/async/files/copy/12345678901234567")[:2] == (404, 10211)


@pytest.mark.parametrize(
    ("body", "status", "code", "place"),
    [
        ({"type": "folder", "project": "rfranklin/mine"}, 400, 5033, "name is missing"),
        ({"name": "x", "project": "rfranklin/mine"}, 400, 5033, "type is missing"),
        ({"name": "x", "type": "file", "project": "rfranklin/mine"}, 400, 5012, "type: must be folder"),
        ({"name": "", "type": "folder", "project": "rfranklin/mine"}, 400, 10236, "name"),
        ({"name": "__x", "type": "folder", "project": "rfranklin/mine"}, 400, 10236, "name"),
        ({"name": "x/y", "type": "folder", "project": "rfranklin/mine"}, 400, 10236, "name"),
        ({"name": LONG, "type": "folder", "project": "rfranklin/mine"}, 400, 10236, "name"),
        ({"name": "x", "type": "folder"}, 400, 5029, ""),
        ({"name": "x", "type": "folder", "project": "rfranklin/mine", "parent": "p"}, 400, 5031, ""),
        ({"name": "x", "type": "folder", "project": "mine"}, 400, 3012, "project"),
        ({"name": "x", "type": "folder", "project": "rfranklin/nowhere"}, 404, 3002, "rfranklin/nowhere"),
        ({"name": "x", "type": "folder", "parent": "nowhere"}, 404, 5026, "nowhere"),
        ({"name": "x", "type": "folder", "project": "somebody/theirs"}, 403, 3001, "somebody/theirs"),
        ({"name": "taken", "type": "folder", "project": "rfranklin/mine"}, 409, 5003, "taken"),
    ],
)
def test_a_folder_that_cannot_be_made_is_refused(
    api: Api, simulator: Simulator, body: Mapping[str, str], status: int, code: int, place: str
) -> None:
    mine = simulator.world.add_project("rfranklin/mine")
    simulator.world.add_folder("taken", mine)
    simulator.world.add_user("somebody")
    theirs = simulator.world.add_project("somebody/theirs", members={"rfranklin": Permissions(read=True)})
    found = api.refused("POST", "/files", json=body)
    assert found[:2] == (status, code)
    assert place in found[2]
    assert list(mine.root.children) == ["taken"]
    assert not theirs.root.children


def test_a_folder_in_a_file_cannot_be_made(api: Api, simulator: Simulator) -> None:
    file = simulator.world.add_file("a.bam", simulator.world.add_project("rfranklin/mine"))
    body = {"name": "x", "type": "folder", "parent": file.id}
    assert api.refused("POST", "/files", json=body)[:2] == (400, 5022)
