"""Both clients do their work with the second server, the awaiting one with a third of its variants.

Both perform the same flows, and other tests compare them request by request. The tests differ in the third of the
variants that the awaiting client goes through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import pytest

from tests.second.server.variant import Variant
from tests.second.service import SOURCE, TARGET, USER, Caller, Service, lies, manifest, variants
from tests.second.variants import VARIANTS

PACED: Final = ("plain", "milliseconds", "no rate headers", "no Date", "maintenance", "listed late", "another program")
"""The variants that differ in what the pace depends on."""

Test = TypeVar("Test", bound=Callable[..., None])


def with_clients(
    third: int, names: Iterable[str] = VARIANTS, job_types: Sequence[str] = ("",)
) -> Callable[[Test], Test]:
    """Have a test go through variants with the blocking client, and with the awaiting one through a third of them.

    Args:
        third: which third, 0 to 2.
        names: the variants.
        job_types: the types of job that it goes through, too.
    """
    cases = [
        pytest.param(*one.values, awaiting, id=f"{one.id}-{'awaiting' if awaiting else 'blocking'}")
        for number, job_type in enumerate(job_types)
        for place, one in enumerate(variants(names, job_type))
        for awaiting in (False, True)
        if not awaiting or (place + number) % 3 == third
    ]
    return pytest.mark.parametrize([*(["job_type"] if job_types[0] else []), "variant", "awaiting"], cases)


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Journals are kept apart from those of the person who runs the tests."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@with_clients(0)
def test_small_questions_are_answered(variant: Variant, awaiting: bool) -> None:
    service = Service(variant, files=3)
    call = Caller(service, awaiting)
    assert call("user").username == USER
    assert call("rate_limit").limit == 1000
    assert {one.id for one in call("projects")} == {SOURCE, TARGET, f"{USER}/foreign"}
    assert call("project", TARGET).root_folder == service.target.id
    file = call("file", service.files[1])
    assert (file.name, file.type, file.size, file.parent) == ("f001.bam", "file", 1001, service.source.id)
    assert call("locate", f"{SOURCE}/f002.bam").id == service.files[2]


@with_clients(1)
def test_every_file_of_a_long_list_comes_once(variant: Variant, awaiting: bool) -> None:
    service = Service(variant, files=160)
    for details in (False, True):
        found = Caller(service, awaiting)("files", SOURCE, details=details)
        assert Counter(one.id for one in found) == Counter(service.files)


@with_clients(2)
def test_every_job_of_a_long_list_comes_once(variant: Variant, awaiting: bool) -> None:
    service = Service(variant)
    past = service.past_jobs(120)
    service.clock.sleep(10)
    found = Caller(service, awaiting)("jobs", state="finished", type="copy")
    assert Counter(one.id for one in found if one.id in past) == Counter(past)


@with_clients(0)
def test_a_job_of_each_type_does_what_was_asked_for_and_is_awaited(variant: Variant, awaiting: bool) -> None:
    service = Service(variant, files=4)
    call = Caller(service, awaiting)
    first, second, third, last = service.files
    jobs = [
        call("copy", [first, last], project=TARGET),
        call("move", [second, "none"], project=TARGET),
        call("delete", [third]),
    ]
    ended = call("wait", jobs)
    assert [(one.id, one.finished) for one in ended] == [(job.id, True) for job in jobs]
    assert [one.failed_files for one in ended] == [0, 1, 0]
    assert [one.completed_files for one in ended] == [2, 1, 1]
    assert [call("job", one.id).state for one in jobs] == ["FINISHED"] * 3
    assert service.files == [first, last]
    assert {one.name for one in service.target.children} == {"f000.bam", "f001.bam", "f003.bam"}


@with_clients(1)
def test_over_a_hundred_jobs_are_awaited(variant: Variant, awaiting: bool) -> None:
    service = Service(variant)
    jobs = service.past_jobs(120)
    service.clock.sleep(variant.listed_late)
    ended = Caller(service, awaiting)("wait", jobs, type="copy", timeout=300)
    assert [(one.id, one.finished) for one in ended] == [(job, True) for job in jobs]


@with_clients(2)
def test_a_tree_is_seen_whole(variant: Variant, awaiting: bool) -> None:
    service = Service(variant)
    service.add_tree()
    found = Caller(service, awaiting)("tree", SOURCE)
    assert [(one.depth, one.file.name) for one in found] == [
        (1, "lanes"),
        (2, "deep"),
        (3, "deep-0.fastq"),
        (3, "deep-1.fastq"),
        (2, "empty"),
        (2, "lane-0.fastq"),
        (2, "lane-1.fastq"),
        (2, "lane-2.fastq"),
    ]


@with_clients(0)
def test_all_that_a_pattern_fits_is_copied_and_verified(variant: Variant, awaiting: bool) -> None:
    service = Service(variant, files=160)
    service.add_tree()
    call = Caller(service, awaiting)
    choice = call("choose", [SOURCE], to=TARGET, match=["*.bam", "lane-*"], recursive=True, parents=True)
    assert len(choice) == 163
    report = call("run", "copy", choice, items_per_job=50)
    copied = Counter(one.path for one in service.target.files())
    assert copied == Counter(one.path.replace(SOURCE, TARGET) for one in service.source.files() if one.name[0] != "d")
    assert lies(service, report.journal) == []
    assert report.succeeded
    verification = call("verify", report.journal)
    assert (verification.checked, verification.agrees) == (163, True)


@with_clients(2)
def test_a_place_is_compared_and_brought_in_step(variant: Variant, awaiting: bool) -> None:
    service = Service(variant, files=120)
    service.add_tree()
    service.world.add_file("f000.bam", service.target, size=1000)
    service.world.add_file("f001.bam", service.target, size=7)
    service.world.add_file("gone.bam", service.target, size=8)
    service.world.add_file("gone.bam", service.world.add_folder("left", service.target), size=9)
    call = Caller(service, awaiting)
    counts = call("compare", SOURCE, TARGET).counts
    assert (counts["same"], counts["missing"], counts["extra"], counts["different"]) == (1, 119, 2, 1)
    plan = call("sync_plan", SOURCE, to=TARGET, delete=True)
    assert (plan.deleted.files, plan.deleted.size, plan.replaced.size) == (2, 17, 7)
    report = call("sync", plan)
    assert Counter((one.path.replace(SOURCE, TARGET), one.size) for one in service.source.files()) == Counter(
        (one.path, one.size) for one in service.target.files()
    )
    assert [lie for one in report.reports for lie in lies(service, one.journal)] == []
    # Results for each file in a folder do not prove that the folder itself was deleted, or copied.
    assert report.succeeded or variant.result_entries == "files"
    assert call("compare", SOURCE, TARGET).agrees


@with_clients(1)
def test_all_that_a_pattern_fits_is_moved(variant: Variant, awaiting: bool) -> None:
    service = Service(variant, files=3)
    folder = service.add_tree()
    call = Caller(service, awaiting)
    choice = call("choose", [f"{SOURCE}/lanes"], to=TARGET, match=["*-0.fastq"], recursive=True, parents=True)
    report = call("run", "move", choice)
    assert lies(service, report.journal) == []
    assert sorted(one.name for one in service.target.files()) == ["deep-0.fastq", "lane-0.fastq"]
    assert len(list(folder.files())) == 3
    assert report.succeeded


@with_clients(2)
def test_what_is_in_a_folder_is_deleted_and_the_folder_stays(variant: Variant, awaiting: bool) -> None:
    service = Service(variant, files=3)
    folder = service.add_tree()
    call = Caller(service, awaiting)
    report = call("run", "delete", call("choose", [f"{SOURCE}/lanes"], recursive=True))
    assert folder.id in service.world.nodes
    assert folder.children == []
    assert len(service.files) == 4
    assert lies(service, report.journal) == []
    # Results for the files in a folder do not say that the folder itself is gone.
    assert report.succeeded or variant.result_entries == "files"


@with_clients(0, job_types=("copy", "move", "delete"))
def test_what_a_run_says_of_rows_of_which_some_fail_is_true(job_type: str, variant: Variant, awaiting: bool) -> None:
    service = Service(variant, files=12)
    folder = service.add_tree()
    rows = [*service.files[:6], "none-1", "none-2", *service.files[6:9], service.source.id, folder.id]
    call = Caller(service, awaiting)
    to = {} if job_type == "delete" else {"project": TARGET}
    report = call("run", job_type, manifest(rows), items_per_job=5, **to)
    assert report.tally.complete
    assert lies(service, report.journal) == []


@with_clients(0)
def test_a_retry_repeats_only_what_has_failed(variant: Variant, awaiting: bool) -> None:
    service = Service(variant, files=10)
    rows = ["none-1", *service.files[:5], "none-2", *service.files[5:]]
    call = Caller(service, awaiting)
    report = call("run", "copy", manifest(rows), project=TARGET, items_per_job=6)
    if report.tally.failed:
        call("retry", report.journal)
    done = Counter(deed.item.file for _, deed in service.deeds() if deed.error is None)
    assert done == Counter(service.files)


@with_clients(1, PACED)
def test_a_run_stays_within_the_rate_limit(variant: Variant, awaiting: bool) -> None:
    service = Service(variant, files=50, limit=30)
    report = Caller(service, awaiting)("run", "copy", manifest(service.files), project=TARGET, items_per_job=1)
    assert lies(service, report.journal) == []
    assert len(service.target.children) == 50
    assert report.tally.complete
