"""`sbg-bulk files`: list files and folders, and find the ids that the other commands take."""

import click

from sbg_bulk.cli.lazy import Lazy, LazyGroup

_COMMANDS = {
    "list": Lazy(".list", "list_files", "List what is in a folder or project.", aliases=("ls",)),
    "tree": Lazy(".tree", "tree", "Show a folder and its subfolders as a tree, with sizes."),
}


@click.group(cls=LazyGroup, package=__name__, lazy=_COMMANDS)
def files() -> None:
    """List files and folders, and find their ids.

    PLACE is a path, [NAME:]owner/project[/folder/...], or a folder's id. NAME is a profile or a platform's
    short name.
    """
