"""Our clients' requests and the simulator's answers, judged by Prism: neither side is ours to bend there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from sbg_bulk.simulator import ManualClock, Simulator, running
from scripts.lib.coverage.generation import BEYOND_THE_SCHEMA
from scripts.lib.coverage.recipes import GOOD, Request, documented, recipe
from scripts.lib.coverage.traffic import awaiting, be_a_stranger, blocking, spend_a_day
from scripts.lib.spec import BY_ID, SPEC_FILE
from tests.contract.prism import Judged, Witness, judged, judging

UNUSED = {
    *("list_folder", "list_project_files", "list_owner_projects"),
    *("bulk_edit_files", "bulk_update_files", "bulk_delete_files"),
    *(name for name in GOOD if name.endswith(("_volume", "_volumes", "_objects", "port", "ports"))),
}
"""What the clients do not call: other ways to lists that they read already, what is answered without a job, and what
brings files in and out."""


class Court(NamedTuple):
    """A simulator, and the address under which Prism judges what is said to it."""

    simulator: Simulator
    service: str
    url: str

    def witness(self) -> Witness:
        return Witness(self.service, self.url)


@pytest.fixture(scope="module")
def session() -> Iterator[Court]:
    simulator = Simulator(clock=ManualClock(), seed="examples", progress="polls")
    with running(simulator) as service, judging(SPEC_FILE, service) as url:
        yield Court(simulator, service, url)


@pytest.fixture
def court(session: Court) -> Court:
    session.simulator.reset("examples")
    return session


def ask(court: Court, operation: str, request: Request, token: str = "demo-token") -> tuple[Judged, httpx.Response]:
    """Make a call by hand."""
    call = BY_ID[operation]
    headers = {"X-SBG-Auth-Token": token}
    content = None
    if call.request is not None:
        headers["Content-Type"] = request.media_type
        content = json.dumps(request.json)
    path = call.path.format_map(request.path)
    with httpx.Client(base_url=court.url) as client:
        sent = client.build_request(call.method.upper(), path, params=request.query, headers=headers, content=content)
        response = client.send(sent)
        return judged(sent, response), response


def unjust(seen: list[Judged]) -> list[Judged]:
    return [each for each in seen if each.request or each.answer]


def answered(simulator: Simulator) -> set[tuple[str | None, int | None]]:
    """What the simulator was asked, by its own account, and how it answered."""
    return {(entry.operation, entry.status) for entry in simulator.requests}


@pytest.mark.parametrize("kind", [blocking, awaiting], ids=["blocking", "awaiting"])
def test_a_day_of_our_client_breaks_no_rule_on_either_side(kind: type, court: Court, tmp_path: Path) -> None:
    witness, stranger = court.witness(), court.witness()
    with kind(court.service, "demo-token", court.simulator, witness) as call:
        spend_a_day(call, court.simulator, tmp_path)
    with kind(court.service, "not-a-token", court.simulator, stranger) as call:
        be_a_stranger(call)
    seen = [*witness.seen, *stranger.seen]
    assert unjust(seen) == []
    assert len(seen) == len(court.simulator.requests) > 60
    asked = answered(court.simulator)
    assert {operation for operation, _ in asked} == BY_ID.keys() - UNUSED
    assert {status for _, status in asked} >= {200, 201, 202, 400, 401, 403, 404, 409, 429, 500, 503}


@pytest.mark.parametrize(("operation", "status"), documented())
def test_every_documented_answer_is_found_right(operation: str, status: str, court: Court) -> None:
    court.simulator.reset()
    prepare, request, token = recipe(operation, status)
    prepare(court.simulator)
    verdict, response = ask(court, operation, request, token)
    assert verdict.answer == ()
    assert (operation, verdict.status) in answered(court.simulator)
    assert status in (str(verdict.status), f"{str(verdict.status)[0]}XX")
    # A request is found wrong by the one judge exactly if the other refuses it for its form.
    refused = status == "415" or (
        status == "400" and response.json()["code"] not in BEYOND_THE_SCHEMA.get(operation, ())
    )
    assert bool(verdict.request) is refused, verdict.request


@pytest.mark.parametrize(
    ("operation", "request_", "place"),
    [
        ("list_async_jobs", Request(query={"limit": "101"}), "query.limit"),
        ("list_async_jobs", Request(query={"offset": "one"}), "query.offset"),
        ("submit_copy_job", Request(json={"items": [{"project": "a/b"}]}), "body.items.0"),
        ("submit_delete_job", Request(json={"items": []}), "body.items"),
        ("create_folder", Request(json={"name": "a/b", "type": "folder"}), "body.name"),
    ],
)
def test_a_request_that_breaks_the_contract_is_found_wrong(
    operation: str, request_: Request, place: str, court: Court
) -> None:
    verdict, _ = ask(court, operation, request_)
    assert [violation for violation in verdict.request if violation.startswith(place)], verdict


@pytest.mark.parametrize(
    ("fault", "operation", "place"),
    [
        ("kind=wrong_types field=total_files", "get_copy_job", "body.total_files"),
        ("kind=wrong_types field=id", "list_async_jobs", "body.items.0.id"),
        ("kind=missing_field field=state", "get_copy_job", "body"),
        ("kind=missing_field field=username", "get_user", "body"),
        ("kind=null_field field=href", "get_file", "body.href"),
        ("kind=header field=X-RateLimit-Remaining value=few", "get_user", "header.x-ratelimit-remaining"),
        ("kind=502", "get_user", ""),
        ("kind=html", "get_user", ""),
    ],
)
def test_an_answer_that_breaks_the_contract_is_found_wrong(
    fault: str, operation: str, place: str, court: Court
) -> None:
    court.simulator.arm(fault)
    verdict, _ = ask(court, operation, GOOD[operation])
    assert [violation for violation in verdict.answer if violation.startswith(place)], verdict
    assert verdict.request == ()
