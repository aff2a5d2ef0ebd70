"""The rows of a run over time: how many were done, and how many had failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from sbg_bulk.report.charts import svg
from sbg_bulk.report.charts.axis import Span, frame
from sbg_bulk.report.facts import Sent
from sbg_bulk.text import counted, format_utc

STEPS: Final = 400
"""The most steps of a line: each is wider than can be seen on a narrow screen."""

HEIGHT: Final = 180


def draw(sent: Sequence[Sent], rows: int, noun: str, shown: Span) -> Markup:
    """Draw how many of all rows, called so, had come to which end when: done below, failed or unclear above."""
    done, ended = [(0.0, 0.0)], [(0.0, 0.0)]
    done_rows = ended_rows = 0
    bin_shown = 0
    in_order = sorted((one for one in sent if one.ended is not None), key=lambda one: one.ended or 0.0)
    for place, one in enumerate(in_order):
        done_rows += one.done or 0
        ended_rows += one.rows
        share = shown.share(one.ended or 0.0)
        if int(share * STEPS) > bin_shown or place + 1 == len(in_order):
            bin_shown = int(share * STEPS)
            done.append((share, done_rows / max(1, rows)))
            ended.append((share, ended_rows / max(1, rows)))
    below, above = svg.Curve(done), svg.Curve(ended)
    stretched = [
        svg.element("path", d=above.area(1.0), class_="area failed"),
        svg.element("path", d=below.area(1.0), class_="area done"),
        svg.element("path", d=above.line() + "H1000", class_="edge"),
    ]
    label = (
        f"{noun.capitalize()}s over time, from {format_utc(shown.began)} to {format_utc(shown.last)}: "
        f"{done_rows:,} of {counted(rows, noun)} done in the end"
    )
    return frame(shown, HEIGHT, label, rows, stretched, [])
