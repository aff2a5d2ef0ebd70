"""Drawings show what there is, stay small, and stay within their frame, whatever is drawn."""

from __future__ import annotations

import re
from math import inf
from xml.etree import ElementTree

from hypothesis import example, given
from hypothesis import strategies as st

from sbg_bulk.report.charts import axis, jobs, requests, rows
from sbg_bulk.report.facts import Sent, Window, _windows
from sbg_bulk.runs.records import State
from sbg_bulk.runs.traffic import Slot

TIMES = st.floats(0, 3e9, allow_nan=False)

NARROW = 330
"""Pixels that a chart has on a telephone."""

PIXELS = 6.6
"""The width of a letter of a time."""


@st.composite
def sent(draw: st.DrawFn) -> Sent:
    began, ended = draw(st.none() | TIMES), draw(st.none() | TIMES)
    size = draw(st.integers(1, 100))
    done = draw(st.integers(0, size))
    state = draw(st.sampled_from([State.ENDED, State.RUNNING, State.INTENDED]))
    job = draw(st.none() | st.text(max_size=5))
    return Sent(draw(st.integers(1, 9)), job, size, state, began, ended, draw(st.none() | TIMES), done, size - done)


SLOTS = st.lists(
    st.builds(
        Slot,
        st.integers(0, 600_000_000).map(lambda number: 5 * number),
        st.integers(0, 50),
        st.integers(0, 5),
        st.integers(0, 5),
        st.floats(0, 1e6),
        st.sampled_from([None, "rate-limit", "retry", "maintenance", "settling", "another"]),
        st.none() | st.integers(0, 2**53),
        st.none() | st.integers(0, 2**53),
        st.none() | st.floats(-1e300, 1e300),
    ),
    max_size=20,
    unique_by=lambda slot: slot.start,
).map(lambda slots: sorted(slots, key=lambda slot: slot.start))


def check(drawing: str) -> None:
    """It is well-formed, and every number in the stretched box lies in it."""
    root = ElementTree.fromstring(drawing)
    box = root.find("svg")
    assert box is not None
    for shape in box:
        for value in re.findall(r"-?[\d.]+", shape.get("d", "")):
            assert 0 <= float(value) <= 1000
        for key in ("x", "y", "width", "height"):
            assert 0 <= float(shape.get(key, 0)) <= 1000
    assert "nan" not in drawing
    assert "inf" not in re.sub(r"[a-z]*infinity", "", drawing)
    for text in root.findall("text"):
        assert 0 <= float(str(text.get("x")).removesuffix("%")) <= 100


@given(st.lists(sent(), max_size=60), TIMES, TIMES)
def test_any_jobs_are_drawn_within_the_frame(submissions: list[Sent], one: float, other: float) -> None:
    shown = axis.span(min(one, other), max(one, other))
    check(jobs.draw(submissions, "file", shown).drawing)
    check(rows.draw(submissions, sum(each.rows for each in submissions), "file", shown))


@given(SLOTS, TIMES, TIMES)
def test_any_requests_are_drawn_within_the_frame(slots: list[Slot], one: float, other: float) -> None:
    windows = list(_windows(slots, 0.0))
    check(requests.draw(slots, windows, axis.span(min(one, other), max(one, other))).drawing)


@given(st.floats(0, 2e9), st.floats(0, 1e9) | st.floats(0, 3e5))
@example(0.0, 86_400.0)
@example(0.0, 200_000.0)
def test_an_axis_of_time_has_few_ticks_at_round_times(began: float, length: float) -> None:
    ticks = axis.time_ticks(axis.span(began, began + length))
    assert len(ticks) <= axis.MOST_TICKS + 1
    assert all(0 <= share <= 1 for share, _ in ticks)
    assert len({text for _, text in ticks}) == len(ticks)


@given(st.floats(0, 2e9), st.floats(0, 1e7) | st.floats(0, 3e5) | st.floats(0, 600))
@example(8.0, 42.0)
def test_times_have_room_beside_each_other_on_a_telephone(began: float, length: float) -> None:
    drawn = ElementTree.fromstring(axis.frame(axis.span(began, began + length), 100, "", None, [], []))
    taken = -inf
    for text in drawn.findall("text"):
        width = PIXELS * len(text.text or "")
        at = NARROW * float(str(text.get("x")).removesuffix("%")) / 100
        left = at - width * {"start": 0, "middle": 0.5, "end": 1}[str(text.get("text-anchor"))]
        assert left >= taken, text.text
        taken = left + width


