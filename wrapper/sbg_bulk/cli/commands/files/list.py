"""`sbg-bulk files`: see what is where, and find the ids that the other commands take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from sbg_bulk.cli.actions.connect import connected
from sbg_bulk.cli.context import Context, json_option, note, plain, write_json
from sbg_bulk.cli.output.tables import date, file_document, print_files, print_rows
from sbg_bulk.cli.progress.request_count import counting
from sbg_bulk.cli.wording import counted, size
from sbg_bulk.errors import InputError, NotFound

if TYPE_CHECKING:
    from sbg_bulk.client.sync import Client
    from sbg_bulk.files.tree import Branch
    from sbg_bulk.models.job import File


@click.group()
def files() -> None:
    """See files and folders, and find their ids.

    PLACE is a path, [NAME:]owner/project[/folder/...], or a folder's id. NAME is a profile or one of the deployments'
    short names.
    """


@files.command("list")
@click.argument("place", required=False)
@click.option("--folder", metavar="ID", help="List this folder, by its id.")
@click.option("--name", help="Only entries of exactly this name.")
@click.option(
    "--match",
    multiple=True,
    metavar="GLOB",
    help="Only entries whose name fits, such as '*.bam'. May be repeated: one of them has to fit.",
)
@click.option("--long", is_flag=True, help="Show sizes and dates too, where the service tells them.")
@json_option
@click.pass_obj
def list_files(
    context: Context,
    place: str | None,
    folder: str | None,
    name: str | None,
    match: tuple[str, ...],
    long: bool,
    as_json: bool,
) -> None:
    """List what is directly in PLACE, not what is below: a path such as owner/project/folder, or a folder's id.

    The path of a file shows the file.
    """
    if (place is None) == (folder is None):
        raise click.UsageError("Give a PLACE (owner/project[/folder/...] or a folder's id) or --folder ID.")
    from sbg_bulk.files.filters import FILE, Filters

    filters = Filters(match)
    with connected(context, [place]).client() as client:
        found = (
            file
            for file in _entries(client, place, folder, name, long)
            if filters.wants((file.name,), FILE) and (name is None or file.name == name)
        )
        if as_json:
            for file in found:
                write_json(_long_document(file) if long else file_document(file))
        elif shown := list(found):
            _print_long(shown) if long else print_files(shown)
        else:
            note("Nothing there fits." if match or name else "Nothing there.")


def _entries(client: Client, place: str | None, folder: str | None, name: str | None, long: bool) -> Iterator[File]:
    """What is in a place."""
    from sbg_bulk.files.paths import place_of
    from sbg_bulk.models.job import Project

    where = None if place is None else place_of(place)
    if where is None or where.folder is not None:
        try:
            yield from client.files(parent=folder if where is None else where.folder, name=name, details=long)
        except NotFound as error:
            raise InputError(
                f"There is no folder with the id {folder if where is None else where.folder} that you may see. A "
                "project is written with its owner: owner/project."
            ) from error
        return
    if not where.names:
        yield from client.files(where.project, name=name, details=long)
        return
    located = client.locate(place or "")
    assert not isinstance(located, Project)
    if located.is_folder:
        yield from client.files(parent=located.id, name=name, details=long)
    else:
        yield client.file(located.id) if long else located


def _long_document(file: File) -> dict[str, Any]:
    return {
        **file_document(file),
        "size": file.size,
        "created_on": date(file.created_on),
        "modified_on": date(file.modified_on),
    }


def _print_long(shown: Iterable[File]) -> None:
    columns = ("ID", "TYPE", "SIZE", "MODIFIED", "NAME")
    print_rows(
        columns,
        (
            (
                file.id,
                file.type,
                None if file.size is None else size(file.size),
                date(file.modified_on or file.created_on),
                file.name,
            )
            for file in shown
        ),
    )


@files.command()
@click.argument("place")
@click.option("--depth", type=click.IntRange(min=1), metavar="N", help="Go down no more than N levels.")
@json_option
@click.pass_obj
def tree(context: Context, place: str, depth: int | None, as_json: bool) -> None:
    """Draw what is in PLACE and below it, as a tree with sizes. Takes a request for each hundred entries of a folder.

    With --json each entry is a document on a line, with its path.
    """
    from sbg_bulk.files.paths import place_of

    with connected(context, [place]).client() as client:
        if as_json:
            for branch in client.tree(place, depth=depth):
                write_json({"path": str(branch.place), **_long_document(branch.file)})
            return
        with counting("Looking") as on_request:
            branches = list(client.tree(place, depth=depth, on_request=on_request))
    click.echo(plain(str(place_of(place))))
    for line in _drawn(branches):
        click.echo(line)
    note(_totals([branch.file for branch in branches]))


def _drawn(branches: Iterable[Branch]) -> Iterator[str]:
    """The lines of a tree."""
    # Whether the folder at each level is the last in its own, so that no line goes on below it.
    last: list[bool] = []
    for branch in branches:
        del last[branch.depth - 1 :]
        lines = "".join("    " if one else "│   " for one in last)
        file = branch.file
        told = "/" if file.is_folder else "" if file.size is None else f"  {size(file.size)}"
        yield f"{lines}{'└── ' if branch.last else '├── '}{plain(file.name)}{told}"
        last.append(branch.last)


def _totals(shown: list[File]) -> str:
    """How much there is."""
    sizes = [file.size for file in shown if not file.is_folder]
    known = [one for one in sizes if one is not None]
    told = f", {size(sum(known))}" if known else ""
    unknown = (
        f" (and {counted(len(sizes) - len(known), 'file')} of unknown size)" if 0 < len(known) < len(sizes) else ""
    )
    return f"{counted(len(shown) - len(sizes), 'folder')}, {counted(len(sizes), 'file')}{told}{unknown}."
