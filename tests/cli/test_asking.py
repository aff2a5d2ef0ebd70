"""One is asked before anything is deleted, or done by path: on a terminal, and without one not at all."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest

from sbg_bulk import Client
from sbg_bulk.cli.actions import question
from sbg_bulk.files.filters import Filters
from sbg_bulk.runs.task import alone, asked
from sbg_bulk.simulator import Simulator
from tests.cli.harness import COMMAND, FILE, FILE_2, FOLDER, MINE, TARGET, Run, add_files, folder_of, tree
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
    ["move", FILE, "--to", IN],
    ["move", "--manifest", "MANIFEST", "--to", IN],
    ["move", FILE, "--to", IN, "--items-per-job", "1"],
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
    assert "Cannot ask for confirmation (stdin is not a terminal); pass --yes. Preview with --dry-run." in ran.err
    assert len(simulator.requests) == 0
    assert sbg(*_words(words, manifest), "--yes").code == 0


@pytest.mark.parametrize("words", [["copy", FILE, "--to", FOLDER], ["copy", "--manifest", "MANIFEST", "--to", FOLDER]])
def test_ids_and_manifests_that_are_copied_need_no_yes(sbg: Run, manifest: Path, words: list[str]) -> None:
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


def _fill(simulator: Simulator, number: int) -> None:
    """Put so many files of 1 kB into `FOLDER`."""
    for place in range(number):
        simulator.world.add_file(f"{place}.txt", folder_of(simulator), size=1000)


QUESTIONS = {
    "id": (
        ["delete", FILE],
        "Permanently delete the file rfranklin/my-project/sample.bam (2.15 GB)? This cannot be undone. [y/N]: ",
    ),
    "ids": (
        ["delete", FILE, FOLDER],
        f"Permanently delete the file {MINE}/sample.bam (2.15 GB), the folder {IN} with 3 files (3 kB)?",
    ),
    "folder's id": (["delete", FOLDER], f"Permanently delete the folder {IN} with 3 files (3 kB)? This cannot"),
    "missing id": (["delete", "0" * 24], f"Permanently delete {'0' * 24}? This cannot be undone. [y/N]: "),
    "many ids": (
        ["delete", FILE, FILE_2, FOLDER, "0" * 24],
        f"Permanently delete 4 files or folders ({FILE}, {FILE_2}, {FOLDER} ...)? This cannot be undone.",
    ),
    "path": (
        ["delete", f"{MINE}/sample.bam"],
        f"Permanently delete the file {MINE}/sample.bam (2.15 GB)? This cannot be undone. [y/N]: ",
    ),
    "paths": (["delete", MINE, "--match", "sample*"], f"Permanently delete 4 files (10.7 GB) in {MINE}? This cannot"),
    "folder": (
        ["delete", IN, "--dir"],
        f"Permanently delete the folder {IN} with 3 files (3 kB)? This cannot be undone.",
    ),
    "manifest": (["delete", "--manifest", "MANIFEST"], "Permanently delete 2 files (5.37 GB) in 2 rows of /"),
    "moved ids": (
        ["move", FILE, FOLDER, "--to", MINE],
        f"Move the file {MINE}/sample.bam (2.15 GB), the folder {IN} with",
    ),
    "moved rows": (["move", "--manifest", "MANIFEST", "--to", IN], "Move 2 files (5.37 GB) in 2 rows of "),
    "ids in a run": (
        ["move", FILE, FILE_2, "--to", IN, "--items-per-job", "1"],
        f"Move 2 files (5.37 GB) from {FILE}, ",
    ),
    "copy": (["copy", f"{MINE}/sample.bam", "--to", IN], f"Copy the file {MINE}/sample.bam (2.15 GB) to {IN}? [y/N]: "),
    "move": (
        ["move", MINE, "--to", IN, "--match", "sample.*"],
        f"Move the file {MINE}/sample.bam (2.15 GB) to {IN}? [y/N]: ",
    ),
}


ANSWERS = [(name, "n\n") for name in QUESTIONS] + [("path", answer) for answer in ("\n", "what?\n", "\x04")]


@pytest.mark.parametrize(("name", "answer"), ANSWERS)
def test_on_a_terminal_one_is_asked_and_no_is_what_counts(
    env: dict[str, str], simulator: Simulator, manifest: Path, name: str, answer: str
) -> None:
    words, question = QUESTIONS[name]
    _fill(simulator, 3)
    simulator.requests.clear()
    code, _, after = _asked(_words(words, manifest), env, question, answer)
    assert code == 130
    _, _, kept = after.partition("Nothing was done.\n")
    assert {request.operation for request in simulator.requests if request.method != "GET"} <= {"bulk_get_files"}
    # What took requests to find is kept.
    ids = "/" not in words[1] and "--items-per-job" not in words
    assert kept.startswith("Plan saved to ") is not ids


@pytest.mark.parametrize("words", [["copy", MINE, "--include", "sample.bam", "--to", f"{IN}/new", "--parents"]])
def test_the_plan_that_no_keeps_can_be_carried_out(
    sbg: Run, env: dict[str, str], simulator: Simulator, words: list[str]
) -> None:
    code, _, after = _asked(words, env, "[y/N]: ", "n\n")
    assert code == 130
    command = shlex.split(after.rpartition("Run it with:")[2])[1:]
    # It asks as the original did.
    assert "Cannot ask" in sbg(*command).err
    code, _, again = _asked(command, env, "[y/N]: ", "n\n")
    assert (code, "Plan saved" in again) == (130, False)
    assert sbg(*command, "--yes").code == 0
    assert any(node.name == "new" for node in simulator.world.nodes.values())


def test_many_ids_are_counted_with_what_is_below_folders(env: dict[str, str], simulator: Simulator) -> None:
    world, ids = World(simulator), add_files(simulator, 3)
    world.add(f"{IN}/a/1", f"{IN}/a/b/2", f"{IN}/3")
    named = f"({ids[0]}, {ids[1]}, {ids[2]} ...)"
    question = f"Permanently delete 6 files (6 kB) and 1 folder {named}? This cannot be undone. [y/N]: "
    assert _asked(["delete", *ids, FOLDER], env, question, "\n")[0] == 130


def test_an_id_is_named_with_the_folders_above_it(env: dict[str, str], simulator: Simulator) -> None:
    World(simulator).add(f"{IN}/a/b/deep.bam")
    (deep,) = [node.id for node in simulator.world.nodes.values() if node.name == "deep.bam"]
    question = f"Permanently delete the file {IN}/a/b/deep.bam (1 kB)? This cannot be undone. [y/N]: "
    assert _asked(["delete", deep], env, question, "\n")[0] == 130


@pytest.mark.parametrize(
    ("most", "files", "told"),
    [(2, 250, "at least 200 files (at least 200 kB)"), (3, 250, "250 files (250 kB)"), (2, 150, "150 files (150 kB)")],
)
def test_counting_below_a_folder_is_bounded(
    env: dict[str, str], simulator: Simulator, monkeypatch: pytest.MonkeyPatch, most: int, files: int, told: str
) -> None:
    _fill(simulator, files)
    monkeypatch.setattr(question, "MOST", most)
    simulator.requests.clear()
    with Client(env["SB_API_ENDPOINT"], token=env["SB_AUTH_TOKEN"]) as client:
        amount, requests = question._count_below(client, [FOLDER])
    assert str(amount) == told
    assert len([one for one in simulator.requests if one.operation == "list_files"]) == requests <= most


def test_folders_that_are_not_counted_any_more_make_it_a_least_number(
    env: dict[str, str], simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    World(simulator).add(*(f"{IN}/{number}/file" for number in range(5)))
    monkeypatch.setattr(question, "MOST", 4)
    with Client(env["SB_API_ENDPOINT"], token=env["SB_AUTH_TOKEN"]) as client:
        amount, requests = question._count_below(client, [FOLDER])
    assert (str(amount), amount.complete, requests) == ("at least 3 files (at least 3 kB)", False, 4)


def test_of_many_rows_the_first_are_counted_and_their_place_is_told(
    env: dict[str, str], simulator: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    paths = [f"{MINE}/run/{number % 2}/{number}" for number in range(250)]
    World(simulator).add(*paths)
    monkeypatch.setattr(question, "MOST", 2)
    rows = tmp_path / "many.txt"
    with Client(env["SB_API_ENDPOINT"], token=env["SB_AUTH_TOKEN"]) as client:
        for given, told in (
            (paths, f"at least 200 files (at least 200 kB) from {MINE}/run in 250 rows of {rows}"),
            ([f"/{path}" for path in paths[::2]], f"125 files (125 kB) from {MINE}/run/0 in 125 rows of {rows}"),
            ([*paths[:3], FILE], f"4 files (2.15 GB) in 4 rows of {rows}"),
        ):
            rows.write_text("\n".join(given), "utf-8")
            with client.plan("MOVE", rows, to=IN) as draft:
                assert question.Rows.of(client, draft).text == told


def test_sync_asks_with_what_is_in_whole_folders(env: dict[str, str], simulator: Simulator) -> None:
    World(simulator).add(f"{MINE}/run/a/1", f"{MINE}/run/a/b/2", f"{MINE}/run/3", f"{IN}/old/x")
    told = f"Copy 3 files (3 kB) and 1 folder, permanently delete 1 file (1 kB) in {IN}?"
    words = ["sync", f"{MINE}/run", "--to", IN, "--delete"]
    World(simulator).add(f"{MINE}/run/same", f"{IN}/same")
    code, before, _ = _asked(words, env, f"{told} What is replaced or deleted cannot be recovered. [y/N]: ", "n\n")
    assert code == 130
    assert "Copy 3 files (3 kB) and 1 folder.\n" in before.replace("\r\n", "\n")


def test_with_yes_nothing_is_counted(sbg: Run, simulator: Simulator) -> None:
    _fill(simulator, 3)
    simulator.requests.clear()
    assert sbg("delete", FOLDER, "--yes").code == 0
    assert "list_files" not in {one.operation for one in simulator.requests}


def test_the_summary_stands_before_the_question(env: dict[str, str], simulator: Simulator) -> None:
    words = ["copy", f"{MINE}/sample.bam", "--to", IN, "--quiet"]
    code, before, _ = _asked(words, env, f"Copy the file {MINE}/sample.bam (2.15 GB) to {IN}? [y/N]: ", "y\n")
    assert code == 0
    assert before.index("1 file (") < before.index("Plan: 1 job")
    assert tree(simulator, FOLDER) == ["sample.bam"]


def test_what_is_in_folders_is_counted_for_a_person_and_its_requests_are_told(
    sbg: Run, env: dict[str, str], simulator: Simulator
) -> None:
    World(simulator).add(f"{MINE}/run/a/1", f"{MINE}/run/b/2", f"{MINE}/run/3")
    words = ["copy", f"{MINE}/run", "--to", IN, "--recursive"]
    simulator.requests.clear()
    dry = sbg(*words, "--dry-run").err
    used = [one for one in simulator.requests if "rate_limit" not in str(one.operation)]
    assert f"3 files (3 kB) and 2 folders from {MINE}/run to {IN}." in dry
    assert f"Listing used {len(used)} requests." in dry
    question = f"Copy 3 files (3 kB) and 2 folders from {MINE}/run to {IN}? [y/N]: "
    code, before, _ = _asked(words, env, question, "n\n")
    assert (code, f"Listing used {len(used)} requests." in before) == (130, True)
    assert "1 file (1 kB) and 2 folders with all their contents from" in sbg(*words, "--yes").err


def test_ctrl_c_at_the_question_is_no_answer(env: dict[str, str], simulator: Simulator) -> None:
    # Should the signal come just before it reads, Enter has it look.
    code, _, after = _asked(["delete", FILE], env, "[y/N]: ", "\x03\n")
    assert code == 130
    assert after.endswith("sbg-bulk: interrupted. Nothing was changed.\n")
    assert FILE in simulator.world.nodes


def test_ctrl_d_at_the_question_is_a_no_that_ends_its_line(env: dict[str, str], simulator: Simulator) -> None:
    code, _, after = _asked(["delete", FILE], env, "[y/N]: ", "\x04")
    assert code == 130
    assert after.lstrip("\x04\b ^D").startswith("\nNothing was done.")
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
        f"Resume it with: sbg-bulk runs resume {run}\nTo start a new run instead, add --new-run: files that this "
        f"run's jobs are still creating would be created twice.\n"
    )
    assert {request.method for request in simulator.requests} <= {"GET"}
    dry = sbg(*words, "--dry-run")
    told = "is deleting. It is not finished." if "delete" in words else "which is not finished. Skipped."
    assert (dry.code, f"run {run}" in dry.err, f"{told}\n" in dry.err) == (3, True, True)
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
    assert f"Resume it with: sbg-bulk runs resume {run}\nTo start a new run instead, add --new-run: files that" in after
    assert after.endswith("would be created twice.\n")
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
        "To start a new run anyway, add --new-run: files may be created twice.\n"
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


@pytest.mark.parametrize("words", [["delete", FILE], ["move", FILE, "--to", TARGET]], ids=["delete", "move"])
def test_ids_that_an_unfinished_run_still_has_to_copy_stay_where_they_are(
    sbg: Run, simulator: Simulator, words: list[str]
) -> None:
    run = _unfinished(sbg, simulator, ["copy", MINE, "--include", "sample.*", "--to", IN])
    ran = sbg(*words, "--yes")
    told = f"run {run}"
    assert (ran.code, told in ran.err, "Nothing else to do." in ran.err) == (3, True, True)
    assert f"Resume it with: sbg-bulk runs resume {run}" in ran.err
    assert "sample.bam" in World(simulator).paths(MINE)
    # What it does not need is done.
    [other] = add_files(simulator, 1)
    assert sbg(words[0], FILE, other, *words[2:], "--yes").code == 3
    assert sbg("runs", "resume", run).code == 0
    assert sbg(*words, "--yes").code == 0
    assert "sample.bam" not in World(simulator).paths(MINE)


def test_what_is_not_deleted_because_of_an_unfinished_run_is_named_with_the_reason(
    sbg: Run, simulator: Simulator
) -> None:
    World(simulator).add(f"{IN}/x")
    run = _unfinished(sbg, simulator, AGAIN["path"])
    ran = sbg("delete", TARGET, "--recursive", "--yes")
    told = (
        f"Not deleted: {IN}, which run {run} is copying from or to. It is not finished.\n"
        f"Resume it with: sbg-bulk runs resume {run}\n"
        "To delete it anyway, add --new-run: what that run has not transferred yet would be lost.\n"
    )
    assert (ran.code, told in ran.err, "twice" in ran.err) == (3, True, False)
    assert tree(simulator, FOLDER) == ["x"]
    assert sbg("delete", TARGET, "--recursive", "--yes", "--new-run").code == 0
    assert FOLDER not in simulator.world.nodes


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
        assert "Another process is working on the same sources and destination." in ran.err
        assert sbg(*words, "--dry-run").code == 0
    assert sbg(*words, "--yes").code == 0
