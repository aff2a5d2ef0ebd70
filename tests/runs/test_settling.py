"""A submission of unknown outcome is looked for in the list, and neither lost nor done twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk import InputError, RunOptions, RunStopped, SbgBulkError, UnreadableAnswer
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.steps import Call, Sleep, Step
from sbg_bulk.items import CopyItem, DeleteItem, Item, MoveItem
from sbg_bulk.models.job import ItemError, ItemResult, Job
from sbg_bulk.models.resources import File
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.newer import CLOCK_TOLERANCE
from sbg_bulk.runs.records import State
from sbg_bulk.simulator import Item as Simulated
from sbg_bulk.simulator import JobType, Timing, Variant
from sbg_bulk.transfers.match import Match, likeness, match, weigh
from tests.support.runs import TARGET, Killed, Service, outcomes, report, table

CUT = "kind=cut_after op=submit_* call=1"
LOST = "kind=cut_before op=submit_* call=1"
UNKNOWN = [CUT, LOST, "kind=500 op=submit_* call=1", "kind=502 op=submit_* call=1 after=true"]


def names(count: int, prefix: str = "") -> list[str]:
    return sorted(f"{prefix}f{n}.bam" for n in range(count))


def run(service: Service, path: Path, driver: type[BlockingDriver] = BlockingDriver, **settings: Any) -> Any:
    chosen: dict[str, Any] = {"items_per_job": 3, **settings}
    return service.client(driver).run("copy", service.manifest(project=TARGET), journal=path, **chosen)


def meanwhile(before: Callable[[], object], after: Callable[[], object] = lambda: None) -> type[BlockingDriver]:
    """A driver for a world in which something else happens just before or after the first submission."""
    todo = [before, after]

    class Meanwhile(BlockingDriver):
        def _perform(self, step: Step) -> object:
            if isinstance(step, Call) and step.operation.name.startswith("submit_") and todo:
                todo.pop(0)()
                try:
                    return super()._perform(step)
                finally:
                    todo.pop(0)()
            return super()._perform(step)

    return Meanwhile


# What a job in the list says

SENT = datetime(2019, 2, 20, 12, tzinfo=UTC)
COPIES = [CopyItem("a", project="p/q"), CopyItem("b", project="p/q")]
MOVES = [MoveItem("a", project="p/q"), MoveItem("b", project="p/q")]
DELETIONS = [DeleteItem("a"), DeleteItem("b")]


def entry(file: str | None = None) -> ItemResult:
    return ItemResult(file, None, None if file else ItemError(404, 10225))


def job(job_type: str, *made: str | None, state: str = "FINISHED", late: float = 0, **more: Any) -> Job:
    started = datetime.fromtimestamp(SENT.timestamp() + late, UTC)
    return Job("1", job_type, state, result=tuple(map(entry, made)), **{"started_on": started, **more})


@pytest.mark.parametrize(
    ("found", "items", "verdict"),
    [
        (job("MOVE", "x"), COPIES, Match.NO),
        (job("COPY", "x", late=-CLOCK_TOLERANCE - 1), COPIES, Match.NO),
        (job("COPY", "x", late=-CLOCK_TOLERANCE + 1), COPIES, Match.UNREAD),
        (job("COPY", "x", started_on=None), COPIES, Match.UNREAD),
        (job("", "x"), COPIES, Match.UNREAD),
        (job("COPY", state="RUNNING"), COPIES, Match.RUNNING),
        (job("COPY", state="PAUSED"), COPIES, Match.RUNNING),
        (job("COPY", None, None, completed_files=0), COPIES, Match.NO),
        (job("COPY", None, completed_files=0), COPIES, Match.OTHER),
        (job("COPY", completed_files=0), COPIES, Match.OTHER),
        (job("COPY", completed_files=2), COPIES, Match.UNCLEAR),
        (job("COPY"), COPIES, Match.UNCLEAR),
        (job("DELETE", "a", "b"), DELETIONS, Match.YES),
        (job("DELETE", None, "b"), DELETIONS, Match.YES),
        (job("DELETE", "b"), DELETIONS, Match.UNCLEAR),
        (job("DELETE", "a", "x"), DELETIONS, Match.UNCLEAR),
        (job("DELETE", "x", "y"), DELETIONS, Match.OTHER),
        (job("MOVE", "a", None), MOVES, Match.YES),
        (job("MOVE", "a"), MOVES, Match.UNCLEAR),
        (job("MOVE", "a", "x"), MOVES, Match.UNREAD),
        (job("MOVE", "x", "y"), MOVES, Match.UNREAD),
    ],
)
def test_the_list_tells_what_it_can(found: Job, items: list[Item], verdict: Match) -> None:
    assert match(found, type(items[0]).__name__[:-4].upper(), items, SENT.timestamp()) is verdict


def test_without_the_time_of_the_submission_no_job_is_too_old() -> None:
    assert match(job("DELETE", "a", "b", late=-1e6), "DELETE", DELETIONS, None) is Match.YES


def file(**changes: Any) -> File:
    return File("made", **{"name": "n", "type": "file", "project": "p/q", "parent": "root", "size": 7, **changes})


@pytest.mark.parametrize(
    ("made", "item", "source", "verdict"),
    [
        (file(), CopyItem("a", project="p/q"), file(), Match.YES),
        (file(name="1_n"), CopyItem("a", project="p/q"), file(), Match.YES),
        (file(name="1_1_n"), CopyItem("a", project="p/q"), file(), Match.YES),
        (file(name="x_n"), CopyItem("a", project="p/q"), file(), Match.NO),
        (file(name="m"), CopyItem("a", project="p/q", name="m"), file(), Match.YES),
        (file(), CopyItem("a", project="p/q", name="m"), file(), Match.NO),
        (file(size=8), CopyItem("a", project="p/q"), file(), Match.NO),
        (file(type="folder", size=None), CopyItem("a", project="p/q"), file(), Match.NO),
        (file(project="p/other"), CopyItem("a", project="p/q"), file(), Match.NO),
        (file(parent="below"), CopyItem("a", project="p/q"), file(), Match.NO),
        (file(parent="f"), CopyItem("a", parent="f"), file(), Match.YES),
        (file(parent="g"), CopyItem("a", parent="f"), file(), Match.NO),
        (file(), CopyItem("a", project="p/q"), None, Match.UNCLEAR),
        (file(), CopyItem("a", project="p/q", name="n"), None, Match.UNCLEAR),
        (file(name="m"), CopyItem("a", project="p/q", name="n"), None, Match.NO),
        (file(name=""), CopyItem("a", project="p/q"), file(), Match.UNCLEAR),
        (file(parent=None), CopyItem("a", project="p/q"), file(), Match.UNCLEAR),
        (file(size=None), CopyItem("a", project="p/q"), file(), Match.YES),
    ],
)
def test_what_was_made_is_compared_by_place_name_kind_and_size(
    made: File, item: Item, source: File | None, verdict: Match
) -> None:
    assert likeness(made, item, source, "root" if getattr(item, "project", None) else None) is verdict


def test_only_what_fits_in_everything_fits() -> None:
    yes, no, unclear = Match.YES, Match.NO, Match.UNCLEAR
    assert weigh([yes, yes], whole=True) is yes
    assert weigh([yes, yes], whole=False) is unclear
    assert weigh([no, no], whole=True) is no
    for mixed in ([yes, no], [yes, unclear], [unclear], [no, unclear]):
        assert weigh(mixed, whole=True) is unclear


# Whole runs


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
@pytest.mark.parametrize("lag", [0.0, 8.0, 29.0])
@pytest.mark.parametrize("fault", UNKNOWN)
def test_every_row_is_done_once_however_late_and_in_whatever_order_the_list_is(
    tmp_path: Path, order: str, lag: float, fault: str
) -> None:
    service = Service(5, faults=[fault, f"kind=late_list seconds={lag}"], list_order=order)
    assert run(service, tmp_path / "j").succeeded
    assert service.copies() == names(5)
    assert len(service.simulator.jobs.all()) == 2


def test_a_look_that_took_long_is_not_taken_for_one_that_came_late(tmp_path: Path) -> None:
    service = Service(3, faults=[CUT, "kind=429 op=list_async_jobs call=2 seconds=100", "kind=late_list seconds=20"])
    _history(service, 150)
    assert run(service, tmp_path / "j").succeeded
    assert service.copies() == names(3)


def _history(service: Service, count: int) -> None:
    """Jobs that ended before, on things that are not in the manifest."""
    user, now = service.world.users["rfranklin"], service.clock.now()
    for n in range(count):
        service.simulator.jobs.add_finished(
            user, JobType.COPY, [f"old{n}"], submitted_on=now - 9000 + n, finished_on=now - 8000 + n
        )


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_an_entry_that_expires_while_the_list_is_read_hides_no_other(tmp_path: Path, order: str) -> None:
    service = Service(3, faults=[CUT], list_order=order)
    _history(service, 100)
    looked = [0]

    class Expiring(BlockingDriver):
        def _perform(self, step: Step) -> object:
            outcome = super()._perform(step)
            if isinstance(step, Call) and step.operation.name == "list_async_jobs" and step.arguments["offset"] == 0:
                looked[0] += 1
                if looked[0] == 1:
                    service.simulator.jobs._forget(service.simulator.jobs.all()[0])
            return outcome

    assert run(service, tmp_path / "j", Expiring, options=RunOptions(list_lag=0)).succeeded
    assert order == "newest" or looked[0] > 1
    assert service.copies() == names(3)


def _others(service: Service, count: int) -> list[str]:
    """Files of the same names in another project, a little larger."""
    other = service.world.projects.get("rfranklin/other") or service.world.add_project("rfranklin/other")
    return [service.world.add_file(f"f{n}.bam", other.root, size=1001 + n).id for n in range(count)]


@pytest.mark.parametrize("fault", UNKNOWN)
@pytest.mark.parametrize("count", [2, 3, 5])
def test_similar_jobs_of_another_process_at_the_same_time_are_told_apart(
    tmp_path: Path, fault: str, count: int
) -> None:
    service = Service(3, faults=[fault])
    theirs = _others(service, 2 * count)

    def submit() -> None:
        service.submit(theirs[:count])

    def submit_more() -> None:
        service.submit(theirs[count:])

    options = RunOptions(new_ids=True)
    assert run(service, tmp_path / "j", meanwhile(submit, submit_more), options=options).succeeded
    copied = [node for node in service.target.root.children.values() if node.size in (1000, 1001, 1002)]  # type: ignore[union-attr]
    ours = {row["new_id"] for row in report(tmp_path / "j")}
    assert len(ours) == 3
    assert ours <= {node.id for node in copied}
    assert len(service.simulator.jobs.all()) == 3


@pytest.mark.parametrize("fault", UNKNOWN)
def test_the_same_files_copied_elsewhere_in_the_project_are_not_ours(tmp_path: Path, fault: str) -> None:
    service = Service(3, faults=[fault])
    folder = service.world.add_folder("below", service.target.root)
    user = service.world.users["rfranklin"]

    def submit() -> None:
        made = [Simulated(one, parent=folder.id) for one in service.files]
        service.simulator.jobs.submit(user, JobType.COPY, made, service.clock.now())

    assert run(service, tmp_path / "j", meanwhile(submit)).succeeded
    assert service.copies() == ["below", *names(3)]
    assert sorted(folder.children) == names(3)


@pytest.mark.parametrize("fault", UNKNOWN)
@pytest.mark.parametrize("kind", ["move", "delete"])
def test_moves_and_deletions_of_another_process_are_told_apart_by_their_ids(
    tmp_path: Path, kind: str, fault: str
) -> None:
    service = Service(3, faults=[fault])
    theirs = _others(service, 3)
    place = {} if kind == "delete" else {"project": TARGET}
    done = service.client(meanwhile(lambda: service.submit(theirs, kind=JobType(kind.upper())))).run(
        kind, service.manifest(**place), journal=tmp_path / "j"
    )
    assert done.succeeded
    assert not service.source.root.children
    assert len([one for one in service.simulator.jobs.all() if one.type == kind.upper()]) == 2


def test_files_that_another_process_has_moved_are_not_ours_even_if_one_of_ours_is_gone(tmp_path: Path) -> None:
    service = Service(3, faults=[LOST])
    service.world.delete(service.world.nodes[service.files[1]])
    theirs = _others(service, 3)
    driver = meanwhile(lambda: service.submit(theirs, kind=JobType.MOVE))
    done = service.client(driver).run("move", service.manifest(project=TARGET), journal=tmp_path / "j")
    assert (done.tally.done, done.tally.failed) == (2, 1)


def test_moved_folders_with_files_among_them_are_found_again(tmp_path: Path) -> None:
    service = Service(2, faults=[CUT])
    service.files.append(service.world.add_folder("folder", service.source.root).id)
    assert service.client().run("move", service.manifest(project=TARGET), journal=tmp_path / "j").succeeded
    assert service.copies() == ["f0.bam", "f1.bam", "folder"]
    assert len(service.submissions) == 1


def test_moved_folders_alone_that_nobody_has_seen_before_are_for_a_person_to_decide(tmp_path: Path) -> None:
    service = Service(0, faults=[CUT])
    service.files.append(service.world.add_folder("folder", service.source.root).id)
    with pytest.raises(RunStopped) as caught:
        service.client().run("move", service.manifest(project=TARGET), journal=tmp_path / "j")
    assert len(caught.value.candidates) == 1


@pytest.mark.parametrize("header", [None, "kind=header op=* field=Date", "kind=header op=* field=Date value=never"])
def test_an_equal_job_of_the_day_before_is_not_taken_for_it(tmp_path: Path, header: str | None) -> None:
    service = Service(3)
    service.submit(service.files)
    service.simulator.advance(86_400)
    for fault in (header, LOST):
        if fault is not None:
            service.simulator.arm(fault)
    assert run(service, tmp_path / "j").succeeded
    assert service.copies() == sorted([*names(3), *names(3, "1_")])


@pytest.mark.parametrize("fault", [CUT, LOST])
@pytest.mark.parametrize("field", ["started_on", "finished_on", "type", "total_files", "completed_files", "result"])
def test_what_the_list_leaves_out_is_done_without(tmp_path: Path, field: str, fault: str) -> None:
    service = Service(3, faults=[fault, f"kind=missing_field field={field} op=list_async_jobs"])
    assert run(service, tmp_path / "j").succeeded
    assert service.copies() == names(3)


@pytest.mark.parametrize("fault", [CUT, LOST])
def test_a_date_that_is_far_ahead_does_not_hide_the_job(tmp_path: Path, fault: str) -> None:
    service = Service(6, faults=[fault.replace("call=1", "call=2")])
    service.simulator.arm("kind=header op=* field=Date value='Wed, 20 Feb 2030 12:00:00 GMT'")
    assert run(service, tmp_path / "j").succeeded
    assert service.copies() == names(6)


@pytest.mark.parametrize("known", [True, False], ids=["known to the same process", "known to none that is left"])
def test_an_older_job_of_the_same_items_is_not_adopted_where_the_time_was_told_years_late(
    tmp_path: Path, known: bool
) -> None:
    service = Service(3)
    assert run(service, tmp_path / "earlier").succeeded
    [earlier] = service.simulator.jobs.all()
    service.clock.advance(86_400)
    service.simulator.arm("kind=header op=* field=date value='Tue, 01 Jan 2008 00:00:00 GMT' times=1")
    service.simulator.arm(LOST)
    path = tmp_path / "j"
    with pytest.raises(RunStopped if known else Killed) as stopped:
        # The answer that tells the time right comes before the submission, or never to this process.
        run(service, path, BlockingDriver if known else meanwhile(lambda: None, _killed))
    if not known:
        with pytest.raises(RunStopped) as stopped:
            service.client().resume(path)
    assert isinstance(stopped.value, RunStopped)
    assert [job.id for job in stopped.value.candidates] == [earlier.id]
    assert service.client().resume(path, resubmit=True).succeeded
    assert len(service.copies()) == 6


def _killed() -> None:
    raise Killed


def test_a_job_that_takes_long_is_waited_for(tmp_path: Path) -> None:
    service = Service(3, faults=[CUT], timing=Timing(60, 60, 900))
    assert run(service, tmp_path / "j").succeeded
    assert (service.copies(), len(service.submissions)) == (names(3), 1)


def test_jobs_that_others_submit_all_the_time_do_not_keep_a_run_waiting(tmp_path: Path) -> None:
    service = Service(3, faults=[LOST], timing=Timing(60, 60, 60))
    theirs = iter(_others(service, 500))

    class Busy(BlockingDriver):
        def _perform(self, step: Step) -> object:
            if isinstance(step, Sleep):
                service.submit([next(theirs)])
            return super()._perform(step)

    began = service.clock.now()
    assert run(service, tmp_path / "j", Busy).succeeded
    assert service.clock.now() - began < 900


def test_a_list_that_cannot_be_read_decides_nothing_and_the_run_can_be_resumed(tmp_path: Path) -> None:
    service = Service(3, faults=[CUT, "kind=html op=list_async_jobs"])
    with pytest.raises(UnreadableAnswer):
        run(service, tmp_path / "j", within=60)
    with Journal.open(tmp_path / "j") as journal:
        (submission,) = journal.unfinished()
        assert (submission.state, submission.job) == (State.INTENDED, None)
    service.simulator.disarm()
    assert service.client().resume(tmp_path / "j").succeeded
    assert (service.copies(), len(service.submissions)) == (names(3), 1)


def test_a_list_without_end_decides_nothing(tmp_path: Path) -> None:
    service = Service(3, faults=[LOST, "kind=header op=list_async_jobs field=X-Total-Matching-Query value=5"])
    with pytest.raises(SbgBulkError, match="unclear which jobs exist"):
        run(service, tmp_path / "j")
    assert len(service.submissions) == 1
    service.simulator.disarm()
    assert service.client().resume(tmp_path / "j").succeeded
    assert (service.copies(), len(service.submissions)) == (names(3), 2)


# What a person decides


@pytest.fixture
def stopped(tmp_path: Path) -> tuple[Service, Path, tuple[str, ...]]:
    """A run of two jobs of which the first could be one of two: another process has copied the very same."""
    service, path = Service(6, faults=[CUT]), tmp_path / "j"
    with pytest.raises(RunStopped) as caught:
        run(service, path, meanwhile(lambda: service.submit(service.files[:3])))
    ids = tuple(sorted(one.id for one in caught.value.candidates))
    # The rows after it were done meanwhile.
    *candidates, _ = (one.id for one in service.simulator.jobs.all())
    assert ids == tuple(candidates)
    text = str(caught.value)
    assert all(one in text for one in ids)
    assert f"client.resume({str(path)!r}, adopt=JOB)" in text
    assert f"client.resume({str(path)!r}, resubmit=True)" in text
    assert outcomes(path) == ["open"] * 3 + ["done"] * 3
    return service, path, ids


def test_a_run_that_has_stopped_stops_again_until_it_is_told(stopped: tuple[Service, Path, tuple[str, ...]]) -> None:
    service, path, _ = stopped
    with pytest.raises(RunStopped):
        service.client().resume(path)
    assert len(service.submissions) == 2


def test_the_job_that_a_person_names_is_adopted(stopped: tuple[Service, Path, tuple[str, ...]]) -> None:
    service, path, (_, ours) = stopped
    assert service.client().resume(path, adopt=ours).succeeded
    assert {row["job"] for row in report(path)[:3]} == {ours}
    assert len(service.submissions) == 2


def test_rows_that_a_person_says_were_not_submitted_are_submitted(
    stopped: tuple[Service, Path, tuple[str, ...]],
) -> None:
    service, path, ids = stopped
    assert service.client().resume(path, resubmit=True).succeeded
    assert not {row["job"] for row in report(path)} & set(ids)
    assert len(service.submissions) == 3


def test_a_decision_that_cannot_be_right_is_refused_and_changes_nothing(
    stopped: tuple[Service, Path, tuple[str, ...]],
) -> None:
    service, path, (theirs, ours) = stopped
    client = service.client()
    foreign = service.submit(_others(service, 3), kind=JobType.DELETE)
    before = path.read_bytes()
    with pytest.raises(InputError, match=f"COPY job {foreign} was not found"):
        client.resume(path, adopt=foreign)
    with pytest.raises(InputError, match="COPY job 123 was not found"):
        client.resume(path, adopt="123")
    with pytest.raises(InputError, match="not both"):
        client.resume(path, adopt=ours, resubmit=True)
    assert path.read_bytes() == before
    client.resume(path, adopt=ours)
    with pytest.raises(InputError, match="no submission with an unknown outcome"):
        client.resume(path, adopt=theirs)


def test_a_job_that_is_known_to_be_anothers_is_not_adopted(tmp_path: Path) -> None:
    service, path = Service(3, faults=[CUT]), tmp_path / "j"
    foreign: list[str] = []
    theirs = _others(service, 3)

    def submit() -> None:
        foreign.append(service.submit(theirs))
        service.submit(service.files)

    with pytest.raises(RunStopped):
        run(service, path, meanwhile(submit))
    with pytest.raises(InputError, match="is not from this submission"):
        service.client().resume(path, adopt=foreign[0])


def test_an_old_job_is_not_adopted(tmp_path: Path) -> None:
    service, path = Service(3), tmp_path / "j"
    old = service.submit(service.files)
    service.simulator.advance(86_400)

    def die() -> None:
        raise Killed

    with pytest.raises(Killed):
        run(service, path, meanwhile(die))
    with Journal.open(path) as journal:
        assert [one.state for one in journal.unfinished()] == [State.INTENDED]
    with pytest.raises(InputError, match="is not from this submission"):
        service.client().resume(path, adopt=old)


# A 403 or 404 that is not the API's

PAGES = "kind=html status=404 times=20"


@pytest.mark.parametrize("status", [403, 404])
def test_what_a_proxy_does_not_give_out_is_not_gone(tmp_path: Path, status: int) -> None:
    service = Service(1, variant=Variant(bulk_refused=405), faults=["kind=fail_item op=submit_* item=1"])
    service.files += [service.world.add_folder(f"folder{n}", service.source.root).id for n in range(2)]
    service.simulator.arm("kind=fail_item op=submit_* item=2")
    service.simulator.arm(f"kind=html status={status} op=get_file times=2")
    go(service, tmp_path / "j", "move")
    assert outcomes(tmp_path / "j") == ["failed", "failed", "done"]


def test_a_candidate_that_a_proxy_does_not_find_is_not_gone(tmp_path: Path) -> None:
    service = Service(3, faults=[CUT, f"{PAGES} op=get_copy_job", "kind=missing_field field=result op=list_async_jobs"])
    result = run(service, tmp_path / "a.sbg-run")
    assert result.tally.done == 3
    assert len(service.submissions) == 1
    assert service.copies() == names(3)


@pytest.mark.parametrize("job_type", ["copy", "move"])
def test_a_job_of_the_run_that_a_proxy_does_not_find_is_not_lost(tmp_path: Path, job_type: str) -> None:
    service = Service(3, faults=[f"{PAGES} op=get_{job_type}_job"])
    manifest, options = service.manifest(project=TARGET), RunOptions(list_lag=5)
    result = service.client().run(job_type, manifest, journal=tmp_path / "a.sbg-run", items_per_job=3, options=options)
    assert (result.tally.done, result.tally.unknown) == (3, 0)


# Rows that look alike


def test_a_job_is_not_adopted_while_it_may_be_that_of_a_submission_that_is_not_due_yet(tmp_path: Path) -> None:
    faults = [LOST, "kind=delay op=submit_* call=2 seconds=5 after=true", "kind=cut_after op=submit_* call=2"]
    service = Service(faults=faults)
    places = [service.world.add_folder(f"place {n}", service.source.root) for n in range(2)]
    service.files = [service.world.add_file("f.bam", place, size=7).id for place in places]
    with pytest.raises(RunStopped) as stop:
        run(service, tmp_path / "a.sbg-run", items_per_job=1)
    (started,) = service.simulator.jobs.all()
    assert [job.id for job in stop.value.candidates] == [started.id]
    assert service.copies() == ["f.bam"]


def test_a_moved_thing_of_unknown_type_is_not_certainly_anothers(tmp_path: Path) -> None:
    service = Service(faults=[CUT], variant=Variant(bulk_fields="least"))
    folder = service.world.add_folder("folder", service.source.root)
    service.world.add_file("f.bam", folder)
    path = tmp_path / "a.sbg-run"
    source = table([folder.id], project=TARGET)
    with pytest.raises(RunStopped) as stop:
        service.client().run("move", source, journal=path)
    (started,) = service.simulator.jobs.all()
    assert [job.id for job in stop.value.candidates] == [started.id]


# Results that name the files in folders, or nothing where a folder is empty

PLACES = {"copy": {"project": TARGET}, "move": {"project": TARGET}, "delete": {}}
OF_FILES = Variant(result_entries="files")


def of_folders(*sizes: int, files: int = 0, **settings: Any) -> Service:
    """A service with some folders of so many files, and some files; all of them are to be dealt with."""
    service = Service(files, **{"variant": OF_FILES, **settings})
    for n, size in enumerate(sizes):
        folder = service.world.add_folder(f"folder{n}", service.source.root)
        service.files.append(folder.id)
        for part in range(size):
            service.world.add_file(f"part{part}.bam", folder, size=7 + part)
    return service


def go(service: Service, path: Path, kind: str, driver: type[BlockingDriver] = BlockingDriver) -> Any:
    return service.client(driver).run(kind, service.manifest(**PLACES[kind]), journal=path)


@pytest.mark.parametrize("kind", ["copy", "move", "delete"])
@pytest.mark.parametrize(("sizes", "files"), [((1,), 0), ((3,), 0), ((2, 1), 0), ((3,), 1)])
def test_a_job_that_tells_of_the_files_in_our_folders_is_not_certainly_anothers(
    tmp_path: Path, kind: str, sizes: tuple[int, ...], files: int
) -> None:
    # Files, if there are any, fail: else their ids tell.
    service = of_folders(*sizes, files=files, faults=[CUT, *(["kind=fail_item op=submit_* item=1"] * files)])
    with pytest.raises(RunStopped) as stop:
        go(service, tmp_path / "j", kind)
    (started,) = service.simulator.jobs.all()
    assert [job.id for job in stop.value.candidates] == [started.id]
    assert service.client().resume(tmp_path / "j", adopt=started.id).tally.open == 0
    assert len(service.simulator.jobs.all()) == 1


@pytest.mark.parametrize("kind", ["copy", "move", "delete"])
@pytest.mark.parametrize("where", ["in the destination", "below it", "in another project"])
def test_a_job_that_tells_of_what_is_in_none_of_our_folders_is_anothers(tmp_path: Path, kind: str, where: str) -> None:
    service = of_folders(2, 1, files=1, faults=[LOST])
    theirs, user = _others(service, 3), service.world.users["rfranklin"]
    below = service.world.add_folder("deep", service.world.add_folder("below", service.target.root))
    place = {"in the destination": service.target.root, "below it": below}.get(where)

    def submit() -> None:
        project = None if place is not None or kind == "delete" else "rfranklin/other"
        parent = None if place is None or kind == "delete" else place.id
        items = [Simulated(one, parent=parent, project=project) for one in theirs]
        service.simulator.jobs.submit(user, JobType(kind.upper()), items, service.clock.now())

    assert go(service, tmp_path / "j", kind, meanwhile(submit)).succeeded
    assert len(service.simulator.jobs.all()) == 2
    calls = [one.operation for one in service.simulator.requests]
    assert calls.count("bulk_get_files") <= (4 if place is below else 2)


def test_a_job_that_tells_of_what_is_in_a_folder_of_the_name_of_ours_may_be_ours(tmp_path: Path) -> None:
    service = of_folders(1, faults=[LOST])
    same = service.world.add_folder("folder0", service.target.root)
    items = [Simulated(one, parent=same.id) for one in _others(service, 1)]
    user = service.world.users["rfranklin"]
    driver = meanwhile(lambda: service.simulator.jobs.submit(user, JobType.COPY, items, service.clock.now()))
    with pytest.raises(RunStopped):
        go(service, tmp_path / "j", "copy", driver)


@pytest.mark.parametrize("kind", ["move", "delete"])
def test_a_job_that_did_all_it_was_asked_for_was_not_asked_for_what_is_still_there(tmp_path: Path, kind: str) -> None:
    service = of_folders(2, files=1, faults=[LOST])
    gone = service.world.add_folder("gone", service.source.root)
    service.files.append(gone.id)
    service.world.delete(gone)
    theirs = _others(service, 3)
    done = go(service, tmp_path / "j", kind, meanwhile(lambda: service.submit(theirs, kind=JobType(kind.upper()))))
    # Which of the two is gone because of it, a result that names the folder's files does not tell.
    assert (done.tally.done, done.tally.unattributed) == (1, 2)
    assert len(service.simulator.jobs.all()) == 2


@pytest.mark.parametrize("kind", ["copy", "move", "delete"])
def test_a_job_that_tells_of_nothing_may_have_done_an_empty_folder(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sbg_bulk.simulator.world.jobs.count_files", lambda _: 0)
    service = of_folders(0, faults=[CUT])
    with pytest.raises(RunStopped):
        go(service, tmp_path / "j", kind)
    (started,) = service.simulator.jobs.all()
    assert started.completed == 0


@pytest.mark.parametrize("kind", ["copy", "move", "delete"])
def test_a_job_with_fewer_failures_than_we_have_files_has_not_done_our_empty_folder(tmp_path: Path, kind: str) -> None:
    service = of_folders(0, files=2, faults=[LOST])
    driver = meanwhile(lambda: service.submit(["none"], kind=JobType(kind.upper())))
    done = go(service, tmp_path / "j", kind, driver)
    assert (done.tally.open, len(service.simulator.jobs.all())) == (0, 2)
