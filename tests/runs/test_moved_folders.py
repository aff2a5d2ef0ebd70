"""A moved folder gets a new id: a job whose answer was lost is taken for it only if that is proved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk import RunReport, RunStopped
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.steps import Call, Step
from sbg_bulk.simulator import JobType, Variant
from sbg_bulk.simulator.world.tree import Permissions
from tests.support.runs import TARGET, Killed, Service, outcomes, report, table

CUT = "kind=cut_after op=submit_* call=1"
LOST = "kind=cut_before op=submit_* call=1"
DAY = 86_400.0

During = Callable[[], object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.sbg-run"


def with_folders(count: int = 2, **settings: Any) -> Service:
    """Return a service with some folders of two files each to be moved, and others of these names elsewhere."""
    service = Service(**settings)
    service.world.add_project("rfranklin/other")
    for n in range(count):
        for root in (service.source.root, service.world.projects["rfranklin/other"].root):
            folder = service.world.add_folder(f"lane{n}", root)
            for part in range(2):
                service.world.add_file(f"part{part}.bam", folder, size=7 + part)
    return service


def theirs(service: Service, *names: str) -> None:
    """Have another program of the same user move the folders elsewhere that have the names of ours."""
    there = service.world.projects["rfranklin/other"].root.children
    service.submit([there[name].id for name in names], kind=JobType.MOVE)


def sending(before: During = lambda: None, after: During = lambda: None, dies: bool = False) -> type[BlockingDriver]:
    """Return a driver for which something happens just before and after its first submission, that may end it."""
    sent = [0]

    class Sending(BlockingDriver):
        def _perform(self, step: Step) -> object:
            if not (isinstance(step, Call) and step.operation.name.startswith("submit_")) or sent[0]:
                return super()._perform(step)
            sent[0] += 1
            before()
            try:
                outcome = super()._perform(step)
            finally:
                after()
            if dies:
                raise Killed
            return outcome

    return Sending


def move(
    service: Service, path: Path, driver: type[BlockingDriver] = BlockingDriver, planned: During = lambda: None
) -> RunReport:
    """Move the folders by their path; something may happen when they have been chosen."""
    client = service.client(driver)
    chosen = client.choose(["rfranklin/source"], to=TARGET, recursive=True, moves=True)
    planned()
    return client.run("move", chosen, journal=path)


def moved(service: Service) -> list[Any]:
    """Return the jobs that move something."""
    return [job for job in service.simulator.jobs.all() if job.type is JobType.MOVE]


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
@pytest.mark.parametrize("count", [1, 3])
def test_folders_that_were_moved_are_found_again(path: Path, count: int, order: str) -> None:
    service = with_folders(count, faults=[CUT, "kind=late_list seconds=20"], list_order=order)
    assert move(service, path).succeeded
    assert service.copies() == [f"lane{n}" for n in range(count)]
    (job,) = moved(service)
    assert {row["job"] for row in report(path)} == {job.id}


def test_folders_that_a_manifest_moves_are_found_again_if_their_names_were_checked(path: Path) -> None:
    service = with_folders(faults=[CUT])
    ids = [child.id for child in service.source.root.children.values()]
    client = service.client()
    with client.plan("move", table(ids), to=TARGET, on_conflict="skip", journal=path) as draft:
        assert client.run("move", draft).succeeded
    assert len(moved(service)) == 1


def test_folders_that_were_moved_are_found_again_by_the_next_process(path: Path) -> None:
    service = with_folders()
    with pytest.raises(Killed):
        move(service, path, sending(dies=True))
    assert service.client().resume(path).succeeded
    assert len(moved(service)) == 1


def test_a_folder_that_was_merged_with_one_of_its_name_is_found_again(path: Path) -> None:
    service = with_folders(faults=[CUT])

    def appears() -> None:
        there = service.world.add_folder("lane0", service.target.root)
        service.world.add_file("part9.bam", there)

    assert move(service, path, planned=appears).succeeded
    assert sorted(service.target.root.children["lane0"].children) == ["part0.bam", "part1.bam", "part9.bam"]  # type: ignore[union-attr]
    assert len(moved(service)) == 1


def test_folders_that_failed_are_told_from_those_that_were_moved(path: Path) -> None:
    service = with_folders(3, faults=[CUT, "kind=fail_item op=submit_* item=2"])
    move(service, path)
    assert outcomes(path) == ["done", "failed", "done"]
    assert len(moved(service)) == 1


# What is not proved


def test_another_programs_folders_of_the_same_names_are_not_ours_while_ours_are_there(path: Path) -> None:
    service = with_folders(faults=[LOST])
    assert move(service, path, sending(lambda: theirs(service, "lane0", "lane1"))).succeeded
    _, ours = moved(service)
    assert {row["job"] for row in report(path)} == {ours.id}


def stopped(service: Service, path: Path, *args: Any, **kwargs: Any) -> list[str]:
    """Move the folders; return the jobs that a person is asked about."""
    with pytest.raises(RunStopped) as stop:
        move(service, path, *args, **kwargs)
    assert set(outcomes(path)) == {"open"}
    return sorted(job.id for job in stop.value.candidates)


@pytest.mark.parametrize("first", [True, False])
def test_of_two_jobs_that_moved_folders_of_the_names_a_person_chooses(path: Path, first: bool) -> None:
    service = with_folders(faults=[CUT])

    def other() -> None:
        theirs(service, "lane0", "lane1")

    candidates = stopped(service, path, sending(other) if first else sending(after=other))
    assert candidates == sorted(job.id for job in moved(service))


def test_one_that_fits_is_not_taken_before_all_of_the_list_was_read(path: Path) -> None:
    service = with_folders(faults=[CUT])

    def many() -> None:
        for _ in range(120):
            service.submit(["none"])
        theirs(service, "lane0", "lane1")

    assert stopped(service, path, sending(after=many)) == sorted(job.id for job in moved(service))


def test_a_job_that_may_have_expired_does_not_leave_another_as_the_only_one(path: Path) -> None:
    service = with_folders()
    with pytest.raises(Killed):
        move(service, path, sending(dies=True))
    service.simulator.advance(40 * DAY)
    theirs(service, "lane0", "lane1")
    service.simulator.advance(60)
    with pytest.raises(RunStopped):
        service.client().resume(path)


def test_what_a_person_may_only_not_see_any_more_is_not_gone(path: Path) -> None:
    service = with_folders(faults=[LOST])

    def hidden() -> None:
        theirs(service, "lane0", "lane1")
        service.source.members["rfranklin"] = Permissions()

    assert len(stopped(service, path, sending(hidden))) == 1


def test_a_folder_that_was_gone_before_a_retry_proves_nothing(tmp_path: Path) -> None:
    service, path, later = with_folders(1), tmp_path / "a.sbg-run", tmp_path / "b.sbg-run"
    folder = service.source.root.children["lane0"]
    move(service, path, planned=lambda: service.world.delete(folder))
    assert outcomes(path) == ["failed"]
    service.simulator.arm(LOST.replace("call=1", "times=1"))
    with pytest.raises(RunStopped):
        service.client(sending(lambda: theirs(service, "lane0"))).retry(path, journal=later)


def test_what_nobody_has_seen_was_perhaps_never_there(path: Path) -> None:
    service = with_folders(faults=[LOST])
    rows = table(["none"], name="lane0")
    with pytest.raises(RunStopped):
        service.client(sending(lambda: theirs(service, "lane0"))).run("move", rows, project=TARGET, journal=path)


@pytest.mark.parametrize(
    "variant",
    [{"dates": "absent"}, {"date_header": False}, {"bulk_fields": "least"}, {"result_entries": "files"}],
    ids=str,
)
def test_without_what_proves_it_a_person_decides(path: Path, variant: dict[str, Any]) -> None:
    service = with_folders(faults=[CUT], variant=Variant(**variant))
    (candidate,) = stopped(service, path)
    assert service.client().resume(path, adopt=candidate).tally.open == 0
    assert len(moved(service)) == 1


def test_a_folder_that_got_another_name_is_for_a_person_to_decide(path: Path) -> None:
    service = with_folders(1, faults=[CUT])
    candidates = stopped(service, path, planned=lambda: service.world.add_file("lane0", service.target.root))
    assert len(candidates) == 1


@pytest.mark.parametrize("second", ["cut_after", "cut_before"])
def test_folders_alike_in_two_submissions_are_for_a_person_to_decide(path: Path, second: str) -> None:
    service = with_folders(0, faults=[CUT, f"kind={second} op=submit_* call=2"])
    places = [service.world.add_folder(f"place{n}", service.source.root) for n in range(2)]
    folders = [service.world.add_folder("lane", place) for place in places]
    client, ids = service.client(), [folder.id for folder in folders]
    with client.plan("move", table(ids), to=TARGET, on_conflict="rename", journal=path, items_per_job=1) as draft:
        if second == "cut_before":
            # Somebody else's doing: the one job fits both.
            service.world.delete(folders[1])
        with pytest.raises(RunStopped) as stop:
            client.run("move", draft)
    assert {job.id for job in stop.value.candidates} == {job.id for job in moved(service)}
