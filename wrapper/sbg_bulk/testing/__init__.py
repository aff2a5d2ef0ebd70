"""Test programs that use this package: with a simulator in the process, and a client of it, on one clock of their own.

It needs the extra `simulator` (`pip install 'sbg-bulk[simulator]'`).

    with simulated(seed="examples") as world:
        job = world.client.copy(["5c6d4227e4b0385632389346"], project="rfranklin/destination-project")
        assert world.client.wait(job).succeeded

- `simulated`: such a world, with a `Client` or an `AsyncClient`
- `SimulatedWorld`: what is in it
- `VirtualClock`: the clock by itself, for clients of other transports
- `sbg_bulk.testing.fixtures`: the same as fixtures of pytest
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType, TracebackType
from typing import Any, Generic, TypeVar

import httpx
from attrs import frozen

from sbg_bulk.api.drivers.aio import AwaitingDriver
from sbg_bulk.api.drivers.base import TIMEOUT
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.polling import Polling
from sbg_bulk.api.retry import Retry
from sbg_bulk.api.waits import Wait
from sbg_bulk.client.aio import AsyncClient
from sbg_bulk.client.sync import Client
from sbg_bulk.settings.settings import Settings, Token

try:
    from sbg_bulk.simulator import (
        ArmedFault,
        Clock,
        FaultRule,
        ListOrder,
        ManualClock,
        Progress,
        RateLimit,
        Series,
        Simulator,
        Timing,
        Variant,
        Volume,
    )
    from sbg_bulk.simulator.seeds import TOKEN
    from sbg_bulk.simulator.service.request_log import RequestLog
    from sbg_bulk.simulator.world.clock import START
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"sbg_bulk.testing needs packages that are not installed ({error.name}): pip install 'sbg-bulk[simulator]'",
        name=error.name,
    ) from error

__all__ = ("SimulatedWorld", "Simulation", "VirtualClock", "simulated")

C = TypeVar("C", Client, AsyncClient)


class VirtualClock:
    """Keep the time of clients whose pauses take none: they move a clock, which a simulator may share.

    Give a client one of its drivers, and a transport in place of the network:

        clock = VirtualClock()
        client = Client("cgc", "a-token", driver=clock.blocking_driver(httpx.MockTransport(handler)))

    Args:
        clock: the clock that is moved; a simulator's, or a `ManualClock` of its own by default.
    """

    pauses: list[float]
    """The pauses of the clients so far, in seconds."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = ManualClock() if clock is None else clock
        self.pauses = []

    def now(self) -> float:
        """Return the time in Unix seconds."""
        return self._clock.now()

    def advance(self, seconds: float) -> None:
        """Jump ahead in time. Raise ValueError if the seconds are negative or not finite."""
        self._clock.advance(seconds)

    def pause(self, seconds: float) -> None:
        """Do as `advance` does, and keep the seconds in `pauses`."""
        self._clock.advance(seconds)
        self.pauses.append(seconds)

    def blocking_driver(
        self, transport: httpx.BaseTransport, kind: type[BlockingDriver] = BlockingDriver
    ) -> Callable[[Settings, httpx.Timeout], BlockingDriver]:
        """Return the `driver` of a `Client` that sends its requests to this transport and pauses on this clock."""
        return partial(kind, transport=transport, sleep=self.pause, clock=self.now)

    def awaiting_driver(
        self, transport: httpx.AsyncBaseTransport, kind: type[AwaitingDriver] = AwaitingDriver
    ) -> Callable[[Settings, httpx.Timeout], AwaitingDriver]:
        """Return the same for an `AsyncClient`."""

        async def sleep(seconds: float) -> None:
            self.pause(seconds)

        return partial(kind, transport=transport, sleep=sleep, clock=self.now)


