"""Which connection an error happened to, in words: the endpoint, the proxy, and where the token comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import frozen

from sbg_bulk import errors
from sbg_bulk.cli.later import later

if TYPE_CHECKING:
    from sbg_bulk.settings.proxy import Proxy
    from sbg_bulk.settings.settings import Settings

_proxy_for: Callable[[str], Proxy | None] = later("sbg_bulk.settings.proxy", "proxy_for")


@frozen
class Connection:
    """Where a client is connected, as far as people are shown.

    Attributes:
        endpoint: the base URL.
        source: where the token was found.
    """

    endpoint: str
    source: str

    @classmethod
    def of(cls, settings: Settings) -> Connection:
        """Return the connection of a client with these settings."""
        return cls(settings.endpoint, settings.source)

    def about(self, error: errors.SbgBulkError) -> str | None:
        """Return what to know of it to fix an error; None if it has nothing to do with that."""
        if isinstance(error, errors.Unauthorized):
            return f"The token is from {self.source}; the endpoint is {self.endpoint}."
        if isinstance(error, errors.ConnectionFailed | errors.UnreadableAnswer | errors.Redirected):
            proxy = _proxy_for(self.endpoint)
            return f"The endpoint is {self.endpoint}{f', reached through the proxy {proxy.place}' if proxy else ''}."
        return None
