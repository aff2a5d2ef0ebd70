"""What goes wrong between the command and the service: messages and exit codes."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

import pytest

import sbg_bulk
from sbg_bulk import Client, Retry, errors
from sbg_bulk.cli.exits import Exit, exit_code
from sbg_bulk.models.job import Job
from sbg_bulk.simulator import Simulator
from tests.cli.harness import FILE, FILE_2, MINE, TARGET, TOKEN, Run
from tests.support.world import World

ROOT: Final = Path(__file__).resolve().parents[2] / "wrapper"


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is tried again."""
    monkeypatch.setattr("sbg_bulk.client.base.Retry", partial(Retry, within=0))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.SettingsError(), 2),
        (errors.InputError(), 2),
        (errors.ConnectionFailed(), 1),
        (errors.BadRequest("op", 400), 2),
        (errors.Redirected("op", 302), 2),
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
    assert ran.err.startswith("sbg-bulk: The token was not accepted: ")
    assert re.search(r" \[HTTP 401, code 90001, request \S+, list_async_jobs\]\n", ran.err)
    assert "Check that the token is for this platform" in ran.err
    assert "sbg-bulk configure saves it." in ran.err
    assert "The token is from the environment; the endpoint is http://127.0.0.1:" in ran.err
    assert "fake-token-of-nobody" not in ran.err


def test_what_the_user_may_not_do_has_the_same_exit_code(sbg: Run) -> None:
    ran = sbg("files", "list", "bmcclintock/no-access")
    assert (ran.code, ran.out) == (Exit.NOT_AUTHORISED, "")
    assert "HTTP 403" in ran.err
    assert "Ask an administrator of the project" in ran.err


def test_what_is_not_there_is_wrong_input(sbg: Run) -> None:
    ran = sbg("files", "list", "rfranklin/no-such-project")
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert ran.err.startswith("sbg-bulk: Project rfranklin/no-such-project was not found, or is not shared with you.")
    assert "expire" not in ran.err


@pytest.mark.parametrize("words", [("files", "list", "{}"), ("ls", "{}/batch-01"), ("copy", FILE, "--to", "{}")])
@pytest.mark.parametrize("typed", ["rfranklin/my-projectt", "rfranklin/My-Project", "rfanklin/my-project"])
def test_a_project_that_is_like_the_one_typed_is_suggested(sbg: Run, words: tuple[str, ...], typed: str) -> None:
    ran = sbg(*(word.format(typed) for word in words))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(
        f"sbg-bulk: Project {typed} was not found, or is not shared with you. Did you mean rfranklin/my-project? "
        "[HTTP 404, code 3002, request "
    )


@pytest.mark.parametrize(
    "words",
    [
        ("copy", FILE, "--to", FILE_2),
        ("copy", MINE, "--to", FILE_2, "--yes"),
        ("move", FILE, "--to-folder", FILE_2, "--yes"),
        ("sync", MINE, "--to", FILE_2, "--yes"),
        ("check", FILE_2, MINE),
        ("files", "list", FILE_2),
    ],
    ids=" ".join,
)
def test_a_file_where_a_folder_has_to_be_is_told_as_such(sbg: Run, words: tuple[str, ...]) -> None:
    ran = sbg(*words)
    assert (ran.code, ran.out) == (2, "")
    assert re.match(rf"sbg-bulk: {FILE_2} is a file( \(sample-1\.bam\))?\. Give a folder or a project\.", ran.err)


@pytest.mark.parametrize(
    "words",
    [
        ("ls", "{}"),
        ("files", "tree", "{}"),
        ("copy", "{}/x/y", "--to", TARGET, "--yes"),
        ("check", "{}", TARGET),
        ("check", TARGET, "{}"),
        ("sync", "{}", "--to", TARGET, "--yes"),
    ],
    ids=" ".join,
)
def test_a_name_that_is_like_the_one_typed_is_suggested(sbg: Run, simulator: Simulator, words: tuple[str, ...]) -> None:
    World(simulator).add(f"{MINE}/batch-01/x", f"{MINE}/other/")
    ran = sbg(*(word.format(f"{MINE}/Batch-1") for word in words))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"sbg-bulk: There is no 'Batch-1' in {MINE}. Did you mean 'batch-01'? List it with: ")


