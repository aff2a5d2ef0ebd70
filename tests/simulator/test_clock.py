"""The clocks."""

from __future__ import annotations

import asyncio
import time

import pytest

from sbg_bulk.simulator import Clock, ManualClock, RealClock


def test_a_manual_clock_moves_only_when_it_is_moved() -> None:
    clock = ManualClock(start=5.0)
    assert clock.now() == clock.now() == 5.0
    clock.advance(2.5)
    assert clock.now() == 7.5


def test_sleeping_moves_a_manual_clock_and_takes_no_time() -> None:
    clock = ManualClock(start=5.0)
    began = time.monotonic()
    asyncio.run(clock.sleep(3600))
    assert clock.now() == 3605.0
    assert time.monotonic() - began < 60


def test_a_real_clock_shows_the_systems_time_and_what_was_skipped() -> None:
    clock = RealClock()
    before = time.time()
    assert before <= clock.now() <= time.time()
    clock.advance(3600)
    assert before + 3600 <= clock.now() <= time.time() + 3600


@pytest.mark.parametrize("clock", [RealClock(), ManualClock()])
@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_a_clock_does_not_run_backwards_nor_to_the_end_of_time(clock: Clock, seconds: float) -> None:
    with pytest.raises(ValueError, match="expected a finite number of seconds"):
        clock.advance(seconds)


def test_a_real_clock_sleeps_with_an_event_loop_and_without() -> None:
    clock = RealClock()
    before = time.monotonic()
    asyncio.run(clock.sleep(0.01))
    with pytest.raises(StopIteration):
        clock.sleep(0.01).send(None)
    assert time.monotonic() - before >= 0.02
