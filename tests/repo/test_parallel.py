"""Trials are shared out to several processes, and none is lost or done twice."""

from __future__ import annotations

import os

import pytest

from scripts.lib.parallel import AT_ONCE, shared_out


def seeds_and_process(seeds: range) -> tuple[list[int], int]:
    if 666 in seeds:
        raise ValueError("666")
    return list(seeds), os.getpid()


def test_each_seed_is_dealt_with_once_in_other_processes() -> None:
    seeds = range(3, 3 + 2 * AT_ONCE + 1)
    parts = list(shared_out(seeds_and_process, seeds, processes=2))
    assert sorted(seed for part, _ in parts for seed in part) == list(seeds)
    assert len(parts) == 3
    assert os.getpid() not in {process for _, process in parts}


def test_what_goes_wrong_in_a_process_is_raised() -> None:
    with pytest.raises(ValueError, match="666"):
        list(shared_out(seeds_and_process, range(666, 667), processes=1))
