"""Compare the id in a row of a manifest with the path that stands beside it: both must name the same thing.

Where something is, is read upwards from its id, a hundred for a request, what is in one folder together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from unicodedata import normalize

from attrs import frozen

from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.files.paths import Location, path_of
from sbg_bulk.files.resolver import PathResolver
from sbg_bulk.models.resources import File
from sbg_bulk.runs.draft import Draft, raise_problems
from sbg_bulk.runs.draft_rows import Going
from sbg_bulk.runs.problems import ManifestError, Problem

BATCH: Final = 1_000
"""Rows that are held in memory together."""


@frozen
class _Climb:
    """A row on the way up from what its id means.

    Attributes:
        row: the row.
        place: what is left of its path: the folder with this id should be there.
        here: the id.
        below: the names from there down to what the row's id means.
    """

    row: Going
    place: Location
    here: str
    below: tuple[str, ...] = ()


def check_paths(policy: RequestPolicy, draft: Draft) -> Flow[None]:
    """Raise ManifestError if rows of a draft have a path that is not that of their id."""
    resolver = PathResolver(policy)
    batches = draft.named_twice(BATCH)
    problems: list[Problem] = []
    while (rows := (yield from record(lambda: next(batches, None)))) is not None:
        problems += yield from misplaced(resolver, rows, (yield from resolver.read(row.file for row in rows)))
    raise_problems(problems[: ManifestError.SHOWN], len(problems))


def misplaced(resolver: PathResolver, rows: Iterable[Going], files: Mapping[str, File | None]) -> Flow[list[Problem]]:
    """Return the problems of rows whose path is not that of their id, as far as the service tells.

    Args:
        resolver: reads the folders.
        rows: some rows.
        files: what they mean, by their ids.
    """
    problems: list[Problem] = []
    climbs = [_Climb(row, path_of(row.also), row.file) for row in rows if row.also is not None]
    there = files
    while climbs:
        further: list[_Climb] = []
        for climb in climbs:
            if (one := there[climb.here]) is None:
                continue
            project = one.project or climb.place.project
            # What has no folder above it is a project's root, which is not called by its name.
            below = climb.below if one.parent is None else (one.name, *climb.below)
            if _folded(one.name) != _folded(climb.place.name) or project != climb.place.project:
                problems.append(_problem(climb.row, f"{project}/.../{'/'.join(below)}"))
            elif one.parent is not None and len(climb.place.names) > 1:
                further.append(_Climb(climb.row, climb.place.parent, one.parent, below))
            elif one.parent is not None and project is not None:
                root = yield from resolver.root_id(project)
                if root is not None and one.parent != root:
                    problems.append(_problem(climb.row, f"{project}/.../{'/'.join(below)}"))
        climbs = further
        there = yield from resolver.read(dict.fromkeys(climb.here for climb in climbs))
    return problems


def _problem(row: Going, where: str) -> Problem:
    return Problem(
        row.number,
        row.beside,
        f"it names a different file ({row.also!r}) than the id {row.file}, which is {where}: correct one of the two, "
        f"or remove its column",
    )


def _folded(name: str) -> str:
    """Return a name as it is compared: systems compose letters or do not, and tables drop spaces around a path."""
    return normalize("NFC", name).strip()
