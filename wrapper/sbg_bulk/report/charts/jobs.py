"""The jobs of a run over time: a line for each, or, where there are many, a line for some that follow one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import frozen
from markupsafe import Markup

from sbg_bulk.report.charts import svg
from sbg_bulk.report.charts.axis import Span, frame
from sbg_bulk.report.facts import Sent
from sbg_bulk.runs.records import State
from sbg_bulk.text import counted, duration, format_utc, plain

LANES: Final = 200
"""The most lines. Where there are more jobs, several share one."""

SEPARATE: Final = 40
"""Up to so many jobs each has a line that tells its name when it is pointed at."""

KINDS: Final = ("done", "running", "partly", "unclear", "failed")
"""In the order in which they are drawn: what matters most comes last, and is seen."""


@frozen
class Timeline:
    """The drawing of the jobs.

    Attributes:
        drawing: it.
        kinds: which kinds of jobs there are.
        shared: how many jobs share a line; 1 if each has its own.
    """

    drawing: Markup
    kinds: Sequence[str]
    shared: int


def kind(sent: Sent) -> str:
    """Return the class that a job is drawn with.

    It is `running` if its end was not seen; `unclear` if the result of a row is not known; `done` if all were done,
    `failed` if none was, `partly` else.
    """
    if sent.state is not State.ENDED:
        return "running"
    if sent.unclear:
        return "unclear"
    return "done" if not sent.failed else "partly" if sent.done else "failed"


def draw(sent: Sequence[Sent], noun: str, shown: Span) -> Timeline:
    """Draw the jobs whose begin is known, in the order in which they were sent, from the top.

    Args:
        sent: the submissions.
        noun: what their rows are called.
        shown: the time that is drawn.
    """
    timed = [one for one in sent if one.began is not None]
    shared = -(-len(timed) // LANES) if timed else 1
    lanes = -(-len(timed) // shared) if timed else 1
    height = min(240, max(60, 14 * lanes))
    lines: dict[str, dict[int, list[tuple[float, float]]]] = {name: {} for name in KINDS}
    for place, one in enumerate(timed):
        lines[kind(one)].setdefault(place // shared, []).append(_interval(one, shown))
    thickness = max(1.0, 0.7 * height / lanes)
    stretched: list[Markup] = []
    if len(timed) <= SEPARATE:
        stretched = [
            svg.element(
                "path",
                svg.element("title", Markup.escape(describe(one, noun))),
                d=svg.bars([(*_interval(one, shown), (place + 0.5) / lanes)]),
                class_=f"job {kind(one)}",
                stroke_width=thickness,
            )
            for place, one in enumerate(timed)
        ]
    else:
        for name, lane in lines.items():
            merged = [(begin, end, (y + 0.5) / lanes) for y, found in lane.items() for begin, end in _merged(found)]
            if merged:
                stretched.append(svg.element("path", d=svg.bars(merged), class_=f"job {name}", stroke_width=thickness))
    kinds = [name for name in KINDS if lines[name]]
    label = f"{counted(len(timed), 'job')} over time, from {format_utc(shown.began)} to {format_utc(shown.last)}"
    return Timeline(frame(shown, height, label, None, stretched, []), kinds, shared)


def describe(sent: Sent, noun: str) -> str:
    """Describe a job in a line."""
    parts = [f"Job {sent.job or 'unknown'}", counted(sent.rows, noun)]
    if sent.state is State.ENDED:
        parts.append(f"{sent.done or 0:,} done, {sent.failed or 0:,} failed")
    else:
        parts.append("end not seen")
    if sent.seconds is not None:
        parts.append(f"took {duration(sent.seconds)}")
    return plain("; ".join(parts))


def _interval(sent: Sent, shown: Span) -> tuple[float, float]:
    """Return begin and end as shares; what is shorter than can be seen is made to be."""
    begin = shown.share(sent.began or shown.began)
    end = shown.share(shown.last if sent.ended is None else sent.ended)
    begin = min(begin, 1 - _LEAST)
    return begin, max(end, begin + _LEAST)


_LEAST: Final = 0.003


def _merged(intervals: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Merge intervals that touch. Those less than a thousandth apart are taken for one."""
    merged: list[tuple[float, float]] = []
    for begin, end in sorted(intervals):
        if merged and begin <= merged[-1][1] + 1 / svg.BOX:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((begin, end))
    return merged
