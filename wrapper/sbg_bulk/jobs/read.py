"""Jobs: find one, submit one."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import frozen

from sbg_async_api import models
from sbg_bulk import errors
from sbg_bulk.api import operations, pages
from sbg_bulk.api.operations import Operation
from sbg_bulk.api.request import Manner, Uncertain, request
from sbg_bulk.api.steps import Flow, Reply
from sbg_bulk.models import job as model
from sbg_bulk.models.job import Item, Job

READERS: Final[Mapping[str, Operation]] = {
    model.COPY: operations.GET_COPY_JOB,
    model.MOVE: operations.GET_MOVE_JOB,
    model.DELETE: operations.GET_DELETE_JOB,
}
"""The call that reads a job of each type."""

LOOK_BACK: Final = timedelta(minutes=10)
"""How far the clocks of a client and of the service may be apart without a candidate being overlooked."""

_JOB_PATH = re.compile(r"/async/files/(copy|move|delete)/([^/]+)/?")


@frozen
class Submission:
    """The call that submits items of one kind, and the generated models of its body."""

    operation: Operation
    job_type: str
    body: Callable[..., Any]
    item: Callable[..., Any]

    def arguments(self, items: Sequence[Item]) -> dict[str, Any]:
        """The arguments of the generated function. Keys without a value are left out."""
        return {"body": self.body(items=[self.item(**_present(item)) for item in items])}


SUBMISSIONS: Final[Mapping[type[Item], Submission]] = {
    model.CopyItem: Submission(operations.SUBMIT_COPY_JOB, model.COPY, models.CopyRequest, models.CopyItem),
    model.MoveItem: Submission(operations.SUBMIT_MOVE_JOB, model.MOVE, models.MoveRequest, models.MoveItem),
    model.DeleteItem: Submission(operations.SUBMIT_DELETE_JOB, model.DELETE, models.DeleteRequest, models.DeleteItem),
}


def _present(item: Item) -> dict[str, str]:
    keys = (attribute.name for attribute in type(item).__attrs_attrs__)
    return {key: value for key in keys if (value := getattr(item, key)) is not None}


def locate(endpoint: str, reference: Job | str, job_type: str | None) -> tuple[str, str | None]:
    """The id and, if it is known, the type of the job that a reference means.

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
            raise errors.InputError(f"{reference!r} is not an address.") from None
        if (address.scheme, address.netloc) != (base.scheme, base.netloc):
            raise errors.InputError(f"{reference!r} is not an address of {base.scheme}://{base.netloc}.")
        match = _JOB_PATH.fullmatch(address.path.removeprefix(base.path))
        if not match or not address.path.startswith(base.path):
            raise errors.InputError(f"{reference!r} is not the address of a job.")
        return match[2], match[1].upper()
    if reference.strip() in ("", ".", "..") or not reference.isprintable():
        raise errors.InputError(f"{reference!r} is not the id of a job.")
    wanted = job_type.upper() if job_type else None
    if wanted is not None and wanted not in READERS:
        raise errors.InputError(f"Jobs of type {job_type} cannot be read; the types are: {', '.join(READERS)}.")
    return reference.strip(), wanted


def get(manner: Manner, job_id: str, job_type: str | None) -> Flow[Job]:
    """Read a job. Without its type up to three requests are needed: one for each type, until one knows it.

    Raises:
        NotFound: there is no such job, it is another user's, or it ended more than a month ago.
        ApiError, ConnectionFailed, UnreadableAnswer: see `request`.
    """
    if job_type is not None:
        return (yield from _read(manner, READERS[job_type], job_id))
    missing: errors.NotFound | None = None
    for operation in READERS.values():
        try:
            return (yield from _read(manner, operation, job_id))
        except errors.NotFound as error:
            missing = error
    assert missing is not None
    raise errors.NotFound(
        ", ".join(operation.name for operation in READERS.values()),
        missing.status,
        code=missing.code,
        api_message=f"There is no job {job_id} of any type.",
        request_id=missing.request_id,
    ) from missing


def _read(manner: Manner, operation: Operation, job_id: str) -> Flow[Job]:
    reply = yield from request(manner, operation, _job, job_id=job_id)
    return _job(reply)


def _job(reply: Reply) -> Job:
    job = Job.from_answer(reply.answer())
    if job is None:
        raise reply.unreadable("there is no job with an id in it")
    return job


def submit(manner: Manner, items: Sequence[Item]) -> Flow[Job]:
    """Start a job that does the items, all of one kind. It is started once or not at all.

    Raises:
        OutcomeUnknown: the server may have started the job, but has not said so.
        ApiError, ConnectionFailed: the job was not started.
    """
    submission = SUBMISSIONS[type(items[0])]
    try:
        return (yield from post(manner, items))
    except Uncertain as uncertain:
        candidates = yield from _candidates(manner, submission)
        raise errors.OutcomeUnknown(
            submission.operation.name, uncertain.why, _advice(candidates), candidates
        ) from uncertain.cause


def post(manner: Manner, items: Sequence[Item]) -> Flow[Job]:
    """Start a job that does the items, all of one kind.

    Raises:
        Uncertain: the server may have started the job, but has not said so.
        ApiError, ConnectionFailed: the job was not started.
    """
    submission = SUBMISSIONS[type(items[0])]
    reply = yield from request(manner, submission.operation, _job, **submission.arguments(items))
    return _job(reply)


def _candidates(manner: Manner, submission: Submission) -> Flow[list[Job] | None]:
    """The jobs that a submission just made may have started: of its type, and among the newest.

    What counts as new goes by the times in the list itself, so that a client's wrong clock does no harm.
    """
    listed: list[Job] = []
    offset: int | None = 0
    try:
        while offset is not None:
            found = yield from pages.page(manner, pages.jobs(), offset, pages.PAGE_LIMIT)
            listed += found.items
            offset = found.next_offset
    except errors.SbgBulkError:
        return None
    starts = [job.started_on for job in listed if job.started_on is not None]
    newest = max(starts, default=None)
    fitting = {
        job.id: job
        for job in listed
        if job.type in (submission.job_type, "")
        and (newest is None or job.started_on is None or newest - job.started_on <= LOOK_BACK)
    }
    # Without a start a job may have been submitted this moment.
    return sorted(
        fitting.values(), key=lambda job: job.started_on.timestamp() if job.started_on else math.inf, reverse=True
    )


def _advice(candidates: Sequence[Job] | None) -> str:
    if candidates is None:
        found = "The list of jobs could not be read either; look there (sbg-bulk jobs list)"
    elif not candidates:
        found = "No job that could be the one is in the list so far; look again in a minute (sbg-bulk jobs list)"
    else:
        more = f" and {len(candidates) - 10} more" if len(candidates) > 10 else ""
        found = f"It may be one of these jobs: {', '.join(job.id for job in candidates[:10])}{more}; look at them "
        found += "(sbg-bulk jobs show ID)"
    return f"{found} before you submit again."
