"""What may differ between clients is not in the log of requests; everything else is."""

from __future__ import annotations

import httpx
import pytest

from sbg_bulk.simulator import ManualClock, running
from scripts.lib.languages.recorder import RecordedSimulator, Request

TOKEN = {"X-SBG-Auth-Token": "demo-token"}


def log(*sent: httpx.Request) -> list[Request]:
    """What is kept of requests whose addresses begin with http://service."""
    simulator = RecordedSimulator(clock=ManualClock())
    with running(simulator) as url, httpx.Client() as client:
        for request in sent:
            address = str(request.url).replace("http://service", url.removesuffix("/v2"))
            client.send(httpx.Request(request.method, address, headers=request.headers, content=request.content))
    return simulator.app.requests


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            httpx.Request("GET", "http://service/v2/files?parent=a%2Fb&name=x&name=y", headers=TOKEN),
            httpx.Request("GET", "http://service/v2/files?name=x&name=y&parent=a/b", headers=TOKEN),
            id="order and encoding of the query",
        ),
        pytest.param(
            httpx.Request("GET", "http://service/v2/user", headers={**TOKEN, "Accept": "application/json"}),
            httpx.Request("GET", "http://service/v2/user", headers={**TOKEN, "User-Agent": "x", "Accept": "a/b, */*"}),
            id="Accept and User-Agent",
        ),
        pytest.param(
            httpx.Request("POST", "http://service/v2/files", headers=TOKEN, json={"name": "ö", "type": "folder"}),
            httpx.Request(
                "POST",
                "http://service/v2/files",
                headers={**TOKEN, "Content-Type": "Application/JSON; charset=utf-8"},
                content=b'{ "type": "folder", "name": "\\u00f6" }',
            ),
            id="layout of the body, and its charset",
        ),
    ],
)
def test_what_may_differ_is_left_out(one: httpx.Request, other: httpx.Request) -> None:
    first, second = log(one, other)
    assert first == second
    assert str(first) == str(second)


def test_the_order_of_a_repeated_parameter_is_kept() -> None:
    addresses = ("http://service/v2/files?name=x&name=y", "http://service/v2/files?name=y&name=x")
    first, second = log(*(httpx.Request("GET", address, headers=TOKEN) for address in addresses))
    assert first != second


def test_no_token_is_kept_but_where_it_was() -> None:
    bearer = httpx.Request("GET", "http://service/v2/user", headers={"Authorization": "Bearer demo-token"})
    [kept] = log(bearer)
    assert kept.tokens_in == ("authorization",)
    assert "demo-token" not in repr(kept)


def test_requests_to_the_control_address_are_not_kept() -> None:
    assert log(httpx.Request("GET", "http://service/_simulator/state")) == []
