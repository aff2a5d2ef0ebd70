"""Everything this package raises on purpose.

    SbgBulkError
    ├── SettingsError            no token, no endpoint, an unknown profile, a token meant for another host
    ├── InputError               what was asked for cannot be sent: nothing has been
    ├── ConnectionFailed         not reached, or connection lost; retries used up
    ├── ApiError                 the server answered with an error
    │   ├── BadRequest           400 and other 4xx: the request is wrong
    │   │   └── Redirected       3xx: the server sends elsewhere, where the token does not go
    │   ├── Unauthorized         401: the token is missing, unknown or expired
    │   ├── Forbidden            403: no permission to do this
    │   ├── NotFound             404: no such thing, or not visible
    │   │   └── JobLost          a job that is waited for cannot be found: it has expired, or never was
    │   ├── Conflict             409: it exists already
    │   ├── RateLimited          429: the budget of requests is used up
    │   ├── Maintenance          503 with code 0: the platform is down for maintenance
    │   └── ServerError          any other 5xx
    ├── UnreadableAnswer         the server said yes, 403 or 404, but not in a way that can be read
    ├── PagingError              the pages of a list do not fit together
    ├── OutcomeUnknown           a request that must not be repeated may or may not have been carried out
    ├── WaitTimeout              jobs were still running when the time was up
    ├── RunStopped               a run cannot tell the result of a submission, and a person must
    └── JournalError             the record of a run cannot be used: damaged, disk full
        ├── WrongJournal         the file named is not a journal, or stands where one is to be made; also an InputError
        └── RunInUse             another process is working on the run

Messages begin with what has happened, then say what to do; codes and the names of operations and requests come last, in
brackets. None of them, and no attribute, holds a token.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sbg_bulk.text import command_line, counted, either

if TYPE_CHECKING:
    from pathlib import Path

    from sbg_bulk.models.job import Job

EXISTS: Final = frozenset({5003, 5030})
"""The API's codes for a name that is taken, and for a folder's (https://docs.sevenbridges.com/reference/api-status-codes)."""


class SbgBulkError(Exception):
    """The base of all errors of this package. They can be pickled, to reach another process."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Python would make the error again from `args`, which is the message, not what __init__ takes.
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[SbgBulkError], args: tuple[object, ...], attributes: dict[str, object]) -> SbgBulkError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(attributes)
    return error


class SettingsError(SbgBulkError):
    """Where to connect or as whom is not known, or not safe to use."""


class InputError(SbgBulkError, ValueError):
    """What was asked for cannot be sent as it is. Nothing has been sent."""


class ConnectionFailed(SbgBulkError):
    """The server was not reached or the connection was lost, and the time for retries is used up.

    Only raised where repeating could do no harm, or where nothing was sent. The cause is the transport's
    own error (`__cause__`).
    """


A_FILE: Final = 5022
"""The API's code for a file that is named where a folder has to be."""


def _sentence(what: str, more: str = "") -> str:
    """Return what has happened as a sentence, with what the server says of it."""
    text = f"{what[:1].upper()}{what[1:]}{f': {more}' if more else ''}"
    return text if text.endswith((".", "!", "?")) else f"{text}."


def in_brackets(text: str, *facts: str) -> str:
    """Return a text for people with what only support and programs need behind it; empty facts are left out."""
    return f"{text} [{', '.join(fact for fact in facts if fact)}]"


class ApiError(SbgBulkError):
    """The server answered with an error.

    Attributes:
        meaning: what has happened, as a sentence.
        advice: what to do, possibly empty.
        operation: the operationId of the call in the spec.
        status: the HTTP status.
        code: the API's own code, finer than the status; None if the answer had none.
        api_message: what the server said, possibly empty.
        more_info: where the server says more can be read, possibly empty.
        request_id: names the request in the service's logs; None if the answer had none.
        subject: what was asked for, such as `project owner/name`; empty if that is not one thing.
    """

    _happened = "the server rejected the request"
    advice = ""
    """What to try; in braces what `__init__` says in the reader's words."""

    def __init__(
        self,
        operation: str,
        status: int,
        *,
        code: int | None = None,
        api_message: str = "",
        more_info: str = "",
        request_id: str | None = None,
        subject: str = "",
        advice: str | None = None,
    ) -> None:
        self.operation = operation
        self.status = status
        self.code = code
        self.api_message = api_message
        self.more_info = more_info
        self.request_id = request_id
        self.subject = subject
        self.meaning = self._meaning()
        self.advice = self._advice() if advice is None else advice
        text = " ".join(part for part in (self.meaning, self.advice, more_info) if part)
        told = ("" if code is None else f"code {code}", f"request {request_id}" if request_id else "")
        super().__init__(in_brackets(text, f"HTTP {status}", *told, operation))

    def _meaning(self) -> str:
        return _sentence(self._happened, self.api_message)

    def _advice(self) -> str:
        return type(self).advice.format(
            configure=command_line("configure"),
            projects=either(command_line("projects", "list"), "client.projects()"),
            files=either(command_line("files", "list", "owner/project"), "client.files('owner/project')"),
        )


class BadRequest(ApiError):
    """The server finds the request wrong (400, or a 4xx that has no class of its own)."""

    def _meaning(self) -> str:
        if self.code == A_FILE and self.subject:
            return f"{self.subject.split()[-1]} is a file. Give a folder or a project."
        return super()._meaning()


class Redirected(BadRequest):
    """The server sends elsewhere (3xx). That is not followed: the token is for the endpoint's host only."""

    _happened = "the server redirects to another URL"
    advice = (
        "Redirects are not followed, because the token is for the endpoint only. Check the endpoint's https:// and "
        'path, and whether a login page is in the way. See "Behind a proxy" in the documentation.'
    )


class Unauthorized(ApiError):
    """The server does not know the token (401)."""

    _happened = "the token was not accepted"
    advice = (
        "Check that the token is for this platform and has not expired. Get a new one from the platform's developer "
        "dashboard; {configure} saves it."
    )


class Forbidden(ApiError):
    """No permission to do this (403)."""

    _happened = "you do not have permission for this"
    advice = "Ask an administrator of the project for permission to read, copy or write."

    def _meaning(self) -> str:
        return _sentence(f"{self._happened} ({self.subject})" if self.subject else self._happened, self.api_message)


class NotFound(ApiError):
    """It does not exist, or is not shared with you (404)."""

    _happened = "was not found, or is not shared with you"
    advice = (
        "Check the id, and that you are a member of the project: {projects} and {files} show what is shared with you."
    )

    def _meaning(self) -> str:
        if not self.subject:
            return _sentence(f"the requested resource {self._happened}", self.api_message)
        # A message that names the thing only says the same once more.
        more = "" if self.subject.split()[-1] in self.api_message else self.api_message
        return _sentence(f"{self.subject} {self._happened}", more)


class JobLost(NotFound):
    """Jobs that are waited for cannot be found. They have expired, or never were; how they ended is not known.

    Attributes:
        ids: which.
        finished: the others that were waited for; all of them have ended.
    """

    _happened = "could not be found: jobs expire a month after they end"
    advice = "Check the destination for what was done."

    def __init__(
        self, ids: Sequence[str], operation: str, request_id: str | None = None, finished: Sequence[Job] = ()
    ) -> None:
        self.ids = tuple(ids)
        self.finished = tuple(finished)
        shown = ", ".join(self.ids[:10]) + (f" and {len(self.ids) - 10:,} more" if len(self.ids) > 10 else "")
        subject = f"{'job' if len(self.ids) == 1 else 'jobs'} {shown}"
        super().__init__(operation, 404, code=10211, subject=subject, request_id=request_id)


class Conflict(ApiError):
    """It exists already (409)."""

    _happened = "it already exists"
    advice = "Use another name, or the existing one."


class RateLimited(ApiError):
    """The token's requests of this window are used up (429), and the time for waiting too."""

    _happened = "the rate limit is reached"
    advice = (
        "All programs that use this token share one request budget: wait five minutes, or allow more time. See "
        '"Several tools on one token" in the documentation.'
    )


class Maintenance(ApiError):
    """The platform is under maintenance (503, code 0), and the time for waiting is used up."""

    _happened = "the platform is down for maintenance"
    advice = "Try again later."


class ServerError(ApiError):
    """Something is wrong on the server (5xx)."""

    _happened = "something went wrong on the server"
    advice = "Try again later; if it persists, report it to the platform's support with the details in brackets."


class UnreadableAnswer(SbgBulkError):
    """The server reported success, or 403 or 404, but what it sent is not the API's answer.

    Attributes:
        operation: the operationId of the call in the spec.
        status: the HTTP status.
    """

    def __init__(self, operation: str, status: int, why: str) -> None:
        self.operation = operation
        self.status = status
        text = (
            f"The response is not from the API: {why}. Check that the endpoint is the API's URL with its path "
            '(/v2), and whether a proxy or a login page is in the way. See "Behind a proxy" in the documentation.'
        )
        super().__init__(in_brackets(text, f"HTTP {status}", operation))


class PagingError(SbgBulkError):
    """The pages of a list do not fit together: continuing would loop forever or leave entries out."""


class OutcomeUnknown(SbgBulkError):
    """It is not known whether a request that must not be repeated was carried out.

    Attributes:
        operation: the operationId of the call in the spec.
        why: what came back instead of a clear answer, in few words.
        candidates: for a submission, the jobs in the list that may be the one it started, newest first; None if
            the list could not be read, or the call was no submission.
    """

    def __init__(self, operation: str, why: str, advice: str, candidates: Sequence[Job] | None = None) -> None:
        self.operation = operation
        self.why = why
        self.candidates = None if candidates is None else tuple(candidates)
        text = (
            "It is unclear whether the request took effect. It was not sent again, because that could do everything "
            f"twice. {advice}"
        )
        super().__init__(in_brackets(text, why, operation))


class WaitTimeout(SbgBulkError):
    """Jobs were still running when the time was up. They keep running on the platform, and can be waited for again.

    Attributes:
        jobs: the jobs as last seen.
        ids: the ids of all that were still waited for, with those that had not been seen yet.
        finished: those of the others that have ended.
        lost: the ids of those that cannot be found any more.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        ids: Sequence[str],
        seconds: float,
        finished: Sequence[Job] = (),
        lost: Sequence[str] = (),
    ) -> None:
        self.jobs = tuple(jobs)
        self.ids = tuple(ids)
        self.finished = tuple(finished)
        self.lost = tuple(lost)
        typed = command_line("jobs", "wait", *(self.ids if len(self.ids) <= 10 else ["--all"]))
        written = f"client.wait({self.ids[0]!r})" if len(self.ids) == 1 else "client.wait(error.ids)"
        again = f"wait again with: {either(typed, written)}"
        if len(self.ids) == 1:
            state = self.jobs[0].state if self.jobs and self.jobs[0].state else "running"
            text = f"Job {self.ids[0]} is still {state} after {seconds:g} s. It keeps running on the platform; {again}"
        else:
            text = f"{len(self.ids):,} jobs are still running after {seconds:g} s. They keep running on the platform; "
            text += again
        if self.lost:
            text += f". No longer found: {len(self.lost):,} (see `lost`)."
        super().__init__(text)

    @property
    def job(self) -> Job:
        """Return the first of `jobs`."""
        return self.jobs[0]


class RunStopped(SbgBulkError):
    """A run cannot tell whether a submission was carried out, and does nothing more until a person says so.

    Attributes:
        run: the run's id.
        rows: how many items the submission has.
        candidates: jobs that may be the one that it started.
    """

    def __init__(
        self, run: str, job_type: str, rows: int, candidates: Sequence[Job], journal: Path | None = None
    ) -> None:
        self.run = run
        self.rows = rows
        # The journal's path names the run wherever it is.
        name = run if journal is None else str(journal)
        self.candidates = tuple(candidates)
        ids = ", ".join(job.id for job in self.candidates)
        show = either(command_line("jobs", "show", "JOB"), "client.job(JOB)")
        adopt = either(command_line("runs", "resume", name, "--adopt", "JOB"), f"client.resume({name!r}, adopt=JOB)")
        again = either(command_line("runs", "resume", name, "--resubmit"), f"client.resume({name!r}, resubmit=True)")
        if not self.candidates:
            super().__init__(
                f"Run {run} has stopped: it is not known whether {counted(rows, 'item')} ({job_type}) "
                f"{'was' if rows == 1 else 'were'} submitted. The response was lost, and no job for "
                f"{'it' if rows == 1 else 'them'} is listed. Check the destination. If you are sure that nothing was "
                f"done, submit again:\n  {again}"
            )
            return
        super().__init__(
            f"Run {run} has stopped: it is not known which job, if any, was started for {counted(rows, 'item')} "
            f"({job_type}). It may be one of: {ids}. Check them ({show}). If it is one of them, adopt it:\n  {adopt}\n"
            f"If you are sure that it is none of them, submit again:\n  {again}"
        )


class JournalError(SbgBulkError):
    """The record of a run cannot be used. The run can be resumed once that is fixed."""


class WrongJournal(JournalError, InputError):
    """The file named is missing, is no journal, or stands where one is to be made. It is as it was."""


class RunInUse(JournalError):
    """Another process is working on the run, or reading it."""
