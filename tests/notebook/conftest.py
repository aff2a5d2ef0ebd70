"""A kernel that is connected to a service, and the service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sbg_bulk.simulator import Simulator, running
from tests.cli.harness import environment
from tests.notebook.harness import BEGIN, ROWS
from tests.notebook.kernel import Kernel


@pytest.fixture
def simulator() -> Simulator:
    """A service whose jobs take a step only when `step` is called."""
    return Simulator(seed="demo", progress="hand", rate_limit=None)


@pytest.fixture
def step(simulator: Simulator) -> Callable[[], None]:
    """Lets each job take a step."""

    def take() -> None:
        with simulator.lock:
            for job in simulator.jobs.all():
                simulator.jobs.step(job, simulator.clock.now())

    return take


@pytest.fixture
def files(simulator: Simulator, tmp_path: Path) -> list[str]:
    """The names of the files in the manifest `files.csv`."""
    project = simulator.world.projects["rfranklin/cohort-a"]
    new = [simulator.world.add_file(f"new-{place:02}.bam", project, size=1) for place in range(ROWS)]
    lines = ["file,project", *(f"{file.id},rfranklin/analysis" for file in new)]
    (tmp_path / "files.csv").write_text("\n".join(lines) + "\n")
    return [file.name for file in new]


@pytest.fixture
def copies(simulator: Simulator) -> Callable[[], list[str]]:
    """The names of what was copied; of what was copied twice, the second has another name."""
    target = simulator.world.projects["rfranklin/analysis"].root
    before = set(target.children)
    return lambda: sorted(set(target.children) - before)


@pytest.fixture
def asked(simulator: Simulator) -> Callable[[str], int]:
    """How many requests of an operation there were."""
    return lambda operation: sum(request.operation == operation for request in simulator.requests)


@pytest.fixture
def kernel(simulator: Simulator, tmp_path: Path) -> Iterator[Kernel]:
    """A kernel whose environment says where the service is, with a client in it."""
    with running(simulator) as url:
        kernel = Kernel({**environment(tmp_path, url), "IPYTHONDIR": str(tmp_path / "ipython")})
        try:
            begun = kernel.run(BEGIN)
            assert (begun.error, begun.text) == (None, "")
            yield kernel
        finally:
            kernel.close()
