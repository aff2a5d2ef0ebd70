"""An answer that is lost costs a run a few requests, and holds up nothing else."""

from __future__ import annotations

import io
import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import define

from sbg_bulk import Client, Polling, Progress, RunOptions, RunStopped
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.steps import Call, Step
from sbg_bulk.runs.progress import LIST_LAG
from sbg_bulk.simulator import JobType, Variant
from tests.support.runs import ENDPOINT, TARGET, TOKEN, Killed, Service, interrupted, outcomes, report

ITEMS = 100
LAG = LIST_LAG
LOST = "kind=cut_after op=submit_*"
NEVER_SENT = "kind=cut_before op=submit_*"

Build = Callable[[Service], list[dict[str, str]]]
"""Makes what there is to copy, move or delete, and returns the rows of a manifest of it."""


def manifest(rows: Sequence[dict[str, str]]) -> bytes:
    """Return rows as a manifest in CSV."""
    return "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows), ""]).encode()


def files(service: Service) -> list[dict[str, str]]:
    return [{"file": one, "project": TARGET} for one in service.files]


def renamed(service: Service) -> list[dict[str, str]]:
    return [{**row, "name": f"renamed-{n}.bam"} for n, row in enumerate(files(service))]


def folders(service: Service) -> list[dict[str, str]]:
    made = [service.world.add_folder(f"folder{n}", service.source.root) for n in range(ITEMS)]
    for folder in made:
        service.world.add_file("in.bam", folder, size=1)
    return [{"file": folder.id, "project": TARGET} for folder in made]


