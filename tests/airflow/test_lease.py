"""A lease: one has it at a time, and a dead one not for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from sbg_bulk.errors import JournalError, RunInUse
from sbg_bulk.testing import VirtualClock

pytest.importorskip("airflow", reason="Airflow is not installed here: scripts/airflow runs these tests")

from sbg_bulk.airflow.lease import SECONDS, SKEW, Lease


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
        assert list(tmp_path.iterdir()) == [first._own]


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


def test_one_whose_process_died_while_it_wrote_ends_like_any_other(tmp_path: Path, clock: VirtualClock) -> None:
    """The name is all that there is to it: there is no half of it."""
    lease(tmp_path, clock).take()
    [written] = tmp_path.iterdir()
    assert written.read_bytes() == b""
    with pytest.raises(RunInUse):
        lease(tmp_path, clock).take()
    clock.advance(SECONDS + SKEW + 1)
    lease(tmp_path, clock).take()
    assert not written.exists()


def test_what_is_not_a_lease_is_left_alone(tmp_path: Path, clock: VirtualClock) -> None:
    (tmp_path / "somebody's.lease").touch()
    lease(tmp_path, clock).take()
    assert (tmp_path / "somebody's.lease").exists()


@pytest.mark.parametrize("left", ["the earlier one", "both"])
def test_one_that_dies_while_it_renews_keeps_others_out_and_not_for_ever(
    tmp_path: Path, clock: VirtualClock, left: str
) -> None:
    first = lease(tmp_path, clock)
    first.take()
    [earlier] = tmp_path.iterdir()
    clock.advance(SECONDS * 0.6)
    if left == "both":
        first.renew()
        earlier.touch()
    with pytest.raises(RunInUse):
        lease(tmp_path, clock).take()
    clock.advance(SECONDS + SKEW + 1)
    last = lease(tmp_path, clock)
    last.take()
    assert list(tmp_path.iterdir()) == [last._own]
