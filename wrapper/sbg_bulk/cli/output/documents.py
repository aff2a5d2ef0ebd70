"""Jobs, files and volumes as JSON documents, with the API's keys."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from attrs import asdict

from sbg_bulk.runs.columns import IN_FOLDER, IN_PROJECT

if TYPE_CHECKING:
    from sbg_bulk.models.job import ItemResult, Job
    from sbg_bulk.models.resources import File
    from sbg_bulk.models.storage import TransferPlace, Volume, VolumeJob


def job_document(job: Job) -> dict[str, Any]:
    """Return a job with the keys of the API; what the server did not say, or not readably, is null."""
    return {
        "href": job.href,
        "id": job.id,
        "type": job.type,
        "state": job.state,
        "result": None if job.result is None else [_result_document(entry) for entry in job.result],
        "total_files": job.total_files,
        "completed_files": job.completed_files,
        "failed_files": job.failed_files,
        "started_on": date(job.started_on),
        "finished_on": date(job.finished_on),
    }


def _result_document(entry: ItemResult) -> dict[str, Any]:
    if entry.error is None:
        return {"resource": {"href": entry.href, "id": entry.id}}
    error = entry.error
    return {
        "error": {
            "status": error.status,
            "code": error.code,
            "message": error.message,
            "more_info": error.more_info,
        }
    }


def file_document(file: File) -> dict[str, Any]:
    """Return a file or folder as lists show it. A list is a manifest: where a thing is must not look like where to."""
    return {
        "id": file.id,
        "name": file.name,
        "type": file.type,
        IN_PROJECT: file.project,
        IN_FOLDER: file.parent,
    }


def volume_document(volume: Volume) -> dict[str, Any]:
    """A volume with the keys of the API, and the cloud that its bucket is on."""
    service = volume.service
    return {
        "id": volume.id,
        "access_mode": volume.access_mode,
        "cloud": volume.cloud,
        "service": {"type": service.type, "bucket": service.bucket, "prefix": service.prefix},
        "active": volume.active,
    }


def volume_job_document(job: VolumeJob) -> dict[str, Any]:
    """Return an import or export with the keys of the API; what the server did not say is null."""
    error = job.error
    return {
        "href": job.href,
        "id": job.id,
        "state": job.state,
        "source": _place_document(job.source),
        "destination": _place_document(job.destination),
        "result": None if job.result is None else job.result.id,
        "error": None if error is None else {"code": error.code, "message": error.message},
        "started_on": date(job.started_on),
        "finished_on": date(job.finished_on),
    }


def _place_document(place: TransferPlace) -> dict[str, str]:
    return {key: value for key, value in asdict(place).items() if value is not None}


def date(moment: datetime | None) -> str | None:
    """Return a date as the API writes it."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
