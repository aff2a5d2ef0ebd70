"""Files are read a hundred at a time, and one by one where the service fails over that."""

from __future__ import annotations

import io

import pytest

from sbg_bulk import ApiError
from tests.support.both import Both
from tests.support.world import SOURCE, TARGET, World

BULK, ONE = "bulk_get_files", "get_file"


@pytest.fixture
def rows(world: World) -> str:
    return "\n".join(["file", *world.add(*(f"{SOURCE}/{number}.bam" for number in range(250))), ""])


def asked(call: Both, rows: str) -> list[str]:
    """The requests that read what is planned; all of it is there."""
    call.simulator.requests.clear()
    with call("plan", "copy", io.BytesIO(rows.encode()), project=TARGET, on_conflict="skip") as draft:
        assert len(draft) == 250
        assert draft.conflicts.existing == 0
    return [one.operation or "" for one in call.simulator.requests if one.operation in (BULK, ONE)]


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_hundred_over_which_the_service_fails_are_read_one_by_one(call: Both, rows: str, status: int) -> None:
    call.simulator.arm(f"kind={status} op={BULK} times=3")
    assert asked(call, rows) == [BULK] * 3 + [ONE] * 100 + [BULK] * 2


def test_a_service_that_fails_over_every_hundred_is_soon_asked_for_one_at_a_time(call: Both, rows: str) -> None:
    call.simulator.arm(f"kind=500 op={BULK}")
    assert asked(call, rows) == [BULK] * 3 + [ONE] * 100 + [BULK] * 3 + [ONE] * 150


def test_an_overloaded_service_is_asked_again_until_it_answers(call: Both, rows: str) -> None:
    call.simulator.arm(f"kind=503 op={BULK} times=5")
    assert asked(call, rows) == [BULK] * 8


def test_sizes_that_the_service_fails_to_tell_stay_unknown(call: Both, world: World) -> None:
    world.add(f"{SOURCE}/one/a.bam")
    call.change = lambda query: query.remove("fields")
    call.simulator.arm(f"kind=500 op={BULK}")
    choice = call("choose", [f"{SOURCE}/one"], to=TARGET, match=["*"])
    assert [item.name for item in choice.items] == ["a.bam"]


def test_a_file_over_which_the_service_fails_alone_is_an_error(call: Both, rows: str) -> None:
    call.simulator.arm(f"kind=500 op={BULK}")
    call.simulator.arm(f"kind=500 op={ONE}")
    with pytest.raises(ApiError, match="500"):
        asked(call, rows)
