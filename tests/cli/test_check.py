"""`sbg-bulk check`: what is told of two places, as a table, JSON and a manifest."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from sbg_bulk.simulator import Simulator
from tests.cli.harness import MINE, TARGET, Run, check_refused, printed_commands
from tests.support.world import World

RUN, IN = f"{MINE}/run", f"{TARGET}/in"


@pytest.fixture
def world(simulator: Simulator) -> World:
    world = World(simulator)
    for place in (RUN, IN):
        world.add(f"{place}/a.bam", f"{place}/old/b.bam")
    return world


def test_what_is_the_same_is_counted_and_nothing_else_is_written(sbg: Run, world: World) -> None:
    assert world
    ran = sbg("check", RUN, IN)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "2 files the same. Listing used 6 requests.\n"
    assert sbg("check", RUN, IN, "--quiet").err == ""


@pytest.mark.parametrize("option", [[], ["--json"], ["--quiet"]], ids=["text", "json", "quiet"])
def test_filters_that_match_nothing_do_not_mean_that_both_are_the_same(
    sbg: Run, world: World, option: list[str]
) -> None:
    assert world
    ran = sbg("check", RUN, IN, "--include", "*.BAM", *option)
    assert ran.code == 3
    assert ran.err.endswith(f"sbg-bulk: no files matched in {RUN} and {IN}. 2 files match if case is ignored.\n")
    # A comparison of nothing would say that both agree.
    assert [one["error"]["kind"] for one in ran.documents] == (["NothingMatched"] if option == ["--json"] else [])
    assert sbg("check", RUN, IN, "--include", "a.bam").code == 0


def test_differences_are_a_table_and_exit_code_3(sbg: Run, world: World) -> None:
    world.add(f"{RUN}/new.bam", size=1_500_000)
    world.add(f"{RUN}/old/turned", f"{IN}/old/turned/", f"{IN}/left/x", f"{RUN}/more/y")
    world.add(f"{RUN}/s.bam", size=2_000_000)
    world.add(f"{IN}/s.bam", size=7)
    ran = sbg("check", RUN, IN)
    assert ran.code == 3
    assert [line.split() for line in ran.out.splitlines()] == [
        ["STATUS", "SIZE", "THERE", "PATH"],
        ["extra", "-", "folder", "left/"],
        ["missing", "folder", "-", "more/"],
        ["missing", "1.5", "MB", "-", "new.bam"],
        ["type", "1", "kB", "folder", "old/turned"],
        ["different", "2", "MB", "7", "B", "s.bam"],
    ]
    first, second = ran.err.splitlines()
    assert first == (
        "2 files the same, 1 file and 1 folder missing, 1 folder extra, 1 file with a different size, 1 file with a "
        "different type. Listing used 6 requests."
    )
    assert second == f"See what sync would copy: sbg-bulk sync {RUN} --to {IN} --dry-run"
    assert sbg("check", RUN, IN, "--quiet").err == f"{first}\n"
    (words,) = printed_commands(ran.err)
    assert sbg(*words).code == 3  # the folder in the place of a file is left


def test_a_name_shows_no_control_characters(sbg: Run, world: World) -> None:
    world.add(f"{RUN}/x\x1b[1m\n.bam")
    assert r"x\x1b[1m\n.bam" in sbg("check", RUN, IN).out


def test_json_has_all_of_it(sbg: Run, world: World) -> None:
    (new,) = world.add(f"{RUN}/old/new.bam", size=5)
    document = sbg("check", RUN, IN, "--json").document
    assert document.pop("mismatches") == [
        {"path": "old/new.bam", "status": "missing", "source": {"id": new, "type": "file", "size": 5}, "there": None}
    ]
    assert document == {
        "source": RUN, "place": IN, "agrees": False, "same": 2, "missing": 1, "extra": 0, "different": 0, "type": 0,
        "size_unknown": 0, "undated": 0, "requests": 6,
    }  # fmt: skip


def test_the_csv_is_a_manifest_that_copies_what_is_missing_to_where_it_is_missing(
    sbg: Run, world: World, tmp_path: Path
) -> None:
    world.add(f"{RUN}/new, one.bam", f"{RUN}/old/deep.bam", f"{RUN}/more/y", f"{IN}/left")
    ran = sbg("check", RUN, IN, "--csv")
    assert ran.code == 3
    assert "Not in the manifest, which lists only what is missing: 1 other difference." in ran.err
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert [(row["path"], row["status"], row["type"], row["size"]) for row in rows] == [
        (f"{RUN}/more", "missing", "folder", ""),
        (f"{RUN}/new, one.bam", "missing", "file", "1000"),
        (f"{RUN}/old/deep.bam", "missing", "file", "1000"),
    ]
    assert [row["to"] for row in rows] == [IN, IN, f"{IN}/old"]
    manifest = tmp_path / "missing.csv"
    manifest.write_text(ran.out, encoding="utf-8")
    # One of the rows goes below the destination: it is not put into that itself.
    refused = sbg("copy", "--manifest", str(manifest), "--to", IN)
    assert (refused.code, "--destination-from-manifest" in refused.err) == (2, True)
    assert sbg("copy", "--manifest", str(manifest)).code == 0
    assert sbg("check", RUN, IN, "--one-way").code == 0


def test_the_csv_goes_into_a_copy_to_the_place(sbg: Run, world: World, tmp_path: Path) -> None:
    world.add(f"{RUN}/new.bam", f"{RUN}/more/y")
    manifest = tmp_path / "missing.csv"
    manifest.write_text(sbg("check", RUN, IN, "--csv").out, encoding="utf-8")
    assert sbg("copy", "--manifest", str(manifest), "--to", IN).code == 0
    assert sbg("check", RUN, IN).code == 0


def test_the_csv_has_folders_that_are_to_be_made_as_paths(
    sbg: Run, simulator: Simulator, world: World, tmp_path: Path
) -> None:
    world.add(f"{RUN}/more/y")
    ran = sbg("check", RUN, IN, "--csv", "--include", "y")
    (row,) = csv.DictReader(io.StringIO(ran.out))
    assert row["to"] == f"{IN}/more"
    manifest = tmp_path / "missing.csv"
    manifest.write_text(ran.out, encoding="utf-8")
    assert sbg("copy", "--manifest", str(manifest), "--parents").code == 0
    assert sbg("check", RUN, IN).code == 0
    # Of a place given by its id, folders that are there have their ids, and others no path.
    world.add(f"{RUN}/old/z")
    place = simulator.world.projects[TARGET].root.children["in"]
    (row,) = csv.DictReader(io.StringIO(sbg("check", RUN, place.id, "--csv").out))
    assert row["to"] == place.children["old"].id  # type: ignore[union-attr]
    world.add(f"{RUN}/another/y")
    refused = sbg("check", RUN, place.id, "--csv", "--include", "y")
    assert (refused.code, "give PLACE as a path" in refused.err) == (2, True)


def test_what_counts_is_a_matter_of_options(sbg: Run, world: World) -> None:
    world.add(f"{RUN}/more/y.bam", f"{RUN}/more/z", f"{IN}/left/x")

    def paths(*words: str) -> list[str]:
        return [one["path"] for one in sbg("check", RUN, IN, "--json", *words).document["mismatches"]]

    assert paths() == ["left", "more"]
    assert paths("--one-way") == ["more"]
    assert paths("--each-file") == ["left/x", "more/y.bam", "more/z"]
    assert paths("--include", "*.bam") == ["more/y.bam"]
    for words in (("--exclude", "more", "--tag", "none"), ("--newer-than", "1h"), ("--metadata", "sample_id=S1")):
        assert sbg("check", RUN, IN, "--json", *words).document["error"]["kind"] == "NothingMatched"


def test_of_many_differences_the_first_are_shown_and_the_rest_counted(sbg: Run, world: World) -> None:
    world.add(f"{RUN}/", f"{IN}/", *(f"{RUN}/new-{number:02}" for number in range(23)))
    ran = sbg("check", RUN, IN)
    differing = sbg("check", RUN, IN, "--json").document["mismatches"]
    lines = ran.out.splitlines()
    assert len(lines) == 1 + 20 + 1
    assert lines[-1] == f"... and {len(differing) - 20} more; --json lists them all."


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((RUN, f"{TARGET}/none"), "There is no 'none' in"),
        ((RUN, RUN), "are the same place"),
        ((RUN, MINE), "one is inside the other"),
        ((RUN, IN, "--json", "--csv"), "Give --csv or --json, not both."),
        ((RUN, IN, "--metadata", "x"), "is not KEY=VALUE"),
        ((RUN,), "Missing argument 'PLACE'"),
    ],
)
def test_what_cannot_be_compared_is_told(sbg: Run, world: World, words: tuple[str, ...], told: str) -> None:
    assert world
    check_refused(sbg("check", *words), words, 2, told)


def test_a_folder_is_compared_with_a_volume_and_what_is_missing_is_a_manifest(
    sbg: Run, world: World, simulator: Simulator, tmp_path: Path
) -> None:
    assert world
    simulator.world.volumes.add("rfranklin/bucket", objects={"x/a.bam": 1})
    ran = sbg("check", RUN, "rfranklin/bucket:x", "--csv", "--one-way")
    assert (ran.code, "sbg-bulk export" in ran.err) == (3, True)
    missing = tmp_path / "missing.csv"
    missing.write_text(ran.out)
    assert {row["location"] for row in csv.DictReader(io.StringIO(ran.out))} == {"x/old/b.bam"}
    assert sbg("export", "--manifest", str(missing), "--copy-only").code == 0
    assert "x/old/b.bam" in simulator.world.volumes["rfranklin/bucket"].objects.under("")
    back = sbg("check", "rfranklin/bucket:", TARGET, "--csv")
    missing.write_text(back.out)
    assert (back.code, "sbg-bulk import" in back.err) == (3, True)
    rows = list(csv.DictReader(io.StringIO(back.out)))
    assert {(row["location"], row["to"]) for row in rows} >= {("x/old/b.bam", f"{TARGET}/x/old")}
    assert sbg("import", "--manifest", str(missing), "--parents").code == 0
    assert sbg("check", "rfranklin/bucket:", TARGET, "--one-way").code == 0
