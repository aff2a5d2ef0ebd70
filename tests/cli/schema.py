"""The schema of the events, to hold what the command writes against it."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

SCHEMA: dict[str, Any] = json.loads(resources.files("sbg_bulk.cli").joinpath("events.schema.json").read_text("utf-8"))
KINDS: dict[str, dict[str, Any]] = {
    name: kind for name, kind in SCHEMA["$defs"].items() if "event" in kind.get("properties", {})
}

_WHOLE = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
_EACH = {name: Draft202012Validator({**kind, "$defs": SCHEMA["$defs"]}) for name, kind in KINDS.items()}


def check(event: dict[str, Any]) -> str:
    """See that the schema describes an event, with every field of it. Which kind it is."""
    _WHOLE.validate(event)
    fitting = [
        name
        for name, validator in _EACH.items()
        if validator.is_valid(event) and event.keys() <= KINDS[name]["properties"].keys()
    ]
    assert len(fitting) == 1, f"{event} is described by {fitting or 'nothing'}"
    return fitting[0]


def check_output(out: str) -> None:
    """See that those lines of an output that are events are described, all of them."""
    for line in out.splitlines():
        if line.startswith('{"event": '):
            check(json.loads(line))
