"""Options of many commands."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import click
from attrs import fields

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


def not_negative(_context: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    """Check an option that is a number of seconds; raise BadParameter below 0. For `callback`."""
    if value is not None and (math.isnan(value) or value < 0):
        raise click.BadParameter(f"expected a number of seconds, 0 or more, not {value:g}.")
    return value


def collected(kind: type[T], values: dict[str, Any]) -> T:
    """Make a group of options of the values of a command, and take them out of those.

    Args:
        kind: an attrs class whose attributes have the names of the options.
        values: what click has parsed. What the command has no option for keeps its default.
    """
    names = [one.name for one in fields(kind) if one.init]  # type: ignore[arg-type] # kind is an attrs class
    return kind(**{name: values.pop(name) for name in names if name in values})


dry_run_option = click.option(
    "--dry-run", "-n", is_flag=True, help="Show what would be done and what it costs, and change nothing."
)


json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs to read.")


timeout_option = click.option(
    "--timeout",
    type=float,
    callback=not_negative,
    metavar="SECONDS",
    help="Stop waiting after this time and exit with code 4. Jobs keep running; a run can be resumed.  "
    "[default: no limit]",
)
