"""The options that say which part of the sources is meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

import click

from sbg_bulk.cli.options.common import F

if TYPE_CHECKING:
    from sbg_bulk.runs.progress import Progress

    OnChange: TypeAlias = Callable[[Progress], object]


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


NAMES: Final = ("match", "exclude", "newer_than", "kind", "recursive")
"""The parameters of these options."""


def filter_options(function: F) -> F:
    """The options that say which part of the sources is meant."""
    for option in reversed(_FILTERS):
        function = option(function)
    return function
