"""The names of hosts: which there can be, and which are this machine."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

LONGEST_NAME: Final = 253
"""Characters of a host's name, by the rules of the domain name system."""

_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII | re.IGNORECASE)


def address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the IP address that a host is given by; None if it is given by its name."""
    try:
        # Behind a % there would be the name of an interface, which URLs do not have.
        return None if "%" in host else ipaddress.ip_address(host)
    except ValueError:
        return None


def is_host(host: str) -> bool:
    """Return whether this can be a host's name in ASCII, or its IP address without brackets."""
    if address(host) is not None:
        return True
    labels = host.removesuffix(".").split(".")
    # A name that ends with a number would be an IPv4 address.
    fit = len(host) <= LONGEST_NAME and not labels[-1].isdecimal()
    return fit and all(_LABEL.fullmatch(label) for label in labels)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine by its name or address."""
    found = address(host)
    return host == "localhost" or host.endswith(".localhost") if found is None else found.is_loopback
