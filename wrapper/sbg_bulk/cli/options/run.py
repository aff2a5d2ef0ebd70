"""The options of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from sbg_bulk.cli.options.common import F, not_negative

if TYPE_CHECKING:
    from sbg_bulk.runs.progress import RunOptions


_OPTIONS: Final = (
    click.option(
        "--jobs-in-flight",
        type=click.IntRange(min=1),
        metavar="N",
        help="Keep no more jobs under way.  [default: 1000]",
    ),
    click.option(
        "--reserve",
        type=click.IntRange(min=0),
        metavar="N",
        help="Leave N requests of each five minutes to your other programs.  [default: 0]",
    ),
    click.option(
        "--give-up-after",
        type=float,
        callback=not_negative,
        metavar="SECONDS",
        help="End the run if a request gets no answer for so long; it can be resumed.  [default: never]",
    ),
    click.option(
        "--list-lag",
        type=float,
        callback=not_negative,
        metavar="SECONDS",
        help="After a submission of unknown outcome, look for its job for at least so long.  [default: 30]",
    ),
)


def run_options(function: F) -> F:
    """The options of all commands that carry a run."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def given_options(jobs_in_flight: int | None, reserve: int | None, list_lag: float | None) -> RunOptions:
    """The options of a run, with the library's defaults for those not given."""
    from sbg_bulk.runs.progress import RunOptions

    given = {"jobs_in_flight": jobs_in_flight, "reserve": reserve, "list_lag": list_lag}
    chosen: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    return RunOptions(**chosen)
