"""Imports from volumes and exports to them as families of the engine: a job for each row, a hundred rows in a call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import IO, Any, Final

from attrs import define, field, frozen

from sbg_bulk import errors
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.request import request
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.errors import InputError
from sbg_bulk.items import EXPORT_COPY, EXPORT_REPLACE, IMPORT, ExportItem, ImportItem
from sbg_bulk.jobs.listing import whole_list
from sbg_bulk.models.job import ItemError
from sbg_bulk.models.storage import COMPLETED, VolumeJob
from sbg_bulk.runs.codes import meaning
from sbg_bulk.runs.family import Brings, Family
from sbg_bulk.runs.forms import Format, ReadFormat
from sbg_bulk.runs.item_pace import ItemPace
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import Outcome, RowOutcome, Submission
from sbg_bulk.runs.refusals import refused as refused_for
from sbg_bulk.runs.rows import Defaults, Rows
from sbg_bulk.runs.verification import Verification
from sbg_bulk.volume_jobs import calls, import_manifest, manifest, verify
from sbg_bulk.volume_jobs.calls import MOST, Kind
from sbg_bulk.volume_jobs.described import IMPORTED, Describe, is_half_done, item_of
from sbg_bulk.volume_jobs.settle import VolumeSettler
from sbg_bulk.volume_jobs.watch import VolumeWatch

OF_ROWS: Final = frozenset({3012, 5022, 5029, 5031, *range(9003, 9030)})
"""Codes of a 403 that are about a file, a project or a volume, and not about the user."""

OF_VOLUME: Final = frozenset({9007, 9020, 9026, 9101, 9103})
"""Codes of what is wrong with a volume, whatever is to be done with it.

Another cloud (9027, 9028) is not among them: that is about the place of a file, and files of several projects may be in
one run. So the rows are told apart, by halves where the service refuses a call as a whole.
"""

OF_DESTINATION: Final = frozenset({3002, 5022, 9003, 9009, 9012})
"""Codes of what is wrong with the place that an import goes to."""


@define
class _Work:
    """Imports or exports what the rows of a run name."""

    policy: RequestPolicy
    journal: Journal
    kind: Kind
    item: Callable[[Mapping[str, Any]], Any]
    lag: float
    watch: VolumeWatch = field(init=False)
    settler: VolumeSettler = field(init=False)
    second: Describe | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.watch = VolumeWatch(self.policy, self.kind, self.lag)
        self.settler = VolumeSettler(self.policy, self.journal, self.kind, self.item, self.lag)
        self.second = Describe(self.policy) if self.kind.makes else None

    def submit(self, items: Sequence[Any]) -> Flow[list[VolumeJob | RowOutcome | None]]:
        half = [item for item in items if is_half_done(item)]
        if not half or self.second is None:
            return (yield from self._start(items))
        # First what may be done twice: if it fails, nothing was started.
        made = [RowOutcome(Outcome.DONE, item.imported_id) for item in half]
        done = iter((yield from self.second.carry(half, made)))
        left = [item for item in items if not is_half_done(item)]
        started = iter((yield from self._start(left)) if left else ())
        return [next(done if is_half_done(item) else started) for item in items]

    def _start(self, items: Sequence[Any]) -> Flow[list[VolumeJob | RowOutcome | None]]:
        try:
            jobs, refused = yield from request(
                self.policy, self.kind.start, partial(calls.entries, self.kind), **self.kind.body(items)
            )
        except errors.ApiError as error:
            if (common := in_common(error.code, items)) is not None:
                raise unusable(error.code, common) from error
            raise
        codes = {one.code for one in refused} if len(refused) == len(items) else set()
        if len(codes) == 1 and (common := in_common(code := codes.pop(), items)) is not None:
            raise unusable(code, common)
        silent = [job.id for job in jobs if self.kind.echo(job) is None]
        if silent:
            try:
                told, _ = yield from calls.read(self.policy, self.kind, silent)
            except errors.SbgBulkError:
                told = {}  # they are started all the same, and will be found in the list
            jobs = [told.get(job.id, job) for job in jobs]
        # All are answers to these items: the first part of the key is enough, however a service spells the rest.
        by_key = {echo[0]: job for job in jobs if (echo := self.kind.echo(job)) is not None}
        answer: list[VolumeJob | RowOutcome | None] = [by_key.get(self.kind.key(item)[0]) for item in items]
        left = answer.count(None)
        if left and left == len(refused) and len(jobs) + len(refused) == len(items):
            # An error does not say whose it is. All that is left was refused.
            refusal = refused_for(refused)
            return [refusal if one is None else one for one in answer]
        return answer

    def outcomes(
        self,
        items: Sequence[Any],  # noqa: ARG002 - the job tells all
        job: VolumeJob,
        *,
        new_ids: bool,  # noqa: ARG002 - whose the result is the job proves
        settled: bool,  # noqa: ARG002
    ) -> Flow[list[RowOutcome]]:
        yield from ()
        if job.state == COMPLETED:
            made = job.result if self.kind.makes else None
            return [RowOutcome(Outcome.DONE, None if made is None else made.id)]
        return [refused_for([job.error or ItemError(None, None, f"job {job.id} failed without giving a reason")])]

    def made(self, job: VolumeJob) -> None:
        """Return None: each row's outcome says what it became."""

    def note_earlier_jobs(self) -> Flow[None]:
        earlier = yield from whole_list(self.policy, self.kind.jobs.listing())
        own = yield from record(self.journal.row_jobs)
        yield from record(lambda: self.journal.not_ours(earlier.keys() - own))


