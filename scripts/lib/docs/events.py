"""The events of `--json` as a page: what their schema says, in Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from scripts.lib.docs.tables import table


def schema() -> Mapping[str, Any]:
    """Return the schema, as it is shipped."""
    found: Mapping[str, Any] = json.loads(files("sbg_bulk.cli").joinpath("events.schema.json").read_text("utf-8"))
    return found


def sections(document: Mapping[str, Any]) -> str:
    """Write each event with its fields."""
    return "\n".join(_lines(document))


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    for reference in document["anyOf"]:
        name = reference["$ref"].rpartition("/")[2]
        event = document["$defs"][name]
        yield f"## {name.replace('-', ' ').capitalize()}\n"
        yield f'`"event": "{event["properties"]["event"]["const"]}"`. {event["description"]}\n'
        yield table(
            ("field", "type", "meaning"),
            [
                (f"`{key}`", _type(document, field), _meaning(document, field))
                for key, field in event["properties"].items()
                if key != "event"
            ],
        )


def _resolved(document: Mapping[str, Any], field: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in field:
        return field
    found: Mapping[str, Any] = document["$defs"][field["$ref"].rpartition("/")[2]]
    return found


def _meaning(document: Mapping[str, Any], field: Mapping[str, Any]) -> str:
    """Say what a field means, and what the fields within it mean."""
    one = _resolved(document, field)
    inner = {**one.get("properties", {}), **_resolved(document, one.get("items", {})).get("properties", {})}
    told = "".join(f" `{key}`: {_meaning(document, value)}" for key, value in inner.items())
    return f"{one.get('description', '')}{told}"


def _type(document: Mapping[str, Any], field: Mapping[str, Any]) -> str:
    one = _resolved(document, field)
    for key in ("anyOf", "oneOf"):
        if key in one:
            return " or ".join(dict.fromkeys(_type(document, option) for option in one[key]))
    if "const" in one:
        return f"`{json.dumps(one['const'])}`"
    if "enum" in one:
        return ", ".join(f"`{json.dumps(value)}`" for value in one["enum"])
    kinds = one.get("type", "anything")
    text = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    return f"{text} ({one['format']})" if "format" in one else text
