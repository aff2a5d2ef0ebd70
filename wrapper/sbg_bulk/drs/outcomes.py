"""Which object became which file: by names and places, as nothing else in a result tells.

The order of a result is not documented, and a bundle may have become several files. Where nothing has failed, and
there are as many files as objects or more, all were imported. Where something has failed, a file proves an object that
has its name and place, if no other has; if as many errors are left as objects, those have failed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sbg_bulk.api import pages
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow
from sbg_bulk.drs.items import RESOLUTIONS, DrsItem
from sbg_bulk.files.details import FileDetails
from sbg_bulk.files.numbered import asked_names
from sbg_bulk.models.resources import File
from sbg_bulk.models.storage import DrsImport
from sbg_bulk.runs.records import Outcome, RowOutcome
from sbg_bulk.runs.refusals import refused

_UNCLEAR = "the job does not report which of its objects were imported"


def outcomes(
    details: FileDetails, items: Sequence[DrsItem], job: DrsImport, *, new_ids: bool
) -> Flow[list[RowOutcome]]:
    """Return the outcome of each item of a job that has finished, in the items' order."""
    made = [entry.id for entry in job.result if entry.ok and entry.id is not None]
    failures = [entry.error for entry in job.result if entry.error is not None]
    complete = not failures and len(made) >= len(items)
    if complete and not new_ids:
        return [RowOutcome(Outcome.DONE) for _ in items]
    proved = yield from matched(details, items, made)
    found: list[RowOutcome | None] = [None if one is None else RowOutcome(Outcome.DONE, one.id) for one in proved]
    if not failures and items[0].conflict_resolution == RESOLUTIONS[0]:
        found = yield from _skipped(details.policy, items, found)
    left = found.count(None)
    if complete:
        rest = RowOutcome(Outcome.DONE)
    elif left and left == len(failures):
        rest = refused(failures)
    else:
        rest = RowOutcome(Outcome.UNATTRIBUTED, message=_UNCLEAR)
    return [rest if one is None else one for one in found]


def _skipped(
    policy: RequestPolicy, items: Sequence[DrsItem], found: list[RowOutcome | None]
) -> Flow[list[RowOutcome | None]]:
    """Return the outcomes with those of objects that were skipped, as a file of their name is where they go.

    Whether a result tells of them is not documented.
    """
    wanted: defaultdict[tuple[str | None, str | None], list[str]] = defaultdict(list)
    for item, told in zip(items, found, strict=True):
        if told is None and item.name is not None:
            wanted[item.project, item.parent].append(item.name)
    there: set[tuple[str | None, str | None, str]] = set()
    for (project, parent), names in wanted.items():
        files = yield from pages.everything(policy, pages.files(project, parent, names))
        there.update((project, parent, file.name) for file in files)
    return [
        RowOutcome(Outcome.DONE)
        if told is None and item.name is not None and (item.project, item.parent, item.name) in there
        else told
        for item, told in zip(items, found, strict=True)
    ]


def matched(details: FileDetails, items: Sequence[DrsItem], made: Sequence[str]) -> Flow[list[File | None]]:
    """Return for each item the file that has its name and its place, among these; None if that is not one alone."""
    yield from details.load(made)
    files = [file for one in made if (file := details.known.get(one)) is not None]
    roots: dict[str, str | None] = {}
    for project in {item.project for item in items if item.project is not None and item.name is not None}:
        roots[project] = yield from details.root(project)
    by_item: list[list[File]] = []
    claims: defaultdict[str, int] = defaultdict(int)
    for item in items:
        place = item.parent if item.project is None else roots.get(item.project)
        fitting = [file for file in files if item.name and file.parent == place and has_name(file.name, item)]
        by_item.append(fitting)
        for file in fitting:
            claims[file.id] += 1
    return [fitting[0] if len(fitting) == 1 and claims[fitting[0].id] == 1 else None for fitting in by_item]


def has_name(name: str, item: DrsItem) -> bool:
    """Return whether a file has the name of an item, or one that it got because that was taken."""
    if item.name is None:
        return False
    return item.name in asked_names(name)
