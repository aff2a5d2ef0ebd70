"""Errors of the transport: whether the request was sent, and what to try."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Final

import httpx

from sbg_bulk.api.retry import Verdict
from sbg_bulk.settings.proxy import Route

_PAGE: Final = 'See "Behind a proxy" in the documentation.'

GENERAL: Final = "The server did not respond. Check the network, the proxy settings ({}) and the endpoint."

ROUTE: Final = "sbg_bulk.route"
"""Under this, a driver notes with a request that failed which way it was to take: a Route."""


def advice(error: httpx.RequestError) -> str:
    """Return what it means that there was no answer, and what to try."""
    text, route = str(error), _route(error)
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
    used = "" if route.exempt else route.variable
    if isinstance(error, httpx.ProxyError):
        if "407" in text:
            return (
                f"The proxy requires a user name and a password. Set {used or route.usual} to "
                f"http://NAME:PASSWORD@HOST:PORT. {_PAGE}"
            )
        return (
            f"The proxy refused the connection. Check {used or route.usual}, and NO_PROXY (hosts to reach without the "
            f"proxy). {_PAGE}"
        )
    if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        proxy = f", and whether the proxy's address in {used} begins with http://" if used else ""
        return (
            "The server at that address does not speak TLS. Check the port and the https:// of the "
            f"endpoint{proxy}. {_PAGE}"
        )
    if any(type(cause).__name__ == "gaierror" for cause in _causes(error)):
        # A proxy looks up the endpoint's name itself.
        host = f"The host name of the proxy in {used}" if used else "The host name of the endpoint"
        return f"{host} was not found. Check its spelling and the network.{_exempted(route)}"
    if any(isinstance(cause, ConnectionRefusedError) for cause in _causes(error)):
        if used:
            return f"Connection refused: no server listens at the address of the proxy. Check {used}. {_PAGE}"
        return f"Connection refused: no server listens at that address. Check the endpoint.{_exempted(route)} {_PAGE}"
    if isinstance(error, httpx.ConnectTimeout):
        if used:
            return (
                "No response from the address of the proxy; a firewall may be blocking the connection. Check "
                f"{used}. {_PAGE}"
            )
        return (
            "No response from that address; a firewall may be blocking the connection. Check the endpoint, and "
            f"whether this network needs a proxy ({route.usual}).{_exempted(route)} {_PAGE}"
        )
    return GENERAL.format(route.exempt or used or route.usual)


def _route(error: httpx.RequestError) -> Route:
    """Return the way that a request was to take, as far as its driver has noted it."""
    try:
        route = error.request.extensions.get(ROUTE)
    except RuntimeError:  # an error that belongs to no request
        return Route()
    return route if isinstance(route, Route) else Route()


def _exempted(route: Route) -> str:
    """Say that a proxy is not used, because that may be the fault."""
    if not route.exempt:
        return ""
    return f" The proxy in {route.variable} is not used: {route.exempt} exempts this host."


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
