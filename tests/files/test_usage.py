"""How many files and bytes a folder holds, and what it costs to find out."""

from __future__ import annotations

import pytest

from sbg_bulk import InputError, Usage
from tests.support.both import Both
from tests.support.world import SOURCE, World


@pytest.fixture(autouse=True)
def folders(world: World) -> None:
    world.add(f"{SOURCE}/a/x.bam", f"{SOURCE}/a/deep/er/y.bam", size=1000)
    world.add(f"{SOURCE}/a/empty/", f"{SOURCE}/b/", f"{SOURCE}/z.csv", size=7)


def told(found: list[Usage]) -> list[tuple[str, int, int, int, int]]:
    return [(str(one.place), one.depth, one.files, one.folders, one.bytes) for one in found]


def test_a_folder_is_counted_with_all_below_it(call: Both) -> None:
    assert told(call("usage", f"{SOURCE}/a")) == [(f"{SOURCE}/a", 0, 2, 3, 2000)]
    [whole] = call("usage", SOURCE)
    assert (whole.folders, whole.unknown) == (5, 0)


def test_folders_come_after_those_in_them_down_to_the_depth_asked_for(call: Both) -> None:
    assert told(call("usage", f"{SOURCE}/a", depth=1)) == [
        (f"{SOURCE}/a/deep", 1, 1, 1, 1000),
        (f"{SOURCE}/a/empty", 1, 0, 0, 0),
        (f"{SOURCE}/a", 0, 2, 3, 2000),
    ]
    assert len(call("usage", f"{SOURCE}/a", depth=9)) == 4


def test_each_folder_is_listed_once(call: Both) -> None:
    counted: list[int] = []
    call("usage", f"{SOURCE}/a", on_request=counted.append)
    # To find the folder, and one for each of the four.
    assert counted[-1] == len(call.simulator.requests) == 5


def test_what_is_no_folder_is_refused(call: Both) -> None:
    with pytest.raises(InputError, match="is a file"):
        call("usage", f"{SOURCE}/z.csv")
    with pytest.raises(InputError, match="depth: expected 0 or more, not -1"):
        call("usage", SOURCE, depth=-1)
