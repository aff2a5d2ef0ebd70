"""Runs that are broken off again and again, and resumed as a person would."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sbg_bulk import RunOptions, RunStopped
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.steps import Step
from sbg_bulk.runs.decide import asked_about
from sbg_bulk.runs.journal import Journal
from tests.second.server.variant import Variant
from tests.second.service import TARGET, Service, manifest

PAST_JOBS: Final = 130
"""The jobs that are in the list already are more than fit on a page."""

HARD: Final = (
    "plain",
    "shuffled",
    "oldest first, links empty, no total",
    "oldest first, letters, no dates",
    "short pages, links absent, no total",
    "no listed results",
    "results shuffled",
    "a result for each file",
    "results of what failed",
    "no dates",
    "no Date",
    "listed late",
    "another program",
)
"""The variants that make it hard to find a job again, or to tell what it did."""


class Killed(BaseException):
    """The process ends here, as far as a run is concerned."""


def killed(at: int, after: bool) -> type[BlockingDriver]:
    """Return a driver that is killed at its step of this number, before or after it is performed."""
    left = [at]

    class Mortal(BlockingDriver):
        def _perform(self, step: Step) -> object:
            left[0] -= 1
            if left[0] < 0 and not after:
                raise Killed
            outcome = super()._perform(step)
            if left[0] < 0:
                raise Killed
            return outcome

    return Mortal


def carry(
    service: Service,
    path: Path,
    job_type: str,
    rows: list[str],
    mortal: Callable[..., type[BlockingDriver]],
    options: RunOptions | None = None,
) -> int:
    """Carry a run to its end, through ever longer lives; return how many there were."""
    project = None if job_type == "delete" else TARGET
    options = options or RunOptions(list_lag=30)
    adopt, resubmit = None, False
    for lives in itertools.count(1):
        assert lives < 40, "the run does not come to its end"
        with service.client(mortal(int(4 * 1.3**lives), bool(lives % 2))) as client:
            try:
                if path.exists():
                    client.resume(path, adopt=adopt, resubmit=resubmit, options=options)
                else:
                    source = manifest(rows)
                    client.run(job_type, source, project=project, journal=path, items_per_job=3, options=options)
            except Killed:
                adopt, resubmit = None, False
            except RunStopped:
                adopt = lost_job(service, path)
                resubmit = adopt is None
            else:
                return lives
    raise AssertionError


def lost_job(service: Service, path: Path) -> str | None:
    """Look, as a person would, what the submission of unknown outcome has started; return the id of its job, if any."""
    with Journal.open(path) as journal:
        lost = asked_about(journal)
        assert lost is not None
        wanted = {row["file"] for row in journal.values(lost.first, lost.last)}
    ours = [one for one in service.world.jobs.values() if not one.foreign]
    return next((job.id for job in ours if {one.file for one in job.items} == wanted), None)


def prepared(variant: Variant) -> tuple[Service, list[str]]:
    """Return a service with a long past, and rows to carry, of which some fail."""
    service = Service(variant, files=24)
    folder = service.add_tree()
    rows = service.files[:24]
    service.past_jobs(PAST_JOBS)
    service.clock.sleep(600)
    return service, [*rows[:10], "none-1", *rows[10:20], folder.id, *rows[20:], "none-2"]