def test_what_is_neither_a_path_nor_like_an_id_is_told_how_a_path_is_written(sbg: Run) -> None:
    ran = sbg("sync", "batch-01", "--to", TARGET, "--yes")
    assert ran.err.startswith(
        "sbg-bulk: File or folder batch-01 was not found, or is not shared with you. It was read as an id (24 "
        "hexadecimal digits). A path is written owner/project/folder/file. [HTTP 404, code 5002, "
    )


def test_where_a_folder_cannot_be_made_its_project_is_named(sbg: Run) -> None:
    for words in (("mkdir", "rfranklin/my-projectt/x"), ("mkdir", "-p", "rfranklin/my-projectt/x")):
        ran = sbg(*words)
        assert ran.code == 2
        assert "Project rfranklin/my-projectt was not found, or is not shared with you. Did you mean " in ran.err


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("kind", ["500", "520", "maintenance", "429", "html", "cut_before", "wrong_types"])
def test_trouble_of_the_service_is_a_short_message(sbg: Run, simulator: Simulator, kind: str) -> None:
    simulator.arm(f"kind={kind} op=list_files" + (" field=items" if kind == "wrong_types" else ""))
    ran = sbg("files", "list", MINE)
    assert (ran.code, ran.out) == (Exit.UNEXPECTED, "")
    assert re.search(r"^sbg-bulk: [A-Z][^\[]+\. \[.*list_files\]$", ran.err, re.MULTILINE)
    assert ran.err.count("\n") <= 2
    assert len(ran.err) < 500


def test_a_token_does_not_go_to_another_endpoint(sbg: Run) -> None:
    ran = sbg("--endpoint", "http://127.0.0.1:1/v2", "jobs", "list")
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert "is not sent to http://127.0.0.1:1/v2" in ran.err


@pytest.mark.usefixtures("_impatient")
def test_no_server_is_a_short_message(sbg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SB_API_ENDPOINT", "http://127.0.0.1:1/v2")
    ran = sbg("jobs", "list")
    assert (ran.code, ran.out) == (Exit.UNEXPECTED, "")
    assert ran.err.startswith("sbg-bulk: Connection refused: no server listens at that address. Check the endpoint")
    assert "[ConnectError: " in ran.err
    assert ran.err.endswith("\nThe endpoint is http://127.0.0.1:1/v2.\n")


@pytest.mark.parametrize(
    "command", [["jobs", "list"], ["jobs", "wait", "1"], ["delete", "--yes", FILE], ["files", "list", MINE]]
)
def test_without_a_token_it_says_where_to_put_one(
    sbg: Run, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.delenv("SB_AUTH_TOKEN")
    ran = sbg(*command)
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert "SB_AUTH_TOKEN" in ran.err
    assert "sbg-bulk configure" in ran.err


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
    assert "Choose one of: mine" in ran.err


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


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], str]]:
    """Starts servers that give one answer to whatever comes; their host and port."""
    servers: list[socket.socket] = []

    def start(answer: bytes) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:  # closed
                    return
                with connection, suppress(OSError):
                    connection.recv(65536)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        return f"127.0.0.1:{server.getsockname()[1]}"

    yield start
    for server in servers:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def _http(status: str, body: bytes = b"", *headers: str) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers])
    return head.encode() + b"\r\n\r\n" + body


PROXY_PAGE = 'See "Behind a proxy" in the documentation.'


