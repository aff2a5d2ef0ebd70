"""After a run: is everything where it should be?"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pytest

from sbg_bulk import InputError, RunOptions, ServerError
from sbg_bulk.runs import store
from sbg_bulk.runs.estimate import jobs_of
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.verification import Contents, Finding
from sbg_bulk.simulator import Folder
from sbg_bulk.transfers.verification_cost import verification, verification_of_rows
from tests.support.both import Both
from tests.support.world import SOURCE, TARGET, World

RUN = f"{SOURCE}/run"
IN = f"{TARGET}/in"


@pytest.fixture(autouse=True)
def files(world: World) -> list[str]:
    return world.add(f"{RUN}/a.bam", f"{RUN}/b.bam", f"{RUN}/old/c.bam", f"{IN}/")[:3]


def carried(call: Both, job_type: str, sources: Sequence[str] = (RUN,), **options: Any) -> Any:
    """A run of what paths choose, which is complete."""
    to = None if job_type == "delete" else IN
    return call("run", job_type, call("choose", list(sources), **{"to": to, "recursive": True, **options}))


def manifest(files: Sequence[str], *columns: str) -> io.BytesIO:
    """Files, each with its own values for these further columns."""
    header = ",".join(("file", *(column.split("=")[0] for column in columns)))
    rows = [
        ",".join((file, *(column.split("=")[1].split("|")[n] for column in columns))) for n, file in enumerate(files)
    ]
    return io.BytesIO("\n".join((header, *rows, "")).encode())


def _bring_back(call: Both, file: str) -> None:
    """Put a file that was deleted where it was."""
    folder = call.simulator.world.nodes[call("locate", RUN).id]
    assert isinstance(folder, Folder)
    call.simulator.world.add_file("a.bam", folder, id=file, size=1)


def told(verification: Any) -> list[str]:
    return [str(one) for one in verification.differences]


@pytest.mark.parametrize("job_type", ["copy", "move", "delete"])
def test_what_was_done_agrees(call: Both, job_type: str) -> None:
    report = carried(call, job_type)
    verification = call("verify", report.journal)
    assert verification.agrees
    assert (verification.checked, verification.failed) == (3, 0)


@pytest.mark.parametrize("job_type", ["copy", "move"])
def test_what_went_missing_since_is_told_with_its_path(call: Both, world: World, job_type: str) -> None:
    report = carried(call, job_type)
    for name in ("a.bam", "old"):
        world.remove(call("locate", f"{IN}/{name}").id)
    verification = call("verify", report.journal)
    assert not verification.agrees
    assert told(verification) == [f"{IN}/a.bam: is missing", f"{IN}/old: is missing"]


@pytest.mark.parametrize("job_type", ["copy", "move"])
def test_what_the_service_renamed_is_told_with_its_name(call: Both, world: World, job_type: str) -> None:
    world.add(f"{IN}/a.bam")
    verification = call("verify", carried(call, job_type, on_conflict="rename").journal)
    assert told(verification) == [f"{IN}/a.bam: exists as 1_a.bam"]
    assert [one.finding for one in verification.differences] == [Finding.RENAMED]


def test_a_file_of_the_name_that_was_there_before_is_not_taken_for_the_copy(call: Both, world: World) -> None:
    (before,) = world.add(f"{IN}/a.bam")
    report = carried(call, "copy", [f"{RUN}/a.bam"], on_conflict="rename")
    world.remove(before)
    assert told(call("verify", report.journal)) == [f"{IN}/a.bam: exists as 1_a.bam"]


def test_what_is_still_in_its_old_place_is_told(call: Both, files: list[str]) -> None:
    report = carried(call, "delete", [RUN], recursive=False)
    assert call("verify", report.journal).agrees
    # As if the service had said more than it did.
    _bring_back(call, files[0])
    assert told(call("verify", report.journal)) == [f"{RUN}/a.bam: is still there"]


def test_rows_that_failed_are_not_looked_for(call: Both, world: World, files: list[str]) -> None:
    choice = call("choose", [RUN], to=IN)
    world.remove(files[0])
    report = call("run", "copy", choice)
    assert report.tally.failed == 1
    verification = call("verify", report.journal)
    assert verification.agrees
    assert (verification.checked, verification.failed) == (1, 1)


def test_it_costs_a_look_at_each_destination_and_at_the_old_places(call: Both) -> None:
    copied = carried(call, "copy").journal
    assert call.counted("verify", copied) == ["list_files", "get_copy_job", "list_files", "list_files"]
    # Moved files keep their ids, which prove it; the folder has a new one, so the old place is found and listed.
    moved = carried(call, "move", to=TARGET).journal
    assert call.counted("verify", moved) == ["list_files"] * 3
    assert call("verify", moved).requests == 3


def test_a_copied_folder_is_compared_with_its_source_with_all_below_it(call: Both, world: World) -> None:
    world.add(f"{RUN}/old/deep/d.bam", f"{RUN}/old/deep/e.bam", f"{RUN}/old/deeper/f.bam")
    report = carried(call, "copy")
    found = call("verify", report.journal)
    assert found.agrees
    assert (found.checked, found.folders, found.inside, found.by_name) == (3, 1, 4, ())
    world.remove(call("locate", f"{IN}/old/deep/d.bam").id)
    world.remove(call("locate", f"{IN}/old/deeper").id)
    found = call("verify", report.journal)
    assert told(found) == [f"{IN}/old/deep/d.bam: is missing", f"{IN}/old/deeper: is missing"]
    assert found.inside == 2
    # The old folder, two below it, and the same of the copy; the third is on one side only.
    assert call.counted("verify", report.journal) == ["list_files", "get_copy_job"] + ["list_files"] * 4


def test_a_file_of_another_size_in_a_copied_folder_is_told(call: Both) -> None:
    report = carried(call, "copy")
    _resize(call, f"{IN}/old/c.bam", 7)
    assert told(call("verify", report.journal))[0].startswith(f"{IN}/old/c.bam: has 7 B, but its source has ")


@pytest.mark.parametrize("job_type", ["copy", "move"])
def test_folders_that_cannot_be_compared_are_told_by_name(call: Both, world: World, job_type: str) -> None:
    report = carried(call, job_type)
    if job_type == "copy":
        world.remove(call("locate", f"{RUN}/old").id)
    found = call("verify", report.journal)
    assert found.agrees
    assert (found.folders, found.inside, found.by_name) == (1, 0, (f"{IN}/old",))


def test_a_run_that_is_not_complete_is_not_verified(call: Both) -> None:
    choice = call("choose", [RUN], to=IN)
    call.simulator.arm("kind=500 op=submit_copy_job")
    call.simulator.arm("kind=500 op=list_async_jobs")
    with pytest.raises(ServerError):
        call("run", "copy", choice, within=0, options=RunOptions(list_lag=0))
    call.simulator.disarm()
    (journal,) = store.known()
    with pytest.raises(InputError, match="is not complete"):
        call("verify", journal)


# Manifests


def test_a_manifest_is_verified_by_what_came_of_each_row(call: Both, world: World, files: list[str]) -> None:
    folder = call("locate", IN).id
    report = call("run", "copy", manifest(files[:2], f"parent={folder}|{folder}", "name=|new.bam"))
    assert call("verify", report.journal).agrees
    # The name of the first with the sizes of both, the destination, and what the job made.
    assert call.counted("verify", report.journal) == ["bulk_get_files", "list_files", "get_copy_job"]
    for name in ("a.bam", "new.bam"):
        world.remove(call("locate", f"{IN}/{name}").id)
    assert told(call("verify", report.journal)) == [
        f"a.bam in folder {folder}: is missing",
        f"new.bam in folder {folder}: is missing",
    ]


def test_a_new_name_is_what_is_looked_for(call: Both, world: World, files: list[str]) -> None:
    folder = call("locate", IN).id
    world.add(f"{IN}/new.bam")
    report = call("run", "move", manifest(files[:1], f"parent={folder}", "name=new.bam"))
    assert told(call("verify", report.journal)) == [f"new.bam in folder {folder}: exists as 1_new.bam"]


def test_a_name_that_nobody_knows_any_more_is_unclear(call: Both, world: World, files: list[str]) -> None:
    report = call("run", "copy", manifest(files[:1]), project=TARGET)
    world.remove(call("locate", f"{TARGET}/a.bam").id)
    assert told(call("verify", report.journal)) == [f"a.bam in {TARGET}: is missing"]
    world.remove(files[0])
    (difference,) = call("verify", report.journal).differences
    assert (difference.finding, difference.file) == (Finding.UNCLEAR, files[0])


def test_a_deleted_manifest_is_asked_for_a_hundred_rows_at_a_time(call: Both, files: list[str]) -> None:
    report = call("run", "delete", manifest(files[:2]))
    assert call.counted("verify", report.journal) == ["bulk_get_files"]
    assert call("verify", report.journal).agrees
    _bring_back(call, files[0])
    assert told(call("verify", report.journal)) == [f"{files[0]}: is still there"]


def test_a_users_own_column_of_our_name_is_not_believed(call: Both, files: list[str]) -> None:
    own = ("destination_path=x/y/z.bam", "source_path=p/q/r.bam")
    report = call("run", "copy", manifest(files[:1], f"project={TARGET}", *own))
    assert call("verify", report.journal).agrees
    with Journal.open(report.journal) as journal:
        assert next(journal.report())["destination_path"] == "x/y/z.bam"
    deleted = call("run", "delete", manifest(files[:1], "source_path=p/q/r.bam"))
    assert call.counted("verify", deleted.journal) == ["bulk_get_files"]


# Sizes


def _resize(call: Both, path: str, size: int | None) -> None:
    call.simulator.world.nodes[call("locate", path).id].size = size  # type: ignore[union-attr]


@pytest.mark.parametrize("job_type", ["copy", "move"])
@pytest.mark.parametrize("lists", [True, False], ids=["lists tell sizes", "lists do not"])
def test_what_has_another_size_than_what_was_chosen_is_told(call: Both, job_type: str, lists: bool) -> None:
    report = carried(call, job_type)
    _resize(call, f"{IN}/a.bam", 7)
    if not lists:
        call.change = lambda query: query.remove("fields")
    verification = call("verify", report.journal)
    assert told(verification) == [f"{IN}/a.bam: has 7 B, but its source has 1 kB"]
    (one,) = verification.differences
    assert (one.finding, one.size, one.found_size) == (Finding.OTHER_SIZE, 1000, 7)
    # No request more than without sizes, unless the list does not tell them: then one for all, and one for a folder.
    operations = call.counted("verify", report.journal)
    assert operations.count("bulk_get_files") == (0 if lists else 2 if job_type == "copy" else 1)


def test_a_manifests_copies_are_compared_with_their_sources(call: Both, world: World, files: list[str]) -> None:
    folder = call("locate", IN).id
    report = call("run", "copy", manifest(files, f"parent={folder}|{folder}|{folder}", "name=x|y|z", "size=1|2|3"))
    assert call("verify", report.journal).agrees
    assert call.counted("verify", report.journal) == ["bulk_get_files", "list_files", "get_copy_job"]
    _resize(call, f"{IN}/y", 7)
    _resize(call, f"{IN}/z", None)
    assert told(call("verify", report.journal)) == [f"y in folder {folder}: has 7 B, but its source has 1 kB"]
    # Where the source is gone there is nothing to compare with.
    world.remove(files[1])
    assert call("verify", report.journal).agrees


def test_a_size_is_not_asked_for_one_by_one(call: Both, files: list[str]) -> None:
    folder = call("locate", IN).id
    report = call("run", "copy", manifest(files, f"parent={folder}|{folder}|{folder}", "name=x|y|z"))
    call.simulator.arm("kind=501 op=bulk_get_files")
    assert call.counted("verify", report.journal) == ["bulk_get_files", "list_files", "get_copy_job"]


def test_the_size_of_a_choice_is_in_the_report(call: Both) -> None:
    with Journal.open(carried(call, "copy").journal) as journal:
        assert [row["size"] for row in journal.report()] == [1000, 1000, None]


# The comparison itself


@pytest.mark.parametrize(
    ("identity", "name", "finding"),
    [
        ("1", "a", (None, None)),
        ("1", None, (None, None)),
        ("1", "b", (Finding.RENAMED, "a")),
        ("9", "a", (None, None)),
        (None, "a", (None, None)),
        (None, "x", (Finding.RENAMED, "12_x")),
        (None, "2_x", (Finding.MISSING, None)),
        ("9", None, (Finding.MISSING, None)),
        ("9", "A", (Finding.MISSING, None)),
        (None, "12_x", (None, None)),
        (None, ".*", (Finding.MISSING, None)),
    ],
)
def test_an_id_proves_more_than_a_name(
    identity: str | None, name: str | None, finding: tuple[Finding | None, str | None]
) -> None:
    assert Contents({"1": "a", "2": "b", "3": "12_x"}).find(identity, name) == finding


DEEP = [f"{SOURCE}/deep/{name}" for name in ("x.bam", *(f"s{place // 5}/{place}.bam" for place in range(20)))]
CHOICES: dict[str, tuple[list[str], dict[str, Any]]] = {
    "files": ([f"{SOURCE}/deep"], {}),
    "folders": ([f"{SOURCE}/deep"], {"recursive": True}),
    "what fits in folders": ([f"{SOURCE}/deep"], {"recursive": True, "match": ["*.bam"]}),
    "pages": ([f"{SOURCE}/many"], {}),
    "two": (DEEP[:2], {}),
    "from far and near": ([DEEP[3], f"{RUN}/a.bam"], {}),
}


@pytest.mark.parametrize("items_per_job", [1, 100])
@pytest.mark.parametrize("chosen", [*CHOICES, "ids"])
@pytest.mark.parametrize("job_type", ["copy", "move", "delete"])
def test_the_requests_of_a_verification_are_estimated_as_the_service_counts_them(
    call: Both, world: World, job_type: str, chosen: str, items_per_job: int
) -> None:
    ids = world.add(*DEEP, *(f"{SOURCE}/many/{place}.bam" for place in range(130)))
    sources, options = CHOICES.get(chosen, (ids[:7], {}))
    to = {} if job_type == "delete" else {"to": IN, "moves": job_type == "move"}
    choice = call("choose", sources, **to, **options)
    report = call("run", job_type, choice, items_per_job=items_per_job)
    jobs = jobs_of(len(choice), items_per_job)
    sent = call.counted("verify", report.journal)
    assert verification(choice, job_type.upper(), jobs) == len(sent), sent


def test_what_is_below_copied_folders_is_listed_on_both_sides(call: Both, world: World) -> None:
    world.add(*DEEP)
    choice = call("choose", [call("locate", f"{SOURCE}/deep").id], to=IN)
    report = call("run", "copy", choice)
    sent = call.counted("verify", report.journal)
    assert verification(choice, "COPY", 1, below=5) == len(sent) > verification(choice, "COPY", 1)


def test_ids_of_copies_that_a_run_keeps_are_not_read_again(call: Both, world: World) -> None:
    choice = call("choose", world.add(*DEEP), to=IN)
    report = call("run", "copy", choice, items_per_job=10, options=RunOptions(new_ids=True))
    sent = call.counted("verify", report.journal)
    assert verification(choice, "COPY", 3, new_ids=True) == len(sent) == 1


@pytest.mark.parametrize("job_type", ["copy", "move", "delete"])
def test_the_requests_to_verify_a_manifest_are_estimated_as_the_service_counts_them(
    call: Both, world: World, job_type: str
) -> None:
    ids = world.add(*DEEP, *(f"{SOURCE}/many/{place}.bam" for place in range(130)), f"{IN}/other/")[:-1]
    to = [f"{IN}/other" if place % 2 else IN for place in range(len(ids))]
    draft = call("plan", job_type, manifest(ids, *([] if job_type == "delete" else [f"to={'|'.join(to)}"])))
    arrivals, jobs = draft.arrivals(), jobs_of(len(draft), 100)
    report = call("run", job_type, draft)
    sent = call.counted("verify", report.journal)
    assert verification_of_rows(len(ids), arrivals, job_type.upper(), jobs) == len(sent), sent
