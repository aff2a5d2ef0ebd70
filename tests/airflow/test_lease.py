"""A lease: one has it at a time, and a dead one not for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from sbg_bulk.airflow.lease import SECONDS, SKEW, Lease
from sbg_bulk.errors import JournalError, RunInUse
from sbg_bulk.testing import VirtualClock


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


def lease(folder: Path, clock: VirtualClock) -> Lease:
    return Lease(folder, clock=clock.now)


def test_one_has_it_until_it_is_given_up(tmp_path: Path, clock: VirtualClock) -> None:
    first, second = lease(tmp_path, clock), lease(tmp_path, clock)
    first.take()
    with pytest.raises(RunInUse, match="its lease expires"):
        second.take()
    first.renew()
    first.release()
    second.take()
    assert len(list(tmp_path.iterdir())) == 1


def test_a_dead_process_has_it_until_it_runs_out(tmp_path: Path, clock: VirtualClock) -> None:
    lease(tmp_path, clock).take()
    clock.advance(SECONDS)
    with pytest.raises(RunInUse):
        lease(tmp_path, clock).take()
    clock.advance(SKEW + 1)
    lease(tmp_path, clock).take()


def test_it_is_kept_for_as_long_as_it_is_renewed(tmp_path: Path, clock: VirtualClock) -> None:
    first = lease(tmp_path, clock)
    first.take()
    for _ in range(10):
        clock.advance(SECONDS * 0.6)
        first.renew()
        with pytest.raises(RunInUse):
            lease(tmp_path, clock).take()


def test_who_stood_still_for_too_long_sends_nothing_more(tmp_path: Path, clock: VirtualClock) -> None:
    first, second = lease(tmp_path, clock), lease(tmp_path, clock)
    first.take()
    clock.advance(SECONDS - SKEW)
    with pytest.raises(JournalError, match="Nothing more is sent"):
        first.renew()
    clock.advance(2 * SKEW + 1)
    second.take()


def test_of_two_that_begin_at_once_never_both_have_it(tmp_path: Path, clock: VirtualClock) -> None:
    """Each has written its own before it looks at the other's, in whatever order."""
    first, second = lease(tmp_path, clock), lease(tmp_path, clock)
    second._write()
    with pytest.raises(RunInUse):
        first.take()
    second.take()


def test_one_that_is_half_written_counts(tmp_path: Path, clock: VirtualClock) -> None:
    (tmp_path / "other.lease").write_text('{"un')
    with pytest.raises(RunInUse):
        lease(tmp_path, clock).take()
