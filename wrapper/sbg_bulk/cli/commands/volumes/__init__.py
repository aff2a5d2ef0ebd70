"""`sbg-bulk volumes`: the buckets that are attached to the platform, and what is on them."""

import click

from sbg_bulk.cli.lazy import Lazy, LazyGroup

_COMMANDS = {
    "check": Lazy(".check", "check_volume", "Check that a volume can be read, or written to."),
    "list": Lazy(".list", "list_volumes", "List the volumes that you can use."),
    "ls": Lazy(".ls", "list_objects", "List what is on a volume."),
}


@click.group(cls=LazyGroup, package=__name__, lazy=_COMMANDS)
def volumes() -> None:
    """List the volumes, buckets that are attached to the platform, and what is on them.

    VOLUME is [NAME:]owner/name. NAME is a profile or a platform's short name. PREFIX is what the locations of
    objects begin with: owner/name:cohort/run-1/.
    """
