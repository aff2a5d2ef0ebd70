"""One is asked before anything is deleted, or done by path: on a terminal, and without one not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from sbg_bulk.simulator import Simulator
from tests.cli.harness import COMMAND, FILE, FILE_2, FOLDER, MINE, TARGET, Run, tree
from tests.support.terminal import Dialogue

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
    "id": (["delete", FILE], "Delete it? Folders go with all they hold; nothing comes back. [y/N]: "),
    "ids": (["delete", FILE, FILE_2], "Delete these 2 files or folders? Folders go with all they hold;"),
    "path": (["delete", f"{MINE}/sample.bam"], "Delete it? Nothing comes back. [y/N]: "),
    "manifest": (["delete", "--manifest", "MANIFEST"], "Delete what 2 rows of "),
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
    assert after.endswith("Nothing was done.\n")
    assert {request.method for request in simulator.requests} <= {"GET"}


def test_the_summary_stands_before_the_question(env: dict[str, str], simulator: Simulator) -> None:
    words = ["copy", f"{MINE}/sample.bam", "--to", IN, "--quiet"]
    code, before, _ = _asked(words, env, "Copy it? [y/N]: ", "y\n")
    assert code == 0
    assert before.index("Chosen: 1 file of") < before.index("To come: 1 job")
    assert tree(simulator, FOLDER) == ["sample.bam"]


def test_ctrl_c_at_the_question_is_no_answer(env: dict[str, str], simulator: Simulator) -> None:
    # Should the signal come just before it reads, Enter has it look.
    code, _, after = _asked(["delete", FILE], env, "[y/N]: ", "\x03\n")
    assert code == 130
    assert after.endswith("sbg-bulk: interrupted.\n")
    assert FILE in simulator.world.nodes
