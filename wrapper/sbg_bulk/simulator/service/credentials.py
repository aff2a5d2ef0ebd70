"""Where the contract says that a request carries its token."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


class ContractError(Exception):
    """The OpenAPI document uses something that the simulator does not know how to serve."""


def credentials(document: Mapping[str, Any]) -> Sequence[Callable[[Mapping[str, str]], str | None]]:
    """Return readers of a token from a request's headers, one for each way that the contract offers."""
    schemes = document["components"]["securitySchemes"]
    readers: list[Callable[[Mapping[str, str]], str | None]] = []
    for requirement in document["security"]:
        if len(requirement) != 1:
            raise ContractError("a security requirement names more or less than one scheme")
        scheme = schemes[next(iter(requirement))]
        match scheme:
            case {"type": "apiKey", "in": "header", "name": str(name)}:
                readers.append(_header_reader(name.lower()))
            case {"type": "http", "scheme": str(word)}:
                readers.append(_authorization_reader(word.lower()))
            case _:
                raise ContractError(f"a security scheme of a kind that is not known here: {scheme}")
    return readers


def _header_reader(name: str) -> Callable[[Mapping[str, str]], str | None]:
    def read(headers: Mapping[str, str]) -> str | None:
        return headers.get(name)

    return read


def _authorization_reader(word: str) -> Callable[[Mapping[str, str]], str | None]:
    def read(headers: Mapping[str, str]) -> str | None:
        given, _, token = headers.get("authorization", "").partition(" ")
        return token.strip() if given.lower() == word else None

    return read
