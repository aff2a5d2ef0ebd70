"""No more items are submitted in a span of time than the pace allows, and no fewer than it could be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sbg_bulk.runs.item_pace import ItemPace, Throttle

PACE = ItemPace(500, 300.0)


def submitted(throttle: Throttle, sizes: list[int], moment: float = 0.0) -> list[float]:
    """When each submission is made that is made as soon as it may be."""
    times = []
    for size in sizes:
        moment = throttle.due(moment, size)
        throttle.sent(moment, size)
        times.append(moment)
    return times


@given(st.lists(st.integers(1, 500), max_size=60))
def test_in_no_span_are_more_than_the_pace_allows_and_none_waits_without_need(sizes: list[int]) -> None:
    times = submitted(Throttle(PACE), sizes)
    for index, (begin, size) in enumerate(zip(times, sizes, strict=True)):
        lately = [n for t, n in zip(times[:index], sizes, strict=False) if begin - t < 300]
        assert sum(lately) + size <= 500
        if begin > max(times[:index], default=0.0):
            # An instant earlier there would have been too many.
            before = [n for t, n in zip(times[:index], sizes, strict=False) if begin - t <= 300]
            assert sum(before) + size > 500


@given(st.integers(1, 3000), st.sampled_from([1, 7, 50, 100]), st.integers(1, 700))
def test_the_estimate_is_not_more_than_it_takes_and_little_less(items: int, batch: int, allowed: int) -> None:
    pace = ItemPace(allowed, 300.0)
    sizes = [batch] * (items // batch) + [items % batch] * bool(items % batch)
    taken = submitted(Throttle(pace), sizes)[-1]
    assert taken - pace.span(batch) <= pace.least(items, batch) <= taken + pace.span(batch)


def test_a_submission_of_more_than_the_pace_allows_is_made_alone_and_counts_for_longer() -> None:
    assert submitted(Throttle(ItemPace(50, 300.0)), [100, 100, 20]) == [0.0, 600.0, 1200.0]


def test_what_earlier_processes_submitted_counts() -> None:
    throttle = Throttle(PACE)
    throttle.recall(1000.0, [(10.0, 300), (290.0, 100), (20.0, 100)])
    assert submitted(throttle, [100, 100], 1000.0) == [1010.0, 1280.0]


def test_without_a_pace_nothing_waits() -> None:
    assert submitted(Throttle(), [100] * 50) == [0.0] * 50


@pytest.mark.parametrize(("items", "seconds"), [(1, 0), (500, 0), (501, 300), (10_000, 5700)])
def test_the_estimate_of_imports_of_a_hundred_is_exact(items: int, seconds: float) -> None:
    assert PACE.least(items, 100) == seconds
