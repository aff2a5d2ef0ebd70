"""A destination that is proved by the ids in journals to hold all that is wanted, instead of being listed.

What is found is compared with what is found without journals, when each folder is listed.
"""

from __future__ import annotations

import io
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx
import pytest
from attrs import evolve

from sbg_bulk import InputError
from sbg_bulk.runs import store
from sbg_bulk.simulator.world.tree import project_of
from sbg_bulk.transfers.choice import Choice
from tests.support.both import Both, Odd
from tests.support.world import SOURCE, TARGET, World

LIST, BULK = "list_files", "bulk_get_files"
FOLDERS, FILES = 8, 3
DATA, IN = f"{SOURCE}/data", f"{TARGET}/in"
OPTIONS: dict[str, Any] = {"to": IN, "recursive": True, "match": ("*",)}


@pytest.fixture(autouse=True)
def cohort(world: World) -> list[str]:
    """Eight folders of three files, and where they go."""
    world.add(f"{IN}/")
    return world.add(*(f"{DATA}/d{n}/é{m}.bam" for n in range(FOLDERS) for m in range(FILES)))


def copy(call: Both, **options: Any) -> None:
    assert call("run", "copy", call("choose", [DATA], **{**OPTIONS, **options})).succeeded


def at(call: Both, path: str) -> str:
    """The id of what is at a path below the destination."""
    node: Any = call.simulator.world.projects[TARGET].root
    for name in ("in", *path.split("/")):
        node = node.children[name]
    return str(node.id)


@contextmanager
def no_journals() -> Iterator[None]:
    aside = store.folder().with_name("aside")
    store.folder().rename(aside)
    try:
        yield
    finally:
        aside.rename(store.folder())


def found(call: Both, **options: Any) -> tuple[Choice | str, Counter[str], set[str]]:
    """What is chosen or why nothing is, the requests, and which folders of the destination were listed for it."""
    call.simulator.requests.clear()
    try:
        choice = call("choose", [DATA], **{**OPTIONS, **options})
        told: Choice | str = evolve(choice, requests=0)
    except InputError as error:
        told = str(error)
    starts = [one.query.removeprefix("parent=").split("&fields")[0] for one in call.simulator.requests]
    nodes = [call.simulator.world.nodes.get(one) for one in starts]
    listed = {one.name for one in nodes if one is not None and project_of(one).id == TARGET}
    return told, Counter(one.operation or "" for one in call.simulator.requests), listed


def same_as_listed(call: Both, **options: Any) -> tuple[set[str], int]:
    """Which folders of the destination are listed to find the same as without journals, and how many files are read
    many at once for it."""
    told, requests, listed = found(call, **options)
    with no_journals():
        expected, as_listed, all_listed = found(call, **options)
    assert told == expected
    assert as_listed[BULK] == 0
    # Each folder that need not be listed saves its request, and there are no others.
    assert requests == as_listed - Counter({LIST: len(all_listed) - len(listed)}) + Counter({BULK: requests[BULK]})
    return listed, requests[BULK]


ALL = {f"d{number}" for number in range(FOLDERS)}


def names(call: Both, folder: str) -> list[str]:
    """The names of what is in a folder of the destination."""
    node: Any = call.simulator.world.nodes[at(call, folder)]
    return list(node.children)


def test_folders_that_have_all_of_it_are_not_listed(call: Both) -> None:
    copy(call)
    for on_conflict in ("skip", "rename", "fail"):
        assert same_as_listed(call, on_conflict=on_conflict) == (set(), 1)


def _rename(name: str) -> Callable[[Both, World], None]:
    return lambda call, world: world.rename(at(call, "d1/é1.bam"), name)


def _delete(call: Both, world: World) -> None:
    world.remove(at(call, "d1/é1.bam"))


