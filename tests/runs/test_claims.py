"""What an unfinished run is still going to do is not done by another one, however it is asked for."""

from __future__ import annotations

import io
from typing import Any

import pytest

from sbg_bulk import InputError
from sbg_bulk.runs import store
from sbg_bulk.runs.journal import Journal
from tests.support.both import Both
from tests.support.world import SOURCE, TARGET, World

IN = f"{TARGET}/in"


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(autouse=True)
def cohort(world: World) -> list[str]:
    """Two files and a subfolder to copy, and a folder to put them into."""
    return world.add(f"{SOURCE}/bams/a.bam", f"{SOURCE}/bams/b.bam", f"{SOURCE}/bams/old/c.bam", f"{IN}/")


def interrupt(call: Both, method: str, *args: Any, when: str = "nothing sent", **kwargs: Any) -> str:
    """Call what begins a run, and have the process end in it. The run's id."""

    runs: list[str] = []

    def end(progress: Any) -> None:
        runs[:] = [progress.run]
        if when == "nothing sent" or progress.tally.running:
            raise Killed

    with pytest.raises(Killed):
        call(method, *args, on_change=end, **kwargs)
    return runs[0]


def started(call: Both, kind: str, sources: list[str], when: str = "nothing sent", **options: Any) -> str:
    """An interrupted run of what is chosen."""
    choice = call("choose", sources, **options)
    return interrupt(call, "run", kind, choice, when=when)


def names(choice: Any) -> list[str]:
    return [item.name for item in choice.items]


def pending(found: Any) -> list[tuple[str, str, int]]:
    return [(one.run, one.job_type, one.files) for one in found.pending]


@pytest.mark.parametrize("when", ["nothing sent", "job running"])
def test_other_options_do_not_copy_a_second_time(call: Both, world: World, when: str) -> None:
    run = started(call, "copy", [f"{SOURCE}/bams"], when, to=IN)
    found = call("choose", [f"{SOURCE}/bams"], to=IN, match=["*"])
    assert (names(found), pending(found)) == ([], [(run, "COPY", 2)])
    with pytest.raises(InputError, match=rf"2 files are being copied by run {run}.*\n.*client.resume\('{run}'\)"):
        call("copy", f"{SOURCE}/bams", to=IN, recursive=False)
    world.add(f"{SOURCE}/bams/new.bam")
    report = call("copy", f"{SOURCE}/bams", to=IN, recursive=False)
    assert (report.tally.done, report.succeeded, pending(report)) == (1, False, [(run, "COPY", 2)])
    assert "2 skipped: an unfinished run includes them" in report._repr_html_()
    if when == "job running":
        call.simulator.clock.advance(60)
        found = call("choose", [f"{SOURCE}/bams"], to=IN, match=["*"])
        assert (found.existing, pending(found)) == (3, [])
    call("resume", run)
    assert world.paths(TARGET) == ["in/", "in/a.bam", "in/b.bam", "in/new.bam"]


@pytest.mark.parametrize("parents", [False, True], ids=["there", "created by the run"])
def test_a_folder_taken_whole_and_the_files_in_it_are_the_same(call: Both, parents: bool) -> None:
    to = f"{TARGET}/new/place" if parents else IN
    run = started(call, "copy", [f"{SOURCE}/bams"], to=to, recursive=True, parents=True)
    of_files = call("choose", [f"{SOURCE}/bams"], to=to, recursive=True, match=["*.bam"], parents=True)
    assert (names(of_files), of_files.folders, pending(of_files)) == ([], (), [(run, "COPY", 3)])
    assert pending(call("choose", [f"{SOURCE}/bams/old"], to=f"{to}/old", parents=True)) == [(run, "COPY", 1)]


def test_files_and_the_folder_taken_whole_are_the_same(call: Both) -> None:
    run = started(call, "copy", [f"{SOURCE}/bams"], to=IN, recursive=True, match=["c.*"])
    whole = call("choose", [f"{SOURCE}/bams"], to=IN, recursive=True)
    assert (names(whole), pending(whole)) == (["a.bam", "b.bam"], [(run, "COPY", 1)])


