"""One is asked before anything is deleted, or done by path: on a terminal, and without one not at all."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest

from sbg_bulk.files.filters import Filters
from sbg_bulk.runs.task import alone, asked
from sbg_bulk.simulator import Simulator
from tests.cli.harness import COMMAND, FILE, FILE_2, FOLDER, MINE, TARGET, Run, tree
from tests.support.terminal import Dialogue
from tests.support.world import World

IN = f"{TARGET}/incoming"

ASKED = [
    ["delete", FILE],
    ["delete", f"{MINE}/sample.bam"],
    ["delete", "--manifest", "MANIFEST"],
    ["copy", f"{MINE}/sample.bam", "--to", IN],
    ["move", f"{MINE}/sample.bam", "--to", IN],
    ["move", FILE, "--to", IN, "--match", "*"],
]


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "m.csv"
    path.write_text(f"file\n{FILE}\n{FILE_2}\n", "utf-8")
    return path


def _words(words: list[str], manifest: Path) -> list[str]:
    return [str(manifest) if word == "MANIFEST" else word for word in words]


@pytest.mark.parametrize("words", ASKED, ids=" ".join)
def test_without_a_terminal_and_without_yes_nothing_is_sent(
    sbg: Run, simulator: Simulator, manifest: Path, words: list[str]
) -> None:
    simulator.requests.clear()
    ran = sbg(*_words(words, manifest))
    assert (ran.code, ran.out) == (2, "")
    assert "standard input is no terminal to answer on. Look at it with --dry-run, then give --yes." in ran.err
    assert len(simulator.requests) == 0
    assert sbg(*_words(words, manifest), "--yes").code == 0


@pytest.mark.parametrize("words", [["copy", FILE, "--to", FOLDER], ["move", "--manifest", "MANIFEST", "--to", FOLDER]])
def test_ids_and_manifests_that_are_copied_or_moved_need_no_yes(sbg: Run, manifest: Path, words: list[str]) -> None:
    assert sbg(*_words(words, manifest)).code == 0


def _asked(words: Sequence[str], env: dict[str, str], question: str, answer: str) -> tuple[int, str, str]:
    """Run a command on a terminal and answer its question: the exit code, what stood before it, what came after."""
    dialogue = Dialogue([str(COMMAND), *words], env)
    try:
        before = dialogue.expect(question)
        dialogue.send(answer)
        code, after = dialogue.end()
        return code, before, after
    finally:
        dialogue.close()


QUESTIONS = {
    "id": (
        ["delete", FILE],
        "Permanently delete the file sample.bam in rfranklin/my-project (2.15 GB)? This cannot be undone. [y/N]: ",
    ),
    "ids": (["delete", FILE, FOLDER], "Permanently delete the file sample.bam in"),
    "folder's id": (["delete", FOLDER], "delete the folder incoming in rfranklin/destination-project with all it"),
    "missing id": (["delete", "0" * 24], f"Permanently delete {'0' * 24}? This cannot be undone. [y/N]: "),
    "many ids": (
        ["delete", FILE, FILE_2, FOLDER, "0" * 24],
        f"Permanently delete these 4 files or folders, folders with all they hold: {FILE}, {FILE_2} ...? This",
    ),
    "path": (
        ["delete", f"{MINE}/sample.bam"],
        f"Permanently delete the file {MINE}/sample.bam? This cannot be undone. [y/N]: ",
    ),
    "paths": (["delete", MINE, "--match", "sample*"], f"Permanently delete 4 files (10.7 GB) in {MINE}? This cannot"),
    "folder": (
        ["delete", IN, "--dir"],
        f"Permanently delete the folder {IN} with all it holds? This cannot be undone.",
    ),
    "manifest": (["delete", "--manifest", "MANIFEST"], "Permanently delete the files and folders that 2 rows of "),
    "copy": (["copy", f"{MINE}/sample.bam", "--to", IN], "Copy it? [y/N]: "),
    "move": (["move", MINE, "--to", IN, "--match", "sample.*"], "Move it? [y/N]: "),
}


@pytest.mark.parametrize(("words", "question"), QUESTIONS.values(), ids=QUESTIONS)
@pytest.mark.parametrize("answer", ["n\n", "\n", "what?\n", "\x04"], ids=["no", "Enter", "else", "end"])
def test_on_a_terminal_one_is_asked_and_no_is_what_counts(
    env: dict[str, str], simulator: Simulator, manifest: Path, words: list[str], question: str, answer: str
) -> None:
    simulator.requests.clear()
    code, _, after = _asked(_words(words, manifest), env, question, answer)
    assert code == 130
    _, _, kept = after.partition("Nothing was done.\n")
    assert {request.method for request in simulator.requests} <= {"GET"}
    # What took requests to find is kept.
    ids = words[0] == "delete" and "/" not in words[1] and not words[1].startswith("-")
    assert kept.startswith("Plan saved to ") is not ids


@pytest.mark.parametrize("words", [["copy", MINE, "--include", "sample.bam", "--to", f"{IN}/new", "--parents"]])
def test_the_plan_that_no_keeps_can_be_carried_out(
    sbg: Run, env: dict[str, str], simulator: Simulator, words: list[str]
) -> None:
    code, _, after = _asked(words, env, "[y/N]: ", "n\n")
    assert code == 130
    command = shlex.split(after.rpartition("Run it with: sbg-bulk ")[2])
    assert sbg(*command).code == 0
    assert any(node.name == "new" for node in simulator.world.nodes.values())


def test_the_summary_stands_before_the_question(env: dict[str, str], simulator: Simulator) -> None:
    words = ["copy", f"{MINE}/sample.bam", "--to", IN, "--quiet"]
    code, before, _ = _asked(words, env, "Copy it? [y/N]: ", "y\n")
    assert code == 0
    assert before.index("1 file (") < before.index("Plan: 1 job")
    assert tree(simulator, FOLDER) == ["sample.bam"]


def test_ctrl_c_at_the_question_is_no_answer(env: dict[str, str], simulator: Simulator) -> None:
    # Should the signal come just before it reads, Enter has it look.
    code, _, after = _asked(["delete", FILE], env, "[y/N]: ", "\x03\n")
    assert code == 130
    assert after.endswith("sbg-bulk: interrupted.\n")
    assert FILE in simulator.world.nodes


# The same again, after an interruption


def _unfinished(sbg: Run, simulator: Simulator, words: Sequence[str]) -> str:
    """Break a run off, and return its id."""
    simulator.arm("kind=500 op=submit_*")
    simulator.arm("kind=500 op=list_async_jobs")
    ran = sbg(*words, "--yes", "--give-up-after", "0", "--list-lag", "0")
    assert ran.code == 1
    simulator.disarm()
    return str(sbg("runs", "list", "--json").documents[-1]["run"])


AGAIN = {
    "path": ["copy", f"{MINE}/sample.bam", "--to", IN],
    "move": ["move", f"{MINE}/sample.bam", "--to", f"{IN}/"],
    "deletion": ["delete", f"{MINE}/sample.bam"],
    "manifest": ["copy", "--manifest", "MANIFEST", "--to", IN],
}


@pytest.mark.parametrize("words", AGAIN.values(), ids=AGAIN)
def test_what_is_not_finished_is_named_and_not_begun_again(
    sbg: Run, simulator: Simulator, manifest: Path, words: list[str]
) -> None:
    words = _words(words, manifest)
    run = _unfinished(sbg, simulator, words)
    simulator.requests.clear()
    again = sbg(*words, "--yes")
    assert (again.code, again.out) == (2, "")
    rows = 2 if "--manifest" in words else 1
    assert again.err == (
        f"sbg-bulk: Run {run} has the same sources and destination, and is not finished: 0 of {rows} are done.\n"
        f"Resume it with: sbg-bulk runs resume {run}\nTo start a new run instead, add --new-run: files "
        "that jobs of this one still make would be made twice.\n"
    )
    assert {request.method for request in simulator.requests} <= {"GET"}
    dry = sbg(*words, "--dry-run")
    assert (dry.code, f"by run {run}, which is not finished. Skipped.\n" in dry.err) == (3, True)
    assert sbg(*words, "--dry-run", "--new-run").code == 0
    assert sbg(*words, "--yes", "--new-run").code == 0
    assert sbg("runs", "resume", run, "--resubmit").code in (0, 3)
    # Neither is left.
    assert "not finished" not in sbg(*words, "--yes").err


def test_on_a_terminal_one_is_asked_whether_to_resume_it(sbg: Run, env: dict[str, str], simulator: Simulator) -> None:
    run = _unfinished(sbg, simulator, AGAIN["path"])
    words = AGAIN["path"]
    code, before, after = _asked(words, env, "Resume it? [y/N]: ", "n\n")
    assert f"Run {run} has the same sources and destination, and is not finished: 0 of 1 are done." in before
    assert (code, tree(simulator, FOLDER)) == (130, [])
    assert after.endswith("To start a new run instead, add --new-run.\n")
    code, _, _ = _asked([*words, "--list-lag", "0"], env, "Resume it? [y/N]: ", "y\n")
    assert (code, tree(simulator, FOLDER)) == (0, ["sample.bam"])


def test_another_filter_does_not_copy_what_an_unfinished_run_will_but_to_another_place_it_does(
    sbg: Run, simulator: Simulator
) -> None:
    words = ["copy", MINE, "--include", "sample.*", "--to", IN]
    run = _unfinished(sbg, simulator, words)
    other = ["copy", MINE, "--include", "sample.b*", "--to", IN, "--yes"]
    ids = ["copy", FILE, "--to", FOLDER]
    told = (
        f"1 file is being copied by run {run}, which is not finished. Skipped.\n"
        f"Resume it with: sbg-bulk runs resume {run}\n"
        "To start a new run all the same, add --new-run: files may be made twice.\n"
    )
    for again in (other, ids):
        ran = sbg(*again)
        assert (ran.code, told in ran.err, "Nothing else to do." in ran.err) == (3, True, True)
    dry = sbg(*other, "--dry-run", "--json")
    assert (dry.code, dry.document["pending"]) == (3, [{"run": run, "files": 1}])
    failed = sbg(*other, "--on-conflict", "fail")
    assert (failed.code, "by run" in failed.err, "add --new-run" in failed.err) == (2, True, True)
    assert tree(simulator, FOLDER) == []
    assert "not finished" not in sbg("copy", MINE, "--include", "sample.*", "--to", TARGET, "--yes").err


def test_a_sync_asks_with_numbers_and_bytes_and_does_nothing_unless_agreed_to(
    env: dict[str, str], simulator: Simulator
) -> None:
    world = World(simulator)
    world.add(f"{MINE}/run/new", f"{MINE}/run/same", f"{MINE}/run/changed", f"{IN}/same", f"{IN}/gone")
    world.add(f"{IN}/changed", size=7)
    words = ["sync", f"{MINE}/run", "--to", IN, "--delete", "--quiet"]
    question = (
        f"Copy 1 file (1 kB), replace 1 file (7 B), permanently delete 1 file (1 kB) in {IN}? "
        "What is replaced or deleted cannot be recovered. [y/N]: "
    )
    code, before, _ = _asked(words, env, question, "\n")
    assert code == 130
    assert "  changed: 1 kB in the source, 7 B at the destination\n" in before
    assert "  gone\n" in before
    assert tree(simulator, FOLDER) == ["changed", "gone", "same"]
    code, _, _ = _asked(words, env, question, "y\n")
    assert code == 0
    assert tree(simulator, FOLDER) == ["changed", "new", "same"]


@pytest.mark.parametrize("words", [AGAIN["path"], AGAIN["manifest"]], ids=["path", "manifest"])
def test_two_processes_do_not_begin_the_same_at_once(
    sbg: Run, manifest: Path, env: dict[str, str], words: list[str]
) -> None:
    words = _words(words, manifest)
    source = str(manifest) if "--manifest" in words else words[1]
    job_type, task = words[0].upper(), asked([source], words[-1], Filters() if source == words[1] else None)
    with alone(job_type, env["SB_API_ENDPOINT"], task):
        ran = sbg(*words, "--yes")
        assert ran.code == 2
        assert "Another process is at work on the same sources and destination." in ran.err
        assert sbg(*words, "--dry-run").code == 0
    assert sbg(*words, "--yes").code == 0
