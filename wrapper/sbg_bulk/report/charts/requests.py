"""The requests of a run against the rate limit, with what was refused, and when it waited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from attrs import frozen
from markupsafe import Markup

from sbg_bulk.api.waits import Cause
from sbg_bulk.report.charts import svg
from sbg_bulk.report.charts.axis import MARGIN, Span, frame
from sbg_bulk.report.facts import Window
from sbg_bulk.runs.traffic import SLOT, Slot
from sbg_bulk.text import counted

HEIGHT: Final = 180

STEPS: Final = 600
"""The most marks of a kind: those nearer to one another than can be seen are drawn as one."""


@frozen
class Budget:
    """The drawing of the requests.

    Attributes:
        drawing: it.
        limit: how many requests are allowed in a window, if the server has told.
        waits: the causes of the waits that it shows.
        refused: whether it shows requests that were refused.
        failed: whether it shows requests that failed.
    """

    drawing: Markup
    limit: int | None
    waits: Sequence[Cause]
    refused: bool
    failed: bool


def draw(slots: Sequence[Slot], windows: Sequence[Window], shown: Span) -> Budget:
    """Draw how much of the limit was used in each window: by the run, and by all programs with the token."""
    limit = max((window.limit for window in windows if window.limit is not None), default=None)
    used_most = max([window.sent for window in windows] + [_used(slot) or 0 for slot in slots], default=0)
    # Some room above the line of the limit.
    most = 1.08 * max(limit or 0, used_most, 1)
    ours, alls = _lines(slots, windows, shown, most)
    waits = list(_waits(slots, shown))
    stretched = [
        svg.element("rect", x=svg.BOX * begin, y=0, width=svg.BOX * (end - begin), height=svg.BOX, class_="wait")
        for begin, end in _close([(begin, end) for begin, end, _ in waits])
    ]
    stretched += [
        svg.element("path", d=alls.area(1.0), class_="area all"),
        svg.element("path", d=ours.area(1.0), class_="area ours"),
    ]
    above: list[Markup] = []
    if limit is not None:
        stretched.append(
            svg.element("path", d=f"M0 {svg.number(svg.BOX * (1 - limit / most))}H{svg.BOX}", class_="limit")
        )
        above.append(svg.words(f"limit {limit:,}", 1, 16 + HEIGHT * (1 - limit / most) - 4, "end", class_="limit"))
    refused = _marks([slot for slot in slots if slot.refused], shown)
    failed = _marks([slot for slot in slots if slot.failed], shown)
    stretched.append(svg.element("path", d="".join(f"M{x} 0V130" for x in refused), class_="mark refused"))
    stretched.append(svg.element("path", d="".join(f"M{x} 870V{svg.BOX}" for x in failed), class_="mark failed"))
    sent = sum(window.sent for window in windows)
    label = (
        f"{counted(sent, 'request')} in {counted(len(windows), 'window')} of the rate limit, "
        f"{sum(window.refused for window in windows):,} of them refused"
    )
    causes = [cause for cause in Cause if cause in {cause for *_, cause in waits}]
    return Budget(frame(shown, HEIGHT, label, most, stretched, above), limit, causes, bool(refused), bool(failed))


def _used(slot: Slot) -> int | None:
    return None if slot.limit is None or slot.remaining is None else max(0, slot.limit - slot.remaining)


def _lines(slots: Sequence[Slot], windows: Sequence[Window], shown: Span, most: float) -> tuple[svg.Curve, svg.Curve]:
    ours: list[tuple[float, float]] = [(0.0, 0.0)]
    alls: list[tuple[float, float]] = [(0.0, 0.0)]
    place = sent = used = 0
    for slot in slots:
        if place + 1 < len(windows) and slot.start >= windows[place + 1].start:
            end = shown.share(windows[place].end)
            ours.append((end, 0.0))
            alls.append((end, 0.0))
            place += 1
            sent = used = 0
        sent += slot.sent
        # Not what is left at the end of the window before.
        used = max(used, sent, _used(slot) or 0)
        share = _middle(slot, shown)
        for points, value in ((ours, sent), (alls, used)):
            if int(share * STEPS) == int(points[-1][0] * STEPS) and len(points) > 1 and points[-1][1] <= value / most:
                points[-1] = points[-1][0], value / most
            else:
                points.append((share, value / most))
    if windows and windows[-1].end < shown.last:
        for points in (ours, alls):
            points.append((shown.share(windows[-1].end), 0.0))
    return svg.Curve(ours), svg.Curve(alls)


def _waits(slots: Sequence[Slot], shown: Span) -> Iterator[tuple[float, float, str]]:
    """Yield begin, end and cause of the waits. One that was broken off ends when something was sent again."""
    for slot, later in pairwise([*slots, None]):
        assert slot is not None
        if slot.waited < 1:
            continue
        end = slot.start + SLOT / 2 + slot.waited
        if later is not None:
            end = min(end, later.start + SLOT / 2)
        begin, share = shown.share(slot.start + SLOT / 2), shown.share(end)
        if share > begin:
            yield begin, share, slot.cause or ""


def _close(intervals: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Merge intervals that touch, or nearly so."""
    joined: list[tuple[float, float]] = []
    for begin, end in intervals:
        if joined and begin - joined[-1][1] < 1 / STEPS:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((begin, end))
    return joined


def _middle(slot: Slot, shown: Span) -> float:
    """Return where a slot is shown: all that is known is that its requests were sent within it."""
    return min(shown.share(slot.start + SLOT / 2), 1 / MARGIN)


def _marks(slots: Sequence[Slot], shown: Span) -> list[str]:
    places = {round(_middle(slot, shown) * STEPS) for slot in slots}
    return [svg.number(svg.BOX * place / STEPS) for place in sorted(places)]
