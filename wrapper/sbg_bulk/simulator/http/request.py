"""A request as it came in, read to its end."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen


@frozen
class Request:
    """A request.

    `path` is still percent-encoded; `origin` is the scheme and host that it was sent to; the headers' names are in
    lower case. `client` is the address that it came from, None if it came from within this process.
    """

    method: str
    path: str
    query: str
    origin: str
    headers: Mapping[str, str]
    body: bytes
    client: str | None = None
