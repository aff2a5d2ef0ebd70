"""An answer of the service, before it goes out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from attrs import frozen

from sbg_bulk.simulator.errors import ApiError

_encode = json.JSONEncoder(separators=(",", ":")).encode  # `json.dumps` with separators makes a new one each time


def encode(document: Any) -> bytes:
    """Write a document as compact JSON."""
    return _encode(document).encode("ascii")


@frozen
class Reply:
    """A status, a body, and headers besides those that all answers have, or in place of them.

    A header with an empty value is left out. The body is JSON unless the headers say otherwise.
    """

    status: int
    body: bytes
    headers: Sequence[tuple[bytes, bytes]] = ()


def answer(document: Any, status: int = 200) -> Reply:
    """Answer with a document."""
    return Reply(status, encode(document))


def refuse(error: ApiError) -> Reply:
    """Answer with an error."""
    return Reply(error.status, encode(error.body()), error.headers)
