"""What copying, moving and deleting do to the tree."""

from __future__ import annotations

import pytest

from sbg_bulk.simulator import File, Folder, Project, Simulator
from sbg_bulk.simulator.world.tree import walk
from tests.simulator.api import Api


@pytest.fixture
def here(simulator: Simulator) -> Project:
    return simulator.world.add_project("rfranklin/here")


@pytest.fixture
def there(simulator: Simulator) -> Project:
    return simulator.world.add_project("rfranklin/there")


def tree(folder: Folder) -> dict[str, object]:
    """The names below a folder: files map to their sizes, folders to what they hold."""
    return {
        name: child.size if isinstance(child, File) else tree(child) for name, child in sorted(folder.children.items())
    }


def sample(simulator: Simulator, project: Project) -> Folder:
    """A folder with a file, and a folder in it with another."""
    folder = simulator.world.add_folder("sample", project)
    simulator.world.add_file("a.bam", folder, size=10)
    inner = simulator.world.add_folder("qc", folder)
    simulator.world.add_file("a.html", inner, size=1)
    return folder


# Copies


def test_a_copied_file_gets_a_new_id_and_the_original_stays(
    api: Api, simulator: Simulator, here: Project, there: Project
) -> None:
    file = simulator.world.add_file("a.bam", here, size=10)
    [copy] = api.done("copy", {"file": file.id, "project": there.id})
    assert copy != file.id
    assert tree(here.root) == tree(there.root) == {"a.bam": 10}
    assert api.get(f"/files/{copy}").json()["project"] == there.id


def test_a_copied_folder_keeps_its_structure_and_nothing_keeps_its_id(
    api: Api, simulator: Simulator, here: Project, there: Project
) -> None:
    folder = sample(simulator, here)
    before = {node.id for node in walk(folder)}
    [copy] = api.done("copy", {"file": folder.id, "project": there.id})
    assert tree(there.root) == {"sample": {"a.bam": 10, "qc": {"a.html": 1}}}
    assert {node.id for node in walk(folder)} == before
    assert not before & {node.id for node in walk(simulator.world.nodes[copy])}


def test_a_copy_takes_the_name_it_is_given(api: Api, simulator: Simulator, here: Project, there: Project) -> None:
    file = simulator.world.add_file("a.bam", here)
    api.done("copy", {"file": file.id, "project": there.id, "name": "b.bam"})
    assert list(there.root.children) == ["b.bam"]


def test_an_empty_string_for_parent_project_or_name_counts_as_absent(
    api: Api, simulator: Simulator, here: Project, there: Project
) -> None:
    file = simulator.world.add_file("a.bam", here)
    folder = simulator.world.add_folder("into", there)
    api.done("copy", {"file": file.id, "parent": folder.id, "project": "", "name": ""})
    api.done("copy", {"file": file.id, "parent": "", "project": there.id})
    assert tree(there.root) == {"a.bam": 0, "into": {"a.bam": 0}}


def test_copies_of_a_taken_name_get_the_lowest_free_numeric_prefix(
    api: Api, simulator: Simulator, here: Project, there: Project
) -> None:
    file = simulator.world.add_file("a.bam", here)
    for _ in range(3):
        api.done("copy", {"file": file.id, "project": there.id})
    assert list(there.root.children) == ["a.bam", "1_a.bam", "2_a.bam"]


def test_a_prefix_does_not_make_a_name_too_long_nor_take_its_extension(
    api: Api, simulator: Simulator, here: Project
) -> None:
    file = simulator.world.add_file("x" * 251 + ".bam", here)
    [copy] = api.done("copy", {"file": file.id, "project": here.id})
    name = simulator.world.nodes[copy].name
    assert len(name) == 255
    assert name.startswith("1_x")
    assert name.endswith("x.bam")


def test_a_copied_folder_is_merged_with_one_of_its_name(
    api: Api, simulator: Simulator, here: Project, there: Project
) -> None:
    folder = sample(simulator, here)
    existing = simulator.world.add_folder("sample", there)
    simulator.world.add_file("a.bam", existing, size=99)
    assert api.done("copy", {"file": folder.id, "project": there.id}) == [existing.id]
    assert tree(there.root) == {"sample": {"a.bam": 99, "1_a.bam": 10, "qc": {"a.html": 1}}}


def test_a_folder_copied_to_where_it_is_gets_a_prefix(api: Api, simulator: Simulator, here: Project) -> None:
    folder = sample(simulator, here)
    api.done("copy", {"file": folder.id, "project": here.id})
    assert tree(here.root) == {"1_sample": tree(folder), "sample": tree(folder)}


def test_a_folder_takes_a_prefix_where_a_file_has_its_name(
    api: Api, simulator: Simulator, here: Project, there: Project
) -> None:
    folder = sample(simulator, here)
    simulator.world.add_file("sample", there)
    api.done("copy", {"file": folder.id, "project": there.id})
    assert set(there.root.children) == {"sample", "1_sample"}


