"""The history of one job, and checks that it makes sense."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from attrs import define, field

from sbg_bulk.contract.report import Exchange, Report

STATES = ("SUBMITTED", "RESOLVING", "RUNNING", "FINISHED")
"""The documented states, in the order in which a job passes through them; it may skip some, and others may appear."""

COUNTS = ("total_files", "completed_files", "failed_files")


@define
class History:
    """One job, seen again and again.

    Attributes:
        job_id: the job's id.
        items: how many items were submitted; None if nobody knows.
        report: takes what is found.
        seen: what answers have said of it.
    """

    job_id: str
    items: int | None
    report: Report
    seen: list[Mapping[str, Any]] = field(factory=list)

    @property
    def last(self) -> Mapping[str, Any]:
        """What was said last; empty if nothing was."""
        return self.seen[-1] if self.seen else {}

    @property
    def finished(self) -> bool:
        """Whether the job has ended."""
        return self.last.get("state") == "FINISHED"

    def look(self, job: Mapping[str, Any], exchange: Exchange | None = None) -> None:
        """Take in the job as an answer shows it; what is wrong with it goes into the report."""
        before = self.seen[-1] if self.seen else None
        self.seen.append(job)
        self._check_alone(job, exchange)
        if before is not None:
            self._compare(before, job, exchange)
        if self.finished and (before is None or before.get("state") != "FINISHED"):
            self.report.finished += 1
            self._check_result(job, exchange)

    def _hold(self, promise: str, kept: bool, cause: str, expected: str, exchange: Exchange | None) -> bool:
        return self.report.hold(promise, kept, cause, expected=expected, exchange=exchange, came=str(exchange or ""))

    def _check_alone(self, job: Mapping[str, Any], exchange: Exchange | None) -> None:
        state = job.get("state")
        self._hold(
            "known-state", state in STATES, f"a job is in the state {state}", f"one of {', '.join(STATES)}", exchange
        )
        total, completed, failed = (_number(job, name) for name in COUNTS)
        if total is not None and completed is not None and failed is not None:
            self._hold(
                "counts-add-up",
                completed + failed <= total or (total == 0 and state != "FINISHED"),
                "more files are completed and failed than the job has",
                "completed_files + failed_files <= total_files",
                exchange,
            )
            if state == "FINISHED":
                self._hold(
                    "counts-add-up",
                    completed + failed == total,
                    "not all files of a finished job are completed or failed",
                    "completed_files + failed_files = total_files",
                    exchange,
                )
        check_dates(self.report, job, {"FINISHED"}, STATES[:3], exchange)

    def _compare(self, before: Mapping[str, Any], job: Mapping[str, Any], exchange: Exchange | None) -> None:
        was, now = before.get("state"), job.get("state")
        if was == "FINISHED":
            changed = sorted(name for name in before.keys() & job.keys() if before[name] != job[name])
            self._hold(
                "finished-is-final",
                not changed,
                f"a finished job changed: {', '.join(changed)}",
                "the same as before",
                exchange,
            )
            return
        if was in STATES and now in STATES:
            self._hold(
                "never-back",
                STATES.index(now) >= STATES.index(was),
                f"a job went from {was} back to {now}",
                f"{was} or a later state",
                exchange,
            )
        started, then = _date(job.get("started_on")), _date(before.get("started_on"))
        if started is not None and then is not None:
            self._hold(
                "dates",
                started == then,
                "a job's started_on changed",
                f"started_on {before['started_on']}",
                exchange,
            )
        for name in COUNTS[1:]:
            earlier, later = _number(before, name), _number(job, name)
            if earlier is not None and later is not None:
                self._hold(
                    "counts-never-shrink", later >= earlier, f"{name} decreased", f"at least {earlier}", exchange
                )

    def _check_result(self, job: Mapping[str, Any], exchange: Exchange | None) -> None:
        if "result" not in job:
            return  # An entry of a list may leave it out.
        result = job["result"]
        given = isinstance(result, list)
        self._hold("result-given", given, "a finished job has no result", "a list", exchange)
        if not given:
            return
        if self.items is not None:
            self._hold(
                "result-complete",
                len(result) == self.items,
                "a result does not have one entry for each item",
                f"{self.items} entries",
                exchange,
            )
        errors = sum(isinstance(entry, Mapping) and isinstance(entry.get("error"), Mapping) for entry in result)
        failed = _number(job, "failed_files")
        if failed is None:
            return
        if errors:
            self._hold(
                "counts-match-result",
                failed > 0,
                "a result has errors, but failed_files is 0",
                "failed_files above 0",
                exchange,
            )
        else:
            self._hold(
                "failures-told",
                failed == 0,
                "failed_files is above 0, but the result has no errors",
                "errors",
                exchange,
            )


def check_dates(
    report: Report, job: Mapping[str, Any], ends: Collection[str], before: Collection[str], exchange: Exchange | None
) -> None:
    """Check that the dates of a job go with its state.

    Args:
        report: takes what is found.
        job: the job, as an answer shows it.
        ends: the states that end it.
        before: the states before these.
        exchange: the answer.
    """
    started, finished = (_date(job.get(name)) for name in ("started_on", "finished_on"))
    if finished is not None:
        report.hold(
            "dates",
            started is not None and started <= finished,
            "a job ends before it starts" if started is not None else "a job has finished_on and no started_on",
            expected="started_on <= finished_on",
            exchange=exchange,
        )
    # A service without any dates leaves out what it may.
    if job.get("state") in ends and started is not None:
        report.hold(
            "dates",
            finished is not None,
            "a finished job has no finished_on",
            expected="finished_on",
            exchange=exchange,
        )
    elif job.get("state") in before:
        report.hold(
            "dates",
            job.get("finished_on") is None,
            "a job that has not ended has finished_on",
            expected="finished_on is null or absent",
            exchange=exchange,
        )


def disagreement(details: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    """Return the properties in which details and an entry of a list differ; empty if they agree."""
    return ", ".join(sorted(name for name in details.keys() & entry.keys() if details[name] != entry[name]))


def _number(job: Mapping[str, Any], name: str) -> int | None:
    value = job.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def moment(value: object) -> datetime | None:
    """Return a date that says in which zone it is; None for any other value."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _date(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found.replace(tzinfo=None)
