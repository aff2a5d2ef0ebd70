"""The history of one job, and checks that it makes sense."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define, field

from scripts.lib.contract.report import Report

STATES = ("SUBMITTED", "RESOLVING", "RUNNING", "FINISHED")
"""The documented states, in the order in which a job is thought to pass through them; it may skip some."""

COUNTS = ("total_files", "completed_files", "failed_files")


@define
class History:
    """One job, seen again and again. `items` is how many were submitted."""

    job_id: str
    items: int
    report: Report
    seen: list[Mapping[str, Any]] = field(factory=list)

    @property
    def last(self) -> Mapping[str, Any]:
        return self.seen[-1]

    @property
    def finished(self) -> bool:
        return bool(self.seen) and self.last.get("state") == "FINISHED"

    def look(self, job: Mapping[str, Any]) -> None:
        """Take in the job as an answer shows it; what is wrong with it goes into the report."""
        before = self.last if self.seen else None
        self.seen.append(job)
        self._check_state(job)
        self._check_counts(job)
        if before is not None:
            self._compare(before, job)
        if self.finished and (before is None or before.get("state") != "FINISHED"):
            self.report.finished += 1
            self._check_result(job)

    def _broken(self, check: str, what: str) -> None:
        self.report.broken(check, f"job {self.job_id}: {what}")

    def _check_state(self, job: Mapping[str, Any]) -> None:
        if job.get("state") not in STATES:
            self._broken("known-state", f"is {job.get('state')}")

    def _check_counts(self, job: Mapping[str, Any]) -> None:
        total, completed, failed = (_number(job, name) for name in COUNTS)
        if completed + failed > total:
            self._broken("counts-add-up", f"{completed} completed and {failed} failed of {total}")
        if job.get("state") == "FINISHED" and completed + failed != total:
            self._broken("counts-add-up", f"finished with {completed} completed and {failed} failed of {total}")

    def _compare(self, before: Mapping[str, Any], job: Mapping[str, Any]) -> None:
        was, now = before.get("state"), job.get("state")
        if was == "FINISHED":
            changed = [name for name in before.keys() & job.keys() if before[name] != job[name]]
            if changed:
                self._broken("finished-is-final", f"has changed after its end: {', '.join(sorted(changed))}")
            return
        if was in STATES and now in STATES and STATES.index(now) < STATES.index(was):
            self._broken("never-back", f"went from {was} back to {now}")
        for name in COUNTS:
            if _number(job, name) < _number(before, name):
                self._broken("counts-never-shrink", f"{name} went from {before.get(name)} to {job.get(name)}")

    def _check_result(self, job: Mapping[str, Any]) -> None:
        result = job.get("result")
        entries = result if isinstance(result, list) else []
        if len(entries) != self.items:
            self._broken("result-complete", f"{len(entries)} entries for {self.items} items")
        errors = sum("error" in entry for entry in entries)
        if (errors > 0) != (_number(job, "failed_files") > 0):
            self._broken("counts-match-result", f"{errors} errors, but failed_files is {job.get('failed_files')}")


def _number(job: Mapping[str, Any], name: str) -> int:
    value = job.get(name)
    return value if isinstance(value, int) else 0
