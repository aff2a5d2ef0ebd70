"""What `copy`, `move` and `delete` are asked for: their options, parsed once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final, cast

import click
from attrs import frozen

from sbg_bulk.cli.options.common import F, collected, dry_run_option, json_option, timeout_option
from sbg_bulk.cli.options.confirm import yes_option
from sbg_bulk.cli.options.destination import EXPORT_OPTIONS, IMPORT_OPTIONS, Destination
from sbg_bulk.cli.options.filters import Selection, entered_filter_options, filter_options, object_filter_options
from sbg_bulk.cli.options.run import NOTIFY, RunSettings, add_run_options
from sbg_bulk.cli.place_completion import complete_object, complete_place
from sbg_bulk.drs.items import CONFLICTS
from sbg_bulk.files.addresses import is_address
from sbg_bulk.files.paths import Location, is_path, path_of, place_of, unpasted
from sbg_bulk.items import DRS_IMPORT, EXPORT_COPY, EXPORT_REPLACE, IMPORT, VERBS
from sbg_bulk.metadata.items import TAGS
from sbg_bulk.runs.estimate import ITEMS_PER_JOB
from sbg_bulk.runs.forms import READ_FORMATS, ReadFormat
from sbg_bulk.volumes.places import VolumePlace, volume_place

_OPTIONS: Final = (
    yes_option,
    dry_run_option,
    click.option(
        "--manifest",
        type=click.Path(allow_dash=True),
        metavar="FILE|-",
        help="Read items from a CSV, TSV or JSON file, or standard input. A folder's path means the folder itself.",
    ),
    click.option(
        "--files-from",
        type=click.Path(allow_dash=True),
        metavar="FILE|-",
        help="Read items from a list, one path or id per line. A folder's path means the folder itself.",
    ),
    click.option(
        "--format",
        "form",
        type=click.Choice(READ_FORMATS),
        help="Format of the manifest.  [default: detected from its first lines or its name]",
    ),
    click.option(
        "--save-plan",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Write the plan to a new file, as a manifest (.csv, .tsv or .jsonl).",
    ),
    click.option(
        "--detach",
        is_flag=True,
        help="Do not wait: print the job, or run in the background, with a log beside its journal.",
    ),
    timeout_option,
    NOTIFY,
    click.option(
        "--items-per-job", type=click.IntRange(min=1), metavar="N", help="Submit N items as one job.  [default: 100]"
    ),
    click.option(
        "--new-run",
        is_flag=True,
        help="Start a new run even if an earlier one with the same sources and destination is unfinished.",
    ),
    click.option(
        "--journal", type=click.Path(path_type=Path), metavar="FILE", help="Write the run's journal to this file."
    ),
)


_VERIFY_COPIES: Final = click.option(
    "--verify",
    is_flag=True,
    help="Check every destination afterwards, names and sizes; exit code 3 if something differs.",
)

_VERIFY_DELETIONS: Final = click.option(
    "--verify", is_flag=True, help="Check afterwards that everything is gone; exit code 3 if something is not."
)


_FOLDER_ITSELF: Final = click.option(
    "--dir",
    "folder_itself",
    is_flag=True,
    help="The path of a folder means the folder itself, with all its contents.",
)


_COPIES: Final = (
    click.option("--copy-only", is_flag=True, help="Keep the platform's copies."),
    click.option(
        "--replace-with-alias",
        is_flag=True,
        help="Delete the platform's copies; aliases of what was exported take their place. This cannot be undone.",
    ),
)

_DRS: Final = click.option(
    "--drs",
    type=click.Path(allow_dash=True),
    metavar="FILE|-",
    help="Import objects of repositories instead, by the DRS URIs in a manifest or a list.",
)

_WITH_TAG: Final = click.option(
    "--with-tag",
    "with_tags",
    multiple=True,
    metavar="TAG",
    help="With --drs: tag all imported files. Can be given several times.",
)

_SAID: Final = {EXPORT_COPY: ("--copy-only",), EXPORT_REPLACE: ("--replace-with-alias",)}
"""The options of the command by which jobs of a type are meant."""


@frozen
class TransferRequest:
    """What a command was asked for.

    Attributes:
        job_type: COPY, MOVE or DELETE; EXPORT_COPY, EXPORT_REPLACE, IMPORT or DRS_IMPORT.
        sources: the SOURCEs as they were given, with paths and ids in place of addresses.
        paths: the places that those name which are paths.
        addresses: the places of those which were given as addresses.
        destination: where to.
        selection: which part of the sources is meant.
        settings: how to go about a run.
        yes: whether not to ask first.
        dry_run: whether to change nothing.
        verify: whether to look afterwards.
        folder_itself: whether the path of a folder means the folder.
        manifest: the manifest's path, or `-`; None without one.
        files_from: the path of a list, or `-`; None without one.
        form: the manifest's format; None to go by its first lines, and its name.
        save_plan: where to write what is going to be done; None for nowhere.
        new_run: whether to start a run even if one of the same task is not finished.
        items_per_job: how many items to submit as one job; None for the default.
        journal: where to keep the run's journal; None for the usual folder.
        as_json: whether to write JSON.
        volumes: the places on volumes that the SOURCEs of an import name.
        preserve_structure: whether an import keeps the subfolders of the volume.
        with_tags: the tags that what is imported by DRS gets.
    """

    job_type: str
    sources: tuple[str, ...]
    paths: tuple[Location, ...]
    addresses: tuple[Location, ...]
    destination: Destination
    selection: Selection
    settings: RunSettings
    yes: bool
    dry_run: bool
    verify: bool
    folder_itself: bool
    manifest: str | None
    files_from: str | None
    form: ReadFormat | None
    save_plan: Path | None
    new_run: bool
    items_per_job: int | None
    journal: Path | None
    as_json: bool
    volumes: tuple[VolumePlace, ...] = ()
    preserve_structure: bool = False
    with_tags: tuple[str, ...] = ()

    @property
    def command(self) -> tuple[str, ...]:
        """Return the words of the command that does the same with a manifest."""
        return (VERBS[self.job_type], *_SAID.get(self.job_type, ()))

    @property
    def verb(self) -> str:
        """Return what is done, as the first word of a sentence."""
        return VERBS[self.job_type].capitalize()

    @property
    def each_row(self) -> bool:
        """Return whether each file has a job of its own."""
        return self.destination.on_volume or self.job_type == IMPORT

    @property
    def row_settings(self) -> dict[str, Any]:
        """Return what is said for all rows of a manifest, by the names of the family."""
        if self.job_type != DRS_IMPORT:
            return {}
        on_conflict = self.destination.on_conflict
        said = {} if on_conflict is None else {CONFLICTS: on_conflict.upper()}
        return {**said, **({TAGS: list(self.with_tags)} if self.with_tags else {})}

    @property
    def rows_per_job(self) -> int:
        """Return how many items are submitted as one job."""
        return self.items_per_job or ITEMS_PER_JOB

    @property
    def checked_conflict(self) -> str | None:
        """Return what is done with a row whose name is taken; None if nobody looks."""
        if self.job_type in ("DELETE", DRS_IMPORT) or self.destination.no_check:
            return None
        return self.destination.on_conflict or "skip"

    @property
    def is_asked(self) -> bool:
        """Return whether the person on the terminal is asked first, whatever names what is moved or deleted."""
        return self.job_type not in ("COPY", EXPORT_COPY, IMPORT, DRS_IMPORT) and not self.yes

    @property
    def is_choice(self) -> bool:
        """Return whether what is meant has to be looked for first."""
        return bool(
            self.paths
            or self.each_row
            or self.selection.given
            or self.destination.on_conflict
            or self.destination.flatten
            or self.verify
        )

    @property
    def is_run(self) -> bool:
        """Return whether it is done in a run: what is to be looked for, more ids than a job takes, options of runs.

        So are folders that may have to be created, which are part of it then.
        """
        return (
            self.is_choice
            or self.destination.parents
            or self.dry_run
            or self.new_run
            or (self.items_per_job, self.journal, self.save_plan) != (None, None, None)
            or self.settings.of_run != RunSettings()
            or len(self.sources) > ITEMS_PER_JOB
        )


def _request(job_type: str, values: dict[str, Any]) -> TransferRequest:
    """Return what a command was asked for, of the values that click has parsed."""
    given: tuple[str, ...] = values.pop("source")
    on_volumes = job_type in (IMPORT, DRS_IMPORT)
    return TransferRequest(
        job_type=job_type,
        sources=given if on_volumes else tuple(map(unpasted, given)),
        paths=() if on_volumes else tuple(map(path_of, filter(is_path, given))),
        addresses=() if on_volumes else tuple(map(place_of, filter(is_address, given))),
        volumes=tuple(map(volume_place, given)) if on_volumes else (),
        destination=collected(Destination, values),
        selection=collected(Selection, values),
        settings=collected(RunSettings, values),
        folder_itself=values.pop("folder_itself", False),
        **values,
    )


def _with_options(function: F, *, copies: bool) -> F:
    """Give a command the options that all transfers have."""
    decorated = json_option(add_run_options(function, copies=copies))
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def transfer_options(job_type: str) -> Callable[[F], F]:
    """Give a command the options of all transfers. It gets them, and those of `destination_options`, as a request."""

    def decorate(function: F) -> F:
        @wraps(function)
        def command(*arguments: Any, **values: Any) -> Any:
            return function(*arguments, _request(job_type, values))

        decorated = _with_options(cast(F, command), copies=job_type == "COPY")
        if job_type == "DELETE":
            decorated = _FOLDER_ITSELF(decorated)
        decorated = (_VERIFY_DELETIONS if job_type == "DELETE" else _VERIFY_COPIES)(decorated)
        return click.argument("source", nargs=-1, shell_complete=complete_place)(filter_options(decorated))

    return decorate


def export_options(function: F) -> F:
    """Give a command the options of an export. It gets them as a request."""

    @wraps(function)
    def command(*arguments: Any, **values: Any) -> Any:
        copy_only, replace = values.pop("copy_only"), values.pop("replace_with_alias")
        if copy_only == replace:
            raise click.UsageError(
                "Say what to do with the platform's copies: --copy-only keeps them; --replace-with-alias deletes them, "
                "and aliases of what was exported take their place, which cannot be undone."
            )
        job_type = EXPORT_COPY if copy_only else EXPORT_REPLACE
        return function(*arguments, _request(job_type, {**values, "on_volume": True}))

    decorated = _VERIFY_COPIES(_with_options(cast(F, command), copies=False))
    for option in reversed((*_COPIES, *EXPORT_OPTIONS)):
        decorated = option(decorated)
    return click.argument("source", nargs=-1, shell_complete=complete_place)(entered_filter_options(decorated))


def import_options(function: F) -> F:
    """Give a command the options of an import. It gets them as a request."""

    @wraps(function)
    def command(*arguments: Any, **values: Any) -> Any:
        drs = values.pop("drs")
        if drs is None:
            if values["with_tags"]:
                raise click.UsageError("--with-tag needs --drs. To tag files of other imports, use tag add.")
            return function(*arguments, _request(IMPORT, values))
        if values["source"] or values["manifest"] is not None or values["files_from"] is not None:
            raise click.UsageError("Give --drs alone: it is the manifest, and says what to import.")
        if values["on_conflict"] == "fail":
            raise click.UsageError("--on-conflict fail cannot be combined with --drs; use skip, rename or overwrite.")
        if values["no_check"]:
            raise click.UsageError("--no-check cannot be combined with --drs: the platform checks names itself.")
        return function(*arguments, _request(DRS_IMPORT, {**values, "manifest": drs}))

    decorated = _VERIFY_COPIES(_with_options(cast(F, command), copies=False))
    for option in reversed((_DRS, _WITH_TAG, *IMPORT_OPTIONS)):
        decorated = option(decorated)
    argument = click.argument("source", nargs=-1, shell_complete=complete_object)
    return argument(object_filter_options(decorated))