def _move(call: Both, world: World) -> None:
    nodes = call.simulator.world.nodes
    destination: Any = nodes[world.add(f"{TARGET}/elsewhere/")[0]]
    call.simulator.world.move(nodes[at(call, "d1/é1.bam")], destination, "é1.bam")


def _replace_by(path: str, size: int = 1000) -> Callable[[Both, World], None]:
    def replace(call: Both, world: World) -> None:
        world.remove(at(call, path.rstrip("/")))
        world.add(f"{IN}/{path}", size=size)

    return replace


def _delete_folder(call: Both, world: World) -> None:
    world.remove(at(call, "d1"))


def _swap_folders(call: Both, world: World) -> None:
    """What was copied is still there, in a folder that is somewhere else by now, and there is another of its name."""
    world.add(f"{TARGET}/elsewhere/")
    nodes = call.simulator.world.nodes
    folder: Any = nodes[at(call, "d1")]
    root: Any = call.simulator.world.projects[TARGET].root
    call.simulator.world.move(folder, root.children["elsewhere"], "d1")
    world.add(f"{IN}/d1/")


def _swap_names(call: Both, world: World) -> None:
    for name, other in (("d1/é1.bam", "x"), ("d1/é2.bam", "é1.bam"), ("d1/x", "é2.bam")):
        world.rename(at(call, name), other)


@pytest.mark.parametrize(
    ("change", "listed"),
    [
        pytest.param(_rename("other.bam"), {"d1"}, id="a file renamed"),
        pytest.param(_rename("É1.bam"), {"d1"}, id="a name in another case"),
        pytest.param(_rename("e\N{COMBINING ACUTE ACCENT}1.bam"), {"d1"}, id="a name in another form of Unicode"),
        pytest.param(_delete, {"d1"}, id="a file deleted"),
        pytest.param(_move, {"d1"}, id="a file moved"),
        pytest.param(_replace_by("d1/é1.bam"), {"d1"}, id="a file replaced by one like it"),
        pytest.param(_replace_by("d1/é1.bam", 7), {"d1"}, id="a file replaced by one of another size"),
        pytest.param(_replace_by("d1/é1.bam/"), {"d1"}, id="a file replaced by a folder"),
        pytest.param(_swap_names, set(), id="two files of one size that swap their names"),
        pytest.param(_delete_folder, set(), id="a folder deleted"),
        pytest.param(_replace_by("d1/"), {"d1"}, id="a folder replaced by an empty one"),
        pytest.param(_swap_folders, {"d1"}, id="a folder moved and replaced by an empty one"),
        pytest.param(_replace_by("d1"), set(), id="a folder replaced by a file"),
    ],
)
def test_what_is_no_more_as_it_was_is_found_as_if_all_were_listed(
    call: Both, world: World, change: Callable[[Both, World], None], listed: set[str]
) -> None:
    copy(call)
    change(call, world)
    for on_conflict in ("skip", "rename", "fail"):
        assert same_as_listed(call, on_conflict=on_conflict) == (listed, 1)


def test_what_is_new_in_the_source_is_found_and_copied(call: Both, world: World) -> None:
    copy(call)
    world.add(f"{DATA}/d1/new.bam", f"{DATA}/d2/deep/new.bam", f"{DATA}/new/new.bam", f"{DATA}/new.bam")
    assert same_as_listed(call) == ({"in", "d1"}, 1)
    choice = call("choose", [DATA], **OPTIONS)
    assert sorted(item.destination.removeprefix(f"{IN}/") for item in choice.items) == [
        "d1/new.bam",
        "d2/deep/new.bam",
        "new.bam",
        "new/new.bam",
    ]
    copy(call)
    # Two runs have copied it by now.
    assert same_as_listed(call) == (set(), 1)
    assert call("choose", [DATA], **OPTIONS).existing == FOLDERS * FILES + 4
    world.remove(at(call, "d2/deep/new.bam"))
    assert same_as_listed(call) == ({"deep"}, 1)


