"""Which connection an error happened to, in words: the endpoint, the proxy, and where the token comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import frozen

from sbg_bulk import errors

if TYPE_CHECKING:
    from sbg_bulk.settings.settings import Settings


@frozen
class Connection:
    """Where a client is connected, as far as people are told.

    Attributes:
        endpoint: the base URL.
        source: where the token was found.
    """

    endpoint: str
    source: str

    @classmethod
    def of(cls, settings: Settings) -> Connection:
        """That of a client with these settings."""
        return cls(settings.endpoint, settings.source)

    def about(self, error: errors.SbgBulkError) -> str | None:
        """What to know of it to mend an error; None if it has nothing to do with that."""
        if isinstance(error, errors.Unauthorized):
            return f"The token is that of {self.source}, and the endpoint is {self.endpoint}."
        if isinstance(error, errors.ConnectionFailed | errors.UnreadableAnswer | errors.Redirected):
            proxy = _proxy(self.endpoint)
            return f"The endpoint is {self.endpoint}{f', reached through the proxy {proxy}' if proxy else ''}."
        return None


def _proxy(endpoint: str) -> str | None:
    """The proxy that the environment names for an endpoint, without its password."""
    # Takes long, and is needed for an error alone.
    from urllib.request import getproxies, proxy_bypass

    parts, proxies = urlsplit(endpoint), getproxies()
    named = proxies.get(parts.scheme) or proxies.get("all")
    if not named or proxy_bypass(parts.hostname or ""):
        return None
    try:
        proxy = urlsplit(named if "://" in named else f"//{named}")
        return f"{proxy.hostname}:{proxy.port}" if proxy.port else proxy.hostname
    except ValueError:
        return None