def test_a_manifest_and_paths_are_the_same(call: Both, world: World, cohort: list[str]) -> None:
    first, second, _, folder = cohort
    [other] = world.add(f"{SOURCE}/vcfs/a.bam")

    def plan(*rows: str, **options: Any) -> Any:
        return call("plan", "copy", io.BytesIO("\n".join(["file", *rows, ""]).encode()), **options)

    with plan(first, parent=folder) as draft:
        run = interrupt(call, "run", "copy", draft)
    # Of the manifest's row only the id is known: its name is asked for.
    found = call("choose", [f"{SOURCE}/bams", f"{SOURCE}/vcfs/a.bam"], to=IN, on_conflict="rename")
    assert (names(found), pending(found)) == (["b.bam"], [(run, "COPY", 2)])
    for options in ({"parent": folder}, {"to": IN}):
        with plan(other, second, **options, on_conflict="skip") as draft:
            assert (len(draft), pending(draft.conflicts)) == (1, [(run, "COPY", 1)])
        with pytest.raises(InputError, match=f"1 file is being copied by run {run}"):
            plan(other, second, **options, on_conflict="fail")
        with plan(other, **options, on_conflict="skip", new_run=True) as draft:
            assert (len(draft), pending(draft.conflicts)) == (1, [])
    # A folder that either is going to create is the same by its path.
    with plan(first, to=f"{TARGET}/x/y", parents=True) as draft:
        later = interrupt(call, "run", "copy", draft)
    with plan(other, second, to=f"{TARGET}/x/y", parents=True, on_conflict="skip") as draft:
        assert (len(draft), pending(draft.conflicts)) == (1, [(later, "COPY", 1)])


def test_what_is_to_be_done_with_a_taken_name_does_not_count_but_a_new_run_does(call: Both) -> None:
    run = started(call, "copy", [f"{SOURCE}/bams"], to=IN)
    renamed = call("choose", [f"{SOURCE}/bams"], to=IN, match=["a*"], on_conflict="rename")
    assert (names(renamed), pending(renamed)) == ([], [(run, "COPY", 1)])
    with pytest.raises(InputError, match=f"1 file is being copied by run {run}, which is not finished"):
        call("choose", [f"{SOURCE}/bams"], to=IN, match=["a*"], on_conflict="fail")
    anew = call("choose", [f"{SOURCE}/bams"], to=IN, match=["a*"], new_run=True)
    assert (names(anew), pending(anew)) == (["a.bam"], [])
    elsewhere = call("choose", [f"{SOURCE}/bams"], to=TARGET)
    assert (names(elsewhere), pending(elsewhere)) == (["a.bam", "b.bam"], [])


@pytest.mark.parametrize(("kind", "to"), [("copy", IN), ("move", IN), ("delete", None)])
def test_what_an_unfinished_run_still_needs_is_not_deleted(call: Both, kind: str, to: str | None) -> None:
    run = started(call, kind, [f"{SOURCE}/bams/a.bam"], to=to)
    found = call("choose", [f"{SOURCE}/bams"])
    assert (names(found), pending(found)) == (["b.bam"], [(run, kind.upper(), 1)])
    # What is taken away is not copied elsewhere either; what is copied may be.
    found = call("choose", [f"{SOURCE}/bams"], to=TARGET)
    assert names(found) == (["a.bam", "b.bam"] if kind == "copy" else ["b.bam"])


