"""The metadata and the tags of files as families of the engine: up to a hundred rows in a call, results at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import IO, Any, Final

from attrs import define, field, frozen

from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow
from sbg_bulk.errors import InputError
from sbg_bulk.items import METADATA, TAGS
from sbg_bulk.limits import BULK_LIMIT
from sbg_bulk.metadata import items, manifest, verify
from sbg_bulk.metadata.edit import NoJobs, ReadBack, change
from sbg_bulk.metadata.items import Change, MetadataItem, TagItem
from sbg_bulk.metadata.manifest import Take, take_metadata, take_tags
from sbg_bulk.runs.family import Brings, Family
from sbg_bulk.runs.forms import Format, ReadFormat
from sbg_bulk.runs.item_pace import ItemPace
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import RowOutcome, Submission
from sbg_bulk.runs.rows import Defaults, Rows
from sbg_bulk.runs.verification import Verification

OF_ROWS: Final = frozenset({5001, 5008, 5009, 5011})
"""Codes of a 403 that are about a file or its project, and not about the user."""

_NO_JOBS: Final = "Changes of metadata and tags have no jobs, so none can be adopted; the files are read again instead."


@define
class _Work:
    """Changes the files of a run."""

    policy: RequestPolicy
    journal: Journal
    item: Callable[[Mapping[str, Any]], Change]
    watch: NoJobs = field(factory=NoJobs)
    settler: ReadBack = field(init=False)
    second: None = None

    def __attrs_post_init__(self) -> None:
        self.settler = ReadBack(self.policy, self.journal, self.item)

    def submit(self, items: Sequence[Change]) -> Flow[list[RowOutcome | None]]:
        return change(self.policy, items)

    def outcomes(
        self,
        items: Sequence[Change],  # noqa: ARG002
        job: object,  # noqa: ARG002
        *,
        new_ids: bool,  # noqa: ARG002
        settled: bool,  # noqa: ARG002
    ) -> Flow[list[RowOutcome]]:
        raise AssertionError(_NO_JOBS)

    def made(self, job: object) -> None:
        """Return None: nothing is made."""

    def note_earlier_jobs(self) -> Flow[None]:
        yield from ()


@frozen
class Changes:
    """A kind of changes of files; see `sbg_bulk.runs.family.Family`.

    Attributes:
        made_of: makes an item of its values.
        take: takes these of a record of a manifest.
        settings: what can be said for all rows.
    """

    job_type: str
    columns: tuple[str, ...]
    made_of: Callable[[Mapping[str, Any]], Change]
    take: Take
    settings: tuple[str, ...]
    batch: int | None = BULK_LIMIT
    brings: Brings = Brings.EACH_ROW
    of_rows: Collection[int] = OF_ROWS
    takes_away: bool = False
    on_platform: bool = True
    pace: ItemPace | None = None
    half_done: str | None = None

    def read(self, stream: IO[bytes], form: ReadFormat | None, defaults: Defaults, promised: Format | None) -> Rows:
        manifest.check_settings(defaults.settings, self.settings)
        return manifest.read(stream, form, defaults, promised, self.take, self.made_of)

    def item(self, values: Mapping[str, Any]) -> Change:
        return self.made_of(values)

    def work(self, policy: RequestPolicy, journal: Journal, lag: float) -> _Work:  # noqa: ARG002
        return _Work(policy, journal, self.made_of)

    def sees(self, policy: RequestPolicy, job_id: str) -> Flow[bool]:  # noqa: ARG002
        raise AssertionError(_NO_JOBS)

    def may_have_started(
        self,
        policy: RequestPolicy,  # noqa: ARG002
        journal: Journal,  # noqa: ARG002
        submission: Submission | None,  # noqa: ARG002
        job_id: str,  # noqa: ARG002
    ) -> Flow[bool]:
        yield from ()
        raise InputError(_NO_JOBS)

    def verify(
        self, policy: RequestPolicy, journal: Journal, on_request: Callable[[int], object] | None
    ) -> Flow[Verification]:
        return verify.verify(policy, journal, self.made_of, on_request)


FAMILIES: Final[Sequence[Family]] = (
    Changes(METADATA, (items.FILE,), MetadataItem.from_row, take_metadata, (items.CLEAR,)),
    Changes(TAGS, (items.FILE, items.ACTION, items.TAGS), TagItem.from_row, take_tags, (items.ACTION, items.TAGS)),
)
"""The changes of metadata and of tags."""
