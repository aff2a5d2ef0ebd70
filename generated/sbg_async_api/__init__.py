"""A client library for accessing Seven Bridges asynchronous bulk actions"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
