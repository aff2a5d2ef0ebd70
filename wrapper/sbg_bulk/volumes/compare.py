"""Compare a project or a folder with a place on a volume, by names and sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import define, frozen

from sbg_bulk.api import storage
from sbg_bulk.api.policy import Counter, RequestPolicy
from sbg_bulk.api.steps import Flow
from sbg_bulk.api.storage import ObjectPager
from sbg_bulk.errors import InputError
from sbg_bulk.files.compare import Comparing, Folder, compare_all
from sbg_bulk.files.comparison import Comparison, Mismatch
from sbg_bulk.files.filters import Filters
from sbg_bulk.files.paths import Location
from sbg_bulk.files.resolver import PathResolver
from sbg_bulk.models.resources import File
from sbg_bulk.text import either
from sbg_bulk.volumes.places import VolumePlace


@frozen(kw_only=True)
class VolumeComparison(Comparison):
    """The outcome of comparing a project or folder with a place on a volume, either of which is the source.

    The attributes are those of `Comparison`. The ids of what is on the volume are its places; folders that are on one
    side only are not told, as volumes have none: the files in them are.
    """

    source: Location | VolumePlace  # type: ignore[assignment] # wider than that of its base
    place: Location | VolumePlace  # type: ignore[assignment]

    @property
    def volume(self) -> VolumePlace:
        """Return the place on the volume."""
        place = self.place if isinstance(self.place, VolumePlace) else self.source
        assert isinstance(place, VolumePlace)
        return place


@define
class _WithVolume(Comparing):
    """A comparison one side of which is on a volume."""

    def _entries(self, start: Location, path: tuple[str, ...], folder: File | None) -> Flow[list[File]]:
        if isinstance(start, VolumePlace):
            return (yield from self._objects(start, path))
        return (yield from self._listed(start, path, folder))

    def _objects(self, start: VolumePlace, path: tuple[str, ...]) -> Flow[list[File]]:
        """List what is in a folder on the volume, as files."""
        prefix = "".join((start.prefix, *(f"{name}/" for name in path)))
        pager = ObjectPager(self.resolver.policy, start.volume, prefix, details=True)
        found: list[File] = []
        while (page := (yield from pager.next())) is not None:
            for entry in page:
                name = entry.location.removeprefix(prefix).removesuffix("/")
                # A key with a slash at its end marks a folder, and is none.
                if not name or (not entry.is_folder and entry.location.endswith("/")):
                    continue
                kind, key = "folder" if entry.is_folder else "file", f"{start.volume}:{entry.location}"
                found.append(File(key, name, kind, size=entry.size, modified_on=entry.modified_on))
        return found

    def _sized(self, files: Sequence[File]) -> Flow[list[File]]:
        here = [one for one in files if ":" not in one.id]
        known = {one.id: one for one in (yield from self.resolver.with_sizes(here))}
        return [known.get(one.id, one) for one in files]

    def _tell(self, path: tuple[str, ...], kind: Mismatch, source: File | None, there: File | None) -> None:
        file = source or there
        if kind in (Mismatch.MISSING, Mismatch.EXTRA) and file is not None and file.is_folder:
            return  # it is empty, and a volume has no folders
        super()._tell(path, kind, source, there)


def compare_with_volume(
    policy: RequestPolicy,
    source: Location | VolumePlace,
    place: Location | VolumePlace,
    filters: Filters,
    *,
    one_way: bool = False,
    on_request: Callable[[int], object] | None = None,
) -> Flow[VolumeComparison]:
    """Compare what is in two places, one of them on a volume, and all below. Nothing is changed.

    Folders that are on both sides are listed on either, a request for each hundred entries; those on one side only too.

    Args:
        policy: how to send requests.
        source: the place that the other is held against.
        place: the other.
        filters: which files count; see `sbg_bulk.files.compare.compare`.
        one_way: whether what is at the place only does not count.
        on_request: called with the number of requests so far.

    Raises:
        InputError: the project or folder is not there, or is a file; both are on volumes; or the filters cannot be
            used.
        NotFound: there is no such volume.
        ApiError, ConnectionFailed, UnreadableAnswer: see `sbg_bulk.api.request.request`.
    """
    by_file = filters.by_contents or filters.newer_than is not None
    if isinstance(source, VolumePlace) and by_file:
        named = either("--tag, --metadata and --newer-than", "tags, metadata and newer_than")
        raise InputError(f"{source} is on a volume: {named} need a source on the platform.")
    counter = Counter(on_request)
    resolver = PathResolver(counter.counting(policy))
    sides = tuple(one.folder if isinstance(one, VolumePlace) else one for one in (source, place))
    for one in sides:
        if isinstance(one, VolumePlace):
            yield from storage.volume(resolver.policy, one.volume)
            continue
        yield from resolver.look_up([one])
        yield from resolver.check(one)
        resolver.folder(one)
    state = _WithVolume(resolver, sides[0], sides[1], filters, True, one_way or by_file)  # type: ignore[arg-type]
    yield from compare_all(state, Folder((), None, None), True)
    return VolumeComparison(
        source=source,
        place=place,
        mismatches=state.found(),
        same=state.same,
        folders=state.folders,
        undated=state.undated,
        requests=counter.requests,
        hint=state.seen.hint(filters),
    )


def same_as_on_volume(resolver: PathResolver, source: VolumePlace, folder: str) -> Flow[tuple[int, int] | None]:
    """Return how many files of a folder of a volume are in a folder on the platform; None unless all are.

    Args:
        resolver: knows what is where.
        source: the folder of the volume.
        folder: the id of the other.

    Returns:
        How many there are, and of how many of them no size is known.
    """
    state = _WithVolume(resolver, source, Location(folder=folder), Filters(), True, True)  # type: ignore[arg-type]
    yield from compare_all(state, Folder((), None, None), True)
    unsized = [one for one in state.mismatches if one.mismatch is Mismatch.UNKNOWN]
    return None if len(unsized) < len(state.mismatches) else (state.same + len(unsized), len(unsized))
