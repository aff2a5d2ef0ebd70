"""What deferred tasks wait for. Only ids and times are serialised: the token is read from the connection."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from airflow.triggers.base import BaseTrigger, TriggerEvent

from sbg_bulk.airflow.hooks import SbgBulkHook
from sbg_bulk.airflow.watching import JobWatch
from sbg_bulk.errors import SbgBulkError

MOST_SHOWN: Final = 100
"""Mismatches that a check names in its result; all are counted."""

LEAST: Final = 15.0
"""Seconds for which a task stays deferred at least. The scheduler hears some seconds late that a worker has left a
task, and takes one that is queued again before then for one that has failed."""

pause = asyncio.sleep

_watches: dict[tuple[asyncio.AbstractEventLoop, str], JobWatch] = {}
"""The watch of each connection of this process, as long as somebody waits."""


def _watch(conn_id: str) -> JobWatch:
    key = asyncio.get_running_loop(), conn_id
    if key not in _watches:
        _watches[key] = JobWatch(SbgBulkHook(conn_id).async_client, lambda: _watches.pop(key, None))
    return _watches[key]


class JobsTrigger(BaseTrigger):
    """Fire when jobs have ended or can no longer be found, or at a time if none are named.

    Tasks that wait on one connection in one triggerer share a client, and the requests. Nothing is lost if a triggerer
    is killed: another one checks the same jobs. The event has `error`, the reason why they cannot be checked, or None.

    Args:
        conn_id: the connection.
        jobs: the ids.
        job_type: COPY, MOVE or DELETE; with it, a job that the list does not show costs fewer requests.
        until: Unix seconds, for a pause.
        later: what a later version may have serialised. It is ignored.
    """

    def __init__(
        self,
        conn_id: str,
        jobs: Sequence[str] = (),
        job_type: str | None = None,
        until: float | None = None,
        **later: Any,  # noqa: ARG002 - see above
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # Airflow's own
        self.conn_id = conn_id
        self.jobs = list(jobs)
        self.job_type = job_type
        self.until = until

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the path of the class, and its arguments."""
        told = {"conn_id": self.conn_id, "jobs": self.jobs, "job_type": self.job_type, "until": self.until}
        return "sbg_bulk.airflow.triggers.JobsTrigger", told

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait, and produce the one event."""
        await pause(max(LEAST, (self.until or 0.0) - time.time()))
        error: str | None = None
        try:
            if self.jobs:
                await _watch(self.conn_id).ended(self.jobs, self.job_type)
        except SbgBulkError as failure:
            error = str(failure)
        yield TriggerEvent({"error": error})


class CompareTrigger(BaseTrigger):
    """Compare two places, and fire with what differs.

    Args:
        conn_id: the connection.
        source: the path of a folder or project, or a folder's id.
        place: the other one.
        options: those of `Client.compare`.
        later: what a later version may have serialised. It is ignored.
    """

    def __init__(
        self,
        conn_id: str,
        source: str,
        place: str,
        options: Mapping[str, Any] | None = None,
        **later: Any,  # noqa: ARG002 - see above
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # Airflow's own
        self.conn_id = conn_id
        self.source = source
        self.place = place
        self.options = dict(options or {})

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the path of the class, and its arguments."""
        told = {"conn_id": self.conn_id, "source": self.source, "place": self.place, "options": self.options}
        return "sbg_bulk.airflow.triggers.CompareTrigger", told

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Compare, and produce the one event."""
        await pause(LEAST)
        try:
            client = await SbgBulkHook(self.conn_id).async_client()
            async with client:
                found = await client.compare(self.source, self.place, **self.options)
        except SbgBulkError as failure:
            yield TriggerEvent({"error": str(failure)})
            return
        shown = [f"{one.path}: {one.reason}" for one in found.mismatches[:MOST_SHOWN]]
        result = {
            "agrees": found.agrees,
            "counts": found.counts,
            "mismatches": shown,
            "further": len(found.mismatches) - len(shown),
            "requests": found.requests,
        }
        yield TriggerEvent({"error": None, "result": result})
