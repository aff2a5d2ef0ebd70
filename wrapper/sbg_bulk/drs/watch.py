"""Watch imports by DRS until they end: each is read by itself, as no list is documented that shows them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from attrs import define, evolve, field, frozen

from sbg_bulk import errors
from sbg_bulk.api import storage
from sbg_bulk.api.pace import Meter
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.request import pause
from sbg_bulk.api.steps import Flow, now
from sbg_bulk.api.waits import FOR_THE_LIMIT, Cause, status_check
from sbg_bulk.jobs.track import Allowance
from sbg_bulk.models.storage import DrsImport
from sbg_bulk.text import counted


@frozen
class SeenImport:
    """An import that was watched; `job` as it was last seen, None if it cannot be found any more."""

    id: str
    job: DrsImport | None


@frozen
class PolledImports:
    """The outcome of a look; see `sbg_bulk.runs.family.Polled`."""

    finished: Sequence[SeenImport]
    lost: Sequence[SeenImport]


@define
class DrsWatch:
    """Watches imports by DRS; see `sbg_bulk.runs.family.Watcher`.

    Attributes:
        policy: how to send requests.
        grace: seconds for which an import may not be found before it is lost.
        tracks: when each that has not ended was started, by the client's clock.
    """

    policy: RequestPolicy
    grace: float
    tracks: dict[str, float] = field(factory=dict)
    _allowance: Allowance = field(init=False)
    _meter: Meter = field(init=False)
    _due: dict[str, float] = field(factory=dict)
    _missing: dict[str, float] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self._meter = self.policy.meter or Meter()
        self._allowance = Allowance(self.policy.polling, self.policy.polling.share)

    def follow(self, job_id: str, moment: float, job: DrsImport | None = None, *, due: bool = True) -> None:
        self.tracks[job_id] = moment
        self._due[job_id] = moment if due or (job is not None and job.finished) else moment + self.policy.polling.first

    def forget(self, job_id: str) -> None:
        self.tracks.pop(job_id, None)
        self._due.pop(job_id, None)

    def take(self, share: float) -> None:
        self._allowance.share = share

    def overdue(self, moment: float) -> bool:
        return moment >= self._first_due and self._allowance.pause(moment) <= 0

    @property
    def _first_due(self) -> float:
        return min(self._due.values(), default=math.inf)

    def rest(self, until: float = math.inf) -> Flow[None]:
        moment = yield from now()
        hold = max(self._allowance.pause(moment), self._meter.pause(moment))
        seconds = max(0.0, min(max(self._first_due - moment, hold), until - moment))
        if hold >= seconds:
            yield from pause(self.policy, seconds, Cause.RATE_LIMIT, FOR_THE_LIMIT)
        else:
            yield from pause(self.policy, seconds, Cause.NEXT_LOOK, status_check(counted(len(self.tracks), "job")))

    def poll(self) -> Flow[PolledImports]:
        moment = yield from now()
        finished, lost = list[SeenImport](), list[SeenImport]()
        looking = evolve(self.policy, on_send=self._allowance.spend)
        for job_id in [one for one, due in self._due.items() if due <= moment]:
            if self._allowance.pause((yield from now())) > 0:
                break
            try:
                job = yield from storage.drs_import(looking, job_id)
            except (errors.NotFound, errors.Forbidden):
                if moment - self._missing.setdefault(job_id, moment) >= self.grace:
                    self.forget(job_id)
                    lost.append(SeenImport(job_id, None))
                else:
                    self._due[job_id] = moment + self.policy.polling.longest
                continue
            self._missing.pop(job_id, None)
            if job.finished:
                self.forget(job_id)
                finished.append(SeenImport(job_id, job))
            else:
                # However late its pace makes it, a tenth of its age is soon enough: each look is a request.
                seconds = self.policy.polling.pause(moment - self.tracks[job_id], math.inf)
                self._due[job_id] = moment + seconds * (1 - 0.1 * self.policy.random())
        return PolledImports(finished, lost)
