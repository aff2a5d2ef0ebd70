"""What is on a volume: one level or all, whatever switches the service has, in the same memory however large it is."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable

import httpx
import pytest

from sbg_bulk import AsyncClient, Client, InputError, NotFound
from sbg_bulk.simulator import ManualClock, Simulator, Variant
from sbg_bulk.testing import VirtualClock
from tests.support.both import Both
from tests.support.clients import ENDPOINT, KINDS, TOKEN, Kind

OBJECTS = {"a.bam": 10, "run/": 0, "run/b.bam": 20, "run/deep/c.bam": 30, "run/deep/er/b.bam": 40, "runner": 50}
PLACE = "rfranklin/bucket"


@pytest.fixture(autouse=True)
def volume(simulator: Simulator) -> None:
    simulator.world.volumes.add(PLACE, access_mode="RO", objects=OBJECTS)


def locations(found: list[object]) -> list[str]:
    return [one.location for one in found]  # type: ignore[attr-defined] # objects of a volume


def test_one_level_is_shown_with_its_folders(call: Both) -> None:
    assert locations(call("objects", PLACE)) == ["a.bam", "run/", "runner"]
    assert locations(call("objects", f"{PLACE}:run")) == ["run/", "runner"]
    assert locations(call("objects", f"{PLACE}:run/")) == ["run/", "run/b.bam", "run/deep/"]
    assert [one.is_folder for one in call("objects", f"{PLACE}:run/")] == [False, False, True]
    assert call("objects", f"{PLACE}:nothing") == []


def test_all_below_is_found_in_order_with_a_request_for_each_folder(call: Both) -> None:
    assert locations(call("objects", PLACE, recursive=True)) == sorted(OBJECTS)
    assert call.counted("objects", PLACE, recursive=True) == ["list_volume_objects"] * 4
    assert locations(call("objects", f"{PLACE}:run/d", recursive=True)) == ["run/deep/c.bam", "run/deep/er/b.bam"]


def test_sizes_are_told_where_they_are_asked_for(call: Both) -> None:
    assert {one.size for one in call("objects", PLACE, recursive=True)} == {None}
    found = call("objects", PLACE, recursive=True, details=True)
    assert {one.location: one.size for one in found} == OBJECTS
    assert all(one.modified_on for one in found)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__.lower())
@pytest.mark.parametrize(
    "switch", ["page_max=1", "page_max=2", "links=absent", "extra_keys=yes", "hrefs=absent", "dates=absent"]
)
def test_however_the_service_answers_all_is_found(kind: Kind, switch: str) -> None:
    simulator = Simulator(clock=ManualClock(), seed="empty", rate_limit=None, variant=Variant.parse([switch]))
    simulator.world.volumes.add(PLACE, objects=OBJECTS)
    call = Both(simulator, kind)
    assert locations(call("objects", PLACE, recursive=True, details=True)) == sorted(OBJECTS)
    assert locations(call("objects", f"{PLACE}:run/")) == ["run/", "run/b.bam", "run/deep/"]


def test_a_volume_that_is_not_there_and_a_place_that_is_none_are_told_apart(call: Both) -> None:
    with pytest.raises(NotFound, match="olume rfranklin/other was not found"):
        call("objects", "rfranklin/other:run/")
    call.simulator.requests.clear()
    with pytest.raises(InputError, match="does not begin with a slash"):
        call("objects", f"{PLACE}:/run")
    with pytest.raises(InputError, match=r"'\.\.' has no meaning"):
        call("objects", f"{PLACE}:run/../x")
    assert len(call.simulator.requests) == 0


def test_a_place_on_another_platform_is_refused(call: Both) -> None:
    with pytest.raises(InputError, match="is on another platform"):
        call("objects", f"cgc:{PLACE}")


OBJECTS_OF_A_BUCKET = 100_000


class Bucket:
    """A volume with very many objects in one folder, and the blocks of memory in use at each ten-thousandth."""

    def __init__(self) -> None:
        self.blocks: list[int] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        first = int(request.url.params.get("continuation_token", 0))
        if first % 10_000 == 0:
            gc.collect()
            self.blocks.append(sys.getallocatedblocks())
        items = [{"href": "", "location": f"run/{place:08}.bam"} for place in range(first, first + 100)]
        more = [{"next": f"{ENDPOINT}/x?continuation_token={first + 100}"}] * (first + 100 < OBJECTS_OF_A_BUCKET)
        return httpx.Response(200, json={"href": "", "items": items, "prefixes": [], "links": more})


def count_blocking(bucket: Bucket) -> int:
    with Client(ENDPOINT, TOKEN, driver=VirtualClock().blocking_driver(httpx.MockTransport(bucket))) as client:
        return sum(1 for _ in client.objects(f"{PLACE}:run/", recursive=True))


def count_awaiting(bucket: Bucket) -> int:
    async def counted() -> int:
        driver = VirtualClock().awaiting_driver(httpx.MockTransport(bucket))
        found = 0
        async with AsyncClient(ENDPOINT, TOKEN, driver=driver) as client:
            async for _ in client.objects(f"{PLACE}:run/", recursive=True):
                found += 1
        return found

    return asyncio.run(counted())


@pytest.mark.parametrize("count", [count_blocking, count_awaiting])
def test_a_hundred_thousand_objects_are_listed_in_the_memory_of_ten_thousand(count: Callable[[Bucket], int]) -> None:
    bucket = Bucket()
    assert count(bucket) == OBJECTS_OF_A_BUCKET
    # A token is kept for each page.
    assert bucket.blocks[-1] - bucket.blocks[1] < OBJECTS_OF_A_BUCKET / 20
