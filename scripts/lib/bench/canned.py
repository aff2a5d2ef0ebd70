"""A service that costs next to nothing, to measure what carries runs through it: no network, no checks, no files."""

from __future__ import annotations

import json
import re
import time
from functools import lru_cache
from typing import Any, Final

import httpx
from attrs import define, field

ENDPOINT: Final = "http://localhost/v2"

_JOB: Final = re.compile(r"/v2/async/files/copy/(\d+)")
_ITEM: Final = b'"file"'


@define
class Canned(httpx.BaseTransport):
    """Takes on copy jobs, and has each ended when it is asked for. It knows no more of a job than its size.

    Attributes:
        seconds: the CPU that it has taken itself.
        requests: how many requests it was sent.
    """

    seconds: float = 0.0
    requests: int = 0
    _sizes: list[int] = field(factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        began = time.process_time()
        self.requests += 1
        content = self._answer(request)
        headers = {"Content-Type": "application/json", "X-Total-Matching-Query": str(len(self._sizes))}
        response = httpx.Response(200, headers=headers, stream=httpx.ByteStream(content))
        self.seconds += time.process_time() - began
        return response

    def _answer(self, request: httpx.Request) -> bytes:
        path = request.url.path
        if path == "/v2/user":
            return b'{"username": "rfranklin"}'
        if path == "/v2/rate_limit":
            return b'{"rate": {"limit": 1000, "remaining": 1000, "reset": 0}}'
        if request.method == "POST":
            self._sizes.append(request.read().count(_ITEM))
            return _document(len(self._sizes) - 1, self._sizes[-1], ended=False)
        if match := _JOB.fullmatch(path):
            number = int(match[1])
            return _document(number, self._sizes[number], ended=True)
        return self._list(int(request.url.params["offset"]), int(request.url.params["limit"]))

    def _list(self, offset: int, limit: int) -> bytes:
        """Return a page of the list, newest first."""
        numbers = range(len(self._sizes) - 1, -1, -1)[offset : offset + limit]
        jobs = b", ".join(_document(number, self._sizes[number], ended=True) for number in numbers)
        more = offset + limit < len(self._sizes)
        link = {"href": f"{ENDPOINT}/async/files?offset={offset + limit}&limit={limit}", "rel": "next", "method": "GET"}
        return b'{"items": [%s], "links": %s}' % (jobs, json.dumps([link] if more else []).encode())


def _document(number: int, size: int, *, ended: bool) -> bytes:
    return _ended(size).replace(b"<job>", b"%017d" % number) if ended else _begun(number, size)


def _begun(number: int, size: int) -> bytes:
    return json.dumps(_job(f"{number:017}", "SUBMITTED", size)).encode()


@lru_cache
def _ended(size: int) -> bytes:
    """Return a job that has ended, with one result for each item, and its number left to be filled in."""
    result = [{"resource": {"href": f"{ENDPOINT}/files/<job>{at:07}", "id": f"<job>{at:07}"}} for at in range(size)]
    return json.dumps({**_job("<job>", "FINISHED", size), "completed_files": size, "result": result}).encode()


def _job(identity: str, state: str, size: int) -> dict[str, Any]:
    href = f"{ENDPOINT}/async/files/copy/{identity}"
    return {"href": href, "id": identity, "type": "COPY", "state": state, "total_files": size, "failed_files": 0}
