"""The token: sent to the configured host only, and hidden everywhere else."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

import httpx

from sbg_bulk.errors import InputError, SettingsError
from sbg_bulk.settings.settings import Token
from sbg_bulk.settings.shown import HIDDEN, LEAST_SECRET

TOKEN_HEADER: Final = "X-SBG-Auth-Token"  # noqa: S105 - the header's name


class TokenAuth(httpx.Auth):
    """Authentication by the token, which goes with requests to the configured host; all others are refused."""

    def __init__(self, endpoint: str, token: Token) -> None:
        self._origin = _origin(httpx.URL(endpoint))
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if _origin(request.url) != self._origin:
            raise SettingsError(f"The token was not sent to {request.url.host}: it is for another host.")
        if Secret(self._token).is_in(str(request.url)):
            raise InputError(
                "Nothing was sent: the token would be part of the request's URL, which servers log. Was it given "
                "instead of an id or a name?"
            )
        request.headers[TOKEN_HEADER] = self._token.reveal()
        try:
            yield request
        finally:
            # Errors and responses keep their request: the token is not to stay in it.
            del request.headers[TOKEN_HEADER]


class Secret:
    """A token as something to look for, and to hide."""

    def __init__(self, token: Token) -> None:
        value = token.reveal()
        self._value = value if len(value) >= LEAST_SECRET else None

    def is_in(self, text: str) -> bool:
        """Return whether a text has the token in it."""
        return self._value is not None and self._value in text

    def hidden(self, text: str) -> str:
        """Return the text with a placeholder for the token."""
        return text if self._value is None else text.replace(self._value, HIDDEN)

    def hidden_in_bytes(self, content: bytes) -> bytes:
        """Return the content with a placeholder for the token."""
        return content if self._value is None else content.replace(self._value.encode(), HIDDEN.encode())


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
