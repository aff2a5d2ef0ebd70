"""The tests exercise what the contract says, keyword by keyword, and it would be noticed if they did not."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from scripts.lib.coverage.__main__ import NOT_EXERCISED, missing, summary
from scripts.lib.coverage.exercise import record
from scripts.lib.coverage.points import Contract, Exchange
from scripts.lib.spec import load_spec


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract(load_spec())


@pytest.fixture(scope="module")
def exchanges() -> list[Exchange]:
    return record()


def body(exchange: Exchange) -> str:
    return exchange.answer.decode("utf-8", "replace")


def listed(exchange: Exchange, key: str) -> list[str]:
    """The query's values of that name, as text."""
    return [pair.partition("=")[2] for pair in exchange.query.split("&") if pair.partition("=")[0] == key]


def test_every_keyword_that_a_user_meets_is_exercised(contract: Contract, exchanges: list[Exchange]) -> None:
    assert missing(contract, exchanges) == [], summary(contract, exchanges)


def test_what_need_not_be_exercised_exists_and_is_not(contract: Contract, exchanges: list[Exchange]) -> None:
    assert NOT_EXERCISED.keys() <= contract.points
    assert NOT_EXERCISED.keys() & contract.exercised(exchanges) == set()


LIMIT = "/components/parameters/Limit"
JOB = "/components/schemas/Job/properties"
COPY = "/components/schemas/CopyItem/properties"


@pytest.mark.parametrize(
    ("lost", "points"),
    [
        (lambda each: each.status == 429, ["get_user: 429", "list_files: 429", "submit_move_job: 429"]),
        (lambda each: each.status == 409, ["create_folder: 409"]),
        (lambda each: each.status == 415, ["submit_copy_job: a body of another media type"]),
        (lambda each: not each.body, ["create_folder: no body", "submit_delete_job: no body"]),
        (lambda each: "authorization" in each.headers, ["/components/securitySchemes/BearerToken: used"]),
        (lambda each: "x-sbg-auth-token" not in each.headers, ["get_user: without a token"]),
        (lambda each: "offset" in each.query, ["/components/parameters/Offset: given"]),
        (lambda each: listed(each, "limit") == ["101"], [f"{LIMIT}/schema/maximum: broken"]),
        (lambda each: listed(each, "limit") == ["0"], [f"{LIMIT}/schema/minimum: broken"]),
        (lambda each: b'"name"' in each.body, [f"{COPY}/name: given", f"{COPY}/name/maxLength: broken"]),
        (lambda each: '"RESOLVING"' in body(each), ["/components/schemas/JobState/enum: RESOLVING"]),
        (lambda each: '"PAUSED"' in body(each) or '"NEW"' in body(each), [f"{JOB}/state/anyOf/1: taken"]),
        (lambda each: '"finished_on"' in body(each), [f"{JOB}/finished_on: null", f"{JOB}/finished_on: present"]),
        (lambda each: '"error"' in body(each), ["/components/schemas/ResultEntry/properties/error: present"]),
        (lambda each: "x-total-matching-query" in each.answer_headers, ["list_files: 200"]),
    ],
)
def test_what_is_no_longer_exercised_is_listed(
    lost: Callable[[Exchange], bool], points: list[str], contract: Contract, exchanges: list[Exchange]
) -> None:
    kept = [each for each in exchanges if not lost(each)]
    assert 0 < len(kept) < len(exchanges)
    assert set(points) <= set(missing(contract, kept))
    for point in points:
        assert f"not exercised: {point}" in summary(contract, kept)


def exchange(content: object, status: int) -> Exchange:
    """A submission of a deletion."""
    headers = {"content-type": "application/json", "x-sbg-auth-token": "demo-token"}
    sent = json.dumps(content).encode()
    return Exchange("POST", "/async/files/delete", "", headers, sent, status, {}, b"{}")


BROKEN = "/components/schemas/DeleteItem/properties/file/minLength: broken"


@pytest.mark.parametrize(
    ("content", "status", "counts"),
    [
        ({"items": [{"file": ""}]}, 400, True),
        ({"items": [{"file": ""}]}, 202, False),
        ({"items": [{"file": ""}]}, 503, False),
        ({"items": [{"file": ""}, {}]}, 400, False),
        ({"items": [{"file": "a"}]}, 400, False),
    ],
    ids=["refused", "accepted", "failed", "something else is wrong too", "nothing is wrong"],
)
def test_a_constraint_counts_as_broken_if_a_request_is_refused_for_it_alone(
    content: object, status: int, counts: bool, contract: Contract
) -> None:
    assert (BROKEN in contract.exercised([exchange(content, status)])) is counts


def test_a_new_keyword_is_missing_until_it_is_exercised(exchanges: list[Exchange]) -> None:
    spec = load_spec()
    spec["components"]["schemas"]["Job"]["properties"]["expires_on"] = {"type": "string", "nullable": True}
    spec["components"]["schemas"]["JobState"]["enum"].append("CANCELLED")
    assert missing(Contract(spec), exchanges) == [
        "/components/schemas/Job/properties/expires_on/type: kept",
        "/components/schemas/Job/properties/expires_on: null",
        "/components/schemas/Job/properties/expires_on: present",
        "/components/schemas/JobState/enum: CANCELLED",
    ]