@pytest.mark.parametrize("needs", ["chosen", "ids"])
def test_what_an_unfinished_run_still_has_to_copy_is_not_moved_away(
    call: Both, world: World, cohort: list[str], needs: str
) -> None:
    world.add(f"{TARGET}/new/")
    sources = [f"{SOURCE}/bams/old/c.bam"]
    run = started(call, "copy", sources, to=IN) if needs == "chosen" else of_ids(call, [cohort[2]], parent=cohort[3])
    found = call("choose", [f"{SOURCE}/bams"], to=f"{TARGET}/new", recursive=True, moves=True)
    assert (names(found), pending(found)) == (["a.bam", "b.bam"], [(run, "COPY", 1)])
    assert found.pending[0].remedy().endswith("files may be created twice, or not be found by that run.")
    # Chosen for a copy, it may be taken, but not be moved after all.
    found = call("choose", [f"{SOURCE}/bams"], to=f"{TARGET}/new", recursive=True)
    assert (names(found), pending(found)) == (["a.bam", "b.bam", "old"], [])
    with pytest.raises(InputError, match=f"1 file is being copied by run {run}"):
        call("run", "move", found)
    with pytest.raises(InputError, match=f"1 file is being copied by run {run}"):
        call("move", [f"{SOURCE}/bams/old/c.bam"], to=f"{TARGET}/new")
    moved = call("choose", [f"{SOURCE}/bams"], to=f"{TARGET}/new", recursive=True, new_run=True)
    assert call("run", "move", moved).succeeded


@pytest.mark.parametrize("given", ["path", "id", "manifest"])
def test_a_file_deep_in_a_folder_that_a_run_of_ids_still_has_to_copy_is_not_deleted(
    call: Both, world: World, cohort: list[str], given: str
) -> None:
    [deep] = world.add(f"{SOURCE}/bams/old/deep/d.bam")
    [bams] = world.add(f"{SOURCE}/bams/")
    run = of_ids(call, [bams], parent=cohort[3])
    if given == "manifest":
        with call("plan", "delete", rows(deep)) as draft:
            assert (len(draft), pending(draft.conflicts)) == (0, [(run, "COPY", 1)])
            found = draft.conflicts
    else:
        found = call("choose", [f"{SOURCE}/bams/old/deep/d.bam" if given == "path" else deep])
        assert (names(found), pending(found)) == ([], [(run, "COPY", 1)])
    assert found.pending[0].remedy().endswith("what that run has not transferred yet would be lost.")
    call("resume", run)
    assert names(call("choose", [deep])) == ["d.bam"]


def rows(*ids: str) -> io.BytesIO:
    return io.BytesIO("\n".join(["file", *ids, ""]).encode())


@pytest.mark.parametrize(("kind", "to"), [("copy", IN), ("move", IN), ("delete", None)])
def test_a_manifest_does_not_delete_what_an_unfinished_run_still_needs(
    call: Both, world: World, cohort: list[str], kind: str, to: str | None
) -> None:
    first, second, *_ = cohort
    [lone] = world.add(f"{SOURCE}/lone.bam")
    assert call.counted("plan", "delete", rows(first, second)) == []
    run = started(call, kind, [f"{SOURCE}/bams/a.bam"], to=to)
    with call("plan", "delete", rows(first, "5cf7d9ea560ad6eccc15df95", second)) as draft:
        assert (list(draft.files())[1:], pending(draft.conflicts)) == ([second], [(run, kind.upper(), 1)])
    told = rf"Not deleted: .*, which run {run} is .*\n.*client.resume\('{run}'\)\n.*sbg-bulk runs forget {run} --force"
    with pytest.raises(InputError, match=told):
        call("run", "delete", rows(first, lone))
    assert "lone.bam" in world.paths(SOURCE)
    with call("plan", "delete", rows(first), new_run=True) as draft:
        assert (len(draft), pending(draft.conflicts)) == (1, [])
    assert call("run", "delete", rows(lone)).succeeded


def of_ids(call: Both, files: list[str], **options: Any) -> str:
    """An interrupted run of a manifest, whose journal has no paths."""
    with call("plan", "copy", rows(*files), **options) as draft:
        return interrupt(call, "run", "copy", draft)


