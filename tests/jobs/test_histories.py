"""Waits in histories that are drawn from seeds: each end is noticed once, in time, and for few requests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import pytest

from sbg_bulk.api.polling import Polling
from sbg_bulk.api.steps import Flow
from sbg_bulk.jobs.list_map import JobListMap, Stretch
from sbg_bulk.jobs.track import Allowance, Track
from sbg_bulk.jobs.watch import PollResult, Watch
from sbg_bulk.models.job import Job
from scripts.lib.histories.history import draw
from scripts.lib.histories.trial import attempt, trials

HISTORIES = range(1, 251)
ENDS = (
    *((300, 2, 60), (60, 2, 10), (250, 1, 80), (110, 2, 20), (90, 1, 5)),
    *((80, 0, 30), (120, 2, 50), (180, 2, 90), (340, 3, 5), (130, 0, 2)),
)
"""Jobs that have finished, are lost and are not waited for any longer, at least, in each tenth of the histories."""

MOST = 150
"""Histories in which a mutation is to be found."""

Patch = pytest.MonkeyPatch


@pytest.mark.parametrize("part", range(len(ENDS)))
def test_each_end_is_noticed_once_and_in_time_whatever_the_list_is_like(part: int) -> None:
    broken, total = trials(HISTORIES[part :: len(ENDS)])
    assert not broken, "\n".join(
        f"scripts/histories --count 1 --seed {seed}: {wrong}" for seed, wrong in broken.items()
    )
    # That nothing is wrong says little if little has happened.
    finished, lost, timed_out = ENDS[part]
    happened = {"histories": 25, "finished": finished, "lost": lost, "timed_out": timed_out, "pages": 500}
    assert {name: number for name, number in happened.items() if total[name] < number} == {}
    assert total["requests"] < total["alone"] / 4


def test_a_seed_draws_the_same_and_does_the_same_again() -> None:
    assert draw(7) == draw(7)
    assert draw(7) != draw(8)
    assert attempt(draw(12)) == attempt(draw(12))


def any_list_end_believed(patch: Patch) -> None:
    """A job that a page shows in any state but the first ones has ended."""
    patch.setattr(Job, "finished", property(lambda job: job.state not in ("SUBMITTED", "RESOLVING", "RUNNING")))


def not_in_the_list_is_lost(patch: Patch) -> None:
    """A job that the list does not show is not asked for."""

    def gone(self: Watch, track: Track, until: float) -> Flow[None]:
        del self, until
        track.missed(0.0)
        yield from ()

    patch.setattr(Watch, "_one_by_one", gone)


def only_the_list(patch: Patch) -> None:
    """What is not found where it was is given up for this look."""

    def nothing(self: Watch, unseen: dict[str, None], until: float) -> Flow[None]:
        del self, until
        unseen.clear()
        yield from ()

    patch.setattr(Watch, "_search", nothing)


def no_allowance(patch: Patch) -> None:
    """The share of the budget is not kept to."""
    patch.setattr(Allowance, "pause", lambda *_: 0.0)


def searched_at_any_price(patch: Patch) -> None:
    """The list is searched for ever, whatever it costs."""

    def worth(self: JobListMap, stretch: Stretch, jobs: int) -> bool:
        del self, stretch, jobs
        return True

    def unsearched(self: JobListMap) -> Stretch | None:
        self._front = (self._front + 100) % 100_000
        return Stretch(self._front)

    patch.setattr(JobListMap, "worth", worth)
    patch.setattr(JobListMap, "next_search", unsearched)


def patience_doubled(patch: Patch) -> None:
    """A fifth of a job's age passes between two looks."""
    pause = Polling.pause
    patch.setattr(Polling, "pause", lambda self, age, left=None: 2.5 * pause(self, age, left))


def the_end_slept_past(patch: Patch) -> None:
    """The time is not looked at before sleeping."""
    rest = Watch.rest
    patch.setattr(Watch, "rest", lambda self, *_: rest(self))


def told_again_and_again(patch: Patch) -> None:
    """Each look tells of all jobs."""
    conclude = Watch._conclude

    def all_of_them(self: Watch, before: dict[str, object], polled_for: Collection[str]) -> Flow[PollResult]:
        return (yield from conclude(self, dict.fromkeys(before), polled_for))

    patch.setattr(Watch, "_conclude", all_of_them)


MUTATIONS: Sequence[Callable[[Patch], None]] = (
    any_list_end_believed,
    not_in_the_list_is_lost,
    only_the_list,
    no_allowance,
    searched_at_any_price,
    patience_doubled,
    the_end_slept_past,
    told_again_and_again,
)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_without_this_a_promise_is_broken(mutation: Callable[[Patch], None], monkeypatch: Patch) -> None:
    mutation(monkeypatch)
    monkeypatch.setattr("scripts.lib.histories.trial.STEPS", 3_000)
    for seed in range(1, MOST + 1):
        history = draw(seed)
        if len(history.watched) > 50 or not attempt(history)[0]:
            continue
        monkeypatch.undo()
        assert attempt(history)[0] == [], "without the mutation, nothing is wrong with the same history"
        return
    pytest.fail(f"{MOST} histories have found nothing")
