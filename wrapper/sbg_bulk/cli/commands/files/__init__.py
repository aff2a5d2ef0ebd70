"""`sbg-bulk files`: see what is where, and find the ids that the other commands take."""

import click

from sbg_bulk.cli.lazy import Lazy, LazyGroup

_COMMANDS = {
    "list": Lazy(
        ".list",
        "list_files",
        "List what is directly in PLACE, not what is below: a path such as owner/project/folder, or a folder's id.",
        aliases=("ls",),
    ),
    "tree": Lazy(".tree", "tree", "Draw what is in PLACE and below it, as a tree with sizes."),
}


@click.group(cls=LazyGroup, package=__name__, lazy=_COMMANDS)
def files() -> None:
    """See files and folders, and find their ids.

    PLACE is a path, [NAME:]owner/project[/folder/...], or a folder's id. NAME is a profile or one of the deployments'
    short names.
    """
