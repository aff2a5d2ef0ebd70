"""What a page shows and what came out: what must agree, what need not, and what the page should show instead."""

from __future__ import annotations

import pytest

from scripts.lib.docs.compare import compare

SHOWN_RUN, RUN, OTHER_RUN = "20260101-000000-aaaa", "20261122-101500-ab12", "20261122-101501-cd34"


def agree(shown: list[str], actual: list[str], names: dict[str, str] | None = None) -> bool:
    return compare(shown, actual, names or {}).lines == tuple(shown)


@pytest.mark.parametrize(
    ("shown", "actual"),
    [
        (["a", "b"], ["a", "b"]),
        (["a   b"], ["a   b   "]),
        (["...", "z"], ["a", "b", "z"]),
        (["a", "...", "z"], ["a", "z"]),
        (["a", "...", "a"], ["a", "a", "a"]),
        (["a", "..."], ["a", "b", "c"]),
        (["took [...] s"], ["took 0.31 s"]),
        (["at 2026-01-01T00:00:00Z"], ["at 2031-12-31T23:59:59Z"]),
        (["at 2026-01-01 10:00"], ["at 2026-11-22 04:20"]),
        (["request 00000000-0000-4000-a000-000000000000"], ["request 12345678-9abc-4def-a123-456789abcdef"]),
        (["2 files copied in 9 s, 3 MB."], ["2 files copied in 2 min, 3 MB."]),
        (["started 2 s ago"], ["started 3 min ago"]),
        ([f"Run {SHOWN_RUN}"], [f"Run {RUN}"]),
    ],
)
def test_what_differs_from_run_to_run_need_not_agree(shown: list[str], actual: list[str]) -> None:
    assert agree(shown, actual)


@pytest.mark.parametrize(
    ("shown", "actual"),
    [
        (["a"], ["b"]),
        (["a"], []),
        ([], ["a"]),
        (["a", "b"], ["b", "a"]),
        (["a", "..."], ["b", "c"]),
        (["...", "z"], ["a", "b"]),
        (["3 done"], ["4 done"]),
        (["2 files copied in 9 s, 3 MB."], ["2 files copied in 9 s, 4 MB."]),
        (["71800000596968933"], ["71800000596968934"]),
        (["at 2026-01-01T00:00:00Z"], ["at noon"]),
        ([f"Run {SHOWN_RUN}"], ["Run "]),
    ],
)
def test_what_is_the_same_in_every_run_must_agree(shown: list[str], actual: list[str]) -> None:
    assert not agree(shown, actual)


def test_an_id_of_a_run_stands_for_the_same_one_from_then_on() -> None:
    names = dict(compare([f"Run {SHOWN_RUN}"], [f"Run {RUN}"], {}).names)
    assert names == {SHOWN_RUN: RUN}
    assert agree([f"resume {SHOWN_RUN}"], [f"resume {RUN}"], names)
    assert not agree([f"resume {SHOWN_RUN}"], [f"resume {OTHER_RUN}"], names)


def test_two_ids_do_not_stand_for_the_same_one() -> None:
    shown = [f"Run {SHOWN_RUN}", f"resume {OTHER_RUN}"]
    assert compare(shown, [f"Run {RUN}", f"resume {RUN}"], {}).lines == (f"Run {SHOWN_RUN}", f"resume {SHOWN_RUN}")


def test_lines_that_agree_stay_as_they_are_when_others_are_written_anew() -> None:
    shown = ["at 2026-01-01T00:00:00Z", "2 done", "...", "took [...] s", "gone"]
    actual = ["at 2031-12-31T23:59:59Z", "3 done", "x", "y", "took 5 s"]
    assert compare(shown, actual, {}).lines == ("at 2026-01-01T00:00:00Z", "3 done", "...", "took [...] s")


def test_lines_written_anew_keep_the_ids_that_the_page_types_later() -> None:
    match = compare([f"Run {SHOWN_RUN}: 2 rows"], [f"Run {RUN}: 3 rows"], {})
    assert match.lines == (f"Run {SHOWN_RUN}: 3 rows",)
    assert match.names == {SHOWN_RUN: RUN}
