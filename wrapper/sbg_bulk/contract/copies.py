"""Copies of a file in the scratch folder, for what is done to files one by one."""

from __future__ import annotations

from sbg_bulk.contract.jobs import read_job
from sbg_bulk.contract.known import Known
from sbg_bulk.contract.scratch import Scratch
from sbg_bulk.contract.service import Service
from sbg_bulk.contract.stops import AbandonError
from sbg_bulk.contract.tree import Crawler
from sbg_bulk.contract.watching import LONGEST_PAUSE
from sbg_bulk.text import either

FIRST_PAUSE, MOST_LOOKS = 0.5, 10
"""Seconds between the first two looks at them, and how often they are looked for once they are there."""


def make_copies(service: Service, scratch: Scratch, known: Known, number: int) -> tuple[str, dict[str, str]]:
    """Have copies of files of the project in a folder of their own. Returns it, and their names by id.

    There are none if the project has no file.

    Raises:
        AbandonError: they cannot be made.
    """
    if known.file is None:
        return "", {}
    folder = scratch.make_folder("copies", scratch.home, read=False)
    sources = known.files or [known.file]
    items = [{"file": sources[n % len(sources)], "parent": folder, "name": f"copy-{n}.bam"} for n in range(number)]
    # An item is named once in a job.
    of_each = [items[first : first + len(sources)] for first in range(0, number, len(sources))]
    jobs = [str(service.call("submit_copy_job", body={"items": some}).field("id")) for some in of_each]
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
    found: dict[str, str] = {}
    for _ in range(MOST_LOOKS):
        found = {str(one.get("name")): str(one.get("id")) for one in Crawler(service).content(folder)}
        if len(found) >= number:
            break
        # When they are in the list is not documented.
        service.wait(FIRST_PAUSE)
    if not service.report.hold(
        "items-done", len(found) == number, "a file cannot be copied", expected=f"{number} copies", came=str(len(found))
    ):
        raise AbandonError
    return folder, {found[name]: name for name in sorted(found)}
