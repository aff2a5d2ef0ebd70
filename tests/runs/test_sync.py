"""A place is brought in step with a source: what that takes, in which order, and what stays whatever happens."""

from __future__ import annotations

from typing import Any

import pytest

from sbg_bulk import Client, InputError, Polling, RunOptions
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.steps import Call, Record, Step
from sbg_bulk.files.paths import path_of
from sbg_bulk.runs import store
from sbg_bulk.runs.journal import Journal
from sbg_bulk.simulator import File, Folder, ManualClock, Permissions, Simulator, Timing
from sbg_bulk.testing import VirtualClock
from sbg_bulk.transfers import sync
from tests.support.both import Both
from tests.support.runs import ENDPOINT, TOKEN, Killed
from tests.support.world import SOURCE, TARGET, World

RUN = f"{SOURCE}/run"
IN = f"{TARGET}/in"


@pytest.fixture(autouse=True)
def places(world: World) -> None:
    fill(world)


def fill(world: World) -> None:
    """A source and a destination with something of each kind."""
    world.add(f"{RUN}/same.bam", f"{RUN}/new.bam", f"{RUN}/old/deep.bam", f"{RUN}/whole/w.bam", f"{RUN}/void/")
    world.add(f"{RUN}/changed.bam", size=20)
    world.add(f"{IN}/same.bam", f"{IN}/gone.bam", f"{IN}/left/l.bam", f"{IN}/left/m.bam", f"{IN}/old/")
    world.add(f"{IN}/changed.bam", size=10)


def contents(simulator: Simulator, path: str) -> dict[str, int | None]:
    """What is below a folder: the sizes of files by their paths; None for folders."""
    owner, project, *names = path.split("/")
    folder: Any = simulator.world.projects[f"{owner}/{project}"].root
    for name in names:
        folder = folder.children[name]
    found: dict[str, int | None] = {}

    def go(here: Folder, above: str) -> None:
        for name, node in here.children.items():
            found[above + name] = node.size if isinstance(node, File) else None
            if isinstance(node, Folder):
                go(node, f"{above}{name}/")

    go(folder, "")
    return found


def arrows(choice: Any) -> list[str]:
    return [
        f"{item.source.removeprefix(f'{SOURCE}/')} > {item.destination.removeprefix(f'{TARGET}/')}"
        if item.to
        else item.source.removeprefix(f"{TARGET}/")
        for item in choice.items
    ]


def test_a_plan_says_what_is_copied_replaced_and_left(call: Both) -> None:
    plan = call("sync_plan", RUN, to=IN)
    assert arrows(plan.missing) == [
        "run/new.bam > in/new.bam",
        "run/old/deep.bam > in/old/deep.bam",
        "run/void > in/void",
        "run/whole > in/whole",
    ]
    assert (arrows(plan.removed), arrows(plan.replacing)) == (
        ["in/changed.bam"],
        ["run/changed.bam > in/changed.bam"],
    )
    assert (plan.replaced.files, plan.replaced.size, plan.deleted.files) == (1, 10, 0)
    assert (plan.extra, plan.left, plan.comparison.same) == (2, (), 1)
    assert call.simulator.jobs.all() == []


def test_what_the_source_lacks_is_deleted_if_that_is_wanted_and_counted_with_what_folders_hold(call: Both) -> None:
    plan = call("sync_plan", RUN, to=IN, delete=True)
    assert arrows(plan.removed) == ["in/changed.bam", "in/gone.bam", "in/left"]
    assert (plan.deleted.files, plan.deleted.size, plan.extra) == (3, 3000, 0)
    # Both places with one folder in each, the project that must allow to copy, and the folder that goes.
    counted = ["list_files"] * (2 + 2 * 2) + ["get_project", "list_files"]
    assert call.counted("sync_plan", RUN, to=IN, delete=True) == counted
    assert plan.requests == len(counted)


@pytest.mark.parametrize("delete", [False, True])
def test_a_sync_brings_the_place_in_step_and_does_it_once(call: Both, delete: bool) -> None:
    source = contents(call.simulator, RUN)
    report = call("sync", call("sync_plan", RUN, to=IN, delete=delete))
    assert report.succeeded
    assert [one.tally.rows for one in report.reports] == [4, 3 if delete else 1, 1]
    assert contents(call.simulator, RUN) == source
    left = {} if delete else {"gone.bam": 1000, "left": None, "left/l.bam": 1000, "left/m.bam": 1000}
    assert contents(call.simulator, IN) == source | left
    again = call("sync_plan", RUN, to=IN, delete=delete)
    assert (len(again), again.steps) == (0, ())
    jobs = len(call.simulator.jobs.all())
    assert call("sync", again).succeeded
    assert len(call.simulator.jobs.all()) == jobs
    assert call("compare", RUN, IN, one_way=not delete).agrees


