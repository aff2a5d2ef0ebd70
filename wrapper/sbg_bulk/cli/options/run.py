"""The options of a run."""

from __future__ import annotations

from functools import wraps
from typing import Any, Final, cast

import click
from attrs import asdict, evolve, frozen

from sbg_bulk.cli.options.common import F, collected, not_negative, timeout_option
from sbg_bulk.cli.output.console import console
from sbg_bulk.runs.progress import RunOptions


def _give_up_after(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """The callback of `--give-up-after`, which counts for all that the command asks, and not only for the run."""
    console().give_up_after = not_negative(context, parameter, value)
    return value


_OPTIONS: Final = (
    click.option("--label", metavar="TEXT", help="Name shown for the run in lists and reports; kept on this machine."),
    click.option(
        "--jobs-in-flight",
        type=click.IntRange(min=1),
        metavar="N",
        help="Maximum concurrent jobs.  [default: 1000]",
    ),
    click.option(
        "--reserve",
        type=click.IntRange(min=0),
        metavar="N",
        help="Leave N requests per five minutes for your other programs.  [default: 0]",
    ),
    click.option(
        "--pace",
        type=click.IntRange(min=1),
        metavar="N",
        help="Submit at most N items per five minutes.  [default: 500 for imports by DRS, else no limit]",
    ),
    click.option(
        "--give-up-after",
        type=float,
        callback=_give_up_after,
        metavar="SECONDS",
        help="Stop if a request gets no response for this long; the run can be resumed.  [default: never; before the "
        "run starts, after 10 s without a connection]",
    ),
    click.option(
        "--list-lag",
        type=float,
        callback=not_negative,
        metavar="SECONDS",
        help="If the response to a submission is lost, search for its job for at least this long.  [default: 30]",
    ),
)

# For commands that may copy: what is moved keeps its id, or the result tells it.
_NEW_IDS: Final = click.option(
    "--new-ids", is_flag=True, help="Record the new id of each copy; uses two or three more requests per job."
)


NOTIFY: Final = click.option(
    "--notify",
    metavar="COMMAND",
    help="Run COMMAND in a shell when the run ends or stops. Its environment says how: SBG_BULK_OUTCOME, _MESSAGE, "
    "_EXIT_CODE, _ITEMS, _DONE, _FAILED, _RUN and _JOURNAL.",
)

DETACH: Final = click.option(
    "--detach", is_flag=True, help="Do not wait: run in the background, with a log beside its journal."
)


@frozen
class RunSettings:
    """How to go about a run, as it was given; None for what was not.

    Attributes:
        jobs_in_flight: `--jobs-in-flight`.
        reserve: `--reserve`.
        give_up_after: `--give-up-after`, in seconds.
        list_lag: `--list-lag`, in seconds.
        new_ids: `--new-ids`; False where there is no such option.
        label: `--label`.
        timeout: `--timeout`, in seconds.
        detach: `--detach`.
        notify: `--notify`.
        pace: `--pace`.
    """

    jobs_in_flight: int | None = None
    reserve: int | None = None
    give_up_after: float | None = None
    list_lag: float | None = None
    new_ids: bool = False
    label: str | None = None
    timeout: float | None = None
    detach: bool = False
    notify: str | None = None
    pace: int | None = None

    def check(self) -> None:
        """Raise UsageError if two of them do not go together."""
        if self.detach and self.timeout is not None:
            raise click.UsageError("--timeout is for waiting, and --detach does not wait.")

    @property
    def of_run(self) -> RunSettings:
        """Return those that only a run has: one job can be waited for so long, or not at all, too."""
        return evolve(self, timeout=None, detach=False)

    @property
    def words(self) -> list[str]:
        """Return the options with which another process carries the run, as words of a command line."""
        values = asdict(evolve(self.of_run, new_ids=False))
        given = {f"--{name.replace('_', '-')}": value for name, value in values.items() if value not in (None, False)}
        return [word for option, value in given.items() for word in (option, str(value))] + ["--new-ids"] * self.new_ids

    @property
    def options(self) -> RunOptions:
        """Return the options of the library, with None for those not given."""
        return RunOptions(self.jobs_in_flight, self.reserve, self.list_lag, self.new_ids or None, self.label, self.pace)


def add_run_options(function: F, *, copies: bool) -> F:
    """Give a command the options of a run, with that for copies if it may copy."""
    for option in reversed((*_OPTIONS, _NEW_IDS) if copies else _OPTIONS):
        function = option(function)
    return function


def run_options(function: F) -> F:
    """Give a command the options of a run of any type, which it gets as `settings`."""

    @wraps(function)
    def command(*arguments: Any, **values: Any) -> Any:
        settings = collected(RunSettings, values)
        settings.check()
        return function(*arguments, settings=settings, **values)

    for option in (NOTIFY, timeout_option, DETACH):
        command = option(command)
    return add_run_options(cast(F, command), copies=True)
