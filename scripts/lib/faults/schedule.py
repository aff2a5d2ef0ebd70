"""The events of one trial, drawn from a seed: the same seed draws the same.

What is drawn stays within what the guarantee rests on, and goes to its edges:

- a job shows in the list within the run's `list_lag` of its submission;
- the server's `Date` may be missing, garbled or years late, but does not run ahead;
- an answer of 429, or of 503 with code 0, means that nothing was done, as the documentation says;
- nobody else renames, moves or deletes what the run works on or has made, except where a whole job of the same
  items is drawn (`Kind.IDENTICAL`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final

from attrs import evolve, frozen

from sbg_bulk.simulator import FaultRule, JobType, Timing, Variant
from sbg_bulk.simulator.world.jobs import ListOrder, Progress

DAY: Final = 86_400.0

MOST_ROWS: Final = 40

_GARBAGE: Final = ("nan", "-5", "0", "99999999999", "1e400", "soon")
_KINDS: Final = (
    *("429", "maintenance", "5xx", "5xx", "html", "delay", "delay", "cut_before", "cut_after", "cut_after", "truncate"),
    *("wrong_types", "unknown_state", "missing_field", "null_field", "header", "fail_item", "shuffle", "leave_out"),
)
_HEADERS: Final = (
    *("date", "date", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"),
    *("x-total-matching-query", "content-type"),
)
_FIELDS: Final = (
    "id",
    "state",
    "type",
    "result",
    "resource",
    "error",
    "code",
    "message",
    "started_on",
    "completed_files",
    "failed_files",
    "total_files",
    "items",
    "links",
    "href",
    "rel",
    "name",
    "parent",
    "project",
    "size",
)


class Source(Enum):
    """The thing that a row names."""

    FILE = "file"
    FOLDER = "folder"
    MISSING = "missing"
    FORBIDDEN = "forbidden"


@frozen
class RowPlan:
    """A row of the manifest.

    Attributes:
        source: what it names.
        name: the name of what it names, not unique among the rows.
        new_name: what it is to be called; None to keep its name.
        nested: whether it goes to the folder in the destination, else to its root.
        files: how many files a folder holds.
    """

    source: Source
    name: str
    new_name: str | None
    nested: bool
    files: int


class Kind(Enum):
    """The kind of job that another process of the same user submits."""

    SIMILAR = "similar"
    """The same type and destination, other sources; their names may be those of our rows, their sizes are not."""
    TWIN = "twin"
    """Other sources with the very names, sizes and destinations of a batch of our rows."""
    IDENTICAL = "identical"
    """The very items of a batch of our rows."""
    UNRELATED = "unrelated"
    """Another type."""


@frozen
class Other:
    """A job of another process.

    Attributes:
        kind: how it is like ours.
        step: before which step of the run, counted over all resumes, it is submitted.
        batch: of which batch of our rows it is like, if it is.
        names: the names of what it deals with, if it is similar or unrelated.
        late: seconds for which it does not show in the list.
    """

    kind: Kind
    step: int
    batch: int
    names: Sequence[str]
    late: float


@frozen
class Crash:
    """The process that carries the run ends.

    Attributes:
        step: at which step since it was started or resumed, from 1.
        after: whether the step was performed, though the run never learnt of it.
        downtime: seconds until the run is resumed.
    """

    step: int
    after: bool
    downtime: float


@frozen
class Schedule:
    """All that is drawn for a trial.

    `leaps` are seconds by which the server's clock jumps ahead at a step; `planned` is whether the run was planned by
    paths, so that it has seen which rows are folders.
    """

    seed: int
    job_type: JobType
    rows: Sequence[RowPlan]
    items_per_job: int
    jobs_in_flight: int
    reserve: int
    list_lag: float
    list_order: ListOrder
    variant: Variant
    rate_limit: tuple[int, float] | None
    submit_status: int
    timing: Timing
    progress: Progress
    earlier_jobs: int
    faults: Sequence[FaultRule]
    others: Sequence[Other]
    crashes: Sequence[Crash]
    leaps: Sequence[tuple[int, float]]
    abandons: bool
    planned: bool = False

    @property
    def batches(self) -> Sequence[Sequence[int]]:
        """The rows of each job, by their places."""
        places = range(len(self.rows))
        return [places[first : first + self.items_per_job] for first in range(0, len(places), self.items_per_job)]


def draw(seed: int) -> Schedule:
    """Draw a trial."""
    rng = random.Random(f"schedule {seed}")  # noqa: S311 - to be repeated
    job_type = rng.choice(list(JobType))
    rows = [_row(rng) for _ in range(rng.choice((0, 1, 2, 3, rng.randint(4, 12), rng.randint(4, MOST_ROWS))))]
    items_per_job = rng.choice((1, 2, 3, 5, 10, 100))
    list_lag = rng.choice((0.0, 1.0, 5.0, 30.0, 30.0))
    schedule = Schedule(
        seed=seed,
        job_type=job_type,
        rows=rows,
        items_per_job=items_per_job,
        jobs_in_flight=rng.choice((1, 2, 3, 10, 100)),
        reserve=rng.choice((0, 0, 0, 1, 5)),
        list_lag=list_lag,
        list_order=rng.choice(("newest", "oldest", "shuffled")),
        variant=_variant(seed),
        rate_limit=rng.choice((None, (1000, 300.0), (1000, 300.0), (100, 60.0), (20, 60.0), (3, 10.0))),
        submit_status=rng.choice((200, 201, 202)),
        timing=Timing(rng.uniform(0.0, 3.0), rng.uniform(0.0, 3.0), rng.choice((0.0, 0.1, 2.0, 30.0))),
        progress=rng.choice(("time", "time", "time", "polls")),
        earlier_jobs=rng.randint(90, 230) if rng.random() < 0.04 else rng.choice((0, 0, 3)),
        faults=[
            *_late(rng, list_lag),
            *_order(rng),
            *(_fault(rng, job_type, seed * 100 + number) for number in range(_few(rng, 6))),
        ],
        others=(),
        crashes=[
            Crash(int(1.5 ** rng.uniform(0.0, 12.0)), rng.random() < 0.6, _downtime(rng)) for _ in range(_few(rng, 6))
        ],
        leaps=[(_step(rng), rng.choice((5.0, 3600.0, rng.uniform(0.0, 40 * DAY)))) for _ in range(_few(rng, 2) // 2)],
        abandons=rng.random() < 0.15,
    )
    schedule = evolve(schedule, others=[_other(rng, schedule) for _ in range(_few(rng, 6))])
    schedule = evolve(schedule, planned=random.Random(f"planned {seed}").random() < 0.7)  # noqa: S311
    if random.Random(f"folders {seed}").random() < 0.15:  # noqa: S311
        return _of_folders(schedule)
    moved = job_type is JobType.MOVE and random.Random(f"moved folders {seed}").random() < 0.5  # noqa: S311
    return _moving_folders(schedule) if moved else schedule


def _of_folders(schedule: Schedule) -> Schedule:
    """Have most rows name folders, and the results the files in them: what is done does not tell whose it is."""
    rng = random.Random(f"folders {schedule.seed} rows")  # noqa: S311 - to be repeated
    rows = [
        evolve(row, source=Source.FOLDER) if row.source is Source.FILE and rng.random() < 0.6 else row
        for row in schedule.rows
    ]
    return evolve(schedule, rows=rows, variant=evolve(schedule.variant, result_entries="files"))


def _moving_folders(schedule: Schedule) -> Schedule:
    """Have rows name folders, which get new ids, answers to submissions be lost, and others move folders like ours."""
    rng = random.Random(f"moved folders {schedule.seed} rows")  # noqa: S311 - to be repeated
    sources = {Source.FILE: Source.FOLDER if rng.random() < 0.8 else Source.MISSING}
    rows = [
        evolve(row, source=sources.get(row.source, row.source), new_name=row.new_name or rng.choice((None, row.name)))
        for row in schedule.rows
    ]
    others = [
        evolve(other, kind=Kind.TWIN, step=rng.randint(1, 60)) if rows and other.kind is Kind.SIMILAR else other
        for other in schedule.others
    ]
    lost = FaultRule(
        kind=rng.choice(("cut_before", "cut_after")), op="submit_move_job", times=2, probability=0.5, seed=schedule.seed
    )
    schedule = evolve(schedule, rows=rows, others=others, faults=[*schedule.faults, lost])
    return _expiring(schedule, rng) if rng.random() < 0.5 else schedule


def _expiring(schedule: Schedule, rng: random.Random) -> Schedule:
    """Have the one job expire while nobody looks, and then another be there that looks like it."""
    rows = [row for row in schedule.rows if row.source is not Source.FORBIDDEN][: min(schedule.items_per_job, 2)]
    crash = Crash(rng.randint(11, 18), True, rng.uniform(30.0, 45.0) * DAY)
    twin = Other(Kind.TWIN, crash.step + rng.randint(1, 6), 0, (), 0.0)
    return evolve(schedule, rows=rows, others=[twin] if rows else [], crashes=[crash, *schedule.crashes])


def _variant(seed: int) -> Variant:
    """Draw how the service answers: plainly in a third of all trials, else with a few switches, or with many."""
    rng = random.Random(f"variant {seed}")  # noqa: S311 - to be repeated
    share = rng.choice((0.0, 0.1, 0.4))
    values: dict[str, Sequence[object]] = {
        "job_ids": ("counted", "random", "letters"),
        "links": ("empty", "absent", "null"),
        "total_header": (False,),
        "page_max": (1, 7, 50),
        "file_lists": ("least", "all"),
        "fields_parameter": (False,),
        "name_parameter": (False,),
        "listed_results": (False,),
        "result_order": ("reversed", "shuffled"),
        "result_entries": ("files", "done", "failed"),
        "counts_of": ("items",),
        "counts_as": ("strings",),
        "dates": ("offset", "fractional", "naive", "absent"),
        "states": (("QUEUED", "VALIDATING", "COMMITTING"),),
        "extra_keys": (True,),
        "without_value": ("null", "absent"),
        "hrefs": ("relative", "public", "absent"),
        "rate_headers": ("milliseconds", "absent"),
        "date_header": (False,),
        "error_codes": (False,),
        "bulk_order": ("shuffled",),
        "bulk_folders": (False,),
        "bulk_fields": ("least",),
        "bulk_error_status": (False,),
        "bulk_status": (202,),
        "bulk_refused": (404, 405, 501),
        "maintenance": ((20.0, 4.0), (600.0, 100.0)),
        "others_every": (5, 20),
        "others_requests": (1, 3),
    }
    return Variant(**{name: rng.choice(those) for name, those in values.items() if rng.random() < share})  # type: ignore[arg-type]


def _few(rng: random.Random, most: int) -> int:
    """Draw how many, from none to `most`: often none, seldom many."""
    return min(rng.randint(0, most), rng.randint(0, most + 1))


def _step(rng: random.Random) -> int:
    return int(1.4 ** rng.uniform(0.0, 16.0))


def _downtime(rng: random.Random) -> float:
    return rng.choice((0.0, 0.0, 0.5, 3.0, 20.0, 600.0, 2 * DAY, rng.uniform(20 * DAY, 45 * DAY)))


def _row(rng: random.Random) -> RowPlan:
    sources = [Source.FILE] * 12 + [Source.FOLDER] * 3 + [Source.MISSING, Source.FORBIDDEN]
    return RowPlan(
        source=rng.choice(sources),
        name=_name(rng),
        new_name=_name(rng) if rng.random() < 0.15 else None,
        nested=rng.random() < 0.3,
        files=rng.randint(0, 3),
    )


def _name(rng: random.Random) -> str:
    return f"sample_{rng.randint(1, 60):02}.bam"


def _other(rng: random.Random, schedule: Schedule) -> Other:
    batches = schedule.batches
    kinds = [Kind.SIMILAR] * 12 + [Kind.UNRELATED] * 4
    if batches:
        kinds += [Kind.TWIN, Kind.IDENTICAL]
    batch = rng.randrange(len(batches)) if batches else 0
    if batches and rng.random() < 0.7:
        # As many as ours, and of the same names, at least in part.
        names = [_name(rng) if rng.random() < 0.2 else schedule.rows[place].name for place in batches[batch]]
    else:
        names = [_name(rng) for _ in range(rng.randint(1, 6))]
    return Other(rng.choice(kinds), _step(rng), batch, names, rng.choice((0.0, rng.uniform(0.0, schedule.list_lag))))


def _late(rng: random.Random, list_lag: float) -> Sequence[FaultRule]:
    """Draw late lists, but not later than the run expects: for all jobs, for some, or for none."""
    share = rng.choice((None, 0.5, 1.0))
    if share is None:
        return ()
    return (
        FaultRule(kind="late_list", seconds=rng.uniform(0.0, list_lag), probability=share, seed=rng.randrange(1000)),
    )


def _order(rng: random.Random) -> Iterator[FaultRule]:
    """Draw whether results and bulk answers stand in an order of their own, which is not documented."""
    for op, field in (("*", "result"), ("bulk_get_files", "items")):
        if rng.random() < 0.5:
            yield FaultRule(kind="shuffle", op=op, field=field, seed=rng.randrange(1000))


def _fault(rng: random.Random, job_type: JobType, seed: int) -> FaultRule:
    submit, details = f"submit_{job_type.lower()}_job", f"get_{job_type.lower()}_job"
    words = _kind(rng)
    if words["kind"] == "fail_item":
        op = submit
    elif words["kind"] in ("shuffle", "leave_out"):
        # What the list leaves out is not in it: of that a run is told by other faults, as long as it may be.
        op = "bulk_get_files" if words["field"] == "items" else details
    elif words.get("field") == "date" or rng.random() < 0.25:
        op = "*"
    else:
        op = rng.choice((submit, submit, submit, details, *("list_async_jobs", "list_async_jobs", "get_*", "bulk_*")))
    match rng.randrange(4):
        case 0:
            when: dict[str, object] = {"call": int(1.4 ** rng.uniform(0.0, 10.0))}
        case 1:
            when = {"times": rng.randint(1, 5)}
        case 2:
            when = {"every": rng.randint(2, 5), "times": rng.randint(1, 6)}
        case _:
            when = {"probability": rng.choice((0.05, 0.2, 0.5)), "times": rng.randint(1, 8)}
    return FaultRule(op=op, seed=seed, **words, **when)  # type: ignore[arg-type]


def _kind(rng: random.Random) -> dict[str, object]:
    """Draw the kind of a fault, and the words that belong to it."""
    after = {"after": True} if rng.random() < 0.5 else {}
    pause = {"retry_after": rng.choice((1.0, 30.0))} if rng.random() < 0.3 else {}
    kind = rng.choice(_KINDS)
    match kind:
        case "429":
            return {"kind": kind, "seconds": rng.choice((1.0, 5.0, 60.0)), **pause}
        case "maintenance":
            return {"kind": kind, **pause}
        case "5xx":
            return {"kind": rng.choice(("500", "502", "503", "504", "520", "599")), **after, **pause}
        case "html":
            return {"kind": kind, "status": rng.choice((200, 302, 403, 404, 413, 502)), **after}
        case "delay":
            return {"kind": kind, "seconds": rng.choice((1.0, 61.0, 150.0)), **after}
        case "cut_before":
            return {"kind": kind, "error": rng.choice(("read", "protocol", "connect"))}
        case "cut_after":
            return {"kind": kind, "error": rng.choice(("read", "protocol"))}
        case "wrong_types" | "missing_field" | "null_field":
            return {"kind": kind, **({"field": rng.choice(_FIELDS)} if rng.random() < 0.7 else {})}
        case "unknown_state":
            return {"kind": kind}
        case "shuffle" | "leave_out":
            return {"kind": kind, "field": rng.choice(("result", "items"))}
        case "header":
            return {"kind": kind, **_header(rng)}
        case "fail_item":
            return {"kind": kind, "item": rng.randint(1, 4), "code": rng.choice((5014, 10225, 90004))}
        case _:
            return {"kind": kind}


def _header(rng: random.Random) -> dict[str, object]:
    """Draw a header that is wrong, or is missing where there is no value."""
    field = rng.choice(_HEADERS)
    if field == "date":
        value = rng.choice((None, "yesterday", "Tue, 01 Jan 2008 00:00:00 GMT"))
    elif field == "x-total-matching-query":
        value = rng.choice((None, "many"))
    elif field == "content-type":
        value = "text/plain"
    else:
        value = rng.choice((None, *_GARBAGE))
    return {"field": field} if value is None else {"field": field, "value": value}
