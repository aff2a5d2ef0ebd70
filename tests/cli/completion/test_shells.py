"""Completion in the shells themselves: the script is loaded, a line is typed, and the tabulator is pressed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.completion.shells import Bash, Shell

STATES = ["submitted", "resolving", "running", "finished", "pending", "completed", "failed"]


def words(shell: Shell, line: str) -> list[str]:
    return [word for word, _ in shell.offers(line)]


def test_commands_are_offered(shell: Shell) -> None:
    assert {"configure", "completion", "copy", "jobs", "runs"} <= set(words(shell, "sbg-bulk "))
    assert sorted(words(shell, "sbg-bulk jobs ")) == ["list", "show", "wait"]


def test_options_are_offered(shell: Shell) -> None:
    assert {"--profile", "--endpoint", "--version"} <= set(words(shell, "sbg-bulk --"))
    assert {"--state", "--type"} <= set(words(shell, "sbg-bulk jobs list --"))


def test_profiles_are_offered_without_those_that_the_shell_would_take_for_more_than_a_word(shell: Shell) -> None:
    offered = shell.offers("sbg-bulk --profile ")
    assert sorted(word for word, _ in offered) == ["cavatica", "cgc", "default"]
    assert dict(offered)["cavatica"] == ("" if isinstance(shell, Bash) else "https://c.example/v2")
    assert sorted(words(shell, "sbg-bulk jobs list --profile c")) == ["cavatica", "cgc"]
    assert sorted(words(shell, "sbg-bulk configure --profile c")) == ["cavatica", "cgc"]


def test_deployments_are_offered(shell: Shell) -> None:
    assert sorted(words(shell, "sbg-bulk --endpoint c")) == ["cavatica", "cgc", "cn"]


def test_the_only_choice_is_put_in(shell: Shell) -> None:
    assert shell.completed("sbg-bulk --profile ca") == "<--profile><cavatica>"
    assert shell.completed("sbg-bulk jobs list --state fin") == "<jobs><list><--state><finished>"


def test_the_values_of_options_are_offered(shell: Shell) -> None:
    assert sorted(words(shell, "sbg-bulk jobs list --state ")) == sorted(STATES)
    assert sorted(words(shell, "sbg-bulk jobs list --type ")) == ["copy", "delete", "move"]
    assert sorted(words(shell, "sbg-bulk completion ")) == ["bash", "fish", "zsh"]


@pytest.mark.parametrize("command", ["show", "resume", "retry", "export", "forget"])
def test_runs_are_offered_the_newest_first(shell: Shell, runs_there: list[str], command: str) -> None:
    offered = shell.offers(f"sbg-bulk runs {command} ")
    assert [word for word, _ in offered] == [*reversed(runs_there)]
    told = ["", ""] if isinstance(shell, Bash) else ["DELETE new samples.csv", "DELETE old.csv"]
    assert [beside for _, beside in offered] == told


def test_files_are_offered_where_a_file_is_wanted(shell: Shell, home: Path) -> None:
    (home / "files-to-copy.csv").touch()
    assert (
        shell.completed(f"sbg-bulk copy --manifest {home}/files-to") == f"<copy><--manifest><{home}/files-to-copy.csv>"
    )


@pytest.mark.parametrize("damage", ["malformed", "unreadable"])
def test_a_credentials_file_that_cannot_be_read_is_no_reason_to_speak(shell: Shell, home: Path, damage: str) -> None:
    file = home / ".sevenbridges" / "credentials"
    if damage == "malformed":
        file.write_text("s3cret\n")
    else:
        file.unlink()
        file.mkdir()
    assert shell.complaints("sbg-bulk --profile ") == ""


def test_a_command_that_is_broken_is_no_reason_to_speak(shell: Shell, home: Path) -> None:
    broken = home / "first" / "sbg-bulk"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho 'Traceback (most recent call last):' >&2\nexit 1\n")
    broken.chmod(0o755)
    assert shell.complaints("sbg-bulk --profile ") == ""
