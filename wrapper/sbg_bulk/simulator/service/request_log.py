"""The log of requests to the service. Tokens never get in here."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice

from attrs import define

REMEMBERED = 100_000
"""Requests that are remembered; of more, the last ones."""


@define
class LoggedRequest:
    """One request. `time` is in Unix seconds; `fault` names the kinds of faults that struck, if any did.

    `status` is None if the connection was cut before an answer.
    """

    number: int
    time: float
    method: str
    path: str
    query: str
    operation: str | None = None
    status: int | None = None
    request_id: str = ""
    user: str | None = None
    fault: str | None = None


class RequestLog:
    """The requests since the start, or since the log was cleared; those to the control address are left out."""

    def __init__(self) -> None:
        self._entries: deque[LoggedRequest] = deque(maxlen=REMEMBERED)
        self._number = 0

    def add(self, time: float, method: str, path: str, query: str, request_id: str) -> LoggedRequest:
        """Write down a request; the rest of its entry is filled in as it becomes known."""
        self._number += 1
        entry = LoggedRequest(self._number, time, method, path, query, request_id=request_id)
        self._entries.append(entry)
        return entry

    def clear(self) -> None:
        """Forget all requests. The numbers go on."""
        self._entries.clear()

    def latest(self, most: int) -> Sequence[LoggedRequest]:
        """Return the last requests, at most so many, the newest first."""
        return list(islice(reversed(self._entries), most))

    def __iter__(self) -> Iterator[LoggedRequest]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> LoggedRequest:
        return self._entries[index]
