"""The service of a history: answers calls for jobs and pages of jobs, on a virtual clock."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any, Final

import httpx
from attrs import define, field

from sbg_bulk.api.steps import Call, Now, Reply, Sleep, Step
from sbg_bulk.jobs.read import READERS
from sbg_bulk.limits import RATE_LIMIT_WINDOW
from scripts.lib.histories.history import START, History, JobPlan

READS: Final = {operation.name: job_type for job_type, operation in READERS.items()}


@define
class Service:
    """Performs the steps of a flow.

    Attributes:
        history: what was drawn.
        time: seconds since the beginning.
        sent: when each request was sent.
        slept: the pauses.
        asked: how often each job was asked for by itself.
        pages: how many pages were read.
        bytes: how many bytes were read in pages.
    """

    history: History
    time: float = 0.0
    sent: list[float] = field(factory=list)
    slept: list[tuple[float, float]] = field(factory=list)
    asked: Counter[str] = field(factory=Counter)
    pages: int = 0
    bytes: int = 0
    _jobs: dict[str, JobPlan] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._jobs = {job.id: job for job in (*self.history.watched, *self.history.others)}

    def perform(self, step: Step) -> object:
        """Perform a step, and return its outcome."""
        match step:
            case Now():
                return self.time
            case Sleep(seconds):
                assert seconds >= 0
                self.slept.append((self.time, seconds))
                self.time += seconds
                return None
            case Call(operation, arguments):
                self.sent.append(self.time)
                self.time += self.history.latency
                status, body, weight = self._answer(operation.name, arguments)
                # Spaces weigh as much as results do, and take no time to read.
                return Reply(
                    operation, status, self._headers(operation.name), json.dumps(body).encode() + b" " * weight
                )
        raise TypeError(f"{step!r} is not for this service")

    def exists(self, job: JobPlan, time: float) -> bool:
        """Return whether a job can be read at a time."""
        return job.started <= time < job.expires

    def _answer(self, call: str, arguments: Any) -> tuple[int, Any, int]:
        if call == "list_async_jobs":
            found = self.listed()
            page = found[arguments["offset"] : arguments["offset"] + arguments["limit"]]
            end = arguments["offset"] + len(page)
            links = (
                [{"rel": "next", "href": f"http://h/v2/async/files?offset={end}&limit=1"}] if end < len(found) else []
            )
            items = [self._job(job, listed=True) for job in page]
            weight = sum(job.bytes for job in page if job.ended <= self.time)
            self.pages += 1
            self.bytes += weight
            return 200, {"items": items, "links": links}, weight
        job = self._jobs.get(arguments["job_id"])
        self.asked[arguments["job_id"]] += 1
        if job is None or job.type != READS[call] or not self.exists(job, self.time):
            return 404, {"status": 404, "code": 10211, "message": "There is no such job.", "more_info": ""}, 0
        return 200, self._job(job, listed=False), job.bytes if job.ended <= self.time else 0

    def listed(self) -> list[JobPlan]:
        """Return the jobs in the list now, in its order."""
        found = [
            job for job in self._jobs.values() if self.exists(job, self.time) and job.started + job.listed <= self.time
        ]
        if self.history.order == "shuffled":
            return sorted(found, key=lambda job: zlib.crc32(job.id.encode()))
        return sorted(found, key=lambda job: job.started, reverse=self.history.order == "newest")

    def _headers(self, call: str) -> httpx.Headers:
        headers = {}
        if self.history.dated:
            headers["Date"] = formatdate(START + self.time, usegmt=True)
        if self.history.limit is not None:
            reset = START + self.time - self.time % RATE_LIMIT_WINDOW + RATE_LIMIT_WINDOW
            used = sum(at >= reset - RATE_LIMIT_WINDOW - START for at in self.sent)
            headers |= {
                "X-RateLimit-Limit": str(self.history.limit),
                "X-RateLimit-Remaining": str(max(0, self.history.limit - used)),
                "X-RateLimit-Reset": str(int(reset)),
            }
        if call == "list_async_jobs" and self.history.total_told:
            headers["X-Total-Matching-Query"] = str(len(self.listed()))
        return httpx.Headers(headers)

    def _job(self, job: JobPlan, *, listed: bool) -> dict[str, Any]:
        ended = job.ended <= self.time
        part = (self.time - job.started) / job.duration if job.duration > 0 else 1.0
        grown = {
            "steady": part,
            "late": max(0.0, 2 * part - 1),
            "stalling": min(part, 0.5),
            "none": 0.0,
            "untold": 0.0,
        }[job.growth]
        done = job.files - job.failed if ended else int(min(1.0, grown) * (job.files - job.failed))
        untold = job.growth == "untold" and not ended
        return {
            "href": f"http://h/v2/async/files/{job.type.lower()}/{job.id}",
            "id": job.id,
            "type": job.type,
            "state": "FINISHED" if ended else "SUBMITTED" if part < 0.1 else "RUNNING" if part < 0.9 else "POLISHING",
            "result": [] if ended and (job.tells_result or not listed) else None,
            "total_files": None if untold else job.files,
            "completed_files": None if untold else done,
            "failed_files": None if untold else job.failed if ended else 0,
            "started_on": datetime.fromtimestamp(START + job.started, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "finished_on": None,
        }
