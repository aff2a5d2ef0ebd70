"""The jobs on files as a family of the engine: copy, move, delete, each one job for up to a hundred rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import IO, Any, Final

from attrs import define, field, frozen

from sbg_bulk import errors
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.items import COPY, DELETE, MOVE, Item
from sbg_bulk.jobs import read
from sbg_bulk.jobs.listing import whole_list
from sbg_bulk.jobs.submit import post
from sbg_bulk.jobs.watch import JobRef, Watch
from sbg_bulk.models.job import Job
from sbg_bulk.runs.family import Brings, Family, items_of
from sbg_bulk.runs.forms import Format, ReadFormat
from sbg_bulk.runs.item_pace import ItemPace
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import RowOutcome, Submission
from sbg_bulk.runs.rows import Defaults, Rows
from sbg_bulk.runs.verification import Verification
from sbg_bulk.transfers import manifest, verify
from sbg_bulk.transfers.attribute import outcomes
from sbg_bulk.transfers.match import Match, match
from sbg_bulk.transfers.settle import Settler

OF_ROWS: Final = frozenset({3001, 5001, 5014, 5032, 10226})
"""Codes of a 403 that are about a project or a file, and not about the user."""


@define
class _Watch(Watch):
    """Watches jobs of one type: for each hundred of them one request."""

    job_type: str = ""

    def follow(self, job_id: str, moment: float, job: Job | None = None, *, due: bool = True) -> None:
        self.add(JobRef(job_id, self.job_type, job), moment, due=due)

    def take(self, share: float) -> None:
        self.allowance.share = share


@define
class _Work:
    """Copies, moves or deletes the files of a run."""

    policy: RequestPolicy
    journal: Journal
    lag: float
    watch: _Watch = field(init=False)
    settler: Settler = field(init=False)
    second: None = None

    def __attrs_post_init__(self) -> None:
        self.watch = _Watch(self.policy, self.lag, job_type=self.journal.plan.job_type)
        self.settler = Settler(self.policy, self.journal, self.lag)

    def submit(self, items: Sequence[Item]) -> Flow[tuple[Job]]:
        return ((yield from post(self.policy, items)),)

    def outcomes(self, items: Sequence[Item], job: Job, *, new_ids: bool, settled: bool) -> Flow[list[RowOutcome]]:
        # What was read while the job was under way is of use only to tell whose job it is.
        details = self.settler.details if settled else self.settler.details.emptied()
        return outcomes(details, items, job, new_ids=new_ids)

    def made(self, job: Job) -> list[str] | None:
        if self.journal.plan.job_type != COPY:
            return None
        return [entry.id for entry in job.result or () if entry.ok and entry.id is not None]

    def note_earlier_jobs(self) -> Flow[None]:
        earlier = yield from whole_list(self.policy)
        own = yield from record(self.journal.own_jobs)
        yield from record(lambda: self.journal.not_ours(earlier.keys() - own))


@frozen
class FileJobs:
    """A type of job on files; see `sbg_bulk.runs.family.Family`."""

    job_type: str
    batch: int | None = None
    brings: Brings = Brings.ONE_JOB
    of_rows: Collection[int] = OF_ROWS
    on_platform: bool = True
    pace: ItemPace | None = None
    half_done: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(one.name for one in manifest.ITEMS[self.job_type].__attrs_attrs__)

    @property
    def takes_away(self) -> bool:
        return self.job_type != COPY

    def read(self, stream: IO[bytes], form: ReadFormat | None, defaults: Defaults, promised: Format | None) -> Rows:
        return manifest.read(stream, manifest.ITEMS[self.job_type], form, defaults, promised)

    def item(self, values: Mapping[str, Any]) -> Item:
        return manifest.ITEMS[self.job_type](**values)

    def work(self, policy: RequestPolicy, journal: Journal, lag: float) -> _Work:
        return _Work(policy, journal, lag)

    def sees(self, policy: RequestPolicy, job_id: str) -> Flow[bool]:
        try:
            yield from read.get(policy, job_id, self.job_type)
        except (errors.NotFound, errors.Forbidden):
            return False
        return True

    def may_have_started(
        self, policy: RequestPolicy, journal: Journal, submission: Submission | None, job_id: str
    ) -> Flow[bool]:
        job = yield from read.get(policy, job_id, self.job_type)
        # Nothing done is no ground to refuse: then it is not known whose job it is.
        if submission is None or not any(entry.id for entry in job.result or ()):
            return True
        items = yield from record(lambda: items_of(self, journal, submission))
        return match(job, self.job_type, items, submission.sent_on) is not Match.NO

    def verify(
        self, policy: RequestPolicy, journal: Journal, on_request: Callable[[int], object] | None
    ) -> Flow[Verification]:
        return verify.verify(policy, journal, on_request)


FAMILIES: Final[Sequence[Family]] = (FileJobs(COPY), FileJobs(MOVE), FileJobs(DELETE))
"""The types of jobs on files."""
