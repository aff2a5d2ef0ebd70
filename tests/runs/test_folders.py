"""Folders that a run makes are part of it: kept, shown, and made once whatever happens."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from sbg_bulk import Choice, Progress
from sbg_bulk.errors import InputError
from sbg_bulk.runs.journal import Journal
from sbg_bulk.simulator import Folder
from sbg_bulk.simulator.world.tree import walk
from tests.support.runs import TARGET, Killed, Service, interrupted

FOLDERS = ["new", "new/lane0", "new/lane1", "new/lane1/deep", "new/lane2"]


def service(*faults: str) -> Service:
    """Three folders with a file each, one of them deeper."""
    made = Service(faults=faults)
    for number in range(3):
        lane = made.world.add_folder(f"lane{number}", made.source.root)
        place = made.world.add_folder("deep", lane) if number == 1 else lane
        made.world.add_file("a.bam", place, size=number)
    return made


def choose(service: Service) -> Choice:
    sources = ["rfranklin/source"]
    return service.client().choose(sources, to=f"{TARGET}/new", match=["*.bam"], recursive=True, parents=True)


def there(service: Service) -> list[str]:
    """The paths of the folders of the target."""

    def path(node: Folder) -> str:
        assert node.parent is not None
        return node.name if node.parent is service.target.root else f"{path(node.parent)}/{node.name}"

    return sorted(path(one) for one in walk(service.target.root) if isinstance(one, Folder) and one.parent is not None)


def test_a_run_is_kept_before_its_first_folder_is_made_and_counts_them(tmp_path: Path) -> None:
    made = service()
    seen: list[tuple[int, int]] = []

    def on_change(progress: Progress) -> None:
        assert Path(progress.journal).exists()
        assert len(there(made)) == progress.folders_made
        seen.append((progress.folders_made, progress.folders_total))

    assert made.client().run("copy", choose(made), journal=tmp_path / "j", on_change=on_change).succeeded
    assert there(made) == FOLDERS
    assert [one for one, _ in itertools.groupby(seen)] == [(number, 5) for number in range(6)]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_broken_off_at_any_step_it_makes_each_folder_once(tmp_path: Path, after: bool) -> None:
    for at in itertools.count():
        made, journal = service(), tmp_path / f"{at}.sbg-run"
        choice = choose(made)
        try:
            made.client(interrupted(at, after)).run("copy", choice, journal=journal)
        except Killed:
            assert journal.exists()
        else:
            assert at > 12
            break
        assert made.client().resume(journal).tally.done == 3
        assert there(made) == FOLDERS
        with Journal.read(journal) as opened:
            assert opened.folders() == (5, 5)
            assert {row["source_path"] for row in opened.report()} == {item.source for item in choice.items}


@pytest.mark.parametrize("fault", ["cut_after", "cut_before", "500", "html"])
def test_lost_answers_make_no_folder_twice(tmp_path: Path, fault: str) -> None:
    made = service(f"kind={fault} op=create_folder every=2")
    journal = tmp_path / "j.sbg-run"
    for life in range(8):
        try:
            client = made.client()
            tally = (client.resume(journal) if life else client.run("copy", choose(made), journal=journal)).tally
            break
        except Exception as error:
            assert "create_folder" in str(error)
    assert tally.done == 3
    assert there(made) == FOLDERS


def test_a_file_in_the_place_of_a_folder_stops_the_run_which_can_be_resumed(tmp_path: Path) -> None:
    made, journal = service(), tmp_path / "j.sbg-run"
    choice = choose(made)
    in_the_way = made.world.add_file("new", made.target.root)
    with pytest.raises(InputError, match=f"{TARGET}/new is a file, not a folder"):
        made.client().run("copy", choice, journal=journal)
    made.world.delete(in_the_way)
    assert made.client().resume(journal).tally.done == 3
