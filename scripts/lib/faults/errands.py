"""What runs do whose processes are killed, one errand for each family; what another program of the same user does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from attrs import field, frozen

from sbg_bulk.items import COPY, DELETE, DRS_IMPORT, EXPORT_COPY, EXPORT_REPLACE, IMPORT, METADATA, MOVE, TAGS
from scripts.lib.faults.drs_stage import HOST
from scripts.lib.faults.stage import DESTINATION
from scripts.lib.faults.volume_stage import BUCKET

Request: TypeAlias = tuple[str, Mapping[str, Any]]


def name_of(place: int) -> str:
    """Return the name of the file that a row names, or that comes of it."""
    return f"sample_{place:05}.bam"


@frozen
class Errand:
    """What a run does.

    Attributes:
        job_type: the type of the run.
        head: the columns of its manifest.
        row: the row of a place, whose file has this id.
        another: what another program asks for with these files, and the address that it is sent to.
        settings: what is said for all rows.
        rows_per_kill: so many that a run lasts until all its kills are done.
    """

    job_type: str
    head: str
    row: Callable[[int, str], str]
    another: Callable[[Sequence[str]], Request]
    settings: Mapping[str, Any] = field(factory=dict)
    rows_per_kill: int = 40

    def manifest(self, files: Sequence[str]) -> str:
        """Return its manifest, a row for each of these files."""
        return "\n".join([self.head, *(self.row(place, file) for place, file in enumerate(files)), ""])


def _transfer(job_type: str) -> Errand:
    place = {} if job_type == DELETE else {"project": DESTINATION}
    return Errand(
        job_type,
        ",".join(("file", *place)),
        lambda _, file: ",".join((file, *place.values())),
        lambda files: (f"/async/files/{job_type.lower()}", {"items": [{"file": file, **place} for file in files]}),
    )


def _export(job_type: str) -> Errand:
    copy_only = str(job_type == EXPORT_COPY).lower()

    def another(files: Sequence[str]) -> Request:
        items = [
            {"source": {"file": file}, "destination": {"volume": BUCKET, "location": f"others/{file}"}}
            for file in files
        ]
        return f"/bulk/storage/exports/create?copy_only={copy_only}", {"items": items}

    return Errand(
        job_type, "file,volume,location", lambda place, file: f"{file},{BUCKET},out/{name_of(place)}", another
    )


def _another_import(files: Sequence[str]) -> Request:
    items = [
        {"source": {"volume": BUCKET, "location": f"others/{file}"}, "destination": {"project": DESTINATION}}
        for file in files
    ]
    return "/bulk/storage/imports/create", {"items": items}


def _another_drs_import(files: Sequence[str]) -> Request:
    return "/bulk/drs/imports/create", {
        "items": [{"drs_uri": f"{HOST}/others/{file}", "project": DESTINATION} for file in files]
    }


def _another_edit(files: Sequence[str]) -> Request:
    return "/bulk/files/edit", {"items": [{"id": file, "tags": ["theirs"]} for file in files]}


CHANGED: Final[Mapping[str, tuple[Mapping[str, str], Sequence[str]]]] = {
    METADATA: ({"kept": "k", "sample": "new"}, ["raw"]),
    TAGS: ({"kept": "k", "stale": "s"}, ["raw", "new"]),
}
"""The metadata and the tags of a file once it is changed, by the type of the run."""

ERRANDS: Final = (
    *map(_transfer, (COPY, MOVE, DELETE)),
    *map(_export, (EXPORT_COPY, EXPORT_REPLACE)),
    Errand(
        IMPORT,
        "volume,location,project,autorename",
        lambda place, _: f"{BUCKET},in/{name_of(place)},{DESTINATION},true",
        _another_import,
    ),
    Errand(
        DRS_IMPORT,
        "drs_uri,project,name",
        lambda place, _: f"{HOST}/{place},{DESTINATION},{name_of(place)}",
        _another_drs_import,
        {"conflict_resolution": "RENAME"},
    ),
    Errand(METADATA, "id,sample", lambda _, file: f"{file},new", _another_edit, {"clear": ["stale"]}, 100),
    Errand(TAGS, "id", lambda _, file: file, _another_edit, {"action": "add", "tags": ["new"]}, 100),
)


def errand(seed: int) -> Errand:
    """Return the errand of a seed: those of all families follow each other."""
    return ERRANDS[seed % len(ERRANDS)]


def started(state: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield all jobs of a service, of every kind."""
    for kind in ("jobs", "transfers", "drs_imports"):
        yield from state[kind]
