"""The base of all that comes from the server."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from sbg_bulk.html import drawn


@frozen
class FromServer:
    """A value that is made from a part of an answer, and keeps it."""

    _source: object = field(default=None, alias="raw", repr=False, eq=False, kw_only=True)

    @property
    def raw(self) -> Any:
        """Return what the server sent, as decoded JSON, with what this class has no attribute for."""
        return self._source

    def _repr_html_(self) -> str:
        return drawn(self)
