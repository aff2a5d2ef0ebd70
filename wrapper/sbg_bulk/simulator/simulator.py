"""The simulator as one object."""

from __future__ import annotations

from functools import cached_property

from sbg_bulk.simulator.http.app import Service
from sbg_bulk.simulator.http.transport import Transport
from sbg_bulk.simulator.service.contract import BASE_PATH

from .state import State


class Simulator(State):
    """A stand-in for the service: stateful, deterministic, and as strict as its contract.

    Its settings are those of `State`. Use it

    - in this process: `httpx.Client(transport=simulator.transport(), base_url=simulator.base_url)`, and the same
      with `httpx.AsyncClient`;
    - as a server: `serve(simulator)`, or `with running(simulator) as url:` in a test;
    - as an ASGI application: `simulator.app`.

    `simulator.world` builds what there is, `simulator.arm` makes things go wrong, `simulator.requests` is what was
    asked.
    """

    base_url = f"http://localhost{BASE_PATH}"
    """The address of the service for clients in this process."""

    @cached_property
    def app(self) -> Service:
        """Return the ASGI application. It speaks HTTP and the lifespan protocol."""
        return Service(self)

    def transport(self) -> Transport:
        """Return a transport for httpx clients in this process, synchronous or not."""
        return Transport(self.app, self.clock)
