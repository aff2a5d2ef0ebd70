"""Does a value fit a schema of the spec?"""

from __future__ import annotations

from typing import Any

from openapi_schema_validator import OAS30Validator, oas30_format_checker

from scripts.lib.spec import Node


def faults(value: Any, schema: Node) -> list[str]:
    """Where the value does not fit the schema (its references followed), and why. Formats count, dates among them."""
    validator = OAS30Validator(schema, format_checker=oas30_format_checker)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
