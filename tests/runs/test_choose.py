"""What paths, ids and filters choose, what that costs, and what speaks against it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from math import ceil
from typing import Any

import httpx
import pytest

from sbg_bulk import InputError, NotFound, RunOptions
from sbg_bulk.runs import store
from sbg_bulk.runs.journal import Journal
from sbg_bulk.simulator import Permissions, Simulator
from tests.support.both import Both
from tests.support.world import SOURCE, TARGET, World

LIST, FILE, FOLDER, PROJECT = "list_files", "get_file", "create_folder", "get_project"
BULK = "bulk_get_files"


@pytest.fixture(autouse=True)
def cohort(world: World) -> list[str]:
    """`bams` with two files and a subfolder, `vcfs` with one, and a file in the root."""
    return world.add(
        f"{SOURCE}/bams/a.bam",
        f"{SOURCE}/bams/a.bam.bai",
        f"{SOURCE}/bams/old/b.bam",
        f"{SOURCE}/bams/old/deep/c.bam",
        f"{SOURCE}/vcfs/a.vcf",
        f"{SOURCE}/samples.csv",
        f"{TARGET}/in/",
    )


def arrows(choice: Any) -> list[str]:
    """What goes where, without the projects."""
    return [
        f"{item.source.removeprefix(f'{SOURCE}/')}{'/' if item.is_folder else ''}"
        + (f" > {item.destination.removeprefix(f'{TARGET}/')}" if item.to else "")
        for item in choice.items
    ]


IN = f"{TARGET}/in"


@pytest.mark.parametrize(
    ("sources", "options", "chosen", "subfolders"),
    [
        (["bams"], {}, ["bams/a.bam > in/a.bam", "bams/a.bam.bai > in/a.bam.bai"], 1),
        (["bams/"], {"match": ["*.bam"]}, ["bams/a.bam > in/a.bam"], 1),
        (["bams/a.bam"], {}, ["bams/a.bam > in/a.bam"], 0),
        (["bams/a.bam"], {"match": ["*.txt"]}, [], 0),
        ([""], {}, ["samples.csv > in/samples.csv"], 2),
        (
            ["bams"],
            {"recursive": True},
            ["bams/a.bam > in/a.bam", "bams/a.bam.bai > in/a.bam.bai", "bams/old/ > in/old"],
            0,
        ),
        (["bams"], {"type": "folder"}, ["bams/old/ > in/old"], 0),
        ([""], {"type": "folder", "match": ["v*"]}, ["vcfs/ > in/vcfs"], 0),
        (["bams"], {"type": "file"}, ["bams/a.bam > in/a.bam", "bams/a.bam.bai > in/a.bam.bai"], 0),
        (
            ["bams", "vcfs"],
            {"exclude": ["*.bai"]},
            ["bams/a.bam > in/a.bam", "vcfs/a.vcf > in/a.vcf"],
            1,
        ),
        (["bams"], {"exclude": ["old"]}, ["bams/a.bam > in/a.bam", "bams/a.bam.bai > in/a.bam.bai"], 0),
    ],
)
def test_a_folder_by_path_means_what_is_in_it_and_a_file_the_file(
    call: Both, sources: list[str], options: dict[str, Any], chosen: list[str], subfolders: int
) -> None:
    choice = call("choose", [f"{SOURCE}/{one}" for one in sources], to=IN, **options)
    assert arrows(choice) == chosen
    assert choice.subfolders == subfolders


@pytest.mark.parametrize(
    ("options", "chosen", "folders"),
    [
        (
            {"match": ["*.bam"]},
            ["bams/a.bam > in/a.bam", "bams/old/b.bam > in/old/b.bam", "bams/old/deep/c.bam > in/old/deep/c.bam"],
            ["in/old", "in/old/deep"],
        ),
        ({"match": ["old/*.bam"], "exclude": ["deep"]}, ["bams/old/b.bam > in/old/b.bam"], ["in/old"]),
        ({"match": ["c.bam"]}, ["bams/old/deep/c.bam > in/old/deep/c.bam"], ["in/old", "in/old/deep"]),
        ({"type": "folder", "match": ["deep"]}, ["bams/old/deep/ > in/old/deep"], ["in/old"]),
        ({"type": "folder"}, ["bams/old/ > in/old"], []),
        ({"match": ["*.txt"]}, [], []),
    ],
)
def test_with_filters_the_tree_is_walked_and_its_structure_kept(
    call: Both, options: dict[str, Any], chosen: list[str], folders: list[str]
) -> None:
    choice = call("choose", [f"{SOURCE}/bams"], to=IN, recursive=True, parents=True, **options)
    assert arrows(choice) == chosen
    assert [str(one).removeprefix(f"{TARGET}/") for one in choice.folders] == folders


def test_an_id_means_the_thing_itself(call: Both, cohort: list[str], world: World) -> None:
    (folder,) = world.add(f"{SOURCE}/vcfs/")
    choice = call("choose", [cohort[0], folder], to=IN, recursive=True)
    assert [(item.id, item.name, item.is_folder) for item in choice.items] == [
        (cohort[0], "a.bam", False),
        (folder, "vcfs", True),
    ]


def test_an_id_is_filtered_by_its_name(call: Both, cohort: list[str]) -> None:
    choice = call("choose", cohort[:2], to=IN, match=["*.bai"])
    assert [item.name for item in choice.items] == ["a.bam.bai"]


@pytest.mark.parametrize("kind", ["path", "id", "project"])
def test_the_destination_is_a_path_an_id_or_a_project(call: Both, world: World, cohort: list[str], kind: str) -> None:
    to = {"path": IN, "id": cohort[-1], "project": TARGET}[kind]
    report = call("run", "copy", call("choose", [f"{SOURCE}/bams/a.bam"], to=to))
    assert report.succeeded
    assert world.paths(TARGET) == (["a.bam", "in/"] if kind == "project" else ["in/", "in/a.bam"])


# What it costs


@pytest.mark.parametrize(
    ("sources", "to", "options", "operations"),
    [
        # the project's content, the destination project, and what is in it
        ([""], TARGET, {}, [LIST, PROJECT, LIST]),
        # one request a level, source and destination, and what is in both
        (["bams/old/deep"], IN, {}, [LIST] * 6),
        # three files in one folder: the folder, all three at once, the destination, and what is in it
        (["bams/a.bam", "bams/a.bam.bai", "bams/old"], IN, {}, [LIST] * 5),
        # folders as a whole are not looked into
        (["bams"], IN, {"recursive": True}, [LIST] * 4),
        # the walk lists each folder once; the new folders of the destination are asked for together
        (["bams"], IN, {"recursive": True, "match": ["*.bam"], "parents": True}, [LIST] * 7),
        # an excluded folder is not listed
        (["bams"], IN, {"recursive": True, "exclude": ["old"]}, [LIST] * 4),
        # a destination that is to be made is not listed
        (["bams"], f"{IN}/new", {"parents": True}, [LIST] * 4),
    ],
)
def test_it_takes_as_few_requests_as_the_api_allows(
    call: Both, sources: list[str], to: str, options: dict[str, Any], operations: list[str]
) -> None:
    told: list[int] = []
    paths = [f"{SOURCE}/{one}" for one in sources]
    assert call.counted("choose", paths, to=to, on_request=told.append, **options) == operations
    assert told == list(range(1, len(operations) + 1))
    assert call("choose", paths, to=to, **options).requests == len(operations)


def test_a_large_folder_is_read_a_hundred_entries_at_a_time(call: Both, world: World) -> None:
    world.add(*(f"{SOURCE}/many/{number}.bam" for number in range(250)))
    assert call.counted("choose", [f"{SOURCE}/many"], to=IN) == [LIST] * (2 + 3 + 1)
    assert len(call("choose", [f"{SOURCE}/many"], to=IN)) == 250


def test_many_long_names_are_asked_for_in_addresses_that_are_not_too_long(call: Both, world: World) -> None:
    paths = [f"{SOURCE}/long/{number:03}-{'x' * 200}.bam" for number in range(30)]
    world.add(*paths)
    simulator = call.simulator
    simulator.requests.clear()
    assert len(call("choose", paths, to=IN)) == 30
    # Both folders, 30 names of 210 characters in queries of 2,000, and what is in the destination.
    assert len(simulator.requests) == 1 + 1 + 4 + 1


# A service that is not as we guess


def _only_first_name(query: httpx.QueryParams) -> httpx.QueryParams:
    return query.set("name", query.get_list("name")[0]) if "name" in query else query


def _no_names(query: httpx.QueryParams) -> httpx.QueryParams:
    return query.remove("name")


@pytest.mark.parametrize("change", [_only_first_name, _no_names])
def test_names_are_found_whatever_the_service_makes_of_the_query(call: Both, world: World, change: Any) -> None:
    world.add(*(f"{SOURCE}/bams/{number:03}" for number in range(120)))
    sources = [f"{SOURCE}/bams/119", f"{SOURCE}/bams/a.bam", f"{SOURCE}/bams/007"]
    call.change = change
    assert {item.name for item in call("choose", sources, to=IN).items} == {"119", "a.bam", "007"}
    call.simulator.requests.clear()
    with pytest.raises(InputError, match=f"There is no 'none' in {SOURCE}/bams"):
        call("choose", [*sources, f"{SOURCE}/bams/none"], to=IN)
    # Both projects, and the folder: all of it once, or after the names; a page for what may be meant.
    assert len(call.simulator.requests) == (2 if change is _no_names else 1 + 2) + 2 + 1


def _short_pages(query: httpx.QueryParams) -> httpx.QueryParams:
    return _only_first_name(query).set("limit", "7")


def test_names_that_a_service_leaves_out_are_found_in_pages_of_any_length(call: Both, world: World) -> None:
    world.add(*(f"{SOURCE}/bams/{number:03}" for number in range(40)))
    call.change = _short_pages
    sources = [f"{SOURCE}/bams/{number:03}" for number in range(40)]
    assert len(call("choose", sources, to=IN)) == 40
    # In a folder with more pages than names, each is asked for once its first page says how much it holds.
    world.add(*(f"{SOURCE}/bams/x{number:03}" for number in range(400)))
    call.simulator.requests.clear()
    assert len(call("choose", [f"{SOURCE}/bams/{name}" for name in ("001", "x398", "x399")], to=IN)) == 3
    assert len(call.simulator.requests) == 2 + 1 + 1 + 2 + 1


def test_a_name_is_taken_as_it_is(call: Both, world: World) -> None:
    for name in ("a*", "two words", "Größe", "-r", "A.bam"):
        world.add(f"{SOURCE}/odd/{name}")
        assert [item.name for item in call("choose", [f"{SOURCE}/odd/{name}"], to=IN).items] == [name]
    with pytest.raises(InputError, match=r"There is no 'a\.BAM'"):
        call("choose", [f"{SOURCE}/bams/a.BAM"], to=IN)


@pytest.mark.parametrize(("there", "typed"), [("o\u0308", "\u00f6"), ("\u00f6", "o\u0308")])
def test_a_name_is_found_in_whichever_form_its_letters_are_typed(
    call: Both, world: World, there: str, typed: str
) -> None:
    world.add(f"{SOURCE}/{there}/a.bam", f"{IN}/{there}/")
    choice = call("choose", [f"{SOURCE}/{typed}"], to=f"{IN}/{typed}", parents=True)
    assert (len(choice), choice.folders) == (1, ())
    world.add(f"{SOURCE}/{typed}/b.bam")
    assert [item.name for item in call("choose", [f"{SOURCE}/{typed}"], to=IN).items] == ["b.bam"]


# Dates


@pytest.mark.parametrize("told", [True, False], ids=["lists tell dates", "lists do not"])
def test_what_is_newer_is_found_whether_or_not_lists_tell_dates(call: Both, world: World, told: bool) -> None:
    for day in (1, 2, 3):
        world.add(f"{SOURCE}/dated/{day}.bam", created_on=datetime(2019, 1, day, tzinfo=UTC).timestamp())
    world.add(f"{SOURCE}/dated/2.txt", created_on=datetime(2019, 1, 3, tzinfo=UTC).timestamp())
    if not told:
        call.change = lambda query: query.remove("fields")
    asking = {"to": IN, "match": ["*.bam"], "newer_than": "2019-01-02"}
    operations = call.counted("choose", [f"{SOURCE}/dated"], **asking)
    choice = call("choose", [f"{SOURCE}/dated"], **asking)
    assert [item.name for item in choice.items] == ["3.bam"]
    # One by one, only those are asked for that everything else speaks for.
    assert operations == [LIST, LIST, LIST] + ([] if told else [FILE] * 3) + [LIST]
    assert choice.size == 1000


def test_what_has_no_date_at_all_is_left_out_and_counted(call: Both) -> None:
    call.dates = False
    choice = call("choose", [f"{SOURCE}/bams"], to=IN, newer_than="2019-01-02")
    assert (arrows(choice), choice.undated) == ([], 2)


# Sizes


@pytest.mark.parametrize(("named", "asked"), [(1, 1), (100, 1), (101, 0)])
def test_the_sizes_of_a_few_files_are_asked_for_where_lists_do_not_tell_them(
    call: Both, world: World, named: int, asked: int
) -> None:
    world.add(*(f"{SOURCE}/few/{number}.bam" for number in range(named)), size=7)
    call.change = lambda query: query.remove("fields")
    assert call.counted("choose", [f"{SOURCE}/few"], to=IN).count("bulk_get_files") == asked
    assert call("choose", [f"{SOURCE}/few"], to=IN).size == (7 * named if asked else None)


# What speaks against it


@pytest.mark.parametrize(
    ("sources", "options", "told"),
    [
        ([f"{SOURCE}/none/x"], {}, f"There is no 'none' in {SOURCE}. List it with: client.files"),
        ([f"{SOURCE}/bams/none"], {}, f"There is no 'none' in {SOURCE}/bams"),
        ([f"{SOURCE}/samples.csv/x"], {}, f"{SOURCE}/samples.csv is a file, not a folder"),
        ([f"{SOURCE}/bams"], {"to": f"{TARGET}/none/below"}, f"Folder {TARGET}/none does not exist"),
        ([f"{SOURCE}/bams"], {"to": f"{SOURCE}/samples.csv"}, f"{SOURCE}/samples.csv is a file, not a folder"),
        (
            [f"{SOURCE}/bams", f"{SOURCE}/bams/old"],
            {"match": ["a.bam", "b.bam"], "recursive": True, "parents": True},
            f"{SOURCE}/bams/old/b.bam is selected twice",
        ),
        ([f"{SOURCE}/bams", f"{SOURCE}/more"], {}, f"{SOURCE}/bams/a.bam and {SOURCE}/more/a.bam would both become"),
        (
            [f"{SOURCE}/bams/old", SOURCE],
            {"recursive": True},
            "/bams/old/b.bam is inside .*/bams, which is selected too",
        ),
        ([f"{SOURCE}/bams/a.bam"], {"to": f"{SOURCE}/bams"}, "a.bam is already in .*/bams: source and destination"),
        ([SOURCE], {"to": SOURCE}, "samples.csv is already in .*/cohort-a: source and destination are the same"),
        (
            [SOURCE],
            {"to": f"{SOURCE}/bams/old", "recursive": True},
            "/bams cannot be copied or moved into itself: the destination",
        ),
        (
            [SOURCE],
            {"to": f"{SOURCE}/bams/old", "recursive": True, "match": ["*.bam"]},
            "The destination .*/bams/old is inside the source. Exclude it with exclude=.'old'.",
        ),
        ([], {}, "Give at least one path or id"),
        (
            [f"cavatica:{SOURCE}"],
            {},
            "is on another platform; the client is connected to https://simulator.localhost/v2",
        ),
    ],
)
def test_what_does_not_go_together_is_told_before_anything_is_done(
    call: Both, world: World, sources: list[str], options: dict[str, Any], told: str
) -> None:
    world.add(f"{SOURCE}/more/a.bam")
    with pytest.raises(InputError, match=told):
        call("choose", sources, **{"to": IN, **options})
    assert all(request.method == "GET" for request in call.simulator.requests)


def test_an_id_is_not_put_where_it_is_nor_into_itself(call: Both, cohort: list[str], world: World) -> None:
    bams, old = world.add(f"{SOURCE}/bams/", f"{SOURCE}/bams/old/")
    for to in (bams, f"{SOURCE}/bams"):
        with pytest.raises(InputError, match=f"{cohort[0]} is already in .*"):
            call("choose", [cohort[0]], to=to, recursive=True)
    with pytest.raises(InputError, match=f"{cohort[5]} is already in {SOURCE}"):
        call("choose", [cohort[5]], to=SOURCE)
    for folder, to in ((bams, bams), (bams, f"{SOURCE}/bams/old"), (old, f"{SOURCE}/bams/old")):
        with pytest.raises(InputError, match=f"{folder} cannot be copied or moved into itself"):
            call("choose", [folder], to=to)


def test_a_project_that_is_not_there_is_told_as_the_api_tells_it(call: Both) -> None:
    with pytest.raises(NotFound, match="3002"):
        call("choose", ["rfranklin/none"], to=IN)
    with pytest.raises(NotFound, match="3002"):
        call("choose", [f"{SOURCE}/bams"], to="rfranklin/none")


def test_a_project_that_one_may_not_write_to_is_told_at_once(call: Both, simulator: Simulator) -> None:
    colleague = simulator.world.add_user("bmcclintock")
    members = {"rfranklin": Permissions(read=True, copy=True)}
    simulator.world.add_project(f"{colleague.username}/maize", members=members)
    with pytest.raises(InputError, match="You do not have permission to write to bmcclintock/maize"):
        call("choose", [f"{SOURCE}/bams"], to="bmcclintock/maize")


# What is there already


@pytest.mark.parametrize("to", [IN, TARGET])
def test_what_is_there_already_is_skipped_and_a_folder_that_is_there_is_entered(
    call: Both, world: World, to: str
) -> None:
    world.add(f"{to}/a.bam", f"{to}/old/b.bam")
    choice = call("choose", [f"{SOURCE}/bams"], to=to, recursive=True)
    assert arrows(choice) == [f"bams/a.bam.bai > {below(to)}a.bam.bai", f"bams/old/deep/ > {below(to)}old/deep"]
    assert (choice.existing, choice.different) == (2, ())
    walked = call("choose", [f"{SOURCE}/bams"], to=to, recursive=True, exclude=["*.bai"])
    assert arrows(walked) == [f"bams/old/deep/c.bam > {below(to)}old/deep/c.bam"]
    assert [str(folder) for folder in walked.folders] == [f"{to}/old/deep"]


def below(place: str) -> str:
    """The way to a place from the project, with a slash."""
    return "".join(f"{name}/" for name in place.split("/")[2:])


@pytest.mark.parametrize("options", [{"recursive": True}, {"recursive": True, "match": ["*"]}, {"whole": True}])
def test_what_was_copied_once_is_not_copied_again(call: Both, world: World, options: dict[str, Any]) -> None:
    first = call("choose", [f"{SOURCE}/bams"], to=IN, **options)
    assert call("run", "copy", first).succeeded
    paths = world.paths(TARGET)
    again = call("choose", [f"{SOURCE}/bams"], to=IN, **options)
    assert (arrows(again), again.folders, again.existing, again.different) == ([], (), 4, ())
    world.add(f"{SOURCE}/bams/old/new.bam")
    (new,) = call("choose", [f"{SOURCE}/bams"], to=IN, **options).items
    assert new.destination == f"{IN}/{'bams/' if 'whole' in options else ''}old/new.bam"
    assert world.paths(TARGET) == paths


@pytest.mark.parametrize("match", [(), ("*",)], ids=["all", "filtered"])
@pytest.mark.parametrize("folders", [30, 500])
def test_to_copy_again_lists_each_folder_once_and_of_the_destination_only_what_was_copied_whole(
    call: Both, world: World, match: Sequence[str], folders: int
) -> None:
    world.add(*(f"{SOURCE}/data/d{n:03}/f{m}.bam" for n in range(folders) for m in range(5)))
    options: dict[str, Any] = {"to": IN, "recursive": True, "match": match}
    first = call("choose", [f"{SOURCE}/data"], **options)
    if match:
        # The folders of the source, and once the destination: new folders are not asked for one by one. To begin with
        # they are asked for together, 200 names for a request.
        assert first.requests == 2 + folders + ceil(folders / 100) + ceil(folders / 200) + 1
    else:
        assert first.requests == 2 + ceil(folders / 100) + 1
    assert call("run", "copy", first).succeeded
    paths = world.paths(TARGET)
    call.simulator.requests.clear()
    again = call("choose", [f"{SOURCE}/data"], **options)
    assert (len(again), again.existing, again.folders) == (0, 5 * folders, ())
    operations = [one.operation for one in call.simulator.requests]
    assert len(operations) == again.requests
    assert set(operations) <= {LIST, BULK}
    lists = [one.query for one in call.simulator.requests if one.operation == LIST]
    assert len(set(lists)) == len(lists)
    # The names of the source and the destination are looked up, and each folder has one page, but for the two that hold
    # the others. The names of 500 folders taken whole are asked for, which takes a request more than to list them. What
    # is in folders at the destination is known by the ids of the copies, a hundred for a request, if each was a file.
    sides = 1 if match else 2
    assert len(lists) == 2 + sides * folders + 2 * ceil(folders / 100) + (folders == 500 and not match)
    assert operations.count(BULK) == (ceil(5 * folders / 100) if match else 0)
    if match:
        # That is what the first listing took, and the copies; the names of folders that are there fill pages too.
        pages = ceil(folders / 100) - ceil(folders / 200) - 1
        assert again.requests == first.requests + ceil(first.files / 100) + pages
    assert world.paths(TARGET) == paths


def test_by_its_id_a_folder_that_is_there_is_entered_too(call: Both, world: World) -> None:
    (bams,) = world.add(f"{SOURCE}/bams/")
    world.add(f"{IN}/bams/old/b.bam")
    choice = call("choose", [bams], to=IN)
    assert [one.destination.removeprefix(f"{IN}/bams/") for one in choice.items] == ["a.bam", "a.bam.bai", "old/deep"]
    assert choice.existing == 1


@pytest.mark.parametrize("sizes", [True, False], ids=["lists tell sizes", "lists do not"])
def test_a_file_of_another_size_is_never_skipped_in_silence(call: Both, world: World, sizes: bool) -> None:
    world.add(f"{IN}/a.bam", size=7)
    world.add(f"{IN}/a.bam.bai")
    if not sizes:
        call.change = lambda query: query.remove("fields")
    choice = call("choose", [f"{SOURCE}/bams"], to=IN)
    assert (arrows(choice), choice.existing, choice.unsized) == ([], 1, 0)
    (clash,) = choice.different
    assert str(clash) == f"{IN}/a.bam: a file with this name and a different size exists there (7 B; this one has 1 kB)"


def test_a_folder_in_the_place_of_a_file_and_a_file_in_that_of_a_folder_are_told(call: Both, world: World) -> None:
    world.add(f"{IN}/a.bam/", f"{IN}/old")
    choice = call("choose", [f"{SOURCE}/bams"], to=IN, recursive=True)
    assert arrows(choice) == ["bams/a.bam.bai > in/a.bam.bai"]
    assert [clash.reason for clash in choice.different] == [
        "a folder with this name exists there",
        "a file with this name exists there",
    ]


def test_names_that_are_taken_are_renamed_by_the_service_if_that_is_wanted(call: Both, world: World) -> None:
    world.add(f"{IN}/a.bam", f"{IN}/old/b.bam")
    choice = call("choose", [f"{SOURCE}/bams"], to=IN, recursive=True, on_conflict="rename")
    assert (len(choice), choice.renamed, choice.existing) == (4, 2, 0)
    assert call("run", "copy", choice).succeeded
    assert {"in/1_a.bam", "in/old/1_b.bam", "in/old/deep/c.bam"} <= set(world.paths(TARGET))


def test_names_that_are_taken_stop_everything_if_that_is_wanted(call: Both, world: World) -> None:
    world.add(f"{IN}/a.bam", size=7)
    world.add(f"{IN}/a.bam.bai")
    told = r"2 names exist at the destination, and nothing was changed: 1 with the same size\.\n  .*/in/a\.bam: "
    with pytest.raises(InputError, match=told):
        call("choose", [f"{SOURCE}/bams"], to=IN, on_conflict="fail")
    assert len(call("choose", [f"{SOURCE}/bams"], to=TARGET, on_conflict="fail")) == 2
    with pytest.raises(InputError, match="on_conflict: expected skip, rename or fail, not 'ask'"):
        call("choose", [f"{SOURCE}/bams"], to=IN, on_conflict="ask")


def test_two_of_one_name_in_one_place_are_refused_or_renamed(call: Both, world: World) -> None:
    world.add(f"{SOURCE}/more/a.bam")
    sources = [f"{SOURCE}/bams/a.bam", f"{SOURCE}/more/a.bam"]
    with pytest.raises(InputError, match=r"would both become .* rename the second with on_conflict='rename'"):
        call("choose", sources, to=IN)
    assert call("run", "copy", call("choose", sources, to=IN, on_conflict="rename")).succeeded
    assert world.paths(TARGET) == ["in/", "in/1_a.bam", "in/a.bam"]


def test_each_folder_is_listed_once_on_either_side(call: Both) -> None:
    assert call("run", "copy", call("choose", [f"{SOURCE}/bams"], to=IN, recursive=True)).succeeded
    # The way to both, and of the three folders the source's and the destination's.
    assert call.counted("choose", [f"{SOURCE}/bams"], to=IN, recursive=True) == [LIST] * (2 + 2 * 3)


def test_a_large_destination_is_asked_for_the_names(call: Both, world: World) -> None:
    world.add(*(f"{IN}/{number:04}.bam" for number in range(450)))
    world.add(f"{IN}/a.bam", f"{IN}/a.bam.bai", size=1000)
    assert call.counted("choose", [f"{SOURCE}/bams"], to=IN) == [LIST] * (3 + 2)
    assert call("choose", [f"{SOURCE}/bams"], to=IN).existing == 2
    call.change = _no_names
    assert call("choose", [f"{SOURCE}/bams"], to=IN).existing == 2


# Into one folder


def test_all_files_are_put_into_one_folder_if_that_is_wanted(call: Both, world: World) -> None:
    choice = call("choose", [f"{SOURCE}/bams"], to=IN, recursive=True, flatten=True)
    assert [item.destination.removeprefix(f"{IN}/") for item in choice.items] == [
        "a.bam", "a.bam.bai", "b.bam", "c.bam",
    ]  # fmt: skip
    assert choice.folders == ()
    world.add(f"{SOURCE}/bams/old/a.bam")
    with pytest.raises(InputError, match="would both become"):
        call("choose", [f"{SOURCE}/bams"], to=IN, recursive=True, flatten=True)


# Tags and metadata


@pytest.mark.parametrize("service", ["filters", "shows all", "shows all and tells nothing"])
def test_files_are_chosen_by_their_tags_and_metadata(call: Both, world: World, service: str) -> None:
    for name, tags, metadata in (
        ("s1.bam", ["wgs"], {"sample_id": "S1", "case_id": "C1"}),
        ("s2.bam", ["wes", "old"], {"sample_id": "S2", "case_id": "C1"}),
        ("s3.bam", [], {"sample_id": "S3"}),
        ("deep/s4.bam", ["wgs"], {"sample_id": "S1"}),
    ):
        world.add(f"{SOURCE}/tagged/{name}", tags=tags, metadata=metadata)
    if service != "filters":
        dropped = ("tag", "metadata.sample_id", "metadata.case_id", *(("fields",) if "nothing" in service else ()))
        call.change = lambda query: httpx.QueryParams([(k, v) for k, v in query.multi_items() if k not in dropped])

    def names(**options: Any) -> list[str]:
        choice = call("choose", [f"{SOURCE}/tagged"], to=f"{IN}/new", parents=True, **options)
        return [item.destination.removeprefix(f"{IN}/new/") for item in choice.items]

    assert names(tags=["wgs"]) == ["s1.bam"]
    assert names(tags=["wgs", "wes"], recursive=True) == ["s1.bam", "s2.bam", "deep/s4.bam"]
    assert names(metadata={"sample_id": ["S1", "S3"]}, recursive=True) == ["s1.bam", "s3.bam", "deep/s4.bam"]
    assert names(metadata={"sample_id": "S2", "case_id": "C1"}, tags=["old"]) == ["s2.bam"]
    assert names(metadata={"sample_id": "none"}) == []
    one = call("choose", [f"{SOURCE}/tagged/s1.bam", f"{SOURCE}/tagged/s3.bam"], to=IN, tags=["wgs"])
    assert [item.name for item in one.items] == ["s1.bam"]


# Straight away


@pytest.mark.parametrize("job_type", ["copy", "move"])
def test_a_path_is_copied_or_moved_to_a_path_with_all_below_it(call: Both, world: World, job_type: str) -> None:
    report = call(job_type, f"{SOURCE}/bams", to=f"{TARGET}/new", parents=True)
    assert report.succeeded
    assert [path for path in world.paths(TARGET) if path.endswith(".bam")] == [
        "new/a.bam",
        "new/old/b.bam",
        "new/old/deep/c.bam",
    ]
    assert call(job_type, [f"{SOURCE}/bams"], to=f"{TARGET}/new", parents=True) is None


def test_what_stands_in_the_way_is_left_out_and_is_no_success(call: Both, world: World) -> None:
    world.add(f"{IN}/a.bam", size=7)
    report = call("copy", f"{SOURCE}/bams", to=IN)
    assert (report.succeeded, report.tally.done, report.tally.rows) == (False, 2, 2)
    assert [str(clash).partition(":")[0] for clash in report.different] == [f"{IN}/a.bam"]
    assert "1 skipped: their names exist at the destination" in report._repr_html_()
    # The rest is there now.
    with pytest.raises(InputError, match=r"(?s)names exist .* a different size.*on_conflict='rename'"):
        call("copy", f"{SOURCE}/bams", to=IN)
    assert call("copy", [f"{SOURCE}/bams"], to=IN, on_conflict="rename").succeeded
    with pytest.raises(InputError, match="With `to`, give paths and ids"):
        call("copy", [{"file": "1"}], to=IN)


def test_files_are_listed_by_path_too(call: Both) -> None:
    assert [one.name for one in call("files", f"{SOURCE}/bams/old")] == ["b.bam", "deep"]
    assert [one.name for one in call("files_page", f"{SOURCE}/bams/old", limit=1).items] == ["b.bam"]
    assert [one.name for one in call("files", TARGET)] == ["in"]
    with pytest.raises(InputError, match=r"a\.bam is a file, not a folder"):
        call("files", f"{SOURCE}/bams/a.bam")


# Running it


def test_a_run_makes_the_folders_and_keeps_the_structure(call: Both, world: World) -> None:
    to = f"{TARGET}/new/place"
    choice = call("choose", [f"{SOURCE}/bams"], to=to, recursive=True, match=["*.bam"], parents=True)
    assert world.paths(TARGET) == ["in/"]  # to choose changes nothing
    assert call("run", "copy", choice).succeeded
    assert world.paths(TARGET) == [
        "in/",
        "new/",
        "new/place/",
        "new/place/a.bam",
        "new/place/old/",
        "new/place/old/b.bam",
        "new/place/old/deep/",
        "new/place/old/deep/c.bam",
    ]
    made = [one for one in call.simulator.requests if one.operation == FOLDER]
    assert len(made) == len(choice.folders) == 4


@pytest.mark.parametrize(("job_type", "left"), [("move", ["bams/", "samples.csv"]), ("delete", ["bams/"])])
def test_moves_and_deletions_are_chosen_too(call: Both, world: World, job_type: str, left: list[str]) -> None:
    to = IN if job_type == "move" else None
    sources = [f"{SOURCE}/bams", f"{SOURCE}/vcfs", *([] if to else [f"{SOURCE}/samples.csv"])]
    assert call("run", job_type, call("choose", sources, to=to, recursive=True)).succeeded
    assert world.paths(SOURCE) == [*left[:1], *left[1:], "vcfs/"]
    moved = ["in/a.bam", "in/a.bam.bai", "in/a.vcf", "in/old/", "in/old/b.bam", "in/old/deep/", "in/old/deep/c.bam"]
    assert world.paths(TARGET) == ["in/", *(moved if to else [])]


def test_a_choice_is_run_as_what_it_was_chosen_for(call: Both) -> None:
    with pytest.raises(InputError, match="Select again"):
        call("run", "delete", call("choose", [f"{SOURCE}/bams"], to=IN))
    with pytest.raises(InputError, match="Select again"):
        call("run", "copy", call("choose", [f"{SOURCE}/bams"]))
    with pytest.raises(InputError, match="Nothing to do"):
        call("run", "copy", call("choose", [f"{SOURCE}/bams"], to=IN, match=["none"]))


def test_the_rows_of_a_complete_run_are_not_counted_again(call: Both) -> None:
    choice = call("choose", [f"{SOURCE}/bams"], to=IN)

    def stop(progress: Any) -> None:
        if progress.tally.done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call("run", "copy", choice, items_per_job=1, options=RunOptions(jobs_in_flight=1), on_change=stop)
    [path] = store.known()
    with Journal.read(path) as journal:
        assert (journal.tally().done, journal.carried().size) == (1, 1000)
    report = call("resume", path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE row SET outcome = NULL, extra = NULL")
        database.commit()
    with Journal.read(path) as journal:
        assert (journal.tally(), journal.carried()) == (report.tally, report.carried)
    assert (report.tally.done, report.carried.size) == (2, 2000)


def test_the_report_of_a_run_tells_paths(call: Both) -> None:
    report = call("run", "copy", call("choose", [f"{SOURCE}/bams/old"], to=IN))
    with Journal.open(report.journal) as journal:
        (row,) = journal.report()
        assert journal.plan.manifest == f"{SOURCE}/bams/old to {IN}"
    assert (row["source_path"], row["destination_path"]) == (f"{SOURCE}/bams/old/b.bam", f"{IN}/b.bam")
    assert row["outcome"] == "done"
