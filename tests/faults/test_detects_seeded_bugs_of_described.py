"""The trials of imports by DRS, metadata and tags find what they are for: with a safeguard taken away, some fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from sbg_bulk.api import operations
from sbg_bulk.api.steps import Flow, record
from sbg_bulk.drs import family
from sbg_bulk.drs.items import DrsItem
from sbg_bulk.drs.settle import DrsSettler
from sbg_bulk.items import DRS_IMPORT, METADATA, TAGS
from sbg_bulk.metadata import edit
from sbg_bulk.metadata.edit import ReadBack
from sbg_bulk.metadata.items import MetadataItem, TagItem
from sbg_bulk.models.resources import File
from sbg_bulk.models.storage import DrsImport
from sbg_bulk.runs.family import Decision
from sbg_bulk.runs.newer import Since
from sbg_bulk.runs.records import Outcome, RowOutcome
from scripts.lib.faults.drs_trial import attempt_drs
from scripts.lib.faults.edit_trial import attempt_edits, draw_edits

SCHEDULES = 300

Patch = pytest.MonkeyPatch

DONE = RowOutcome(Outcome.DONE)


# Imports by DRS


def old_ones_fit(patch: Patch) -> None:
    """A job or a file of the names that were asked for is the run's, whenever it came."""
    patch.setattr(Since, "precedes", lambda *_: True)


def no_look(patch: Patch) -> None:
    """What is not heard of is imported again, without a look at the list or the destination."""

    def void(self: DrsSettler) -> Flow[list[Decision]]:
        decisions = []
        for one in list(self.open.values()):
            yield from record(partial(self.journal.void, one.submission))
            decisions.append(Decision(one.submission))
        self.open.clear()
        return decisions

    patch.setattr(DrsSettler, "settle", void)


def blind_repetition(patch: Patch) -> None:
    """A submission of unknown outcome is sent again, like any other request."""
    patch.setattr(operations, "START_DRS_IMPORT", evolve(operations.START_DRS_IMPORT, repeatable=True))


def order_believed(patch: Patch) -> None:
    """Each entry of a result is taken for that of the object in its place."""

    def in_place(_: object, items: Sequence[DrsItem], job: DrsImport, **__: object) -> Flow[list[RowOutcome]]:
        yield from ()
        entries = job.result[: len(items)]
        return [
            RowOutcome(Outcome.DONE, entry.id)
            if entry is not None and entry.ok
            else RowOutcome(Outcome.FAILED, api_code=None if entry is None or entry.error is None else entry.error.code)
            for _, entry in zip_longest(items, entries)
        ]

    patch.setattr(family, "outcomes", in_place)


def all_objects_done(patch: Patch) -> None:
    """A job that has ended has imported all its objects, as public scripts have it."""

    def done(_: object, items: Sequence[DrsItem], job: object, **__: object) -> Flow[list[RowOutcome]]:
        del job
        yield from ()
        return [DONE for _ in items]

    patch.setattr(family, "outcomes", done)


# Metadata and tags


def lost_is(outcome: RowOutcome, patch: Patch) -> None:
    """What became of a change whose answer was lost is not read."""
    patch.setattr(ReadBack, "_told", lambda *_: outcome)


def lost_is_done(patch: Patch) -> None:
    """A change whose answer was lost counts as done."""
    lost_is(DONE, patch)


def lost_is_failed(patch: Patch) -> None:
    """A change whose answer was lost counts as failed."""
    lost_is(RowOutcome(Outcome.FAILED), patch)


def only_what_is_named_is_sent(patch: Patch) -> None:
    """The metadata and the tags that a row does not name are left out, and so erased."""
    patch.setattr(MetadataItem, "made", lambda self, _: ([], {**self.values, **dict.fromkeys(self.clear)}))


def old_tags_dropped(patch: Patch) -> None:
    """Tags are replaced where they are to be added."""

    def replaced(self: TagItem, file: File) -> tuple[list[str], dict[str, Any]]:
        del file
        return list(self.tags), {}

    patch.setattr(TagItem, "made", replaced)


def missing_is_done(patch: Patch) -> None:
    """There is nothing to be changed in a file that is not there, and so nothing has failed."""
    real = edit._before

    def before(item: Any, file: File | None) -> RowOutcome | None:
        return DONE if file is None else real(item, file)

    patch.setattr(edit, "_before", before)


BUGS: Sequence[tuple[str, Callable[[Patch], None]]] = (
    *((DRS_IMPORT, bug) for bug in (old_ones_fit, no_look, blind_repetition, order_believed, all_objects_done)),
    *((METADATA, bug) for bug in (lost_is_done, lost_is_failed, only_what_is_named_is_sent, missing_is_done)),
    *((TAGS, bug) for bug in (lost_is_done, lost_is_failed, old_tags_dropped, missing_is_done)),
)


def seeds(kind: str) -> Iterator[int]:
    """Yield the seeds of some trials of this family."""
    drawn = (seed for seed in range(1, 10 * SCHEDULES) if kind == DRS_IMPORT or draw_edits(seed)[1] == kind)
    return islice(drawn, SCHEDULES)


@pytest.mark.parametrize(("kind", "bug"), BUGS, ids=lambda each: each if isinstance(each, str) else each.__name__)
def test_without_this_safeguard_the_promise_is_broken(
    kind: str, bug: Callable[[Patch], None], folder: Path, monkeypatch: Patch
) -> None:
    attempt = attempt_drs if kind == DRS_IMPORT else attempt_edits
    bug(monkeypatch)
    for seed in seeds(kind):
        if not attempt(seed, folder).broken:
            continue
        monkeypatch.undo()
        assert not attempt(seed, folder).broken, "with the safeguard, the same schedule does no harm"
        return
    pytest.fail(f"{SCHEDULES} schedules have found nothing")