def mixed(service: Service) -> list[dict[str, str]]:
    return [*files(service)[: ITEMS // 2], *folders(service)[: ITEMS // 2]]


def into_a_folder(service: Service) -> list[dict[str, str]]:
    folder = service.world.add_folder("folder", service.target.root)
    return [{"file": one, "parent": folder.id} for one in service.files]


def folders_into_a_folder(service: Service) -> list[dict[str, str]]:
    folder = service.world.add_folder("below", service.target.root)
    return [{"file": row["file"], "parent": folder.id} for row in folders(service)]


def beside_the_originals(service: Service) -> list[dict[str, str]]:
    return [{"file": one, "project": "rfranklin/source"} for one in service.files]


def onto_copies(service: Service) -> list[dict[str, str]]:
    """Rows whose names are taken where they go to."""
    for n in range(ITEMS):
        service.world.add_file(f"f{n}.bam", service.target.root, size=1)
    return files(service)


def deletions(service: Service) -> list[dict[str, str]]:
    return [{"file": one} for one in service.files]


@define
class Setting:
    """A service to run at.

    Attributes:
        kind: copy, move or delete.
        build: makes the rows.
        order: of the list of jobs.
        older: how many jobs there are from before.
        new_job_id: deals out ids of jobs, given the time; None for the simulator's own, which hold it.
    """

    kind: str = "copy"
    build: Build = files
    order: str = "newest"
    older: int = 0
    new_job_id: Callable[[float], str] | None = None

    def run(self, path: Path, *faults: str) -> Service:
        """Carry a run of one job of a hundred items, and see that all is done once."""
        service = Service(ITEMS, list_order=self.order)
        if self.new_job_id is not None:
            service.simulator.jobs._new_id = self.new_job_id
        user, now = service.world.users["rfranklin"], service.clock.now()
        for n in range(self.older):
            then = now - 9000 + n
            service.simulator.jobs.add_finished(
                user, JobType(self.kind.upper()), [f"old{n}"], submitted_on=then, finished_on=then + 100
            )
        rows = manifest(self.build(service))
        for fault in faults:
            service.simulator.arm(fault)
        path.parent.mkdir()
        source = path.with_suffix(".csv")
        source.write_bytes(rows)
        assert service.client().run(self.kind, source, journal=path).tally.done == ITEMS
        assert len(service.simulator.jobs.all()) == self.older + 1
        return service

    def cost(self, path: Path) -> tuple[int, Counter[str]]:
        """Return the requests that a lost answer costs beyond those of the undisturbed run, and all of the latter."""
        undisturbed = self.run(path / "undisturbed" / "j")
        disturbed = self.run(path / "disturbed" / "j", f"{LOST} call=1")
        assert [one.fault for one in disturbed.submissions] == ["cut_after"]
        calls = Counter(one.operation or "" for one in disturbed.simulator.requests)
        return len(disturbed.simulator.requests) - len(undisturbed.simulator.requests), calls


COPIES: Sequence[Build] = (
    files, renamed, folders, mixed, into_a_folder, folders_into_a_folder, beside_the_originals, onto_copies,
)  # fmt: skip


@pytest.mark.parametrize("build", COPIES, ids=lambda build: build.__name__)
def test_a_lost_answer_costs_five_requests_whatever_is_copied(tmp_path: Path, build: Build) -> None:
    cost, calls = Setting(build=build).cost(tmp_path)
    assert cost <= 5
    assert calls["bulk_get_files"] == 2
    assert calls["get_file"] == 0
    assert calls["get_project"] <= 1


@pytest.mark.parametrize(("kind", "build"), [("move", files), ("move", into_a_folder), ("delete", deletions)])
def test_a_lost_answer_costs_two_requests_where_the_ids_of_the_result_are_proof(
    tmp_path: Path, kind: str, build: Build
) -> None:
    cost, calls = Setting(kind, build).cost(tmp_path)
    assert cost <= 2
    assert calls["bulk_get_files"] == calls["get_file"] == calls["get_project"] == 0


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize(("kind", "build", "most"), [("copy", files, 5), ("move", files, 2), ("delete", deletions, 2)])
def test_a_thousand_older_jobs_cost_nothing_more(
    tmp_path: Path, kind: str, build: Build, most: int, order: str
) -> None:
    cost, _ = Setting(kind, build, order, older=1000).cost(tmp_path)
    assert cost <= most


def at_random(_: float) -> str:
    return str(uuid.UUID(int=CHANCE.getrandbits(128)))


def falling(_: float) -> str:
    return str(next(NUMBERS))


CHANCE = random.Random("ids of jobs")
NUMBERS: Iterator[int] = iter(range(10**6, 0, -1))


@pytest.mark.parametrize("new_job_id", [at_random, falling])
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize(("kind", "build", "most"), [("copy", files, 5), ("delete", deletions, 2)])
def test_ids_of_jobs_need_not_hold_their_time(
    tmp_path: Path, kind: str, build: Build, most: int, order: str, new_job_id: Callable[[float], str]
) -> None:
    cost, _ = Setting(kind, build, order, older=150, new_job_id=new_job_id).cost(tmp_path)
    assert cost <= most


def carry(
    service: Service, path: Path, source: bytes, driver: type[BlockingDriver] = BlockingDriver, **how: Any
) -> Any:
    """Copy what a manifest says in jobs of three, with these options of the run."""
    options = RunOptions(**how)
    return service.client(driver).run("copy", io.BytesIO(source), journal=path, items_per_job=3, options=options)


def jobs_of(path: Path) -> list[str]:
    """Return the jobs of the rows, three by three."""
    rows = [row["job"] for row in report(path)]
    assert rows[0::3] == rows[1::3] == rows[2::3]
    return rows[0::3]


# Where files cannot be read in bulk


class WithoutBulk(httpx.BaseTransport):
    """A service that refuses to read files in bulk with this status."""

    def __init__(self, inner: httpx.BaseTransport, status: int, body: object) -> None:
        self.inner, self.status, self.body = inner, status, body
        self.refused = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/bulk/files/get"):
            self.refused += 1
            return httpx.Response(self.status, json=self.body)
        return self.inner.handle_request(request)


@pytest.mark.parametrize("body", [{"code": 9999, "message": "no", "status": 0, "more_info": ""}, ["not the API"]])
@pytest.mark.parametrize("status", [400, 403, 404, 405, 501])
def test_where_files_cannot_be_read_in_bulk_they_are_read_one_by_one(tmp_path: Path, status: int, body: object) -> None:
    service = Service(6, faults=[f"{LOST} call=1"])
    transport = WithoutBulk(service.simulator.transport(), status, body)
    driver = service.clock.blocking_driver(transport)
    client = Client(ENDPOINT, TOKEN, polling=Polling(1.0, 5.0), driver=driver)
    done = client.run("copy", service.manifest(project=TARGET), journal=tmp_path / "j", items_per_job=3)
    assert done.tally.done == 6
    assert service.copies() == [f"f{n}.bam" for n in range(6)]
    assert len(service.submissions) == 2
    assert transport.refused == 1
    assert [one.operation for one in service.simulator.requests].count("get_file") == 6


# What goes on meanwhile


def test_the_rows_after_it_are_carried_to_their_end_before_a_lost_one_is_looked_for(tmp_path: Path) -> None:
    service = Service(18, faults=[f"{LOST} call=1"])
    ended: list[float] = []

    def watching(progress: Progress) -> None:
        ended.extend(service.clock.now() for _ in progress.ended)

    done = service.client().run(
        "copy",
        service.manifest(project=TARGET),
        journal=tmp_path / "j",
        items_per_job=3,
        # The lost one takes one place all the while, so that the others follow each other.
        options=RunOptions(jobs_in_flight=2),
        on_change=watching,
    )
    assert done.tally.done == 18
    lost, *others = service.submissions
    settled = next(one for one in service.simulator.requests if one.operation == "bulk_get_files")
    assert settled.time >= lost.time + LAG
    assert len(others) == 5
    assert all(lost.number < one.number < settled.number for one in others)
    assert [moment < lost.time + LAG for moment in ended] == [True] * 5 + [False]
    requests = list(service.simulator.requests)
    between = [one.operation for one in requests if lost.number < one.number < settled.number]
    # Each of the others is submitted once the one before it was seen to end.
    looks = [name for name in between if name != "get_user"]
    assert looks.count("submit_copy_job") == 5
    assert all(
        set(looks[here + 1 : there]) & {"list_async_jobs", "get_copy_job"}
        for here, there in pairwise(place for place, name in enumerate(looks) if name == "submit_copy_job")
    )


# Several at once


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
def test_several_lost_at_once_are_each_settled(tmp_path: Path, order: str) -> None:
    faults = [*(f"{LOST} call={n}" for n in (1, 3, 4)), *(f"{NEVER_SENT} call={n}" for n in (2, 6))]
    service = Service(24, faults=faults, list_order=order)
    # Each rule counts the calls that it sees: all see all.
    assert carry(service, tmp_path / "j", manifest(files(service))).tally.done == 24
    assert service.copies() == sorted(f"f{n}.bam" for n in range(24))
    assert len(set(jobs_of(tmp_path / "j"))) == len(service.simulator.jobs.all()) == 8
    assert len(service.submissions) == 10


def test_those_that_are_due_together_share_the_pages_of_the_list_and_the_project(tmp_path: Path) -> None:
    service = Service(30, faults=[LOST], list_order="newest")
    carry(service, tmp_path / "j", manifest(files(service)))
    calls = Counter(one.operation for one in service.simulator.requests)
    assert calls["list_async_jobs"] == calls["get_project"] == 1
    assert calls["bulk_get_files"] <= 20


def look_alikes(service: Service, count: int) -> bytes:
    """Return a manifest of so many times three files, the same names and sizes each time."""
    rows = []
    for number in range(count):
        folder = service.world.add_folder(f"copy{number}", service.source.root)
        made = [service.world.add_file(f"f{n}.bam", folder, size=7 + n) for n in range(3)]
        rows += [{"file": file.id, "project": TARGET} for file in made]
    return manifest(rows)


@pytest.mark.parametrize("faults", [[f"{LOST} times=2"], [f"{LOST} call=1", f"{NEVER_SENT} call=2"]])
def test_a_job_that_may_be_that_of_either_is_adopted_for_neither(tmp_path: Path, faults: list[str]) -> None:
    service = Service(faults=faults)
    with pytest.raises(RunStopped) as caught:
        carry(service, tmp_path / "j", look_alikes(service, 2))
    assert {one.id for one in caught.value.candidates} == {one.id for one in service.simulator.jobs.all()}
    assert outcomes(tmp_path / "j") == ["open"] * 6
    assert len(service.submissions) == 2


# What a person has to decide


def stopped(path: Path, in_flight: int) -> Service:
    """A run of six jobs of which the first could be that of another process, too."""
    service = Service(18, faults=[f"{LOST} call=1"])

    class Meanwhile(BlockingDriver):
        def _perform(self, step: Step) -> object:
            if isinstance(step, Call) and step.operation.name.startswith("submit_") and not service.submissions:
                service.submit(service.files[:3])
            return super()._perform(step)

    with pytest.raises(RunStopped) as caught:
        carry(service, path, manifest(files(service)), Meanwhile, jobs_in_flight=in_flight)
    assert len(caught.value.candidates) == 2
    return service


@pytest.mark.parametrize("in_flight", [1, 2, 1000])
def test_what_a_person_has_to_decide_stops_the_run_when_all_else_is_done(tmp_path: Path, in_flight: int) -> None:
    service = stopped(tmp_path / "j", in_flight)
    assert outcomes(tmp_path / "j") == ["open"] * 3 + ["done"] * 15
    assert len(service.submissions) == 6
    assert len(jobs_of(tmp_path / "j")[1:]) == 5


# Sources that can't be read


def test_what_another_job_made_is_not_taken_for_more_files_than_cannot_be_read(tmp_path: Path) -> None:
    service = Service(6, faults=[f"{LOST} call=1"])
    service.submit(service.files[3:])
    rows = [*files(service)[:2], {"file": "5cf7d9ea560ad6eccc15df95", "project": TARGET}]
    carry(service, tmp_path / "j", manifest(rows))
    assert outcomes(tmp_path / "j") == ["done", "done", "failed"]
    assert len(service.submissions) == 1


def test_what_is_found_out_of_one_submission_counts_for_those_that_nobody_could_tell_of_before(tmp_path: Path) -> None:
    service = Service(4, faults=[f"{LOST} times=2", "kind=fail_item op=submit_* call=2 item=3"])
    missing = [{"file": f"5cf7d9ea560ad6eccc15df9{n}", "project": TARGET} for n in range(2)]
    carry(service, tmp_path / "j", manifest([files(service)[0], *missing, *files(service)[1:]]))
    assert outcomes(tmp_path / "j") == ["done", "failed", "failed", "done", "done", "failed"]
    assert len(service.submissions) == 2


def among_others(service: Service, jobs: int) -> None:
    """Have another process of the same user copy the same number of other files in each of so many jobs."""
    size = 10**6
    for number in range(jobs):
        others = [service.world.add_file(f"o{number}-{n}", service.source.root, size=size + n).id for n in range(ITEMS)]
        service.submit(others)


def test_the_job_of_a_lost_answer_is_told_from_a_thousand_others_for_few_requests(tmp_path: Path) -> None:
    service = Service(ITEMS, list_order="newest")
    broken = interrupted_by_submission(lambda: among_others(service, 1000))
    with pytest.raises(Killed):
        service.client(broken).run("copy", service.manifest(project=TARGET), journal=tmp_path / "run")
    service.simulator.clock.advance(600)
    before = len(service.simulator.requests)
    assert service.client().resume(tmp_path / "run").tally.done == ITEMS
    assert len(service.submissions) == 1
    # Eleven pages of the list, the first twice, and one thing of each job, a hundred for a request.
    assert len(service.simulator.requests) - before <= 30


def test_a_job_among_others_is_not_taken_for_anothers_because_a_copy_was_renamed_since(tmp_path: Path) -> None:
    service = Service(ITEMS)
    broken = interrupted_by_submission(lambda: among_others(service, 5))
    with pytest.raises(Killed):
        service.client(broken).run("copy", service.manifest(project=TARGET), journal=tmp_path / "run")
    service.simulator.clock.advance(600)
    assert all(job.finished for job in service.client().jobs())
    service.world.rename(service.target.root.children["f0.bam"], "renamed.bam")
    with pytest.raises(RunStopped):
        service.client().resume(tmp_path / "run")
    assert len(service.submissions) == 1


def test_who_is_broken_off_while_looking_for_a_job_goes_on_there(tmp_path: Path) -> None:
    service = Service(ITEMS, variant=Variant(listed_results=False))
    broken = interrupted_by_submission(lambda: among_others(service, 400))
    with pytest.raises(Killed):
        service.client(broken).run("copy", service.manifest(project=TARGET), journal=tmp_path / "run")
    sessions = 0
    while True:
        service.simulator.clock.advance(600)
        sessions += 1
        try:
            # No more than a part of the jobs can be read until it is broken off again.
            report = service.client(interrupted(700, after=False)).resume(tmp_path / "run")
            break
        except Killed:
            assert sessions < 10
    assert sessions > 1, sessions
    assert report.tally.done == ITEMS
    assert len(service.submissions) == 1


def interrupted_by_submission(then: Callable[[], object]) -> type[BlockingDriver]:
    """A driver that is killed when its first submission has arrived. Something else happens afterwards."""

    class Interrupted(BlockingDriver):
        def _perform(self, step: Step) -> object:
            outcome = super()._perform(step)
            if isinstance(step, Call) and step.operation.name.startswith("submit_"):
                then()
                raise Killed
            return outcome

    return Interrupted
