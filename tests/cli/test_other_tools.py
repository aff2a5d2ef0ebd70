"""What people type who know other tools: each is answered by what it is called here."""

from __future__ import annotations

import pytest

from sbg_bulk.cli.advice import COMMANDS, IN_GROUPS, OPTIONS
from sbg_bulk.simulator import Simulator
from tests.cli.commands import commands, parse
from tests.cli.harness import FILE, FOLDER, MINE, TARGET, Run, printed_commands


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_of_other_tools_is_answered_by_one_that_there_is(sbg: Run, name: str) -> None:
    ran = sbg(name)
    assert (ran.code, ran.out) == (2, "")
    (meant,) = printed_commands(ran.err.splitlines()[-1])
    parse(meant)


def test_a_name_of_the_table_is_no_command() -> None:
    assert {path[0] for path, _ in commands()}.isdisjoint(COMMANDS)
    assert {path for path, _ in commands()}.isdisjoint(
        (group, name) for group in IN_GROUPS for name in IN_GROUPS[group]
    )


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        *[((group, name), meant.split()) for group, names in IN_GROUPS.items() for name, meant in names.items()],
        (("files", "copy"), ["copy"]),
        (("runs", "sync", "x"), ["sync"]),
        (("jobs", "cp"), ["cp"]),
    ],
)
def test_a_word_after_a_group_is_answered_by_the_command_that_there_is(
    sbg: Run, words: tuple[str, ...], meant: list[str]
) -> None:
    ran = sbg(*words)
    assert (ran.code, printed_commands(ran.err.splitlines()[-1])) == (2, [meant])
    parse(meant)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["runs", "--watch"], ["runs", "show", "--watch"]),
        (["runs", "--dry-run", "retry", "x"], ["runs", "retry", "--dry-run"]),
        (["--dry-run", "move", "x"], ["move", "--dry-run"]),
        (["--adopt", "1"], ["runs", "resume", "--adopt"]),
    ],
)
def test_an_option_before_its_command_is_answered_with_its_place(sbg: Run, words: list[str], meant: list[str]) -> None:
    ran = sbg(*words)
    assert ran.code == 2
    assert printed_commands(ran.err.splitlines()[-1]) == [meant]


@pytest.mark.parametrize("words", [["cancel"], ["jobs", "cancel", "1"], ["runs", "stop"]], ids=" ".join)
def test_that_nothing_can_be_cancelled_is_said(sbg: Run, words: list[str]) -> None:
    ran = sbg(*words)
    assert ran.code == 2
    assert "Jobs cannot be cancelled: the API has no call for it." in ran.err


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_of_other_tools_is_answered(sbg: Run, name: str) -> None:
    answers = [sbg(command, "x", name).err for command in ("copy", "sync")]
    texts = [advice if isinstance(advice, str) else advice() for advice in OPTIONS[name]]
    assert any(text in told for text in texts for told in answers)
    assert not any("Did you mean" in told for told in answers)


def test_an_advice_names_no_option_that_the_command_has_not(sbg: Run) -> None:
    assert "--on-conflict" in sbg("copy", "x", "--overwrite").err
    told = sbg("sync", "x", "--overwrite").err
    assert "sync replaces files that differ in size." in told
    assert "--on-conflict" not in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["copy", "x", "--on-conflic", "skip"], "Did you mean --on-conflict?"),
        (["copy", "x", "--quite"], "Did you mean --quiet?"),
        (["copy", "x", "--dryrun"], "Did you mean --dry-run?"),
        (["copy", "x", "--desk"], "No such option '--desk'.\n"),
        (["delete", "x", "-rf"], "Use --yes."),
        (["--token", "x", "whoami"], "Tokens are not taken from the command line."),
    ],
)
def test_an_option_is_answered_by_what_may_be_meant(sbg: Run, words: list[str], told: str) -> None:
    ran = sbg(*words)
    assert ran.code == 2
    assert told in ran.err


def test_hidden_options_are_not_advised(sbg: Run) -> None:
    for typed in ("--to-projec", "--to-folde"):
        told = sbg("copy", "x", typed, "y").err
        assert f"{typed}" in told
        assert "--to-project" not in told
        assert "--to-folder" not in told


@pytest.mark.parametrize("command", ["copy", "move", "cp", "sync"])
def test_a_destination_after_the_source_is_answered_by_the_corrected_command(
    sbg: Run, simulator: Simulator, command: str
) -> None:
    simulator.requests.clear()
    ran = sbg(command, "--dry-run", f"{MINE}", f"{TARGET}/a b", "--include", "*.bam")
    assert (ran.code, len(simulator.requests)) == (2, 0)
    assert (
        f"Give the destination with --to: sbg-bulk {command} --dry-run {MINE} --to '{TARGET}/a b' --include '*.bam'"
        in ran.err
    )


def test_two_ids_without_a_destination_are_a_source_and_a_destination(sbg: Run) -> None:
    assert f"sbg-bulk copy {FILE} --to {FOLDER}" in sbg("copy", FILE, FOLDER).err


def test_check_takes_its_second_place_with_to_as_well(sbg: Run) -> None:
    plain, with_to = sbg("check", MINE, TARGET), sbg("check", MINE, "--to", TARGET)
    assert (plain.code, plain.out) == (with_to.code, with_to.out)
    assert plain.code == 3
    ran = sbg("check", MINE, TARGET, "--to", TARGET)
    assert ran.code == 2
    assert "Give PLACE once." in ran.err


def test_l_is_short_for_long(sbg: Run) -> None:
    assert sbg("ls", MINE, "-l").out == sbg("ls", MINE, "--long").out
