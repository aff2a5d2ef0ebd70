"""Read answers that are not quite as the contract says.

The generated models read what the contract describes and raise on the rest. An answer with a missing, null,
extra or wrongly typed value must never end a run: what cannot be read becomes None, the rest is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, Self, TypeVar, runtime_checkable

import attrs

UNFIT = (AttributeError, KeyError, TypeError, ValueError)
"""What generated code raises on data of another shape."""


@runtime_checkable
class GeneratedModel(Protocol):
    """A generated model, by what all of them have in common."""

    def to_dict(self) -> dict[str, Any]: ...

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> Self: ...


M = TypeVar("M", bound=GeneratedModel)


def read(model: type[M], data: object) -> M | None:
    """Return the generated model that `data` describes, as far as it can be read.

    Args:
        model: a class of `sbg_async_api.models`.
        data: decoded JSON, or a model of that class already.

    Returns:
        The model; required properties that are missing or unfit are None in it. None if `data` is not an
        object at all.
    """
    if isinstance(data, model):
        return data
    if not isinstance(data, Mapping):
        return None
    try:
        return model.from_dict(data)
    except UNFIT:
        return _read_piecemeal(model, data)


def _read_piecemeal(model: type[M], data: Mapping[str, Any]) -> M | None:
    fit: dict[str, Any] = {}
    for field in attrs.fields(model):  # type: ignore[arg-type] # all generated models are attrs classes
        if field.init and field.default is attrs.NOTHING:
            # The generator appends an underscore to names that Python reserves.
            fit[field.name.removesuffix("_")] = None
    for key, value in data.items():
        try:
            model.from_dict({**fit, key: value})
        except UNFIT:
            continue
        fit[key] = value
    try:
        return model.from_dict(fit)
    except UNFIT:
        return None


def text(value: object) -> str | None:
    """Return a string as it is, a number as its digits (careless servers send ids as numbers), else None."""
    if type(value) is str:
        return value
    if isinstance(value, str):
        return str(value)  # of an enumeration
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def count(value: object) -> int | None:
    """Return a count: an integer, or a string of digits as the documentation's tables have it, else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    # Python refuses to read thousands of digits.
    if isinstance(value, str) and len(value) < 30 and value.strip().isascii() and value.strip().isdigit():
        return int(value)
    return None


def flag(value: object) -> bool | None:
    """Return a truth value, also where it is written as a word, else None."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def part(answer: object, key: str) -> Mapping[str, Any]:
    """Return the object that an answer has under a key; an empty one if it has none."""
    found = answer.get(key) if isinstance(answer, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def date(value: object) -> datetime | None:
    """Return a date with its time zone (UTC where none is given), else None."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
