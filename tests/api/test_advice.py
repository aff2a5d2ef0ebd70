"""What is advised when a server is not reached."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable
from contextlib import closing

import httpx
import pytest

from sbg_bulk import ConnectionFailed, Retry
from sbg_bulk.api.advice import GENERAL, advice
from tests.support.clients import KINDS, Kind, connected


def failed(kind: type[httpx.RequestError], text: str, *causes: Exception) -> httpx.RequestError:
    """An error of the transport as it is raised: with the one below it as its cause, and so on."""
    error = kind(text)
    above: BaseException = error
    for cause in causes:
        above.__cause__ = cause
        above = cause
    return error


def untrusted(text: str) -> httpx.RequestError:
    cause = ssl.SSLCertVerificationError(1, text)
    return failed(httpx.ConnectError, text, OSError("in between"), cause)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (untrusted("certificate verify failed: self-signed certificate"), "set SSL_CERT_FILE"),
        (untrusted("certificate verify failed: certificate is not yet valid"), "Check the clock."),
        (untrusted("certificate verify failed: certificate has expired"), "Check the clock."),
        (failed(httpx.ConnectError, "wrong version number", ssl.SSLError(1, "")), "does not speak TLS"),
        (failed(httpx.ConnectError, "no name", OSError(), socket.gaierror(-2, "")), "was not found"),
        (failed(httpx.ConnectError, "refused", ConnectionRefusedError(111, "")), "no server listens"),
        (failed(httpx.ConnectTimeout, ""), "a firewall may be blocking"),
        (failed(httpx.ProxyError, "407 Proxy Authentication Required"), "http://NAME:PASSWORD@HOST:PORT"),
        (failed(httpx.ProxyError, "403 Forbidden"), "NO_PROXY"),
    ],
)
def test_it_is_said_what_to_try(error: httpx.RequestError, told: str) -> None:
    assert told in advice(error)


@pytest.mark.parametrize("kind", [httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError, httpx.ConnectError])
def test_what_may_have_any_reason_has_general_advice(kind: type[httpx.RequestError]) -> None:
    assert advice(kind("words")) == GENERAL.format("HTTPS_PROXY")


REASONS = {
    "password": failed(httpx.ProxyError, "407 Proxy Authentication Required"),
    "refusal": failed(httpx.ProxyError, "403 Forbidden"),
    "TLS": failed(httpx.ConnectError, "wrong version", ssl.SSLError(1, "")),
    "name": failed(httpx.ConnectError, "no name", socket.gaierror(-2, "")),
    "refused": failed(httpx.ConnectError, "refused", ConnectionRefusedError(111, "")),
    "timeout": failed(httpx.ConnectTimeout, ""),
    "any": failed(httpx.ReadError, ""),
}
VARIABLES = {f"{kind}_proxy" for kind in ("http", "https", "all", "no")}


@pytest.fixture
def said(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Either client's message if each request fails for a reason, with these variables and no others."""

    def message(reason: str, **variables: str) -> str:
        for name in (*VARIABLES, *map(str.upper, VARIABLES)):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

        def fail(_: httpx.Request) -> httpx.Response:
            raise REASONS[reason]

        with closing(connected(kind, fail, retry=Retry(within=0))) as client, pytest.raises(ConnectionFailed) as raised:
            client.call("user")
        return str(raised.value)

    return message


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "Https_Proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("reason", REASONS)
def test_the_proxy_variable_in_force_is_named_as_it_is_spelled(
    said: Callable[..., str], variable: str, reason: str
) -> None:
    told = said(reason, HTTP_PROXY="http://other:1", **{variable: "http://me:secret-word@proxy.example.org:3128"})
    assert set(re.findall(r"\b\w+_PROXY\b", told, re.IGNORECASE)) - {"NO_PROXY"} == {variable}
    assert "secret-word" not in told


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("no", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize("reason", ["name", "refused", "timeout"])
def test_a_host_that_is_exempt_from_the_proxy_is_told_as_that(said: Callable[..., str], no: str, reason: str) -> None:
    told = said(reason, https_proxy="http://proxy.example.org:3128", **{no: ".example.org"})
    assert f"The proxy in https_proxy is not used: {no} exempts this host." in told
    assert "of the proxy" not in told


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_proxy_none_is_blamed(said: Callable[..., str]) -> None:
    told = {reason: said(reason, HTTP_PROXY="http://other:1") for reason in ("TLS", "name", "refused")}
    assert not [text for text in told.values() if "PROXY" in text]
    assert "whether this network needs a proxy (HTTPS_PROXY)" in said("timeout")
