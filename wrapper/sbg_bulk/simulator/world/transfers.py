"""Imports from volumes and exports to them: each a job for one file or folder.

It is PENDING, then RUNNING, and in the end COMPLETED or FAILED. What makes it go on is what makes other jobs go on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from enum import StrEnum
from itertools import chain

from attrs import define

from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.world.jobs import ListOrder, Progress, Timing, ordered
from sbg_bulk.simulator.world.moving import Export, Import, Wanted, carry_out
from sbg_bulk.simulator.world.schedule import Schedule
from sbg_bulk.simulator.world.tree import Node, User, World


class TransferState(StrEnum):
    """The states of an import or an export."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


@define(eq=False)
class Transfer:
    """An import or an export, shown in lists from `listed_from` on. Times are Unix seconds.

    `number` counts all of them from 0; `doomed` is what it is going to fail for, whatever there is.
    """

    id: str
    number: int
    owner: User
    wanted: Wanted
    submitted_on: float
    listed_from: float
    doomed: ApiError | None = None
    state: TransferState = TransferState.PENDING
    finished_on: float | None = None
    result: Node | None = None
    error: ApiError | None = None

    @property
    def ended(self) -> bool:
        return self.state in (TransferState.COMPLETED, TransferState.FAILED)


class Transfers:
    """All imports and exports of a simulator. They share the schedule of its other jobs."""

    def __init__(
        self,
        world: World,
        new_id: Callable[[], str],
        schedule: Schedule,
        *,
        progress: Progress,
        timing: Timing,
        list_order: ListOrder,
        seed: str,
    ) -> None:
        self._world = world
        self._new_id = new_id
        self._schedule = schedule
        self._progress = progress
        self._timing = timing
        self._list_order: ListOrder = list_order
        self._seed = seed
        self._transfers: dict[str, Transfer] = {}
        self._of: dict[tuple[str, type[Wanted], TransferState], dict[str, Transfer]] = {}
        """Those of a user in a state: there may be a hundred thousand, of which a list asks for the few that go on."""

    def start(
        self, owner: User, wanted: Wanted, now: float, *, doomed: ApiError | None = None, late: float = 0.0
    ) -> Transfer:
        """Start an import or an export; `late` is the seconds until lists show it."""
        transfer = self._enter(Transfer(self._new_id(), self._number, owner, wanted, now, now + late, doomed))
        if self._progress == "time":
            self._schedule.add(now + self._timing.submitted, lambda due: self._step_on_time(transfer, due))
        return transfer

    def add_ended(
        self, owner: User, wanted: Wanted, outcome: Node | ApiError, *, id: str, submitted_on: float, finished_on: float
    ) -> Transfer:
        """Add one that has ended already, with the file it became or the error."""
        transfer = self._enter(Transfer(id, self._number, owner, wanted, submitted_on, submitted_on))
        self._end(transfer, outcome, finished_on)
        return transfer

    def find(self, user: User, kind: type[Wanted], transfer_id: str) -> Transfer:
        """Find the user's import or export of that id. Raises ApiError (9008) if there is none."""
        transfer = self._transfers.get(transfer_id)
        if transfer is None or transfer.owner is not user or not isinstance(transfer.wanted, kind):
            raise ApiError(9008, f"There is no {kind.__name__.lower()} {transfer_id}.")
        return transfer

    def by_id(self, transfer_id: str) -> Transfer | None:
        """Find the import or export of that id, whoever's it is; None if there is none."""
        return self._transfers.get(transfer_id)

    def all(self) -> Sequence[Transfer]:
        """Return all of all users, oldest first."""
        return list(self._transfers.values())

    def listed(
        self,
        user: User,
        kind: type[Wanted],
        now: float,
        *,
        volume: str | None = None,
        project: str | None = None,
        states: Collection[str] = (),
    ) -> Sequence[Transfer]:
        """Return the user's that lists show now: those of a volume, into a project, in one of the states."""
        asked = [state for state in TransferState if not states or state in states]
        found = [
            each
            for each in chain.from_iterable(self._of.get((user.username, kind, state), {}).values() for state in asked)
            if each.listed_from <= now
            and volume in (None, each.wanted.volume)
            and (project is None or project == self._project(each.wanted))
        ]
        found.sort(key=lambda each: each.number)
        return ordered(found, self._list_order, self._seed)

    def shown(self, transfer: Transfer, now: float) -> None:
        """Take note that an answer is about to show it."""
        if self._progress == "polls":
            self.step(transfer, now)

    def step(self, transfer: Transfer, now: float) -> None:
        """Take the next step: to RUNNING, and then to its end."""
        if transfer.state is TransferState.PENDING:
            self._move(transfer, TransferState.RUNNING)
        elif transfer.state is TransferState.RUNNING:
            outcome: Node | ApiError
            try:
                if transfer.doomed is not None:
                    raise transfer.doomed
                outcome = carry_out(self._world, transfer.owner, transfer.wanted, now)
            except ApiError as refusal:
                outcome = refusal
            self._end(transfer, outcome, now)

    def _step_on_time(self, transfer: Transfer, due: float) -> None:
        self.step(transfer, due)
        if not transfer.ended:
            self._schedule.add(due + self._timing.transfer, lambda then: self._step_on_time(transfer, then))

    def _enter(self, transfer: Transfer) -> Transfer:
        self._transfers[transfer.id] = transfer
        self._move(transfer, transfer.state)
        return transfer

    @property
    def _number(self) -> int:
        return len(self._transfers)

    def _move(self, transfer: Transfer, state: TransferState) -> None:
        key = transfer.owner.username, type(transfer.wanted)
        self._of.get((*key, transfer.state), {}).pop(transfer.id, None)
        self._of.setdefault((*key, state), {})[transfer.id] = transfer
        transfer.state = state

    def _end(self, transfer: Transfer, outcome: Node | ApiError, now: float) -> None:
        transfer.finished_on = now
        if isinstance(outcome, ApiError):
            transfer.error = outcome
        else:
            transfer.result = outcome
        self._move(transfer, TransferState.FAILED if isinstance(outcome, ApiError) else TransferState.COMPLETED)

    def _project(self, wanted: Wanted) -> str | None:
        """Return the project that an import leads to, that of its folder if it names one."""
        if isinstance(wanted, Export):
            return None
        if wanted.project is not None:
            return wanted.project
        node = self._world.nodes.get(wanted.parent or "")
        while node is not None and node.parent is not None:
            node = node.parent
        project = getattr(node, "root_of", None)
        return None if project is None else str(project.id)


__all__ = ("Export", "Import", "Transfer", "TransferState", "Transfers")
