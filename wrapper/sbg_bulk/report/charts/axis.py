"""The common parts of a report's charts: an axis of time below, lines with their values, a frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from attrs import frozen
from markupsafe import Markup

from sbg_bulk.report.charts import svg
from sbg_bulk.report.facts import Interruption

TOP: Final = 16
"""Pixels above the box, for the highest line's value."""
BOTTOM: Final = 22
"""Pixels below the box, for the times."""

MOST_TICKS: Final = 6
MOST_WITH_SECONDS: Final = 4
MOST_VALUES: Final = 4

LEAST_MARK: Final = 0.004
"""Share of the width that the mark of an interruption has at least."""

MARGIN: Final = 1.03
"""The length of a drawing, as a multiple of what it shows."""

_DAY: Final = 86_400
_SECONDS: Final = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, _DAY,
)  # fmt: skip


@frozen
class Span:
    """The time that a drawing shows, from `began` to `last`, in Unix seconds, and the interruptions in it."""

    began: float
    last: float
    stops: Sequence[tuple[float, float]] = ()

    def share(self, moment: float) -> float:
        """Return where a moment is: 0 at the begin, 1 at the end."""
        return min(1.0, max(0.0, (moment - self.began) / (self.last - self.began)))


def span(began: float, last: float, interruptions: Iterable[Interruption] = ()) -> Span:
    """Return the span from `began` to a little after `last`, so that what happened last is seen; a second at least."""
    end = began + max(1.0, MARGIN * (last - began))
    stops = [(one.stopped, end if one.resumed is None else one.resumed) for one in interruptions]
    return Span(began, end, stops)


def time_ticks(shown: Span) -> list[tuple[float, str]]:
    """Return round times within a span, as shares of it, and how they are written."""
    length = shown.last - shown.began

    def most(step: float) -> int:
        """Return how many fit beside each other on a telephone, the first of them set to the right of its place."""
        if step == _DAY:
            return MOST_TICKS
        # A time of day comes again on the next one, so that it needs its date, and the room of two.
        return MOST_TICKS // 2 if length >= _DAY else MOST_WITH_SECONDS if step < 60 else MOST_TICKS

    step = next((step for step in _SECONDS if length / step <= most(step)), None)
    if step is None:
        step = _DAY * -(-int(length) // (_DAY * MOST_TICKS))
    if step < _DAY:
        form = "%H:%M:%S" if step < 60 else "%H:%M" if length < _DAY else "%m-%d %H:%M"
    else:
        form = "%m-%d" if step < 30 * _DAY else "%Y-%m-%d"
    first = -(-shown.began // step) * step
    moments = [first + step * place for place in range(int((shown.last - first) // step) + 1)]
    return [(shown.share(moment), datetime.fromtimestamp(moment, UTC).strftime(form)) for moment in moments]


def value_ticks(most: float) -> list[int]:
    """Return a few round values up to the most, 0 left out."""
    steps = (digit * 10**power for power in range(19) for digit in (1, 2, 5))
    step = next(step for step in steps if most / step <= MOST_VALUES)
    return list(range(step, int(most) + 1, step))


def frame(
    shown: Span, height: int, label: str, most: float | None, stretched: list[Markup], above: list[Markup]
) -> Markup:
    """Draw a chart: a box, its axis of time, and what is in it.

    Args:
        shown: the time that it shows.
        height: of the box, in pixels.
        label: what it shows, in words, for who does not see it.
        most: the value at the top of the box; None if values do not matter.
        stretched: what is drawn in the box.
        above: what is drawn over it.
    """
    parts: list[Markup] = []
    bottom = TOP + height
    values = [] if most is None else value_ticks(most)
    for value in values:
        y = TOP + height * (1 - value / (most or 1))
        parts.append(svg.element("line", x1="0", x2="100%", y1=y, y2=y, class_="grid"))
    stops = [(shown.share(stopped), shown.share(resumed)) for stopped, resumed in shown.stops]
    marks = [
        svg.element(
            "rect",
            x=svg.BOX * begin,
            y=0,
            # A short one is seen, too.
            width=min(svg.BOX * max(end - begin, LEAST_MARK), svg.BOX * (1 - begin)),
            height=svg.BOX,
            class_="stop",
        )
        for begin, end in stops
    ]
    parts.append(
        svg.element(
            "svg",
            *stretched,
            *marks,
            y=TOP,
            width="100%",
            height=height,
            viewBox=f"0 0 {svg.BOX} {svg.BOX}",
            preserveAspectRatio="none",
        )
    )
    parts.append(svg.element("line", x1="0", x2="100%", y1=bottom, y2=bottom, class_="axis"))
    for value in values:
        y = TOP + height * (1 - value / (most or 1))
        parts.append(svg.words(f"{value:,}", 0, y - 3))
    for share, text in time_ticks(shown):
        anchor = "start" if share < 0.06 else "end" if share > 0.94 else "middle"
        parts.append(
            svg.element(
                "line",
                x1=f"{svg.number(100 * share)}%",
                x2=f"{svg.number(100 * share)}%",
                y1=bottom,
                y2=bottom + 4,
                class_="axis",
            )
        )
        parts.append(svg.words(text, share, bottom + 16, anchor))
    return svg.element(
        "svg", *parts, *above, class_="chart", width="100%", height=bottom + BOTTOM, role="img", aria_label=label
    )
