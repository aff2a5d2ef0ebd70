"""Volumes: buckets of users on another cloud's storage, attached to the platform.

Objects have no bytes here, only keys and sizes. A bucket as large as real ones is a series: its keys are computed when
they are asked for. What exports write is kept beside it.
"""

from __future__ import annotations

import sys
import zlib
from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from itertools import groupby, islice, takewhile
from types import MappingProxyType

from attrs import define, field, frozen

from sbg_bulk.simulator.world.clock import Clock

CLOUDS: Mapping[str, str] = MappingProxyType({"s3": "aws", "gcs": "google"})
"""The cloud that each type of service belongs to."""

HOME = "aws:us-east-1"
"""The cloud and the region that projects are in, unless they are made elsewhere."""


@frozen
class Series:
    """The keys of so many objects, in their order: samples in folders by run, with the same files each."""

    folder: str
    objects: int
    suffixes: tuple[str, ...] = (".bam", ".bam.bai", "_R1.fastq.gz", "_R2.fastq.gz")
    samples_of_a_run: int = 1000

    def __len__(self) -> int:
        return self.objects

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < self.objects:
            raise IndexError(index)
        sample, suffix = divmod(index, len(self.suffixes))
        name = f"S{sample:06}"
        return f"{self.folder}/run-{sample // self.samples_of_a_run:03}/{name}/{name}{self.suffixes[suffix]}"


@define(eq=False)
class Bucket:
    """The objects of a volume, by their keys in the order of the alphabet."""

    series: Series = Series("", 0)
    _written: dict[str, int] = field(factory=dict, init=False)
    _order: list[str] = field(factory=list, init=False)

    def size(self, key: str) -> int | None:
        """Return the size in bytes of the object of that key; None if there is none."""
        if key in self._written:
            return self._written[key]
        index = bisect_left(self.series, key)
        there = index < len(self.series) and self.series[index] == key
        return 1024 + zlib.crc32(key.encode()) * 16 if there else None

    def put(self, key: str, size: int) -> None:
        """Write an object of so many bytes, in place of one of its key."""
        if key not in self._written:
            insort(self._order, key)
        self._written[key] = size

    def under(self, prefix: str) -> Iterator[str]:
        """Yield the keys that begin so."""
        found = merge(*(self._from(keys, prefix) for keys in (self.series, self._order)))
        for key, _ in groupby(takewhile(lambda key: key.startswith(prefix), found)):
            yield key

    def entries(self, prefix: str, after: str | None = None) -> Iterator[str]:
        """Yield what a list shows: keys that begin so and, for those with a further slash, only up to that.

        `after` is the entry to go on from.
        """
        key = self._first_from(prefix if after is None else _behind(after, prefix))
        while key is not None and key.startswith(prefix):
            slash = key.find("/", len(prefix))
            entry = key if slash < 0 else key[: slash + 1]
            yield entry
            key = self._first_from(_behind(entry, prefix))

    def _from(self, keys: Series | list[str], key: str, most: int = sys.maxsize) -> Iterator[str]:
        return (keys[index] for index in islice(range(bisect_left(keys, key), len(keys)), most))

    def _first_from(self, key: str) -> str | None:
        """Return the first key that is not before this one."""
        return min((first for keys in (self.series, self._order) for first in self._from(keys, key, 1)), default=None)


def _behind(entry: str, prefix: str) -> str:
    """Return what every key behind an entry, and behind all that it stands for, is not before."""
    stands_for_more = entry.endswith("/") and entry != prefix
    return entry[:-1] + chr(ord("/") + 1) if stands_for_more else f"{entry}\0"


@define(eq=False)
class Volume:
    """A volume, `owner/name`. `members` are the users who may see it besides its owner.

    `access_mode` is RO or RW, `service` s3 or gcs, `region` the cloud's. One that is not `active` cannot be reached.
    Times are Unix seconds.
    """

    id: str
    access_mode: str
    service: str
    region: str
    bucket: str
    description: str
    created_on: float
    modified_on: float
    members: frozenset[str]
    active: bool = True
    objects: Bucket = field(factory=Bucket, repr=False)

    @property
    def location(self) -> str:
        """Return its cloud and region, such as `aws:us-east-1`."""
        return f"{CLOUDS[self.service]}:{self.region}"


class Volumes(dict[str, Volume]):
    """All volumes, by their ids."""

    def __init__(self, clock: Clock, users: Mapping[str, object]) -> None:
        super().__init__()
        self._clock = clock
        self._users = users

    def add(
        self,
        volume_id: str,
        *,
        access_mode: str = "RW",
        service: str = "s3",
        region: str = "us-east-1",
        description: str = "",
        members: Sequence[str] = (),
        objects: Mapping[str, int] | Series | None = None,
        created_on: float | None = None,
    ) -> Volume:
        """Add a volume, `owner/name`, of an existing user.

        `objects` are sizes in bytes by key, or a series. Raises ValueError if the id is malformed or taken, the owner
        does not exist, or a word is none of those known.
        """
        owner, slash, name = volume_id.partition("/")
        if not (owner and slash and name) or "/" in name:
            raise ValueError(f"expected a volume id, owner/name, not {volume_id!r}")
        if owner not in self._users:
            raise ValueError(f"{volume_id}: there is no user {owner}")
        if volume_id in self:
            raise ValueError(f"volume {volume_id} already exists")
        if access_mode not in ("RO", "RW") or service not in CLOUDS:
            raise ValueError(f"expected RO or RW, on {' or '.join(CLOUDS)}, not {access_mode} on {service}")
        then = self._clock.now() if created_on is None else created_on
        allowed = frozenset((owner, *members))
        volume = Volume(volume_id, access_mode, service, region, f"{owner}-{name}", description, then, then, allowed)
        if isinstance(objects, Series):
            volume.objects = Bucket(objects)
        for key, size in objects.items() if isinstance(objects, Mapping) else ():
            volume.objects.put(key, size)
        self[volume_id] = volume
        return volume
