"""Items that cannot be done become entries in the result of a job that finishes; nothing changes then."""

from __future__ import annotations

import pytest

from sbg_bulk.simulator import Folder, Permissions, Project, Simulator
from tests.simulator.api import Api

MISSING = "0123456789abcdef01234567"


@pytest.fixture
def mine(simulator: Simulator) -> Project:
    return simulator.world.add_project("rfranklin/mine")


def theirs(simulator: Simulator, permissions: Permissions | None) -> Project:
    """A project of somebody else, in which the user has these permissions; None if he is no member."""
    simulator.world.add_user("somebody")
    members = {} if permissions is None else {"rfranklin": permissions}
    return simulator.world.add_project("somebody/theirs", members=members)


@pytest.mark.parametrize("action", ["copy", "move"])
def test_a_missing_source_is_10225(api: Api, mine: Project, action: str) -> None:
    assert api.failed(action, {"file": MISSING, "project": mine.id}) == [10225]


def test_a_missing_source_of_a_deletion_is_10225(api: Api) -> None:
    assert api.failed("delete", {"file": MISSING}) == [10225]


@pytest.mark.parametrize("permissions", [None, Permissions(write=True, copy=True)])
def test_a_source_that_may_not_be_read_is_10226(
    api: Api, simulator: Simulator, mine: Project, permissions: Permissions | None
) -> None:
    file = simulator.world.add_file("a.bam", theirs(simulator, permissions))
    assert api.failed("copy", {"file": file.id, "project": mine.id}) == [10226]
    assert api.failed("move", {"file": file.id, "project": mine.id}) == [10226]
    assert api.failed("delete", {"file": file.id}) == [10226]


def test_copying_takes_the_permission_to_copy_from_the_source(api: Api, simulator: Simulator, mine: Project) -> None:
    file = simulator.world.add_file("a.bam", theirs(simulator, Permissions(read=True, write=True)))
    assert api.failed("copy", {"file": file.id, "project": mine.id}) == [5014]


def test_moving_takes_the_permission_to_write_to_the_source(api: Api, simulator: Simulator, mine: Project) -> None:
    file = simulator.world.add_file("a.bam", theirs(simulator, Permissions(read=True, copy=True)))
    assert api.failed("move", {"file": file.id, "project": mine.id}) == [5032]


def test_deleting_takes_the_permission_to_write(api: Api, simulator: Simulator) -> None:
    file = simulator.world.add_file("a.bam", theirs(simulator, Permissions(read=True, copy=True)))
    assert api.failed("delete", {"file": file.id}) == [5001]
    assert file.id in simulator.world.nodes


@pytest.mark.parametrize("action", ["copy", "move"])
def test_a_destination_takes_the_permission_to_write(
    api: Api, simulator: Simulator, mine: Project, action: str
) -> None:
    file = simulator.world.add_file("a.bam", mine)
    project = theirs(simulator, Permissions(read=True, copy=True))
    assert api.failed(action, {"file": file.id, "project": project.id}) == [3001]
    assert api.failed(action, {"file": file.id, "parent": project.root.id}) == [3001]
    assert list(mine.root.children) == ["a.bam"]


@pytest.mark.parametrize("action", ["copy", "move"])
def test_a_missing_destination_is_10228_for_a_folder_and_3002_for_a_project(
    api: Api, simulator: Simulator, mine: Project, action: str
) -> None:
    file = simulator.world.add_file("a.bam", mine)
    assert api.failed(action, {"file": file.id, "parent": MISSING}) == [10228]
    assert api.failed(action, {"file": file.id, "project": "rfranklin/nowhere"}) == [3002]


@pytest.mark.parametrize("action", ["copy", "move"])
def test_a_destination_that_is_a_file_is_10227(api: Api, simulator: Simulator, mine: Project, action: str) -> None:
    file = simulator.world.add_file("a.bam", mine)
    other = simulator.world.add_file("b.bam", mine)
    assert api.failed(action, {"file": file.id, "parent": other.id}) == [10227]


@pytest.mark.parametrize("action", ["copy", "move"])
def test_a_folder_cannot_go_into_itself_or_below(api: Api, simulator: Simulator, mine: Project, action: str) -> None:
    folder = simulator.world.add_folder("a", mine)
    below: Folder = simulator.world.add_folder("c", simulator.world.add_folder("b", folder))
    assert api.failed(action, {"file": folder.id, "parent": folder.id}) == [10229]
    assert api.failed(action, {"file": folder.id, "parent": below.id}) == [10229]
    assert below.parent is not None
    assert below.parent.parent is folder


def test_a_root_folder_stays_where_it_is(api: Api, simulator: Simulator, mine: Project) -> None:
    other = simulator.world.add_project("rfranklin/other")
    assert api.failed("copy", {"file": mine.root.id, "project": other.id}) == [5014]
    assert api.failed("move", {"file": mine.root.id, "project": other.id}) == [5032]
    assert api.failed("delete", {"file": mine.root.id}) == [5001]
    assert mine.root.id in simulator.world.nodes


def test_a_result_has_one_entry_for_each_item_in_their_order(api: Api, simulator: Simulator, mine: Project) -> None:
    files = [simulator.world.add_file(f"{n}.bam", mine) for n in range(3)]
    ids = [files[0].id, MISSING, files[2].id, "nonsense", files[1].id]
    result = api.finish("delete", *({"file": each} for each in ids))
    found = [entry["resource"]["id"] if "resource" in entry else entry["error"]["code"] for entry in result]
    assert found == [files[0].id, 10225, files[2].id, 10225, files[1].id]


def test_an_error_entry_has_the_form_of_an_error_body(api: Api) -> None:
    [entry] = api.finish("delete", {"file": MISSING})
    assert entry == {
        "error": {
            "status": 404,
            "code": 10225,
            "message": f"There is no file or folder {MISSING}.",
            "more_info": "",
        }
    }
