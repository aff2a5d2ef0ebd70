"""Errors of the transport: whether the request was sent, and what to try."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Final

import httpx

from sbg_bulk.api.retry import Verdict

_PAGE: Final = 'See "Behind a proxy" in the documentation.'

GENERAL: Final = "The server gave no answer. Check the network, the proxy settings (HTTPS_PROXY) and the endpoint."


def advice(error: httpx.RequestError) -> str:
    """Return what it means that there was no answer, and what to try."""
    text = str(error)
    if untrusted(error):
        if "expired" in text or "not yet valid" in text:
            return (
                "The server's certificate is out of date by this machine's clock, so nothing was sent. Check the clock."
            )
        return (
            "The server's certificate is not trusted here, so nothing was sent. If a proxy of your organisation is in "
            "between, or it has its own certificate authority, set SSL_CERT_FILE to the file with that authority's "
            f"certificate (REQUESTS_CA_BUNDLE is not read). {_PAGE}"
        )
    if isinstance(error, httpx.ProxyError):
        if "407" in text:
            return (
                f"The proxy asks for a name and a password. Set HTTPS_PROXY to http://NAME:PASSWORD@HOST:PORT. {_PAGE}"
            )
        return f"The proxy refuses the connection. Check HTTPS_PROXY, and NO_PROXY for what needs no proxy. {_PAGE}"
    if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        return (
            "What answers at that address does not speak TLS. Check the port and the https of the endpoint and, if "
            f"HTTPS_PROXY is set, whether the proxy's address begins with http://. {_PAGE}"
        )
    if any(type(cause).__name__ == "gaierror" for cause in _causes(error)):
        return (
            "The name of the endpoint's host, or of the proxy in HTTPS_PROXY, is not known. Check its spelling "
            "and the network."
        )
    if any(isinstance(cause, ConnectionRefusedError) for cause in _causes(error)):
        return f"Nothing listens at that address. Check the endpoint, and the proxy if HTTPS_PROXY is set. {_PAGE}"
    if isinstance(error, httpx.ConnectTimeout):
        return (
            "Nothing answers at that address; a firewall may be in between. Check the endpoint, and whether this "
            f"network needs a proxy (HTTPS_PROXY). {_PAGE}"
        )
    return GENERAL


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


_PASSING = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError, httpx.DecodingError)


def verdict_on_error(error: httpx.RequestError) -> Verdict:
    """Return what an error of the transport says of the request."""
    if untrusted(error):
        return Verdict.FINAL
    if isinstance(error, _NEVER_SENT):
        return Verdict.REFUSED
    if isinstance(error, _PASSING):
        return Verdict.UNCERTAIN
    return Verdict.FINAL


def untrusted(error: httpx.RequestError) -> bool:
    """Return whether it was the server's certificate that was refused, here. Nothing was sent then."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    return cause is not None
