"""`sbg-bulk metadata`: what files have by key, shown and set."""

import click

from sbg_bulk.cli.lazy import Lazy, LazyGroup

_COMMANDS = {
    "get": Lazy(".get", "get_metadata", "Show the metadata of files."),
    "set": Lazy(".set", "set_metadata", "Set metadata of the files in a manifest."),
}


@click.group(cls=LazyGroup, package=__name__, lazy=_COMMANDS)
def metadata() -> None:
    """Show and set metadata of files. What get --csv writes is a manifest for set."""