@pytest.mark.parametrize("needs", ["chosen", "ids"])
def test_a_job_of_ids_is_not_submitted_for_what_an_unfinished_run_still_needs(
    call: Both, world: World, cohort: list[str], needs: str
) -> None:
    first, second, _, folder = cohort
    [elsewhere] = world.add(f"{TARGET}/else/")
    [bams] = world.add(f"{SOURCE}/bams/")
    [other] = world.add(f"{SOURCE}/vcfs/a.bam")
    assert call.counted("copy", [second], parent=elsewhere) == ["submit_copy_job"]
    run = started(call, "copy", [f"{SOURCE}/bams/a.bam"], to=IN) if needs == "chosen" else of_ids(call, [first], to=IN)
    jobs = len(list(call.simulator.jobs.all()))
    for method, items, options in (
        ("copy", [second, first], {"parent": folder}),
        ("copy", [{"file": second, "name": "a.bam"}], {"parent": folder}),
        ("copy", [other], {"parent": folder}),
        ("move", [first], {"parent": elsewhere}),
        ("delete", [first], {}),
        ("delete", [bams], {}),
    ):
        with pytest.raises(InputError, match=rf"run {run}(.|\n)*client.resume\('{run}'\)(.|\n)*new_run=True"):
            call(method, items, **options)
    assert len(list(call.simulator.jobs.all())) == jobs
    # What has nothing to do with it is done; what is only read is copied elsewhere; and so is all if that is meant.
    call("copy", [second], parent=folder)
    call("copy", [first], parent=elsewhere)
    call("move", [other], parent=elsewhere)
    call("copy", [first], parent=folder, new_run=True)
    call("delete", [first], new_run=True)
    assert len(list(call.simulator.jobs.all())) == jobs + 5


@pytest.mark.parametrize("given", ["path", "id", "manifest"])
@pytest.mark.parametrize("needs", ["chosen", "ids"])
def test_a_folder_is_not_deleted_whole_with_what_an_unfinished_run_still_has_to_copy(
    call: Both, world: World, cohort: list[str], given: str, needs: str
) -> None:
    deep = world.add(f"{SOURCE}/bams/old/deep/d.bam")
    bams, beside = world.add(f"{SOURCE}/bams/", f"{SOURCE}/bams-2/")
    if needs == "ids":
        run = of_ids(call, deep, parent=cohort[3])
    else:
        run = started(call, "copy", [f"{SOURCE}/bams/old/deep"], to=IN)

    def left(*folders: str) -> tuple[int, Any]:
        if given == "manifest":
            with call("plan", "delete", rows(*folders)) as draft:
                return len(draft), pending(draft.conflicts)
        paths = {bams: f"{SOURCE}/bams", beside: f"{SOURCE}/bams-2", cohort[3]: IN}
        sources = [paths[one] for one in folders] if given == "path" else folders
        choice = call("choose", sources, recursive=True, whole=given == "path")
        return len(choice), pending(choice)

    assert left(bams, beside) == (1, [(run, "COPY", 1)])
    # Where it goes is needed as well.
    assert left(cohort[3]) == (0, [(run, "COPY", 1)])
    call("resume", run)
    assert left(bams, beside, cohort[3]) == (3, [])


@pytest.mark.parametrize("by_id", [False, True], ids=["path", "id"])
def test_a_folder_is_not_deleted_in_which_an_unfinished_run_still_creates_one(
    call: Both, cohort: list[str], by_id: bool
) -> None:
    run = started(call, "copy", [f"{SOURCE}/bams/a.bam"], to=f"{IN}/new/place", parents=True)
    found = call("choose", [cohort[3] if by_id else IN], recursive=True, whole=not by_id)
    assert (names(found), pending(found)) == ([], [(run, "COPY", 1)])


def test_what_is_deep_in_a_folder_that_is_still_to_be_copied_is_not_deleted(call: Both, world: World) -> None:
    world.add(f"{SOURCE}/bams/old/deep/d.bam", f"{SOURCE}/bams/old-2/e.bam")
    run = started(call, "copy", [f"{SOURCE}/bams/old"], to=IN, whole=True)
    found = call("choose", [f"{SOURCE}/bams"], recursive=True, match=["d.*", "e.*"])
    assert (names(found), pending(found)) == (["e.bam"], [(run, "COPY", 1)])


