"""What both drivers share: taking a flow one step on, the HTTP settings, and reading a response."""

from __future__ import annotations

from collections.abc import Generator
from contextvars import ContextVar
from importlib.metadata import version
from typing import Any, Final, Generic, TypeVar

import httpx
from attrs import frozen

from sbg_bulk import reading
from sbg_bulk.errors import SettingsError
from sbg_bulk.operations import Operation
from sbg_bulk.settings import Settings, Token
from sbg_bulk.steps import Flow, Reply, Step

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


_received: ContextVar[list[httpx.Response]] = ContextVar("_received")


class Receiver:
    """Keeps the response that generated code is given.

    The generated functions parse a response before they return it. They raise on what the contract does not
    describe (an HTML page, a status that Python has no name for, a value of another type), and what they
    return no longer shows what was sent. So the flows read the response itself.
    """

    def __init__(self) -> None:
        self._responses: list[httpx.Response] = []

    def __enter__(self) -> Receiver:
        self._token = _received.set(self._responses)
        return self

    def __exit__(self, *_: object) -> None:
        _received.reset(self._token)

    def reply(self, operation: Operation) -> Reply:
        """What was received."""
        response = self._responses[-1]
        return Reply(operation, response.status_code, response.headers, response.content)

    def explains(self, error: Exception) -> bool:
        """Whether the error is that of generated code that could not read what was received."""
        return bool(self._responses) and isinstance(error, (*reading.UNFIT, RecursionError))


def keep(response: httpx.Response) -> None:
    """Event hook of the httpx clients: hand the response to the receiver of the call under way."""
    _received.get().append(response)
