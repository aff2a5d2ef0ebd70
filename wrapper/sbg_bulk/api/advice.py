"""Errors of the transport: whether the request was sent, and what to try."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Final

import httpx

from sbg_bulk.api.retry import Verdict

_PAGE: Final = 'See "Behind a proxy" in the documentation.'

GENERAL: Final = "The server did not respond. Check the network, the proxy settings (HTTPS_PROXY) and the endpoint."


def advice(error: httpx.RequestError) -> str:
    """Return what it means that there was no answer, and what to try."""
    text = str(error)
    if untrusted(error):
        if "expired" in text or "not yet valid" in text:
            return (
                "The server's certificate is not valid at this machine's date and time, so nothing was sent. Check "
                "the clock."
            )
        return (
            "The server's certificate is not trusted on this machine, so nothing was sent. If your organisation "
            "inspects TLS traffic or has its own certificate authority, set SSL_CERT_FILE to the file with that "
            "authority's "
            f"certificate (REQUESTS_CA_BUNDLE is not read). {_PAGE}"
        )
    if isinstance(error, httpx.ProxyError):
        if "407" in text:
            return (
                f"The proxy requires a user name and a password. Set HTTPS_PROXY to http://NAME:PASSWORD@HOST:PORT. "
                f"{_PAGE}"
            )
        return (
            f"The proxy refused the connection. Check HTTPS_PROXY, and NO_PROXY (hosts to reach without the "
            f"proxy). {_PAGE}"
        )
    if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        return (
            "The server at that address does not speak TLS. Check the port and the https:// of the endpoint and, if "
            f"HTTPS_PROXY is set, whether the proxy's address begins with http://. {_PAGE}"
        )
    if any(type(cause).__name__ == "gaierror" for cause in _causes(error)):
        return (
            "The host name of the endpoint, or of the proxy in HTTPS_PROXY, was not found. Check its spelling "
            "and the network."
        )
    if any(isinstance(cause, ConnectionRefusedError) for cause in _causes(error)):
        return (
            f"Connection refused: no server listens at that address. Check the endpoint, and the proxy if "
            f"HTTPS_PROXY is set. {_PAGE}"
        )
    if isinstance(error, httpx.ConnectTimeout):
        return (
            "No response from that address; a firewall may be blocking the connection. Check the endpoint, and "
            "whether this "
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