def test_a_folder_is_told_by_paths_where_there_are_some(call: Both) -> None:
    used = call.counted("choose", [f"{SOURCE}/bams"], recursive=True)
    started(call, "copy", [f"{SOURCE}/bams"], to=IN)
    # Where the files go is known by its id: it is read, and the folder above it.
    asked = call.counted("choose", [f"{SOURCE}/bams"], recursive=True)
    assert asked == [*used, "bulk_get_files", "bulk_get_files"]


@pytest.mark.parametrize("kind", ["copy", "move", "delete"])
def test_a_sync_waits_for_what_an_unfinished_run_is_going_to_do(call: Both, world: World, kind: str) -> None:
    world.add(f"{IN}/extra.bam", f"{IN}/b.bam")
    source, options = {
        "copy": (f"{SOURCE}/bams/a.bam", {"to": IN}),
        "move": (f"{IN}/extra.bam", {"to": TARGET}),
        "delete": (f"{IN}/extra.bam", {}),
    }[kind]
    run = started(call, kind, [source], **options)
    told = rf"(1 file is being|Not deleted: ).* run {run}.*\n.*client.resume\('{run}'\)\n.*runs forget {run} --force"
    with pytest.raises(InputError, match=told):
        call("sync_plan", f"{SOURCE}/bams", to=IN, delete=True)
    call("resume", run)
    plan = call("sync_plan", f"{SOURCE}/bams", to=IN, delete=True)
    assert [item.name for item in plan.removed.items] == (["extra.bam"] if kind == "copy" else [])


def test_a_sync_of_other_places_does_not_wait(call: Both, world: World) -> None:
    started(call, "copy", [f"{SOURCE}/bams"], to=IN)
    world.add(f"{TARGET}/other/")
    assert len(call("sync_plan", f"{SOURCE}/bams", to=f"{TARGET}/other")) == 3


def test_what_is_in_a_folder_that_is_being_moved_is_left(call: Both) -> None:
    run = started(call, "move", [f"{SOURCE}/bams"], to=IN, recursive=True)
    found = call("choose", [f"{SOURCE}/bams/old"], to=TARGET)
    assert (names(found), pending(found)) == ([], [(run, "MOVE", 1)])


def test_a_run_that_another_process_works_on_is_waited_for(call: Both) -> None:
    run = started(call, "copy", [f"{SOURCE}/bams"], to=IN)
    with Journal.open(store.find(run)):
        [one] = call("choose", [f"{SOURCE}/bams"], to=IN, match=["a*"]).pending
    assert (one.run, one.in_use) == (run, True)
    assert "which is running" in str(one)
    assert one.remedy().startswith("Wait until it has finished.")


def test_runs_that_are_finished_elsewhere_or_unreadable_do_not_count(call: Both) -> None:
    used = call.counted("choose", [f"{SOURCE}/bams"], to=IN)
    run = started(call, "copy", [f"{SOURCE}/bams"], to=IN)
    path = store.find(run)
    kept = path.read_bytes()
    # A journal of the same format, of another deployment; one that is cut off; a draft, which is empty; no journal.
    path.write_bytes(kept.replace(b"simulator.localhost", b"simulator.elsewhere"))
    for name, content in {"cut": kept[:5000], "empty": b"", "text": b"no journal"}.items():
        (path.parent / f"{name}{store.SUFFIX}").write_bytes(content)
    assert call.counted("choose", [f"{SOURCE}/bams"], to=IN) == used
    found = call("choose", [f"{SOURCE}/bams"], to=IN)
    assert (names(found), pending(found)) == (["a.bam", "b.bam"], [])
    path.write_bytes(kept)
    assert pending(call("choose", [f"{SOURCE}/bams"], to=IN, match=["a*"])) == [(run, "COPY", 1)]
    call("resume", run)
    assert pending(call("choose", [f"{SOURCE}/bams"], to=IN, match=["a*"])) == []
