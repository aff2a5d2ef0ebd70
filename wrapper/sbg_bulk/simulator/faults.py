"""Faults on purpose: what the service does on a bad day, when and where one wants it.

A rule says *what* goes wrong (`kind`), *where* (`op`) and *when* (`call`, `times`, `every`, `probability`). Written
as text, on the command line and at the control address, it is a row of words:

    kind=cut_after op=submit_copy_job call=2
    kind=429 op=list_* times=2
    kind=520 probability=0.1 seed=7
    kind=missing_field field=result op=get_copy_job

**Where.** `op` is an operationId of the contract, or a pattern of them (`submit_*`); without it, all operations are
meant. A rule sees the requests to these that come with a known token.

**When.** Of the requests that it sees, a rule takes the third (`call=3`), the first two (`times=2`), each second
one (`every=2`), or each with a chance of 0.1 (`probability=0.1`, drawn with `seed`, 0 by default). Without any of
these it takes all; with several, those that satisfy all of them.

**What.** Some kinds act *before* the request is processed: it has no effect, and is not charged.

- `429`: refused with code 1000. `seconds` until the announced reset (5); `retry_after` sends that header, in seconds.
- `maintenance`: refused with 503 and code 0; `retry_after`.
- `500` to `599`: fails with that status; `retry_after`; `after=true` processes the request first.
- `html`: an HTML page in place of JSON; `status` (200); `after=true` processes the request first.
- `delay`: the answer is late by `seconds`, which must be given; `after=true` processes the request first.
- `cut_before`: the connection breaks. `error` says how: it is reset (`read`, the default), it ends in good order
  but without an answer (`protocol`), or it is refused (`connect`; over a socket, reset).

Others act *after* it: the request has its effect.

- `cut_after`: the connection breaks before the answer; `error` is `read` (the default) or `protocol`.
- `truncate`: the connection breaks in the middle of the body.
- `wrong_types`: numbers become strings, strings become numbers or lists; `field` changes only the field named.
- `unknown_state`: jobs are in a state that nobody has heard of, `value` (PAUSED).
- `missing_field`, `null_field`: a field is left out, or null; `field` names it, else `seed` chooses one.
- `shuffle`, `leave_out`: the entries of a list in the answer come in another order, or each second one is missing;
  `field` names the list (result); `seed`.
- `header`: the response header `field`, which must be given, has `value`, or is left out if there is none.
- `fail_item`: an item of a submitted job fails. `item` counts from 1 (1); `code` is any documented API code (10225).
- `late_list`: a submitted job shows in the list of jobs only `seconds` after its submission, which must be given.
"""

from __future__ import annotations

import math
import random
import re
import shlex
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any

from attrs import Factory, define, field, fields, frozen

from sbg_bulk.simulator.errors import DOCUMENTED


class FaultError(ValueError):
    """A fault rule that makes no sense. The message names the word, and what is known in its place."""


_KINDS: Mapping[str, Collection[str]] = MappingProxyType(
    {
        "429": ("seconds", "retry_after"),
        "maintenance": ("retry_after",),
        "html": ("status", "after"),
        "delay": ("seconds", "after"),
        "cut_before": ("error",),
        "cut_after": ("error",),
        "truncate": (),
        "wrong_types": ("field",),
        "unknown_state": ("value",),
        "missing_field": ("field",),
        "null_field": ("field",),
        "shuffle": ("field",),
        "leave_out": ("field",),
        "header": ("field", "value"),
        "fail_item": ("item", "code"),
        "late_list": ("seconds",),
    }
)
_SERVER_ERROR = re.compile(r"5[0-9][0-9]")
_HEADER = re.compile(r"(?!(content-length|transfer-encoding)$)[a-z0-9-]+", re.IGNORECASE)
_OF_SERVER_ERRORS = ("after", "retry_after")
_OF_ALL = ("kind", "op", "call", "times", "every", "probability", "seed")
_REQUIRED: Mapping[str, str] = MappingProxyType({"delay": "seconds", "header": "field", "late_list": "seconds"})
_ACT_BEFORE = ("429", "maintenance", "cut_before")
_ACT_WHERE_TOLD = ("html", "delay")
_ON_SUBMISSIONS = ("fail_item", "late_list")
_SUBMISSIONS = ("submit_", "start_", "bulk_start_")


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
        raise FaultError("a whole number, 1 or more")
    return int(text)


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise FaultError("a whole number")
    return int(text)


