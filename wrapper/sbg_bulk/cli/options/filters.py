"""The options that say which part of the sources is meant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import click
from attrs import frozen

from sbg_bulk.cli.options.common import F
from sbg_bulk.files.filters import Filters, parse_metadata, parse_since

_WHICH: Final = (
    click.option(
        "--include",
        "--match",
        "match",
        multiple=True,
        metavar="GLOB",
        help="Only files whose name matches GLOB, such as '*.bam' or '*.{bam,bai}'; with a slash, whose path below "
        "SOURCE matches, such as 'run-*/**/*.bam'. May be repeated.",
    ),
    click.option(
        "--exclude",
        multiple=True,
        metavar="GLOB",
        help="Skip items whose name, or path, matches GLOB; folders that match are not entered. May be repeated.",
    ),
    click.option(
        "--tag", "tags", multiple=True, metavar="TAG", help="Only files with this tag; if repeated, with any of them."
    ),
    click.option(
        "--metadata",
        multiple=True,
        metavar="KEY=VALUE",
        help="Only files with this metadata value, such as sample_id=S-001. May be repeated: all keys must match, and "
        "any of several values of one key.",
    ),
    click.option(
        "--newer-than",
        metavar="DATE|TIME",
        help="Only files changed after a date (2026-11-01, in UTC), or within a period (7d, 12h, 30m).",
    ),
)

_ERROR_ON_NO_MATCH: Final = click.option(
    "--error-on-no-match", is_flag=True, help="Exit with code 3 if nothing matches, instead of only warning."
)

_WHAT: Final = (
    click.option(
        "--type",
        "kind",
        type=click.Choice(("file", "folder")),
        help="Only files, or only folders (each with all its contents).",
    ),
    click.option(
        "--recursive",
        "-r",
        is_flag=True,
        help="Include subfolders: each as one item or, with a filter, the files that match, in the same subfolders.",
    ),
    _ERROR_ON_NO_MATCH,
)


def filter_options(function: F) -> F:
    """Give a command the options that say which part of the sources is meant."""
    for option in reversed((*_WHICH, *_WHAT)):
        function = option(function)
    return function


def entered_filter_options(function: F) -> F:
    """Give a command those of them that say which files are meant, where subfolders are entered when asked for."""
    recursive = click.option("--recursive", "-r", is_flag=True, help="Include the files in subfolders.")
    for option in reversed((*_WHICH, recursive, _ERROR_ON_NO_MATCH)):
        function = option(function)
    return function


def object_filter_options(function: F) -> F:
    """Give a command those of them that say which objects of a volume are meant."""
    include, exclude, _, _, newer = _WHICH
    recursive = click.option("--recursive", "-r", is_flag=True, help="Include the objects in subfolders.")
    for option in reversed((include, exclude, newer, recursive, _ERROR_ON_NO_MATCH)):
        function = option(function)
    return function


def no_match_option(function: F) -> F:
    """`--error-on-no-match`, where it is not among the others."""
    return _ERROR_ON_NO_MATCH(function)


def file_filter_options(function: F) -> F:
    """Give a command those of them that say which files are meant, where all folders are entered."""
    for option in reversed(_WHICH):
        function = option(function)
    return function


@frozen
class Selection:
    """Which part of the sources is meant, as it was given.

    Attributes:
        match: `--include` or `--match`, any number.
        exclude: `--exclude`, any number.
        newer_than: `--newer-than`.
        tags: `--tag`, any number.
        metadata: `--metadata`, any number.
        kind: `--type`.
        recursive: `--recursive`.
        error_on_no_match: `--error-on-no-match`.
    """

    match: tuple[str, ...]
    exclude: tuple[str, ...]
    newer_than: str | None
    tags: tuple[str, ...] = ()
    metadata: tuple[str, ...] = ()
    kind: str | None = None
    recursive: bool = False
    error_on_no_match: bool = False

    @property
    def given(self) -> str | None:
        """Return the first option that was given; None if none was."""
        options = {
            "--include": self.match,
            "--exclude": self.exclude,
            "--newer-than": self.newer_than,
            "--type": self.kind,
            "--tag": self.tags,
            "--metadata": self.metadata,
            "--recursive": self.recursive,
            "--error-on-no-match": self.error_on_no_match,
        }
        return next((option for option, value in options.items() if value), None)

    @property
    def words(self) -> list[str]:
        """Return the options with which another process means the same; times count from now."""
        values = {
            "--include": self.match,
            "--exclude": self.exclude,
            "--newer-than": () if self.since is None else (self.since.isoformat(),),
            "--type": () if self.kind is None else (self.kind,),
            "--tag": self.tags,
            "--metadata": self.metadata,
        }
        flags = {"--recursive": self.recursive, "--error-on-no-match": self.error_on_no_match}
        given = [f"{option}={value}" for option, those in values.items() for value in those]
        return given + [option for option, on in flags.items() if on]

    @property
    def filters(self) -> Filters:
        """Return what the options mean.

        Raises:
            InputError: one of them makes no sense.
        """
        return Filters(self.match, self.exclude, self.since, self.kind, self.tags, self.values)

    @property
    def values(self) -> dict[str, tuple[str, ...]]:
        """Return the values of metadata that `--metadata` means, by key.

        Raises:
            InputError: one is not KEY=VALUE.
        """
        return parse_metadata(self.metadata)

    @property
    def since(self) -> datetime | None:
        """Return the time that `--newer-than` means, counted from now.

        Raises:
            InputError: it is neither a date nor a time.
        """
        return None if self.newer_than is None else parse_since(self.newer_than, datetime.now(UTC))
