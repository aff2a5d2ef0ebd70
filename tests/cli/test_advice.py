"""Every command that a message names is there, and is not refused when it is typed; so is every option.

All commands in messages are made by `text.command_line`. So they are found in the source, and recorded when they are
made: one that is added, and is not run here, is a failure.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click
import pytest

import sbg_bulk as package
from sbg_bulk import Client, Retry, errors
from sbg_bulk.cli.advice import OPTIONS
from sbg_bulk.cli.app import sbg_bulk
from sbg_bulk.cli.exits import Exit
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.left_out import Pending
from sbg_bulk.simulator import Simulator
from sbg_bulk.text import shell_words
from tests.cli.commands import commands, parse
from tests.cli.harness import (
    COPIED_JOB,
    FILE,
    FILE_2,
    FOLDER,
    MINE,
    TARGET,
    TOKEN,
    Run,
    add_files,
    journals,
)

MAKERS: Final = ("command_line", "command", "context.command")
ROOT: Final = Path(package.__file__).parent
ANY: Final = "X"
"""Stands for a word that varies."""


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in ROOT.rglob("*.py"):
        if "simulator" not in path.parts:
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8"))


def texts(tree: ast.Module) -> Iterator[str]:
    """The texts of a module that are no docstrings."""
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.value


def advised() -> Iterator[tuple[str, list[str]]]:
    """The commands that messages are made of, each with its module."""
    for path, tree in sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            words = [one.value if isinstance(one, ast.Constant) else ANY for one in node.args]
            if name in MAKERS and words and words[0] != ANY and all(isinstance(word, str) for word in words):
                yield path, [str(word) for word in words]


def test_every_command_that_a_message_is_made_of_can_be_called() -> None:
    found = list(advised())
    assert len(found) > 15
    for _, words in found:
        parse(words)


def test_a_command_that_is_not_there_is_noticed() -> None:
    for words in (["runs", "resumed"], ["runs", "list", "--adopt", "X"], ["whoami", "X"], ["jobs", "wait", "--every"]):
        with pytest.raises(click.UsageError):
            parse(words)


def test_no_message_has_a_command_that_is_not_made_by_the_one_function() -> None:
    helps = "\n".join(command.help or "" for _, command in commands())
    pattern = re.compile(rf"sbg-bulk +({'|'.join(sbg_bulk.commands)}|--?[a-z])\b")
    for path, tree in sources():
        for text in texts(tree):
            # The examples are run by a test of their own.
            assert path == "cli/examples.py" or not pattern.search(text) or text.strip() in helps, (path, text)
    for line in re.findall(r"sbg-bulk ([a-z][^\n)<>]*)", helps):
        parse(shlex.split(line))


def test_every_option_that_a_text_names_is_there() -> None:
    known = {name for _, command in commands() for each in command.params for name in each.opts}
    known |= {name for each in sbg_bulk.params for name in each.opts}
    # Of the plugin of pytest, each in a text of its own.
    plugin = ast.parse((ROOT / "contract/plugin.py").read_text("utf-8"))
    known |= {text for text in texts(plugin) if re.fullmatch("--sbg-contract-[a-z-]+", text)}
    # Of curl, of click, of pip, and of the shells.
    known |= {"--data-binary", "--head", "--sbg-contract"}
    known |= {"--help", "--upgrade", "--no-files", "--keep-order"}
    for path, tree in sources():
        # Of other tools only what stands for itself, to be answered: none that an answer names.
        foreign = OPTIONS.keys() if path == "cli/advice.py" else frozenset()
        for text in texts(tree):
            if text in foreign:
                continue
            assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*[a-z]\b", text)) <= known, (path, text)


def _raising(*_: object, **__: object) -> Any:
    raise KeyboardInterrupt


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that messages have named, as words."""
    made: list[list[str]] = []
    join = shlex.join

    def recording(words: Sequence[str]) -> str:
        words = list(words)
        if words[:1] == ["sbg-bulk"]:
            made.append(words[1:])
        return join(words)

    monkeypatch.setattr(shlex, "join", recording)
    return made