@given(st.floats(1, 1e16))
def test_an_axis_of_values_has_one_to_four_round_ones(most: float) -> None:
    values = axis.value_ticks(most)
    assert 1 <= len(values) <= 4
    assert all(0 < value <= most and re.fullmatch(r"[1-9]\d?0*", str(value)) for value in values)


def job(place: int, **given_: object) -> Sent:
    values: dict[str, object] = {"state": State.ENDED, "began": place, "ended": place + 60.0, "done": 100, "failed": 0}
    values |= given_
    return Sent(place + 1, f"job{place}", 100, seconds=60.0, **values)  # type: ignore[arg-type]


def test_few_jobs_have_a_line_each_with_their_name_and_many_share_lines() -> None:
    shown = axis.span(0, 2000)
    few = jobs.draw([job(place) for place in range(7)], "file", shown)
    assert few.shared == 1
    assert len(re.findall("<title>Job job", few.drawing)) == 7
    many = jobs.draw([job(place) for place in range(1000)], "file", shown)
    assert many.shared == 5
    assert "<title>" not in many.drawing
    huge = jobs.draw([job(place % 1900) for place in range(50_000)], "file", shown)
    assert len(huge.drawing) < 100_000


def test_a_job_is_drawn_by_what_became_of_its_rows() -> None:
    assert [
        jobs.kind(one)
        for one in (
            job(0),
            job(0, done=99, failed=1),
            job(0, done=0, failed=100),
            job(0, done=50, failed=49),
            job(0, state=State.RUNNING, ended=None, done=None, failed=None),
            job(0, state=State.INTENDED, ended=None, done=None, failed=None),
        )
    ] == ["done", "partly", "failed", "unclear", "running", "running"]


def test_rows_over_time_end_at_what_was_reached_and_take_no_more_steps_than_are_seen() -> None:
    shown = axis.span(0, 1000)
    drawing = rows.draw([job(0, done=50, failed=50), job(100)], 400, "file", shown)
    done, ended = re.findall(r'd="(M[^"]*Z)"', drawing)[::-1]
    assert done == "M0 1000V1000H58.3V875H155.3V625H1000V1000Z"
    assert ended == "M0 1000V1000H58.3V750H155.3V500H1000V1000Z"
    many = rows.draw([job(0, ended=place / 50) for place in range(50_000)], 5_000_000, "file", shown)
    assert len(re.findall("V", many)) < 3 * rows.STEPS + 20


def test_requests_are_drawn_against_the_limit_by_window() -> None:
    slots = [Slot(0, 40, limit=100, remaining=10), Slot(150, 50, 3, limit=100, remaining=0), Slot(300, 5, limit=100)]
    slots[1] = Slot(150, 50, 3, 0, 148.0, "rate-limit", 100, 0)
    windows = [Window(0, 300, 90, 3, limit=100), Window(300, 600, 5, limit=100)]
    drawn = requests.draw(slots, windows, axis.span(0, 600))
    assert (drawn.limit, drawn.waits, drawn.refused, drawn.failed) == (100, ["rate-limit"], True, False)
    ours = re.findall(r'd="([^"]*)" class="area ours"', drawn.drawing)
    # 40 of 108, 90 of 108; with the window it begins again at nothing.
    assert ours == ["M0 1000V1000H4V629.6H246.8V166.7H485.4V1000H489.5V953.7H970.9V1000H1000V1000Z"]
    wait = re.findall(r'<rect x="([\d.]+)" y="0" width="([\d.]+)"', drawn.drawing)
    assert wait == [("246.8", "239.5")]


def test_a_wait_that_was_broken_off_ends_when_something_was_sent_again() -> None:
    slots = [Slot(0, 1, waited=300.0, cause="rate-limit"), Slot(60, 1)]
    drawn = requests.draw(slots, [Window(0, 300, 2)], axis.span(0, 600))
    assert re.findall(r'<rect x="([\d.]+)" y="0" width="([\d.]+)"', drawn.drawing) == [("4", "97.1")]
    assert drawn.limit is None
