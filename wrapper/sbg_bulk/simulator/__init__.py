"""A simulator of the service: to develop, to test and to teach against.

It keeps users, projects, a tree of files and folders, and jobs that make progress; it is as strict as the contract
whose document it reads, enforces the rate limit, and fails in the ways one asks it to. It needs the extra
`simulator` (`pip install 'sbg-bulk[simulator]'`).

    simulator = Simulator(clock=ManualClock(), seed="demo")
    client = httpx.Client(transport=simulator.transport(), base_url=simulator.base_url)

- `Simulator`: the whole; its settings are documented at `sbg_bulk.simulator.state.State`
- `serve`, `running`: the same over HTTP
- `ManualClock`, `RealClock`: what time it is there
- `FaultRule`: what goes wrong; the rules are described in `sbg_bulk.simulator.faults`
- `Variant`: how it answers where the documentation leaves that open; `sbg_bulk.simulator.variant`
- `parse_rate_limit`: a rate limit as one writes it on a command line
"""

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.service.request_log import LoggedRequest
from sbg_bulk.simulator.world.actions import Item, JobType
from sbg_bulk.simulator.world.clock import Clock, ManualClock, RealClock
from sbg_bulk.simulator.world.jobs import Job, JobState, ListOrder, Progress, Timing
from sbg_bulk.simulator.world.limits import RateLimit, parse_rate_limit
from sbg_bulk.simulator.world.transfers import Transfer
from sbg_bulk.simulator.world.tree import EVERYTHING, File, Folder, Permissions, Project, User, World
from sbg_bulk.simulator.world.volumes import Series, Volume

from .faults import ArmedFault, FaultError, FaultRule
from .seeds import SEEDS
from .server import NotLoopbackError, running, serve
from .simulator import Simulator
from .variant import Variant

__all__ = (
    "EVERYTHING",
    "SEEDS",
    "ApiError",
    "ArmedFault",
    "Clock",
    "FaultError",
    "FaultRule",
    "File",
    "Folder",
    "Item",
    "Job",
    "JobState",
    "JobType",
    "ListOrder",
    "LoggedRequest",
    "ManualClock",
    "NotLoopbackError",
    "Permissions",
    "Progress",
    "Project",
    "RateLimit",
    "RealClock",
    "Series",
    "Simulator",
    "Timing",
    "Transfer",
    "User",
    "Variant",
    "Volume",
    "World",
    "parse_rate_limit",
    "running",
    "serve",
)