@pytest.mark.usefixtures("_impatient")
def test_a_host_that_is_not_known_is_told_as_such(sbg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SB_API_ENDPOINT", "https://no-such-host.invalid/v2")
    ran = sbg("jobs", "list")
    assert (ran.code, ran.out) == (Exit.UNEXPECTED, "")
    assert "The host name of the endpoint was not found" in ran.err
    assert ran.err.endswith("\nThe endpoint is https://no-such-host.invalid/v2.\n")


@pytest.mark.usefixtures("_impatient")
def test_tls_at_a_port_without_it_is_told_as_such(
    sbg: Run, monkeypatch: pytest.MonkeyPatch, answering: Callable[[bytes], str]
) -> None:
    monkeypatch.setenv("SB_API_ENDPOINT", f"https://{answering(_http('400 Bad Request'))}/v2")
    ran = sbg("jobs", "list")
    assert ran.code == Exit.UNEXPECTED
    assert "The server at that address does not speak TLS" in ran.err


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("407 Proxy Authentication Required", "Set HTTPS_PROXY to http://NAME:PASSWORD@HOST:PORT."),
        ("403 Forbidden", "The proxy refused the connection"),
        (None, "no server listens at the address of the proxy. Check HTTPS_PROXY."),
    ],
)
def test_a_proxy_that_does_not_help_is_named_without_its_password(
    sbg: Run, monkeypatch: pytest.MonkeyPatch, answering: Callable[[bytes], str], status: str | None, told: str
) -> None:
    proxy = "127.0.0.1:1" if status is None else answering(_http(status))
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:secret-word@{proxy}")
    monkeypatch.setenv("SB_API_ENDPOINT", "cgc")
    ran = sbg("jobs", "list")
    assert (ran.code, ran.out) == (Exit.UNEXPECTED, "")
    assert told in ran.err
    assert PROXY_PAGE in ran.err
    assert ran.err.endswith(f"https://cgc-api.sbgenomics.com/v2, reached through the proxy {proxy}.\n")
    assert "secret-word" not in ran.err


@pytest.mark.usefixtures("_impatient")
def test_a_login_page_in_between_is_told_as_such(
    sbg: Run, monkeypatch: pytest.MonkeyPatch, answering: Callable[[bytes], str]
) -> None:
    page = _http("200 OK", b"<html><title>Welcome to the hotel</title>", "Content-Type: text/html")
    monkeypatch.setenv("SB_API_ENDPOINT", f"http://{answering(page)}/v2")
    ran = sbg("jobs", "list")
    assert (ran.code, ran.out) == (Exit.UNEXPECTED, "")
    assert "whether a proxy or a login page is in the way." in ran.err
    assert PROXY_PAGE in ran.err


@pytest.mark.parametrize(
    ("location", "told"),
    [
        (
            "https://login.example.org/sso?return=there#x",
            "The server redirects to another URL: https://login.example.org/sso.",
        ),
        ("https://me:word@example.org/", "The server redirects to another URL: https://example.org/."),
        ("/login?there", "The server redirects to another URL: /login."),
        (None, "The server redirects to another URL. Redirects are not followed"),
    ],
)
def test_a_redirection_is_told_as_such_and_not_followed(
    sbg: Run, monkeypatch: pytest.MonkeyPatch, answering: Callable[[bytes], str], location: str | None, told: str
) -> None:
    headers = [] if location is None else [f"Location: {location}"]
    monkeypatch.setenv("SB_API_ENDPOINT", f"http://{answering(_http('302 Found', b'', *headers))}/v2")
    ran = sbg("jobs", "list")
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert told in ran.err
    assert PROXY_PAGE in ran.err
    assert "word" not in ran.err
    assert "there" not in ran.err.replace("whether a login page", "")


def test_every_message_that_names_a_page_of_the_documentation_names_one_that_is_there() -> None:
    package, pages = Path(sbg_bulk.__file__).parent, set[str]()
    for source in package.rglob("*.py"):
        # Texts may be in pieces, on several lines.
        text = re.sub(r"\"\s*\n\s*f?\"|'\s*\n\s*f?'|\"\s*\n\s*f?'|'\s*\n\s*f?\"", "", source.read_text("utf-8"))
        pages |= set(re.findall(r"[Ss]ee \"([^\"\n]+)\" in the documentation", text))
    assert {"Behind a proxy", "Several tools on one token"} <= pages
    there = {page.read_text("utf-8").splitlines()[0].removeprefix("# ") for page in (ROOT / "docs").rglob("*.md")}
    assert pages <= there


def test_the_token_in_place_of_an_id_is_not_sent_in_an_address(sbg: Run, simulator: Simulator) -> None:
    simulator.requests.clear()
    for words in (
        ["jobs", "show", TOKEN],
        ["files", "list", "--folder", TOKEN],
        ["files", "list", MINE, "--name", TOKEN],
    ):
        ran = sbg(*words)
        assert (ran.code, ran.out) == (Exit.USAGE, "")
        assert "Nothing was sent: the token would be part of the request's URL" in ran.err
    assert len(simulator.requests) == 0
