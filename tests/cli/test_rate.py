"""How fast something goes on, and when it will end."""

from __future__ import annotations

import itertools

import pytest

from sbg_bulk.cli.progress.rate import LEAST_TIME, WINDOW, Sample, rate, sampled, seconds_left


def seen(*pairs: tuple[float, int]) -> tuple[Sample, ...]:
    samples: tuple[Sample, ...] = ()
    for time, count in pairs:
        samples = sampled(samples, Sample(time, count))
    return samples


def test_the_rate_is_what_has_come_since_the_first_sample() -> None:
    assert rate(seen((100, 0), (110, 50), (120, 300)), 130) == 10.0


def test_what_was_there_at_the_first_sample_does_not_count() -> None:
    assert rate(seen((0, 5000), (10, 5020)), 10) == 2.0


@pytest.mark.parametrize("samples", [(), seen((0, 0)), seen((0, 7), (50, 7))])
def test_without_anything_that_has_come_there_is_no_rate(samples: tuple[Sample, ...]) -> None:
    assert rate(samples, 60) is None


def test_too_little_time_tells_no_rate() -> None:
    assert rate(seen((0, 0), (0.5, 100)), LEAST_TIME / 2) is None


def test_only_the_last_window_counts() -> None:
    fast_then_slow = seen(*((second, second * 100) for second in range(100)), *((99 + n, 9900 + n) for n in range(600)))
    assert rate(fast_then_slow, 698) == pytest.approx(1.0)


def test_the_rate_sinks_while_nothing_comes_and_is_none_after_a_window() -> None:
    samples = seen((0, 0), (10, 100))
    assert [rate(samples, now) for now in (10, 20, 100)] == [10.0, 5.0, 1.0]
    assert rate(samples, 10 + WINDOW) is None


def test_bursts_are_smoothed() -> None:
    # A hundred at once, every ten seconds.
    samples: tuple[Sample, ...] = ()
    rates = []
    for second in range(1000):
        samples = sampled(samples, Sample(second, second // 10 * 100))
        rates.append(rate(samples, second))
    steady = [one for one in rates[400:] if one is not None]
    assert len(steady) == 600
    assert max(steady) - min(steady) < 0.5
    assert sum(steady) / 600 == pytest.approx(10, rel=0.03)


def test_samples_stay_few_however_many_are_taken() -> None:
    samples: tuple[Sample, ...] = ()
    for number in range(20_000):
        samples = sampled(samples, Sample(number / 20, number))
    assert len(samples) <= 2 * WINDOW + 2
    assert samples[-1] == Sample(19_999 / 20, 19_999)
    assert all(after.time - before.time >= LEAST_TIME for before, after in zip(samples, samples[2:], strict=False))
    assert all(after.time > before.time for before, after in itertools.pairwise(samples))
    assert rate(samples, samples[-1].time) == pytest.approx(20)


def test_what_is_left_takes_as_long_as_the_rate_says() -> None:
    assert seconds_left(300, 10.0) == 30.0
    assert seconds_left(300, None) is None
    assert (seconds_left(0, None), seconds_left(0, 5.0)) == (0.0, 0.0)
