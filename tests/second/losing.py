"""Answers that get lost on their way from the second server."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import httpx

from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.steps import Call, Step
from sbg_bulk.runs.records import Submission
from tests.second.server.transport import Transport
from tests.second.server.variant import Variant
from tests.second.service import Service
from tests.second.trials import Killed, prepared

BEFORE: Final = (2, 6)
"""The submissions, from 0, that never reach the server, which the client cannot know."""

AFTER: Final = (1, 3, 4, 8, 9)
"""The submissions that the server carries out, and whose answers are lost."""

READS: Final = 3
"""Of so many list pages, and of so many bulk gets, one answer is lost, until `LOST_READS` of them are."""

LOST_READS: Final = 5


class Losing(Transport):
    """Loses answers on their way from a server.

    Args:
        inner: the way to the server.
        before: the submissions, from 0, that are lost before the server has carried them out.
        after: those that are lost after that.

    Attributes:
        submissions: how many were sent.
        lost: how many answers of each kind were lost.
    """

    def __init__(self, inner: Transport, before: Collection[int], after: Collection[int]) -> None:
        self._inner, self._before, self._after = inner, before, after
        self.submissions = 0
        self._read = {"page": 0, "bulk get": 0}
        self.lost = {"before": 0, "after": 0, "page": 0, "bulk get": 0}

    def _respond(self, request: httpx.Request, _: bytes) -> httpx.Response:
        lost = self._lost(request.method, request.url.path)
        response = self._inner.handle_request(request) if lost != "before" else None
        if lost is not None:
            self.lost[lost] += 1
            raise httpx.ReadError("the connection is cut", request=request)
        assert response is not None
        return response

    def _lost(self, method: str, path: str) -> str | None:
        """Return as what an answer is lost; None if it arrives."""
        if method == "POST" and "/async/files/" in path:
            number, self.submissions = self.submissions, self.submissions + 1
            return "before" if number in self._before else "after" if number in self._after else None
        read = "bulk get" if path.endswith("/bulk/files/get") else "page" if path.endswith("/files") else None
        if read is None or (method == "POST" and read == "page"):
            return None
        self._read[read] += 1
        return read if self._read[read] % READS == 1 and self.lost[read] < LOST_READS else None


def immortal(_: int, __: bool) -> type[BlockingDriver]:
    return BlockingDriver


def killed_once_sent(at: int, after: bool) -> type[BlockingDriver]:
    """Return a driver that is killed about its step of this number, but not while it is about to submit.

    What is written down and not sent has no answer to be lost. How often that happens depends on how many steps there
    are; `tests/second/test_kills.py` is about it.
    """
    left = [at]

    class Mortal(BlockingDriver):
        written = False

        def _perform(self, step: Step) -> object:
            left[0] -= 1
            if left[0] < 0 and not self.written:
                raise Killed
            outcome = super()._perform(step)
            if isinstance(outcome, Submission):
                self.written = True
            if isinstance(step, Call) and not step.operation.repeatable:
                self.written = False
            if not self.written and (left[0] < 0 or (left[0] == 0 and after)):
                raise Killed
            return outcome

    return Mortal


def losing(variant: Variant) -> tuple[Service, Losing, list[str]]:
    """Return a service with a long past whose answers get lost, and rows to carry, of which some fail."""
    service, rows = prepared(variant)
    service.transport = transport = Losing(service.transport, BEFORE, AFTER)
    return service, transport, rows