def _seconds(text: str) -> float:
    value = _number(text)
    if not 0 <= value < math.inf:
        raise FaultError("a number of seconds, 0 or more")
    return value


def _probability(text: str) -> float:
    value = _number(text)
    if not 0 <= value <= 1:
        raise FaultError("a number from 0 to 1")
    return value


def _number(text: str) -> float:
    """Read a number; NaN, which is in no range, if it is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise FaultError("true or false")
    return text == "true"


def _status(text: str) -> int:
    if not re.fullmatch(r"[2-5][0-9][0-9]", text):
        raise FaultError("an HTTP status from 200 to 599")
    return int(text)


def _code(text: str) -> int:
    if not text.isdecimal() or int(text) not in DOCUMENTED:
        raise FaultError("a documented API code, such as 5002 or 10225")
    return int(text)


def _error(text: str) -> str:
    if text not in ("read", "protocol", "connect"):
        raise FaultError("read, protocol or connect")
    return text


def _word(text: str) -> str:
    if not re.fullmatch(r"[\x20-\x7e]+", text):
        raise FaultError("printable ASCII text")
    return text


def _kind(text: str) -> str:
    if text not in _KINDS and not _SERVER_ERROR.fullmatch(text):
        raise FaultError(f"one of {', '.join(_KINDS)}, or a status from 500 to 599")
    return text


_READERS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "kind": _kind,
        "op": _word,
        "call": _count,
        "times": _count,
        "every": _count,
        "probability": _probability,
        "seed": _integer,
        "after": _flag,
        "status": _status,
        "seconds": _seconds,
        "retry_after": _seconds,
        "field": _word,
        "value": _word,
        "item": _count,
        "code": _code,
        "error": _error,
    }
)


@frozen(kw_only=True)
class FaultRule:
    """One rule; the module's documentation says what its words mean. Make one with `parse`, or from keywords.

    Raises FaultError if a word has no place with the kind, or is missing.
    """

    kind: str
    op: str = "*"
    call: int | None = None
    times: int | None = None
    every: int | None = None
    probability: float | None = None
    seed: int = 0
    after: bool = False
    status: int = 200
    seconds: float | None = None
    retry_after: float | None = None
    field: str | None = None
    value: str | None = None
    item: int = 1
    code: int = 10225
    error: str = "read"

    def __attrs_post_init__(self) -> None:
        given = dict(self._given())
        for name, value in given.items():
            _read(name, _text(value))
        known = (*_OF_ALL, *_KINDS.get(self.kind, _OF_SERVER_ERRORS))
        for name in given:
            if name not in known:
                raise FaultError(f"{name!r} cannot be used in a rule of kind {self.kind}, only {', '.join(known)}")
        required = _REQUIRED.get(self.kind)
        if required is not None and required not in given:
            raise FaultError(f"a rule of kind {self.kind} needs {required!r}")
        if self.kind == "cut_after" and self.error == "connect":
            raise FaultError("error: a connection that was never opened (connect) cannot break after processing")
        if self.kind == "header" and not _HEADER.fullmatch(self.field or ""):
            raise FaultError(
                "field: expected the name of a header other than Content-Length and Transfer-Encoding, "
                f"not {self.field!r}"
            )

    @classmethod
    def parse(cls, text: str) -> FaultRule:
        """Read a rule from its text form. Raises FaultError, naming the word that is wrong and what is known."""
        try:
            words = shlex.split(text)
        except ValueError as broken:
            raise FaultError(f"{text!r}: {broken}") from None
        given: dict[str, Any] = {}
        for number, word in enumerate(words, 1):
            name, equals, value = word.partition("=")
            place = f"word {number}, {word!r}"
            if not equals or name not in _READERS:
                raise FaultError(f"{place}: expected one of these with a value: {', '.join(f'{n}=' for n in _READERS)}")
            if name in given:
                raise FaultError(f"{place}: {name!r} is given twice")
            try:
                given[name] = _read(name, value)
            except FaultError as wrong:
                raise FaultError(f"{place}: {wrong}") from None
        if "kind" not in given:
            raise FaultError(f"{text!r}: a rule needs a kind, one of {', '.join(_KINDS)}, or a status from 500 to 599")
        return cls(**given)

    def __str__(self) -> str:
        """Return the text form; `parse` reads it back."""
        return " ".join(f"{name}={shlex.quote(_text(value))}" for name, value in self._given())

    @property
    def before(self) -> bool:
        """True if the rule acts before the request is processed."""
        if self.kind in _ACT_BEFORE:
            return True
        return not self.after and (self.kind in _ACT_WHERE_TOLD or _SERVER_ERROR.fullmatch(self.kind) is not None)

    def sees(self, operation: str) -> bool:
        """Return whether the rule looks at requests to the operation."""
        if self.kind in _ON_SUBMISSIONS and not operation.startswith(_SUBMISSIONS):
            return False
        return fnmatchcase(operation, self.op)

    def _given(self) -> Iterator[tuple[str, Any]]:
        for attribute in fields(type(self)):
            value = getattr(self, attribute.name)
            if value != attribute.default:
                yield attribute.name, value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read(name: str, value: str) -> Any:
    try:
        return _READERS[name](value)
    except FaultError as wrong:
        raise FaultError(f"{name}: expected {wrong}, not {value!r}") from None


@define
class ArmedFault:
    """A rule at work: how many requests it has seen, and how many of them it took."""

    rule: FaultRule
    seen: int = 0
    struck: int = 0
    random: random.Random = field(
        default=Factory(lambda self: random.Random(self.rule.seed), takes_self=True),  # noqa: S311 - repeatable
        repr=False,
    )

    def takes(self, operation: str) -> bool:
        """Count a request to the operation; return whether the rule strikes at it."""
        rule = self.rule
        if not rule.sees(operation):
            return False
        self.seen += 1
        # Drawn each time, so that the other words do not change which requests chance picks.
        drawn = rule.probability is None or self.random.random() < rule.probability
        if (
            not drawn
            or (rule.call is not None and self.seen != rule.call)
            or (rule.every is not None and self.seen % rule.every != 0)
            or (rule.times is not None and self.struck >= rule.times)
        ):
            return False
        self.struck += 1
        return True


class Faults:
    """The rules that are armed. `operations` are the operationIds that there are."""

    def __init__(self, operations: Collection[str]) -> None:
        self._operations = operations
        self._armed: list[ArmedFault] = []

    def arm(self, rule: FaultRule | str) -> ArmedFault:
        """Arm a rule, given as such or as text; the return value counts what it does.

        Raises FaultError if it makes no sense, or if no operation is meant by its `op`.
        """
        if isinstance(rule, str):
            rule = FaultRule.parse(rule)
        if not any(rule.sees(operation) for operation in self._operations):
            raise FaultError(
                f"op={rule.op} matches no operation for kind {rule.kind}; "
                f"the operations are: {', '.join(self._operations)}"
            )
        armed = ArmedFault(rule)
        self._armed.append(armed)
        return armed

    def disarm(self) -> None:
        """Take all rules away."""
        self._armed.clear()

    @property
    def armed(self) -> Sequence[ArmedFault]:
        """Return the armed rules, in the order in which they were armed: the one in which they act."""
        return tuple(self._armed)

    def strike(self, operation: str) -> Sequence[ArmedFault]:
        """Count a request to the operation; return the rules that strike at it, in their order."""
        return [armed for armed in self._armed if armed.takes(operation)]
