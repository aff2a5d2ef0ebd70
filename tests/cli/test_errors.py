"""What goes wrong between the command and the service: messages and exit codes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from sbg_bulk import Client, Retry, errors
from sbg_bulk.cli.exits import Exit, exit_code
from sbg_bulk.model import Job
from sbg_bulk.simulator import Simulator
from tests.cli.harness import FILE, MINE, Run


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is tried again."""
    monkeypatch.setattr("sbg_bulk.client.Retry", partial(Retry, within=0))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.SettingsError(), 2),
        (errors.InputError(), 2),
        (errors.ConnectionFailed(), 1),
        (errors.BadRequest("op", 400), 2),
        (errors.Unauthorized("op", 401), 5),
        (errors.Forbidden("op", 403), 5),
        (errors.NotFound("op", 404), 2),
        (errors.Conflict("op", 409), 2),
        (errors.RateLimited("op", 429), 1),
        (errors.Maintenance("op", 503), 1),
        (errors.ServerError("op", 500), 1),
        (errors.UnreadableAnswer("op", 200, "why"), 1),
        (errors.PagingError(), 1),
        (errors.OutcomeUnknown("op", "why", "advice"), 1),
        (errors.WaitTimeout([Job("1")], ["1"], 1), 4),
        (errors.JobLost(["1"], "op"), 1),
        (errors.RunStopped("1", "COPY", 1, []), 6),
        (errors.JournalError(), 1),
        (errors.RunInUse(), 1),
        (errors.WrongJournal(), 2),
    ],
)
def test_every_error_has_its_exit_code(error: errors.SbgBulkError, code: int) -> None:
    assert exit_code(error) == code


def test_the_table_above_leaves_no_error_out() -> None:
    (mark,) = [mark for mark in test_every_error_has_its_exit_code.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    known = {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.SbgBulkError) and kind is not errors.SbgBulkError
    }
    assert known - {type(error) for error, _ in mark.args[1]} == {errors.ApiError}


def test_a_token_that_is_not_known_is_not_shown(sbg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SB_AUTH_TOKEN", "fake-token-of-nobody")
    ran = sbg("jobs", "list")
    assert (ran.code, ran.out) == (Exit.NOT_AUTHORISED, "")
    assert ran.err.startswith("sbg-bulk: list_async_jobs: HTTP 401, API code 90001: ")
    assert "Check that the token is for this deployment" in ran.err
    assert "fake-token-of-nobody" not in ran.err


def test_what_the_user_may_not_do_has_the_same_exit_code(sbg: Run) -> None:
    ran = sbg("files", "list", "bmcclintock/no-access")
    assert (ran.code, ran.out) == (Exit.NOT_AUTHORISED, "")
    assert "HTTP 403" in ran.err
    assert "Ask an administrator of the project" in ran.err


def test_what_is_not_there_is_wrong_input(sbg: Run) -> None:
    ran = sbg("files", "list", "rfranklin/no-such-project", "--json")
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert "Check the id" in ran.err


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("kind", ["500", "520", "maintenance", "429", "html", "cut_before", "wrong_types"])
def test_trouble_of_the_service_is_a_short_message(sbg: Run, simulator: Simulator, kind: str) -> None:
    simulator.arm(f"kind={kind} op=list_files" + (" field=items" if kind == "wrong_types" else ""))
    ran = sbg("files", "list", MINE)
    assert (ran.code, ran.out) == (Exit.UNEXPECTED, "")
    assert ran.err.startswith("sbg-bulk: list_files: ")
    assert ran.err.count("\n") == 1
    assert len(ran.err) < 400


def test_a_token_does_not_go_to_another_endpoint(sbg: Run) -> None:
    ran = sbg("--endpoint", "http://127.0.0.1:1/v2", "jobs", "list")
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert "is not sent to http://127.0.0.1:1/v2" in ran.err


@pytest.mark.usefixtures("_impatient")
def test_no_server_is_a_short_message(sbg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SB_API_ENDPOINT", "http://127.0.0.1:1/v2")
    ran = sbg("jobs", "list")
    assert (ran.code, ran.out) == (Exit.UNEXPECTED, "")
    assert "no answer (ConnectError" in ran.err
    assert "Check the network, the proxy settings (HTTPS_PROXY) and the endpoint." in ran.err


@pytest.mark.parametrize(
    "command", [["jobs", "list"], ["jobs", "wait", "1"], ["delete", FILE], ["files", "list", MINE]]
)
def test_without_a_token_it_says_where_to_put_one(
    sbg: Run, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.delenv("SB_AUTH_TOKEN")
    ran = sbg(*command)
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert "SB_AUTH_TOKEN" in ran.err
    assert "~/.sevenbridges/credentials" in ran.err


def test_an_endpoint_that_is_none_is_wrong_usage(sbg: Run) -> None:
    ran = sbg("--endpoint", "mars", "jobs", "list")
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert "cavatica" in ran.err


def test_a_profile_is_taken_from_the_credentials_file(
    sbg: Run, home: Path, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SB_AUTH_TOKEN")
    monkeypatch.delenv("SB_API_ENDPOINT")
    credentials = home / ".sevenbridges" / "credentials"
    credentials.parent.mkdir()
    credentials.write_text(f"[mine]\napi_endpoint = {env['SB_API_ENDPOINT']}\nauth_token = demo-token\n", "utf-8")
    assert len(sbg("--profile", "mine", "jobs", "list", "--json").documents) == 5
    ran = sbg("--profile", "other", "jobs", "list")
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert "it has: mine" in ran.err


@pytest.mark.parametrize(
    ("words", "named"),
    [(["job"], "'job'"), (["jobs", "cancel"], "'cancel'"), (["--token", "fake", "jobs", "list"], "--token")],
)
def test_an_unknown_command_or_option_is_wrong_usage(sbg: Run, words: list[str], named: str) -> None:
    ran = sbg(*words)
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert named in ran.err
    assert "--help" in ran.err


@pytest.mark.parametrize("words", [[], ["jobs"], ["files"], ["runs"]])
def test_no_command_is_wrong_usage_and_shows_the_help(sbg: Run, words: list[str]) -> None:
    ran = sbg(*words)
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert "Commands:" in ran.err


def test_a_message_of_several_lines_keeps_them(sbg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = errors.RunStopped("7", "COPY", 100, [Job("1")])

    def job(*_: object) -> None:
        raise stopped

    monkeypatch.setattr(Client, "job", job)
    ran = sbg("jobs", "show", "1")
    assert (ran.code, ran.out, ran.err) == (Exit.UNDECIDED, "", f"sbg-bulk: {stopped}\n")
    assert ran.err.count("\n") > 1


def test_what_an_error_quotes_does_not_command_the_terminal(sbg: Run) -> None:
    ran = sbg("files", "list", "rfranklin/\x1b[2Jnone")
    assert ran.code == Exit.USAGE
    assert "\x1b" not in ran.err
