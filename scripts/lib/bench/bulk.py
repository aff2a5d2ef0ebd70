"""Copying many files, and watching many jobs, on a virtual clock: what it takes of requests and of time.

Requests take no time here, for nobody. What counts is how many there are, and when.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import httpx
from attrs import define, field

from sbg_bulk import Client, WaitTimeout
from sbg_bulk.simulator import Item, JobType, ManualClock, Simulator, Timing
from sbg_bulk.simulator.seeds import TOKEN, USERNAME
from sbg_bulk.simulator.world.limits import RateLimit
from sbg_bulk.testing import VirtualClock
from scripts.lib.bench.official import official
from scripts.lib.bench.table import Claim, Row

PEER: Final = "sevenbridges-python"
SOURCE: Final = f"{USERNAME}/source"
TARGET: Final = f"{USERNAME}/target"

FILES: Final = 100_000
ITEMS_PER_JOB: Final = 100
JOB_SECONDS: Final = 60.0
PAGE: Final = 100

LOST: Final = {100: (1.05, 1.05), 10: (1.3, 1.4)}
"""What a run may take, beside the undisturbed one, of time and of requests, if one of so many answers is lost."""

WATCHED: Final = 1000
HOUR: Final = 3600.0
LOOK_EVERY: Final = 10.0
LIMIT: Final = RateLimit()


@define
class Counted(httpx.BaseTransport):
    """A transport that counts what goes through it, but for the requests that are free of charge."""

    inner: httpx.BaseTransport
    requests: int = 0
    refused: int = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self.inner.handle_request(request)
        self.requests += request.url.path != "/v2/rate_limit"
        self.refused += response.status_code == 429
        return response


@define
class Service:
    """A simulator with files to copy, whose jobs take a time of their own."""

    timing: Timing
    files: int
    clock: ManualClock = field(factory=ManualClock)
    simulator: Simulator = field(init=False)
    sources: Sequence[str] = field(init=False)
    counted: Counted = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.simulator = Simulator(clock=self.clock, timing=self.timing)
        source = self.simulator.world.add_project(SOURCE).root
        self.simulator.world.add_project(TARGET)
        self.sources = [self.simulator.world.add_file(f"{n}.bam", source, size=1).id for n in range(self.files)]
        self.counted = Counted(self.simulator.transport())

    def client(self) -> Client:
        """Connect our client to the simulator's clock, with its settings as they are for everybody."""
        driver = VirtualClock(self.clock).blocking_driver(self.counted)
        return Client(self.simulator.base_url, TOKEN, driver=driver)

    def batches(self, size: int) -> Iterator[Sequence[str]]:
        """Return the files by so many."""
        return (self.sources[at : at + size] for at in range(0, len(self.sources), size))

    @property
    def copied(self) -> int:
        """Number of files that have been copied."""
        return len(self.simulator.world.projects[TARGET].root.children)


@define
class Spent:
    """The requests and the time that were spent.

    Attributes:
        requests: requests, those included that were refused.
        refused: how many of them.
        seconds: virtual time.
    """

    requests: int
    refused: int
    seconds: float


def rows_of_copy(files: int = FILES) -> list[Row]:
    """Measure copying files in jobs of a minute each."""
    ours, peer = copy(copy_ours, files), copy(copy_official, files)
    jobs = math.ceil(files / ITEMS_PER_JOB)
    least = jobs + math.ceil(jobs / PAGE)
    what = f"{files:,} files in jobs of {JOB_SECONDS:.0f} s"
    by_limit = time_allowed(jobs, least)
    return [
        Row(
            "copy-requests",
            f"requests to copy {what}",
            "requests",
            ours.requests,
            {PEER: peer.requests},
            {"submits and list pages": least},
            (Claim("ours / floor", ours.requests / least, 1.10),),
            f"Refused for the rate limit: {ours.refused} of ours, {peer.refused} of the peer's.",
        ),
        Row(
            "copy-time",
            f"time to copy {what}",
            "s, virtual",
            ours.seconds,
            {PEER: peer.seconds},
            {"what the rate limit allows": by_limit},
            (Claim("ours / floor", ours.seconds / by_limit, 1.05),),
            f"{LIMIT.requests:,} requests in {LIMIT.seconds:.0f} s: the submissions fill the first window, and the "
            "looks that show their ends begin with the second.",
        ),
    ]


def time_allowed(jobs: int, requests: int) -> float:
    """Return the least seconds until the last of so many requests is answered and shows the last of the jobs to end."""
    full_windows_before = (requests - 1) // LIMIT.requests
    last_submit = (jobs - 1) // LIMIT.requests * LIMIT.seconds
    return max(full_windows_before * LIMIT.seconds, last_submit + JOB_SECONDS)


