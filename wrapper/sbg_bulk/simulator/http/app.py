"""The service as an ASGI application: from a request to its answer.

In this order a request is logged, led to an operation, attributed to a user, struck by the faults that act before
processing, charged, checked against the contract, processed, and struck by the faults that act after it. What was
due before it has happened by then: each request first brings the jobs up to date.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from email.utils import formatdate
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote

from attrs import define

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.faults import ArmedFault, FaultRule
from sbg_bulk.simulator.http import local
from sbg_bulk.simulator.http.request import Request
from sbg_bulk.simulator.service import fault_effects, shapes
from sbg_bulk.simulator.service.answering import Call
from sbg_bulk.simulator.service.arguments import RESPELLED, refusal, refuse_unknown_filters, respelled
from sbg_bulk.simulator.service.contract import BASE_PATH, InvalidRequest, Operation
from sbg_bulk.simulator.service.reply import Reply, refuse
from sbg_bulk.simulator.service.request_log import LoggedRequest
from sbg_bulk.simulator.state import State
from sbg_bulk.simulator.variant import PLAIN
from sbg_bulk.simulator.world.actions import Item, JobType
from sbg_bulk.simulator.world.tree import User

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

CUT = "sbg_bulk.cut"
"""The ASGI extension of servers that can break a connection: a function that does it.

