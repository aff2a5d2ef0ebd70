"""`sbg-bulk tag`: the tags of files, shown and changed."""

import click

from sbg_bulk.cli.lazy import Lazy, LazyGroup

_COMMANDS = {
    "add": Lazy(".change", "add", "Add tags to files."),
    "list": Lazy(".list", "list_tags", "Show the tags of files.", aliases=("ls",)),
    "remove": Lazy(".change", "remove", "Remove tags from files."),
    "set": Lazy(".change", "replace", "Replace all tags of files."),
}


@click.group(cls=LazyGroup, package=__name__, lazy=_COMMANDS)
def tag() -> None:
    """Show, add, remove and set tags of files. What list --csv writes is a manifest for set."""
