"""Filters that match nothing: what is said is true of what is there."""

from __future__ import annotations

import pytest

from sbg_bulk.simulator import Simulator
from tests.cli.harness import MINE, TARGET, Run
from tests.support.world import World

RUN, IN = f"{MINE}/run", f"{TARGET}/in"


@pytest.fixture(autouse=True)
def world(simulator: Simulator) -> World:
    world = World(simulator)
    world.add(
        f"{RUN}/a.bam",
        f"{RUN}/b.bam",
        f"{RUN}/deep/er/c.bam",
        f"{RUN}/deep/c.txt",
        f"{RUN}/d.VCF",
        f"{IN}/",
        f"{MINE}/void/",
    )
    world.add(f"{RUN}/t.txt", tags=["WGS"], metadata={"tissue": "Lung"})
    return world


HINTS = [
    (("--include", "*.BAM"), "3 files match if case is ignored."),
    (("--include", "*.vcf"), "1 file matches if case is ignored."),
    (("--include", "bam"), "3 files match '*bam*'."),
    (("--include", "run/*.bam"), "3 files match '*.bam': globs with a slash match the path below SOURCE."),
    (("--include", f"/{MINE}/run/deep/*.txt"), "1 file matches 'deep/*.txt': globs with a slash match"),
    (("--include", "er/*.bam"), "1 file matches '**/er/*.bam': globs with a slash match"),
    (("--include", "deep/**.bam"), "1 file matches 'deep/**/*.bam': globs with a slash match"),
    (("--include", "deep/"), "1 folder matches: to select the files in a folder, write 'deep/**'."),
    (("--include", "er"), "1 folder matches: to select the files in a folder, write 'deep/er/**'."),
    (("--include", "run/deep/*.{txt,cram}"), "1 file matches 'deep/*.{txt,cram}': globs with a slash"),
    (("--metadata", "Tissue=lung"), "1 file matches if case is ignored in tags and metadata."),
    (("--include", "*.cram"), "One of the names is "),
    (("--include", "*.bam", "--exclude", "?.*"), "3 files match without --exclude."),
    (("--newer-than", "5m", "--include", "*.bam"), "3 files match apart from the date: the newest was changed on "),
    (("--tag", "wgs"), "1 file matches if case is ignored in tags and metadata."),
    (("--metadata", "tissue=lung"), "1 file matches if case is ignored in tags and metadata."),
    (("--tag", "rna", "--include", "t.*"), "1 file matches apart from tags and metadata."),
    (("--include", "c.*", "--exclude", "deep"), "--exclude skips 1 folder, such as 'deep'."),
]


@pytest.mark.parametrize(("options", "hint"), HINTS, ids=lambda value: " ".join(value) if value[0] == "-" else None)
def test_what_may_have_been_meant_is_said(sbg: Run, simulator: Simulator, options: tuple[str, ...], hint: str) -> None:
    simulator.clock.advance(86_400)
    for words in (
        ("copy", RUN, "-r", "--to", IN, "--yes"),
        ("sync", RUN, "--to", IN, "--yes"),
        ("check", RUN, IN),
    ):
        ran = sbg(*words, *options)
        # Of tags and metadata a copy sees a page only.
        assert hint in ran.err.replace("At least ", ""), words
        assert ran.code == (3 if words[0] == "check" else 0)


@pytest.mark.parametrize("glob", ["./a.bam", "/a.bam", "a.bam", "./*.bam", "*.BAM"])
def test_where_something_matches_there_is_no_hint(sbg: Run, glob: str) -> None:
    ran = sbg("copy", RUN, "-r", "--to", IN, "--include", glob, "--include", "b.bam", "--dry-run")
    assert ran.code == 0
    assert "match" not in ran.err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--include", "*.{bam,bai"), "'*.{bam,bai' has a { that is not closed."),
        (("--exclude", "s[12"), "'s[12' has a [ that is not closed."),
        (("--tag", ""), "A tag is empty."),
        (("--metadata", "tissue"), "is not KEY=VALUE"),
        (("--newer-than", "2999-01-01"), "is in the future"),
    ],
)
def test_what_can_match_nothing_is_refused_before_any_request(
    sbg: Run, simulator: Simulator, options: tuple[str, ...], told: str
) -> None:
    simulator.requests.clear()
    for words in (("copy", RUN, "--to", IN, "--yes"), ("sync", RUN, "--to", IN, "--yes"), ("check", RUN, IN)):
        ran = sbg(*words, *options)
        assert (ran.code, ran.out) == (2, "")
        assert told in ran.err
    assert len(simulator.requests) == 0


def test_a_place_without_files_is_told_as_such(sbg: Run, world: World) -> None:
    world.add(f"{MINE}/hollow/deep/x")
    for place, told in (("void", "It is empty."), ("hollow", "It contains no files, only folders.")):
        ran = sbg("copy", f"{MINE}/{place}", "--to", IN, "--include", "*.bam", "--yes")
        assert f"sbg-bulk: no files matched in {MINE}/{place}. {told}\n" in ran.err


def test_nothing_that_matches_is_an_error_of_a_sync_if_that_is_asked_for(sbg: Run) -> None:
    words = ("sync", RUN, "--to", IN, "--include", "*.none", "--yes")
    for option, code in (((), 0), (("--error-on-no-match",), 3), (("--error-on-no-match", "--dry-run"), 3)):
        ran = sbg(*words, *option)
        assert ran.code == code
        assert f"sbg-bulk: no files matched in {RUN}. One of the names is " in ran.err
    assert sbg("sync", RUN, "--to", IN, "--include", "*.bam", "--yes", "--error-on-no-match").code == 0
    # All of it is there already: that has matched.
    assert sbg("sync", RUN, "--to", IN, "--include", "*.bam", "--yes", "--error-on-no-match").code == 0


def test_of_more_than_is_remembered_it_says_at_least(sbg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sbg_bulk.files.hints.MOST", 2)
    ran = sbg("copy", RUN, "-r", "--to", IN, "--include", "*.BAM", "--yes")
    assert "At least 2 files match if case is ignored.\n" in ran.err


def test_of_tags_the_first_folder_with_files_is_looked_at(sbg: Run, world: World) -> None:
    world.add(f"{MINE}/hollow/deep/x.bam", tags=["WGS"])
    words = ("copy", f"{MINE}/hollow", "--to", IN, "--yes", "--tag", "wgs")
    told = "At least 1 file matches if case is ignored in tags and metadata."
    assert f"sbg-bulk: no files matched in {MINE}/hollow. {told}\n" in sbg(*words, "-r").err
    # What was not looked at is not said to be empty.
    assert f"sbg-bulk: no files matched in {MINE}/hollow.\n" in sbg(*words).err
