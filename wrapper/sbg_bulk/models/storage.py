"""Volumes, their objects, and what brings files in from them and out to them.

All are read straight from the JSON, and not by generated models: a volume has a hundred thousand objects, and a list of
imports as many entries, and those models take many times as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final, Self

from attrs import field, frozen

from sbg_bulk.html import Kind, api_code, date
from sbg_bulk.models import parse
from sbg_bulk.models.base import FromServer
from sbg_bulk.models.job import ENDS, ItemError, ItemResult
from sbg_bulk.models.resources import File

COMPLETED: Final = "COMPLETED"
FAILED: Final = "FAILED"
"""How an import or an export ends."""

_CLOUDS: Final = {"s3": "AWS", "gcs": "Google Cloud", "gcp": "Google Cloud", "azure": "Azure", "oss": "Alibaba Cloud"}
"""The clouds by the kinds of storage. Volumes say `gcs` where their objects say `gcp`."""

_SIZES: Final = frozenset({"size", "contentlength"})
_DATES: Final = frozenset({"lastmodified", "modifiedon", "updated"})
"""What storages call the size and the date of an object, without case and signs. The API does not document either."""


@frozen
class VolumeService:
    """The bucket behind a volume.

    Attributes:
        type: the kind of storage, such as `S3` or `GCS`.
        bucket: the bucket's name.
        prefix: what stands in the bucket before each location of the volume; possibly empty.
    """

    type: str | None = None
    bucket: str | None = None
    prefix: str | None = None


_NO_SERVICE: Final = VolumeService()


@frozen
class Volume(FromServer):
    """A bucket that is attached to the platform.

    Attributes:
        id: its id, `owner/name`.
        name: its short name; empty if the server did not say.
        access_mode: `RO` if it may only be read, `RW` if it may be written to; None if the server did not say.
        service: the bucket behind it; all None in it if the server did not say.
        active: whether it is activated; None if the server did not say.
        description: what it is for; None in lists.
        created_on: when it was attached; None in lists.
        modified_on: when it was last changed; None in lists.
    """

    _in_table: ClassVar = Kind(
        ("Volume", "Access", "Cloud", "Bucket", "Active", "Description"),
        lambda volume: (
            *(volume.id, volume.access_mode, volume.cloud, volume.service.bucket),
            *({True: "yes", False: "no"}.get(volume.active), volume.description),
        ),
    )

    id: str
    name: str = ""
    access_mode: str | None = None
    service: VolumeService = _NO_SERVICE
    active: bool | None = None
    description: str | None = None
    created_on: datetime | None = None
    modified_on: datetime | None = None

    @property
    def cloud(self) -> str | None:
        """Return the cloud that its bucket is on, such as `AWS`; a kind of storage that is new as it is."""
        return None if self.service.type is None else _CLOUDS.get(self.service.type.lower(), self.service.type)

    @property
    def read_only(self) -> bool | None:
        """Return whether nothing may be written to it; None if the server did not say, or in a word that is new."""
        return {"RO": True, "RW": False}.get((self.access_mode or "").upper())

    @classmethod
    def from_answer(cls, answer: object) -> Volume | None:
        """Return the volume that an answer describes; None if there is none in it, or one without an id."""
        identity = parse.text(answer.get("id")) if isinstance(answer, Mapping) else None
        if not isinstance(answer, Mapping) or not identity:
            return None
        service = parse.part(answer, "service")
        return cls(
            id=identity,
            name=parse.text(answer.get("name")) or "",
            access_mode=parse.text(answer.get("access_mode")),
            service=VolumeService(*(parse.text(service.get(key)) for key in ("type", "bucket", "prefix"))),
            active=parse.flag(answer.get("active")),
            description=parse.text(answer.get("description")),
            created_on=parse.date(answer.get("created_on")),
            modified_on=parse.date(answer.get("modified_on")),
            raw=answer,
        )


@frozen
class VolumeObject(FromServer):
    """An object on a volume, or a prefix that several have in common, as a folder would hold them.

    Attributes:
        location: its key, without the prefix of the volume; of a folder what the keys in it begin with, up to a slash.
        volume: the id of the volume; None if the server did not say.
        is_folder: whether it is a prefix.
        href: the address that tells more; None if the server did not say.
    """

    _in_table: ClassVar = Kind(
        ("Location", "Type", "Bytes", "Modified", "Volume"),
        lambda entry: (
            *(entry.location, "folder" if entry.is_folder else "object", entry.size),
            *(date(entry.modified_on), entry.volume),
        ),
    )

    location: str
    volume: str | None = None
    is_folder: bool = False
    href: str | None = None

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Return what the storage says of it; empty in lists that were not asked for it. The keys are the storage's."""
        return parse.part(self.raw, "metadata")

    @property
    def size(self) -> int | None:
        """Return its size in bytes; None for a folder, and where the storage does not say."""
        return parse.count(self._told(_SIZES))

    @property
    def modified_on(self) -> datetime | None:
        """Return when it was last written; None for a folder, and where the storage does not say."""
        return parse.date(self._told(_DATES))

    def _told(self, names: frozenset[str]) -> object:
        for place in (self.metadata, self.raw if isinstance(self.raw, Mapping) else {}):
            for key, value in place.items():
                if "".join(filter(str.isalnum, str(key))).lower() in names and not self.is_folder:
                    return value
        return None

    @classmethod
    def from_answer(cls, answer: object) -> VolumeObject | None:
        """Return the object or the folder that a part of an answer describes; None if it says no location."""
        if not isinstance(answer, Mapping):
            return None
        key = parse.text(answer.get("location"))
        prefix = None if key else parse.text(answer.get("prefix"))
        if not key and not prefix:
            return None
        return cls(
            location=key or prefix or "",
            volume=parse.text(answer.get("volume")),
            is_folder=not key,
            href=parse.text(answer.get("href")),
            raw=answer,
        )


