"""Both clients against the simulator: the same answers as a server gives them, on the simulator's own clock."""

from __future__ import annotations

import pytest

from sbg_bulk import OutcomeUnknown, WaitTimeout
from sbg_bulk.simulator import EVERYTHING, ManualClock, Simulator
from tests.support.both import Both
from tests.support.clients import KINDS


@pytest.fixture
def sim() -> Simulator:
    simulator = Simulator(clock=ManualClock())
    (user,) = simulator.world.users
    project = simulator.world.add_project("rfranklin/study", members={user: EVERYTHING})
    for number in range(120):
        simulator.world.add_file(f"sample-{number}.bam", project, size=1)
    return simulator


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__.lower())
def call(sim: Simulator, request: pytest.FixtureRequest) -> Both:
    return Both(sim, request.param)


def some_files(call: Both) -> tuple[str, list[str]]:
    """A project, and the ids of the files in its root."""
    (project,) = call("projects")
    return project.id, [file.id for file in call("files", project.id)]


def test_a_copy_is_submitted_waited_for_and_found(call: Both) -> None:
    project, files = some_files(call)
    folder = call("create_folder", "copies", project=project)
    job = call("copy", files, parent=folder.id)
    assert not job.finished
    done = call("wait", job)
    assert done.id == job.id
    assert done.succeeded
    copies = {file.id for file in call("files", parent=folder.id)}
    assert copies == {entry.id for entry in done.result}
    assert job.id in [listed.id for listed in call("jobs", type="copy", state="finished")]


def test_an_item_that_fails_is_a_failure_of_the_job(call: Both) -> None:
    done = call("wait", call("delete", [some_files(call)[1][0], "0" * 24]))
    assert done.finished
    assert not done.succeeded
    assert len(done.failures) == 1


def test_an_answer_that_is_lost_leaves_one_candidate(sim: Simulator, call: Both) -> None:
    project, files = some_files(call)
    before = {job.id for job in call("jobs")}
    sim.arm("kind=cut_after op=submit_copy_job")
    with pytest.raises(OutcomeUnknown) as caught:
        call("copy", files, project=project)
    (started,) = {job.id for job in call("jobs")} - before
    assert [job.id for job in caught.value.candidates or ()] == [started]


def test_a_wait_that_is_too_short_says_so(call: Both) -> None:
    job = call("delete", some_files(call)[1])
    with pytest.raises(WaitTimeout):
        call("wait", job, timeout=0)
    assert call("wait", job, timeout=3600).succeeded
