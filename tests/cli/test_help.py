"""The help of a command: its options in groups, examples that work, and room for them on every terminal."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from sbg_bulk import DeleteItem
from sbg_bulk.cli.examples import EXAMPLES
from sbg_bulk.cli.helped import FEW, OTHER, broken, group_of
from sbg_bulk.runs import store
from sbg_bulk.runs.draft import Draft
from sbg_bulk.runs.records import Plan
from sbg_bulk.runs.rows import Row
from sbg_bulk.simulator import ManualClock, Simulator, running
from tests.cli.commands import commands, parse
from tests.cli.harness import Run, Served

PATHS = [path for path, _ in commands()]
NOT_RUN = {"simulate", "configure"}
"""They run until somebody ends them, or ask on a terminal."""

CODES = {"check": 3, "runs retry": 3}
"""The exit codes of the examples that do not end with 0: what they compare differs, what they retry fails again."""


def options(command: click.Command) -> list[click.Option]:
    return [one for one in command.params if isinstance(one, click.Option) and not one.hidden]


def test_each_option_of_a_command_with_many_is_in_a_group() -> None:
    many = {path: options(command) for path, command in commands() if len(options(command)) >= FEW}
    assert {("copy",), ("move",), ("delete",), ("sync",), ("check",)} <= many.keys()
    assert [(path, one.opts) for path in many for one in many[path] if group_of(one) == OTHER] == []


def test_options_are_shown_in_their_groups(sbg: Run) -> None:
    shown = sbg("copy", "--help").out
    headings = ("Selection", "Destination", "Safety", "Run", "Output", OTHER)
    places = [shown.index(f"\n{heading}:\n") for heading in headings]
    assert places == sorted(places)
    for option, heading in (("--include", 0), ("--to ", 1), ("--dry-run", 2), ("--label", 3), ("--json", 4)):
        assert places[heading] < shown.index(f"{option}", places[0]) < places[heading + 1]
    assert "\nOptions:\n" in sbg("jobs", "list", "--help").out


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("path", [(), *PATHS], ids=" ".join)
def test_help_fits_terminals(sbg: Run, monkeypatch: pytest.MonkeyPatch, path: tuple[str, ...], width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    shown = sbg(*path, "--help").out.splitlines()
    # What is pasted as it stands is not broken.
    assert [line for line in shown if len(line) >= width and not re.match(r" +\w+: .*sbg-bulk completion", line)] == []
    # What stands in the second column is no ribbon of single words.
    assert max(len(line) - len(line.lstrip()) for line in shown) <= width // 2


@pytest.mark.parametrize("width", [58, 78, 98])
@pytest.mark.parametrize("words", sorted({words for some in EXAMPLES.values() for words in some.values()}))
def test_a_shell_takes_the_lines_of_an_example_as_one(words: str, width: int) -> None:
    lines = list(broken(words, width))
    assert shlex.split("\n".join(lines).replace("\\\n", "")) == shlex.split(words)
    assert all(len(line) <= width for line in lines if " " in line.strip())


def test_each_command_has_examples() -> None:
    assert EXAMPLES.keys() == {"", *map(" ".join, PATHS)}
    assert all(1 <= len(examples) <= 4 for examples in EXAMPLES.values())


@pytest.fixture(scope="module")
def _demo() -> Iterator[Served]:
    simulator = Simulator(clock=ManualClock(), seed="demo", progress="polls", rate_limit=None)
    with running(simulator) as url:
        yield Served(simulator, url)


@pytest.fixture
def service(_demo: Served) -> Served:
    _demo.simulator.reset()
    return _demo


def _commands_in(words: str) -> list[str]:
    """The words of the command in an example, without what is for the shell."""
    inner = re.fullmatch(r'eval "\$\((.*)\)"', words)
    found = shlex.split(inner[1] if inner else words)
    return found[1 : found.index(">") if ">" in found else None]


def _prepared(sbg: Run, simulator: Simulator, url: str) -> dict[str, str]:
    """Make what the examples name: a manifest, a finished run with a failure, a job, and an unfinished run."""
    file = next(node.id for node in simulator.world.nodes.values() if node.name == "CA-0001.bam")
    Path("samples.csv").write_text(f"file\n{file}\n")
    Path("metadata.csv").write_text(f"file,sample_id,case_id\n{file},CA-1,\n")
    simulator.world.repository.add("drs://portal.example/1", "a.bam", size=1)
    Path("portal.tsv").write_text("drs_uri\tfile_name\ndrs://portal.example/1\ta.bam\n")
    Path("tags.csv").write_text(f"file,tags\n{file},released\n")
    Path("one-missing.csv").write_text(f"file\n{file}\n5c6d4227e4b0385632389399\n")
    assert sbg("copy", "--manifest", "one-missing.csv", "--to", "rfranklin/analysis", "--no-check").code == 3
    run = sbg("runs", "list", "--json").documents[0]["run"]
    job = sbg("copy", file, "--to", "rfranklin/analysis/incoming", "--json", "--detach").document["id"]
    plan = Plan("20260101-000000-abcd", "DELETE", url, "2026-01-01T00:00:00Z", 100, "old.csv")
    Draft.create(store.folder() / f"{plan.run}{store.SUFFIX}", plan, [Row(2, DeleteItem(file))]).begin().close()
    return {"20261128-101500-ab12": run, "70711174378885120": job}


CASES = [(path, words) for path, some in EXAMPLES.items() for words in some.values()]


@pytest.mark.parametrize(("path", "words"), CASES, ids=[words for _, words in CASES])
def test_an_example_works(
    sbg: Run, service: Served, home: Path, monkeypatch: pytest.MonkeyPatch, path: str, words: str
) -> None:
    monkeypatch.chdir(home)
    given = _commands_in(words)
    parse(given)
    # What is listed is listed by the short name everywhere.
    assert " ".join(given).startswith("ls" if path == "files list" else path)
    if path in NOT_RUN:
        return
    meant = _prepared(sbg, service.simulator, service.url) if _needs_more(words) else {}
    asks = given[0] in ("copy", "move", "delete", "export", "import", "sync") or (
        given[0] in ("metadata", "tag") and given[1] in ("add", "remove", "set")
    )
    asked = asks and "--dry-run" not in given
    ran = sbg(*(meant.get(word, word) for word in given), *(["--yes"] if asked else []))
    called = path or " ".join(given)
    assert ran.code == next((code for name, code in CODES.items() if called.startswith(name)), 0), ran.err


def _needs_more(words: str) -> bool:
    return any(
        part in words
        for part in (
            "samples.csv --to",
            "--manifest metadata.csv",
            "--manifest tags.csv",
            "--drs",
            "sbg-bulk runs",
            "sbg-bulk jobs",
            "20261128",
        )
    )


def test_the_first_screen_says_what_to_begin_with(sbg: Run) -> None:
    assert "Begin with the command configure" in sbg("--help").out


def test_the_help_of_delete_speaks_of_no_destination(sbg: Run) -> None:
    shown = sbg("delete", "--help").out
    assert "--parents" not in shown
    assert "destination" not in shown.partition("Selection:")[2].partition("--new-run")[0]
    assert "everything is gone" in " ".join(shown.split())
