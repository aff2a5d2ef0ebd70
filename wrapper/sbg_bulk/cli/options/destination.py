"""Where things are copied or moved to: the options, and what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click
from attrs import Factory, field, frozen

from sbg_bulk.cli.options.common import F
from sbg_bulk.cli.place_completion import complete_object, complete_place
from sbg_bulk.files.paths import Location, place_of
from sbg_bulk.items import check_destination
from sbg_bulk.volumes.places import VolumePlace, writable_place

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client

_OPTIONS: Final = (
    click.option(
        "--to",
        metavar="PATH|ID",
        shell_complete=complete_place,
        help="Destination: path of a folder or project, or a folder's id.",
    ),
    # --to takes both; scripts may have these.
    click.option("--to-project", hidden=True, metavar="OWNER/PROJECT", help="Destination project (its root folder)."),
    click.option("--to-folder", hidden=True, metavar="ID", help="Destination folder, by its id."),
    click.option(
        "--destination-from-manifest",
        is_flag=True,
        help="Use the destination columns of the manifest, even with --to or in a list of existing files.",
    ),
    click.option("--parents", is_flag=True, help="Create the destination folder if it is missing."),
    click.option("--flatten", is_flag=True, help="Put all files directly into the destination, without subfolders."),
    click.option(
        "--on-conflict",
        type=click.Choice(("skip", "rename", "fail")),
        help="What to do with a file whose name exists at the destination: skip it (a different size is reported), let "
        "the platform rename it to 1_NAME, or fail before anything is changed.  [default: skip]",
    ),
)


_NO_CHECK: Final = click.option(
    "--no-check",
    is_flag=True,
    help="With ids and --manifest: do not check for names that exist at the destination; the platform renames to "
    "1_NAME.",
)


_NO_CHECK_ON_VOLUMES: Final = click.option(
    "--no-check",
    is_flag=True,
    help="With --manifest: do not check what is there already; the platform refuses such rows one by one.",
)


def destination_options(function: F) -> F:
    """Give a command the options of copy and move that say where to."""
    for option in reversed((*_OPTIONS, _NO_CHECK)):
        function = option(function)
    return function


EXPORT_OPTIONS: Final = (
    click.option(
        "--to",
        metavar="VOLUME:PREFIX",
        shell_complete=complete_object,
        help="Destination: OWNER/VOLUME, or OWNER/VOLUME:PREFIX to put the objects below a prefix.",
    ),
    click.option(
        "--on-conflict",
        type=click.Choice(("skip", "overwrite", "fail")),
        help="What to do with a file whose location on the volume is taken: skip it (a different size is reported), "
        "overwrite the object, or fail before anything is changed.  [default: skip]",
    ),
    _NO_CHECK_ON_VOLUMES,
)
"""The options of an export that say where to."""


IMPORT_OPTIONS: Final = (
    *(_OPTIONS[number] for number in (0, 3, 4)),
    click.option(
        "--preserve-structure",
        is_flag=True,
        help="Keep the subfolders of the volume. Without it all files go directly into the destination.",
    ),
    click.option(
        "--on-conflict",
        type=click.Choice(("skip", "rename", "overwrite", "fail")),
        help="What to do with an object whose name exists at the destination: skip it (a different size is reported), "
        "let the platform rename it, overwrite the file, or fail before anything is changed.  [default: skip]",
    ),
    _NO_CHECK_ON_VOLUMES,
)
"""The options of an import that say where to."""


@frozen
class Destination:
    """The destination as it was given. Nothing is, to a command that needs none.

    Attributes:
        to: `--to`.
        to_project: `--to-project`.
        to_folder: `--to-folder`.
        destination_from_manifest: `--destination-from-manifest`.
        parents: `--parents`.
        flatten: `--flatten`.
        on_conflict: `--on-conflict`.
        no_check: `--no-check`.
        on_volume: whether it is a place on a volume.
        place: what `--to` names; None without it, and on a volume.
        volume: the place on a volume that it names; None where that is not meant.

    Raises:
        InputError: `--to` names no such place.
    """

    to: str | None = None
    to_project: str | None = None
    to_folder: str | None = None
    destination_from_manifest: bool = False
    parents: bool = False
    flatten: bool = False
    on_conflict: str | None = None
    no_check: bool = False
    on_volume: bool = False
    place: Location | None = field(init=False, default=Factory(lambda self: self._place(), takes_self=True))
    volume: VolumePlace | None = field(init=False, default=Factory(lambda self: self._volume(), takes_self=True))

    def _place(self) -> Location | None:
        return None if self.to is None or self.on_volume else place_of(self.to)

    def _volume(self) -> VolumePlace | None:
        return writable_place(self.to) if self.to is not None and self.on_volume else None

    @property
    def text(self) -> str | None:
        """Return it as a path or an id; None if none was given."""
        return next((one for one in (self.to, self.to_project, self.to_folder) if one is not None), None)

    @property
    def known(self) -> Location:
        """Return the project or the folder's id that it means, as far as that is known without asking."""
        return self.place or Location(project=self.to_project, folder=self.to_folder)

    def check(self, *, required: bool) -> None:
        """Raise UsageError unless exactly one is given, or none where rows may say themselves."""
        given = sum(one is not None for one in (self.to, self.to_project, self.to_folder))
        if self.on_volume and required and not given:
            raise click.UsageError("Give the destination: --to OWNER/VOLUME:PREFIX.")
        if given > 1 or (required and not given):
            raise click.UsageError("Give one destination: --to PATH or --to ID.")
        if self.to is None and given:
            check_destination(self.to_folder, self.to_project)

    def find(self, client: Client) -> Location:
        """Return the project or the folder's id that it means; neither if none was given.

        Only a path with folders takes requests.
        """
        return self.known if self.to is None else client.destination(self.to)
