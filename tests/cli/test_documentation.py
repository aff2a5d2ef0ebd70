"""Every command, option and exit code is documented, and the same everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version

import click
import pytest

import sbg_bulk.cli
from sbg_bulk.cli.app import sbg_bulk as command_line
from sbg_bulk.cli.exits import MEANINGS, Exit
from tests.cli.harness import Run


def _commands(command: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from _commands(below, *path, name)


ALL = dict(_commands(command_line))

WITHOUT_JSON = {("completion",), ("events-schema",), ("help",)}
"""What these print is for programs alone, or for people alone."""


@pytest.fixture(params=ALL, ids=" ".join)
def path(request: pytest.FixtureRequest) -> tuple[str, ...]:
    found: tuple[str, ...] = request.param
    return found


def test_the_commands_are_those_promised() -> None:
    assert {" ".join(path) for path, command in ALL.items() if not isinstance(command, click.Group)} == {
        "check",
        "contract",
        "du",
        "export",
        "import",
        "open",
        "sync",
        "simulate",
        "configure",
        "completion",
        "events-schema",
        "jobs list",
        "jobs show",
        "jobs wait",
        "runs list",
        "runs show",
        "runs resume",
        "runs retry",
        "runs export",
        "runs report",
        "runs forget",
        "runs verify",
        "files list",
        "files tree",
        "projects list",
        "whoami",
        "rate-limit",
        "help",
        "ls",
        "volumes check",
        "volumes list",
        "volumes ls",
        "metadata get",
        "metadata set",
        "mkdir",
        "tag add",
        "tag list",
        "tag remove",
        "tag set",
        "copy",
        "move",
        "delete",
    }


def test_a_command_has_help_that_fits_a_terminal(sbg: Run, path: tuple[str, ...]) -> None:
    ran = sbg(*path, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == sbg(*path, "-h").out
    assert max(map(len, ran.out.splitlines())) <= 80
    assert (ALL[path].help or "").strip().endswith(".")
    assert "default: (" not in ran.out  # as if it were no value


def test_an_option_says_what_it_does(path: tuple[str, ...]) -> None:
    for parameter in ALL[path].params:
        if isinstance(parameter, click.Option):
            assert re.search(r"\w{3,}.*[.\])]$", parameter.help or ""), parameter.name


def test_an_argument_is_explained_by_its_name(path: tuple[str, ...]) -> None:
    for parameter in ALL[path].params:
        if isinstance(parameter, click.Argument):
            assert re.search(rf"\b{(parameter.name or '').upper()}\b", ALL[path].help or ""), parameter.name


def test_commands_write_json_on_demand(path: tuple[str, ...]) -> None:
    if path in WITHOUT_JSON:
        return
    options = {option for parameter in ALL[path].params for option in parameter.opts}
    assert ("--json" in options) is not isinstance(ALL[path], click.Group)


def test_no_option_takes_a_token() -> None:
    options = [parameter for command in ALL.values() for parameter in command.params]
    named = {name for option in options for name in option.opts if "token" in name or "auth" in name}
    # That of another user is named by its profile.
    assert named == {"--token-stdin", "--second-token-from"}
    assert all(
        isinstance(option, click.Option) and (option.is_flag or option.metavar == "PROFILE")
        for option in options
        if named & {*option.opts}
    )


def _table(text: str) -> dict[int, str]:
    return {int(code): meaning for code, meaning in re.findall(r"^ +(\d+) +(.+)$", text, re.MULTILINE)}


def test_the_exit_codes_are_the_same_in_help_documentation_and_code(sbg: Run) -> None:
    in_code = {int(code): MEANINGS[code] for code in Exit}
    assert set(in_code) == {0, 1, 2, 3, 4, 5, 6, 130}
    assert _table(sbg("--help").out.partition("Exit codes:")[2]) == in_code
    assert _table(sbg_bulk.cli.__doc__ or "") == in_code


def test_the_version_is_that_of_the_package(sbg: Run) -> None:
    assert sbg("--version").out.splitlines()[0] == f"sbg-bulk {version('sbg-bulk')}"
