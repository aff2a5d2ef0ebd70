"""`--dry-run` of whatever changes something: it says what would be done, and does nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from sbg_bulk.simulator import Simulator
from tests.cli.commands import commands
from tests.cli.harness import FILE, FOLDER, TARGET, Run, journals

IN = f"{TARGET}/incoming"
CHANGES = {
    *((word,) for word in ("copy", "move", "delete", "export", "import", "sync", "mkdir")),
    *(("runs", word) for word in ("resume", "retry", "forget")),
    ("metadata", "set"),
    *(("tag", word) for word in ("add", "remove", "set")),
}


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "m.csv"
    path.write_text(f"file\n{FILE}\n{'0' * 24}\n", "utf-8")
    return path


def test_each_command_that_changes_something_has_it() -> None:
    have = {path for path, command in commands() if any("--dry-run" in option.opts for option in command.params)}
    assert have == CHANGES


def _wrote(simulator: Simulator) -> list[str | None]:
    """The requests that may have changed something."""
    return [one.operation for one in simulator.requests if one.method != "GET" and one.operation != "bulk_get_files"]


@pytest.mark.parametrize("words", [["delete", FILE], ["copy", FILE, "--to", FOLDER], ["move", FILE, "--to", FOLDER]])
def test_one_job_of_ids_is_shown_and_not_submitted(sbg: Run, simulator: Simulator, words: list[str]) -> None:
    simulator.requests.clear()
    ran = sbg(*words, "--dry-run")
    assert (ran.code, FILE in ran.out) == (0, True)
    assert ran.err.endswith("Nothing was changed.\n")
    assert _wrote(simulator) == []


def test_of_folders_it_shows_which_would_be_created(sbg: Run, simulator: Simulator) -> None:
    simulator.requests.clear()
    ran = sbg("mkdir", f"{IN}/a", f"{IN}/a/b", "--dry-run")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"Would create: {IN}/a\nWould create: {IN}/a/b\nNothing was changed.\n"
    ran = sbg("mkdir", f"{IN}/x/y/z", IN, "--parents", "--dry-run", "--json")
    assert [one["path"] for one in ran.documents] == [f"{IN}/x", f"{IN}/x/y", f"{IN}/x/y/z"]
    assert _wrote(simulator) == []


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (IN, f"{IN} already exists."),
        (f"{IN}/x/y", f"Folder {IN}/x does not exist. Create it with --parents."),
        ("rfranklin/none/x", "rfranklin/none"),
        ("rfranklin/my-project/sample.bam/x", "sample.bam is a file"),
    ],
)
def test_what_would_fail_fails(sbg: Run, path: str, told: str) -> None:
    ran = sbg("mkdir", path, "--dry-run")
    assert ran.code == 2
    assert told in ran.err


def test_of_a_run_it_shows_what_is_left(sbg: Run, simulator: Simulator, manifest: Path, home: Path) -> None:
    words = ("copy", "--manifest", str(manifest), "--to", f"{IN}/new", "--parents", "--items-per-job", "1")
    assert sbg(*words, "--no-check", "--timeout", "0").code == 4
    (journal,) = journals(home)
    kept = journal.read_bytes()
    simulator.requests.clear()
    ran = sbg("runs", "resume", "--dry-run")
    assert ran.code == 0
    assert f"Run {journal.stem}: 2 files not submitted yet of 2.\nPlan: create 1 folder, 2 jobs; " in ran.err
    assert ran.err.endswith("Nothing was changed.\n")
    document = sbg("runs", "resume", journal.stem, "--dry-run", "--json").document
    assert (document["run"], document["open"], document["jobs"], document["folders_to_create"]) == (
        journal.stem, 2, 2, 1,
    )  # fmt: skip
    assert (journal.read_bytes(), _wrote(simulator)) == (kept, [])


def test_of_a_retry_it_shows_how_many_failed(sbg: Run, simulator: Simulator, manifest: Path, home: Path) -> None:
    assert sbg("copy", "--manifest", str(manifest), "--to", IN, "--no-check").code == 3
    (journal,) = journals(home)
    simulator.requests.clear()
    ran = sbg("runs", "retry", journal.stem, "--dry-run")
    assert ran.code == 0
    assert f"A new run would retry the 1 file that failed in run {journal.stem}.\n" in ran.err
    assert sbg("runs", "retry", journal.stem, "--dry-run", "--json").document["items"] == 1
    assert journals(home) == [journal]
    assert len(simulator.requests) == 0
    assert "Nothing is left to do." in sbg("runs", "resume", journal.stem, "--dry-run").err


def test_a_retry_that_would_be_refused_is_refused(sbg: Run, manifest: Path, home: Path) -> None:
    manifest.write_text(f"file\n{FILE}\n", "utf-8")
    assert sbg("copy", "--manifest", str(manifest), "--to", IN).code == 0
    ran = sbg("runs", "retry", journals(home)[0].stem, "--dry-run")
    assert ran.code == 2
    assert "Nothing failed in run" in ran.err


def test_a_journal_that_would_be_deleted_is_kept_and_goes_with_its_log(sbg: Run, manifest: Path, home: Path) -> None:
    assert sbg("copy", "--manifest", str(manifest), "--to", IN, "--no-check").code == 3
    (journal,) = journals(home)
    log = journal.with_suffix(".log")
    log.write_text("", "utf-8")
    ran = sbg("runs", "forget", journal.stem, "--dry-run")
    assert (ran.code, ran.err) == (0, f"Would delete the journal of run {journal.stem}, 2 files ({journal})\n")
    assert sbg("runs", "forget", journal.stem, "--dry-run", "--json").document["run"] == journal.stem
    assert log.exists()
    assert sbg("runs", "forget", journal.stem).code == 0
    assert not journal.exists()
    assert not log.exists()