def test_to_find_a_place_in_step_each_folder_is_listed_once_on_either_side(call: Both) -> None:
    World(call.simulator).add(*(f"{SOURCE}/data/d{n:03}/f{m}.bam" for n in range(30) for m in range(5)))
    first = call("sync_plan", f"{SOURCE}/data", to=f"{TARGET}/new", parents=True)
    assert first.requests == 3
    assert call("sync", first).succeeded
    assert call("sync_plan", f"{SOURCE}/data", to=f"{TARGET}/new").requests == 2 + 2 * (1 + 30)


def test_the_runs_of_a_sync_say_where_their_own_files_come_from_and_go(call: Both) -> None:
    report = call("sync", call("sync_plan", RUN, to=IN, delete=True))
    told = []
    for one in report.reports:
        with Journal.read(one.journal) as journal:
            told.append((store.sources_of(journal.asked), store.destination_of(journal.asked)))
    assert told == [((RUN,), IN), ((IN,), None), ((RUN,), IN)]


def test_the_place_is_made_if_that_is_wanted(call: Both) -> None:
    with pytest.raises(InputError, match=f"Folder {IN}/new does not exist. Create it with parents=True."):
        call("sync_plan", RUN, to=f"{IN}/new/deep")
    plan = call("sync_plan", RUN, to=f"{IN}/new/deep", parents=True)
    assert [str(one) for one in plan.missing.folders] == [f"{IN}/new", f"{IN}/new/deep"]
    assert call("sync", plan).succeeded
    assert contents(call.simulator, f"{IN}/new/deep") == contents(call.simulator, RUN)


def test_places_are_ids_too(call: Both) -> None:
    source, to = (call("locate", path).id for path in (RUN, IN))
    report = call("sync", call("sync_plan", source, to=to, delete=True))
    assert report.succeeded
    assert contents(call.simulator, IN) == contents(call.simulator, RUN)
    for one in report.reports:
        assert call("verify", one.journal).agrees


def test_a_project_is_a_place_too(call: Both) -> None:
    call("sync", call("sync_plan", SOURCE, to=TARGET))
    assert call("compare", SOURCE, TARGET, one_way=True).agrees


@pytest.mark.parametrize("name", ["a b", "Größe", "-rf", "a,b\n'c'.bam", "*.bam", "e\u0301"])
def test_any_name_is_carried(call: Both, world: World, name: str) -> None:
    world.add(f"{RUN}/{name}", f"{RUN}/old/{name}/x")
    world.add(f"{IN}/{name}", size=3)
    assert call("sync", call("sync_plan", RUN, to=IN, delete=True)).succeeded
    assert contents(call.simulator, IN) == contents(call.simulator, RUN)


def test_a_change_of_case_copies_the_new_name_and_deletes_the_old(call: Both, world: World) -> None:
    world.add(f"{RUN}/Sample.bam", f"{IN}/sample.bam")
    plan = call("sync_plan", RUN, to=IN, delete=True, match=["[Ss]ample.bam", "same.bam"])
    assert (arrows(plan.missing), arrows(plan.removed)) == (["run/Sample.bam > in/Sample.bam"], ["in/sample.bam"])


# Filters


def test_what_is_excluded_is_neither_copied_nor_replaced_nor_deleted(call: Both, world: World) -> None:
    world.add(f"{IN}/left/index.bai", f"{RUN}/whole/w.bai")
    plan = call("sync_plan", RUN, to=IN, delete=True, exclude=["*.bai", "changed*", "gone*"])
    assert arrows(plan.missing) == [
        "run/new.bam > in/new.bam",
        "run/old/deep.bam > in/old/deep.bam",
        "run/whole/w.bam > in/whole/w.bam",
    ]
    assert [str(one) for one in plan.missing.folders] == [f"{IN}/whole"]
    assert arrows(plan.removed) == ["in/left/l.bam", "in/left/m.bam"]
    assert call("sync", plan).succeeded
    assert contents(call.simulator, IN) == {
        "same.bam": 1000, "new.bam": 1000, "changed.bam": 10, "gone.bam": 1000, "old": None, "old/deep.bam": 1000,
        "whole": None, "whole/w.bam": 1000, "left": None, "left/index.bai": 1000,
    }  # fmt: skip


