"""The proxy that the environment names for an endpoint: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`.

Other programs write what they like into these variables. An entry of `NO_PROXY` that says nothing is passed over, and a
proxy's address that cannot be used is told without being quoted, as it may hold a password.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import unquote, urlsplit

from attrs import field, frozen

from sbg_bulk.errors import SettingsError
from sbg_bulk.settings.hosts import address, is_host

_SCHEMES: Final = ("http", "https", "socks5", "socks5h")
_PORTS: Final = {"http": 80, "https": 443}


@frozen
class Proxy:
    """A proxy.

    Attributes:
        url: its address, without name and password.
        login: name and password; None without.
    """

    url: str
    login: tuple[str, str] | None = field(repr=False, default=None)

    @property
    def place(self) -> str:
        """Return its host and port, for messages."""
        return self.url.partition("://")[2]


@frozen
class Route:
    """The way to an endpoint.

    Attributes:
        usual: the variable that names the proxy for such endpoints, in its usual spelling.
        variable: the variable in force that names one, as it is spelled in the environment; empty if none does.
        exempt: the variable for which that proxy is not used here; empty if it is.
        proxy: the proxy; None if the endpoint is reached directly.
    """

    usual: str = "HTTPS_PROXY"
    variable: str = ""
    exempt: str = ""
    proxy: Proxy | None = None


def route_to(endpoint: str, proxies: Mapping[str, str] | None = None) -> Route:
    """Return the way to an endpoint by the proxies that the environment names.

    Args:
        endpoint: the base URL, or an address below it.
        proxies: as `urllib.request.getproxies` has them, which this asks if it is None.

    Raises:
        SettingsError: a variable names one for it that cannot be used.
    """
    if proxies is None:
        from urllib.request import getproxies  # takes long, and httpx needs it too

        proxies = getproxies()
    parts = urlsplit(endpoint)
    usual = f"{parts.scheme.upper()}_PROXY"
    kind = parts.scheme if proxies.get(parts.scheme) else "all"
    named = proxies.get(kind, "").strip()
    if not named:
        return Route(usual)
    variable = _spelled(f"{kind}_proxy")
    port = parts.port or _PORTS[parts.scheme]
    if any(_is_meant(entry, parts.hostname or "", port) for entry in proxies.get("no", "").split(",")):
        return Route(usual, variable, _spelled("no_proxy"))
    return Route(usual, variable, proxy=_parsed(named, variable))


def proxy_for(endpoint: str, proxies: Mapping[str, str] | None = None) -> Proxy | None:
    """Return the proxy that leads to an endpoint; None if it is reached directly. See `route_to`."""
    return route_to(endpoint, proxies).proxy


def _spelled(variable: str) -> str:
    """Return how a variable is spelled in the environment: as in `getproxies`, that in small letters counts first."""
    if os.environ.get(variable):
        return variable
    return next((name for name in os.environ if name.lower() == variable and os.environ[name]), variable.upper())


def _is_meant(entry: str, host: str, port: int) -> bool:
    """Return whether an entry of `NO_PROXY` names a host: it, a domain that it is in, a network, or all."""
    entry = entry.strip().lower().partition("://")[2] or entry.strip().lower()
    if entry in ("", "*"):
        return entry == "*"
    own, bare = address(host), entry.strip("[]")
    if own is not None:
        with suppress(ValueError):
            return own in ipaddress.ip_network(bare, strict=False)
    name, colon, number = entry.rpartition(":")
    if colon and number.isdecimal() and address(bare) is None:
        return number == str(port) and _is_meant(name, host, port)
    domain = entry.removeprefix("*").removeprefix(".")
    return bool(domain) and (host == domain or (own is None and host.endswith(f".{domain}")))


def _parsed(text: str, variable: str) -> Proxy:
    """Return the proxy of an address as people write it.

    Raises:
        SettingsError: it is none. What is not quoted may be the password.
    """
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        host, port = parts.hostname or "", parts.port
        rest = parts.path.strip("/") or parts.query or parts.fragment
        login = (unquote(parts.username or "", errors="strict"), unquote(parts.password or "", errors="strict"))
        "".join(login).encode()
    except ValueError:
        host, port, rest, login = "", None, "", ("", "")
        parts = urlsplit("http:")
    if rest or not is_host(host):
        raise SettingsError(
            f"{variable} in the environment is not a valid proxy address. Write http://HOST:PORT or "
            "http://NAME:PASSWORD@HOST:PORT. In a name or password write %2F for /, %23 for #, %3F for ?, %40 for @ "
            "and %3A for :."
        )
    if parts.scheme not in _SCHEMES:
        raise SettingsError(f"{variable} in the environment must begin with one of: {', '.join(_SCHEMES)}.")
    name = f"[{host}]" if ":" in host else host
    url = f"{parts.scheme}://{name}{'' if port is None else f':{port}'}"
    return Proxy(url, login if any(login) else None)
