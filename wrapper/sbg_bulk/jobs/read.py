"""Find the job that is meant, and read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from sbg_bulk import errors
from sbg_bulk.api import operations
from sbg_bulk.api.operations import Operation
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.request import request
from sbg_bulk.api.steps import Flow, Reply
from sbg_bulk.api.subjects import jobs_expire
from sbg_bulk.items import COPY, DELETE, MOVE
from sbg_bulk.models.job import Job
from sbg_bulk.text import one_of

READERS: Final[Mapping[str, Operation]] = {
    COPY: operations.GET_COPY_JOB,
    MOVE: operations.GET_MOVE_JOB,
    DELETE: operations.GET_DELETE_JOB,
}
"""The call that reads a job of each type."""


_JOB_PATH = re.compile(r"/async/files/(copy|move|delete)/([^/]+)/?")


def locate(endpoint: str, reference: Job | str, job_type: str | None) -> tuple[str, str | None]:
    """Return the id and, if it is known, the type of the job that a reference means.

    Args:
        endpoint: the base URL that addresses must belong to.
        reference: a job, its id, or its address.
        job_type: COPY, MOVE or DELETE in any case, if known.

    Raises:
        InputError: it is an address of another server or of something else, or the type is none that can be read.
    """
    if isinstance(reference, Job):
        # A job of a type that is new has an address that may be known all the same.
        reference, job_type = (
            (reference.id, reference.type or job_type)
            if reference.type in READERS or "/" not in (reference.href or "")
            else (reference.href or "", job_type)
        )
    if "/" in reference:
        try:
            base, address = urlsplit(endpoint), urlsplit(reference)
        except ValueError:
            raise errors.InputError(f"{reference!r} is not a valid URL.") from None
        if (address.scheme, address.netloc) != (base.scheme, base.netloc):
            raise errors.InputError(f"{reference!r} is not a URL of {base.scheme}://{base.netloc}.")
        match = _JOB_PATH.fullmatch(address.path.removeprefix(base.path))
        if not match or not address.path.startswith(base.path):
            raise errors.InputError(f"{reference!r} is not the URL of a job.")
        return match[2], match[1].upper()
    if reference.strip() in ("", ".", "..") or not reference.isprintable():
        raise errors.InputError(f"{reference!r} is not the id of a job.")
    wanted = job_type.upper() if job_type else None
    if wanted is not None and wanted not in READERS:
        raise errors.InputError(f"job_type: expected {one_of(READERS)}, not {job_type!r}.")
    return reference.strip(), wanted


def get(policy: RequestPolicy, job_id: str, job_type: str | None) -> Flow[Job]:
    """Read a job. Without its type up to three requests are needed: one for each type, until one knows it.

    Raises:
        NotFound: there is no such job, it is another user's, or it ended more than a month ago.
        ApiError, ConnectionFailed, UnreadableAnswer: see `request`.
    """
    if job_type is not None:
        return (yield from request(policy, READERS[job_type], read_job, job_id=job_id))
    missing: errors.NotFound | None = None
    for operation in READERS.values():
        try:
            return (yield from request(policy, operation, read_job, job_id=job_id))
        except errors.NotFound as error:
            missing = error
    assert missing is not None
    raise errors.NotFound(
        ", ".join(operation.name for operation in READERS.values()),
        missing.status,
        code=missing.code,
        request_id=missing.request_id,
        subject=f"job {job_id}",
        advice=jobs_expire(),
    ) from missing


def read_job(reply: Reply) -> Job:
    """Return the job that an answer describes.

    Raises:
        UnreadableAnswer: there is none in it.
    """
    job = Job.from_answer(reply.answer())
    if job is None:
        raise reply.unreadable("it contains no job with an id")
    return job
