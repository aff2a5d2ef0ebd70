"""The trials of imports and exports find what they are for: with each safeguard taken away, some break the promise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk.api.request import request
from sbg_bulk.api.steps import Flow, now, record
from sbg_bulk.models.storage import VolumeJob
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import Outcome, RowOutcome, Submission
from sbg_bulk.volume_jobs import calls, family, settle
from sbg_bulk.volume_jobs.calls import Kind
from sbg_bulk.volume_jobs.settle import VolumeSettler
from scripts.lib.faults.volume_trial import attempt_volumes

SCHEDULES = 400

Patch = pytest.MonkeyPatch


def no_look(patch: Patch) -> None:
    """What is not heard of is taken for not started, without a look at the list."""

    def nothing(*_: object) -> Flow[dict[Any, Any]]:
        yield from ()
        return {}

    patch.setattr(VolumeSettler, "_find", nothing)


def no_lag(patch: Patch) -> None:
    """The list is looked at before it certainly shows a job."""

    def at_once(
        self: VolumeSettler, submission: Submission, latest: float | None = None, *, sent_here: bool
    ) -> Flow[None]:
        values = yield from record(lambda: self.journal.values(submission.first, submission.last))
        due = yield from now()
        items = list(map(self.item, values))
        self.open[submission.id] = settle._Open(submission, items, due, sent_here, latest)

    patch.setattr(VolumeSettler, "add", at_once)


def old_ones_fit(patch: Patch) -> None:
    """A job of the same source and destination is the run's, whenever it was started."""
    patch.setattr(settle, "_is_newer", lambda *_: True)


def any_destination_fits(patch: Patch) -> None:
    """A job of the same source is the run's, wherever it goes."""
    patch.setattr(Kind, "same", property(lambda _: lambda wanted, told: bool(told) and wanted[0] == told[0]))


def first_page_believed(patch: Patch) -> None:
    """What is not on the first page of the list is not there."""

    def nothing(*_: object, **__: object) -> Flow[dict[str, VolumeJob]]:
        yield from ()
        return {}

    patch.setattr(settle, "whole_list", nothing)


def order_believed(patch: Patch) -> None:
    """Each entry of an answer is taken for that of the row in its place."""

    def in_place(self: Any, items: Sequence[Any]) -> Flow[list[Any]]:
        arguments = self.kind.body(items)
        jobs, _ = yield from request(self.policy, self.kind.start, partial(calls.entries, self.kind), **arguments)
        return [job for _, job in zip_longest(items, jobs[: len(items)])]

    patch.setattr(family._Work, "submit", in_place)


def all_rows_done(patch: Patch) -> None:
    """A job that has ended has done its row, as public scripts have it."""

    def done(*_: object, **__: object) -> Flow[list[RowOutcome]]:
        yield from ()
        return [RowOutcome(Outcome.DONE)]

    patch.setattr(family._Work, "outcomes", done)


def silence_is_refusal(patch: Patch) -> None:
    """Rows that an answer does not tell of have failed."""
    submit = family._Work.submit

    def refused(self: Any, items: Sequence[Any]) -> Flow[list[Any]]:
        answer = yield from submit(self, items)
        return [RowOutcome(Outcome.FAILED) if one is None else one for one in answer]

    patch.setattr(family._Work, "submit", refused)


def late_intent(patch: Patch) -> None:
    """What is about to be sent is not in the journal, if the process ends before it is answered."""
    read = Journal.unfinished

    def heard_of(self: Journal) -> list[Submission]:
        with self._change():
            self._db.execute("UPDATE submission SET state = 'void' WHERE state = 'intended'")
        return read(self)

    patch.setattr(Journal, "unfinished", heard_of)


MUTATIONS: Sequence[Callable[[Patch], None]] = (
    no_look,
    no_lag,
    old_ones_fit,
    any_destination_fits,
    first_page_believed,
    order_believed,
    all_rows_done,
    silence_is_refusal,
    late_intent,
)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_without_this_safeguard_the_promise_is_broken(
    mutation: Callable[[Patch], None], folder: Path, monkeypatch: Patch
) -> None:
    mutation(monkeypatch)
    for seed in range(1, SCHEDULES + 1):
        if not attempt_volumes(seed, folder).broken:
            continue
        monkeypatch.undo()
        assert not attempt_volumes(seed, folder).broken, "with the safeguard, the same schedule does no harm"
        return
    pytest.fail(f"{SCHEDULES} schedules have found nothing")
