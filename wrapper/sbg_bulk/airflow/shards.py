"""Shards: a manifest of any size in pieces, a mapped task for each, and their results in one report.

Both are functions, to be made tasks of: `task(split_manifest)`. A manifest is read and written a row at a time, and
nothing but the paths of the pieces goes through XCom.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, Final

from airflow.sdk import ObjectStoragePath
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from sbg_bulk import text_reader
from sbg_bulk.errors import InputError, SbgBulkError
from sbg_bulk.html import caption, table
from sbg_bulk.runs import forms
from sbg_bulk.runs.forms import ReadFormat
from sbg_bulk.runs.problems import ManifestError, Problem, Record
from sbg_bulk.text import counted

NUMBERS: Final = ("rows", "done", "failed", "unclear", "bytes", "retries")
"""The numbers of the result of a run, which are added up."""


def split_manifest(
    manifest: str,
    *,
    folder: str,
    rows: int = 10_000,
    conn_ids: Sequence[str] = (),
    form: ReadFormat | None = None,
) -> list[dict[str, str]]:
    """Split a manifest into pieces of so many rows, for `BulkRunOperator.partial(...).expand_kwargs(...)`.

    The pieces have the format of the manifest; one of ids or paths alone becomes JSON lines. Run again, it writes the
    same files.

    Args:
        manifest: its path or URL (`ObjectStoragePath`).
        folder: where the pieces go, a path that all workers share or a URL.
        rows: how many a piece has at most.
        conn_ids: connections to spread the pieces over, one after the other; each has a rate limit of its own, if their
            tokens are different users'. None for that of the operator.
        form: the manifest's format; None to go by its first lines, and its name.

    Returns:
        For each piece its `source`, and its `conn_id` if there are several.

    Raises:
        AirflowFailException: the manifest cannot be read, or has no rows.
    """
    try:
        if rows < 1:
            raise InputError(f"rows: expected at least 1, not {rows}.")
        with _file(manifest).open("rb") as stream:
            pieces = list(_pieces(stream, manifest, folder, rows, form))
        if not pieces:
            raise InputError(f"The manifest {manifest} has no rows.")
    except (SbgBulkError, OSError) as error:
        raise AirflowFailException(str(error)) from error
    if isinstance(conn_ids, str):
        conn_ids = [conn_ids] if conn_ids else []
    if not conn_ids:
        return [{"source": piece} for piece in pieces]
    return [{"source": piece, "conn_id": conn_ids[number % len(conn_ids)]} for number, piece in enumerate(pieces)]


def _pieces(stream: IO[bytes], manifest: str, folder: str, rows: int, form: ReadFormat | None) -> Iterator[str]:
    found = forms.read(text_reader.text_of(stream, "manifest"), form, forms.guess_format(manifest))
    written = "jsonl" if found.spaced else found.form
    stem = manifest.rstrip("/").rpartition("/")[2].partition(".")[0] or "manifest"
    records = _fit(found.records)
    number = 0
    while (first := next(records, None)) is not None:
        path = f"{folder.rstrip('/')}/{stem}-{number:05}.{written}"
        with _written(path) as target:
            _write(target, written, chain([first], islice(records, rows - 1)))
        yield path
        number += 1


def _fit(records: Iterable[Record]) -> Iterator[Mapping[str, Any]]:
    for _, record in records:
        if isinstance(record, Problem):
            raise ManifestError([record], 1)
        yield record


def _write(target: IO[str], form: str, records: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as they were read: what a cell means is for the run to say."""
    if form == "jsonl":
        target.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        return
    records = iter(records)
    first = next(records)
    writer = csv.writer(target, delimiter="\t" if form == "tsv" else ",", lineterminator="\n")
    writer.writerow(first)
    for record in chain([first], records):
        writer.writerow(["" if record.get(name) is None else record[name] for name in first])


def gather_reports(
    results: Iterable[Mapping[str, Any] | None] | Mapping[str, Any], *, folder: str, fail_on_failures: bool = True
) -> dict[str, Any]:
    """Put the results of runs, such as those of mapped tasks, into one report.

    Give the task the trigger rule `all_done`: the results of those that failed are to be in it.

    Args:
        results: the results of `BulkRunOperator`, or the only one.
        folder: where the report goes, a path that all workers share or a URL.
        fail_on_failures: whether the task fails, when the report is written, if any row was not done.

    Returns:
        The sums of their numbers; how many `shards` there were; `report`, a page with a line for each; `data`, the same
        as JSON; and `failed_rows`, a manifest of all that failed, or None.
    """
    # Of mapped tasks, one of which alone has a result, Airflow hands over that.
    given = [results] if isinstance(results, Mapping) else results
    known = [one for one in given if one is not None]
    for one in known:
        if not isinstance(one, Mapping) or not one.keys() >= {*NUMBERS, "run", "report"}:
            raise AirflowFailException(f"results: expected the results of BulkRunOperator, not {one!r}.")
    base = folder.rstrip("/")
    told: dict[str, Any] = {"shards": len(known), **{key: sum(one[key] for one in known) for key in NUMBERS}}
    told |= {"report": f"{base}/report.html", "data": f"{base}/report.json", "failed_rows": None}
    files = [str(one["failed_rows"]) for one in known if one.get("failed_rows")]
    if files:
        told["failed_rows"] = f"{base}/failed.csv"
        _join(files, told["failed_rows"])
    with _written(told["data"]) as stream:
        json.dump({**told, "runs": known}, stream)
    with _written(told["report"]) as stream:
        columns = ("run", *NUMBERS, "report")
        lines = [([one[key] for key in columns], bool(one["failed"] or one["unclear"])) for one in known]
        stream.write('<!doctype html><meta charset="utf-8"><title>Runs</title>')
        stream.write(caption(f"{told['done']:,} of {counted(told['rows'], 'item')} done") + table(columns, lines))
    undone = told["failed"] + told["unclear"]
    if undone and fail_on_failures:
        raise AirflowException(f"{undone:,} of {counted(told['rows'], 'item')} not done: see {told['report']}")
    return told


def _join(paths: Sequence[str], to: str) -> None:
    """Write the rows of tables as one, with the columns of all of them."""
    columns: dict[str, None] = {}
    for path in paths:
        with _read(path) as stream:
            columns.update(dict.fromkeys(next(csv.reader(stream))))
    with _written(to) as target:
        writer = csv.DictWriter(target, list(columns), lineterminator="\n")
        writer.writeheader()
        for path in paths:
            with _read(path) as stream:
                writer.writerows(csv.DictReader(stream))


def _file(path: str) -> Any:
    return ObjectStoragePath(path) if "://" in path else Path(path)


@contextmanager
def _read(path: str) -> Iterator[IO[str]]:
    with _file(path).open("rb") as stream, TextIOWrapper(stream, encoding="utf-8", newline="") as text:
        yield text


@contextmanager
def _written(path: str) -> Iterator[IO[str]]:
    """A file, or an object, that is there when all of it is written."""
    file = _file(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(file, Path):
        with file.open("wb") as stream, TextIOWrapper(stream, encoding="utf-8", newline="") as text:
            yield text
        return
    new = file.with_name(f"{file.name}.new")
    with new.open("w", encoding="utf-8", newline="") as text:
        yield text
    new.replace(file)