@frozen
class SimulatedWorld(Generic[C]):
    """Hold a simulator, and a client of it.

    Attributes:
        client: a `Client`, or an `AsyncClient` after `async with`.
        simulator: the service. `simulator.world` builds what there is.
        clock: the time of both. It moves when the client pauses, and by `advance`.
    """

    client: C
    simulator: Simulator
    clock: VirtualClock

    @property
    def requests(self) -> RequestLog:
        """Return the requests so far, in their order. `requests.clear()` forgets them."""
        return self.simulator.requests

    @property
    def pauses(self) -> list[float]:
        """Return the pauses of the client so far, in seconds."""
        return self.clock.pauses

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass, 0 or more; jobs make progress."""
        self.simulator.advance(seconds)

    def arm(self, rule: FaultRule | str) -> ArmedFault:
        """Make something go wrong: see `sbg_bulk.simulator.faults`. Raise FaultError if the rule makes no sense.

        Returns:
            The fault, which counts how often it has struck.
        """
        return self.simulator.arm(rule)

    def add_volume(
        self,
        volume_id: str,
        objects: Mapping[str, int] | Series = MappingProxyType({}),
        *,
        read_only: bool = False,
        service: str = "s3",
        active: bool = True,
    ) -> Volume:
        """Attach a volume that the client's user may use.

        Args:
            volume_id: its id, `owner/name`; the owner is a user of the simulator, `rfranklin` in every seed.
            objects: the sizes of its objects in bytes, by location. For very many a `sbg_bulk.simulator.Series`, whose
                locations are computed.
            read_only: whether nothing can be exported to it.
            service: the kind of storage, `s3` or `gcs`.
            active: whether it can be reached.

        Raises:
            ValueError: the id is malformed or taken, the owner does not exist, or the service is not known.
        """
        volumes = self.simulator.world.volumes
        members = list(self.simulator.world.users)
        mode = "RO" if read_only else "RW"
        volume = volumes.add(volume_id, access_mode=mode, service=service, members=members, objects=objects)
        volume.active = active
        return volume

    def objects(self, volume_id: str) -> dict[str, int]:
        """Return the sizes in bytes of all objects on a volume, by location. Raise KeyError if there is none."""
        found = self.simulator.world.volumes[volume_id].objects
        return {location: found.size(location) or 0 for location in found.under("")}


class Simulation:
    """Open a world with `with` for a `Client`, or with `async with` for an `AsyncClient`: see `simulated`."""

    def __init__(self, simulator: Simulator, settings: Mapping[str, Any]) -> None:
        self._simulator = simulator
        self._settings = settings
        self._client: Any = None

    def __enter__(self) -> SimulatedWorld[Client]:
        clock = VirtualClock(self._simulator.clock)
        driver = clock.blocking_driver(self._simulator.transport())
        client = self._client = Client(self._simulator.base_url, driver=driver, **self._settings)
        return SimulatedWorld(client, self._simulator, clock)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    async def __aenter__(self) -> SimulatedWorld[AsyncClient]:
        clock = VirtualClock(self._simulator.clock)
        driver = clock.awaiting_driver(self._simulator.transport())
        client = self._client = AsyncClient(self._simulator.base_url, driver=driver, **self._settings)
        return SimulatedWorld(client, self._simulator, clock)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()


def simulated(
    *,
    seed: str = "examples",
    start: float = START,
    progress: Progress = "time",
    timing: Timing | None = None,
    rate_limit: tuple[int, float] | None = RateLimit(),
    submit_status: int = 202,
    create_status: int = 201,
    list_order: ListOrder = "newest",
    variant: Variant | None = None,
    faults: Sequence[FaultRule | str] = (),
    token: str | Token = TOKEN,
    timeout: float | httpx.Timeout = TIMEOUT,
    retry: Retry | None = None,
    polling: Polling | None = None,
    on_wait: Callable[[Wait], object] | None = None,
) -> Simulation:
    """Make a simulator and a client of it, on one clock, for a test.

    Nothing waits: where the client would sleep, the clock moves. The clock stands still otherwise, until
    `SimulatedWorld.advance` moves it. So each test sees the same, however fast the machine is.

    Use it as a context manager: `with simulated() as world:` for a `Client`, `async with simulated() as world:` for an
    `AsyncClient`. Either way `world` is a `SimulatedWorld`.

    Args:
        seed: what there is at the start: `demo`, `examples` or `empty`.
        start: when the clock starts, in Unix seconds; the day of the contract's examples by default.
        progress: what makes jobs go on: `time`, `polls` (each answer that shows a job takes a step) or `hand`.
        timing: how long the steps of a job take, in seconds.
        rate_limit: requests and seconds; None for no limit.
        submit_status: the 2xx status of submissions.
        create_status: the 2xx status of new folders.
        list_order: `newest`, `oldest` or `shuffled`: the order of the list of jobs.
        variant: how the service answers where its documentation leaves that open.
        faults: rules that are armed from the start.
        token: the token that the client sends; by default one that the simulator knows.

    The other arguments are those of `Client`.

    Raises:
        ValueError: the simulator cannot be set up so.
    """
    simulator = Simulator(
        clock=ManualClock(start),
        seed=seed,
        progress=progress,
        timing=timing,
        rate_limit=rate_limit,
        submit_status=submit_status,
        create_status=create_status,
        list_order=list_order,
        variant=variant or Variant(),
        faults=faults,
    )
    client = {"token": token, "timeout": timeout, "retry": retry, "polling": polling, "on_wait": on_wait}
    return Simulation(simulator, client)
