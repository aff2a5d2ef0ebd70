"""The comparison of what a page shows with what came out.

What differs from run to run need not agree: dates, times of day, how long it took, ids of runs and of requests. A line
`...` stands for any lines, and `[...]` for any text within one. An id of a run that the page shows stands for the one
that came out in its place, here and from then on: that is how a page can show it and then type it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from attrs import field, frozen

LINES: Final = "..."
"""Stands for any lines."""

_VARYING: Final[Mapping[str, str]] = {
    "text": r"\[\.\.\.\]",
    "run": r"\b[0-9]{8}-[0-9]{6}-[0-9a-f]{4}\b",
    "date": r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?(?:Z|\+00:00)?",
    "request": r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
    # What is left of the rate limit, which other blocks and the clock have a part in.
    "left": r"\b[0-9,]+(?= left now)",
    "age": r"\b[0-9,]+ (?:s|min|h|days)(?= ago\b)",
    "took": r"(?<=\bin )[0-9,]+ (?:s|min|h)\b",
    "time": r"\b[0-9]{2}:[0-9]{2}(?::[0-9]{2})?\b",
}
"""Parts that need not agree. `text` may be anything; of the others, each stands for another of its kind."""

_TOKEN: Final = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _VARYING.items()))
_RUN: Final = re.compile(_VARYING["run"])


@frozen
class Match:
    """The outcome of a comparison.

    Attributes:
        lines: what the page should show: what it shows now where that agrees, and else what came out.
        names: ids that the page shows, and those that they stand for.
    """

    lines: tuple[str, ...]
    names: Mapping[str, str] = field(factory=dict)


def compare(shown: Sequence[str], actual: Sequence[str], names: Mapping[str, str]) -> Match:
    """Compare the lines that a page shows with those that came out. They agree if the page should show the same.

    Args:
        shown: the page's lines.
        actual: those that came out. Spaces at their ends do not count.
        names: ids of runs that the page has shown before, and those that they stand for.
    """
    actual = [line.rstrip() for line in actual]
    pairs = _aligned(shown, actual, names)
    learned: dict[str, str] = {}
    for line, came in pairs:
        if line is not None and came is not None and _pattern(line, _known(names)).fullmatch(came):
            _learn(names, learned, line, came)
    # Ids in lines that do not agree stand for each other in the order of their appearance.
    _learn(names, learned, "\n".join(shown), "\n".join(actual))
    known = {**names, **learned}
    back = {came: name for name, came in known.items()}

    def wanted(line: str | None, came: str | None) -> str:
        if came is None:
            return LINES
        # An id that stands for none in truth is that of another run.
        agrees = (
            line is not None
            and known.keys() >= set(_RUN.findall(line))
            and _pattern(line, _known(known)).fullmatch(came)
        )
        return line if line is not None and agrees else _RUN.sub(lambda found: back.get(found[0], found[0]), came)

    return Match(tuple(wanted(line, came) for line, came in pairs), learned)


def _known(names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(names.items()))


def _learn(names: Mapping[str, str], learned: dict[str, str], shown: str, actual: str) -> None:
    def new(text: str, known: object) -> list[str]:
        return [one for one in dict.fromkeys(_RUN.findall(text)) if one not in known]  # type: ignore[operator]

    fresh = new(actual, {*names.values(), *learned.values()})
    learned.update(zip(new(shown, {*names, *learned}), fresh, strict=False))


def _aligned(
    shown: Sequence[str], actual: Sequence[str], names: Mapping[str, str]
) -> list[tuple[str | None, str | None]]:
    """Align the lines to show, as they are shown now and as they came out, with the fewest changes to the page.

    None are a line that is not shown now, and the one that came out where it is any: `LINES`.
    """
    known = _known(names)

    @cache
    def agrees(i: int, j: int) -> bool:
        return _pattern(shown[i], known).fullmatch(actual[j]) is not None

    # cost[i][j]: the fewest lines to change, take out or put in, from the i-th shown and the j-th actual one on.
    cost = [[0] * (len(actual) + 1) for _ in range(len(shown) + 1)]
    for i in range(len(shown), -1, -1):
        for j in range(len(actual), -1, -1):
            options = []
            if i < len(shown) and shown[i] == LINES:
                options.append(cost[i + 1][j])
                if j < len(actual):
                    options.append(cost[i][j + 1])
            else:
                if i < len(shown) and j < len(actual):
                    options.append(cost[i + 1][j + 1] + (not agrees(i, j)))
                if i < len(shown):
                    options.append(cost[i + 1][j] + 1)
                if j < len(actual):
                    options.append(cost[i][j + 1] + 1)
            cost[i][j] = min(options, default=0)

    pairs: list[tuple[str | None, str | None]] = []
    i = j = 0
    while i < len(shown) or j < len(actual):
        if i < len(shown) and shown[i] == LINES:
            if cost[i][j] == cost[i + 1][j]:
                if not pairs or pairs[-1] != (LINES, None):
                    pairs.append((LINES, None))
                i += 1
            else:
                j += 1
        elif i < len(shown) and j < len(actual) and cost[i][j] == cost[i + 1][j + 1] + (not agrees(i, j)):
            pairs.append((shown[i], actual[j]))
            i, j = i + 1, j + 1
        elif i < len(shown) and cost[i][j] == cost[i + 1][j] + 1:
            i += 1
        else:
            pairs.append((None, actual[j]))
            j += 1
    return pairs


@cache
def _pattern(line: str, names: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    """Return the pattern of lines that agree with one that is shown."""
    known = dict(names)
    parts: list[str] = []
    at = 0
    for token in _TOKEN.finditer(line):
        parts.append(re.escape(line[at : token.start()]))
        kind = token.lastgroup or ""
        if kind == "text":
            parts.append(".*")
        elif kind == "run" and token[0] in known:
            parts.append(re.escape(known[token[0]]))
        else:
            parts.append(f"(?:{_VARYING[kind]})")
        at = token.end()
    parts.append(re.escape(line[at:]))
    return re.compile("".join(parts))