def in_common(code: int | None, items: Sequence[Any]) -> str | None:
    """Return what all items have in common that a refusal with this code is about; None if it is not about such."""
    if code in OF_VOLUME:
        told = {f"volume {item.volume}" for item in items}
    elif code in OF_DESTINATION and all(isinstance(item, ImportItem) for item in items):
        told = {f"project {item.project}" if item.parent is None else f"folder {item.parent}" for item in items}
    else:
        return None
    return told.pop() if len(told) == 1 else None


def unusable(code: int | None, common: str) -> InputError:
    """Return the error that stops a run of which nothing more can be done, as none of its rows could be otherwise."""
    found = meaning(Outcome.FAILED, code)
    return InputError(f"{found.what} ({common}, code {code}) {found.advice} Then resume the run.")


@frozen
class _VolumeJobs:
    """Imports or exports; see `sbg_bulk.runs.family.Family`.

    Attributes:
        kind: which of them.
        item_type: the class of their items.
    """

    job_type: str
    kind: Kind
    item_type: type[Any]
    batch: int | None = MOST
    brings: Brings = Brings.EACH_ROW
    of_rows: Collection[int] = OF_ROWS
    takes_away: bool = False
    on_platform: bool = False
    pace: ItemPace | None = None
    half_done: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.item_type.__attrs_attrs__)

    def item(self, values: Mapping[str, Any]) -> Any:
        return self.item_type(**{key: value for key, value in values.items() if value is not None})

    def work(self, policy: RequestPolicy, journal: Journal, lag: float) -> _Work:
        return _Work(policy, journal, self.kind, self.item, lag)

    def sees(self, policy: RequestPolicy, job_id: str) -> Flow[bool]:
        try:
            found, _ = yield from calls.read(policy, self.kind, [job_id])
        except errors.Forbidden:
            return False
        return job_id in found

    def may_have_started(
        self,
        policy: RequestPolicy,  # noqa: ARG002
        journal: Journal,  # noqa: ARG002
        submission: Submission | None,  # noqa: ARG002
        job_id: str,  # noqa: ARG002
    ) -> Flow[bool]:
        yield from ()
        raise InputError(
            f"No job can be adopted: in an {self.kind.jobs.name} each file has its own job, which is found by its "
            f"source and destination."
        )


class Exports(_VolumeJobs):
    """Exports of files to volumes."""

    def read(self, stream: IO[bytes], form: ReadFormat | None, defaults: Defaults, promised: Format | None) -> Rows:
        return manifest.read(stream, form, defaults, promised)

    def verify(
        self, policy: RequestPolicy, journal: Journal, on_request: Callable[[int], object] | None
    ) -> Flow[Verification]:
        return verify.exports(policy, journal, on_request)


class Imports(_VolumeJobs):
    """Imports of objects and folders from volumes, with the metadata that the files get."""

    def item(self, values: Mapping[str, Any]) -> ImportItem:
        return item_of(values)

    def read(self, stream: IO[bytes], form: ReadFormat | None, defaults: Defaults, promised: Format | None) -> Rows:
        return import_manifest.read(stream, form, defaults, promised)

    def verify(
        self, policy: RequestPolicy, journal: Journal, on_request: Callable[[int], object] | None
    ) -> Flow[Verification]:
        return verify.imports(policy, journal, on_request)


FAMILIES: Final[Sequence[Family]] = (
    Exports(EXPORT_COPY, calls.exports(copy_only=True), ExportItem),
    Exports(EXPORT_REPLACE, calls.exports(copy_only=False), ExportItem),
    Imports(IMPORT, calls.imports(), ImportItem, on_platform=True, half_done=IMPORTED),
)
"""The exports that keep the platform's copies, those that have aliases take their place, and the imports."""
