"""The jobs that deferred tasks wait for, checked together: a request for each hundred jobs, however many tasks wait."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from attrs import define, field

from sbg_bulk.api.polling import Polling
from sbg_bulk.client.aio import AsyncClient
from sbg_bulk.errors import JobLost, SbgBulkError, WaitTimeout
from sbg_bulk.limits import PAGE_LIMIT, RATE_LIMIT_WINDOW, USUAL_LIMIT

POLLING: Final = Polling(first=2.0, longest=30.0, share=0.1)
"""The pauses between two checks. A deferred task takes some seconds to go on anyway."""


@define(eq=False)
class _Waiter:
    left: set[str]
    job_type: str | None
    began: float
    done: asyncio.Event = field(factory=asyncio.Event)
    error: SbgBulkError | None = None


class JobWatch:
    """Check jobs for all who wait for some, through one client, until nobody waits any more.

    Args:
        open_client: makes the client.
        closed: called when nobody waits any more, and the client is about to be closed.
        sleep: lets seconds pass.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        open_client: Callable[[], Awaitable[AsyncClient]],
        closed: Callable[[], object],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_client = open_client
        self._closed = closed
        self._sleep = sleep
        self._clock = clock
        self._waiters: list[_Waiter] = []
        self._task: asyncio.Task[None] | None = None

    async def ended(self, jobs: Iterable[str], job_type: str | None) -> None:
        """Return when all of these jobs have ended, or can no longer be found.

        Raises:
            SbgBulkError: they cannot be checked.
        """
        waiter = _Waiter(set(jobs), job_type, self._clock())
        if not waiter.left:
            return
        self._waiters.append(waiter)
        if self._task is None:
            self._task = asyncio.create_task(self._check())
        try:
            await waiter.done.wait()
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
        if waiter.error is not None:
            raise waiter.error

    async def _check(self) -> None:
        client: AsyncClient | None = None
        try:
            client = await self._open_client()
            while self._waiters:
                ended = await self._look(client)
                for one in self._waiters:
                    one.left -= ended
                    if not one.left:
                        one.done.set()
                self._waiters = [one for one in self._waiters if one.left]
                if self._waiters:
                    await self._sleep(self._pause())
        except SbgBulkError as error:
            self._fail(error)
        except BaseException as error:
            self._fail(SbgBulkError(f"The jobs could not be checked: {error}"))
            raise
        finally:
            # Who comes from now on finds another watch.
            self._closed()
            if client is not None:
                await client.close()

    async def _look(self, client: AsyncClient) -> set[str]:
        """Check all jobs once, and return those that are over."""
        wanted = {job: one.job_type for one in self._waiters for job in one.left}
        [job_type, *others] = {*wanted.values()}
        try:
            await client.wait(list(wanted), type=None if others else job_type, timeout=0)
        except WaitTimeout as still:
            return {*(job.id for job in still.finished), *still.lost}
        except JobLost:
            pass  # all the others have ended
        return set(wanted)

    def _pause(self) -> float:
        """Return the seconds until the next check, within a share of the usual budget."""
        age = self._clock() - max(one.began for one in self._waiters)
        requests = math.ceil(len({job for one in self._waiters for job in one.left}) / PAGE_LIMIT)
        return max(POLLING.pause(age), requests * RATE_LIMIT_WINDOW / (USUAL_LIMIT * POLLING.share))

    def _fail(self, error: SbgBulkError) -> None:
        for one in self._waiters:
            one.error = error
            one.done.set()
        self._waiters = []