def test_a_copy_is_dated_when_it_was_made(api: Api, simulator: Simulator, here: Project, there: Project) -> None:
    file = simulator.world.add_file("a.bam", here)
    simulator.advance(3600)
    [copy] = api.done("copy", {"file": file.id, "project": there.id})
    assert api.get(f"/files/{file.id}").json()["created_on"] == "2019-02-20T12:00:00Z"
    assert api.get(f"/files/{copy}").json()["created_on"] == "2019-02-20T13:00:00Z"


# Moves


def test_a_moved_file_keeps_its_id(api: Api, simulator: Simulator, here: Project, there: Project) -> None:
    file = simulator.world.add_file("a.bam", here, size=10)
    assert api.done("move", {"file": file.id, "project": there.id}) == [file.id]
    assert tree(here.root) == {}
    assert tree(there.root) == {"a.bam": 10}


def test_a_moved_folder_and_those_in_it_get_new_ids_but_files_keep_theirs(
    api: Api, simulator: Simulator, here: Project, there: Project
) -> None:
    folder = sample(simulator, here)
    files = {node.id for node in walk(folder) if isinstance(node, File)}
    folders = {node.id for node in walk(folder) if isinstance(node, Folder)}
    [moved] = api.done("move", {"file": folder.id, "project": there.id})
    after = simulator.world.nodes[moved]
    assert tree(there.root) == {"sample": {"a.bam": 10, "qc": {"a.html": 1}}}
    assert {node.id for node in walk(after) if isinstance(node, File)} == files
    assert not folders & {node.id for node in walk(after)}
    assert [api.get(f"/files/{old}").status_code for old in folders] == [404, 404]


def test_a_moved_folder_is_merged_with_one_of_its_name_at_every_depth(
    api: Api, simulator: Simulator, here: Project, there: Project
) -> None:
    folder = sample(simulator, here)
    existing = simulator.world.add_folder("sample", there)
    simulator.world.add_file("a.bam", existing, size=99)
    simulator.world.add_file("b.html", simulator.world.add_folder("qc", existing), size=2)
    assert api.done("move", {"file": folder.id, "project": there.id}) == [existing.id]
    assert tree(there.root) == {"sample": {"a.bam": 99, "1_a.bam": 10, "qc": {"a.html": 1, "b.html": 2}}}
    assert tree(here.root) == {}


def test_a_folder_is_merged_with_the_folder_it_comes_from(api: Api, simulator: Simulator, here: Project) -> None:
    outer = simulator.world.add_folder("run", here)
    inner = simulator.world.add_folder("run", outer)
    simulator.world.add_file("a.bam", inner)
    innermost = simulator.world.add_folder("run", inner)
    simulator.world.add_file("b.bam", innermost)
    api.done("move", {"file": inner.id, "project": here.id})
    assert tree(here.root) == {"run": {"a.bam": 0, "run": {"b.bam": 0}}}


def test_a_moved_file_of_a_taken_name_gets_a_prefix(
    api: Api, simulator: Simulator, here: Project, there: Project
) -> None:
    file = simulator.world.add_file("file.ext", here, size=1)
    simulator.world.add_file("file.ext", there, size=2)
    api.done("move", {"file": file.id, "project": there.id})
    assert tree(there.root) == {"file.ext": 2, "1_file.ext": 1}


def test_moving_a_file_to_where_it_is_changes_nothing(api: Api, simulator: Simulator, here: Project) -> None:
    file = simulator.world.add_file("a.bam", here)
    assert api.done("move", {"file": file.id, "project": here.id}) == [file.id]
    assert list(here.root.children) == ["a.bam"]


def test_a_move_within_a_folder_renames(api: Api, simulator: Simulator, here: Project) -> None:
    file = simulator.world.add_file("a.bam", here)
    assert api.done("move", {"file": file.id, "project": here.id, "name": "b.bam"}) == [file.id]
    assert api.get(f"/files/{file.id}").json()["name"] == "b.bam"


# Deletions


def test_a_folder_is_deleted_with_all_it_holds(api: Api, simulator: Simulator, here: Project) -> None:
    folder = sample(simulator, here)
    below = [node.id for node in walk(folder)]
    assert api.done("delete", {"file": folder.id}) == [folder.id]
    assert tree(here.root) == {}
    assert [api.get(f"/files/{gone}").status_code for gone in below] == [404] * 4


def test_items_take_effect_one_after_the_other(api: Api, simulator: Simulator, here: Project) -> None:
    folder = sample(simulator, here)
    file = folder.children["a.bam"]
    result = api.finish("delete", {"file": folder.id}, {"file": file.id})
    assert result[0]["resource"]["id"] == folder.id
    assert result[1]["error"]["code"] == 10225


def test_a_tree_too_deep_to_recurse_into_is_copied_moved_and_deleted(
    api: Api, simulator: Simulator, here: Project, there: Project
) -> None:
    top = folder = simulator.world.add_folder("deep", here)
    for _ in range(3000):
        folder = simulator.world.add_folder("deep", folder)
    [copy] = api.done("copy", {"file": top.id, "project": there.id})
    assert sum(1 for _ in walk(simulator.world.nodes[copy])) == 3001
    [moved] = api.done("move", {"file": copy, "project": there.id, "name": "moved"})
    api.done("delete", {"file": moved})
    assert tree(there.root) == {}
