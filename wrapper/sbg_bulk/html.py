"""Tables in HTML, for notebooks: failures first, long ones cut with a count, every text escaped.

Colours come from the notebook, light or dark. A failure is told by a sign, a word and a shade that is seen on both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from itertools import chain
from typing import Any, Final, TypeAlias

from attrs import frozen

from sbg_bulk.text import plain

ROWS: Final = 50
"""The most rows that are shown; the others are counted."""

Cells: TypeAlias = Sequence[object]

_LINE: Final = "1px solid rgba(128, 128, 128, 0.4)"
_CELL: Final = f"text-align: left; vertical-align: top; padding: 2px 10px 2px 4px; border-bottom: {_LINE}"
_SHORT: Final = "white-space: nowrap"
_LONG: Final = "min-width: 16em; max-width: 40em; white-space: normal; overflow-wrap: anywhere"
_SHADE: Final = "background: rgba(225, 50, 50, 0.18)"
_STRONG: Final = "font-weight: 600"
_LONG_COLUMNS: Final = ("Name", "Message", "Reason", "For example", "Entry")
"""The columns whose texts are broken into lines; the others keep to one."""


@frozen
class Kind:
    """The form of things of a class in a table. A class names its own as `_in_table`.

    Attributes:
        columns: the heads of the columns.
        cells: returns the cells of one thing.
        failed: whether a thing is a failure, which comes first and is shaded.
        alone: returns the HTML of a thing that is shown by itself; None for a table of its columns and cells.
    """

    columns: tuple[str, ...]
    cells: Callable[[Any], Cells]
    failed: Callable[[Any], bool] = lambda _: False
    alone: Callable[[Any], str] | None = None


ANYTHING: Final = Kind(("Entry",), lambda thing: (repr(thing),))
"""The kind of what has none of its own."""


def _kind(thing: Any) -> Kind:
    found: Kind = getattr(type(thing), "_in_table", ANYTHING)
    return found


def drawn(thing: object) -> str:
    """Return one thing, with its name, as HTML."""
    kind = _kind(thing)
    if kind.alone is not None:
        return kind.alone(thing)
    return pairs(type(thing).__name__, zip(kind.columns, kind.cells(thing), strict=True))


def listed(entries: Sequence[object], heading: str) -> str:
    """Return entries as one table. What is not of the first one's kind is shown as Python would."""
    kind = _kind(entries[0]) if entries else ANYTHING
    if any(_kind(entry) is not kind for entry in entries):
        kind = ANYTHING
    failed = [entry for entry in entries if kind.failed(entry)]
    others = (entry for entry in entries if not kind.failed(entry))
    first = chain(((entry, True) for entry in failed), ((entry, False) for entry in others))
    shown = [(kind.cells(entry), bad) for (entry, bad), _ in zip(first, range(ROWS), strict=False)]
    if failed:
        heading += f", {len(failed):,} with failures, which come first"
    # A column that has nothing is left out.
    columns = [place for place in range(len(kind.columns)) if any(cells[place] not in (None, "") for cells, _ in shown)]
    rows = [([cells[place] for place in columns], bad) for cells, bad in shown]
    text = caption(heading) + (table([kind.columns[place] for place in columns], rows) if rows else "")
    if len(entries) > len(shown):
        text += paragraph(f"… and {len(entries) - len(shown):,} more")
    return framed(text)


def date(moment: datetime | None) -> str | None:
    """Return a date and time in UTC."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def api_code(code: int | None) -> str | None:
    """Return an API code as a name: it is not counted in thousands."""
    return None if code is None else str(code)


def pairs(heading: str, values: Iterable[tuple[str, object]]) -> str:
    """Return a framed table of names and their values, without those that have none."""
    rows = [((name, value), False) for name, value in values if value not in (None, "")]
    return framed(caption(heading) + table((), rows))


def table(columns: Sequence[str], rows: Iterable[tuple[Cells, bool]]) -> str:
    """Return a table; rows that are marked as bad are shaded."""
    styles = [f"{_CELL}; {_LONG if name in _LONG_COLUMNS else _SHORT}" for name in columns or ("", _LONG_COLUMNS[0])]
    named = zip(columns, styles, strict=False)
    head = "".join(f'<th scope="col" style="{style}">{escape(name)}</th>' for name, style in named)
    body = "".join(_row(cells, styles, bad) for cells, bad in rows)
    return (
        '<table style="border-collapse: collapse; margin: 4px 0">'
        f"{f'<thead><tr>{head}</tr></thead>' if head else ''}<tbody>{body}</tbody></table>"
    )


def _row(cells: Cells, styles: Sequence[str], bad: bool) -> str:
    texts = [_text(cell) for cell in cells]
    if bad:
        texts[0] = f"✗ {texts[0]}"
        styles = [f"{style}; {_SHADE}" for style in styles]
        styles[0] += f"; {_STRONG}"
    return (
        "<tr>"
        + "".join(f'<td style="{style}">{text}</td>' for text, style in zip(texts, styles, strict=True))
        + "</tr>"
    )


def _text(cell: object) -> str:
    if cell in (None, ""):
        return "-"
    return escape(f"{cell:,}" if isinstance(cell, int) else plain(str(cell)))


def caption(text: str, sign: str = "") -> str:
    """Return a heading, after a sign if there is one."""
    return f'<div style="font-weight: 600; margin: 4px 0">{sign}{" " if sign else ""}{escape(plain(text))}</div>'


def paragraph(text: str) -> str:
    """Return a line of text below a table."""
    return f'<div style="margin: 4px 0">{escape(text)}</div>'


def framed(content: str) -> str:
    """Return content that scrolls by itself, by the keyboard too, and not the notebook with it."""
    return f'<div tabindex="0" style="overflow-x: auto">{content}</div>'