def test_every_command_that_a_message_names_is_not_refused_when_it_is_typed(
    sbg: Run,
    simulator: Simulator,
    home: Path,
    env: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    recorded: list[list[str]],
) -> None:
    manifest = home / "some.csv"
    manifest.write_text(f"file,project\n{FILE},{TARGET}\nno-such-file,{TARGET}\n", encoding="utf-8")
    # Runs: none yet; interrupted, broken off, failed in part; shown, reported on, verified.
    assert sbg("runs", "resume").code == Exit.USAGE
    for words in (
        ["copy", *add_files(simulator, 101), "--to", FOLDER],
        ["move", f"{MINE}/sample.bam", "--to", TARGET, "-y"],
    ):
        with monkeypatch.context() as patch:
            patch.setattr("sbg_bulk.transfers.family.post", _raising)
            assert sbg(*words, *(["--verify"] if words[0] == "move" else [])).code == Exit.INTERRUPTED
        assert sbg("runs", "show", journals(home)[-1].stem).code == 0
        sbg("runs", "report", journals(home)[-1].stem)
    # Both are running.
    with Journal.open(journals(home)[0]), Journal.open(journals(home)[1]):
        for command in ("show", "report"):
            assert sbg("runs", command, journals(home)[0].stem).code == 0
        assert sbg("runs", "resume").code == Exit.USAGE
    assert sbg("copy", "--manifest", str(manifest)).code == Exit.FAILED_ITEMS
    failed = journals(home)[-1].stem
    sbg("runs", "show", failed)
    for form in ([], ["--json"], ["--html", str(home / "page.html")]):
        assert sbg("runs", "report", failed, *form).code == 0
    theirs = next(node.id for node in simulator.world.nodes.values() if node.name == "maize-1.bam")
    manifest.write_text(f"file,project\n{theirs},{TARGET}\n", encoding="utf-8")
    assert sbg("copy", "--manifest", str(manifest)).code == Exit.FAILED_ITEMS
    failed = journals(home)[-1].stem
    for command in ("show", "report"):
        assert sbg("runs", command, failed).code == 0
    assert sbg("runs", "retry", failed).code == Exit.FAILED_ITEMS
    assert sbg("runs", "report", failed).code == 0
    # A run that does not know which of its jobs is its own.
    monkeypatch.chdir(home)
    alike = home / "alike.csv"
    alike.write_text(f"file\n{FILE}\n{FILE_2}\n", encoding="utf-8")
    for _ in range(2):
        assert sbg("copy", FILE, FILE_2, "--to-folder", FOLDER, "--detach", "--no-check").code == 0
    simulator.arm("kind=cut_after op=submit_copy_job")
    assert (
        sbg("copy", "--manifest", str(alike), "--to-folder", FOLDER, "--list-lag", "0", "--no-check").code
        == Exit.UNDECIDED
    )
    simulator.disarm()
    # Jobs: submitted, waited for no longer, of unknown outcome.
    assert sbg("copy", FILE, "--to", TARGET, "--detach", "--no-check").code == 0
    assert sbg("copy", FILE, "--to", TARGET, "--timeout", "0", "--no-check").code == Exit.TIMED_OUT
    with monkeypatch.context() as patch:
        patch.setattr("sbg_bulk.jobs.submit.post", _raising)
        assert sbg("copy", FILE, "--to", TARGET, "--no-check").code == Exit.INTERRUPTED
    # A run above is still to move this file.
    simulator.arm("kind=cut_after op=submit_copy_job times=1")
    with shell_words(), Client(env["SB_API_ENDPOINT"], TOKEN, retry=Retry(within=0)) as client:
        with pytest.raises(errors.OutcomeUnknown):
            client.copy([FILE], project=TARGET, new_run=True)
        with pytest.raises(errors.WaitTimeout):
            client.wait(client.copy([FILE], project=TARGET, new_run=True), timeout=0)
    with shell_words():
        for error in (errors.Unauthorized("op", 401), errors.NotFound("op", 404)):
            str(error)
        str(errors.RunStopped(failed, "COPY", 2, [], None))
        Pending(failed, "COPY", 2).remedy(optional=False)
    # Manifests: a plan that is saved, and what is none.
    plan = ("copy", f"{MINE}/sample.bam", "--to", TARGET, "--on-conflict", "rename", "--dry-run", "--new-run")
    assert sbg(*plan, "--save-plan", str(home / "plan.csv")).code == 0
    manifest.write_text("drs_uri,other\ndrs://host/1,x\n", encoding="utf-8")
    assert "DRS" in sbg("copy", "--manifest", str(manifest), "--to", TARGET).err
    # Places that differ, and one that has nothing of the source.
    for name in ("one", "two"):
        simulator.world.add_folder(name, simulator.world.projects[MINE])
        simulator.world.add_file(name, simulator.world.projects[MINE].root.children[name])  # type: ignore[arg-type]
    places = (f"{MINE}/one", f"{MINE}/two")
    assert sbg("check", *places).code == Exit.FAILED_ITEMS
    assert sbg("sync", places[0], "--to", places[1], "--delete", "--yes").code == Exit.USAGE
    # A folder that was moved, and cannot be compared with what it was.
    outer = simulator.world.add_folder("outer", simulator.world.projects[MINE])
    simulator.world.add_file("f", simulator.world.add_folder("inner", outer))
    assert sbg("move", f"{MINE}/outer", "--recursive", "--to", TARGET, "--verify", "--yes").code == Exit.DONE
    # A run that goes nowhere.
    assert sbg("delete", f"{MINE}/one", "--recursive", "--yes").code == Exit.DONE
    assert sbg("open", journals(home)[-1].stem).code == Exit.USAGE
    # A bucket in place of a volume.
    assert sbg("volumes", "ls", "s3://bucket").code == Exit.USAGE
    # Things that are not there.
    assert sbg("files", "list", f"{MINE}/none").code == Exit.USAGE
    assert sbg("runs", "show", "no-such-run").code == Exit.USAGE
    assert sbg("--profile", "new", "whoami").code == Exit.USAGE
    assert sbg("configure", "--list").code == 0
    assert sbg("ls", "--help").code == 0
    with monkeypatch.context() as patch:
        patch.delenv("SB_AUTH_TOKEN")
        assert sbg("whoami").code == Exit.USAGE
    # A journal is no manifest, and a fault of the package is to be reported.
    assert sbg("copy", "--manifest", str(journals(home)[-1]), "--to", TARGET).code == Exit.USAGE
    with monkeypatch.context() as patch:
        patch.setattr(Client, "user", lambda _: [][0])
        assert sbg("whoami").code == Exit.UNEXPECTED
    assert ["runs", "export", "RUN"] in recorded
    assert ["--version"] in recorded
    named = list({tuple(words): words for words in recorded}.values())
    left = [
        (path, words)
        for path, words in advised()
        if not any(_is_like(one, words) for one in named) and path != "cli/commands/simulate.py"
    ]
    assert left == [], "no situation above makes these"
    placeholders = {
        "ID": COPIED_JOB,
        "JOB": COPIED_JOB,
        "owner/project": MINE,
        "PLACE": MINE,
        "OTHER": MINE,
        "RUN": failed,
    }
    # What settles a run comes first, so that nothing waits for it; what deletes one, last.
    for words in sorted(named, key=lambda words: ("forget" in words, "--adopt" not in words, "retry" in words)):
        # How long a submission of unknown outcome is looked for makes no difference here.
        at_once = ["--list-lag", "0"] if words[:2] == ["runs", "resume"] else []
        ran = sbg(*(placeholders.get(word, word) for word in words), *at_once)
        if words[0] == "configure":
            # It asks, and there is nobody to answer; on a terminal it is tried elsewhere.
            assert "Pass the platform of profile" in ran.err
        elif "--adopt" in words or "--resubmit" in words:
            settled = ("Finished: ", "has no submission with an unknown outcome", "is not from this submission")
            assert any(told in ran.err for told in settled)
        elif words[:2] == ["runs", "retry"]:
            assert ran.code == Exit.FAILED_ITEMS or "already retries the failures" in ran.err
        else:
            assert ran.code in (Exit.DONE, Exit.FAILED_ITEMS), (words, ran)


def _is_like(made: Sequence[str], words: Sequence[str]) -> bool:
    """Whether a command was made where these words are; those of the connection may come first."""
    pattern = [ANY if word in ("ID", "JOB") else word for word in words]
    return len(made) >= len(words) and all(want in (ANY, have) for want, have in zip(pattern, made, strict=False))