It is called with how: `read` (reset), `protocol` (closed), `connect` (refused, as far as the server can), or
`truncated` (closed, when what has been sent of the answer has gone out).
"""

FREE = "get_rate_limit"
"""The operation that is not counted, and is answered when nothing is left."""

OTHERS_FILE, OTHERS_PROJECT = "f" * 24, "another/project"
"""What another program of the user copies, and where to: neither exists."""

_NOT_SIMULATED = re.compile(
    rf"{BASE_PATH}/(files/(scroll|search|[^/]+/scroll)|storage/volumes/[^/]+/[^/]+/(object|members))/?"
)
"""Calls of the API that are documented, and that the contract leaves out."""

_HOST = re.compile(r"[A-Za-z0-9.\-]+(:[0-9]+)?|\[[0-9A-Fa-f:]+\](:[0-9]+)?")

logger = logging.getLogger(__name__)


@define
class _Exchange:
    """A request under way, and what has become known of it."""

    request: Request
    entry: LoggedRequest
    user: User | None = None


class _CutError(Exception):
    """A fault breaks the connection, after part of an answer if there is one."""

    def __init__(self, error: str, partial: Reply | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.partial = partial


class Service:
    """The ASGI application of a simulator."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _lifespan(receive, send)
        else:
            raise ValueError(f"the simulator speaks HTTP only, not {scope['type']}")

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await _read_request(scope, receive)
        if local.is_local(request.path):
            await _send(send, request, local.handle(self._state, request), local.HEADERS)
            return
        exchange = self._begin(request)
        try:
            reply = await self._answer(exchange)
        except _CutError as cut:
            if cut.partial is not None:
                await _send(send, request, cut.partial, self._headers(exchange), whole=False)
            await _break_connection(scope, receive, cut.error)
            return
        except Exception:
            logger.exception("request %s failed", exchange.entry.request_id)
            reply = refuse(ApiError(90004, "Something went wrong in the simulator; see its log."))
        exchange.entry.status = reply.status
        await _send(send, request, reply, self._headers(exchange))

    def _begin(self, request: Request) -> _Exchange:
        state = self._state
        with state.lock:
            entry = state.requests.add(
                state.clock.now(),
                request.method,
                _without_tokens(request.path, state.world.tokens),
                _without_tokens(request.query, state.world.tokens),
                state.ids.request(),
            )
        return _Exchange(request, entry)

    async def _answer(self, exchange: _Exchange) -> Reply:
        try:
            operation, variables = self._find(exchange)
        except ApiError as error:
            return self._shaped(exchange, refuse(error))
        struck = self._strike(exchange, operation)
        for fault in struck:
            if fault.rule.before:
                instead = await self._act_before(fault.rule)
                if instead is not None:
                    return instead
        reply = self._shaped(exchange, self._process(exchange, operation, variables, struck))
        for fault in struck:
            if not fault.rule.before:
                reply = await self._act_after(fault, reply)
        return reply

    def _shaped(self, exchange: _Exchange, reply: Reply) -> Reply:
        variant = self._state.variant
        return reply if variant == PLAIN else shapes.shape(variant, exchange.entry.operation, reply)

    def _find(self, exchange: _Exchange) -> tuple[Operation, Mapping[str, str]]:
        state, request = self._state, exchange.request
        exchange.user = state.world.tokens.get(state.contract.token(request.headers) or "")
        exchange.entry.user = None if exchange.user is None else exchange.user.username
        absent = _NOT_SIMULATED.fullmatch(request.path)
        route = None if absent else state.contract.route(request.path)
        operation = None if route is None else route.operations.get(request.method)
        if route is not None and operation is not None:
            exchange.entry.operation = operation.id
            if exchange.user is None:
                raise ApiError(90001, "Send a valid token, as X-SBG-Auth-Token.")
            return operation, route.variables
        if exchange.user is not None:
            with state.lock:
                state.limiter.charge(exchange.user.username, state.clock.now())
        if absent:
            raise ApiError(90010, f"{request.path} is not simulated. List page by page instead.")
        if route is None:
            raise ApiError(90003, f"There is nothing at {request.path}.")
        allowed = route.allowed
        raise ApiError(
            90006,
            f"{request.method} is not allowed here, only {allowed}.",
            headers=[(b"allow", allowed.encode("ascii"))],
        )

    def _strike(self, exchange: _Exchange, operation: Operation) -> Sequence[ArmedFault]:
        state = self._state
        with state.lock:
            struck = state.faults.strike(operation.id)
        if struck:
            exchange.entry.fault = " ".join(fault.rule.kind for fault in struck)
        return struck

    async def _act_before(self, rule: FaultRule) -> Reply | None:
        match rule.kind:
            case "delay":
                await self._state.clock.sleep(rule.seconds or 0.0)
                return None
            case "cut_before":
                raise _CutError(rule.error)
            case _:
                return fault_effects.instead(rule, self._state.clock.now())

    async def _act_after(self, fault: ArmedFault, reply: Reply) -> Reply:
        rule = fault.rule
        match rule.kind:
            case "delay":
                await self._state.clock.sleep(rule.seconds or 0.0)
                return reply
            case "cut_after":
                raise _CutError(rule.error)
            case "truncate":
                raise _CutError("truncated", partial=reply)
            case "fail_item" | "late_list":
                return reply  # has struck when the job was made
            case kind if kind == "html" or kind.isdecimal():
                return fault_effects.instead(rule, self._state.clock.now())
            case _:
                return fault_effects.alter(rule, reply, fault.random)

    def _process(
        self, exchange: _Exchange, operation: Operation, variables: Mapping[str, str], struck: Sequence[ArmedFault]
    ) -> Reply:
        state, request, user = self._state, exchange.request, exchange.user
        assert user is not None
        query = parse_qsl(request.query, keep_blank_values=True)
        base = request.origin + BASE_PATH
        try:
            with state.lock:
                now = state.clock.now()
                state.jobs.schedule.catch_up(now)
                self._see_to_maintenance(now)
                if operation.id != FREE:
                    state.limiter.charge(user.username, now)
                    self._let_others_in(user, now)
                self._see_to_access(operation, request)
                content_type = request.headers.get("content-type", "")
                respell = RESPELLED.get(operation.id)
                given = state.contract.read(operation, variables, respelled(query), content_type, request.body, respell)
                refuse_unknown_filters(operation, given)
                call = Call(
                    user=user,
                    base=base,
                    address=request.origin + request.path.removesuffix("/"),
                    query=query,
                    arguments=given,
                    now=now,
                    doomed={fault.rule.item - 1: fault.rule.code for fault in struck if fault.rule.kind == "fail_item"},
                    late=max(
                        (fault.rule.seconds or 0.0 for fault in struck if fault.rule.kind == "late_list"), default=0.0
                    ),
                )
                reply: Reply = getattr(state.operations, operation.id)(call)
                return reply
        except ApiError as error:
            return refuse(error)
        except InvalidRequest as invalid:
            return refuse(refusal(operation, invalid))

    def _see_to_maintenance(self, now: float) -> None:
        """Raise ApiError while the platform is under maintenance, which it is not at the start."""
        if self._state.variant.maintenance is not None:
            every, lasts = self._state.variant.maintenance
            if (now - self._state.began) % every >= every - lasts:
                raise ApiError(0, "The platform is under maintenance.")

    def _see_to_access(self, operation: Operation, request: Request) -> None:
        """Raise ApiError if the variant wants a header that the request has not got."""
        wanted = self._state.variant.advance_access and "/storage/" in operation.path
        if wanted and request.headers.get("x-sbg-advance-access") != "advance":
            raise ApiError(90002, "This call needs the header X-SBG-Advance-Access: advance.")

    def _let_others_in(self, user: User, now: float) -> None:
        """Have another program of the user submit a job from time to time, as far as the budget allows."""
        state, variant = self._state, self._state.variant
        state.answered += 1
        if variant.others_every is None or state.answered % variant.others_every:
            return
        with suppress(ApiError):
            for _ in range(variant.others_requests):
                state.limiter.charge(user.username, now)
            state.jobs.submit(user, JobType.COPY, [Item(OTHERS_FILE, project=OTHERS_PROJECT)], now)

    def _headers(self, exchange: _Exchange) -> Mapping[bytes, bytes]:
        state = self._state
        now = state.clock.now()
        # The server's own Date would be the system's, and disagree with X-RateLimit-Reset where time was skipped.
        headers = {b"date": _date(int(now)), b"x-request-id": exchange.entry.request_id.encode("ascii")}
        if not state.variant.date_header:
            del headers[b"date"]
        if exchange.user is not None and state.variant.rate_headers != "absent":
            budget = state.limiter.budget(exchange.user.username, now)
            headers[b"x-ratelimit-limit"] = b"%d" % budget.limit
            headers[b"x-ratelimit-remaining"] = b"%d" % budget.remaining
            scale = 1000 if state.variant.rate_headers == "milliseconds" else 1
            headers[b"x-ratelimit-reset"] = b"%d" % (budget.reset * scale)
        return headers


