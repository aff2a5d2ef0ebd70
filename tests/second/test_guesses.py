"""Where the project guesses how the service behaves, the client does its work the other way round too.

Each test names the guess that does not hold in it.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from sbg_bulk import RunOptions
from tests.second.losing import immortal, losing
from tests.second.server.variant import Variant
from tests.second.service import SOURCE, TARGET, Service, lies
from tests.second.trials import carry, killed


@pytest.mark.parametrize("order", ["oldest", "by id", "shuffled"])
@pytest.mark.parametrize("total_header", [True, False], ids=["total", "no total"])
def test_guess_the_list_begins_with_the_newest_is_not_needed_to_settle_lost_answers(
    tmp_path: Path, order: str, total_header: bool
) -> None:
    variant = Variant(list_order=order, total_header=total_header, job_ids="random")  # type: ignore[arg-type]
    service, transport, rows = losing(variant)
    carry(service, tmp_path / "a.sbg-run", "copy", rows, immortal)
    assert lies(service, tmp_path / "a.sbg-run") == []
    assert transport.lost["after"] > 0


@pytest.mark.parametrize(("late", "lag"), [(0.0, 0.0), (0.0, 30.0), (25.0, 30.0), (60.0, 65.0)])
@pytest.mark.parametrize("job_type", ["copy", "move", "delete"])
def test_guess_a_job_is_listed_at_once_is_not_needed_if_the_lag_is_given(
    tmp_path: Path, job_type: str, late: float, lag: float
) -> None:
    service, transport, rows = losing(Variant(listed_late=late))
    path = tmp_path / "a.sbg-run"
    carry(service, path, job_type, rows, immortal, RunOptions(list_lag=lag))
    assert lies(service, path) == []
    assert transport.lost["after"] > 0


@pytest.mark.parametrize("late", [0.0, 25.0])
def test_guess_a_job_is_listed_at_once_is_not_needed_by_a_run_that_is_killed(tmp_path: Path, late: float) -> None:
    service, _, rows = losing(Variant(listed_late=late))
    path = tmp_path / "a.sbg-run"
    assert carry(service, path, "copy", rows, killed) > 3
    assert lies(service, path) == []


def test_guess_an_empty_string_means_absent_is_not_needed_as_none_is_sent(tmp_path: Path) -> None:
    service = Service(Variant(empty_strings="refused"), files=3)
    first, second, third = service.files
    rows = [f"{first},{TARGET},,", f"{second},,{service.target.id},", f"{third},{TARGET},,x.bam"]
    manifest = "\n".join(["file,project,parent,name", *rows])
    with service.client() as client:
        report = client.run("copy", io.BytesIO(manifest.encode()), journal=tmp_path / "a.sbg-run")
        assert report.succeeded
    assert sorted(one.name for one in service.target.children) == ["f000.bam", "f001.bam", "x.bam"]
    assert lies(service, report.journal) == []


@pytest.mark.parametrize("state", ["FAILED", "ABORTED", "COMPLETED"])
def test_guess_a_job_with_failures_is_finished_is_not_needed_to_see_its_end(tmp_path: Path, state: str) -> None:
    service = Service(Variant(failed_state=state), files=4)
    with service.client() as client:
        good = client.copy(service.files[:2], project=TARGET)
        bad = client.copy([service.files[2], "none"], project=TARGET)
        assert client.wait([good])[0].succeeded
        (job,) = client.wait([bad], timeout=300)
        assert (job.state, job.finished, job.succeeded) == (state, True, False)
        assert [one.ok for one in job.result or ()] == [True, False]
        source = io.BytesIO(f"file\n{service.files[3]}\nnone-2\n".encode())
        report = client.run("copy", source, project=TARGET, journal=tmp_path / "a.sbg-run")
    assert (report.tally.done, report.tally.failed) == (1, 1)
    assert lies(service, report.journal) == []


def test_guess_bulk_reads_keep_the_order_asked_for_is_not_needed_to_know_whose_a_copy_is(tmp_path: Path) -> None:
    variant = Variant(bulk_order="shuffled", result_order="shuffled", bulk_error_status=False)
    service = Service(variant, files=20)
    rows = [*service.files[:10], "none", *service.files[10:]]
    with service.client() as client:
        path = tmp_path / "a.sbg-run"
        source = io.BytesIO("\n".join(["file", *rows]).encode())
        report = client.run("copy", source, project=TARGET, journal=path, options=RunOptions(new_ids=True))
    assert (report.tally.done, report.tally.failed) == (20, 1)
    assert lies(service, path) == []
    assert service.world.projects[SOURCE].root.children[0].id == rows[0]
