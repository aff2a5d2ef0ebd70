"""Programs that use our clients: every method, on a day on which not everything goes well."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from sbg_bulk import AsyncClient, Client, Polling
from sbg_bulk.errors import BadRequest, Conflict, Forbidden, NotFound, OutcomeUnknown, Unauthorized
from sbg_bulk.models.job import Job
from sbg_bulk.models.resources import File
from sbg_bulk.simulator import Simulator
from sbg_bulk.testing import VirtualClock

TOKEN: Final = "demo-token"  # noqa: S105 - of the simulator
PROJECT: Final = "rfranklin/my-project"
TARGET: Final = "rfranklin/destination-project"
FILES: Final = ("5c6d4227e4b0385632389346", "5c6d3f30e4b038563238932f", "5c6d3f30e4b038563238932b")
FOLDER: Final = "1e3de690c4b058509735944e"
NOTHING: Final = "000000000000000000000000"
FINISHED: Final = "71721895316959284"
FOREIGN: Final = "bmcclintock/no-access"

Call = Callable[..., Any]
"""Calls a method of a client by name; what it lists is read to the end."""


@contextlib.contextmanager
def blocking(endpoint: str, token: str, simulator: Simulator, transport: httpx.BaseTransport) -> Iterator[Call]:
    """Connect our synchronous client, waiting on the simulator's clock."""
    driver = VirtualClock(simulator.clock).blocking_driver(transport)
    with Client(endpoint, token, driver=driver, polling=Polling(1.0, 5.0)) as client:

        def call(method: str, *args: Any, **kwargs: Any) -> Any:
            result = getattr(client, method)(*args, **kwargs)
            return list(result) if isinstance(result, Iterator) else result

        yield call


@contextlib.contextmanager
def awaiting(endpoint: str, token: str, simulator: Simulator, transport: httpx.AsyncBaseTransport) -> Iterator[Call]:
    """Connect our asynchronous client, waiting on the simulator's clock."""
    driver = VirtualClock(simulator.clock).awaiting_driver(transport)
    with asyncio.Runner() as runner:
        client = AsyncClient(endpoint, token, driver=driver, polling=Polling(1.0, 5.0))

        def call(method: str, *args: Any, **kwargs: Any) -> Any:
            async def called() -> Any:
                result = getattr(client, method)(*args, **kwargs)
                return [entry async for entry in result] if hasattr(result, "__aiter__") else await result

            return runner.run(called())

        try:
            yield call
        finally:
            runner.run(client.close())


def spend_a_day(call: Call, simulator: Simulator, folder: Path) -> None:
    """Call every method, on a simulator with the seed `examples`; runs keep their journals in the folder."""
    _look_around(call)
    _submit_and_wait(call, simulator)
    _carry_manifests(call, simulator, folder)
    _be_refused(call, simulator)


def _look_around(call: Call) -> None:
    assert call("user").username == "rfranklin"
    assert call("rate_limit").remaining is not None
    projects = call("projects")
    assert PROJECT in {project.id for project in projects}
    assert len(call("projects", name="destination")) == 1
    root = call("project", PROJECT).root_folder
    entries: list[File] = call("files", PROJECT)
    assert [entry.id for entry in call("files", parent=root)] == [entry.id for entry in entries]
    assert [entry.name for entry in call("files", PROJECT, name="sample.bam")] == ["sample.bam"]
    assert call("files", PROJECT, name="nothing.txt") == call("projects", name="nothing") == []
    assert all(entry.modified_on for entry in call("files", PROJECT, details=True))
    assert len(call("files_page", PROJECT, offset=1, limit=2).items) == 2
    assert call("file", FILES[0]).size
    assert call("file", FOLDER).size is None
    assert len(call("jobs_page", 1, 2).items) == 2
    assert call("jobs_page", 1000).items == ()
    assert {job.type for job in call("jobs")} == {"COPY", "MOVE", "DELETE"}
    assert call("jobs", state="finished", type="delete", limit=1)
    assert call("job", FINISHED).finished_on


def _submit_and_wait(call: Call, simulator: Simulator) -> None:
    made = call("create_folder", "today", project=PROJECT)
    assert call("create_folder", "inside", parent=made.id).parent == made.id
    copied: Job = call(
        "wait", call("copy", [FILES[0], NOTHING, {"file": FILES[1], "name": "renamed.bam"}], project=TARGET)
    )
    assert (copied.completed_files, len(copied.failures)) == (2, 1)
    assert call("wait", call("move", FILES[1:], parent=made.id)).completed_files == 2
    deleted = call("wait", call("delete", [made.id]).id, type="DELETE")
    assert deleted.state == "FINISHED"
    simulator.arm("kind=unknown_state op=get_copy_job times=1")
    call("wait", call("copy", [FILES[0]], parent=FOLDER))


def _carry_manifests(call: Call, simulator: Simulator, folder: Path) -> None:
    manifest = "\n".join(["file", *([FILES[0], NOTHING] + [f"{number:024}" for number in range(1, 6)]), ""]).encode()
    simulator.arm("kind=429 op=submit_copy_job times=1 seconds=1")
    report = call(
        "run", "COPY", io.BytesIO(manifest), project=TARGET, journal=folder / "first.sbg-run", items_per_job=3
    )
    assert call("resume", report.journal).tally == report.tally
    call("retry", report.journal, journal=folder / "second.sbg-run")


def _be_refused(call: Call, simulator: Simulator) -> None:
    with pytest.raises(NotFound):
        call("file", NOTHING)
    with pytest.raises(NotFound):
        call("job", NOTHING, type="COPY")
    with pytest.raises(Forbidden):
        call("project", FOREIGN)
    with pytest.raises(Conflict):
        call("create_folder", "run-1", project=PROJECT)
    with pytest.raises(BadRequest):
        call("files", parent=FILES[0])
    for rule in ("kind=429 times=1 seconds=1", "kind=maintenance times=1", "kind=503 times=1", "kind=500 times=1"):
        simulator.arm(rule)
        call("user")
    simulator.arm("kind=500 after=true op=submit_delete_job times=1")
    with contextlib.suppress(OutcomeUnknown):
        call("delete", [FILES[0]])


def be_a_stranger(call: Call) -> None:
    """Ask with a token that nobody knows."""
    with pytest.raises(Unauthorized):
        call("user")
