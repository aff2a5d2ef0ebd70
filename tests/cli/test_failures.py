"""With `--json` what goes wrong is a document too, for every exit code and whatever went wrong."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from sbg_bulk import Client, Retry
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.output import failures
from sbg_bulk.runs.problems import ManifestError
from sbg_bulk.simulator import Simulator
from sbg_bulk.text import command_line, shell_words
from tests.cli.harness import COMMAND, ENVELOPE, FILE, FILE_2, FOLDER, MINE, TARGET, Ran, Run
from tests.cli.schema import SCHEMA
from tests.support.terminal import Dialogue


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is tried again."""
    monkeypatch.setattr("sbg_bulk.client.base.Retry", partial(Retry, within=0))


def _no_token(_: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SB_AUTH_TOKEN", "fake-token-of-nobody")


def _down(simulator: Simulator, _: pytest.MonkeyPatch) -> None:
    simulator.arm("kind=500 op=list_files")


def _interrupted(_: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    def job(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Client, "job", job)


def _faulty(_: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    def job(*_: object) -> None:
        raise LookupError("secret")

    monkeypatch.setattr(Client, "job", job)


COPY = ("copy", f"{MINE}/sample.bam", "--to", f"{TARGET}/incoming", "--yes")

Arrange = Callable[[Simulator, pytest.MonkeyPatch], None]

FAILURES: dict[str, tuple[tuple[str, ...], Arrange | None, str, Exit]] = {
    "server": (("files", "list", MINE), _down, "ServerError", Exit.UNEXPECTED),
    "fault": (("jobs", "show", "1"), _faulty, "Fault", Exit.UNEXPECTED),
    "missing": (("files", "list", "rfranklin/none"), None, "NotFound", Exit.USAGE),
    "no such job": (("jobs", "show", "1"), None, "NotFound", Exit.USAGE),
    "option": (("jobs", "list", "--nonsense"), None, "UsageError", Exit.USAGE),
    "value": (("jobs", "list", "--limit", "0"), None, "UsageError", Exit.USAGE),
    "command": (("job",), None, "UsageError", Exit.USAGE),
    "nobody to ask": (("delete", FILE), None, "UsageError", Exit.USAGE),
    "nothing matched": ((*COPY[:1], MINE, *COPY[2:], "--include", "*.none", "--error-on-no-match"), None,
                        "NothingMatched", Exit.FAILED_ITEMS),
    "nothing compared": (("check", MINE, TARGET, "--include", "*.none"), None, "NothingMatched", Exit.FAILED_ITEMS),
    "nothing to sync": (("sync", MINE, "--to", TARGET, "--include", "*.none", "--error-on-no-match", "--yes"), None,
                        "NothingMatched", Exit.FAILED_ITEMS),
    "timeout": (("copy", FILE, "--to", TARGET, "--timeout", "0"), None, "WaitTimeout", Exit.TIMED_OUT),
    "token": (("jobs", "list"), _no_token, "Unauthorized", Exit.NOT_AUTHORISED),
    "interrupt": (("jobs", "show", "1"), _interrupted, "Interrupted", Exit.INTERRUPTED),
}  # fmt: skip


def _error(ran: Ran) -> dict[str, object]:
    (error,) = [one["error"] for one in ran.documents if "error" in one]
    return dict(error)


@pytest.mark.parametrize(("words", "arrange", "kind", "code"), FAILURES.values(), ids=FAILURES)
def test_what_goes_wrong_is_a_document_and_a_message(
    sbg: Run,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    arrange: Arrange | None,
    kind: str,
    code: Exit,
) -> None:
    if arrange is not None:
        arrange(simulator, monkeypatch)
    ran = sbg(*words, "--json")
    assert ran.code == code
    error = _error(ran)
    assert (error["kind"], error["exit_code"]) == (kind, code)
    assert str(error["message"]) in ran.err
    assert "secret" not in ran.out
    Draft202012Validator({**SCHEMA["$defs"]["failure"], "additionalProperties": False}).validate(error)


def test_without_json_nothing_but_results_is_written_to_standard_output(sbg: Run) -> None:
    for words in (("jobs", "show", "1"), ("jobs", "list", "--limit", "0"), ("files", "list", "rfranklin/none")):
        assert sbg(*words).out == ""


def test_what_stands_after_two_dashes_is_no_option(sbg: Run) -> None:
    assert sbg("jobs", "show", "--", "--json").out == ""


def test_an_answer_of_the_api_is_told_with_its_status_code_and_request(sbg: Run, simulator: Simulator) -> None:
    error = _error(sbg("jobs", "show", "1", "--json"))
    (asked, *_) = [one for one in simulator.requests if one.status == 404][-1:]
    assert (error["status"], error["code"], error["request_id"]) == (404, 10211, asked.request_id)


def test_a_run_that_stops_names_the_commands_that_settle_it(sbg: Run, simulator: Simulator, tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text(f"file\n{FILE}\n{FILE_2}\n", "utf-8")
    for _ in range(2):
        assert sbg("copy", FILE, FILE_2, "--to", FOLDER, "--detach", "--no-check").code == 0
    simulator.arm("kind=cut_after op=submit_copy_job")
    words = ("copy", "--manifest", str(manifest), "--to", FOLDER, "--list-lag", "0", "--no-check", "--json")
    ran = sbg(*words)
    error = _error(ran)
    assert (ran.code, error["kind"], error["resume"]) == (Exit.UNDECIDED, "RunStopped", None)
    commands = error["commands"]
    assert isinstance(commands, list)
    assert sum("--adopt" in one for one in commands) == 3
    assert commands[-1].endswith("--resubmit")


def test_a_run_of_the_same_that_is_not_finished_is_resumed_by_what_the_document_names(
    sbg: Run, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert simulator

    def broken_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("sbg_bulk.transfers.family.post", broken_off)
        begun = _error(sbg(*COPY, "--parents", "--json"))
    again = sbg(*COPY, "--parents", "--json")
    error = _error(again)
    assert (again.code, error["commands"]) == (Exit.USAGE, [error["resume"]])
    assert error["resume"] == begun["resume"]
    assert sbg(*shlex.split(str(error["resume"]))[1:]).code == 0


def test_a_question_that_is_answered_with_no_is_a_document(env: dict[str, str]) -> None:
    dialogue = Dialogue([str(COMMAND), "delete", FILE, "--json"], env)
    try:
        dialogue.expect("[y/N]: ")
        dialogue.send("n\n")
        code, after = dialogue.end()
    finally:
        dialogue.close()
    assert code == Exit.INTERRUPTED
    (document,) = [json.loads(line) for line in after.splitlines() if line.startswith("{")]
    assert (document["error"]["kind"], document["error"]["exit_code"]) == ("Declined", 130)


def test_every_command_of_a_message_is_named_wherever_it_stands() -> None:
    with shell_words():
        settled = [command_line("runs", "resume", "7", "--adopt", "JOB")]
        again = [command_line("--profile", "a b", "runs", "resume", name) for name in ("7", "a run", "77")]
        listing, other = command_line("runs", "list"), command_line("runs", "show", "7")
        told = f"it broke ({listing}): {settled[0]}, or {again[1]}\nor:\n  {again[2]}\n[HTTP 404]"
        made = failures.failure("X", told, Exit.UNEXPECTED)
        assert made["commands"] == [listing, *settled, *again[1:]]
        assert made["resume"] == again[1]
        assert other not in made["commands"]
        assert failures.failure("X", settled[0], Exit.UNDECIDED)["resume"] is None
    with shell_words():
        assert failures.failure("X", told, Exit.UNEXPECTED)["commands"] == []


def test_an_error_is_named_by_its_class_in_the_public_tree() -> None:
    assert failures.kind_of(ManifestError([], 0)) == "InputError"


def test_a_copy_of_what_is_there_already_says_so_in_a_document(sbg: Run) -> None:
    assert sbg(*COPY).code == 0
    document = sbg(*COPY, "--json").document
    assert (document["existing"], document["choice"]) == (1, [])
    assert ENVELOPE[0] not in document
