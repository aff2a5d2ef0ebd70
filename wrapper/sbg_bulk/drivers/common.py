"""What both drivers share: taking a flow one step on, and the HTTP settings."""

from __future__ import annotations

from collections.abc import Generator
from importlib.metadata import version
from typing import Any, Final, Generic, TypeVar

import httpx
from attrs import frozen

from sbg_bulk.errors import SettingsError
from sbg_bulk.settings import Settings, Token
from sbg_bulk.steps import Flow, Step

R = TypeVar("R")
C = TypeVar("C", httpx.Client, httpx.AsyncClient)

TIMEOUT: Final = httpx.Timeout(60.0, connect=10.0)
"""Seconds: 10 to connect, 60 to wait for data. httpx's own default of 5 is too short for a large page of jobs."""


@frozen
class Done(Generic[R]):
    """A flow has ended with this value."""

    value: R


@frozen
class Outcome:
    """What came of a step: a value, or an error to throw into the flow."""

    value: Any = None
    error: Exception | None = None


def advance(flow: Flow[R], outcome: Outcome) -> Step | Done[R]:
    """Give a flow the outcome of its step, and take its next one."""
    # Nothing else stands in this block, so that a StopIteration from elsewhere is never taken for the end.
    try:
        return flow.send(outcome.value) if outcome.error is None else flow.throw(outcome.error)
    except StopIteration as stop:
        return Done(stop.value)


TOKEN_HEADER: Final = "X-SBG-Auth-Token"  # noqa: S105 - the header's name


class TokenAuth(httpx.Auth):
    """Adds the token to requests to the configured host, and refuses all others."""

    def __init__(self, endpoint: str, token: Token) -> None:
        self._origin = _origin(httpx.URL(endpoint))
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if _origin(request.url) != self._origin:
            raise SettingsError(f"The token is not sent to {request.url.host}: it is for another host.")
        request.headers[TOKEN_HEADER] = self._token.reveal()
        try:
            yield request
        finally:
            # Errors and responses keep their request: the token is not to stay in it.
            del request.headers[TOKEN_HEADER]


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def open_http(kind: type[C], settings: Settings, timeout: httpx.Timeout, **options: Any) -> C:
    """An httpx client of this kind, with the settings that both drivers have.

    Raises:
        SettingsError: what the environment says of proxies or certificates cannot be used.
    """
    try:
        return kind(
            base_url=settings.endpoint,
            auth=TokenAuth(settings.endpoint, settings.token),
            timeout=timeout,
            follow_redirects=False,
            headers={"Accept": "application/json", "User-Agent": f"sbg-bulk/{version('sbg-bulk')}"},
            **options,
        )
    except (ImportError, OSError, ValueError) as error:
        raise SettingsError(
            f"No connection can be set up ({error}). Look at the environment variables HTTPS_PROXY, HTTP_PROXY, "
            "ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR."
        ) from None
