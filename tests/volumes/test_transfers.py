"""Imports and exports as the simulator shows them, with each of its switches: both clients read the same."""

from __future__ import annotations

import httpx
import pytest

from sbg_bulk import NotFound
from sbg_bulk.simulator import ManualClock, Simulator, Variant
from tests.support.both import TOKEN, Both
from tests.support.clients import KINDS, Kind

PROJECT, VOLUME, OTHER = "rfranklin/here", "rfranklin/bucket", "rfranklin/other"


def started(*switches: str) -> Simulator:
    """A service with an import that ended well, one that failed, and an export that is running."""
    simulator = Simulator(clock=ManualClock(), seed="empty", rate_limit=None, variant=Variant.parse(switches))
    world = simulator.world
    file = world.add_file("x.bam", world.add_project(PROJECT), size=7)
    for volume in (VOLUME, OTHER):
        world.volumes.add(volume, objects={"a.bam": 10})
    headers = {"X-SBG-Auth-Token": TOKEN}
    with httpx.Client(transport=simulator.transport(), base_url=simulator.base_url, headers=headers) as http:
        for location in ("a.bam", "missing.bam"):
            source = {"volume": VOLUME, "location": location}
            http.post("/storage/imports", json={"source": source, "destination": {"project": PROJECT}})
        simulator.advance(600)
        to = {"volume": OTHER, "location": "x.bam"}
        http.post("/storage/exports", json={"source": {"file": file.id}, "destination": to})
        http.post("/bulk/drs/imports/create", json={"items": [{"drs_uri": "drs://no/where", "project": PROJECT}]})
    simulator.requests.clear()
    return simulator


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__.lower())
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


SWITCHES = [
    "transfer_lists=asked",
    "transfer_lists=least",
    "transfer_lists=all",
    "links=null",
    "total_header=no",
    "page_max=1",
    "extra_keys=yes",
    "hrefs=absent",
    "dates=absent",
    "without_value=null",
    "without_value=absent",
]
BULK = ["bulk_order=shuffled", "bulk_refused=404", "bulk_refused=405", "bulk_refused=501", "bulk_error_status=no"]


@pytest.mark.parametrize("switches", [*([one] for one in SWITCHES), *(["transfer_lists=least", one] for one in BULK)])
def test_however_lists_are_shown_details_are_the_same(kind: Kind, switches: list[str]) -> None:
    call = Both(started(*switches), kind)
    done, failed = sorted(call("imports", details=True), key=lambda job: job.state)
    assert (str(done.source), str(done.destination)) == (f"{VOLUME}:a.bam", PROJECT)
    assert (done.succeeded, done.result.name) == (True, "a.bam")
    assert (failed.finished, failed.succeeded, failed.error.code) == (True, False, 9105)
    (export,) = call("exports", details=True)
    assert (str(export.destination), export.finished) == (f"{OTHER}:x.bam", False)


def test_details_cost_a_request_for_a_page_and_only_where_lists_leave_them_out(kind: Kind) -> None:
    assert Both(started(), kind).counted("imports") == ["list_imports"]
    assert Both(started(), kind).counted("imports", details=True) == ["list_imports"]
    least = Both(started("transfer_lists=least"), kind)
    assert least.counted("imports", details=True) == ["list_imports", "bulk_get_imports"]
    assert least.counted("exports", details=True) == ["list_exports", "bulk_get_exports"]


def test_lists_are_filtered(kind: Kind) -> None:
    call = Both(started(), kind)
    assert len(call("imports", volume=VOLUME, project=PROJECT)) == 2
    assert [job.state for job in call("imports", state="failed")] == ["FAILED"]
    assert len(call("imports", state=["FAILED", "COMPLETED"])) == 2
    assert [len(call(*asked)) for asked in (("imports",), ("exports",))] == [2, 1]
    assert call("imports", volume=OTHER) == call("exports", volume=VOLUME) == []
    assert call("imports", project="rfranklin/elsewhere") == []


def test_one_is_read_by_its_id(kind: Kind) -> None:
    simulator = started()
    call = Both(simulator, kind)
    for method, many in (("import_job", "imports"), ("export_job", "exports")):
        for listed in call(many, details=True):
            assert call(method, listed.id) == listed
        with pytest.raises(NotFound, match=f"{'F' * 32} was not found"):
            call(method, "F" * 32)
    (drs,) = simulator.drs_imports.listed(simulator.world.users["rfranklin"], simulator.clock.now())
    simulator.advance(600)
    found = call("drs_import", drs.id)
    assert (found.id, found.finished, len(found.failures)) == (drs.id, True, 1)
