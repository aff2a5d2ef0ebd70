"""JSON: an object on each line, or an array of objects or ids, of which one at a time is held in memory."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from io import TextIOWrapper
from typing import Any, Final

from sbg_bulk.runs.problems import Problem, Record
from sbg_bulk.text_reader import BOM, LONGEST

_BLANK: Final = " \t\r\n" + BOM
_GAP: Final = re.compile(f"[{_BLANK}]*(,?)[{_BLANK}]*")


def lines(text: Iterable[str]) -> Iterator[Record]:
    """Produce the object, or the id, on each line."""
    for number, line in enumerate(text, start=1):
        content = line.strip(_BLANK)
        if not content or content.startswith("#"):
            continue
        try:
            record = _DECODER.decode(content)
        except _RepeatedKeyError as error:
            yield number, Problem(number, str(error), "the key is given twice")
        except (ValueError, RecursionError) as error:
            advice = ". Write each object on a line of its own (jq -c .)" if content in ("{", "[") else ""
            yield number, Problem(number, None, f"not JSON: {error}{advice}")
        else:
            yield number, _record(number, record, "on each line")


def _record(number: int, value: object, where: str) -> Mapping[str, Any] | Problem:
    if isinstance(value, str):
        return {"file": value}
    if not isinstance(value, dict):
        return Problem(number, None, f"expected a JSON object {where}")
    return {key: None if isinstance(one, float) and math.isnan(one) else one for key, one in value.items()}


def elements(start: str, text: TextIOWrapper) -> Iterator[Record]:
    """Produce the elements of an array.

    Args:
        start: its beginning, which was read already.
        text: the rest.
    """
    buffer = start.lstrip(_BLANK)
    if not buffer.startswith("["):
        yield 1, Problem(1, None, "not JSON: expected an array, which begins with [")
        return
    place, number, ended = 1, 0, False

    def more() -> None:
        nonlocal buffer, place, ended
        read = text.read(LONGEST // 16)
        buffer, place, ended = buffer[place:] + read, 0, not read

    while True:
        gap = _GAP.match(buffer, place)
        assert gap is not None
        if gap.end() == len(buffer) and not ended:
            more()
            continue
        if buffer.startswith("]", gap.end()) and not gap[1]:
            place = gap.end() + 1
            while not ended and not buffer[place:].strip(_BLANK):
                more()
            if buffer[place:].strip(_BLANK):
                yield number + 1, Problem(number + 1, None, "not JSON: there is text after the end of the array")
            return
        if bool(gap[1]) != bool(number):
            yield number + 1, Problem(number + 1, None, "not JSON: expected one comma between two elements")
            return
        try:
            value, end = _DECODER.raw_decode(buffer, gap.end())
        except _RepeatedKeyError as error:
            yield number + 1, Problem(number + 1, str(error), "the key is given twice")
            return
        except (ValueError, RecursionError) as error:
            if not ended and len(buffer) - place <= LONGEST:
                more()
                continue
            yield number + 1, Problem(number + 1, None, f"not JSON: {error}")
            return
        number, place = number + 1, end
        yield number, _record(number, value, "for each element, or an id")


class _RepeatedKeyError(ValueError):
    """A JSON object has two values for a key, one of which would be lost without a word. The message is the key."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise _RepeatedKeyError(key)
        made[key] = value
    return made


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object)
