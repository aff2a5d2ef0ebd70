"""One request with its retries, and the errors that are left when those are used up."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar

import httpx
from attrs import evolve

from sbg_async_api.models import ErrorBody
from sbg_bulk import errors
from sbg_bulk.api.advice import advice, verdict_on_error
from sbg_bulk.api.operations import LIST_PROJECTS, Operation
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.retry import NOT_IMPLEMENTED, OF_THINGS, Verdict, asked_pause, may_repeat, verdict_on_status
from sbg_bulk.api.steps import Flow, Reply, call, now, sleep
from sbg_bulk.api.subjects import NO_PROJECT, Subject, meant, subject
from sbg_bulk.api.waits import FOR_THE_LIMIT, NO_CONNECTION, BudgetLeft, Cause, Wait
from sbg_bulk.limits import PAGE_LIMIT
from sbg_bulk.models import parse

T = TypeVar("T")


MISUNDERSTOOD: Final = 5
"""Attempts after which a server that answers with sound JSON of another kind is taken to mean it. Runs go on."""


class Uncertain(Exception):
    """A request that must not be repeated may or may not have been carried out. Never reaches a user."""

    def __init__(self, why: str, cause: Exception | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.cause = cause


_BY_STATUS: Final[Mapping[int, type[errors.ApiError]]] = {
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
    429: errors.RateLimited,
}


ATTEMPTS: Final = 3
"""How often something is asked for over which the service fails, before something else is asked for instead."""


def request(
    policy: RequestPolicy,
    operation: Operation,
    read: Callable[[Reply], T],
    *,
    gives_up_at: Collection[int] = (),
    **arguments: Any,
) -> Flow[T]:
    """Send a request, and send it again where that is allowed, worth it, and in time.

    Args:
        policy: how long to go on.
        operation: the call.
        read: makes a value of the successful answer; raises UnreadableAnswer if that cannot be.
        gives_up_at: statuses of which `ATTEMPTS` answers are enough, where something else can be asked for. At others
            it goes on as `policy` says.
        arguments: those of the generated function.

    Returns:
        What `read` has made.

    Raises:
        ApiError, ConnectionFailed, UnreadableAnswer: what came of the last attempt.
        Uncertain: the operation is not repeatable, and whether it was carried out is not known.
    """
    began = yield from now()
    attempt = 0
    while True:
        attempt += 1
        yield from _keep_pace(policy)
        reply: Reply | None = None
        failure: errors.SbgBulkError
        try:
            reply = yield from call(operation, attempt, **arguments)
            if policy.meter is not None:
                policy.meter.observe(reply.headers, (yield from now()))
            if policy.on_reply is not None:
                policy.on_reply(operation, reply)
            if reply.ok:
                return read(reply)
            failure, verdict = _refusal(reply, subject(arguments))
        except errors.UnreadableAnswer as error:
            # A proxy's page or a torn body: it passes, and what a submission did is not known.
            failure, verdict = error, Verdict.UNCERTAIN
        except httpx.RequestError as error:
            if policy.on_reply is not None:
                policy.on_reply(operation, None)
            failure, verdict = _unreached(operation, error, attempt), verdict_on_error(error)
        if verdict is Verdict.UNCERTAIN and not operation.repeatable:
            raise Uncertain(_in_short(failure), failure)
        futile = reply is not None and (
            reply.status == NOT_IMPLEMENTED
            or (attempt >= MISUNDERSTOOD and math.isfinite(policy.retry.within) and _is_misunderstood(reply))
            or (reply.status in gives_up_at and attempt >= ATTEMPTS)
        )
        if futile or not may_repeat(verdict, repeatable=operation.repeatable):
            if isinstance(failure, errors.NotFound) and reply is not None:
                failure = yield from _with_suggestion(policy, failure, reply, subject(arguments))
            raise failure
        asked = asked_pause(reply.status, reply.headers) if reply is not None else None
        # A server that asks for no pause at all is not to be hammered.
        seconds = max(policy.retry.pause(attempt, policy.random), asked or 0.0)
        moment = yield from now()
        if policy.meter is not None:
            seconds = max(seconds, policy.meter.pause(moment))
        spent = moment - began
        if spent + seconds > policy.retry.within:
            raise failure
        yield from pause(policy, seconds, _cause(failure), _in_short(failure))


def pause(policy: RequestPolicy, seconds: float, cause: Cause, reason: str) -> Flow[None]:
    """Say what for, then let time pass. All pauses are made by this."""
    if policy.on_wait is not None and seconds > 0:
        policy.on_wait(Wait(seconds, cause, reason, BudgetLeft.of(policy.meter, (yield from now()))))
    yield from sleep(seconds)


def _keep_pace(policy: RequestPolicy) -> Flow[None]:
    if policy.meter is not None:
        seconds = policy.meter.pause((yield from now()))
        if seconds > 0:
            yield from pause(policy, seconds, Cause.RATE_LIMIT, FOR_THE_LIMIT)
    if policy.on_send is not None:
        policy.on_send((yield from now()))


def _is_misunderstood(reply: Reply) -> bool:
    """Return whether a successful answer that was not understood is JSON all the same: no page, and nothing torn."""
    try:
        reply.answer()
    except errors.UnreadableAnswer:
        return False
    return reply.ok


def _refusal(reply: Reply, about: Subject) -> tuple[errors.ApiError, Verdict]:
    """Return the error that an answer means, and what it says of the request.

    Raises:
        UnreadableAnswer: a read was answered with a 403 or 404 that is not the API's.
    """
    if reply.status in OF_THINGS and reply.operation.repeatable and not reply.operation.optional:
        # A page of something in between is not the API's word on what there is for this user: it passes.
        reply.answer()
    error = api_error(reply, about)
    return error, verdict_on_status(reply.status, error.code)


def _with_suggestion(
    policy: RequestPolicy, failure: errors.NotFound, reply: Reply, about: Subject
) -> Flow[errors.NotFound]:
    """Return the same error with the project that may have been meant, if one is like it: one request more."""
    if about.project is None or failure.code != NO_PROJECT:
        return failure

    def ids(answer: Reply) -> list[object]:
        items = answer.answer().get("items")
        return [part.get("id") for part in items if isinstance(part, dict)] if isinstance(items, list) else []

    found: list[object] = []
    with suppress(errors.SbgBulkError):
        found = yield from request(policy.within(0), LIST_PROJECTS, ids, limit=PAGE_LIMIT)
    like = meant(about.project, [one for one in found if isinstance(one, str)])
    if like is None:
        return failure
    suggested = api_error(reply, evolve(about, advice=f"Did you mean {like}?"))
    assert isinstance(suggested, errors.NotFound)
    return suggested


def api_error(reply: Reply, about: Subject = Subject()) -> errors.ApiError:  # noqa: B008 - frozen
    """Return the error that an answer with a status other than 2xx means, whatever its body looks like.

    Args:
        reply: the answer.
        about: what was asked for.
    """
    body: ErrorBody | None = None
    with suppress(errors.UnreadableAnswer):
        body = parse.read(ErrorBody, reply.answer())
    code = None if body is None else parse.count(body.code)
    kind = _BY_STATUS.get(reply.status, errors.ServerError if reply.status >= 500 else errors.BadRequest)
    message = (body and parse.text(body.message)) or ""
    if reply.status == 503 and code == 0:
        kind = errors.Maintenance
    elif 300 <= reply.status <= 399:
        kind = errors.Redirected
        message = message or _elsewhere(reply.headers.get("Location"))
    return kind(
        reply.operation.name,
        reply.status,
        code=code,
        api_message=message,
        more_info=(body and parse.text(body.more_info)) or "",
        request_id=reply.headers.get("X-Request-Id"),
        subject=about.text,
        advice=about.advice if kind is errors.NotFound else None,
    )


def _elsewhere(location: str | None) -> str:
    """Return where a redirection leads, without what a login page is handed along."""
    if not location:
        return ""
    try:
        address = httpx.URL(location).copy_with(query=None, fragment=None, userinfo=b"")
    except httpx.InvalidURL:
        return "its target is not a valid address"
    return str(address)


def _unreached(operation: Operation, error: httpx.RequestError, attempts: int) -> errors.ConnectionFailed:
    tried = "" if attempts == 1 else f"{attempts} attempts"
    failure = errors.ConnectionFailed(errors.in_brackets(advice(error), describe(error), tried, operation.name))
    failure.__cause__ = error
    return failure


def _cause(failure: errors.SbgBulkError) -> Cause:
    if isinstance(failure, errors.RateLimited):
        return Cause.RATE_LIMIT
    return Cause.MAINTENANCE if isinstance(failure, errors.Maintenance) else Cause.RETRY


def _in_short(failure: errors.SbgBulkError) -> str:
    if isinstance(failure, errors.ConnectionFailed) and isinstance(failure.__cause__, httpx.RequestError):
        raised = failure.__cause__
        refused = verdict_on_error(raised) is Verdict.REFUSED
        return f"{NO_CONNECTION if refused else 'no response'} ({describe(raised)})"
    if isinstance(failure, errors.ApiError):
        text = f"HTTP {failure.status}" + ("" if failure.code is None else f", API code {failure.code}")
        if isinstance(failure, errors.RateLimited):
            return f"the rate limit ({text})"
        return f"platform maintenance ({text})" if isinstance(failure, errors.Maintenance) else text
    return "the response cannot be read"


def describe(error: httpx.RequestError) -> str:
    """Return an error of the transport in few words."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
