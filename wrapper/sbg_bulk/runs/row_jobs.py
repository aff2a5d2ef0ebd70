"""Carry submissions whose rows each have a job of their own, or an outcome at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from sbg_bulk.api.steps import Flow, now, record
from sbg_bulk.runs.family import Answer, Polled
from sbg_bulk.runs.progress import EndedJob
from sbg_bulk.runs.records import EndedRow, Outcome, Part, RowOutcome, State, Submission
from sbg_bulk.runs.state import RunState


def take(
    state: RunState, submission: Submission, answer: Answer, latest: float | None = None, *, undecided: bool = False
) -> Flow[None]:
    """Write down what a submission has brought forth, row by row.

    Args:
        state: the run's.
        submission: which.
        answer: what it has brought forth. Rows of which it tells nothing are left for the settler, if it was just sent.
        latest: the latest time that the server had told before it was sent, in Unix seconds.
        undecided: whether a person is to decide on the rows of which nothing is told.
    """
    # Its settler has seen all that there is: then rows without a job came to nothing.
    settled = submission.id in state.settler.open
    lost = State.VOID if settled and not undecided else State.INTENDED
    pieces = yield from record(partial(state.journal.accepted, submission, answer, lost))
    if settled:
        state.settler.close(submission)
    moment = yield from now()
    for piece in pieces:
        if piece.state is State.INTENDED:
            yield from state.settler.add(piece, latest, sent_here=True)
            if undecided:
                state.settler.leave(piece)
        if piece.state is not State.RUNNING:
            continue
        for place in range(piece.first, piece.last + 1):
            told = answer[place - submission.first]
            if told is not None and not isinstance(told, RowOutcome):
                state.running[told.id] = Part(piece, place, place)
                state.watch.follow(told.id, moment, told, due=False)
    voided = sum(piece.size for piece in pieces if piece.state is State.VOID)
    state.count(opened=-voided, outcomes=[told for told in answer if isinstance(told, RowOutcome)])


def end(state: RunState, polled: Polled) -> Flow[None]:
    """Write down what came of the rows whose jobs have ended, all at once. Those with a second step have not ended."""
    ended: list[EndedRow] = []
    for seen in polled.finished:
        [outcome] = yield from state.work.outcomes((), seen.job, new_ids=False, settled=False)
        ended.append(EndedRow(state.running.pop(seen.id), seen.id, outcome, seen.job))
    for seen in polled.lost:
        message = f"job {seen.id} can no longer be read"
        ended.append(EndedRow(state.running.pop(seen.id), seen.id, RowOutcome(Outcome.UNKNOWN, message=message)))
    if state.halfway.step is not None:
        items = yield from record(partial(_items, state, ended))
        ended = state.halfway.add((yield from now()), list(zip(ended, items, strict=True)))
    yield from _write(state, ended)


def take_second_step(state: RunState) -> Flow[None]:
    """Do the second step for rows whose jobs have done their part, and write down what came of it."""
    yield from _write(state, (yield from state.halfway.carry()))


def _items(state: RunState, ended: Sequence[EndedRow]) -> list[Any]:
    values = (state.journal.values(one.part.first, one.part.first) for one in ended)
    return [state.family.item(one) for [one] in values]


def _write(state: RunState, ended: Sequence[EndedRow]) -> Flow[None]:
    if not ended:
        return
    yield from record(partial(state.journal.rows_ended, ended))
    state.count(outcomes=[one.outcome for one in ended])
    if state.on_change is not None:
        for one in ended:
            state.newly_ended.append(EndedJob(one.job, 1, **{str(one.outcome.outcome): 1}))
