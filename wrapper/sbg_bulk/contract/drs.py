"""Imports by DRS, with the files that they make read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sbg_bulk.contract.account import NOTHING
from sbg_bulk.contract.refusals import refused
from sbg_bulk.contract.scratch import Scratch
from sbg_bulk.contract.service import Service
from sbg_bulk.contract.started import DRS, Started, Starter
from sbg_bulk.contract.tree import Crawler

NOWHERE = f"drs://sbg-bulk-contract.invalid/{NOTHING}"
"""The address of no object."""

TAGS = ["contract"]
METADATA = {"sample_id": "contract-1"}
NAME = "Object, ü 5+%41&x.dat"


def check_drs(service: Service, scratch: Scratch, uri: str | None) -> None:
    """Import an object, and what is none; then once more where its name is taken.

    Args:
        service: the service.
        scratch: the scratch folder.
        uri: the address of an object; None if only that is tried which is none.
    """
    folder = scratch.make_folder("objects", scratch.home, read=False)
    starter = Starter(service, DRS)
    nothing = {"drs_uri": NOWHERE, "parent": folder, "name": "nothing.dat"}
    if uri is None:
        service.report.note("without a DRS URI, DRS imports were checked with a URI that does not exist")
        first = _imported(starter, [nothing])
        _check_result(service, first, done=0)
        _expect(service, folder, {}, "drs-effects")
        return
    item = {"drs_uri": uri, "parent": folder, "name": NAME, "metadata": METADATA}
    first = _imported(starter, [nothing, item], tags=TAGS)
    _check_result(service, first, done=1)
    made = _expect(service, folder, {NAME: 1}, "drs-effects")
    if made is None:
        return
    _check_file(service, folder, made)
    refused(service, "not-found", service.call("get_copy_job", path={"job_id": first.id}), "of a DRS import", 404)
    # Neither does anything to what the other one does.
    skipped, renamed = _started(starter, [item], "SKIP"), _started(starter, [item], "RENAME")
    starter.follow([skipped, renamed])
    entries = _expect(service, folder, {NAME: 1, "": 1}, "drs-conflict", same=made)
    over = _imported(starter, [item], "OVERWRITE") if entries is not None else None
    if over is not None:
        _expect(service, folder, {NAME: 1, "": 1}, "drs-conflict")
    service.report.hold(
        "starts",
        len({one.id for one in (first, skipped, renamed, over) if one is not None}) == 3 + (over is not None),
        "several DRS imports have the same id",
        expected="an import for each submission",
    )


def _imported(
    starter: Starter, items: Sequence[Mapping[str, Any]], conflicts: str = "SKIP", tags: Sequence[str] = ()
) -> Started:
    """Start an import, and follow it to its end. Raises AbandonError if there is none."""
    started = _started(starter, items, conflicts, tags)
    starter.follow([started])
    return started


def _started(
    starter: Starter, items: Sequence[Mapping[str, Any]], conflicts: str = "SKIP", tags: Sequence[str] = ()
) -> Started:
    (started,) = starter.start_all([{"items": list(items), "conflict_resolution": conflicts, "tags": list(tags)}])
    return started


def _check_result(service: Service, started: Started, done: int) -> None:
    """Check that a result has entries for what was done, and one for the address that leads nowhere."""
    result = started.last.get("result")
    entries = [one for one in result if isinstance(one, Mapping)] if isinstance(result, list) else []
    found = [isinstance(one.get("error"), Mapping) for one in entries]
    service.report.hold(
        "drs-result",
        found.count(True) == 1 and found.count(False) == done,
        "the result of a DRS import lacks an entry for the file, or an error for the missing object",
        expected=f"{done} resources and 1 error",
        came=str(started.last),
    )
    named = [one["resource"].get("id") for one in entries if isinstance(one.get("resource"), Mapping)]
    for file_id in named:
        read = service.call("get_file", path={"file_id": str(file_id)})
        service.report.hold(
            "drs-result",
            read.ok and read.field("name") == NAME,
            "the result of a DRS import names a different file than was created",
            expected=NAME,
            exchange=read.exchange,
        )


def _expect(
    service: Service, folder: str, wanted: Mapping[str, int], promise: str, same: str | None = None
) -> str | None:
    """Compare the names in the folder. Returns the id of the file of the name that was asked for, None if it is not.

    Args:
        service: the service.
        folder: where the files are.
        wanted: how many files of which name there are to be; an empty name is any other.
        promise: what says so.
        same: the id that the file is to have still; None for any.
    """
    crawler, counts = Crawler(service), (wanted.get(NAME, 0), wanted.get("", 0))
    entries = crawler.settled(lambda: crawler.content(folder), lambda now: _counts(now) == counts)
    named = [one for one in entries if one.get("name") == NAME]
    right = service.report.hold(
        promise,
        _counts(entries) == counts,
        "a DRS import created other files than it should",
        expected=f"{wanted.get(NAME, 0)} named {NAME}, {wanted.get('', 0)} with other names",
        came=", ".join(str(one.get("name")) for one in entries),
    )
    if same is not None and named:
        service.report.hold(
            promise,
            named[0].get("id") == same,
            "a DRS import without OVERWRITE replaced a file",
            expected=same,
            came=str(named[0].get("id")),
        )
    return str(named[0].get("id")) if right and named else None


def _counts(entries: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Count the files of the name that was asked for, and the others."""
    named = sum(one.get("name") == NAME for one in entries)
    return named, len(entries) - named


def _check_file(service: Service, folder: str, made: str) -> None:
    details = service.call("get_file", path={"file_id": made})
    metadata, tags = details.field("metadata"), details.field("tags")
    for what, right, wanted in (
        ("in another folder", (details.field("parent") or folder) == folder, folder),
        ("without its metadata", not isinstance(metadata, Mapping) or METADATA.items() <= metadata.items(), METADATA),
        ("without its tags", not isinstance(tags, list) or set(TAGS) <= {*tags}, TAGS),
    ):
        service.report.hold(
            "drs-effects",
            right,
            f"a file imported by DRS is {what}",
            expected=str(wanted),
            exchange=details.exchange,
        )
