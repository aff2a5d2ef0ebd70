"""What is advised when a server is not reached."""

from __future__ import annotations

import socket
import ssl

import httpx
import pytest

from sbg_bulk.api.advice import GENERAL, advice


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
    assert advice(kind("words")) == GENERAL
