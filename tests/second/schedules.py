"""Seeded schedules over the second server: what it is like, what goes wrong, and whether each row is told truly.

What is drawn stays within what the guarantee rests on, as that of `scripts.lib.faults.schedule` does.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import httpx
from attrs import define, field, frozen

from sbg_bulk import RunOptions, RunStopped
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.retry import Retry
from sbg_bulk.api.steps import Step
from sbg_bulk.errors import SbgBulkError
from sbg_bulk.runs.journal import Journal
from scripts.lib.faults.trial import Result, scratch
from scripts.lib.parallel import shared_out
from tests.second.server.nodes import Node
from tests.second.server.transport import Transport
from tests.second.server.variant import Variant
from tests.second.server.world import Deed, Item, Job
from tests.second.service import TARGET, USER, Service, manifest
from tests.second.trials import Killed, lost_job
from tests.second.variants import NEW_STATES

PAGE: Final = b"<!doctype html><title>Please wait</title>"
LIVES: Final = 14
"""Times that a run is taken up again before nothing goes wrong any more."""

SWITCHES: Final[dict[str, Sequence[object]]] = {
    "list_order": ("oldest", "by id", "shuffled"),
    "job_ids": ("counted", "random", "letters"),
    "post_status": (201, 202),
    "links": ("empty", "absent", "null"),
    "total_header": (False,),
    "page_max": (7, 50),
    "file_lists": ("least", "all"),
    "fields_parameter": (False,),
    "listed_results": (False,),
    "result_order": ("reversed", "shuffled"),
    "result_entries": ("files", "done", "failed"),
    "counts_of": ("files",),
    "counts_as": ("strings",),
    "dates": ("offset", "fractional", "naive", "absent"),
    "states": (NEW_STATES,),
    "extra_keys": (True,),
    "without_value": ("null", "absent"),
    "hrefs": ("relative", "public", "absent"),
    "rate_headers": ("milliseconds", "absent"),
    "date_header": (False,),
    "listed_late": (1.0, 25.0),
    "maintenance": ((20.0, 4.0), (300.0, 60.0)),
    "foreign_every": (7, 20),
    "foreign_requests": (1, 3),
    "error_codes": (False,),
    "base_path": ("/sb/api/v2",),
    "bulk_order": ("shuffled",),
    "bulk_folders": (False,),
    "bulk_fields": ("least",),
    "bulk_error_status": (False,),
    "bulk_status": (202,),
    "bulk_refused": (404, 405, 501),
    "numbering": ("again",),
    "empty_strings": ("refused",),
}

READ_FAULTS: Final = (
    "cut before",
    "cut after",
    "torn",
    "page",
    "page 403",
    "page 404",
    "503",
    "500",
    "429",
    "maintenance",
)


@frozen
class Schedule:
    """All that is drawn.

    `rows` are those of files, of folders and of nothing; those of `twins` have the same names and sizes. `others` and
    `deaths` are by step.
    """

    seed: int
    variant: Variant
    job_type: str
    rows: Sequence[str]
    twins: bool
    items_per_job: int
    jobs_in_flight: int
    reserve: int
    past_jobs: int
    submissions: float
    reads: float
    most_faults: int
    others: Sequence[int]
    deaths: Sequence[tuple[int, bool]]


def draw(seed: int) -> Schedule:
    """Draw a schedule."""
    rng = random.Random(f"second {seed}")
    share = rng.choice((0.0, 0.05, 0.15, 0.35))
    switches: dict[str, Any] = {name: rng.choice(some) for name, some in SWITCHES.items() if rng.random() < share}
    kinds: tuple[str, ...] = ("file",) * 9 + ("folder", "folder", "missing")
    if random.Random(f"folders {seed}").random() < 0.15:
        # What is done does not tell whose it is.
        switches["result_entries"], kinds = "files", ("folder",) * 6 + ("file",) * 4 + ("missing",)
    number = rng.choice((1, 2, rng.randint(3, 12), rng.randint(8, 30)))
    return Schedule(
        seed=seed,
        variant=Variant(**switches),
        job_type=rng.choice(("copy", "copy", "move", "delete")),
        rows=[rng.choice(kinds) for _ in range(number)],
        items_per_job=rng.choice((1, 2, 3, 3, 5, 100)),
        jobs_in_flight=rng.choice((1, 2, 5, 100)),
        reserve=rng.choice((0, 0, 20)),
        past_jobs=rng.choice((0, 0, 3, 110)),
        submissions=rng.choice((0.0, 0.2, 0.5, 0.8)),
        reads=rng.choice((0.0, 0.05, 0.2)),
        most_faults=rng.randint(0, 20),
        others=sorted(int(1.4 ** rng.uniform(0.0, 15.0)) for _ in range(rng.choice((0, 0, 1, 3, 6)))),
        deaths=[(int(1.5 ** rng.uniform(0.0, 11.0)), rng.random() < 0.6) for _ in range(rng.choice((0, 1, 3, 8)))],
        twins=rng.random() < 0.25,
    )


class Faulty(Transport):
    """The way to a server on which answers get lost, or are those of something in between.

    Args:
        inner: the way to the server.
        schedule: what was drawn.
    """

    def __init__(self, inner: Transport, schedule: Schedule) -> None:
        self._inner, self._schedule = inner, schedule
        self._random = random.Random(f"faults {schedule.seed}")
        self.struck = 0
        self.lost_posts = 0

    def _respond(self, request: httpx.Request, _: bytes) -> httpx.Response:
        submits = request.method == "POST" and "/async/files/" in request.url.path
        share = self._schedule.submissions if submits else self._schedule.reads
        if self.struck >= self._schedule.most_faults or self._random.random() >= share:
            return self._inner.handle_request(request)
        self.struck += 1
        kind = self._random.choice(READ_FAULTS)
        self.lost_posts += submits and kind not in ("429", "maintenance")
        return self._fail(request, kind)

    def _fail(self, request: httpx.Request, kind: str) -> httpx.Response:
        refused = {"429": (429, 1000), "maintenance": (503, 0)}
        if kind in refused:
            status, code = refused[kind]
            return httpx.Response(status, json={"status": status, "code": code, "message": "later", "more_info": ""})
        carried_out = kind == "cut after" or (kind != "cut before" and self._random.random() < 0.6)
        response = self._inner.handle_request(request) if carried_out else None
        match kind:
            case "torn" if response is not None:
                return httpx.Response(response.status_code, content=response.content[: len(response.content) // 2])
            case "page" | "page 403" | "page 404":
                return httpx.Response(int(kind.removeprefix("page") or 200), content=PAGE)
            case "500" | "503":
                return httpx.Response(int(kind), content=PAGE)
            case _:
                raise httpx.ReadError("the connection is cut", request=request)


@define
class Trial:
    """A run that is carried through a schedule.

    Attributes:
        schedule: what was drawn.
        path: the run's journal.
        counts: what has happened.
    """

    schedule: Schedule
    path: Path
    counts: Counter[str] = field(factory=Counter)
    _steps: int = 0

    def broken(self) -> list[str]:
        """Carry the run to its end, and return what is wrong."""
        schedule = self.schedule
        service = Service(schedule.variant, files=0)
        rows = self._plant(service)
        service.past_jobs(schedule.past_jobs)
        service.clock.sleep(600.0)
        service.transport = faulty = Faulty(service.transport, schedule)
        adopt, resubmit = None, False
        for life in range(LIVES + 8):
            if life == LIVES:
                service.transport = faulty._inner
            with service.client(self._mortal(service, life), retry=Retry(within=3600.0)) as client:
                try:
                    self._carry(client, rows, adopt, resubmit)
                except Killed:
                    adopt, resubmit = None, False
                except RunStopped:
                    self._count("stopped")
                    adopt = self._started(service)
                    resubmit = adopt is None
                except SbgBulkError as error:
                    if life >= LIVES:
                        return [f"it failed without a fault: {error!r}"]
                    self._count("given up")
                    adopt, resubmit = None, False
                else:
                    break
            self._count("lives")
        else:
            return ["it does not come to an end"]
        self._count("rows", len(rows))
        self._count("faults", faulty.struck)
        self._count("submissions without an answer", faulty.lost_posts)
        return untrue(service, self.path, dated=schedule.variant.date_header and not schedule.reads)

    def _started(self, service: Service) -> str | None:
        """Say what a person finds out: which job it was, or that none has done anything."""
        job = lost_job(service, self.path)
        if job is None:
            return None
        service.world.go_on()
        found = service.world.jobs[job]
        nothing = len(found.deeds) == len(found.items) and all(deed.error for deed in found.deeds)
        return None if nothing else job

    def _carry(self, client: Any, rows: list[str], adopt: str | None, resubmit: bool) -> None:
        schedule = self.schedule
        lag = max(30.0, schedule.variant.listed_late + 1.0)
        options = RunOptions(jobs_in_flight=schedule.jobs_in_flight, reserve=schedule.reserve, list_lag=lag)
        if self.path.exists():
            client.resume(self.path, adopt=adopt, resubmit=resubmit, options=options)
            return
        project = None if schedule.job_type == "delete" else TARGET
        client.run(
            schedule.job_type,
            manifest(rows),
            project=project,
            journal=self.path,
            items_per_job=schedule.items_per_job,
            options=options,
        )

    def _plant(self, service: Service) -> list[str]:
        rng = random.Random(f"rows {self.schedule.seed}")
        rows, world = [], service.world
        for n, kind in enumerate(self.schedule.rows):
            place = world.add_folder(f"place-{n}", service.source)
            # Names are not unique; sizes are, unless there is to be no telling one copy from another.
            name = f"f{rng.randint(0, 1 if self.schedule.twins else 20):02}.bam"
            size = 1000 if self.schedule.twins else 1000 + n
            if kind == "folder":
                made: Node = world.add_folder(name, place)
                for part in range(rng.randint(0, 3)):
                    world.add_file(f"part-{part}", made, size=size)
            else:
                made = world.add_file(name, place, size=size)
            rows.append(f"none-{n}" if kind == "missing" else made.id)
        return rows

    def _mortal(self, service: Service, life: int) -> type[BlockingDriver]:
        deaths = self.schedule.deaths
        at, after = deaths[life] if life < len(deaths) else (0, False)
        alive = [0]
        trial = self

        class Mortal(BlockingDriver):
            def _perform(self, step: Step) -> object:
                trial._steps += 1
                alive[0] += 1
                for number, other in enumerate(trial.schedule.others):
                    if other == trial._steps:
                        trial._another_program(service, number)
                if alive[0] == at and not after:
                    raise Killed
                outcome = super()._perform(step)
                if alive[0] == at:
                    raise Killed
                return outcome

        return Mortal

    def _another_program(self, service: Service, number: int) -> None:
        """Have another program of the user submit a job that looks like one of ours, and is about other files."""
        schedule, world = self.schedule, service.world
        place = world.add_folder(f"other-{number}", service.source)
        many = min(schedule.items_per_job, len(schedule.rows))
        files = [world.add_file(f"f{n:02}.bam", place, size=50_000 + 100 * number + n) for n in range(many)]
        target = None if schedule.job_type == "delete" else TARGET
        world.submit(USER, schedule.job_type.upper(), [Item(one.id, project=target) for one in files], foreign=True)

    def _count(self, name: str, number: int = 1) -> None:
        self.counts[name] += number


def untrue(service: Service, path: Path, *, dated: bool) -> list[str]:
    """Return what a complete run says of its rows that is not so, and what was done more than once.

    Args:
        service: the service.
        path: the run's journal.
        dated: whether all answers told the service's time.
    """
    deeds: dict[str, list[tuple[Job, Deed]]] = {}
    for job in service.world.jobs.values():
        if not job.foreign:
            for deed in job.deeds:
                deeds.setdefault(deed.item.file, []).append((job, deed))
    with Journal.open(path) as journal:
        return [lie for row in journal.report() for lie in _untrue(row, deeds.get(row["file"], []), dated)]


def _untrue(row: Mapping[str, Any], deeds: Sequence[tuple[Job, Deed]], dated: bool) -> Iterator[str]:
    file, outcome = row["file"], row["outcome"]
    done = [(job, deed) for job, deed in deeds if deed.error is None]
    if len(done) > 1:
        yield f"{file} was done {len(done)} times ({outcome})"
        return
    # What a job has refused may be sent again, once that job has ended.
    if any(later.made < earlier.ends for (earlier, _), (later, _) in pairwise(deeds)):
        yield f"{file} was sent again while another job had it"
    if outcome == "unknown":
        # Without the service's time a submission of a process that has ended may be of any age.
        if dated:
            yield f"{file} is said to be of unknown outcome"
        return
    said = next((deed for job, deed in deeds if job.id == row["job"]), None)
    if said is None:
        yield f"{file} is said to be {outcome} in job {row['job']}, which did not have it"
    elif (outcome == "done" and said.error is not None) or (outcome == "failed" and done):
        yield f"{file} is said to be {outcome}, and is not"
    elif outcome == "failed" and said.error is not None and row["api_code"] not in (None, said.error.code):
        yield f"{file} is said to have failed with {row['api_code']}, and has with {said.error.code}"
    elif outcome == "done" and row["new_id"] not in (None, said.made):
        yield f"{file} is said to be {row['new_id']} now, and is {said.made}"
    elif outcome not in ("done", "failed", "unattributed"):
        yield f"{file} is said to be {outcome}"


def attempt(seed: int, folder: Path) -> Result:
    """Do the trial of a seed, with its journal in this folder."""
    trial = Trial(draw(seed), folder / f"{seed}.sbg-run")
    try:
        broken = trial.broken()
        return Result({seed: broken} if broken else {}, trial.counts + Counter(schedules=1))
    finally:
        for left in folder.glob(f"{seed}.sbg-run*"):
            left.unlink()


def trials(seeds: range) -> Result:
    """Do the trials of these seeds, one after the other."""
    total = Result()
    with scratch() as folder:
        for seed in seeds:
            total.add(attempt(seed, folder))
    return total


def command(seed: int) -> str:
    """Return the command that does a trial again."""
    return f"scripts/faults --second 1 --seed {seed}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/faults", description=__doc__)
    parser.add_argument("--second", type=int, metavar="N", required=True, help="do so many trials")
    parser.add_argument("--seed", type=int, metavar="S", default=1, help="the first trial's (1)")
    parser.add_argument("--jobs", type=int, metavar="J", default=2, help="processes at a time (2)")
    options = parser.parse_args()
    total, began = Result(), time.monotonic()
    for result in shared_out(trials, range(options.seed, options.seed + options.second), options.jobs):
        total.add(result)
    lines = [f"{number:>12,}  {name}" for name, number in sorted(total.counts.items())]
    lines.append(f"{len(total.broken):>12,}  violations")
    for seed, messages in sorted(total.broken.items()):
        lines.append(f"  BROKEN: {messages[0]} (and {len(messages) - 1} more)\n    {command(seed)}")
    lines.append(f"in {time.monotonic() - began:.0f} s")
    sys.stdout.write("\n".join([*lines, ""]))
    return 1 if total.broken else 0


if __name__ == "__main__":
    sys.exit(main())
