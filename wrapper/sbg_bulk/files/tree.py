"""Walk through a folder and all below it."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define

from sbg_bulk.api.pages import ALL_FIELDS
from sbg_bulk.api.policy import Counter, RequestPolicy
from sbg_bulk.api.steps import Flow, produce
from sbg_bulk.files.paths import Location
from sbg_bulk.files.resolver import PathResolver
from sbg_bulk.models.resources import File


@define
class Branch:
    """An entry of a tree.

    Attributes:
        place: its path.
        depth: how deep it is, from 1.
        file: the file or folder.
        last: whether it is the last in its folder.
    """

    place: Location
    depth: int
    file: File
    last: bool


def tree(
    policy: RequestPolicy, place: Location, depth: int | None, on_request: Callable[[int], object] | None = None
) -> Flow[None]:
    """Produce what is in a folder and below it, each folder before what is in it, in the order of the names.

    Takes a request for each hundred entries of each folder.

    Args:
        policy: how to send requests.
        place: a project or folder.
        depth: how many levels to go down; None for all.
        on_request: called with the number of requests so far.

    Raises:
        InputError: there is no such place, or it is a file.
        ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
    """
    yield from walk(policy, place, depth, produce, on_request)


def walk(
    policy: RequestPolicy,
    place: Location,
    depth: int | None,
    visit: Callable[[Branch], Flow[None]],
    on_request: Callable[[int], object] | None,
) -> Flow[None]:
    """Go through a folder and below it as `tree` does, and have each entry visited instead of produced."""
    resolver = PathResolver(Counter(on_request).counting(policy))
    yield from resolver.look_up([place])
    yield from resolver.check(place)
    resolver.folder(place)
    left: list[tuple[Location, Branch | None]] = [(place, None)]
    while left:
        here, branch = left.pop()
        if branch is not None:
            yield from visit(branch)
            if not branch.file.is_folder or branch.depth == depth:
                continue
            resolver.found[here] = branch.file
        level = 1 if branch is None else branch.depth + 1
        entries = sorted((yield from resolver.contents(here, ALL_FIELDS)), key=lambda entry: (entry.name, entry.id))
        below = [
            (here.below(entry.name), Branch(here.below(entry.name), level, entry, number == len(entries)))
            for number, entry in enumerate(entries, 1)
        ]
        left += reversed(below)