def rows_of_lost(files: int = FILES) -> list[Row]:
    """Measure copying files where answers to submissions are lost."""
    undisturbed = copy(copy_ours, files)
    rows = []
    for every, (time, requests) in LOST.items():
        ours = copy(copy_ours, files, f"kind=cut_after op=submit_* every={every}")
        what = f"{files:,} files, {100 // every} % of the submissions' answers lost"
        rows += [
            Row(
                f"lost-{100 // every}-requests",
                f"requests to copy {what}",
                "requests",
                ours.requests,
                {},
                {"none lost": undisturbed.requests},
                (Claim("ours / none lost", ours.requests / undisturbed.requests, requests),),
                "Each lost one takes a bulk get of what its job made, and one of the originals.",
            ),
            Row(
                f"lost-{100 // every}-time",
                f"time to copy {what}",
                "s, virtual",
                ours.seconds,
                {},
                {"none lost": undisturbed.seconds},
                (Claim("ours / none lost", ours.seconds / undisturbed.seconds, time),),
            ),
        ]
    return rows


def copy(subject: Callable[[Service], None], files: int, *faults: str) -> Spent:
    """Have a subject copy all files, each once, in spite of these faults."""
    parts = JOB_SECONDS - 2.0
    service = Service(Timing(submitted=1.0, resolving=1.0, per_file=parts / ITEMS_PER_JOB), files)
    for fault in faults:
        service.simulator.arm(fault)
    began = service.clock.now()
    subject(service)
    if service.copied != files:
        raise AssertionError(f"{service.copied} copies of {files} files")
    return Spent(service.counted.requests, service.counted.refused, service.clock.now() - began)


def copy_ours(service: Service) -> None:
    """Run a manifest."""
    with tempfile.TemporaryDirectory() as folder, service.client() as client:
        manifest = Path(folder, "files.csv")
        manifest.write_text("\n".join(["file", *service.sources, ""]))
        client.run("copy", manifest, project=TARGET, journal=Path(folder, "run.sbg-run"))


def copy_official(service: Service) -> None:
    """Do as users of the official client do: submit all, then get each until it has ended.

    After its documentation's chapter on bulk actions with async jobs ("Managing files", copy in bulk; "get details").
    """
    with official(service.simulator, service.clock, service.counted) as api:
        jobs = [
            api.async_jobs.file_bulk_copy([{"file": file, "project": TARGET} for file in batch])
            for batch in service.batches(ITEMS_PER_JOB)
        ]
        while jobs:
            service.clock.advance(LOOK_EVERY)
            jobs = [
                job for job in (api.async_jobs.get_file_copy_job(job.id) for job in jobs) if job.state != "FINISHED"
            ]


def rows_of_watch(jobs: int = WATCHED, seconds: float = HOUR) -> list[Row]:
    """Measure watching jobs that run on."""
    ours, peer = watch(watch_ours, jobs, seconds), watch(watch_official, jobs, seconds)
    budget = seconds / LIMIT.seconds * LIMIT.requests
    return [
        Row(
            "watch",
            f"watch {jobs:,} running jobs for {seconds / 60:.0f} minutes",
            "requests",
            ours.requests,
            {PEER: peer.requests},
            {},
            (Claim("refused", ours.refused, 0.0), Claim("ours / budget", ours.requests / budget, 0.25)),
            f"The budget is {budget:,.0f} requests. Of the peer's requests {peer.refused:,} were refused.",
        )
    ]


def watch(subject: Callable[[Service, Sequence[Any], float], None], jobs: int, seconds: float) -> Spent:
    """Have a subject watch jobs of ten files each that take longer than that."""
    service = Service(Timing(1.0, 1.0, per_file=seconds / 5), jobs * 10)
    user = service.simulator.world.users[USERNAME]
    started = [
        service.simulator.jobs.submit(
            user, JobType.COPY, [Item(file, project=TARGET) for file in batch], service.clock.now()
        )
        for batch in service.batches(10)
    ]
    began = service.clock.now()
    subject(service, [job.id for job in started], seconds)
    return Spent(service.counted.requests, service.counted.refused, service.clock.now() - began)


def watch_ours(service: Service, jobs: Sequence[str], seconds: float) -> None:
    """Wait for them, for as long as that."""
    with service.client() as client:
        try:
            client.wait(jobs, type="COPY", timeout=seconds)
        except WaitTimeout:
            return
    raise AssertionError("the jobs have ended")


def watch_official(service: Service, jobs: Sequence[str], seconds: float) -> None:
    """Get each, every ten seconds."""
    ends = service.clock.now() + seconds
    with official(service.simulator, service.clock, service.counted) as api:
        while service.clock.now() < ends:
            for job in jobs:
                if service.clock.now() >= ends:
                    break
                assert api.async_jobs.get_file_copy_job(job).state != "FINISHED"
            service.clock.advance(LOOK_EVERY)