def test_by_date_nothing_is_deleted(call: Both) -> None:
    assert len(call("sync_plan", RUN, to=IN, newer_than="2001-01-01").missing) == 3
    with pytest.raises(InputError, match="delete cannot be combined with newer_than"):
        call("sync_plan", RUN, to=IN, newer_than="7d", delete=True)


# What is in the way


def test_a_folder_in_the_place_of_a_file_and_the_reverse_are_left_unless_they_may_be_deleted(
    call: Both, world: World
) -> None:
    world.add(f"{RUN}/turned/x", f"{RUN}/back")
    world.add(f"{IN}/turned", f"{IN}/back/y")
    plan = call("sync_plan", RUN, to=IN)
    assert [one.path for one in plan.left] == ["back", "turned"]
    report = call("sync", plan)
    assert (report.succeeded, [one.succeeded for one in report.reports]) == (False, [True] * 3)
    assert contents(call.simulator, IN)["back"] is None
    # A filter may leave out what is in a folder: it is not deleted then.
    assert len(call("sync_plan", RUN, to=IN, delete=True, exclude=["zzz"]).left) == 2
    plan = call("sync_plan", RUN, to=IN, delete=True)
    assert (plan.left, plan.deleted.files) == ((), 3)
    assert [(one.compared.path, one.gone.files, one.copied.files) for one in plan.turned] == [
        ("back", 1, 1),
        ("turned", 1, 1),
    ]
    assert call("sync", plan).succeeded
    assert contents(call.simulator, IN) == contents(call.simulator, RUN)


def test_a_size_that_nobody_tells_is_left_and_no_success(call: Both, simulator: Simulator) -> None:
    simulator.world.nodes[call("locate", f"{IN}/changed.bam").id].size = None  # type: ignore[union-attr]
    plan = call("sync_plan", RUN, to=IN, delete=True)
    assert [one.path for one in plan.left] == ["changed.bam"]
    assert not call("sync", plan).succeeded
    assert call("locate", f"{IN}/changed.bam")


# What cannot be meant


@pytest.mark.parametrize(
    ("source", "options"),
    [
        (f"{RUN}/void", {}),
        (f"{RUN}/whole", {}),
        (RUN, {"match": ["gone*"]}),
        (RUN, {"match": ["l.bam"]}),
    ],
    ids=["an empty source", "another place", "nothing matches", "nothing in common matches"],
)
def test_a_place_that_has_nothing_of_the_source_is_not_emptied(call: Both, source: str, options: Any) -> None:
    before = contents(call.simulator, IN)
    with pytest.raises(InputError, match=r"has no file in common with .* delete=True would delete \d+ item"):
        call("sync_plan", source, to=IN, delete=True, **options)
    call("sync_plan", source, to=IN, **options)
    assert contents(call.simulator, IN) == before


def test_what_is_deleted_must_be_allowed_to_be_copied_anew(call: Both, simulator: Simulator) -> None:
    members = {"rfranklin": Permissions(read=True)}
    simulator.world.add_user("jwatson")
    theirs = simulator.world.add_project("jwatson/maize", members=members)
    simulator.world.add_file("changed.bam", theirs.root, size=20)
    with pytest.raises(
        InputError, match="You do not have permission to copy from jwatson/maize, so nothing was replaced"
    ):
        call("sync_plan", "jwatson/maize", to=IN)


def test_nothing_is_deleted_unless_all_that_is_missing_was_copied(call: Both, world: World) -> None:
    plan = call("sync_plan", RUN, to=IN, delete=True)
    world.remove(plan.missing.items[0].id)
    before = contents(call.simulator, IN)
    report = call("sync", plan)
    assert (report.succeeded, len(report.reports)) == (False, 1)
    assert before.items() <= contents(call.simulator, IN).items()
    assert call("sync", call("sync_plan", RUN, to=IN, delete=True)).succeeded


def test_nothing_is_copied_to_where_the_old_one_is_left(call: Both, world: World) -> None:
    world.add(f"{RUN}/other.bam", size=2)
    world.add(f"{IN}/other.bam", size=1)
    plan = call("sync_plan", RUN, to=IN)
    # The one that is to be deleted cannot be: as far as the service tells, it is not there.
    kept = plan.removed.items[0]
    simulator = call.simulator
    node = simulator.world.nodes.pop(kept.id)
    report = call("sync", plan)
    simulator.world.nodes[kept.id] = node
    assert (report.succeeded, [one.tally.rows for one in report.reports]) == (False, [4, 2, 1])
    assert (contents(simulator, IN)["changed.bam"], contents(simulator, IN)["other.bam"]) == (10, 2)
    assert not any(name.startswith("1_") for name in contents(simulator, IN))


