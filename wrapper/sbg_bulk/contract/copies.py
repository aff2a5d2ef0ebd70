"""Copies of a file in the scratch folder, for what is done to files one by one."""

from __future__ import annotations

from sbg_bulk.contract.jobs import read_job
from sbg_bulk.contract.known import Known
from sbg_bulk.contract.scratch import Scratch
from sbg_bulk.contract.service import Service
from sbg_bulk.contract.stops import AbandonError
from sbg_bulk.contract.tree import Crawler
from sbg_bulk.contract.watching import FIRST_PAUSE, LONGEST_PAUSE
from sbg_bulk.text import either


def make_copies(service: Service, scratch: Scratch, known: Known, number: int) -> list[str]:
    """Have copies of a file of the project in a folder of their own. Returns their ids; none if there is no file.

    Raises:
        AbandonError: they cannot be made.
    """
    if known.file is None:
        return []
    folder = scratch.make_folder("copies", scratch.home)
    jobs: list[str] = []
    for one in range(number):
        # An item is named once in a job.
        item = {"file": known.file, "parent": folder, "name": f"copy-{one}.bam"}
        jobs.append(str(service.call("submit_copy_job", body={"items": [item]}).field("id")))
    began, pause, limit = service.now(), FIRST_PAUSE, service.budget.job_timeout
    for job in jobs:
        # They go on at once: when one has ended, others have too.
        while (state := read_job(service, "COPY", job).field("state")) not in ("FINISHED", None):
            if not service.report.hold(
                "ends",
                service.now() - began <= limit,
                "a COPY job does not end",
                expected=f"an end within {limit:.0f} s ({either('--job-timeout', 'Budget(job_timeout=...)')})",
                came=f"job {job} is {state}",
            ):
                raise AbandonError
            service.wait(pause)
            pause = min(LONGEST_PAUSE, pause * 1.3)
    found = {str(one.get("name")): str(one.get("id")) for one in Crawler(service).content(folder)}
    if not service.report.hold(
        "items-done", len(found) == number, "a file cannot be copied", expected=f"{number} copies", came=str(len(found))
    ):
        raise AbandonError
    return [found[name] for name in sorted(found)]
