"""Numbers and times in words."""

from __future__ import annotations

import pytest

from sbg_bulk.cli.wording import counted, duration


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