def test_what_was_copied_again_after_it_was_deleted_is_found_by_the_newest_run(call: Both, world: World) -> None:
    world.add(*(f"{DATA}/d{n}/{m}.bam" for n in range(FOLDERS) for m in range(9)))
    copy(call)
    # Runs that begin within a second are not told apart by their names.
    [first] = store.known()
    first.rename(first.with_name(f"20010101-000000-ffff{store.SUFFIX}"))
    for folder in ALL:
        for name in names(call, folder):
            world.remove(at(call, f"{folder}/{name}"))
    copy(call)
    assert same_as_listed(call) == (set(), 1)
    for folder in ("d1", "d2"):
        world.remove(at(call, f"{folder}/0.bam"))
    assert same_as_listed(call) == ({"d1", "d2"}, 1)


def test_copies_in_another_place_prove_nothing(call: Both, world: World) -> None:
    copy(call)
    copy(call, to=f"{TARGET}/other", parents=True)
    assert same_as_listed(call) == (set(), 1)
    for number in range(FOLDERS):
        call.simulator.world.delete(call.simulator.world.nodes[at(call, f"d{number}")])
    world.add(*(f"{IN}/d{number}/" for number in range(FOLDERS)))
    assert same_as_listed(call) == (ALL, 0)
    assert len(call("choose", [DATA], **OPTIONS)) == FOLDERS * FILES


def test_if_all_of_it_is_gone_one_request_tells(call: Both, world: World) -> None:
    world.add(*(f"{DATA}/d{n}/{m}.bam" for n in range(FOLDERS) for m in range(40)))
    copy(call)
    for folder in ALL:
        for name in names(call, folder):
            world.remove(at(call, f"{folder}/{name}"))
    assert same_as_listed(call) == (ALL, 1)


def test_a_file_of_the_source_that_was_replaced_by_one_of_another_size_is_not_taken_for_copied(
    call: Both, world: World, cohort: list[str]
) -> None:
    copy(call)
    world.remove(cohort[FILES + 1])
    world.add(f"{DATA}/d1/é1.bam", size=7)
    assert same_as_listed(call) == ({"d1"}, 1)
    [clash] = call("choose", [DATA], **OPTIONS).different
    assert clash.item.destination == f"{IN}/d1/é1.bam"


