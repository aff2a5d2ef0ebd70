"""The table: what it says of a row, and when a ratio counts as reached."""

from __future__ import annotations

import json

import pytest

from scripts.lib.bench.table import Claim, Row, as_json, as_markdown, as_text, brief

ROW = Row(
    "list",
    "list 10 jobs",
    "s of CPU",
    1.234,
    {"peer": 5.0},
    {"httpx": 1.0},
    (Claim("peer / ours", 4.05, 2.5, at_most=False), Claim("ours / floor", 1.234, 1.2)),
    "Warm.",
)


@pytest.mark.parametrize(
    ("claim", "reached", "nearly"),
    [
        (Claim("a / b", 1.0, 1.0), True, True),
        (Claim("a / b", 1.1, 1.0), False, True),
        (Claim("a / b", 1.3, 1.0), False, False),
        (Claim("a / b", 2.5, 2.5, at_most=False), True, True),
        (Claim("a / b", 2.2, 2.5, at_most=False), False, True),
        (Claim("a / b", 2.0, 2.5, at_most=False), False, False),
        (Claim("refused", 1, 0), False, False),
    ],
)
def test_a_margin_forgives_what_noise_may_do_and_no_more(claim: Claim, reached: bool, nearly: bool) -> None:
    assert (claim.reached, claim.within(1.2)) == (reached, nearly)


def test_the_text_has_every_figure_and_says_what_is_not_reached() -> None:
    text = as_text([ROW])
    for part in ("1.23", "peer: 5", "httpx: 1", "peer / ours 4.05 (≥ 2.5: yes)", "1.23 (≤ 1.2: NO)", "Warm."):
        assert part in text


def test_the_text_leaves_out_what_a_row_has_not() -> None:
    text = as_text([Row("x", "this", "s", 1.0)])
    assert [line.split()[0] for line in text.splitlines()] == ["x:", "unit", "ours"]


def test_the_markdown_is_a_table_with_as_many_cells_in_each_line() -> None:
    table, notes = as_markdown([ROW, Row("x", "this", "s", 1.0)]).split("\n\n")
    assert {line.count("|") for line in table.splitlines()} == {7}
    assert len(table.splitlines()) == 4
    assert notes == "- list 10 jobs: Warm."


def test_the_json_has_the_figures_unrounded_and_whether_they_suffice() -> None:
    (row,) = json.loads(json.dumps(as_json([ROW])))
    assert (row["name"], row["ours"], row["peers"], row["floor"]) == ("list", 1.234, {"peer": 5.0}, {"httpx": 1.0})
    assert [(claim["value"], claim["reached"]) for claim in row["claims"]] == [(4.05, True), (1.234, False)]


@pytest.mark.parametrize(("value", "text"), [(0.0, "0"), (0.12345, "0.123"), (12.34, "12.3"), (12345.6, "12,346")])
def test_figures_have_three_digits_or_are_whole(value: float, text: str) -> None:
    assert brief(value) == text
