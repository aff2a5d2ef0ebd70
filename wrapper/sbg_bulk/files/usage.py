"""How many files and bytes a folder and those below it hold."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define

from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, produce
from sbg_bulk.files.paths import Location
from sbg_bulk.files.tree import Branch, walk


@define
class Usage:
    """What a folder or project holds, with its subfolders.

    Attributes:
        place: its path.
        depth: how many levels it is below the place that was asked about; 0 for that itself.
        files: the number of files.
        folders: the number of folders, itself not counted.
        bytes: the bytes of the files whose size the platform gives.
        unknown: the number of files whose size it does not give.
    """

    place: Location
    depth: int = 0
    files: int = 0
    folders: int = 0
    bytes: int = 0
    unknown: int = 0

    def _add(self, below: Usage) -> None:
        self.files += below.files
        self.folders += below.folders + 1
        self.bytes += below.bytes
        self.unknown += below.unknown


def usage(
    policy: RequestPolicy, place: Location, depth: int, on_request: Callable[[int], object] | None = None
) -> Flow[None]:
    """Produce what each folder holds, each after those in it, and the place itself last.

    Takes a request for each hundred entries of each folder.

    Args:
        policy: how to send requests.
        place: a project or folder.
        depth: down to how many levels below the place folders are produced; all are counted.
        on_request: called with the number of requests so far.

    Raises:
        InputError: there is no such place, or it is a file.
        ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
    """
    # The folders from the place down to where the walk is.
    entered = [Usage(place)]

    def leave(level: int) -> Flow[None]:
        while len(entered) > level:
            folder = entered.pop()
            if entered:
                entered[-1]._add(folder)
            if folder.depth <= depth:
                yield from produce(folder)

    def visit(branch: Branch) -> Flow[None]:
        yield from leave(branch.depth)
        if branch.file.is_folder:
            entered.append(Usage(branch.place, branch.depth))
            return
        here = entered[-1]
        here.files += 1
        here.bytes += branch.file.size or 0
        here.unknown += branch.file.size is None

    yield from walk(policy, place, None, visit, on_request)
    yield from leave(0)
