"""Checks of jobs that are there already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sbg_bulk.contract.answers import Answer
from sbg_bulk.contract.history import History, disagreement
from sbg_bulk.contract.known import READERS
from sbg_bulk.contract.refusals import refused
from sbg_bulk.contract.service import Service

MOST_LISTED = 50
"""Entries that a page may end at, though there are more."""

MOST_JOBS = 6
"""Listed jobs that are read, from everywhere in the list."""

LEAST_KEPT = 12.0
"""Seconds after the end of a job at which it is still looked for."""


def read_job(service: Service, job_type: str, job_id: str) -> Answer:
    """Read the details of a job. Raises KeyError if jobs of that type cannot be read."""
    return service.call(READERS[job_type], path={"job_id": job_id})


def check_jobs(service: Service) -> None:
    """Read the jobs that are listed, and compare the answers with each other."""
    if service.first_end is not None:
        service.wait(max(0.0, service.first_end + LEAST_KEPT - service.now()))
    listed = service.call("list_async_jobs", query={"offset": 0, "limit": 100})
    ids = listed.ids()
    service.report.hold(
        "listed-once",
        len(set(ids)) == len(ids),
        "a job is in the list more than once",
        expected="each job once",
        exchange=listed.exchange,
    )
    missing = [job for job in service.followed if job[1] not in ids] if len(ids) < MOST_LISTED else []
    for job_type, job_id in missing[:3]:
        # That it is not listed is said; whether it can be read is another question.
        read = read_job(service, job_type, job_id)
        hold_there(service, listed, read)
    types = {job_type for job_type, _ in service.followed}
    entries = listed.listed()
    for entry in entries[:: -(-len(entries) // MOST_JOBS) or 1]:
        job_type, job_id = str(entry.get("type")), str(entry.get("id"))
        known = service.report.hold(
            "known-type",
            job_type in READERS,
            f"a job has the type {job_type}",
            expected="COPY, MOVE or DELETE",
            exchange=listed.exchange,
        )
        if known:
            details = read_job(service, job_type, job_id)
            _check_details(service, entry, details)
            if job_type not in types:
                check_href(service, details)
            check_other_type(service, job_type, job_id, full=job_type not in types)
            types.add(job_type)


def hold_there(service: Service, listed: Answer, read: Answer) -> None:
    """Say of a job that has ended a while ago that it is not listed, and perhaps cannot be read any more."""
    service.report.hold(
        "listed-once",
        False,
        "a finished job is no longer listed",
        expected="each job, for up to a month",
        exchange=listed.exchange,
    )
    service.report.hold(
        "readable",
        read.ok,
        "a finished job can no longer be read",
        expected="each job, for up to a month",
        exchange=read.exchange,
    )


def _check_details(service: Service, entry: Mapping[str, Any], details: Answer) -> None:
    hold, job_id = service.report.hold, str(entry.get("id"))
    if not hold(
        "own-jobs-only",
        details.ok and details.field("id") == job_id,
        f"a listed job cannot be read: {details.status}",
        expected="the job",
        exchange=details.exchange,
    ):
        return
    History(job_id, None, service.report).look(details.body, details.exchange)
    if entry.get("state") == "FINISHED":
        different = disagreement(details.body, entry)
        hold(
            "details-match-list",
            not different,
            f"a job's details and its list entry differ in {different}",
            expected="the same values",
            came=f"{ {name: entry.get(name) for name in different.split(', ')} } in the list: {details.exchange}",
            exchange=details.exchange,
        )


def check_href(service: Service, details: Answer) -> Answer | None:
    """Check that the href of a job leads to it. Returns what it leads to, if that is of the service."""
    told = details.text("href")
    if told is None:
        return None
    home = service.at_home(told)
    service.report.hold(
        "links-home",
        home,
        "the href of a job points to another host",
        expected="the host of the request",
        exchange=details.exchange,
    )
    address = service.follow(told)
    if address is None:
        if home:
            service.report.hold(
                "job-href",
                False,
                "the href of a job is not below the base URL",
                expected="a URL below the base URL",
                exchange=details.exchange,
            )
        return None
    read = service.call(details.operation, path={"job_id": str(details.field("id"))}, address=address)
    service.report.hold(
        "job-href",
        read.ok and read.field("id") == details.field("id"),
        "the href of a job is not the URL of that job",
        expected=f"job {details.field('id')}",
        exchange=read.exchange,
    )
    return read


def check_other_type(service: Service, job_type: str, job_id: str, *, full: bool) -> None:
    """Check that a job is not read by the calls for other types.

    Args:
        service: the service.
        job_type: the job's type.
        job_id: its id.
        full: whether all other calls are made; otherwise none.
    """
    for other in READERS if full else ():
        if other != job_type:
            read = read_job(service, other, job_id)
            refused(service, "own-type-only", read, f"of a {job_type} job", 404)