@frozen
class TransferPlace:
    """The source or the destination of an import or an export, as it was sent. What it does not name is None.

    Attributes:
        volume: the id of a volume, `owner/name`.
        location: the key of an object on it.
        project: the id of a project, `owner/project`.
        parent: the id of a folder.
        name: the name that was asked for.
        file: the id of a file.
    """

    volume: str | None = None
    location: str | None = None
    project: str | None = None
    parent: str | None = None
    name: str | None = None
    file: str | None = None

    @classmethod
    def of(cls, answer: Mapping[str, Any], key: str) -> TransferPlace:
        """Return the place that an answer has under a key; all None if it has none."""
        told = parse.part(answer, key)
        return cls(
            *(parse.text(told.get(name)) for name in ("volume", "location", "project", "parent", "name", "file"))
        )

    def __str__(self) -> str:
        if self.volume is not None:
            return f"{self.volume}:{self.location or ''}"
        return self.file or "/".join(filter(None, (self.project or self.parent, self.name)))


_NOWHERE: Final = TransferPlace()


@frozen
class VolumeJob(FromServer):
    """An import from a volume or an export to one, each of one file or folder: what both have in common."""

    _in_table: ClassVar = Kind(
        ("Id", "State", "Source", "Destination", "API code", "Message", "Started", "Finished"),
        lambda job: (
            *(job.id, job.state, str(job.source), str(job.destination)),
            *((None, None) if job.error is None else (api_code(job.error.code), job.error.message)),
            *(date(job.started_on), date(job.finished_on)),
        ),
        lambda job: job.finished and not job.succeeded,
    )

    id: str
    state: str = ""
    href: str | None = None
    source: TransferPlace = _NOWHERE
    destination: TransferPlace = _NOWHERE
    overwrite: bool | None = None
    started_on: datetime | None = None
    finished_on: datetime | None = None
    result: File | None = None
    error: ItemError | None = None

    @property
    def finished(self) -> bool:
        """Return whether it has ended, well or not. In a state that is not known it is running."""
        return self.state in ENDS

    @property
    def succeeded(self) -> bool:
        """Return whether it is COMPLETED, and without an error."""
        return self.state == COMPLETED and self.error is None

    @property
    def detailed(self) -> bool:
        """Return whether it says what goes where. Lists may leave that out."""
        return self.source != _NOWHERE and self.destination != _NOWHERE

    @property
    def total_files(self) -> None:
        """Return None, as it is for one thing and counts nothing."""

    completed_files = failed_files = total_files

    @classmethod
    def from_answer(cls, answer: object) -> Self | None:
        """Return the import or export that an answer describes; None if there is none in it, or one without an id."""
        identity = parse.text(answer.get("id")) if isinstance(answer, Mapping) else None
        if not isinstance(answer, Mapping) or not identity:
            return None
        error = answer.get("error")
        return cls(
            id=identity,
            state=parse.text(answer.get("state")) or "",
            href=parse.text(answer.get("href")),
            source=TransferPlace.of(answer, "source"),
            destination=TransferPlace.of(answer, "destination"),
            overwrite=parse.flag(answer.get("overwrite")),
            started_on=parse.date(answer.get("started_on")),
            finished_on=parse.date(answer.get("finished_on")),
            result=File.from_answer(answer.get("result")),
            error=None if error is None else ItemError.from_answer(error),
            raw=answer,
        )


