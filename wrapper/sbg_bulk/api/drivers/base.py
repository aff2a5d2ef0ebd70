"""What both drivers share: taking a flow one step on, the HTTP settings, and what is kept and logged of an answer."""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping
from importlib.metadata import version
from typing import Any, Final, Generic, TypeVar

import httpx
from attrs import frozen

from sbg_bulk.api.steps import Call, Flow, Reply, Step
from sbg_bulk.errors import InputError, SettingsError
from sbg_bulk.settings.settings import Settings, Token

R = TypeVar("R")
C = TypeVar("C", httpx.Client, httpx.AsyncClient)

TIMEOUT: Final = httpx.Timeout(60.0, connect=10.0)
"""Seconds: 10 to connect, 60 to wait for data. httpx's own default of 5 is too short for a large page of jobs."""


LOG: Final = logging.getLogger("sbg_bulk.requests")
"""Gets a record of level DEBUG for each request: method, path, status, time in ms, attempt and request id."""
LOG.addHandler(logging.NullHandler())

HIDDEN: Final = "***"
"""What stands in place of the token."""

LEAST_SECRET: Final = 8
"""Characters: a shorter token, as only tests have one, is not looked for, as it may occur by chance."""


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
        if Secret(self._token).is_in(str(request.url)):
            raise InputError(
                "Nothing was sent: the token would stand in the address of the request, where servers log it. Was it "
                "given in place of an id or a name?"
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
        """Whether a text has the token in it."""
        return self._value is not None and self._value in text

    def hidden(self, text: str) -> str:
        """The text, with a placeholder for the token."""
        return text if self._value is None else text.replace(self._value, HIDDEN)

    def hidden_in_bytes(self, content: bytes) -> bytes:
        """The content, with a placeholder for the token."""
        return content if self._value is None else content.replace(self._value.encode(), HIDDEN.encode())


class Exchanges:
    """Makes replies of responses, with the token in none of them though the server may echo it; and logs each request.

    Args:
        token: what to hide.
    """

    def __init__(self, token: Token) -> None:
        self._secret = Secret(token)

    def answered(self, step: Call, request: Mapping[str, Any], response: httpx.Response, seconds: float) -> Reply:
        """There is an answer, after so many seconds."""
        headers = response.headers
        if any(self._secret.is_in(value) for value in headers.values()):
            headers = httpx.Headers([(name, self._secret.hidden(value)) for name, value in headers.multi_items()])
        self._log(step, request, str(response.status_code), seconds, headers.get("X-Request-Id"))
        return Reply(step.operation, response.status_code, headers, self._secret.hidden_in_bytes(response.content))

    def broken(self, step: Call, request: Mapping[str, Any], error: httpx.RequestError, seconds: float) -> None:
        """There is no answer, or only a part of one."""
        self._log(step, request, f"no answer ({type(error).__name__})", seconds, None)

    def _log(
        self, step: Call, request: Mapping[str, Any], outcome: str, seconds: float, request_id: str | None
    ) -> None:
        if not LOG.isEnabledFor(logging.DEBUG):
            return
        address = httpx.URL(request["url"], params=request.get("params") or None)
        LOG.debug(
            "%s %s: %s in %.0f ms%s%s",
            request["method"].upper(),
            self._secret.hidden(str(address)),
            outcome,
            seconds * 1000,
            f", attempt {step.attempt}" if step.attempt > 1 else "",
            f", request {request_id}" if request_id else "",
        )


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
