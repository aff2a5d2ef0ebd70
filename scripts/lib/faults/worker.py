"""A process of its own that carries a run until it is killed: starts it, or resumes it if its journal is there.

It writes a line each time the run has come further or waits, and in the end `complete`, or `stopped` and the
candidates. Where to connect, and as whom, is in the environment.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from sbg_bulk import Client
from sbg_bulk.api.polling import Polling
from sbg_bulk.api.retry import Retry
from sbg_bulk.api.waits import Wait
from sbg_bulk.drs import settle
from sbg_bulk.errors import RunStopped
from sbg_bulk.runs.progress import Progress, RunOptions

COMPLETE = "complete"
STOPPED = "stopped"

UNPACED = 1_000_000
"""Items in five minutes: no run is to wait for those."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("job_type")
    parser.add_argument("manifest", type=Path)
    parser.add_argument("journal", type=Path)
    parser.add_argument("--items-per-job", type=int, required=True)
    parser.add_argument("--jobs-in-flight", type=int, required=True)
    parser.add_argument("--list-lag", type=float, required=True)
    parser.add_argument("--settings", type=json.loads, default={})
    parser.add_argument("--adopt")
    parser.add_argument("--resubmit", action="store_true")
    given = parser.parse_args()
    # What takes minutes elsewhere takes moments here.
    settle.AGAIN, settle.PATIENCE = given.list_lag, 2 * given.list_lag  # type: ignore[misc]
    options = RunOptions(jobs_in_flight=given.jobs_in_flight, list_lag=given.list_lag, pace=UNPACED)
    retry, polling = Retry(first=0.02, longest=0.1), Polling(first=0.02, longest=0.1)
    with Client(retry=retry, polling=polling, on_wait=_tell) as client:
        try:
            if given.journal.exists():
                client.resume(
                    given.journal, adopt=given.adopt, resubmit=given.resubmit, options=options, on_change=_show
                )
            else:
                client.run(
                    given.job_type,
                    given.manifest,
                    settings=given.settings or None,
                    journal=given.journal,
                    items_per_job=given.items_per_job,
                    options=options,
                    on_change=_show,
                )
        except RunStopped as stop:
            print(STOPPED, *(job.id for job in stop.candidates), flush=True)
            return
    print(COMPLETE, flush=True)


def _tell(wait: Wait) -> None:
    print(wait.reason, flush=True)


def _show(progress: Progress) -> None:
    print(progress.tally, flush=True)


if __name__ == "__main__":
    main()
