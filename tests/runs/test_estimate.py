"""What a run would take, from what is left of the rate limit now."""

from __future__ import annotations

import pytest

from sbg_bulk import RateLimit
from sbg_bulk.cli.output.plan_line import plan_line
from sbg_bulk.runs.estimate import estimate

NOW = 1_000_000.0


def rate(left: int, resets_in: float = 60.0, limit: int = 1000) -> RateLimit:
    return RateLimit(limit, left, int(NOW + resets_in))


@pytest.mark.parametrize(
    ("requests", "left", "seconds"),
    [
        (53, rate(1000), 0),
        (53, rate(53), 0),
        (53, rate(47), 60),
        (53, rate(0), 60),
        (1047, rate(47), 60),
        (1048, rate(47), 360),
        (53, None, 0),
        (1001, None, 300),
        # A clock that is wrong, or another limit.
        (53, rate(47, 5000), 300),
        (53, rate(47, -5000), 300),
        (201, rate(0, 60, 100), 660),
        (5, RateLimit(None, None, None), 0),
    ],
)
def test_it_pauses_as_long_as_the_requests_left_do_not_suffice(
    requests: int, left: RateLimit | None, seconds: float
) -> None:
    assert estimate(0, 100, besides=requests, rate=left, now=NOW).seconds == seconds


def test_what_is_reserved_for_others_is_not_left() -> None:
    found = estimate(0, 100, 900, 150, rate(950), NOW)
    assert (found.left, found.seconds) == (50, 60)


@pytest.mark.parametrize(
    ("folders", "left", "told"),
    [
        (0, rate(500), "Plan: 1 job; 2 requests (500 left now: starts at once)."),
        (
            51,
            rate(47),
            "Plan: create 51 folders, 1 job; 53 requests (47 left now: starts at once, pauses about 60 s).",
        ),
        (0, rate(0), "Plan: 1 job; 2 requests (none left now: starts in about 60 s)."),
        (0, None, "Plan: 1 job; 2 requests."),
        (2000, None, "Plan: create 2,000 folders, 1 job; 2,002 requests (pauses about 10 min)."),
    ],
)
def test_a_line_tells_it(folders: int, left: RateLimit | None, told: str) -> None:
    assert plan_line(estimate(5, 100, besides=folders, rate=left, now=NOW), folders) == told
