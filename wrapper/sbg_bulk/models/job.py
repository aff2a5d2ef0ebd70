"""Jobs and their results.

All are immutable. Those that come from the server are made from generated models, and read tolerantly: a
value that is missing or cannot be read is None, and `raw` has what the server sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, Final

from attrs import asdict, field, frozen

from sbg_async_api import models
from sbg_bulk.html import Kind, api_code, caption, date, framed, listed
from sbg_bulk.models import parse
from sbg_bulk.models.base import FromServer
from sbg_bulk.text import counted

FINISHED: Final = "FINISHED"
"""The one state that is documented to mean the end."""

ENDS: Final = frozenset({FINISHED, "COMPLETED", "FAILED", "ABORTED", "CANCELED", "CANCELLED"})
"""States that mean the end wherever they are used. That a job with failures is FINISHED is a guess."""


@frozen
class ItemError:
    """The reason why an item failed.

    Attributes:
        status: the HTTP status it would have had.
        code: the API's own code.
        message: the server's words, possibly empty.
        more_info: where the server says more can be read, possibly empty.
    """

    status: int | None
    code: int | None
    message: str = ""
    more_info: str = ""

    @classmethod
    def from_answer(cls, answer: object) -> ItemError:
        """Return the error that a part of an answer describes. What is not an object is an error anyway."""
        if not isinstance(answer, dict):
            return cls(None, None, str(answer))
        return cls(
            parse.count(answer.get("status")),
            parse.count(answer.get("code")),
            parse.text(answer.get("message")) or "",
            parse.text(answer.get("more_info")) or "",
        )


@frozen(init=False, eq=False, repr=False)
class ItemResult(FromServer):
    """One entry of a job's result.

    An entry with an error does not say which item it belongs to, and the number of entries may differ from
    the number of items and of files.

    Attributes:
        id: the id of the file or folder that was made, moved or deleted; None if there is none.
        href: its address.
        error: why the item failed; None if it did not.
    """

    # A page of finished jobs has thousands of entries, most of which nobody looks at, and to read one takes as long as
    # its JSON took. So the attributes are read when they are asked for, and the generated models, which take many times
    # as long, are left out.

    _in_table: ClassVar = Kind(
        ("Outcome", "Id", "API code", "Message"),
        lambda entry: (
            ("done" if entry.ok else "unreadable", entry.id, None, None)
            if entry.error is None
            else ("failed", entry.id, api_code(entry.error.code), entry.error.message)
        ),
        lambda entry: entry.error is not None,
    )

    def __init__(self, id: str | None, href: str | None, error: ItemError | None) -> None:
        answer: dict[str, Any] = {}
        if id is not None or href is not None:
            answer["resource"] = {"id": id, "href": href}
        if error is not None:
            answer["error"] = asdict(error)
        _keep_source(self, answer)

    @property
    def id(self) -> str | None:
        return self._of_resource("id")

    @property
    def href(self) -> str | None:
        return self._of_resource("href")

    @property
    def error(self) -> ItemError | None:
        error = self._source.get("error") if isinstance(self._source, dict) else None
        return None if error is None else ItemError.from_answer(error)

    def _of_resource(self, key: str) -> str | None:
        resource = self._source.get("resource") if isinstance(self._source, dict) else None
        return parse.text(resource.get(key)) if isinstance(resource, dict) else None

    @property
    def ok(self) -> bool:
        """Return whether there is a resource and no error."""
        return self.error is None and self.id is not None

    def __eq__(self, other: object) -> bool:
        return self._key == other._key if isinstance(other, ItemResult) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        return f"ItemResult(id={self.id!r}, href={self.href!r}, error={self.error!r})"

    @property
    def _key(self) -> tuple[str | None, str | None, ItemError | None]:
        return self.id, self.href, self.error

    @classmethod
    def from_answer(cls, answer: object) -> ItemResult:
        """Return the entry that a part of an answer describes; all None if it cannot be read."""
        made = object.__new__(cls)
        _keep_source(made, answer)
        return made


# The slot itself: it is all that a frozen class lets one write to.
_keep_source: Final[Callable[[FromServer, object], None]] = vars(FromServer)["_source"].__set__


@frozen
class Job(FromServer):
    """A bulk action on the server, as it was when it was read.

    Attributes:
        id: the job's id, a string of digits.
        type: COPY, MOVE or DELETE, or a type that is new; empty if the server did not say.
        state: SUBMITTED, RESOLVING, RUNNING or FINISHED, or a state that is new; empty if the server did not say.
        href: the job's address, if the server gave one.
        result: one entry for each thing done or failed; None until there is a result.
        total_files: how many files the job deals with, as far as that is known.
        completed_files: how many of them are done.
        failed_files: how many of them failed.
        started_on: when the job was started.
        finished_on: when it ended.
    """

    _in_table: ClassVar = Kind(
        ("Job", "Type", "State", "Files", "Done", "Failed", "Started", "Finished"),
        lambda job: (
            *(job.id, job.type, job.state, job.total_files, job.completed_files, job.failed_files),
            *(date(job.started_on), date(job.finished_on)),
        ),
        lambda job: job.finished and not job.succeeded,
        lambda job: _alone(job),
    )

    id: str
    type: str = ""
    state: str = ""
    href: str | None = None
    result: tuple[ItemResult, ...] | None = field(default=None, repr=False)
    total_files: int | None = None
    completed_files: int | None = None
    failed_files: int | None = None
    started_on: datetime | None = None
    finished_on: datetime | None = None

    @property
    def finished(self) -> bool:
        """Return whether the job has ended, well or not.

        It has if it is FINISHED, or in another state that can only be an end, such as FAILED. In any other state, known
        or not, it is running.
        """
        return self.state in ENDS

    @property
    def failures(self) -> tuple[ItemResult, ...]:
        """Return the entries of the result that are errors."""
        return tuple(entry for entry in self.result or () if entry.error is not None)

    @property
    def succeeded(self) -> bool:
        """Return whether the job has ended, nothing in it failed, and it accounts for all of it (see `shortfall`)."""
        return self.finished and not self.failed_files and not self.failures and not self.shortfall

    @property
    def shortfall(self) -> str:
        """Return what a job that has ended does not account for, in words; empty if there is nothing.

        Without failures that is no success either: fewer results than files, an entry that is neither a resource nor an
        error, or no counts and no results at all.
        """
        if not self.finished:
            return ""
        if self.state in ENDS - {FINISHED, "COMPLETED"} and not (self.failed_files or self.failures):
            return f"it ended as {self.state}"
        unreadable = sum(not entry.ok and entry.error is None for entry in self.result or ())
        if unreadable:
            return f"{counted(unreadable, 'result')} with neither a resource nor an error"
        done, failed = self.completed_files, (self.failed_files or len(self.failures))
        if done is not None and self.total_files is not None and done + failed < self.total_files:
            return f"only {done + failed:,} of {counted(self.total_files, 'file')} accounted for"
        return "" if self.result or done or failed else "neither counts nor results say that anything was done"

    def to_token(self) -> str:
        """Return the job as a text that another process can make it of again, to wait for it: JSON, without secrets.

        It has what names the job, and when it was started, but not its result.
        """
        started = None if self.started_on is None else self.started_on.isoformat()
        return json.dumps({"job": self.id, "type": self.type, "href": self.href, "started_on": started})

    @classmethod
    def from_token(cls, token: str) -> Job:
        """Return the job that a text of `to_token` names. Its state is empty until it is read.

        Raises:
            ValueError: it is no such text.
        """
        try:
            found = json.loads(token)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict) or not parse.text(found.get("job")):
            raise ValueError("This is not a job token; create one with Job.to_token().")
        return cls(
            id=parse.text(found["job"]) or "",
            type=parse.text(found.get("type")) or "",
            href=parse.text(found.get("href")),
            started_on=parse.date(found.get("started_on")),
        )

    @classmethod
    def from_answer(cls, answer: object) -> Job | None:
        """Return the job that an answer describes; None if there is none in it, or one without an id."""
        if not isinstance(answer, dict):
            return None
        result = answer.get("result")
        job = parse.read(models.Job, {**answer, "result": None})
        identity = None if job is None else parse.text(job.id)
        if job is None or not identity:
            return None
        return cls(
            id=identity,
            type=parse.text(job.type_) or "",
            state=parse.text(job.state) or "",
            href=parse.text(job.href),
            result=tuple(map(ItemResult.from_answer, result)) if isinstance(result, list) else None,
            total_files=parse.count(job.total_files),
            completed_files=parse.count(job.completed_files),
            failed_files=parse.count(job.failed_files),
            started_on=parse.date(job.started_on),
            finished_on=parse.date(job.finished_on),
            raw=answer,
        )


def _alone(job: Job) -> str:
    """Return a job with its result as HTML."""
    parts = [f"Job {job.id}", job.type, job.state]
    if job.total_files is not None:
        parts.append(f"{job.completed_files or 0:,} of {counted(job.total_files, 'file')} done")
    if failed := job.failed_files or len(job.failures):
        parts.append(f"{failed:,} failed")
    dates = ((word, date(moment)) for word, moment in (("started", job.started_on), ("finished", job.finished_on)))
    parts += [f"{word} {moment}" for word, moment in dates if moment]
    if job.shortfall:
        parts.append(job.shortfall)
    sign = ("✓" if job.succeeded else "✗") if job.finished else ""
    head = caption(", ".join(filter(None, parts)), sign)
    return framed(head + listed(job.result, f"Result: {len(job.result):,}") if job.result else head)
