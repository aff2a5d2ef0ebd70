"""The official client, unmodified, on the simulator's clock and without a socket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest import mock

import httpx
import requests
import sevenbridges  # type: ignore[import-untyped]
from requests.adapters import BaseAdapter
from requests.models import PreparedRequest, Response
from sevenbridges.http import error_handlers  # type: ignore[import-untyped]

from sbg_bulk.simulator import ManualClock, Simulator
from sbg_bulk.simulator.seeds import TOKEN


class Adapter(BaseAdapter):
    """Hands the requests of a `requests` session to an httpx transport."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        super().__init__()
        self._transport = transport

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        assert request.method is not None
        assert request.url is not None
        headers = [(name, value) for name, value in request.headers.items() if isinstance(value, str)]
        body = request.body.encode() if isinstance(request.body, str) else request.body
        assert body is None or isinstance(body, bytes)
        answer = self._transport.handle_request(
            httpx.Request(request.method, request.url, headers=headers, content=body)
        )
        response = Response()
        response.status_code = answer.status_code
        response.headers = requests.structures.CaseInsensitiveDict(answer.headers)
        response._content = answer.read()
        response.url, response.request = request.url, request
        return response

    def close(self) -> None:
        self._transport.close()


@contextmanager
def official(simulator: Simulator, clock: ManualClock, transport: httpx.BaseTransport) -> Iterator[Any]:
    """Connect the official client, its handler of the rate limit on, which sleeps by the simulator's clock.

    As its documentation sets it up (quickstart, "Error handlers").
    """
    api = sevenbridges.Api(
        # Without `debug` it refuses plain HTTP.
        url=simulator.base_url,
        token=TOKEN,
        debug=True,
        error_handlers=[error_handlers.rate_limit_sleeper],
    )
    api.session.mount("http://", Adapter(transport))
    virtual = SimpleNamespace(sleep=clock.advance, time=clock.now)
    try:
        with mock.patch.object(error_handlers, "time", virtual):
            yield api
    finally:
        api.session.close()
        api.download_pool.shutdown()
        api.upload_pool.shutdown()
