"""The work of both clients with jobs on files, as flows that wait for a driver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from sbg_bulk.api import pages
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Flow
from sbg_bulk.jobs import read
from sbg_bulk.models.job import Job
from sbg_bulk.models.resources import Page
from sbg_bulk.settings.settings import Settings

Given: TypeAlias = str | Mapping[str, str]
"""An item as a caller may write it: a file's id, or a mapping with the API's keys."""


class JobFlows:
    """Jobs: read and listed."""

    def __init__(self, settings: Settings, policy: RequestPolicy) -> None:
        self._settings = settings
        self._policy = policy

    def page(self, offset: int, limit: int) -> Flow[Page[Job]]:
        return pages.page(self._policy, pages.jobs(), offset, limit)

    def entries(self, state: str | None, job_type: str | None, limit: int | None) -> Flow[None]:
        def wanted(job: Job) -> bool:
            return (state is None or job.state == state.upper()) and (job_type is None or job.type == job_type.upper())

        return pages.entries(self._policy, pages.jobs(), wanted, limit)

    def read(self, job: Job | str, job_type: str | None) -> Flow[Job]:
        job_id, known_type = read.locate(self._settings.endpoint, job, job_type)
        return read.get(self._policy, job_id, known_type)
