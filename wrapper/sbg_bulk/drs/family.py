"""The imports by DRS as a family of the engine: one job for up to a hundred rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import IO, Any, Final

from attrs import define, field, frozen

from sbg_bulk import errors
from sbg_bulk.api import storage
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.drs import manifest, verify
from sbg_bulk.drs.calls import MOST, start
from sbg_bulk.drs.items import OWN, DrsItem
from sbg_bulk.drs.outcomes import outcomes
from sbg_bulk.drs.settle import DrsSettler
from sbg_bulk.drs.watch import DrsWatch
from sbg_bulk.files.details import FileDetails
from sbg_bulk.items import DRS_IMPORT
from sbg_bulk.jobs.listing import whole_list
from sbg_bulk.limits import DRS_FILES, DRS_WINDOW
from sbg_bulk.models.storage import DrsImport
from sbg_bulk.runs.family import Brings, Family
from sbg_bulk.runs.forms import Format, ReadFormat
from sbg_bulk.runs.item_pace import ItemPace
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import RowOutcome, Submission
from sbg_bulk.runs.rows import Defaults, Rows
from sbg_bulk.runs.verification import Verification

OF_ROWS: Final = frozenset({3001, 5001, 5022, 5026})
"""Codes of a 403 that are about a destination, and not about the user."""

PACE: Final = ItemPace(DRS_FILES, DRS_WINDOW)
"""The pace of the platform: what exceeds it is not refused, and waits there."""


@define
class _Work:
    """Imports the objects of a run."""

    policy: RequestPolicy
    journal: Journal
    lag: float
    watch: DrsWatch = field(init=False)
    settler: DrsSettler = field(init=False)
    second: None = None

    def __attrs_post_init__(self) -> None:
        self.watch = DrsWatch(self.policy, self.lag)
        self.settler = DrsSettler(self.policy, self.journal, self.lag)

    def submit(self, items: Sequence[DrsItem]) -> Flow[tuple[DrsImport]]:
        return ((yield from start(self.policy, items)),)

    def outcomes(
        self,
        items: Sequence[DrsItem],
        job: DrsImport,
        *,
        new_ids: bool,
        settled: bool,  # noqa: ARG002
    ) -> Flow[list[RowOutcome]]:
        return outcomes(FileDetails(self.policy), items, job, new_ids=new_ids)

    def made(self, job: DrsImport) -> None:
        """Return None: no later run asks for them."""

    def note_earlier_jobs(self) -> Flow[None]:
        earlier = yield from whole_list(self.policy)
        own = yield from record(self.journal.own_jobs)
        yield from record(lambda: self.journal.not_ours(earlier.keys() - own))


@frozen
class DrsImports:
    """Imports by DRS; see `sbg_bulk.runs.family.Family`."""

    job_type: str = DRS_IMPORT
    columns: tuple[str, ...] = OWN
    batch: int | None = MOST
    brings: Brings = Brings.ONE_JOB
    of_rows: Collection[int] = OF_ROWS
    takes_away: bool = False
    on_platform: bool = True
    pace: ItemPace | None = PACE
    half_done: str | None = None

    def read(self, stream: IO[bytes], form: ReadFormat | None, defaults: Defaults, promised: Format | None) -> Rows:
        return manifest.read(stream, form, defaults, promised)

    def item(self, values: Mapping[str, Any]) -> DrsItem:
        return DrsItem.from_row(values)

    def work(self, policy: RequestPolicy, journal: Journal, lag: float) -> _Work:
        return _Work(policy, journal, lag)

    def sees(self, policy: RequestPolicy, job_id: str) -> Flow[bool]:
        try:
            yield from storage.drs_import(policy, job_id)
        except (errors.NotFound, errors.Forbidden):
            return False
        return True

    def may_have_started(
        self,
        policy: RequestPolicy,
        journal: Journal,  # noqa: ARG002
        submission: Submission | None,  # noqa: ARG002
        job_id: str,
    ) -> Flow[bool]:
        yield from storage.drs_import(policy, job_id)
        return True

    def verify(
        self, policy: RequestPolicy, journal: Journal, on_request: Callable[[int], object] | None
    ) -> Flow[Verification]:
        return verify.verify(policy, journal, on_request)


FAMILIES: Final[Sequence[Family]] = (DrsImports(),)
"""The imports by DRS."""
