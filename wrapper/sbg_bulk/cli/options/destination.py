"""Where things are copied or moved to: the options, and what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click
from attrs import frozen

from sbg_bulk.cli.options.common import F

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client
    from sbg_bulk.files.paths import Location

_OPTIONS: Final = (
    click.option("--to", metavar="PATH|ID", help="Destination, a folder's or project's path, or a folder's id."),
    click.option("--to-project", metavar="OWNER/PROJECT", help="Destination project; its root is meant."),
    click.option("--to-folder", metavar="ID", help="Destination folder, by its id."),
    click.option("--parents", is_flag=True, help="Make missing folders of the destination."),
    click.option(
        "--skip-existing",
        is_flag=True,
        help="Leave out what has the name of something where it would go. A folder is left out whole.",
    ),
)


def destination_options(function: F) -> F:
    """The options of copy and move that say where to."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@frozen
class Destination:
    """The destination as it was given.

    Attributes:
        to: `--to`.
        project: `--to-project`.
        folder: `--to-folder`.
    """

    to: str | None = None
    project: str | None = None
    folder: str | None = None

    @classmethod
    def given(cls, options: dict[str, Any]) -> Destination:
        """What the options say."""
        return cls(options["to"], options["to_project"], options["to_folder"])

    @property
    def text(self) -> str | None:
        """It as a path or an id; None if none was given."""
        return next((one for one in (self.to, self.project, self.folder) if one is not None), None)

    def check(self, *, required: bool) -> None:
        """Raise UsageError unless exactly one is given, or none where rows may say themselves."""
        from sbg_bulk.files.paths import place_of
        from sbg_bulk.items import check_destination

        given = sum(one is not None for one in (self.to, self.project, self.folder))
        if given > 1 or (required and not given):
            raise click.UsageError(
                "Give one destination: --to PATH or --to ID (or --to-project OWNER/PROJECT or --to-folder ID)."
            )
        if self.to is not None:
            place_of(self.to)
        elif given:
            check_destination(self.folder, self.project)

    def find(self, client: Client, parents: bool) -> Location:
        """The project or the folder's id that it means; neither if none was given. Missing folders may be made.

        Only a path with folders takes requests.
        """
        from sbg_bulk.files.paths import Location

        if self.to is None:
            return Location(project=self.project, folder=self.folder)
        return client.destination(self.to, parents=parents)