def _without_tokens(address: str, tokens: Iterable[str]) -> str:
    """Return a part of an address with any token in it made unreadable."""
    if address:
        for token in tokens:
            for spelling in _spellings(token):
                address = address.replace(spelling, "…")
    return address


@lru_cache
def _spellings(token: str) -> tuple[str, str]:
    return token, quote(token, safe="")


@lru_cache(maxsize=1)
def _date(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode("ascii")


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _read_request(scope: Scope, receive: Receive) -> Request:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    raw_path = scope.get("raw_path")
    client = scope.get("client")
    path = quote(scope["path"]) if raw_path is None else raw_path.decode("latin-1").partition("?")[0]
    return Request(
        method=scope["method"],
        path=path,
        query=scope["query_string"].decode("latin-1"),
        origin=_origin(scope, headers),
        headers=headers,
        body=bytes(body),
        client=str(client[0]) if client else None,
    )


def _origin(scope: Scope, headers: Mapping[str, str]) -> str:
    """Return the scheme and host that the request was sent to, so that the addresses in the answer lead back here."""
    host = headers.get("host", "")
    if not _HOST.fullmatch(host):
        name, port = scope.get("server") or ("simulator", None)
        host = name if port is None else f"{name}:{port}"
    return f"{scope.get('scheme', 'http')}://{host}"


async def _send(
    send: Send, request: Request, reply: Reply, common: Mapping[bytes, bytes], *, whole: bool = True
) -> None:
    headers = {
        b"content-type": b"application/json",
        b"content-length": b"%d" % len(reply.body),
        **common,
        **dict(reply.headers),
    }
    kept = [(name, value) for name, value in headers.items() if value]
    await send({"type": "http.response.start", "status": reply.status, "headers": kept})
    body = b"" if request.method == "HEAD" else reply.body
    part = body if whole else body[: len(body) // 2]
    await send({"type": "http.response.body", "body": part, "more_body": not whole})


async def _break_connection(scope: Scope, receive: Receive, error: str) -> None:
    cut = scope.get("extensions", {}).get(CUT)
    if cut is None:
        raise ConnectionResetError(
            f"a fault has cut the connection ({error}); this server cannot show it to the client"
        )
    cut(error)
    while (await receive())["type"] != "http.disconnect":
        pass  # the server learns of the loss in its own time, and takes a return before that for a mistake
