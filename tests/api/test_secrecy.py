"""The token goes to the configured host, in one header, and shows up nowhere else."""

from __future__ import annotations

import asyncio
import copy
import logging
import pickle
import traceback
from collections.abc import Iterator
from functools import partial
from typing import Any

import attrs
import httpx
import pytest

from sbg_bulk import AsyncClient, Client, InputError, Retry, SbgBulkError, Settings, SettingsError, Token
from sbg_bulk.api.drivers.auth import TokenAuth
from sbg_bulk.api.drivers.base import open_http
from sbg_bulk.api.drivers.sync import BlockingDriver
from tests.support import samples
from tests.support.clients import ENDPOINT, KINDS, TOKEN, observe, perform
from tests.support.samples import FILES, JOB_ID, page
from tests.support.scripts import Answer, Script, broken, ok, raw, refusal
from tests.support.secrets import shown

FOREIGN = "https://evil.example.net/v2/user"

CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any], Answer]] = [
    ("user", (), {}, ok(samples.user())),
    ("jobs", (), {}, page([samples.job()])),
    ("copy", (FILES,), {"project": "a/b"}, ok(samples.job())),
    ("wait", (JOB_ID,), {"type": "COPY", "timeout": 3}, ok(samples.job())),
    ("file", (FILES[0],), {}, ok(samples.file())),
]

FAULTS: dict[str, Answer] = {
    "401": refusal(401, 90001, "Unauthorized."),
    "429": refusal(429, 1000),
    "500": raw(500, b"<html>"),
    "520": raw(520),
    "302": raw(302, headers={"Location": FOREIGN}),
    "no connection": broken(httpx.ConnectError),
    "no answer": broken(httpx.ReadTimeout),
    "broken in the body": raw(200, b"{", broken=httpx.ReadError),
    "bad compression": raw(200, b"no", {"Content-Encoding": "gzip"}),
    "no JSON": raw(200, b"<html>"),
    "no connection allowed": broken(httpx.LocalProtocolError),
}


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """All that is logged, by whomever, from DEBUG on."""
    with caplog.at_level(logging.DEBUG):
        yield caplog


def logged(log: pytest.LogCaptureFixture) -> str:
    return shown([vars(record) for record in log.records]) + log.text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("method", "args", "kwargs", "answer"), CALLS, ids=[call[0] for call in CALLS])
def test_a_call_that_succeeds_shows_no_token(
    log: pytest.LogCaptureFixture, kind: Any, method: str, args: Any, kwargs: Any, answer: Answer
) -> None:
    outcome = observe(kind, [answer], method, *args, **kwargs)
    assert outcome.requests[0].header("X-SBG-Auth-Token") == TOKEN
    assert TOKEN not in shown(outcome.value) + outcome.requests[0].url + logged(log)
    assert log.records


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize(("method", "args", "kwargs", "_"), CALLS, ids=[call[0] for call in CALLS])
def test_a_call_that_fails_shows_no_token(
    log: pytest.LogCaptureFixture, kind: Any, fault: Answer, method: str, args: Any, kwargs: Any, _: Answer
) -> None:
    outcome = observe(kind, [], method, *args, then=fault, retry=Retry(within=2), **kwargs)
    assert isinstance(outcome.error, SbgBulkError)
    text = shown(outcome.error) + logged(log) + "".join(traceback.format_exception(outcome.error))
    assert TOKEN not in text
    assert [request.header("X-SBG-Auth-Token") for request in outcome.requests] == [TOKEN] * len(outcome.requests)
    assert TOKEN not in "".join(request.url for request in outcome.requests)


def test_over_a_real_connection_nothing_is_logged_either(log: pytest.LogCaptureFixture) -> None:
    # Port 9 of the loopback is not listened on; httpcore logs what it does on the way.
    with Client("http://127.0.0.1:9/v2", TOKEN, retry=Retry(within=0)) as client, pytest.raises(SbgBulkError) as caught:
        client.user()
    assert any(record.name.startswith("httpcore") for record in log.records)
    assert TOKEN not in shown(caught.value) + logged(log)


def test_nothing_that_holds_the_token_shows_it() -> None:
    settings = Settings(ENDPOINT, Token(TOKEN))
    with Client(ENDPOINT, TOKEN) as client:
        things = [Token(TOKEN), settings, client, client.settings, attrs.asdict(settings), attrs.astuple(settings)]
        texts = "".join(f"{thing!r}{thing!s}{thing}" for thing in things) + "%s %r" % (things[0], settings)  # noqa: UP031
    assert TOKEN not in texts
    assert "***" in texts


@pytest.mark.parametrize("spend", [pickle.dumps, copy.copy, copy.deepcopy])
@pytest.mark.parametrize("thing", [Token(TOKEN), Settings(ENDPOINT, Token(TOKEN))], ids=["token", "settings"])
def test_what_holds_the_token_cannot_be_stored(spend: Any, thing: Any) -> None:
    if spend is copy.copy and isinstance(thing, Settings):
        assert TOKEN not in repr(spend(thing))
        return
    with pytest.raises(TypeError, match="cannot be pickled"):
        spend(thing)


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_arguments_in_the_wrong_order_do_not_show_the_token(client: Any) -> None:
    with pytest.raises(SettingsError) as caught:
        client(TOKEN, ENDPOINT)
    assert TOKEN not in shown(caught.value)


