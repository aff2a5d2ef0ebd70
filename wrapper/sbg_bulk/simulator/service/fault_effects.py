"""The effects of faults on answers."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.faults import FaultRule
from sbg_bulk.simulator.service.reply import Reply, encode, refuse

_PAGE = b"<!doctype html><html><head><title>Please wait</title></head><body><h1>Please wait</h1></body></html>\n"
_CODE_OF_STATUS: Mapping[int, int] = MappingProxyType({501: 90010, 503: 90005})
_RESET_SOON = 5.0


def instead(rule: FaultRule, now: float) -> Reply:
    """Answer in place of the service, at that time in Unix seconds, as a rule says that refuses or fails."""
    headers: list[tuple[bytes, bytes]] = []
    if rule.retry_after is not None:
        headers.append((b"retry-after", b"%d" % math.ceil(rule.retry_after)))
    match rule.kind:
        case "429":
            reset = math.ceil(now + (_RESET_SOON if rule.seconds is None else rule.seconds))
            headers += [(b"x-ratelimit-remaining", b"0"), (b"x-ratelimit-reset", b"%d" % reset)]
            return refuse(ApiError(1000, "The rate limit is reached.", headers=headers))
        case "maintenance":
            return refuse(ApiError(0, "The platform is under maintenance.", headers=headers))
        case "html":
            return Reply(rule.status, _PAGE, ((b"content-type", b"text/html; charset=utf-8"),))
        case _:
            status = int(rule.kind)
            code = _CODE_OF_STATUS.get(status, 90004)
            return refuse(ApiError(code, "Something went wrong.", status=status, headers=headers))


def alter(rule: FaultRule, reply: Reply, chance: random.Random) -> Reply:
    """Distort the answer as a rule of one of the kinds that do so wants it."""
    if rule.kind == "header":
        header = ((rule.field or "").lower().encode("ascii"), (rule.value or "").encode("ascii"))
        return Reply(reply.status, reply.body, (*reply.headers, header))
    try:
        document = json.loads(reply.body)
    except ValueError:
        return reply  # another fault has put something in its place
    name = rule.field
    match rule.kind:
        case "unknown_state":
            document = _at_fields("state", document, lambda _: rule.value or "PAUSED")
        case "wrong_types" if name is None:
            document = _wrong_leaves(document)
        case "wrong_types":
            document = _at_fields(name or "", document, _wrong)
        case "null_field":
            document = _at_fields(name or _any_field(document, chance), document, lambda _: None)
        case "shuffle":
            document = _at_fields(name or "result", document, lambda value: _shuffled(value, chance))
        case "leave_out":
            document = _at_fields(name or "result", document, lambda value: value[::2] if _is_list(value) else value)
        case "missing_field":
            document = _at_fields(name or _any_field(document, chance), document, lambda _: _GONE)
    return Reply(reply.status, encode(document), reply.headers)


_GONE = object()


def _at_fields(name: str, document: Any, change: Callable[[Any], Any]) -> Any:
    """Return the document with the fields of that name changed, wherever they are."""
    if isinstance(document, list):
        return [_at_fields(name, each, change) for each in document]
    if not isinstance(document, dict):
        return document
    changed = {
        key: change(value) if key == name else _at_fields(name, value, change) for key, value in document.items()
    }
    return {key: value for key, value in changed.items() if value is not _GONE}


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _shuffled(value: Any, chance: random.Random) -> Any:
    return chance.sample(value, len(value)) if _is_list(value) else value


def _wrong_leaves(document: Any) -> Any:
    """Return the document with the type of each value changed, lists and objects kept."""
    if isinstance(document, list):
        return [_wrong_leaves(each) for each in document]
    if isinstance(document, dict):
        return {key: _wrong_leaves(value) for key, value in document.items()}
    return _wrong(document)


def _wrong(value: Any) -> Any:
    match value:
        case None:
            return None
        case str() if value.isdecimal():
            return int(value)
        case str():
            return [value]
        case bool() | int() | float():
            return str(value).lower()
        case _:
            return json.dumps(value)


def _any_field(document: Any, chance: random.Random) -> str:
    """Return one of the fields of what the answer is about: the entries of a list, else the whole."""
    about = document
    if isinstance(document, dict) and isinstance(document.get("items"), list) and document["items"]:
        about = document["items"][0]
    return chance.choice(sorted(about)) if isinstance(about, dict) and about else ""
