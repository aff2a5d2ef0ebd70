"""The options of the commands that show and change metadata and tags."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final, cast

import click
from attrs import frozen

from sbg_bulk.cli.options.common import F, collected, dry_run_option, json_option, timeout_option
from sbg_bulk.cli.options.confirm import yes_option
from sbg_bulk.cli.options.run import DETACH, NOTIFY, RunSettings, add_run_options
from sbg_bulk.cli.place_completion import complete_place
from sbg_bulk.runs.forms import READ_FORMATS, ReadFormat

recursive_option = click.option("--recursive", "-r", is_flag=True, help="Include the files in subfolders.")

table_option = click.option("--csv", "as_csv", is_flag=True, help="Write CSV, which can be used as a manifest.")

_OPTIONS: Final = (
    click.option(
        "--manifest",
        type=click.Path(allow_dash=True),
        metavar="FILE|-",
        help="Read files from a CSV, TSV or JSON file, or standard input.",
    ),
    click.option(
        "--format",
        "form",
        type=click.Choice(READ_FORMATS),
        help="Format of the manifest.  [default: detected from its first lines or its name]",
    ),
    yes_option,
    dry_run_option,
    json_option,
    DETACH,
    timeout_option,
    NOTIFY,
    click.option(
        "--journal", type=click.Path(path_type=Path), metavar="FILE", help="Write the run's journal to this file."
    ),
)


def source_argument(*, required: bool) -> Callable[[F], F]:
    """Give a command its SOURCEs."""
    return click.argument("source", nargs=-1, required=required, shell_complete=complete_place)


def tag_option(text: str) -> Callable[[F], F]:
    """Give a command its tags."""
    return click.option("--tag", multiple=True, metavar="TAG", help=text)


@frozen
class ChangeRequest:
    """What a command that changes files was asked for.

    Attributes:
        settings: how to go about a run.
        manifest: the manifest's path, or `-`; None without one.
        form: its format; None to go by its first lines, and its name.
        yes: whether not to ask first.
        dry_run: whether to change nothing.
        as_json: whether to write JSON.
        journal: where to keep the run's journal; None for the usual folder.
    """

    settings: RunSettings
    manifest: str | None
    form: ReadFormat | None
    yes: bool
    dry_run: bool
    as_json: bool
    journal: Path | None


def change_options(function: F) -> F:
    """Give a command the options of a change of files, which it gets as a `ChangeRequest`."""

    @wraps(function)
    def command(*arguments: Any, **values: Any) -> Any:
        settings = collected(RunSettings, values)
        settings.check()
        return function(*arguments, collected(ChangeRequest, {**values, "settings": settings}), **_others(values))

    decorated = add_run_options(cast(F, command), copies=False)
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def _others(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in ChangeRequest.__annotations__}
