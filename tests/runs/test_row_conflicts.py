"""Names that are taken where the rows of a manifest go: what is left out, and what is refused."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk import InputError, ManifestError
from sbg_bulk.runs import forms
from tests.support.both import Both
from tests.support.world import SOURCE, TARGET, World

IN = f"{TARGET}/in"


@pytest.fixture(autouse=True)
def files(world: World) -> list[str]:
    """Three files, and a folder with one that is deeper."""
    return world.add(
        f"{SOURCE}/a.bam",
        f"{SOURCE}/b.bam",
        f"{SOURCE}/c.bam",
        f"{SOURCE}/lane/",
        f"{SOURCE}/lane/d.bam",
        f"{SOURCE}/lane/deep/e.bam",
        f"{IN}/",
    )


def plan(call: Both, *rows: str, columns: str = "file", **options: Any) -> Any:
    manifest = io.BytesIO("\n".join([columns, *rows, ""]).encode())
    return call("plan", "copy", manifest, **{"to": IN, "on_conflict": "skip", **options})


def test_rows_whose_file_is_there_are_left_out_and_the_rest_makes_full_jobs(
    call: Both, world: World, files: list[str]
) -> None:
    world.add(f"{IN}/b.bam")
    draft = plan(call, *files[:3], items_per_job=2)
    assert (len(draft), draft.conflicts.existing, draft.conflicts.different) == (2, 1, [])
    assert call("run", "copy", draft).succeeded
    assert world.paths(TARGET) == ["in/", "in/a.bam", "in/b.bam", "in/c.bam"]
    assert [one.operation for one in call.simulator.requests].count("submit_copy_job") == 1
    with plan(call, *files[:3]) as again:
        assert (len(again), again.conflicts.existing) == (0, 3)


def test_a_file_of_another_size_is_reported_and_left(call: Both, world: World, files: list[str]) -> None:
    world.add(f"{IN}/a.bam", size=7)
    with plan(call, *files[:2]) as draft:
        assert (len(draft), draft.conflicts.differing) == (1, 1)
        (clash,) = draft.conflicts.different
        assert "a file with this name and a different size exists there (7 B; this one has 1 kB)" in str(clash)
    told = (
        r"1 name exists at the destination, and nothing was changed:\n .*a\.bam: a file with this name and a "
        r"different size"
    )
    with pytest.raises(InputError, match=told):
        plan(call, *files[:2], on_conflict="fail")
    with plan(call, *files[:2], on_conflict="rename") as draft:
        assert (len(draft), draft.conflicts.renamed) == (2, 1)


def test_a_folder_that_is_there_is_entered(call: Both, world: World, files: list[str]) -> None:
    world.add(f"{IN}/lane/d.bam")
    draft = plan(call, files[3], files[0])
    assert (len(draft), draft.conflicts.existing) == (2, 1)
    assert call("run", "copy", draft).succeeded
    assert world.paths(TARGET) == [
        "in/",
        "in/a.bam",
        "in/lane/",
        "in/lane/d.bam",
        "in/lane/deep/",
        "in/lane/deep/e.bam",
    ]
    with plan(call, files[3], files[0]) as again:
        assert (len(again), again.conflicts.existing) == (0, 3)


def test_a_name_that_a_row_gives_is_the_one_that_counts(call: Both, world: World, files: list[str]) -> None:
    world.add(f"{IN}/new.bam", f"{IN}/b.bam")
    with plan(call, f"{files[0]},new.bam", f"{files[1]},other.bam", columns="file,name") as draft:
        assert (len(draft), draft.conflicts.existing) == (1, 1)


@pytest.mark.parametrize("to", [IN, f"{TARGET}/new"])
def test_two_rows_that_would_get_one_name_are_refused_or_renamed(
    call: Both, world: World, files: list[str], to: str
) -> None:
    (twin,) = world.add(f"{SOURCE}/more/a.bam")
    with pytest.raises(ManifestError, match=r"row 4: it would become 'a\.bam' in the same place as row 2"):
        plan(call, files[0], files[1], twin, to=to, parents=True)
    with plan(call, f"{files[0]},{TARGET}", f"{twin},{IN}", columns="file,to", to=None) as apart:
        assert len(apart) == 2
    draft = plan(call, files[0], twin, to=to, parents=True, on_conflict="rename")
    assert call("run", "copy", draft).succeeded
    assert {path.rpartition("/")[2] for path in world.paths(TARGET)} >= {"a.bam", "1_a.bam"}


def test_it_takes_a_request_for_a_hundred_rows_and_one_for_each_destination(call: Both, world: World) -> None:
    many = world.add(*(f"{SOURCE}/many/{number}.bam" for number in range(250)))
    folders = world.add(*(f"{TARGET}/place{number}/" for number in range(3)))
    rows = [f"{file},{folders[number % 3]}" for number, file in enumerate(many)]
    call.simulator.requests.clear()
    with plan(call, *rows, columns="file,parent", to=None) as draft:
        operations = [one.operation or "" for one in call.simulator.requests]
        assert sorted(operations) == ["bulk_get_files"] * 3 + ["list_files"] * 3
        assert draft.requests == 6


def test_a_row_of_which_nothing_can_be_read_stays(call: Both, files: list[str]) -> None:
    with plan(call, "5cf7d9ea560ad6eccc15df95", files[0]) as draft:
        assert len(draft) == 2


def test_nothing_is_in_the_way_of_a_deletion(call: Both, files: list[str]) -> None:
    with pytest.raises(InputError, match="A deletion has no destination"):
        call("plan", "delete", io.BytesIO(f"file\n{files[0]}\n".encode()), on_conflict="skip")


def test_a_saved_plan_of_a_move_that_was_carried_out_has_nothing_left(call: Both, world: World, tmp_path: Path) -> None:
    saved = tmp_path / "plan.csv"
    with forms.new_file(saved) as stream:
        choice = call("choose", [f"{SOURCE}"], to=IN, recursive=True)
        forms.write(stream, "csv", choice.plan_columns, choice.plan())

    def planned(text: str) -> Any:
        return call("plan", "move", io.BytesIO(text.encode()), on_conflict="skip")

    text = saved.read_text("utf-8")
    assert call("run", "move", saved).succeeded
    with planned(text) as again:
        assert (len(again), again.conflicts.existing, again.conflicts.moved, again.conflicts.differing) == (0, 3, 1, 0)
    # What is neither here nor there, or no folder there, is left for the service to say what is wrong with it.
    lane = next(one.id for one in call("files", IN) if one.name == "lane")
    world.rename(lane, "other")
    with planned(text) as again:
        assert (len(again), again.conflicts.moved) == (1, 0)
    world.add(f"{IN}/lane")
    with planned(text) as again:
        assert (len(again), again.conflicts.moved) == (1, 0)
    assert world.paths(SOURCE) == []


@pytest.mark.parametrize("end", ["/", " /"], ids=["slash", "space"])
def test_a_folder_that_was_moved_is_known_again_if_its_path_ends_with_a_slash(
    call: Both, world: World, end: str
) -> None:
    [folder] = world.add(f"{SOURCE}/other{end}")
    # A name that ends with a space has a slash behind it in a saved plan, or the space would be lost.
    text = f"file,to,type,source_path\n{folder},{IN},folder,{SOURCE}/other{end}\n".encode()
    assert call("run", "move", io.BytesIO(text)).succeeded
    with call("plan", "move", io.BytesIO(text), on_conflict="skip") as again:
        assert (len(again), again.conflicts.moved) == (0, 1)
