"""The generated clients keep the token to themselves, have a timeout, and leave alone what they were given."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.generated.package import Package

KINDS = ("Client", "AuthenticatedClient")
DRIVERS = ("sync", "asyncio")
SECRET = "demo-token"


class Wire:
    """What answers every request with a user, and remembers the requests."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.transport = httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200, json={"href": "x", "username": "o"})

    def client(self, package: Package, kind: str = "AuthenticatedClient", **settings: Any) -> Any:
        """A client that sends to here."""
        if kind == "AuthenticatedClient":
            settings = {"token": SECRET, "prefix": "", "auth_header_name": "X-SBG-Auth-Token", **settings}
        settings.setdefault("httpx_args", {"transport": self.transport})
        return getattr(package.module("client"), kind)("http://api.test/v2", **settings)


@pytest.fixture
def wire() -> Wire:
    return Wire()


class Session:
    """One way of driving a client, sync or asyncio: the same steps for both."""

    def __init__(self, package: Package, driver: str) -> None:
        self._endpoint = package.module("api.account.get_user")
        self._is_async = driver == "asyncio"

    async def ask(self, client: Any) -> None:
        user = await self._endpoint.asyncio(client=client) if self._is_async else self._endpoint.sync(client=client)
        assert user.username == "o"

    async def enter(self, client: Any) -> Any:
        return await client.__aenter__() if self._is_async else client.__enter__()

    async def leave(self, client: Any) -> None:
        if self._is_async:
            await client.__aexit__(None, None, None)
        else:
            client.__exit__(None, None, None)

    def http(self, client: Any) -> Any:
        return client.get_async_httpx_client() if self._is_async else client.get_httpx_client()

    def set(self, client: Any, transport: httpx.MockTransport) -> Any:
        """The httpx client that is set, for that transport."""
        if self._is_async:
            there = httpx.AsyncClient(base_url="http://api.test/v2", transport=transport)
            assert client.set_async_httpx_client(there) is client
            return there
        here = httpx.Client(base_url="http://api.test/v2", transport=transport)
        assert client.set_httpx_client(here) is client
        return here


@pytest.fixture(params=DRIVERS)
def session(package: Package, request: pytest.FixtureRequest) -> Session:
    return Session(package, request.param)


