"""Submit a job: once, or not at all."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from attrs import frozen

from sbg_async_api import models
from sbg_bulk import errors
from sbg_bulk.api import operations, pages
from sbg_bulk.api.operations import Operation
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.request import Uncertain, request
from sbg_bulk.api.steps import Flow
from sbg_bulk.items import COPY, DELETE, MOVE, CopyItem, DeleteItem, Item, MoveItem
from sbg_bulk.jobs.read import read_job
from sbg_bulk.models.job import Job
from sbg_bulk.text import command_line, either

LOOK_BACK: Final = timedelta(minutes=10)
"""How far the clocks of a client and of the service may be apart without a candidate being overlooked."""


@frozen
class SubmitCall:
    """The call that submits items of one kind, and the generated models of its body."""

    operation: Operation
    job_type: str
    body: Callable[..., Any]
    item: Callable[..., Any]

    def arguments(self, items: Sequence[Item]) -> dict[str, Any]:
        """Return the arguments of the generated function. Keys without a value are left out."""
        return {"body": self.body(items=[self.item(**_present(item)) for item in items])}


SUBMIT_CALLS: Final[Mapping[type[Item], SubmitCall]] = {
    CopyItem: SubmitCall(operations.SUBMIT_COPY_JOB, COPY, models.CopyRequest, models.CopyItem),
    MoveItem: SubmitCall(operations.SUBMIT_MOVE_JOB, MOVE, models.MoveRequest, models.MoveItem),
    DeleteItem: SubmitCall(operations.SUBMIT_DELETE_JOB, DELETE, models.DeleteRequest, models.DeleteItem),
}


def _present(item: Item) -> dict[str, str]:
    keys = (attribute.name for attribute in type(item).__attrs_attrs__)
    return {key: value for key in keys if (value := getattr(item, key)) is not None}


def submit(policy: RequestPolicy, items: Sequence[Item]) -> Flow[Job]:
    """Start a job that does the items, all of one kind. It is started once or not at all.

    Raises:
        OutcomeUnknown: the server may have started the job, but has not said so.
        ApiError, ConnectionFailed: the job was not started.
    """
    call = SUBMIT_CALLS[type(items[0])]
    try:
        return (yield from post(policy, items))
    except Uncertain as uncertain:
        candidates = yield from _candidates(policy, call)
        raise errors.OutcomeUnknown(
            call.operation.name, uncertain.why, _advice(candidates), candidates
        ) from uncertain.cause


def post(policy: RequestPolicy, items: Sequence[Item]) -> Flow[Job]:
    """Start a job that does the items, all of one kind.

    Raises:
        Uncertain: the server may have started the job, but has not said so.
        ApiError, ConnectionFailed: the job was not started.
    """
    call = SUBMIT_CALLS[type(items[0])]
    return (yield from request(policy, call.operation, read_job, **call.arguments(items)))


def _candidates(policy: RequestPolicy, call: SubmitCall) -> Flow[list[Job] | None]:
    """Read which jobs a submission just made may have started: those of its type among the newest.

    What counts as new goes by the times in the list itself, so that a client's wrong clock does no harm.
    """
    try:
        listed = yield from pages.everything(policy, pages.jobs())
    except errors.SbgBulkError:
        return None
    starts = [job.started_on for job in listed if job.started_on is not None]
    newest = max(starts, default=None)
    fitting = [
        job
        for job in listed
        if job.type in (call.job_type, "")
        and (newest is None or job.started_on is None or newest - job.started_on <= LOOK_BACK)
    ]
    # Without a start a job may have been submitted this moment.
    return sorted(fitting, key=lambda job: job.started_on.timestamp() if job.started_on else math.inf, reverse=True)


def _advice(candidates: Sequence[Job] | None) -> str:
    listing = either(command_line("jobs", "list"), "client.jobs()")
    if candidates is None:
        found = f"The list of jobs could not be read either; check it ({listing})"
    elif not candidates:
        found = f"No matching job is in the list yet; check again in a minute ({listing})"
    else:
        more = f" and {len(candidates) - 10} more" if len(candidates) > 10 else ""
        found = f"It may be one of these jobs: {', '.join(job.id for job in candidates[:10])}{more}; check them "
        found += f"({either(command_line('jobs', 'show', 'ID'), 'client.job(ID)')})"
    return f"{found} before you submit again."
