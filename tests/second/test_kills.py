"""A run that is killed again and again does each row once, and what it says of each row in the end is true."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.steps import Call, Step
from tests.second.server.variant import Variant
from tests.second.service import lies, variants
from tests.second.trials import HARD, Killed, carry, killed, prepared


def killed_after_submissions(_: int, __: bool) -> type[BlockingDriver]:
    """Return a driver that is killed when the server has taken its second submission, before the answer is read."""
    left = [2]

    class Mortal(BlockingDriver):
        def _perform(self, step: Step) -> object:
            outcome = super()._perform(step)
            if isinstance(step, Call) and step.operation.name.startswith("submit"):
                left[0] -= 1
                if not left[0]:
                    raise Killed
            return outcome

    return Mortal


@pytest.mark.parametrize(
    ("job_type", "variant"),
    [
        *variants(with_="copy"),
        *variants(HARD, with_="move"),
        *variants(HARD, with_="delete"),
    ],
)
def test_a_run_that_is_killed_at_all_kinds_of_steps_is_carried_out_once(
    tmp_path: Path, job_type: str, variant: Variant
) -> None:
    service, rows = prepared(variant)
    path = tmp_path / "a.sbg-run"
    assert carry(service, path, job_type, rows, killed) > 3
    assert lies(service, path) == []


@pytest.mark.parametrize("variant", variants(HARD))
def test_a_run_that_is_killed_after_every_second_submission_is_carried_out_once(
    tmp_path: Path, variant: Variant
) -> None:
    service, rows = prepared(variant)
    path = tmp_path / "a.sbg-run"
    assert carry(service, path, "copy", rows, killed_after_submissions) > 3
    assert lies(service, path) == []
    assert Counter(len(job.items) for job in service.world.jobs.values() if not job.foreign) == {3: 9}
