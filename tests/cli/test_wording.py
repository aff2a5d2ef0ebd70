"""Numbers and times in words."""

from __future__ import annotations

import pytest

from sbg_bulk.text import age, counted, duration, size, speed


@pytest.mark.parametrize(("number", "text"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (12_345, "12,345 rows")])
def test_a_number_of_things_has_its_plural(number: int, text: str) -> None:
    assert counted(number, "row") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1.2, "1 s"),
        (119.4, "119 s"),
        (119.6, "120 s"),
        (120, "2 min"),
        (300, "5 min"),
        (7_199, "2 h"),
        (7_200, "2 h"),
        (7_500, "2 h 5 min"),
        (36_000_000, "10,000 h"),
    ],
)
def test_a_time_is_told_no_finer_than_a_person_wants(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (41_237, "41.2 kB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (2 << 30, "2.15 GB"),
        (1_234 * 10**15, "1.23 EB"),
        (10**22, "10000 EB"),
    ],
)
def test_a_size_has_three_digits_and_its_unit(number: int, text: str) -> None:
    assert size(number) == text


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (1234.5, "1,234 rows/s"),
        (41.2, "41 rows/s"),
        (9.96, "10 rows/s"),
        (9.94, "9.9 rows/s"),
        (1.0, "1.0 rows/s"),
        (0.99, "59 rows/min"),
        (1 / 60, "1.0 rows/min"),
        (1 / 3600, "1.0 rows/h"),
        (1 / 36_000, "0.1 rows/h"),
    ],
)
def test_a_speed_has_the_unit_in_which_it_is_a_number_to_read(rate: float, text: str) -> None:
    assert speed(rate, "row") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0 s"), (119.9, "119 s"), (120, "2 min"), (7_199, "119 min"), (7_200, "2 h"), (172_799, "47 h"),
     (172_800, "2 days"), (1e9, "11,574 days")],
)  # fmt: skip
def test_an_age_is_told_in_one_unit(seconds: float, text: str) -> None:
    assert age(seconds) == text
