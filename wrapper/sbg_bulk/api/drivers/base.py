"""The common part of both drivers: a flow taken one step on, the HTTP settings, and the log of requests."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, Generic, TypeVar

import httpx
from attrs import frozen

from sbg_bulk.api.advice import ROUTE
from sbg_bulk.api.drivers.auth import Secret, TokenAuth
from sbg_bulk.api.steps import Call, Flow, Now, Record, Reply, Step
from sbg_bulk.errors import InputError, SettingsError
from sbg_bulk.settings.proxy import proxy_for, route_to
from sbg_bulk.settings.settings import Settings, Token
from sbg_bulk.version import __version__

R = TypeVar("R")
C = TypeVar("C", httpx.Client, httpx.AsyncClient)

TIMEOUT: Final = httpx.Timeout(60.0, connect=10.0)
"""Seconds: 10 to connect, 60 to wait for data. httpx's own default of 5 is too short for a large page of jobs."""


LOG: Final = logging.getLogger("sbg_bulk.requests")
"""Gets a record of level DEBUG for each request: method, path, status, time in ms, attempt and request id."""
LOG.addHandler(logging.NullHandler())


_LOCATION: Final = "sbg_bulk.location"


@frozen
class Done(Generic[R]):
    """The end of a flow, with the value that it returned."""

    value: R


@frozen
class StepOutcome:
    """The outcome of a step: a value, or an error to throw into the flow."""

    value: Any = None
    error: Exception | None = None


def advance(flow: Flow[R], outcome: StepOutcome) -> Step | Done[R]:
    """Give a flow the outcome of its step, and take its next one."""
    # Nothing else stands in this block, so that a StopIteration from elsewhere is never taken for the end.
    try:
        return flow.send(outcome.value) if outcome.error is None else flow.throw(outcome.error)
    except StopIteration as stop:
        return Done(stop.value)


def begins(step: Step) -> bool:
    """Return whether a step sends what must not be repeated."""
    return isinstance(step, Call) and not step.operation.repeatable


def goes_on(step: Step) -> bool:
    """Return whether a step may still be about writing down what came of the one before."""
    return isinstance(step, (Record, Now))


class Exchanges:
    """The log of requests, and maker of replies: the token is in none of them, though the server may echo it.

    Args:
        token: what to hide.
    """

    def __init__(self, token: Token) -> None:
        self._secret = Secret(token)

    def answered(self, step: Call, request: Mapping[str, Any], response: httpx.Response, seconds: float) -> Reply:
        """Log a request that was answered after so many seconds, and return the reply."""
        headers = response.headers
        if (location := response.extensions.get(_LOCATION)) is not None:
            headers = httpx.Headers([*headers.raw, (b"Location", location)])
        if any(self._secret.is_in(value) for value in headers.values()):
            hidden = [(name, self._secret.hidden_in_bytes(value)) for name, value in headers.raw]
            headers = httpx.Headers(hidden)
        self._log(step, request, str(response.status_code), seconds, headers.get("X-Request-Id"))
        return Reply(step.operation, response.status_code, headers, self._secret.hidden_in_bytes(response.content))

    def broken(self, step: Call, request: Mapping[str, Any], error: httpx.RequestError, seconds: float) -> None:
        """Log a request that got no answer, or only a part of one, and note which way it was to take."""
        with suppress(SettingsError):  # a proxy that a transport of a test's own does not need
            error.request.extensions[ROUTE] = route_to(str(error.request.url))
        self._log(step, request, f"no response ({type(error).__name__})", seconds, None)

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


def _keep_location(response: httpx.Response) -> None:
    """Put aside where a redirection leads: httpx fails over an address that is none, though it does not go there."""
    for name, value in response.headers.raw:
        if name.lower() == b"location":
            response.extensions[_LOCATION] = value
    response.headers.pop("Location", None)


async def _keep_location_too(response: httpx.Response) -> None:
    _keep_location(response)


def not_sendable() -> InputError:
    """Return the error of a request that cannot be written down. What it was to say is not quoted."""
    return InputError(
        "Nothing was sent: an argument is too long for a request, or is not valid Unicode (a name in another "
        "encoding?). Check the names and ids."
    )


def open_http(kind: type[C], settings: Settings, timeout: httpx.Timeout, *, reuse: bool = True, **options: Any) -> C:
    """Return an httpx client of this kind, with the settings that both drivers have.

    Args:
        kind: httpx.Client or httpx.AsyncClient.
        settings: where to connect, and as whom.
        timeout: of httpx.
        reuse: whether connections are kept for further requests. A server may close one that is kept just while a
            request goes out on it, and nobody knows then whether the request was carried out.
        options: others of httpx.

    Raises:
        SettingsError: what the environment says of proxies or certificates cannot be used.
    """
    if options.get("transport") is None:
        options |= _network(settings.endpoint)
    try:
        return kind(
            base_url=settings.endpoint,
            auth=TokenAuth(settings.endpoint, settings.token),
            timeout=timeout,
            follow_redirects=False,
            limits=httpx.Limits() if reuse else httpx.Limits(max_keepalive_connections=0),
            headers={"Accept": "application/json", "User-Agent": f"sbg-bulk/{__version__}"},
            event_hooks={"response": [_keep_location if kind is httpx.Client else _keep_location_too]},
            # What the environment says has been read.
            trust_env=False,
            **options,
        )
    except ImportError:
        raise SettingsError(
            "The proxy in the environment uses SOCKS, which needs an extra package: pip install 'httpx[socks]'"
        ) from None


def _network(endpoint: str) -> dict[str, Any]:
    """Return the options of httpx by what the environment says of proxies and certificates."""
    try:
        trusted = httpx.create_ssl_context()
    except (OSError, ValueError) as error:
        variable = "SSL_CERT_FILE" if os.environ.get("SSL_CERT_FILE") else "SSL_CERT_DIR"
        raise SettingsError(
            f"The certificates that {variable} in the environment points to cannot be used "
            f"({getattr(error, 'strerror', None) or type(error).__name__}). It must be "
            f"{'one file of certificates, in PEM' if variable == 'SSL_CERT_FILE' else 'a folder of certificates'}."
        ) from None
    proxy = proxy_for(endpoint)
    return {"verify": trusted, "proxy": None if proxy is None else httpx.Proxy(proxy.url, auth=proxy.login)}