def test_two_of_one_name_are_told_before_anything_is_copied(call: Both, world: World, simulator: Simulator) -> None:
    folder = simulator.world.nodes[call("locate", RUN).id]
    assert isinstance(folder, Folder)
    (twin,) = world.add(f"{RUN}/twin.bam", size=3)
    folder.children["other"] = folder.children["new.bam"]
    folder.children["other"].name = "twin.bam"
    assert twin
    with pytest.raises(InputError, match=r"Two items are named .*/twin\.bam and would become one"):
        call("sync_plan", RUN, to=IN)


# Interruptions


def _client(simulator: Simulator, driver: type[BlockingDriver] = BlockingDriver) -> Client:
    clock = VirtualClock(simulator.clock)
    made = clock.blocking_driver(simulator.transport(), driver)
    return Client(ENDPOINT, TOKEN, driver=made, polling=Polling(1.0, 5.0))


def _sync(client: Client) -> bool:
    """What a person does who types the command once: an earlier run is taken up first."""
    options = RunOptions(list_lag=0.5)
    for run in sync.unfinished(ENDPOINT, path_of(RUN), path_of(IN)):
        client.resume(run.run.journal, options=options)
    return client.sync(client.sync_plan(RUN, to=IN, delete=True), options=options).succeeded


def _killed_after(at: int) -> type[BlockingDriver]:
    """A driver that ends after so many steps that send or write something."""
    count = iter(range(1 << 30))

    class Interrupted(BlockingDriver):
        def _perform(self, step: Step) -> object:
            outcome = super()._perform(step)
            if isinstance(step, (Call, Record)) and next(count) == at:
                raise Killed
            return outcome

    return Interrupted


def _interrupted_sync(at: int) -> bool:
    """Interrupt a sync after a step, type it again, and see what came of it. Whether there was such a step."""
    simulator = Simulator(clock=ManualClock(), seed="empty", timing=Timing(1, 1, 0.1), rate_limit=None)
    for project in (SOURCE, TARGET):
        simulator.world.add_project(project)
    fill(World(simulator))
    source = contents(simulator, RUN)
    reached = True
    with _client(simulator, _killed_after(at)) as client:
        try:
            assert _sync(client)
            reached = False
        except Killed:
            pass
    with _client(simulator) as client:
        assert _sync(client), at
    assert contents(simulator, RUN) == source
    # Nothing is there twice, as 1_a.bam, and nothing is missing.
    assert contents(simulator, IN) == source, at
    for path in store.known():
        path.unlink()
    return reached


@pytest.mark.parametrize("part", range(4))
def test_a_sync_that_was_interrupted_anywhere_is_completed_by_the_next(part: int) -> None:
    at = part
    while _interrupted_sync(at):
        at += 4
    assert at > 60


def test_an_interrupted_sync_is_resumed_before_anything_else(simulator: Simulator) -> None:
    with _client(simulator, _KilledBySubmission) as client, pytest.raises(Killed):
        client.sync(client.sync_plan(RUN, to=IN))
    (run,) = sync.unfinished(ENDPOINT, path_of(RUN), path_of(IN))
    assert not run.deletes
    assert sync.unfinished(ENDPOINT, path_of(RUN), path_of(TARGET)) == []
    assert sync.unfinished("http://elsewhere/v2", path_of(RUN), path_of(IN)) == []
    with _client(simulator) as client:
        with pytest.raises(InputError, match=rf"client\.resume\('{run.run.run}'\)"):
            client.sync_plan(RUN, to=IN)
        with Journal.open(run.run.journal), pytest.raises(InputError, match="another process is working on it"):
            client.sync_plan(RUN, to=IN)
        client.resume(run.run.run)
        assert client.sync(client.sync_plan(RUN, to=IN)).succeeded


class _KilledBySubmission(BlockingDriver):
    """Ends as soon as a job was submitted, before it is known which."""

    def _perform(self, step: Step) -> object:
        outcome = super()._perform(step)
        if isinstance(step, Call) and step.operation.name.startswith("submit_"):
            raise Killed
        return outcome
