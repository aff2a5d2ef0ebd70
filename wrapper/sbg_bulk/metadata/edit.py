"""Change files a hundred at a time: read what they have, send what they are to have, compare what they have then.

What the service is sent is whole: tags can only be replaced, and whether an edit erases what it does not name is
documented in two ways. So what a file has is read before. One that has all of it already is not sent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from attrs import define, field

from sbg_bulk import errors
from sbg_bulk.api import lookups
from sbg_bulk.api.edits import Edit, edit_files
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.request import Uncertain
from sbg_bulk.api.retry import NOT_IMPLEMENTED
from sbg_bulk.api.steps import Flow, now, record
from sbg_bulk.files.details import FileDetails
from sbg_bulk.metadata.items import Change
from sbg_bulk.models.resources import File
from sbg_bulk.runs.family import Answer, Decision, Polled
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import AnyJob, Outcome, RowOutcome, Submission
from sbg_bulk.runs.refusals import refused

_MISSING: Final = "the file was not found, or is not shared with you"
_FOLDER: Final = "it is a folder: only files have metadata and tags"
_SILENT: Final = "the platform does not show the file's tags and metadata, so it was not changed"


def described(policy: RequestPolicy, ids: Iterable[str]) -> Flow[dict[str, File | None]]:
    """Read files with their tags and metadata, a hundred for a request; None for what is not there or may not be seen.

    Those of which an answer about many does not tell these are read one by one.
    """
    details = FileDetails(policy)
    yield from details.load(ids)
    for identity, file in details.known.items():
        if file is not None and not file.is_folder and not _tells(file):
            details.known[identity] = yield from lookups.file(policy, identity)
    return details.known


def _tells(file: File) -> bool:
    return file.tags is not None and file.metadata is not None


def change(policy: RequestPolicy, items: Sequence[Change]) -> Flow[list[RowOutcome | None]]:
    """Change files, a hundred at most; the outcome of each, None of one that nothing is told of.

    Raises:
        Uncertain: it is not known whether they were changed.
        InputError: the service does not edit many files at once.
        ApiError, ConnectionFailed: nothing was changed.
    """
    known = yield from described(policy, [item.file for item in items])
    answer = [_before(item, known.get(item.file)) for item in items]
    wanted = [place for place, told in enumerate(answer) if told is None]
    if not wanted:
        return answer
    edits = []
    for place in wanted:
        file = known[items[place].file]
        assert file is not None
        edits.append(Edit(file.id, *items[place].made(file)))
    try:
        edited = yield from edit_files(policy, edits)
    except Uncertain as lost:
        if not isinstance(lost.cause, errors.ServerError) or lost.cause.status != NOT_IMPLEMENTED:
            raise
        raise errors.InputError("The platform does not support bulk edits; nothing was changed.") from lost.cause
    for place in wanted:
        file = edited.files.get(items[place].file)
        if file is not None and _tells(file):
            answer[place] = _after(items[place], file)
    left = [place for place in wanted if answer[place] is None and items[place].file not in edited.files]
    if left and len(left) == len(edited.errors):
        for place in left:
            answer[place] = refused(edited.errors)
    return answer


def _before(item: Change, file: File | None) -> RowOutcome | None:
    """Return what came of a file that is not to be sent; None of one that is."""
    if file is None:
        return RowOutcome(Outcome.FAILED, message=_MISSING)
    if file.is_folder:
        return RowOutcome(Outcome.FAILED, message=_FOLDER)
    if not _tells(file):
        return RowOutcome(Outcome.FAILED, message=_SILENT)
    return None if item.differences(file) else RowOutcome(Outcome.DONE)


def _after(item: Change, file: File) -> RowOutcome:
    left = item.differences(file)
    if not left:
        return RowOutcome(Outcome.DONE)
    told = ", ".join(f"{key} is {has!r}, not {wanted!r}" for key, has, wanted in left)
    return RowOutcome(Outcome.FAILED, message=f"the platform accepted the change, but {told}")


@define
class NoJobs:
    """Watches nothing: what has its result at once has no job. See `sbg_bulk.runs.family.Watcher`."""

    tracks: Collection[str] = ()

    def follow(self, job_id: str, moment: float, job: object = None, *, due: bool = True) -> None:
        """Do nothing: there are no jobs."""

    def forget(self, job_id: str) -> None:
        """Do nothing: nothing is watched."""

    def take(self, share: float) -> None:
        """Do nothing: nothing is looked at."""

    def overdue(self, moment: float) -> bool:  # noqa: ARG002
        return False

    def rest(self, until: float) -> Flow[None]:  # noqa: ARG002
        yield from ()

    def poll(self) -> Flow[Polled]:
        raise AssertionError("a change of files has no job")


@define
class ReadBack:
    """Settles changes whose answer was lost by reading the files; see `sbg_bulk.runs.family.Settler`.

    What a file has not is sent again: to do that twice is to do it once.
    """

    policy: RequestPolicy
    journal: Journal
    item: Callable[[Mapping[str, Any]], Change]
    open: dict[int, tuple[Submission, list[Change]]] = field(factory=dict)
    _due: float = math.inf

    def add(self, submission: Submission, latest: float | None = None, *, sent_here: bool) -> Flow[None]:  # noqa: ARG002
        values = yield from record(lambda: self.journal.values(submission.first, submission.last))
        self.open[submission.id] = submission, list(map(self.item, values))
        self._due = yield from now()

    def leave(self, submission: Submission) -> None:
        """Do nothing: what a file has can be read, so that nobody need decide."""

    def close(self, submission: Submission) -> None:
        self.open.pop(submission.id, None)

    @property
    def due(self) -> float:
        return self._due if self.open else math.inf

    @property
    def unsettled(self) -> int:
        return len(self.open)

    @property
    def watched(self) -> Sequence[AnyJob]:
        return ()

    def ended(self, job_id: str, job: object) -> None:
        """Do nothing: there are no jobs."""

    def stop(self) -> Flow[None]:
        yield from ()

    def settle(self) -> Flow[list[Decision]]:
        decisions = []
        for submission, items in list(self.open.values()):
            known = yield from described(self.policy, [item.file for item in items])
            answer: Answer = [self._told(item, known.get(item.file)) for item in items]
            decisions.append(Decision(submission, answer=answer))
        return decisions

    def _told(self, item: Change, file: File | None) -> RowOutcome | None:
        return None if file is None else _before(item, file)
