"""All that a simulator holds, and what can be done to it apart from calling the service."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from pathlib import Path

from sbg_bulk.simulator.service.contract import Contract, load_contract
from sbg_bulk.simulator.service.operations import Operations
from sbg_bulk.simulator.service.request_log import RequestLog
from sbg_bulk.simulator.world.clock import LATEST, Clock, RealClock
from sbg_bulk.simulator.world.described import DrsImport, DrsImports, Habits
from sbg_bulk.simulator.world.ids import Ids
from sbg_bulk.simulator.world.jobs import Job, Jobs, ListOrder, Progress, Timing
from sbg_bulk.simulator.world.limits import UNLIMITED, Limiter, RateLimit, check_rate_limit
from sbg_bulk.simulator.world.transfers import Transfer, Transfers
from sbg_bulk.simulator.world.tree import World

from .faults import ArmedFault, FaultRule, Faults
from .seeds import Ground, known_seed, plant
from .variant import PLAIN, Variant


class State:
    """The state of a simulator.

    - `clock`: what time it is; the system's clock by default.
    - `seed`: what there is at the start: `demo`, `examples` or `empty`.
    - `progress`: what makes jobs go on: `time`, `polls` (each answer that shows a job takes a step) or `hand`.
    - `timing`: how long the steps of a job take, in seconds; `speed`: how many times faster they are than that.
    - `rate_limit`: requests and seconds, (1000, 300) by default; None for no limit.
    - `submit_status`, `create_status`: the 2xx statuses of submissions (202) and of new folders (201).
    - `list_order`: `newest`, `oldest` or `shuffled`: the order of the job list, which is not documented.
    - `variant`: how the service answers where its documentation leaves that open.
    - `faults`: rules that are armed from the start.

    Raises ValueError if one of these makes no sense. Methods may be called from any thread.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        seed: str = "empty",
        progress: Progress = "time",
        timing: Timing | None = None,
        speed: float = 1.0,
        rate_limit: tuple[int, float] | None = RateLimit(),
        submit_status: int = 202,
        create_status: int = 201,
        list_order: ListOrder = "newest",
        variant: Variant = PLAIN,
        faults: Sequence[FaultRule | str] = (),
    ) -> None:
        if not 0 < speed < float("inf"):
            raise ValueError(f"speed: expected a positive number, not {speed!r}")
        self.clock: Clock = clock or RealClock()
        self.contract: Contract = load_contract()
        self.lock = threading.RLock()
        self.authority: Path | None = None
        """The file with the certificate that clients have to trust, while the simulator is served over https."""
        self._progress: Progress = progress
        self._timing = (timing or Timing()).faster(speed)
        self._rate_limit = UNLIMITED if rate_limit is None else check_rate_limit(rate_limit)
        self._statuses = submit_status, create_status
        self._list_order: ListOrder = list_order
        self.variant = variant
        self._first_faults = tuple(faults)
        self._seed = known_seed(seed)
        self._start()

    # What there is, until the next reset

    ids: Ids
    world: World
    jobs: Jobs
    transfers: Transfers
    drs_imports: DrsImports
    limiter: Limiter
    operations: Operations
    faults: Faults
    requests: RequestLog

    began: float
    """When it began, in Unix seconds."""

    answered: int
    """How many requests have been let in since."""

    world_id: str
    """Another one each time that everything begins anew, in this process or in another; the only thing left to
    chance."""

    @property
    def seed(self) -> str:
        """Return the name of the seed in use."""
        return self._seed

    def _start(self) -> None:
        self.world_id = secrets.token_hex(8)
        submit_status, create_status = self._statuses
        self.ids = Ids(self._seed, self.variant.job_ids)
        self.began = self.clock.now()
        self.answered = 0
        self.world = World(self.clock, self.ids)
        self.jobs = Jobs(
            self.world,
            self.ids.job,
            progress=self._progress,
            timing=self._timing,
            list_order=self._list_order,
            seed=self._seed,
            keeps_files=self.variant.result_entries == "files",
        )
        self.transfers = Transfers(
            self.world,
            self.ids.transfer,
            self.jobs.schedule,
            progress=self._progress,
            timing=self._timing,
            list_order=self._list_order,
            seed=self._seed,
        )
        self.drs_imports = DrsImports(
            self.world,
            self.ids.job,
            self.jobs.schedule,
            progress=self._progress,
            timing=self._timing,
            habits=Habits(self.variant.drs_bundles == "expanded", self.variant.drs_skipped, self.variant.drs_pace),
        )
        self.limiter = Limiter(self._rate_limit)
        self.operations = Operations(
            self.world,
            self.jobs,
            self.transfers,
            self.drs_imports,
            self.limiter,
            submit_status=submit_status,
            create_status=create_status,
            variant=self.variant,
        )
        self.faults = Faults(tuple(self.contract.operations))
        self.requests = RequestLog()
        for rule in self._first_faults:
            self.faults.arm(rule)
        plant(self._seed, Ground(self.world, self.jobs, self.transfers, self.drs_imports, self.clock.now()))

    # What can be done to it

    def reset(self, seed: str | None = None) -> None:
        """Make everything as it was at the start, or as it would have been with another seed.

        Jobs, rate limit, faults and request log begin anew; the clock goes on. Raises ValueError for an unknown
        seed, and changes nothing then.
        """
        with self.lock:
            self._seed = self._seed if seed is None else known_seed(seed)
            self._start()

    def advance(self, seconds: float) -> None:
        """Jump ahead in time, by so many seconds.

        Raises ValueError if they are negative or lead beyond the beginning of the year 9999, and changes nothing then.
        """
        with self.lock:
            if seconds > LATEST - self.clock.now():
                raise ValueError("the clock cannot go beyond the beginning of the year 9999")
            self.clock.advance(seconds)
            self.jobs.schedule.catch_up(self.clock.now())

    def step(self, job_id: str) -> Job | Transfer | DrsImport:
        """Take the next step of a job, an import or an export, whatever makes it go on otherwise, and return it.

        Raises LookupError if there is none of that id.
        """
        with self.lock:
            now = self.clock.now()
            self.jobs.schedule.catch_up(now)
            transfer, drs_import = self.transfers.by_id(job_id), self.drs_imports.by_id(job_id)
            if transfer is not None:
                self.transfers.step(transfer, now)
                return transfer
            if drs_import is not None:
                self.drs_imports.step(drs_import, now)
                return drs_import
            job = self.jobs.by_id(job_id)
            self.jobs.step(job, now)
            return job

    def arm(self, rule: FaultRule | str) -> ArmedFault:
        """Arm a fault. The return value counts what it does. Raises FaultError if the rule makes no sense."""
        with self.lock:
            return self.faults.arm(rule)

    def disarm(self) -> None:
        """Disarm all faults."""
        with self.lock:
            self.faults.disarm()
