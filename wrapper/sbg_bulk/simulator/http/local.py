"""The control address and the page, which lie beside the service, for the machine that it runs on only.

Neither asks for a token, and the page even gives one away, so both are kept from other machines and from other
pages: any web site that a person has open can make their browser send requests to addresses of their machine.
Refused is a request that came from another machine, one that was sent to a name other than this machine's (a site
can let its own name lead here), and one that the browser sends on behalf of another page. Only the way to the page
itself, by a link, is open to all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from types import MappingProxyType

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.http import control, page
from sbg_bulk.simulator.http.request import Request
from sbg_bulk.simulator.service.reply import Reply, refuse
from sbg_bulk.simulator.state import State

HEADERS: Mapping[bytes, bytes] = MappingProxyType(
    {
        b"cache-control": b"no-store",
        b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
        b"cross-origin-resource-policy": b"same-origin",
        b"referrer-policy": b"no-referrer",
        b"x-content-type-options": b"nosniff",
    }
)
"""The headers of all these answers."""

_IN_PROCESS = (None, "testclient")
_HOST = re.compile(r"(localhost|[0-9.]+|\[[0-9a-f:]+\])(:[0-9]+)?", re.IGNORECASE)


def is_local(path: str) -> bool:
    """Return whether a request's path leads here, and not to the service."""
    return control.is_control(path) or page.is_page(path)


def handle(state: State, request: Request) -> Reply:
    """Answer a request to the control address or to the page."""
    try:
        _check(request)
        return page.handle(state, request) if page.is_page(request.path) else control.handle(state, request)
    except ApiError as error:
        return refuse(error)


def _check(request: Request) -> None:
    if request.client in _IN_PROCESS:
        return
    if not _is_this_machine(request.client or ""):
        raise ApiError(90002, "The simulator can be controlled, and its page opened, only from the machine it runs on.")
    host = _HOST.fullmatch(request.headers.get("host", ""))
    if host is None or not _is_this_machine(host[1].strip("[]")):
        raise ApiError(90002, "The simulator can be controlled, and its page opened, only at localhost or 127.0.0.1.")
    if not _is_of_the_page(request):
        raise ApiError(90002, "The simulator cannot be controlled from other web pages, only from its own.")


def _is_this_machine(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host.lower() == "localhost"
    # A server for both families of addresses sees those of IPv4 wrapped.
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _is_of_the_page(request: Request) -> bool:
    """Return whether no browser asks, or one that asks for the user or for the page itself."""
    headers = request.headers
    if headers.get("origin", request.origin) != request.origin:
        return False
    by_link = request.path == page.ADDRESS and headers.get("sec-fetch-mode") == "navigate"
    return by_link or headers.get("sec-fetch-site", "none") in ("same-origin", "none")
