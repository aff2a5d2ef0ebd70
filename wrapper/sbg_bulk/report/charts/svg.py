"""Parts of drawings, as text. A drawing is as wide as there is room: what stretches is in a box of its own, and words
are placed by shares of the width, so that they keep their size on a telephone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from attrs import frozen
from markupsafe import Markup, escape

BOX: Final = 1000
"""Units that the stretched box is wide and high."""


def element(name: str, *children: Markup, **attributes: object) -> Markup:
    """Make an element. In the attributes' names `_` stands for `-`; one at the end is dropped; None leaves one out."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_text(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    # All of it is escaped: the values above, the children where they were made; names are our own.
    return Markup(f"<{name}{given}>") + Markup("").join(children) + Markup(f"</{name}>")  # noqa: S704


def _text(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)


def number(value: float) -> str:
    """Write a coordinate in few characters."""
    return f"{value:.1f}".removesuffix(".0")


def words(text: str, x: float, y: float, anchor: str = "start", **attributes: object) -> Markup:
    """Draw words at a share of the width (0 to 1), so many pixels from the top."""
    return element("text", escape(text), x=f"{number(100 * x)}%", y=y, text_anchor=anchor, **attributes)


@frozen
class Curve:
    """A line that goes on at the same height until it steps to another: times and values, as shares of the box."""

    points: list[tuple[float, float]]

    def line(self) -> str:
        """Return the line, as the data of a path."""
        if not self.points:
            return ""
        x, y = self.points[0]
        parts = [f"M{_x(x)} {_y(y)}"]
        for x, y in self.points[1:]:
            parts.append(f"H{_x(x)}V{_y(y)}")
        return "".join(parts)

    def area(self, end: float) -> str:
        """Return the area below the line, up to a time, as the data of a path."""
        if not self.points:
            return ""
        return f"M{_x(self.points[0][0])} {BOX}V{_y(self.points[0][1])}{self._rest()}H{_x(end)}V{BOX}Z"

    def _rest(self) -> str:
        return "".join(f"H{_x(x)}V{_y(y)}" for x, y in self.points[1:])


def _x(share: float) -> str:
    return number(BOX * min(1.0, max(0.0, share)))


def _y(share: float) -> str:
    return number(BOX * (1.0 - min(1.0, max(0.0, share))))


def bars(intervals: Iterable[tuple[float, float, float]]) -> str:
    """Return horizontal lines, each by its begin, end and distance from the top in shares, as the data of a path."""
    return "".join(f"M{_x(begin)} {number(BOX * y)}H{_x(end)}" for begin, end, y in intervals)
