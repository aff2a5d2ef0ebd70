"""The names that people type by habit: ls, cp, mv, rm, mkdir, help, and -n for a dry run."""

from __future__ import annotations

import pytest

from sbg_bulk.simulator import Simulator
from tests.cli.commands import commands
from tests.cli.harness import FILE, FILE_2, FOLDER, MINE, TARGET, Run, started_jobs, tree


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        (["cp"], ["copy"]),
        (["mv"], ["move"]),
        (["rm"], ["delete"]),
        (["ls"], ["files", "list"]),
        (["files", "ls"], ["files", "list"]),
        (["jobs", "ls"], ["jobs", "list"]),
        (["runs", "ls"], ["runs", "list"]),
        (["projects", "ls"], ["projects", "list"]),
        (["tag", "ls"], ["tag", "list"]),
    ],
    ids=" ".join,
)
def test_an_alias_is_the_command_under_another_name(sbg: Run, alias: list[str], name: list[str]) -> None:
    ran, meant = sbg(*alias, "--help"), sbg(*name, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.partition("\n")[2] == meant.out.partition("\n")[2]
    assert f"sbg-bulk {' '.join(alias)} [" in ran.out


def test_whatever_lists_is_called_ls_too(sbg: Run) -> None:
    # `volumes ls` lists what is on a volume.
    others = {path[:-1] for path, _ in commands() if path[-1] == "ls"}
    groups = sorted({path[:-1] for path, _ in commands() if path[-1] == "list"} - others)
    assert groups == [("files",), ("jobs",), ("projects",), ("runs",), ("tag",)]
    for group in groups:
        assert "  list, ls " in sbg(*group, "--help").out


def test_the_help_shows_the_aliases(sbg: Run) -> None:
    shown = sbg("--help").out
    for names in ("copy, cp ", "move, mv ", "delete, rm ", "  ls ", "  mkdir ", "  help "):
        assert names in shown


def test_the_aliases_do_what_they_are_for(sbg: Run, simulator: Simulator) -> None:
    assert FOLDER in sbg("ls", TARGET).out
    assert sbg("cp", FILE, "--to", FOLDER).code == 0
    assert sbg("mv", FILE_2, "--yes", "--to", FOLDER).code == 0
    assert len(tree(simulator, FOLDER)) == 2
    assert sbg("rm", FILE, "--yes").code == 0
    assert [str(job.type) for job in started_jobs(simulator)] == ["COPY", "MOVE", "DELETE"]


@pytest.mark.parametrize(
    "words", [["cp", MINE, "--to", TARGET, "-n"], ["rm", MINE, "-n"], ["sync", MINE, "--to", TARGET, "-n"]]
)
def test_n_is_short_for_a_dry_run(sbg: Run, simulator: Simulator, words: list[str]) -> None:
    assert sbg(*words).code == 0
    assert started_jobs(simulator) == []
    # What it found is its result.
    assert sbg(*words, "--quiet").err.endswith("Nothing was changed.\n")


@pytest.mark.parametrize("words", [[], ["copy"], ["cp"], ["files"], ["runs", "resume"]], ids=" ".join)
def test_help_of_a_command_is_what_its_option_shows(sbg: Run, words: list[str]) -> None:
    ran = sbg("help", *words)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == sbg(*words, "--help").out


@pytest.mark.parametrize(("words", "missing"), [(["cpy"], "cpy"), (["runs", "x"], "runs x"), (["ls", "x"], "ls x")])
def test_help_names_a_command_that_is_not_there(sbg: Run, words: list[str], missing: str) -> None:
    ran = sbg("help", *words)
    assert (ran.code, ran.out) == (2, "")
    assert f"There is no command '{missing}'." in ran.err


def test_destinations_are_told_by_one_option(sbg: Run) -> None:
    for command in ("copy", "move"):
        shown = sbg(command, "--help").out
        assert "--to PATH|ID" in shown
        assert "--to-project" not in shown
        assert "--to-folder" not in shown


def test_folders_are_created_by_their_paths(sbg: Run, simulator: Simulator) -> None:
    ran = sbg("mkdir", f"{TARGET}/batch-01", f"{TARGET}/batch-01/reads", "--json")
    assert ran.code == 0
    first, second = ran.documents
    assert [first["path"], second["path"]] == [f"{TARGET}/batch-01", f"{TARGET}/batch-01/reads"]
    assert tree(simulator, first["id"]) == ["reads"]
    assert sbg("mkdir", f"{TARGET}/batch-02").err.startswith(f"Created: {TARGET}/batch-02 (")


def test_a_folder_in_a_missing_one_wants_parents(sbg: Run, simulator: Simulator) -> None:
    before = len(simulator.world.nodes)
    ran = sbg("mkdir", f"{TARGET}/a/b")
    assert ran.code == 2
    assert f"{TARGET}/a" in ran.err
    assert "--parents" in ran.err
    assert len(simulator.world.nodes) == before
    assert sbg("mkdir", f"{TARGET}/a/b", "-p").code == 0
    assert len(simulator.world.nodes) == before + 2


def test_a_name_that_is_taken_is_an_error_but_with_parents_for_a_folder(sbg: Run, simulator: Simulator) -> None:
    before = len(simulator.world.nodes)
    ran = sbg("mkdir", f"{TARGET}/incoming")
    assert (ran.code, ran.err) == (2, f"sbg-bulk: {TARGET}/incoming already exists.\n")
    assert sbg("mkdir", f"{TARGET}/incoming", "--parents", "--json").document["id"] == FOLDER
    assert sbg("mkdir", f"{MINE}/sample.bam").code == 2
    ran = sbg("mkdir", f"{MINE}/sample.bam", "--parents")
    assert (ran.code, ran.err) == (2, f"sbg-bulk: {MINE}/sample.bam is a file, not a folder.\n")
    assert len(simulator.world.nodes) == before


@pytest.mark.parametrize("path", [MINE, FOLDER, f"{MINE}//x", ""])
def test_what_is_no_folders_path_is_not_created(sbg: Run, simulator: Simulator, path: str) -> None:
    simulator.requests.clear()
    assert sbg("mkdir", path, "--parents").code == 2
    assert len(simulator.requests) == 0
