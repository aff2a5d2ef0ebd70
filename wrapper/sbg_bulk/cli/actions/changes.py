"""Show and change the metadata and tags of files: what would change, the question, the run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import click
from attrs import asdict

from sbg_bulk.cli.actions.carry import carry
from sbg_bulk.cli.actions.choose import SHOWN
from sbg_bulk.cli.actions.connect import connected
from sbg_bulk.cli.context import Context
from sbg_bulk.cli.exits import Exit
from sbg_bulk.cli.options.changes import ChangeRequest
from sbg_bulk.cli.options.confirm import agreed, check_can_ask
from sbg_bulk.cli.output.console import note, say, tell, write_json
from sbg_bulk.cli.output.tables import print_rows_or_blocks
from sbg_bulk.cli.progress.request_count import counting
from sbg_bulk.client.changes import Listed, listed
from sbg_bulk.errors import InputError
from sbg_bulk.files.addresses import is_address
from sbg_bulk.files.paths import Location, is_path, path_of, place_of, unpasted
from sbg_bulk.items import METADATA, TAGS
from sbg_bulk.limits import BULK_LIMIT
from sbg_bulk.metadata.items import in_columns
from sbg_bulk.runs import forms
from sbg_bulk.runs.estimate import jobs_of
from sbg_bulk.text import counted

if TYPE_CHECKING:
    from sbg_bulk.client.changes import FileChange
    from sbg_bulk.client.sync import Client
    from sbg_bulk.runs.draft import Draft
    from sbg_bulk.runs.progress import Progress
    from sbg_bulk.runs.result import RunReport

_NOTHING: Final = "-"
"""What is shown where a file has no value."""


def read_metadata(context: Context, sources: Sequence[str], recursive: bool) -> dict[str, dict[str, Any]]:
    """Return the metadata of files, by the paths or ids that name them."""
    with _connected(context, sources).client() as client:
        return client.metadata(map(unpasted, sources), recursive=recursive)


def read_tags(context: Context, sources: Sequence[str], recursive: bool) -> dict[str, list[str]]:
    """Return the tags of files, by the paths or ids that name them."""
    with _connected(context, sources).client() as client:
        return client.tags(map(unpasted, sources), recursive=recursive)


def write_metadata(stream: IO[str], found: Mapping[str, Mapping[str, Any]]) -> None:
    """Write metadata as a table with a column for each key."""
    _write(stream, {name: in_columns(values) for name, values in found.items()})


def write_tags(stream: IO[str], found: Mapping[str, Sequence[str]]) -> None:
    """Write tags as a table."""
    _write(stream, {name: {"tags": list(tags)} for name, tags in found.items()})


def _write(stream: IO[str], found: Mapping[str, Mapping[str, Any]]) -> None:
    rows = [{"path" if is_path(name) else "id": name, **values} for name, values in found.items()]
    names = dict.fromkeys(key for key in ("id", "path") if any(key in row for row in rows)) or {"path": None}
    forms.write(stream, "csv", list(names | dict.fromkeys(key for row in rows for key in row)), rows)


def _connected(context: Context, sources: Iterable[str]) -> Context:
    given = list(sources)
    places: list[Location] = [path_of(one) for one in given if is_path(one)]
    return connected(context, [*places, *(place_of(one) for one in given if is_address(one))])


def set_metadata(click_context: click.Context, request: ChangeRequest, clear: Sequence[str]) -> None:
    """Set the metadata that a manifest says, and exit with the code that follows."""
    if request.manifest is None:
        raise click.UsageError("Give --manifest: a table with a path, file or id column, and one column per key.")
    click_context.exit(_change(click_context.obj, request, METADATA, _source(request.manifest), {"clear": list(clear)}))


def change_tags(
    click_context: click.Context,
    request: ChangeRequest,
    action: str,
    sources: Sequence[str],
    tags: Sequence[str],
    recursive: bool,
) -> None:
    """Change the tags of files, and exit with the code that follows."""
    if bool(sources) == (request.manifest is not None):
        raise click.UsageError("Give SOURCEs, paths or ids of files, or --manifest.")
    if sources and not tags and action != "set":
        raise click.UsageError("Give the tags: --tag TAG.")
    if sources and request.form is not None:
        raise click.UsageError("--format needs --manifest.")
    settings = {"action": action, "tags": list(tags)}
    if request.manifest is not None:
        if recursive:
            raise click.UsageError("--recursive needs SOURCEs; a manifest already lists its files.")
        click_context.exit(_change(click_context.obj, request, TAGS, _source(request.manifest), settings))
    context = _connected(click_context.obj, sources)

    def chosen(client: Client) -> IO[bytes]:
        with counting() as on_request:
            given = list(map(unpasted, sources))
            choice = client.choose(given, type="file", recursive=recursive, on_request=on_request)
        if not len(choice):
            hint = "" if recursive or not choice.subfolders else " To include those in subfolders, add --recursive."
            raise InputError(f"There are no files in {', '.join(sources)}.{hint}")
        return listed(choice)

    click_context.exit(_change(context, request, TAGS, chosen, settings))


def _source(manifest: str) -> Callable[[Client], Path | IO[bytes]]:
    return lambda _: sys.stdin.buffer if manifest == "-" else Path(manifest)


def _change(
    context: Context,
    request: ChangeRequest,
    job_type: str,
    source: Callable[[Client], Path | IO[bytes]],
    settings: Mapping[str, Any],
) -> Exit:
    """Plan a change, show it or ask, and carry it to its end. The exit code that follows."""
    if not request.dry_run:
        check_can_ask(request.yes)
    with context.client() as client:
        manifest = source(client)
        with counting() as on_request:
            form = "jsonl" if isinstance(manifest, Listed) else request.form
            draft = client.plan(
                job_type, manifest, settings=settings, form=form, journal=request.journal, on_request=on_request
            )
        with draft:
            if request.dry_run:
                _show(request, draft, client.changes(draft))
                return Exit.DONE
            if not request.yes and not agreed(_question(job_type, len(draft), client.changes(draft)), False):
                return Exit.INTERRUPTED

            def work(on_change: Callable[[Progress], object]) -> RunReport:
                within = request.settings.give_up_after
                return client.run(job_type, draft, options=request.settings.options, within=within, on_change=on_change)

            return carry(context, request.settings, work, request.as_json)


def _show(request: ChangeRequest, draft: Draft, changes: Sequence[FileChange]) -> None:
    """Show the old and the new values, and what the change takes."""
    if request.as_json:
        for one in changes:
            write_json(asdict(one))
        return
    if changes:
        rows = [(one.path, one.key, one.old or _NOTHING, one.new or _NOTHING) for one in changes[:SHOWN]]
        blocks = (
            (path, [f"{key}: {old} -> {new}" for _, key, old, new in of_file])
            for path, of_file in groupby(rows, lambda row: row[0])
        )
        print_rows_or_blocks(("FILE", "KEY", "OLD", "NEW"), rows, blocks)
    if len(changes) > SHOWN:
        say(f"... and {len(changes) - SHOWN:,} more; --json lists them all.")
    takes = counted(2 * jobs_of(len(draft), BULK_LIMIT), "request")
    note(f"{_summary(len(draft), changes)}\nPlan: {takes}.\nNothing was changed.")


def _summary(files: int, changes: Sequence[FileChange]) -> str:
    """Return what is changed in how many files, in a sentence."""
    changed = len({one.file for one in changes})
    if not changed:
        return f"Nothing to change in {counted(files, 'file')}."
    lost = sum(_loses(one) for one in changes)
    values = f"{counted(len(changes), 'value')} to change in {changed:,} of {counted(files, 'file')}"
    if not lost:
        return f"{values}."
    return (
        f"{values}; {lost:,} of them {'replaces or removes' if lost == 1 else 'replace or remove'} an existing value."
    )


def _loses(change: FileChange) -> bool:
    """Return whether a change takes something away: a value, or a tag. Tags that are added keep the others."""
    old, new = (set(text.split(", ")) if text else set() for text in (change.old, change.new))
    return bool(old - new) if change.key == "tags" else bool(change.old)


def _question(job_type: str, files: int, changes: Sequence[FileChange]) -> str:
    what = "metadata" if job_type == METADATA else "tags"
    tell(_summary(files, changes))
    return f"Change the {what} of {counted(files, 'file')}?"
