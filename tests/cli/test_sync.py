"""`sbg-bulk sync`: what is shown, what is asked, what is done, and what is told afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from sbg_bulk import Client
from sbg_bulk.cli.exits import Exit
from sbg_bulk.simulator import Simulator
from tests.cli.harness import MINE, TARGET, Run, journals, printed_commands
from tests.support.world import World

RUN, IN = f"{MINE}/run", f"{TARGET}/in"


@pytest.fixture(autouse=True)
def world(simulator: Simulator) -> World:
    world = World(simulator)
    world.add(f"{RUN}/same", f"{RUN}/new", f"{RUN}/more/y", f"{RUN}/old/deep", f"{IN}/same", f"{IN}/old/", f"{IN}/gone")
    world.add(f"{RUN}/changed", size=2_000_000)
    world.add(f"{IN}/changed", size=7)
    return world


def paths(world: World) -> list[str]:
    return [path.removeprefix("in/") for path in world.paths(TARGET) if path.startswith("in/") and path != "in/"]


STEP = ["changed", "gone", "more/", "more/y", "new", "old/", "old/deep", "same"]


def test_filters_that_match_nothing_are_told(sbg: Run, world: World) -> None:
    before = paths(world)
    ran = sbg("sync", RUN, "--to", IN, "--include", "*.none", "--yes")
    assert ran.code == 0
    assert f"sbg-bulk: no files matched in {RUN}. One of the names is " in ran.err
    assert "Nothing to do.\n" in ran.err
    assert paths(world) == before


def test_the_plan_is_shown_and_carried_in_runs(sbg: Run, world: World, home: Path) -> None:
    ran = sbg("sync", RUN, "--to", IN, "--yes")
    assert (ran.code, ran.out) == (0, "")
    lines = ran.err.splitlines()
    assert lines[:7] == [
        f"Sync {RUN} to {IN}: 1 file the same.",
        "Copy 2 files (2 kB) and 1 folder with all its contents.",
        "Replace 1 file (7 B) that differs in size:",
        "  changed: 2 MB in the source, 7 B at the destination",
        "1 item only at the destination; to delete, add --delete.",
        "Plan: 3 jobs; 6 requests (999,999,993 left now: starts at once).",
        "Listing used 7 requests.",
    ]
    assert lines[-1] == f"{IN} is in sync with {RUN}."
    assert paths(world) == STEP
    assert len(journals(home)) == 3
    again = sbg("sync", RUN, "--to", IN, "--yes")
    assert again.code == 0
    assert "Nothing to do." in again.err
    assert len(journals(home)) == 3


def test_what_the_source_lacks_is_named_and_deleted_if_that_is_said(sbg: Run, world: World) -> None:
    ran = sbg("sync", f"{RUN}/", "--to", IN, "--delete", "--yes")
    assert ran.code == 0
    assert "Delete 1 file (1 kB) in 1 item, not in the source:\n  gone\n" in ran.err
    assert paths(world) == [path for path in STEP if path != "gone"]


def test_a_dry_run_shows_the_plan_and_changes_nothing(sbg: Run, simulator: Simulator, world: World, home: Path) -> None:
    before = paths(world)
    ran = sbg("sync", RUN, "--to", IN, "--delete", "--dry-run")
    assert ran.code == 0
    assert [line.split() for line in ran.out.splitlines()] == [
        ["ACTION", "TYPE", "SIZE", "SOURCE", "DESTINATION"],
        ["copy", "folder", "-", f"{RUN}/more", f"{IN}/more"],
        ["copy", "file", "1", "kB", f"{RUN}/new", f"{IN}/new"],
        ["copy", "file", "1", "kB", f"{RUN}/old/deep", f"{IN}/old/deep"],
        ["delete", "file", "7", "B", f"{IN}/changed", "-"],
        ["delete", "file", "1", "kB", f"{IN}/gone", "-"],
        ["copy", "file", "2", "MB", f"{RUN}/changed", f"{IN}/changed"],
        [
            "Total:",
            "copy",
            "3",
            "files",
            "(3",
            "kB)",
            "and",
            "1",
            "folder,",
            "replace",
            "1",
            "file",
            "(7",
            "B),",
            "permanently",
            "delete",
            "1",
            "file",
            "(1",
            "kB).",
        ],
    ]
    assert ran.err.endswith("Nothing was changed.\n")
    document = sbg("sync", RUN, "--to", IN, "--delete", "--dry-run", "--json").document
    assert [(step["type"], len(step["items"])) for step in document["steps"]] == [
        ("COPY", 3),
        ("DELETE", 2),
        ("COPY", 1),
    ]
    assert (document["replaced"], document["deleted"]) == ({"files": 1, "size": 7}, {"files": 1, "size": 1000})
    assert {request.method for request in simulator.requests} == {"GET"}
    assert (paths(world), journals(home)) == (before, [])


def test_events_are_written_for_each_run(sbg: Run) -> None:
    ran = sbg("sync", RUN, "--to", IN, "--yes", "--json")
    assert [one["done"] for one in ran.events("run-finished")] == [3, 1, 1]


def test_without_a_terminal_yes_is_needed(sbg: Run, simulator: Simulator) -> None:
    simulator.requests.clear()
    ran = sbg("sync", RUN, "--to", IN)
    assert ran.code == 2
    assert "--yes" in ran.err
    assert len(simulator.requests) == 0


def test_what_is_left_shows_in_the_exit_code(sbg: Run, world: World) -> None:
    world.add(f"{RUN}/turned", f"{IN}/turned/x")
    ran = sbg("sync", RUN, "--to", IN, "--yes", "--quiet")
    assert ran.code == 3
    assert (
        "Left unchanged, and reported:\n  turned: a file (1 kB) in the source, a folder at the destination\n"
        "--delete, without filters, replaces a folder with a file and a file with a folder.\n"
    ) in ran.err
    assert ran.err.endswith("1 difference left unchanged.\n")
    again = sbg("sync", RUN, "--to", IN, "--yes", "--delete")
    assert again.code == 0
    assert "turned" in paths(world)


def test_what_is_replaced_by_another_type_is_told_with_sizes(sbg: Run, world: World) -> None:
    world.add(f"{RUN}/turned", size=5000)
    world.add(f"{RUN}/back/x", f"{RUN}/back/deep/y", f"{IN}/turned/x", f"{IN}/turned/deep/y", f"{IN}/turned/z")
    world.add(f"{IN}/back", size=70)
    told = (
        "Replace where one side has a folder and the other a file:\n"
        "  back: 1 file (70 B) replaced with the folder with 2 files (2 kB)\n"
        "  turned: the folder with 3 files (3 kB) replaced with 1 file (5 kB)\n"
        "Delete 1 file (1 kB) in 1 item, not in the source:\n  gone\n"
    )
    document = sbg("sync", RUN, "--to", IN, "--delete", "--dry-run", "--json").document
    assert [(one["path"], one["gone"], one["copied"]) for one in document["turned"]] == [
        ("back", {"files": 1, "size": 70}, {"files": 2, "size": 2000}),
        ("turned", {"files": 3, "size": 3000}, {"files": 1, "size": 5000}),
    ]
    ran = sbg("sync", RUN, "--to", IN, "--delete", "--yes")
    assert (ran.code, told in ran.err) == (0, True)
    assert sbg("check", RUN, IN).code == 0


def test_a_folder_in_the_place_of_a_file_is_none_of_a_filters_business_unless_something_matches_in_it(
    sbg: Run, world: World
) -> None:
    world.add(f"{RUN}/turned/deep/x.txt", f"{IN}/turned")
    assert sbg("check", RUN, IN, "--include", "same").code == 0
    document = sbg("check", RUN, IN, "--include", "same", "--include", "turned", "--json").document
    assert [(one["path"], one["status"]) for one in document["mismatches"]] == [("turned", "extra")]
    document = sbg("check", RUN, IN, "--include", "x.txt", "--json").document
    assert [(one["path"], one["status"]) for one in document["mismatches"]] == [("turned", "type")]


def test_what_failed_stops_what_would_be_deleted(sbg: Run, simulator: Simulator, world: World) -> None:
    simulator.arm("kind=fail_item op=submit_copy_job times=1 item=2")
    ran = sbg("sync", RUN, "--to", IN, "--yes", "--delete")
    assert ran.code == 3
    assert "nothing else was changed. To do the rest, run the same sync again." in ran.err
    assert "gone" in paths(world)
    assert sbg("sync", RUN, "--to", IN, "--yes", "--delete").code == 0
    assert sbg("check", RUN, IN).code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((RUN, "--to", RUN), "are the same place"),
        ((RUN, "--to", f"{RUN}/old"), "one is inside the other"),
        ((MINE, "--to", f"{RUN}/new-folder", "--parents"), "one is inside the other"),
        ((f"{RUN}/more", "--to", IN, "--delete"), "has no file in common with"),
        ((RUN, "--to", f"{TARGET}/none/x"), f"Folder {TARGET}/none does not exist. Create it with --parents.\n"),
        ((RUN, "--to", IN, "--delete", "--newer-than", "7d"), "--delete cannot be combined with --newer-than"),
        ((RUN,), "Missing option '--to'"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_changed(
    sbg: Run, simulator: Simulator, words: tuple[str, ...], told: str
) -> None:
    ran = sbg("sync", *words, "--yes")
    assert ran.code == 2
    assert told in ran.err
    assert {request.method for request in simulator.requests} <= {"GET"}


# After an interruption


def _noting(path: Path) -> str:
    return f'echo "$SBG_BULK_OUTCOME $SBG_BULK_DONE $SBG_BULK_ITEMS $SBG_BULK_RUN" >> {path}'


def test_the_command_of_notify_is_run_once_at_the_end_of_all_runs(sbg: Run, tmp_path: Path, home: Path) -> None:
    noted = tmp_path / "noted"
    words = ("sync", RUN, "--to", IN, "--yes", "--notify", _noting(noted))
    assert sbg(*words).code == 0
    runs = sorted(path.stem for path in journals(home))
    (line,) = noted.read_text("utf-8").splitlines()
    outcome, done, files, run = line.split()
    assert (outcome, done, files) == ("finished", "5", "5")
    assert run in runs
    assert "Nothing to do." in sbg(*words).err
    assert noted.read_text("utf-8").count("\n") == 1


def test_a_sync_whose_time_is_up_can_be_run_again(sbg: Run, tmp_path: Path, world: World) -> None:
    noted = tmp_path / "noted"
    words = ("sync", RUN, "--to", IN, "--yes", "--notify", _noting(noted))
    ran = sbg(*words, "--timeout", "0")
    assert ran.code == Exit.TIMED_OUT
    assert "timed out after 0 s. The run is kept" in ran.err
    assert "Or run the same sync again" in ran.err
    assert noted.read_text("utf-8").startswith("timed-out 0 ")
    assert sbg(*words).code == Exit.DONE
    assert paths(world) == STEP


def _interrupt(monkeypatch: pytest.MonkeyPatch, job_type: str) -> None:
    """Have the run of this type be interrupted as soon as it has begun."""
    run = Client.run

    def interrupted(client: Client, kind: str, *arguments: object, **options: object) -> object:
        if kind != job_type:
            return run(client, kind, *arguments, **options)  # type: ignore[arg-type]
        told = options["on_change"]

        def stop(progress: object) -> None:
            told(progress)  # type: ignore[operator]
            raise KeyboardInterrupt

        return run(client, kind, *arguments, **{**options, "on_change": stop})  # type: ignore[arg-type]

    monkeypatch.setattr(Client, "run", interrupted)


def test_the_same_command_resumes_what_was_interrupted_and_does_the_rest(
    sbg: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        _interrupt(patched, "COPY")
        ran = sbg("sync", RUN, "--to", IN, "--delete", "--yes")
    assert ran.code == 130
    assert ran.err.endswith("Or run the same sync again: it resumes the run, then does what is left.\n")
    dry = sbg("sync", RUN, "--to", IN, "--dry-run")
    assert (dry.code, "of an earlier sync was interrupted: 0 of 3 done" in dry.err) == (2, True)
    (words,) = printed_commands(dry.err)
    assert words[:2] == ["runs", "resume"]
    assert sbg("sync", RUN, "--to", IN, "--delete", "--yes").code == 0
    assert sbg("check", RUN, IN).code == 0
    assert not any("1_" in path for path in paths(world))


def test_an_interrupted_deletion_is_not_resumed_by_a_sync_that_deletes_nothing(
    sbg: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        _interrupt(patched, "DELETE")
        assert sbg("sync", RUN, "--to", IN, "--delete", "--yes").code == 130
    ran = sbg("sync", RUN, "--to", IN, "--yes")
    assert ran.code == 2
    assert "It deletes what is not in the source, but --delete was not given." in ran.err
    assert sbg("sync", RUN, "--to", IN, "--yes", "--delete").code == 0
    assert sbg("check", RUN, IN).code == 0
