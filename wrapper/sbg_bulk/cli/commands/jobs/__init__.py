"""`sbg-bulk jobs`: list, show, wait."""

import click

from sbg_bulk.cli.lazy import Lazy, LazyGroup

_COMMANDS = {
    "list": Lazy(".list", "list_jobs", "List your jobs.", aliases=("ls",)),
    "show": Lazy(".show", "show", "Show a job and the result of each item."),
    "wait": Lazy(".wait", "wait", "Wait until jobs have finished."),
}


@click.group(cls=LazyGroup, package=__name__, lazy=_COMMANDS)
def jobs() -> None:
    """List your bulk jobs, and wait for them. JOB is a job's id or its URL."""