@pytest.mark.parametrize(
    "change",
    [{"type": None}, {"type": "folder"}, {"parent": None}, {"name": None}, {"size": None}, {"id": None}],
    ids=lambda change: " ".join(change),
)
def test_what_the_service_does_not_say_of_a_copy_is_looked_up(
    call: Both, change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    copy(call)
    copied, told = at(call, "d1/é1.bam"), Odd._told

    def changed(odd: Odd, response: httpx.Response) -> httpx.Response:
        answer = json.loads(response.read() or "{}")
        for entry in answer.get("items", ()):
            if "resource" in entry and entry["resource"]["id"] == copied:
                entry["resource"].update(change)
        return told(odd, httpx.Response(response.status_code, headers=response.headers, json=answer))

    monkeypatch.setattr(Odd, "_told", changed)
    assert same_as_listed(call) == ({"d1"}, 1)


def test_as_many_requests_as_there_are_folders_are_not_spent_on_a_proof(call: Both, world: World) -> None:
    world.add(*(f"{DATA}/d{n}/{m}.bam" for n in range(FOLDERS) for m in range(96)))
    copy(call)
    assert same_as_listed(call) == (ALL, 0)


def test_a_large_folder_is_listed_and_the_small_ones_are_proved_all_the_same(call: Both, world: World) -> None:
    world.add(*(f"{DATA}/d0/{m}.bam" for m in range(700)))
    copy(call)
    listed, requests = same_as_listed(call)
    assert listed == {"d0"}
    assert requests <= 2


@pytest.mark.parametrize("path", ["/v2/none", "/v2/user", None], ids=["404", "405", "501"])
def test_where_many_files_cannot_be_read_at_once_the_folders_are_listed(
    call: Both, path: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy(call)
    with no_journals():
        expected, as_listed, _ = found(call)
    if path is None:
        call.simulator.arm(f"kind=501 op={BULK} times=9")
    else:

        def elsewhere(_: Odd, request: httpx.Request) -> httpx.Request:
            if request.url.path == "/v2/bulk/files/get":
                request.url = request.url.copy_with(path=path)
            return request

        monkeypatch.setattr(Odd, "_changed", elsewhere)
    told, requests, listed = found(call)
    assert (told, listed) == (expected, ALL)
    assert requests.total() == as_listed.total() + 1


@pytest.mark.parametrize(
    "sql",
    [
        'UPDATE copied SET ids = \'[1, null, {}, "", "' + "0" * 24 + "\"]'",
        "UPDATE copied SET ids = '[\"../a b\"]'",
        "UPDATE copied SET ids = '[NaN, \"\\ud800\"]'",
        "UPDATE copied SET ids = 'no JSON'",
        "UPDATE copied SET ids = '7'",
        "UPDATE copied SET ids = x'ff'",
        "UPDATE copied SET ids = (SELECT json_group_array(file) FROM row)",
        "UPDATE copied SET job = 'another'",
        "UPDATE row SET job = x'ff'",
        "UPDATE copied SET job = x'ff'; UPDATE row SET job = x'ff'",
        "DROP TABLE copied",
        "DROP TABLE row",
        "UPDATE run SET value = '\"https://other.example/v2\"' WHERE key = 'endpoint'",
    ],
)
def test_a_journal_that_is_wrong_changes_nothing(call: Both, sql: str) -> None:
    copy(call)
    [journal] = store.known()
    with closing(sqlite3.connect(journal)) as connection, connection:
        connection.executescript(sql)
    listed, requests = same_as_listed(call)
    assert listed == ALL
    assert requests <= 1


def test_a_file_that_is_no_journal_is_passed_over(call: Both) -> None:
    copy(call)
    store.folder().joinpath(f"99999999-000000-ffff{store.SUFFIX}").write_bytes(b"\xff" * 5000)
    assert same_as_listed(call) == (set(), 1)


def test_a_run_that_ended_before_all_was_copied_proves_what_it_did(call: Both) -> None:
    call.simulator.arm("kind=fail_item op=submit_copy_job item=5")
    assert not call("run", "copy", call("choose", [DATA], **OPTIONS)).succeeded
    assert same_as_listed(call) == ({"d1"}, 1)
    assert len(call("choose", [DATA], **OPTIONS)) == 1


def test_the_ids_that_a_journal_of_an_earlier_version_lacks_are_not_missed(call: Both) -> None:
    copy(call)
    [journal] = store.known()
    with closing(sqlite3.connect(journal)) as connection, connection:
        connection.execute("DROP TABLE copied")
    assert call("resume", journal).succeeded
    assert same_as_listed(call) == (ALL, 0)


def test_rows_of_a_manifest_are_found_in_the_same_way(call: Both, world: World, cohort: list[str]) -> None:
    folders = world.add(*(f"{IN}/m{number}/" for number in range(FOLDERS)))
    rows = [f"{file},{folders[number // FILES]}" for number, file in enumerate(cohort)]

    def plan() -> Any:
        manifest = io.BytesIO("\n".join(["file,parent", *rows, ""]).encode())
        return call("plan", "copy", manifest, on_conflict="skip")

    assert call("run", "copy", plan()).succeeded
    world.remove(at(call, "m3/é1.bam"))
    call.simulator.requests.clear()
    with plan() as again:
        assert (len(again), again.conflicts.existing) == (1, FOLDERS * FILES - 1)
    # The sources, the copies, and the one folder that does not have all of it.
    assert Counter(one.operation for one in call.simulator.requests) == {BULK: 2, LIST: 1}
