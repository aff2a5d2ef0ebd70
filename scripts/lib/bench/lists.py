"""Reading finished jobs: a long list of them over HTTP, and one with many results."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import httpx

from sbg_bulk.simulator import ApiError, JobType, Simulator, serve
from sbg_bulk.simulator.seeds import TOKEN, USERNAME
from scripts.lib.bench.measure import cpu, fresh, interleaved, serving
from scripts.lib.bench.table import Claim, Row, brief

PAGE: Final = 100
JOBS: Final = 10_000
ENTRIES_OF_A_JOB: Final = 100
ENTRIES: Final = 10_000

OURS, PEER, DICTS, FLOOR = "ours", "sevenbridges-python", "its dicts", "httpx and json"


def rows_of_list(jobs: int = JOBS, entries: int = ENTRIES_OF_A_JOB, repetitions: int = 3) -> list[Row]:
    """Measure reading a list of finished jobs."""
    with serving(serve_jobs, jobs=jobs, entries=entries) as url:
        subjects = {
            OURS: lambda: fresh(list_ours, url=url),
            PEER: lambda: fresh(list_official, url=url, typed=True),
            DICTS: lambda: fresh(list_official, url=url, typed=False),
            FLOOR: lambda: fresh(list_plainly, url=url),
        }
        found = interleaved(subjects, repetitions)
    return [
        Row(
            "list",
            f"list and read {jobs:,} finished jobs of {entries} results over HTTP",
            "s of CPU",
            found[OURS],
            {PEER: found[PEER], f"{PEER}, {DICTS}": found[DICTS]},
            {FLOOR: found[FLOOR]},
            (
                Claim("peer / ours", found[PEER] / found[OURS], 2.5, at_most=False),
                Claim("ours / floor", found[OURS] / found[FLOOR], 2.5),
            ),
            "All read each job's id, state and counts, and the id or error of each of its results: ours and the peer "
            "(`get_result`) from objects. Even the peer's raw dicts (`result`) are "
            f"{brief(found[DICTS] / found[OURS])} x slower than ours.",
        )
    ]


def rows_of_decode(entries: int = ENTRIES, repetitions: int = 9) -> list[Row]:
    """Measure decoding a job with many results."""
    subjects = {
        OURS: lambda: fresh(decode_ours, entries=entries),
        PEER: lambda: fresh(decode_official, entries=entries),
        "json.loads": lambda: fresh(decode_plainly, entries=entries),
    }
    found = interleaved(subjects, repetitions)
    floor = found["json.loads"]
    return [
        Row(
            "decode",
            f"decode one job with {entries:,} results, and read the id or error of each",
            "ms of CPU",
            found[OURS],
            {PEER: found[PEER]},
            {"json.loads": floor},
            (Claim("ours / floor", found[OURS] / floor, 2.5),),
            "The peer is read through its raw dicts, its fastest way. The floor decodes only, and reads nothing.",
        )
    ]


def outcomes(number: int, entries: int) -> list[str | ApiError]:
    """Make the outcomes of a job's items: one in twenty failed."""
    return [
        ApiError(10225, f"There is no file or folder {number:08x}{entry:016x}.")
        if entry % 20 == 19
        else f"{number:08x}{entry:016x}"
        for entry in range(entries)
    ]


def serve_jobs(jobs: int, entries: int) -> None:
    """Serve a simulator with so many finished jobs, each with so many results, until the process is ended."""
    simulator = Simulator(rate_limit=None)
    user, now = simulator.world.users[USERNAME], simulator.clock.now()
    for number in range(jobs):
        simulator.jobs.add_finished(
            user, JobType.COPY, outcomes(number, entries), submitted_on=now - 60.0, finished_on=now
        )
    serve(simulator, on_ready=lambda url: print(url, flush=True))


# What is read of each job is the same for all, in the words of each client.


def list_ours(url: str) -> float:
    """Measure the CPU that our client takes."""
    from sbg_bulk import Client

    with Client(url, TOKEN) as client:

        def read() -> None:
            for job in client.jobs():
                _use(job.id, job.state, job.completed_files, job.failed_files)
                for entry in job.result or ():
                    _use(entry.id, entry.error)

        client.jobs_page(limit=1)
        return cpu(read)


def list_official(url: str, typed: bool) -> float:
    """Measure the CPU that the official client takes, paging through lists as documented (quickstart, `all`)."""
    import sevenbridges  # type: ignore[import-untyped]

    # Without `debug` it refuses plain HTTP.
    api = sevenbridges.Api(url=url, token=TOKEN, debug=True)
    api.async_jobs.list_file_jobs(limit=1)
    read = _read_records if typed else _read_dicts
    return cpu(lambda: read(api.async_jobs.list_file_jobs(limit=PAGE).all()))


def list_plainly(url: str) -> float:
    """Measure the CPU that it takes without any models."""
    with httpx.Client(headers={"X-SBG-Auth-Token": TOKEN}, base_url=url) as client:

        def page(offset: int, limit: int) -> Any:
            return json.loads(client.get("/async/files", params={"offset": offset, "limit": limit}).content)["items"]

        def read() -> None:
            offset = 0
            while jobs := page(offset, PAGE):
                offset += len(jobs)
                _read_plainly(jobs)

        page(0, 1)
        return cpu(read)


def _read_plainly(jobs: Iterable[Mapping[str, Any]]) -> None:
    for job in jobs:
        _use(job["id"], job["state"], job["completed_files"], job["failed_files"])
        for entry in job["result"]:
            _use(entry.get("resource", {}).get("id"), entry.get("error"))


def _read_dicts(jobs: Iterable[Any]) -> None:
    for job in jobs:
        _use(job.id, job.state, job.completed_files, job.failed_files)
        for entry in job.result:
            _use(entry.get("resource", {}).get("id"), entry.get("error"))


def _read_records(jobs: Iterable[Any]) -> None:
    for job in jobs:
        _use(job.id, job.state, job.completed_files, job.failed_files)
        for record in job.get_result():
            _use(record.resource.id if record.valid else None, record.error)


def _use(*_: object) -> None:
    """Use a job as a caller does."""


def document(entries: int) -> bytes:
    """Make a finished job as the service sends it."""
    simulator = Simulator(rate_limit=None)
    user, now = simulator.world.users[USERNAME], simulator.clock.now()
    job = simulator.jobs.add_finished(user, JobType.COPY, outcomes(0, entries), submitted_on=now, finished_on=now)
    with httpx.Client(transport=simulator.transport(), base_url=simulator.base_url) as client:
        answer = client.get(f"/async/files/copy/{job.id}", headers={"X-SBG-Auth-Token": TOKEN})
    return answer.raise_for_status().content


def _decode(entries: int, work: Callable[[bytes], object]) -> float:
    content = document(entries)
    work(content)  # to be warm
    return cpu(lambda: work(content)) * 1000


def decode_ours(entries: int) -> float:
    """Measure the CPU that our model takes, in milliseconds."""
    from sbg_bulk import Job

    def work(content: bytes) -> None:
        job = Job.from_answer(json.loads(content))
        assert job is not None
        for entry in job.result or ():
            _use(entry.id, entry.error)

    return _decode(entries, work)


def decode_official(entries: int) -> float:
    """Measure the CPU that the official client's model takes, in milliseconds."""
    from sevenbridges.models.async_jobs import AsyncJob  # type: ignore[import-untyped]

    return _decode(entries, lambda content: _read_dicts([AsyncJob(api=None, **json.loads(content))]))


def decode_plainly(entries: int) -> float:
    """Measure the CPU that JSON takes, in milliseconds."""
    return _decode(entries, json.loads)
