"""The events of one history, drawn from a seed: the same seed draws the same."""

from __future__ import annotations

import random
from math import inf
from typing import Final, Literal

from attrs import frozen

DAY: Final = 86_400.0
START: Final = 1_700_000_000.0
"""Unix time at which each history begins."""

Order = Literal["newest", "oldest", "shuffled"]
Growth = Literal["steady", "late", "stalling", "none", "untold"]


@frozen
class JobPlan:
    """A job, watched or not.

    Attributes:
        id: its id.
        type: its type; WARP is one that nobody has heard of.
        started: seconds from the beginning of the history at which it is started, below 0 for before.
        duration: seconds that it takes; infinity for one that never ends.
        growth: how its counts grow meanwhile; `untold`: they are not told at all.
        files: how many files it deals with.
        failed: how many of them fail.
        listed: seconds after its start at which it shows in the list.
        expires: seconds from the beginning of the history at which it can no longer be read.
        bytes: the weight of its result.
        tells_result: whether the list has its result.
    """

    id: str
    type: str
    started: float
    duration: float
    growth: Growth
    files: int
    failed: int
    listed: float
    expires: float
    bytes: int
    tells_result: bool

    @property
    def ended(self) -> float:
        """Seconds from the beginning of the history at which it ends."""
        return self.started + self.duration


@frozen
class History:
    """All that is drawn.

    Attributes:
        seed: what it is drawn from.
        watched: the jobs to wait for.
        typed: whether their types are known to the one who waits.
        others: those of other programs.
        order: that of the list.
        total_told: whether the list says how many jobs it has.
        dated: whether answers have a date.
        limit: requests in a window, as the headers say; None for headers that say nothing.
        latency: seconds that each request takes.
        timeout: that of the wait; None for none.
        first, longest, share: the settings of `Polling`.
    """

    seed: int
    watched: tuple[JobPlan, ...]
    typed: bool
    others: tuple[JobPlan, ...]
    order: Order
    total_told: bool
    dated: bool
    limit: int | None
    latency: float
    timeout: float | None
    first: float
    longest: float
    share: float


def draw(seed: int) -> History:
    """Draw a history."""
    rng = random.Random(f"history {seed}")  # noqa: S311 - to be repeated
    names = iter(rng.sample(range(10**16, 10**17), 600))
    scale = rng.choice((5.0, 60.0, 600.0, 7200.0))
    heavy = rng.random() < 0.2
    typed = rng.random() < 0.6
    count = rng.choice((1, 2, 3, rng.randint(4, 20), rng.randint(4, 20), rng.randint(4, 20), rng.randint(50, 150)))
    watched = tuple(_job(rng, str(next(names)), scale, heavy, watched=True) for _ in range(count))
    before = rng.choice((0, 0, 0, 5, 5, 20, 50, rng.randint(100, 300)))
    during = rng.choice((0, 0, 3, 20, 60))
    span = max((job.ended for job in watched if job.duration < inf), default=scale)
    others = [_job(rng, str(next(names)), scale, heavy, started=-rng.uniform(0.0, 25 * DAY)) for _ in range(before)]
    # They come one by one, or many at once.
    moments = [rng.uniform(0.0, max(1.0, span))] * during if rng.random() < 0.5 else None
    others += [
        _job(rng, str(next(names)), scale, heavy, started=moments[n] if moments else rng.uniform(0.0, max(1.0, span)))
        for n in range(during)
    ]
    never = any(job.duration == inf for job in watched)
    return History(
        seed=seed,
        watched=watched,
        typed=typed,
        others=tuple(others),
        order=rng.choice(("newest", "oldest", "shuffled")),
        total_told=rng.random() < 0.8,
        dated=rng.random() < 0.8,
        limit=rng.choice((None, 1000, 1000, 1000, 100)),
        latency=rng.choice((0.0, 0.05, 0.4)),
        timeout=rng.uniform(0.0, 3 * scale) if never or rng.random() < 0.25 else None,
        first=rng.choice((1.0, 1.0, 5.0)),
        longest=rng.choice((15.0, 15.0, 60.0)),
        share=rng.choice((0.25, 0.25, 0.05, 1.0)),
    )


def _job(
    rng: random.Random, name: str, scale: float, heavy: bool, *, watched: bool = False, started: float | None = None
) -> JobPlan:
    duration = inf if rng.random() < 0.01 else scale * rng.choice((0.1, 1.0, rng.uniform(0.2, 2.0)))
    if started is None:
        started = -rng.choice((0.0, rng.uniform(0.0, min(duration, scale)), rng.uniform(0.0, 3.0)))
    files = rng.choice((0, 1, 10, 100))
    expires = 30 * DAY + started + duration
    if watched and rng.random() < 0.03:
        expires = rng.uniform(0.0, 2 * scale)
    known = rng.random() < 0.99
    return JobPlan(
        id=name,
        type=rng.choice(("COPY", "MOVE", "DELETE")) if known else "WARP",
        started=started,
        duration=duration,
        growth=rng.choice(("steady", "steady", "late", "stalling", "none", "untold")),
        files=files,
        failed=rng.randint(0, files) if rng.random() < 0.2 else 0,
        listed=rng.choice((0.0, 0.0, 0.0, rng.uniform(0.0, 20.0))) if known else 0.0,
        expires=expires,
        bytes=rng.choice((0, 30_000)) if heavy else 0,
        tells_result=rng.random() < 0.95,
    )