@frozen
class ImportJob(VolumeJob):
    """An import of an object or a folder from a volume.

    Attributes:
        id: its id.
        state: PENDING, RUNNING, COMPLETED or FAILED, or a state that is new; empty if the server did not say.
        href: its address; None if the server did not say.
        source: the volume and the location.
        destination: the project or the folder, and the name.
        overwrite: whether it takes the place of what has its name.
        started_on: when it was started.
        finished_on: when it ended.
        result: the file or folder that was made; None before, and in lists that were not asked for it.
        error: why it failed; None if it did not.

    Lists may have only `id`, `href` and `state`.
    """

    @property
    def autorename(self) -> bool | None:
        """Return whether it may get another name; None if the server did not say."""
        return parse.flag(self.raw.get("autorename")) if isinstance(self.raw, Mapping) else None

    @property
    def preserve_folder_structure(self) -> bool | None:
        """Return whether a folder keeps its structure; None if the server did not say."""
        return parse.flag(self.raw.get("preserve_folder_structure")) if isinstance(self.raw, Mapping) else None


@frozen
class ExportJob(VolumeJob):
    """An export of a file to a volume.

    Attributes:
        id: its id.
        state: PENDING, RUNNING, COMPLETED or FAILED, or a state that is new; empty if the server did not say.
        href: its address; None if the server did not say.
        source: the file.
        destination: the volume and the location.
        overwrite: whether it takes the place of an object of that location.
        started_on: when it was started.
        finished_on: when it ended.
        result: the file that was exported; None before, and in lists that were not asked for it.
        error: why it failed; None if it did not.

    Lists may have only `id`, `href` and `state`.
    """

    @property
    def properties(self) -> Mapping[str, Any]:
        """Return how the object is written, such as its `sse_algorithm`; empty if the server did not say."""
        return parse.part(self.raw, "properties")


@frozen
class DrsImport(FromServer):
    """An import of up to a hundred files by their DRS URIs.

    Attributes:
        id: its id, a string of digits.
        state: as of a job on files; FINISHED is its end. Empty if the server did not say.
        href: its address; None if the server did not say.
        result: one entry for each file imported or failed; empty until there are any.
        started_on: when it was started.
        finished_on: when it ended.
    """

    _in_table: ClassVar = Kind(
        ("Id", "State", "Results", "Failed", "Started", "Finished"),
        lambda job: (
            *(job.id, job.state, len(job.result), len(job.failures)),
            *(date(job.started_on), date(job.finished_on)),
        ),
        lambda job: job.finished and bool(job.failures),
    )

    id: str
    state: str = ""
    href: str | None = None
    result: tuple[ItemResult, ...] = field(default=(), repr=False)
    started_on: datetime | None = None
    finished_on: datetime | None = None

    @property
    def finished(self) -> bool:
        """Return whether it has ended, well or not. In a state that is not known it is running."""
        return self.state in ENDS

    @property
    def total_files(self) -> int | None:
        """Return how many files its result tells of; None until it has ended."""
        return len(self.result) if self.finished else None

    @property
    def completed_files(self) -> int | None:
        """Return how many files its result says are imported; None until it has ended."""
        return sum(entry.ok for entry in self.result) if self.finished else None

    @property
    def failed_files(self) -> int | None:
        """Return how many errors its result has; None until it has ended."""
        return len(self.failures) if self.finished else None

    @property
    def failures(self) -> tuple[ItemResult, ...]:
        """Return the entries of the result that are errors."""
        return tuple(entry for entry in self.result if entry.error is not None)

    @classmethod
    def from_answer(cls, answer: object) -> DrsImport | None:
        """Return the import that an answer describes; None if there is none in it, or one without an id."""
        identity = parse.text(answer.get("id")) if isinstance(answer, Mapping) else None
        if not isinstance(answer, Mapping) or not identity:
            return None
        result = answer.get("result")
        return cls(
            id=identity,
            state=parse.text(answer.get("state")) or "",
            href=parse.text(answer.get("href")),
            result=tuple(map(ItemResult.from_answer, result)) if isinstance(result, list) else (),
            started_on=parse.date(answer.get("started_on")),
            finished_on=parse.date(answer.get("finished_on")),
            raw=answer,
        )
