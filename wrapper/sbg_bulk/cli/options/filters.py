"""The options that say which part of the sources is meant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import click
from attrs import frozen

from sbg_bulk.cli.options.common import F
from sbg_bulk.files.filters import parse_since

_FILTERS: Final = (
    click.option(
        "--match",
        multiple=True,
        metavar="GLOB",
        help="Only files whose name fits, such as '*.bam'; with a slash, whose path below SOURCE fits. May be "
        "repeated: one of them has to fit.",
    ),
    click.option(
        "--exclude",
        multiple=True,
        metavar="GLOB",
        help="Nothing whose name, or path, fits; folders that it fits are not entered. May be repeated.",
    ),
    click.option(
        "--newer-than",
        metavar="DATE|TIME",
        help="Only what was changed after a date (2026-11-01, in UTC), or within a time (7d, 12h, 30m).",
    ),
    click.option(
        "--type",
        "kind",
        type=click.Choice(("file", "folder")),
        help="Only files, or only folders, which are taken with all they hold.",
    ),
    click.option(
        "--recursive",
        "-r",
        is_flag=True,
        help="What is in subfolders too: each as one item or, with a filter, what fits, in the same subfolders.",
    ),
)


def filter_options(function: F) -> F:
    """The options that say which part of the sources is meant."""
    for option in reversed(_FILTERS):
        function = option(function)
    return function


@frozen
class Selection:
    """Which part of the sources is meant, as it was given.

    Attributes:
        match: `--match`, any number.
        exclude: `--exclude`, any number.
        newer_than: `--newer-than`.
        kind: `--type`.
        recursive: `--recursive`.
    """

    match: tuple[str, ...]
    exclude: tuple[str, ...]
    newer_than: str | None
    kind: str | None
    recursive: bool

    @property
    def given(self) -> str | None:
        """The first option that was given; None if none was."""
        options = {
            "--match": self.match,
            "--exclude": self.exclude,
            "--newer-than": self.newer_than,
            "--type": self.kind,
            "--recursive": self.recursive,
        }
        return next((option for option, value in options.items() if value), None)

    @property
    def since(self) -> datetime | None:
        """The time that `--newer-than` means, counted from now.

        Raises:
            InputError: it is neither a date nor a time.
        """
        return None if self.newer_than is None else parse_since(self.newer_than, datetime.now(UTC))
