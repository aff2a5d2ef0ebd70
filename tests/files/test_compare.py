"""What differs between two places, and what it costs to find out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from sbg_bulk import File, InputError
from sbg_bulk.files.comparison import pair
from sbg_bulk.simulator import Simulator
from tests.support.both import Both
from tests.support.world import SOURCE, TARGET, World

LIST, BULK = "list_files", "bulk_get_files"
RUN = f"{SOURCE}/run"
IN = f"{TARGET}/in"


@pytest.fixture(autouse=True)
def run(world: World) -> None:
    """`run` and its copy `in`: two files, and a folder with one and an empty folder."""
    for place in (RUN, IN):
        world.add(f"{place}/a.bam", f"{place}/b.bam", f"{place}/old/c.bam", f"{place}/old/empty/")


def told(comparison: Any) -> list[str]:
    """The mismatches, with a slash after the names of folders."""
    return [f"{one.mismatch}: {one.path}{'/' if one.file.is_folder else ''}" for one in comparison.mismatches]


def test_the_same_agrees(call: Both) -> None:
    found = call("compare", RUN, IN)
    assert (found.agrees, found.same, told(found)) == (True, 3, [])
    assert found.counts == {"same": 3, "missing": 0, "extra": 0, "different": 0, "type": 0, "size unknown": 0}


def test_what_differs_is_told_by_its_path_and_kind(call: Both, world: World) -> None:
    world.add(f"{RUN}/old/new.bam", f"{RUN}/more/x", f"{RUN}/file", f"{RUN}/folder/y", f"{RUN}/void/")
    world.add(f"{IN}/old/gone.bam", f"{IN}/left/z", f"{IN}/file/", f"{IN}/folder")
    world.add(f"{RUN}/s.bam", size=2_000_000)
    world.add(f"{IN}/s.bam", size=7)
    found = call("compare", RUN, IN)
    assert told(found) == [
        "type: file",
        "type: folder/",
        "extra: left/",
        "missing: more/",
        "extra: old/gone.bam",
        "missing: old/new.bam",
        "different: s.bam",
        "missing: void/",
    ]
    assert [str(one) for one in found.mismatches if one.source and one.there] == [
        "file: a file (1 kB) in the source, a folder at the destination",
        "folder: a folder in the source, a file (1 kB) at the destination",
        "s.bam: 2 MB in the source, 7 B at the destination",
    ]
    assert (found.same, found.agrees) == (3, False)


def test_each_file_of_a_folder_on_one_side_is_told_if_that_is_wanted(call: Both, world: World) -> None:
    world.add(f"{RUN}/more/deep/x", f"{RUN}/more/void/", f"{IN}/left/z")
    assert told(call("compare", RUN, IN)) == ["extra: left/", "missing: more/"]
    each = ["extra: left/z", "missing: more/deep/x", "missing: more/void/"]
    assert told(call("compare", RUN, IN, each_file=True)) == each


def test_what_is_at_the_place_only_does_not_count_one_way(call: Both, world: World) -> None:
    world.add(f"{IN}/left/z", f"{IN}/old/gone.bam")
    assert call("compare", RUN, IN, one_way=True).agrees
    assert call.counted("compare", RUN, IN, one_way=True, each_file=True) == [LIST] * (2 + 2 * 3)


@pytest.mark.parametrize("name", ["a b", "Größe", "-rf", "a,b\n'c'.bam", "*.bam", "100%", "e\u0301"])
def test_a_name_is_compared_as_it_is(call: Both, world: World, name: str) -> None:
    world.add(f"{RUN}/{name}", f"{IN}/old/{name}")
    assert told(call("compare", RUN, IN)) == [f"missing: {name}", f"extra: old/{name}"]
    world.add(f"{IN}/{name}", f"{RUN}/old/{name}")
    assert call("compare", RUN, IN).same == 5


def test_upper_and_lower_case_are_two_names(call: Both, world: World) -> None:
    world.add(f"{RUN}/X.bam", f"{IN}/x.bam")
    assert told(call("compare", RUN, IN)) == ["missing: X.bam", "extra: x.bam"]


# What it costs


def test_each_folder_on_both_sides_is_listed_once_and_no_other(call: Both, world: World) -> None:
    world.add(*(f"{RUN}/more/{n}/x" for n in range(9)), f"{IN}/left/z")
    requests: list[int] = []
    # The way to both, and three folders on either side.
    assert call.counted("compare", RUN, IN, on_request=requests.append) == [LIST] * (2 + 2 * 3)
    assert requests == list(range(1, 9))
    assert call("compare", RUN, IN).requests == 8
    assert call.counted("compare", SOURCE, TARGET) == [LIST] * 2


def test_a_large_folder_takes_a_request_for_each_hundred_entries(call: Both, world: World) -> None:
    for place in (RUN, IN):
        world.add(*(f"{place}/old/{n}.bam" for n in range(250)))
    assert call.counted("compare", f"{RUN}/old", f"{IN}/old") == [LIST] * (2 + 2 + 2 * 3 + 2)


def test_sizes_that_lists_do_not_tell_are_asked_for_a_hundred_at_once(call: Both, world: World) -> None:
    call.change = lambda query: query.remove("fields")
    world.add(f"{RUN}/s.bam", size=5)
    world.add(f"{IN}/s.bam", size=7)
    world.add(*(f"{RUN}/new-{n}.bam" for n in range(120)))
    found = call("compare", RUN, IN, one_way=True)
    assert (found.same, found.counts["different"], found.counts["missing"]) == (3, 1, 120)
    operations = call.counted("compare", RUN, IN)
    # One for the six files of the first folder, one for the two of the other: what is missing is not asked for.
    assert operations.count(BULK) == 2


def test_a_size_that_nobody_tells_is_not_taken_for_the_same(simulator: Simulator, call: Both) -> None:
    simulator.world.nodes[call("locate", f"{IN}/a.bam").id].size = None  # type: ignore[union-attr]
    found = call("compare", RUN, IN)
    assert told(found) == ["size unknown: a.bam"]
    assert found.mismatches[0].reason == "1 kB in the source, unknown at the destination"
    assert not found.agrees


# Filters


@pytest.mark.parametrize(
    ("options", "mismatches"),
    [
        ({"match": ["*.bam"]}, ["missing: m/x.bam", "extra: n/y.bam"]),
        ({"match": ["*.txt"]}, ["missing: m/x.txt", "extra: n/y.txt"]),
        ({"exclude": ["*.bam"]}, ["missing: m/x.txt", "extra: n/y.txt"]),
        ({"exclude": ["m", "n"]}, []),
        ({"exclude": ["n"], "match": ["*.txt"]}, ["missing: m/x.txt"]),
        ({"match": ["n/*"]}, ["extra: n/y.bam", "extra: n/y.txt"]),
    ],
)
def test_globs_narrow_both_sides(call: Both, world: World, options: Any, mismatches: list[str]) -> None:
    world.add(f"{RUN}/m/x.bam", f"{RUN}/m/x.txt", f"{IN}/n/y.bam", f"{IN}/n/y.txt")
    assert told(call("compare", RUN, IN, **options)) == mismatches


def test_what_the_source_has_and_the_filters_leave_out_is_not_extra(call: Both, world: World) -> None:
    old = datetime(2019, 1, 1, tzinfo=UTC).timestamp()
    world.add(f"{RUN}/d.bam", created_on=old)
    world.add(f"{RUN}/t.bam", tags=["wgs"])
    world.add(f"{RUN}/u.bam", tags=["other"])
    world.add(f"{IN}/d.bam", size=7)
    world.add(f"{IN}/u.bam", size=7, tags=["wgs", "other"])
    assert told(call("compare", RUN, IN, newer_than="2019-01-02", match=["d.bam"])) == []
    assert told(call("compare", RUN, IN, tags=["wgs"])) == ["missing: t.bam"]
    assert told(call("compare", RUN, IN, tags=["other"])) == ["different: u.bam"]


@pytest.mark.parametrize("lists", [True, False], ids=["lists tell all", "lists tell the least"])
def test_tags_and_metadata_count_on_both_sides(call: Both, world: World, lists: bool) -> None:
    if not lists:
        call.change = lambda query: query.remove("fields")
    for place, names in ((RUN, ("s1", "s2")), (IN, ("s3", "s4"))):
        for name, sample in zip(names, ("S1", "S2"), strict=True):
            world.add(f"{place}/{name}", tags=["wgs"], metadata={"sample_id": sample})
    found = call("compare", RUN, IN, tags=["wgs"], metadata={"sample_id": "S2"})
    assert told(found) == ["missing: s2", "extra: s4"]


def test_by_date_nothing_is_extra_and_what_has_no_date_is_counted(call: Both, world: World) -> None:
    world.add(f"{IN}/x", f"{RUN}/y")
    assert told(call("compare", RUN, IN, newer_than="2001-01-01")) == ["missing: y"]
    call.dates = False
    found = call("compare", RUN, IN, newer_than="2001-01-01")
    assert (told(found), found.undated) == ([], 4)


# Places


@pytest.mark.parametrize("by_id", [(False, False), (True, False), (False, True), (True, True)])
def test_a_place_is_a_path_or_an_id(call: Both, world: World, by_id: tuple[bool, bool]) -> None:
    world.add(f"{RUN}/old/new.bam")
    places = [call("locate", one).id if named else one for one, named in zip((RUN, IN), by_id, strict=True)]
    assert told(call("compare", *places)) == ["missing: old/new.bam"]


@pytest.mark.parametrize("by_id", [(False, False), (True, False), (False, True), (True, True)])
@pytest.mark.parametrize(
    ("source", "place", "complaint"),
    [
        (RUN, RUN, "are the same place"),
        (RUN, f"{RUN}/old/empty", "one is inside the other"),
        (f"{RUN}/old/empty", RUN, "one is inside the other"),
        (SOURCE, f"{RUN}/old", "one is inside the other"),
        (f"{RUN}/old", SOURCE, "one is inside the other"),
        (SOURCE, SOURCE, "are the same place"),
    ],
)
def test_two_places_that_are_one_are_refused(
    call: Both, simulator: Simulator, source: str, place: str, complaint: str, by_id: tuple[bool, bool]
) -> None:
    def named(path: str) -> str:
        return simulator.world.projects[SOURCE].root.id if path == SOURCE else call("locate", path).id

    places = [named(one) if is_id else one for one, is_id in zip((source, place), by_id, strict=True)]
    with pytest.raises(InputError, match=complaint):
        call("compare", *places)


@pytest.mark.parametrize(
    ("places", "complaint"),
    [
        ((f"{SOURCE}/none", IN), "There is no 'none'"),
        ((RUN, f"{TARGET}/none"), "There is no 'none'"),
        ((f"{RUN}/a.bam", IN), "is a file, not a folder"),
        ((RUN, f"{IN}/a.bam"), "is a file, not a folder"),
        ((f"cavatica:{RUN}", IN), "is on another platform"),
        ((RUN, f"cavatica:{IN}"), "is on another platform"),
    ],
)
def test_what_is_not_there_is_told(call: Both, places: tuple[str, str], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        call("compare", *places)


def test_sizes_and_names_are_found_whatever_the_service_makes_of_the_query(call: Both, world: World) -> None:
    world.add(f"{RUN}/x.bam")
    call.change = lambda query: httpx.QueryParams([(k, v) for k, v in query.multi_items() if k != "name"])
    assert told(call("compare", RUN, IN)) == ["missing: x.bam"]


# The comparison itself


def _files(*sizes: int | None, name: str = "a") -> list[File]:
    return [File(f"{size}-{place}", name, "file", size=size) for place, size in enumerate(sizes)]


FOLDER = File("f", "a", "folder")


@pytest.mark.parametrize(
    ("source", "there", "same", "kinds"),
    [
        (_files(1), _files(1), 1, []),
        (_files(1), _files(2, 1), 1, ["extra"]),
        (_files(1), _files(2, 3), 0, ["different", "different"]),
        (_files(1, 2), _files(2), 1, ["missing"]),
        (_files(1, 2), _files(2, 1), 2, []),
        (_files(1), _files(None), 0, ["size unknown"]),
        (_files(None), _files(None), 0, ["size unknown"]),
        (_files(None), _files(2, 3), 0, ["size unknown", "size unknown"]),
        (_files(0), _files(0), 1, []),
        ([FOLDER], [FOLDER], 0, []),
        ([FOLDER], _files(1), 0, ["type"]),
        (_files(1), [FOLDER], 0, ["type"]),
        ([FOLDER, *_files(1)], [FOLDER, *_files(1)], 1, []),
        ([FOLDER, *_files(1)], [FOLDER], 0, ["missing"]),
        ([FOLDER], [FOLDER, *_files(1)], 0, ["extra"]),
    ],
)
def test_names_that_are_there_twice_are_put_together_by_size(
    source: list[File], there: list[File], same: int, kinds: list[str]
) -> None:
    pairs = pair(source, there)
    assert (pairs.same, [str(one[1]) for one in pairs.mismatches]) == (same, kinds)
    assert len(pairs.entered) == min(FOLDER in source, FOLDER in there)
