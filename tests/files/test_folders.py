"""Folders of the destination are made, once each, also when others make them at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sbg_bulk import Conflict, Forbidden, InputError, OutcomeUnknown
from sbg_bulk.files.paths import Location
from sbg_bulk.simulator import ApiError, Permissions, Simulator
from tests.support.both import Both
from tests.support.world import SOURCE, TARGET, World


@pytest.fixture
def choose(call: Both, world: World) -> Callable[[], Any]:
    world.add(f"{SOURCE}/run/a.bam")
    return lambda: call("choose", [f"{SOURCE}/run"], to=f"{TARGET}/x/y", parents=True)


def test_a_folder_that_was_made_meanwhile_is_used(call: Both, world: World, choose: Callable[[], Any]) -> None:
    choice = choose()
    world.add(f"{TARGET}/x/")
    assert call("run", "copy", choice).succeeded
    assert world.paths(TARGET) == ["x/", "x/y/", "x/y/a.bam"]


@pytest.mark.parametrize(("code", "status"), [(5003, 400), (5030, 409), (5030, 400)])
def test_a_folder_that_was_made_meanwhile_is_used_whatever_code_the_service_has_for_that(
    call: Both, world: World, choose: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, code: int, status: int
) -> None:
    choice = choose()
    world.add(f"{TARGET}/x/")
    create = call.simulator.operations.create_folder

    def refusing(request: object) -> object:
        try:
            return create(request)  # type: ignore[arg-type]
        except ApiError:
            error = ApiError(code, "It exists.")
            error.status = status
            raise error from None

    monkeypatch.setattr(call.simulator.operations, "create_folder", refusing)
    assert call("run", "copy", choice).succeeded
    assert world.paths(TARGET) == ["x/", "x/y/", "x/y/a.bam"]


def test_a_file_that_came_into_its_place_is_told(call: Both, world: World, choose: Callable[[], Any]) -> None:
    choice = choose()
    world.add(f"{TARGET}/x")
    with pytest.raises(InputError, match=f"{TARGET}/x is a file, not a folder"):
        call("run", "copy", choice)
    assert "submit_copy_job" not in {request.operation for request in call.simulator.requests}


def test_a_folder_whose_making_was_not_answered_is_looked_for(
    call: Both, world: World, choose: Callable[[], Any]
) -> None:
    choice = choose()
    call.simulator.arm("kind=cut_after op=create_folder times=1")
    assert call("run", "copy", choice).succeeded
    assert world.paths(TARGET) == ["x/", "x/y/", "x/y/a.bam"]


def test_a_folder_that_was_certainly_not_made_is_not_made_up(
    call: Both, world: World, choose: Callable[[], Any]
) -> None:
    choice = choose()
    call.simulator.arm("kind=cut_before op=create_folder times=1")
    with pytest.raises(OutcomeUnknown):
        call("run", "copy", choice)
    assert world.paths(TARGET) == []


def test_what_forbids_to_make_a_folder_is_told(call: Both, simulator: Simulator, world: World) -> None:
    world.add(f"{SOURCE}/run/a.bam")
    colleague = simulator.world.add_user("bmcclintock")
    project = f"{colleague.username}/maize"
    simulator.world.add_project(project, members={"rfranklin": Permissions(read=True)})
    choice = call("choose", [f"{SOURCE}/run"], to=f"{project}/x", parents=True)
    with pytest.raises(Forbidden):
        call("run", "copy", choice)


# Where a path leads


def test_a_destination_without_folders_takes_no_request(call: Both) -> None:
    assert call.counted("destination", TARGET) == []
    assert call("destination", TARGET) == Location(project=TARGET)
    assert call("destination", "any-id") == Location(folder="any-id")


def test_a_destination_is_found_and_made_only_if_that_is_wanted(call: Both, world: World) -> None:
    (folder,) = world.add(f"{TARGET}/x/")
    assert call("destination", f"{TARGET}/x") == Location(folder=folder)
    with pytest.raises(InputError, match=f"Folder {TARGET}/x/y does not exist. Create it with parents=True"):
        call("destination", f"{TARGET}/x/y/z")
    made = call("destination", f"{TARGET}/x/y/z", parents=True)
    assert call("file", made.folder).name == "z"
    assert world.paths(TARGET) == ["x/", "x/y/", "x/y/z/"]
    assert call.counted("destination", f"{TARGET}/x/y/z", parents=True) == ["list_files"] * 3


def test_a_file_is_no_destination(call: Both, world: World) -> None:
    world.add(f"{TARGET}/x")
    for to in (f"{TARGET}/x", f"{TARGET}/x/y"):
        with pytest.raises(InputError, match=f"{TARGET}/x is a file, not a folder"):
            call("destination", to, parents=True)


def test_a_name_that_is_taken_stays_an_error_of_its_own(call: Both, world: World) -> None:
    world.add(f"{TARGET}/x/")
    with pytest.raises(Conflict):
        call("create_folder", "x", project=TARGET)


# Looking


def test_a_path_is_located(call: Both, world: World) -> None:
    (file,) = world.add(f"{SOURCE}/run/a.bam")
    assert call("locate", f"{SOURCE}/run/a.bam").id == file
    assert call("locate", f"{SOURCE}/run/").is_folder
    assert call("locate", SOURCE).id == SOURCE
    assert call("locate", file).name == "a.bam"
    assert call.counted("locate", f"{SOURCE}/run/a.bam") == ["list_files"] * 2
    with pytest.raises(InputError, match=f"There is no 'b.bam' in {SOURCE}/run"):
        call("locate", f"{SOURCE}/run/b.bam")


def test_a_tree_has_each_folder_before_what_is_in_it(call: Both, world: World) -> None:
    world.add(f"{SOURCE}/b/2", f"{SOURCE}/b/1/x", f"{SOURCE}/a", f"{SOURCE}/c/")
    found = [(str(one.place).removeprefix(f"{SOURCE}/"), one.depth, one.last) for one in call("tree", SOURCE)]
    assert found == [
        ("a", 1, False),
        ("b", 1, False),
        ("b/1", 2, False),
        ("b/1/x", 3, True),
        ("b/2", 2, True),
        ("c", 1, True),
    ]
    assert {one.file.size for one in call("tree", SOURCE) if not one.file.is_folder} == {1000}
    assert call.counted("tree", SOURCE) == ["list_files"] * 4
    assert [str(one.place) for one in call("tree", f"{SOURCE}/b", depth=1)] == [f"{SOURCE}/b/1", f"{SOURCE}/b/2"]
    assert call.counted("tree", f"{SOURCE}/b", depth=1) == ["list_files"] * 2
    with pytest.raises(InputError, match="is a file"):
        call("tree", f"{SOURCE}/a")
    with pytest.raises(InputError, match="depth: expected 1 or more, not 0"):
        call("tree", SOURCE, depth=0)
