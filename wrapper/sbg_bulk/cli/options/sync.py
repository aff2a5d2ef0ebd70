"""What `sync` is asked for: its options, parsed once."""

from __future__ import annotations

from functools import wraps
from typing import Any, Final, cast

import click
from attrs import frozen

from sbg_bulk.cli.options.common import F, collected, dry_run_option, json_option, timeout_option
from sbg_bulk.cli.options.confirm import yes_option
from sbg_bulk.cli.options.filters import Selection, file_filter_options, no_match_option
from sbg_bulk.cli.options.run import DETACH, NOTIFY, RunSettings, add_run_options
from sbg_bulk.cli.place_completion import complete_place
from sbg_bulk.runs.estimate import ITEMS_PER_JOB

_OPTIONS: Final = (
    click.option(
        "--to",
        required=True,
        metavar="PATH|ID",
        shell_complete=complete_place,
        help="Destination: path of a folder or project, or a folder's id.",
    ),
    click.option("--parents", is_flag=True, help="Create the destination folder if it is missing."),
    click.option(
        "--delete",
        is_flag=True,
        help="Delete from the destination what is not in SOURCE, and replace a folder with a file or the reverse. "
        "What filters exclude is never deleted.",
    ),
)

_RUN_OPTIONS: Final = (
    yes_option,
    dry_run_option,
    DETACH,
    timeout_option,
    NOTIFY,
    # For the process in the background: what was agreed to be deleted. What is not, is not deleted.
    click.option("--agreed", hidden=True, metavar="DIGEST", help="Delete only if this is what is to be deleted."),
    click.option(
        "--items-per-job",
        type=click.IntRange(min=1),
        default=ITEMS_PER_JOB,
        metavar="N",
        help="Submit N items as one job.  [default: 100]",
    ),
)


@frozen
class SyncRequest:
    """What the command was asked for.

    Attributes:
        source: the SOURCE as it was given.
        to: `--to`.
        parents: `--parents`.
        delete: `--delete`.
        selection: which files are meant.
        settings: how to go about the runs.
        yes: whether not to ask first.
        dry_run: whether to change nothing.
        items_per_job: how many items to submit as one job.
        agreed: what may be deleted, as `digest` of what is going to be; None if that was not asked about before.
        as_json: whether to write JSON.
    """

    source: str
    to: str
    parents: bool
    delete: bool
    selection: Selection
    settings: RunSettings
    yes: bool
    dry_run: bool
    items_per_job: int
    agreed: str | None
    as_json: bool

    def words(self, agreed: str) -> list[str]:
        """Return the command with which another process does the same, if what was agreed is what is deleted."""
        flags = {"--parents": self.parents, "--delete": self.delete}
        return [
            "sync",
            f"--to={self.to}",
            *[flag for flag, on in flags.items() if on],
            *self.selection.words,
            *self.settings.words,
            f"--items-per-job={self.items_per_job}",
            f"--agreed={agreed}",
            "--yes",
            "--",
            self.source,
        ]


def sync_options(function: F) -> F:
    """Give the command its options, which it gets as a request."""

    @wraps(function)
    def command(*arguments: Any, **values: Any) -> Any:
        selection, settings = collected(Selection, values), collected(RunSettings, values)
        settings.check()
        return function(*arguments, SyncRequest(selection=selection, settings=settings, **values))

    decorated = json_option(add_run_options(cast(F, command), copies=False))
    for option in reversed(_RUN_OPTIONS):
        decorated = option(decorated)
    decorated = file_filter_options(no_match_option(decorated))
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return click.argument("source", shell_complete=complete_place)(decorated)