@pytest.mark.parametrize("location", [FOREIGN, "/v2/elsewhere", f"{ENDPOINT}/user", "http://api.example.org/v2/user"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["user", "delete"])
def test_redirects_are_not_followed(method: str, status: int, location: str) -> None:
    args = (FILES,) if method == "delete" else ()
    outcome = perform([raw(status, headers={"Location": location})], method, *args)
    assert isinstance(outcome.error, SbgBulkError)
    assert len(outcome.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        FOREIGN,
        "http://api.example.org/v2/user",
        "https://api.example.org:8443/v2/user",
        "https://api.example.org.evil.example.net/v2/user",
        "https://api.example.org@evil.example.net/v2/user",
        "https://sub.api.example.org/v2/user",
    ],
)
def test_the_token_does_not_go_elsewhere_even_if_forced(url: str) -> None:
    script = Script([])
    settings = Settings(ENDPOINT, Token(TOKEN))

    def forced() -> None:
        with open_http(httpx.Client, settings, httpx.Timeout(1), transport=httpx.MockTransport(script)) as http:
            http.get(url)

    async def forced_async() -> None:
        transport = httpx.MockTransport(script)
        async with open_http(httpx.AsyncClient, settings, httpx.Timeout(1), transport=transport) as http:
            await http.get(url)

    with pytest.raises(SettingsError, match="The token was not sent to"):
        forced()
    with pytest.raises(SettingsError, match="The token was not sent to"):
        asyncio.run(forced_async())
    assert script.requests == []


def test_the_default_port_is_the_same_host() -> None:
    auth = TokenAuth("https://api.example.org:443/v2", Token(TOKEN))
    request = httpx.Request("GET", f"{ENDPOINT}/user")
    flow = auth.auth_flow(request)
    assert next(flow).headers["X-SBG-Auth-Token"] == TOKEN
    flow.close()
    assert "X-SBG-Auth-Token" not in request.headers


# A server that echoes the token

ECHOES: dict[str, Answer] = {
    "message": refusal(403, 3001, f"The token {TOKEN} may not do this."),
    "status nobody knows": ok({"message": f"I know {TOKEN}"}, 418),
    "request id": refusal(404, 5002, "None.", headers={"X-Request-Id": f"for-{TOKEN}"}),
    "more info": ok({"status": 400, "code": 5033, "more_info": f"https://example.org/?token={TOKEN}"}, 400),
    "redirection": raw(302, headers={"Location": f"https://example.org/{TOKEN}/login"}),
    "page": raw(200, f"<html>{TOKEN}".encode()),
}


@pytest.mark.parametrize("answer", ECHOES.values(), ids=ECHOES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_token_that_the_server_echoes_is_shown_in_no_error(
    log: pytest.LogCaptureFixture, kind: Any, answer: Answer
) -> None:
    error = observe(kind, [answer], "user", retry=Retry(within=0)).error
    assert isinstance(error, SbgBulkError)
    assert TOKEN not in shown(error) + logged(log) + "".join(traceback.format_exception(error))
    assert "***" in str(error)


def test_a_token_that_the_server_echoes_in_an_answer_is_not_in_what_is_made_of_it() -> None:
    user = perform([ok({**samples.user(), "affiliation": TOKEN, TOKEN: [TOKEN]})], "user").value
    assert TOKEN not in shown(user)
    assert user.raw["affiliation"] == "***"


def test_a_short_token_hides_nothing_that_is_like_it_by_chance() -> None:
    job = samples.job()
    script = Script([ok(job)])
    made = partial(BlockingDriver, transport=httpx.MockTransport(script))
    with Client(ENDPOINT, str(job["id"])[:7], driver=made) as client:
        assert client.job(str(job["id"]), type="COPY").id == job["id"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("method", "args", "kwargs"),
    [("file", (TOKEN,), {}), ("job", (TOKEN,), {"type": "COPY"}), ("files", ("a/b",), {"name": f"x{TOKEN}"})],
)
def test_a_token_in_place_of_an_id_is_not_sent_in_an_address(
    log: pytest.LogCaptureFixture, kind: Any, method: str, args: Any, kwargs: Any
) -> None:
    outcome = observe(kind, [], method, *args, **kwargs)
    assert isinstance(outcome.error, InputError)
    assert outcome.requests == []
    assert TOKEN not in shown(outcome.error) + log.text


# What the package itself logs


@pytest.mark.parametrize("kind", KINDS)
def test_each_request_is_logged_with_all_but_what_it_carries(log: pytest.LogCaptureFixture, kind: Any) -> None:
    answers = [
        broken(httpx.ConnectError),
        raw(503, b"", {"X-Request-Id": "r-2"}),
        ok(samples.job(), headers={"X-Request-Id": "r-3"}),
    ]
    # An address with what a user has written, and a body.
    observe(kind, [page([])], "files", "a/b", name="x y.bam", takes=0.5)
    observe(kind, answers, "job", JOB_ID, type="COPY", takes=0.0414)
    observe(kind, [ok(samples.job())], "copy", FILES, project="a/b", takes=1.5)
    told = [record.getMessage() for record in log.records if record.name == "sbg_bulk.requests"]
    assert told == [
        "GET /files?project=a%2Fb&name=x+y.bam&offset=0&limit=100: 200 in 500 ms",
        f"GET /async/files/copy/{JOB_ID}: no response (ConnectError) in 41 ms",
        f"GET /async/files/copy/{JOB_ID}: 503 in 41 ms, attempt 2, request r-2",
        f"GET /async/files/copy/{JOB_ID}: 200 in 41 ms, attempt 3, request r-3",
        "POST /async/files/copy: 200 in 1500 ms",
    ]
    assert {record.levelname for record in log.records if record.name == "sbg_bulk.requests"} == {"DEBUG"}


def test_a_program_that_wants_no_log_gets_none() -> None:
    logger = logging.getLogger("sbg_bulk.requests")
    assert [type(handler) for handler in logger.handlers] == [logging.NullHandler]
    assert (logger.level, logger.propagate) == (logging.NOTSET, True)
