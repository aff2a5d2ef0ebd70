"""`sbg-bulk jobs`: list, show, wait."""

import click

from sbg_bulk.cli.lazy import Lazy, LazyGroup

_COMMANDS = {
    "list": Lazy(".list", "list_jobs", "List your jobs, in the server's order.", aliases=("ls",)),
    "show": Lazy(".show", "show", "Show JOB, an id or an address, and the result of each of its items."),
    "wait": Lazy(".wait", "wait", "Wait until each JOB, an id or an address, has finished."),
}


@click.group(cls=LazyGroup, package=__name__, lazy=_COMMANDS)
def jobs() -> None:
    """List, show and wait for your bulk jobs."""
