"""Options of many commands."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    pass
if TYPE_CHECKING:
    pass


F = TypeVar("F", bound=Callable[..., Any])


def not_negative(_context: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    """The callback of options that are a number of seconds."""
    if value is not None and (math.isnan(value) or value < 0):
        raise click.BadParameter(f"{value:g} is not a number of seconds from 0.")
    return value


json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs to read.")


timeout_option = click.option(
    "--timeout",
    type=float,
    callback=not_negative,
    metavar="SECONDS",
    help="Wait no longer than this; then exit with code 4, and the job goes on.  [default: no limit]",
)
