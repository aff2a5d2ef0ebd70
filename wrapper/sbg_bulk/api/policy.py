"""The behaviour of requests: retries, pace, and who is told."""

from __future__ import annotations

import random as _random
from collections.abc import Callable

from attrs import define, evolve, field, frozen

from sbg_bulk.api.operations import Operation
from sbg_bulk.api.pace import Meter
from sbg_bulk.api.polling import Polling
from sbg_bulk.api.retry import Retry
from sbg_bulk.api.steps import Reply
from sbg_bulk.api.waits import Wait


@frozen
class RequestPolicy:
    """The behaviour of flows, which the user of a client may set.

    Attributes:
        retry: how long and how often a request is tried again.
        polling: how often a job is looked at.
        random: gives numbers from 0 up to 1, for the jitter of pauses.
        meter: keeps to the budget of requests, if one is to be kept to before the server refuses.
        on_wait: called before each pause, with what it is for.
        on_send: called with the time before each request, those that are sent again included.
        on_reply: called with each request that was sent, and its answer; None if there was none.
    """

    retry: Retry = field(factory=Retry)
    polling: Polling = field(factory=Polling)
    random: Callable[[], float] = _random.random
    meter: Meter | None = None
    on_wait: Callable[[Wait], object] | None = None
    on_send: Callable[[float], object] | None = None
    on_reply: Callable[[Operation, Reply | None], object] | None = None

    def within(self, seconds: float) -> RequestPolicy:
        """Return the same policy, with retries that end after `seconds` at the latest."""
        return evolve(self, retry=evolve(self.retry, within=max(0.0, min(self.retry.within, seconds))))


@define
class Counter:
    """A count of requests as they are sent.

    Attributes:
        on_request: called with the number so far.
        requests: how many.
    """

    on_request: Callable[[int], object] | None = None
    requests: int = 0

    def counting(self, policy: RequestPolicy) -> RequestPolicy:
        """Return the same policy, with each request counted; who counts them already goes on to do so."""

        def sent(moment: float) -> None:
            self.requests += 1
            if self.on_request is not None:
                self.on_request(self.requests)
            if policy.on_send is not None:
                policy.on_send(moment)

        return evolve(policy, on_send=sent)