@pytest.mark.parametrize("prefix", ["", "Bearer"])
def test_no_text_of_a_client_shows_the_token(package: Package, wire: Wire, session: Session, prefix: str) -> None:
    async def steps() -> None:
        client = wire.client(package, prefix=prefix)
        assert SECRET not in f"{client} {client!r}"
        await session.ask(client)
        assert SECRET not in f"{client} {client!r} {client.with_headers({'X-Y': '1'})!r}"

    asyncio.run(steps())
    assert SECRET in wire.requests[0].headers["X-SBG-Auth-Token"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_of_a_client_shows_what_else_may_hold_a_secret(package: Package, kind: str) -> None:
    secrets: dict[str, Any] = {"headers": {"Authorization": "s3cret"}, "cookies": {"session": "s3cret"}}
    for client in (
        Wire().client(package, kind, **secrets),
        Wire().client(package, kind, httpx_args={"auth": ("me", "s3cret")}),
        Wire().client(package, kind).with_headers({"Authorization": "s3cret"}).with_cookies({"session": "s3cret"}),
    ):
        assert "s3cret" not in repr(client)


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_has_a_timeout_unless_it_is_told_to_have_none(
    package: Package, wire: Wire, session: Session, kind: str
) -> None:
    async def steps() -> None:
        for settings in ({}, {"timeout": httpx.Timeout(5)}, {"timeout": None}):
            await session.ask(wire.client(package, kind, **settings))
        await session.ask(wire.client(package, kind).with_timeout(httpx.Timeout(7)))

    asyncio.run(steps())
    default, *others = [request.extensions["timeout"] for request in wire.requests]
    assert default == {"connect": 10, "read": 60, "write": 60, "pool": 60}
    assert others == [dict.fromkeys(default, seconds) for seconds in (5, None, 7)]


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_caller_gave_is_not_changed(package: Package, wire: Wire, session: Session, kind: str) -> None:
    headers, cookies, arguments = {"X-Y": "1"}, {"a": "b"}, {"transport": wire.transport}

    async def steps() -> None:
        await session.ask(wire.client(package, kind, headers=headers, cookies=cookies, httpx_args=arguments))
        # The same dictionary again, for a client with another token.
        await session.ask(wire.client(package, kind, headers=headers, httpx_args=arguments))

    asyncio.run(steps())
    assert (headers, cookies) == ({"X-Y": "1"}, {"a": "b"})
    assert arguments == {"transport": wire.transport}
    assert {request.headers["X-Y"] for request in wire.requests} == {"1"}


def traits(request: httpx.Request) -> dict[str, Any]:
    """What a request shows of the client's settings."""
    headers = {name: request.headers.get(name) for name in ("X-A", "X-B", "Cookie", "X-SBG-Auth-Token")}
    return {**headers, "read": request.extensions["timeout"]["read"]}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("used_before", [False, True])
@pytest.mark.parametrize(
    ("change", "value", "shown"),
    [
        ("with_headers", {"X-B": "b"}, {"X-B": "b"}),
        ("with_cookies", {"second": "2"}, {"Cookie": "first=1; second=2"}),
        ("with_timeout", httpx.Timeout(7), {"read": 7}),
    ],
)
def test_a_client_with_more_headers_cookies_or_time_is_another_one(
    package: Package,
    wire: Wire,
    session: Session,
    change: str,
    value: Any,
    shown: dict[str, Any],
    used_before: bool,
    kind: str,
) -> None:
    async def steps() -> None:
        client = wire.client(package, kind, headers={"X-A": "a"}, cookies={"first": "1"})
        if used_before:
            await session.ask(client)
        other = getattr(client, change)(value)
        assert type(other) is type(client)
        await session.ask(client)
        await session.ask(other)

    asyncio.run(steps())
    old, new = map(traits, wire.requests[-2:])
    token = SECRET if kind == "AuthenticatedClient" else None
    assert old == {"X-A": "a", "X-B": None, "Cookie": "first=1", "X-SBG-Auth-Token": token, "read": 60}
    assert new == old | shown


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_is_entered_again_after_it_was_left(package: Package, wire: Wire, session: Session, kind: str) -> None:
    async def steps() -> None:
        client = wire.client(package, kind)
        used = []
        for _ in range(3):
            assert await session.enter(client) is client
            await session.ask(client)
            used.append(session.http(client))
            await session.leave(client)
        assert [each.is_closed for each in used] == [True] * 3
        assert len(set(map(id, used))) == 3

    asyncio.run(steps())


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_is_entered_within_itself_and_closed_by_the_outermost(
    package: Package, wire: Wire, session: Session, kind: str
) -> None:
    async def steps() -> None:
        client = wire.client(package, kind)
        await session.enter(client)
        http = session.http(client)
        await session.enter(client)
        await session.leave(client)
        assert not http.is_closed
        await session.ask(client)
        assert session.http(client) is http
        await session.leave(client)
        assert http.is_closed

    asyncio.run(steps())


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_is_entered_after_its_first_request(package: Package, wire: Wire, session: Session, kind: str) -> None:
    async def steps() -> None:
        client = wire.client(package, kind)
        await session.ask(client)
        http = session.http(client)
        await session.enter(client)
        await session.ask(client)
        await session.leave(client)
        assert http.is_closed
        await session.ask(client)

    asyncio.run(steps())


def test_leaving_a_client_that_asked_nothing_opens_nothing(package: Package, wire: Wire, session: Session) -> None:
    async def steps() -> None:
        client = wire.client(package)
        await session.enter(client)
        await session.leave(client)
        assert repr(client) == repr(wire.client(package))

    asyncio.run(steps())


@pytest.mark.parametrize("kind", KINDS)
def test_an_httpx_client_that_was_set_is_never_replaced(
    package: Package, wire: Wire, session: Session, kind: str
) -> None:
    async def steps() -> None:
        client = wire.client(package, kind, httpx_args={})
        given = session.set(client, wire.transport)
        await session.enter(client)
        assert session.http(client) is given
        await session.leave(client)
        assert given.is_closed
        # A new one would go without the proxy, the certificate or the hooks of the one that was set.
        assert session.http(client) is given
        with pytest.raises(RuntimeError, match="closed"):
            await session.ask(client)

    asyncio.run(steps())


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize(
    ("location", "is_home"),
    [
        ("/v2/elsewhere", True),
        ("http://api.test:80/v2/elsewhere", True),
        ("http://other.test/v2/user", False),
        ("https://api.test/v2/user", False),
        ("http://api.test:8080/v2/user", False),
    ],
)
def test_a_redirection_that_is_followed_takes_the_token_to_no_other_host(
    package: Package, driver: str, location: str, is_home: bool
) -> None:
    requests: list[httpx.Request] = []
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        if len(requests) == 1:
            return httpx.Response(302, headers={"Location": location})
        return httpx.Response(200, json={"href": "x", "username": "o"})

    async def watching(request: httpx.Request) -> None:
        seen.append(request)

    hook = seen.append if driver == "sync" else watching
    client = Wire().client(
        package,
        follow_redirects=True,
        httpx_args={"transport": httpx.MockTransport(answer), "event_hooks": {"request": [hook]}},
    )
    asyncio.run(Session(package, driver).ask(client))
    assert [SECRET in request.headers.values() for request in requests] == [True, is_home]
    # The hooks of the caller are kept.
    assert len(seen) == 2
