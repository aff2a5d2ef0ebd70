"""The official client submits jobs, lists them and reads them to their end."""

from __future__ import annotations

from typing import Any

import pytest
import sevenbridges  # type: ignore[import-untyped]

from sbg_bulk.simulator import ApiError, File, Folder, Job, JobType, Simulator
from tests.interop.lab import OWNER, Lab, Official, asked, naive_utc

TYPES = tuple(JobType)
FIELDS = (
    "href",
    "id",
    "type",
    "state",
    "result",
    "total_files",
    "completed_files",
    "failed_files",
    "started_on",
    "finished_on",
)


def add_jobs(sim: Simulator, count: int) -> list[Job]:
    """Finished jobs of all types in turn, oldest first."""
    user, now = sim.world.users[OWNER], sim.clock.now()
    return [
        sim.jobs.add_finished(
            user, TYPES[number % 3], [f"file-{number}"], submitted_on=now - count + number, finished_on=now
        )
        for number in range(count)
    ]


def read(api: Official, job: Any) -> Official:
    """The job, read by the call for jobs of its type."""
    get = {
        "COPY": api.async_jobs.get_file_copy_job,
        "MOVE": api.async_jobs.get_file_move_job,
        "DELETE": api.async_jobs.get_file_delete_job,
    }
    return get[job.type](job.id)


def finish(api: Official, sim: Simulator, job: Official) -> Official:
    sim.advance(3600)
    return read(api, job)


def test_all_jobs_are_listed_over_several_pages(api: Official, sim: Simulator) -> None:
    jobs = add_jobs(sim, 250)
    listing = api.async_jobs.list_file_jobs(limit=100)
    assert (listing.total, len(listing)) == (250, 100)
    assert [job.id for job in listing.all()] == [job.id for job in reversed(jobs)]
    path = "/v2/async/files"
    pages = [(path, f"offset={offset}&limit=100") for offset in (0, 100, 200)]
    assert asked(sim) == [(path, "limit=100"), *pages]


def test_the_pages_of_the_list_lead_forth_and_back(api: Official, sim: Simulator) -> None:
    ids = [job.id for job in reversed(add_jobs(sim, 5))]
    first = api.async_jobs.list_file_jobs(limit=2)
    second = first.next_page()
    last = second.next_page()
    assert [[job.id for job in page] for page in (first, second, last)] == [ids[:2], ids[2:4], ids[4:]]
    assert [job.id for job in last.previous_page()] == ids[2:4]
    for leave in (last.next_page, first.previous_page):
        with pytest.raises(sevenbridges.errors.PaginationError):
            leave()


def test_an_offset_and_a_limit_choose_a_part_of_the_list(api: Official, sim: Simulator) -> None:
    ids = [job.id for job in reversed(add_jobs(sim, 30))]
    assert [job.id for job in api.async_jobs.list_file_jobs()] == ids[:25]
    assert [job.id for job in api.async_jobs.list_file_jobs(offset=27, limit=2)] == ids[27:29]
    assert list(api.async_jobs.list_file_jobs(offset=30).all()) == []


def test_a_listed_job_is_whole(api: Official, sim: Simulator, lab: Lab) -> None:
    """The client asks again for a job that lacks any field, whatever its state: for each of them, on each page."""
    add_jobs(sim, 3)
    api.async_jobs.file_bulk_delete([{"file": lab.files[0].id}])
    listed = api.async_jobs.list_file_jobs()
    before = len(sim.requests)
    seen = [[getattr(job, field) for field in FIELDS] for job in listed]
    assert len(sim.requests) == before
    assert [(fields[3], fields[4] is None, fields[9] is None) for fields in seen] == [
        ("SUBMITTED", True, True),
        *[("FINISHED", False, False)] * 3,
    ]


@pytest.mark.parametrize("job_type", TYPES)
def test_a_job_is_read_by_the_call_for_its_type(api: Official, sim: Simulator, job_type: JobType) -> None:
    now = sim.clock.now()
    outcomes: list[str | ApiError] = ["a", ApiError(10225, "There is no file or folder b."), "c"]
    job = sim.jobs.add_finished(sim.world.users[OWNER], job_type, outcomes, submitted_on=now - 70, finished_on=now - 10)
    found = read(api, job)
    assert (found.id, found.type, found.state) == (job.id, job_type, "FINISHED")
    assert (found.total_files, found.completed_files, found.failed_files) == (3, 2, 1)
    assert (found.started_on, found.finished_on) == (naive_utc(now - 70), naive_utc(now - 10))
    assert found.reload().id == job.id
    path = f"/v2/async/files/{job_type.lower()}/{job.id}"
    assert asked(sim) == [(path, ""), (path, "")]


@pytest.mark.parametrize("job_type", TYPES)
def test_a_job_is_not_found_by_the_calls_for_other_types(api: Official, sim: Simulator, job_type: JobType) -> None:
    job = next(job for job in add_jobs(sim, 3) if job.type is not job_type)
    get = getattr(api.async_jobs, f"get_file_{job_type.lower()}_job")
    with pytest.raises(sevenbridges.errors.NotFound) as caught:
        get(job.id)
    assert caught.value.code == 10211


def test_a_bulk_copy_leaves_the_originals_and_names_the_copies(api: Official, sim: Simulator, lab: Lab) -> None:
    first, second, _ = lab.files
    submitted = api.async_jobs.file_bulk_copy(
        [
            {"file": first.id, "project": lab.archive.id, "parent": "", "name": "renamed.bam"},
            {"file": second.id, "parent": lab.incoming.id, "project": "", "name": ""},
            {"file": lab.run.id, "parent": lab.incoming.id},
        ]
    )
    assert (submitted.type, submitted.state, submitted.result, submitted.get_result()) == (
        "COPY",
        "SUBMITTED",
        None,
        [],
    )
    job = finish(api, sim, submitted)
    assert (job.id, job.state) == (submitted.id, "FINISHED")
    assert (job.total_files, job.completed_files, job.failed_files) == (4, 4, 0)
    nodes = [lab.world.nodes[record.resource.id] for record in job.get_result()]
    assert [(node.name, node.parent) for node in nodes] == [
        ("renamed.bam", lab.archive.root),
        ("sample-2.bam", lab.incoming),
        ("run", lab.incoming),
    ]
    folder = nodes[2]
    assert isinstance(folder, Folder)
    assert set(folder.children) == {"reads-1.fastq", "reads-2.fastq"}
    assert {node.id for node in nodes}.isdisjoint({first.id, second.id, lab.run.id})
    assert set(lab.cohort.root.children) == {"sample-1.bam", "sample-2.bam", "sample-3.bam", "run"}


def test_a_bulk_move_keeps_the_ids_of_files_and_renews_those_of_folders(
    api: Official, sim: Simulator, lab: Lab
) -> None:
    first, run_id = lab.files[0], lab.run.id
    items = [{"file": first.id, "project": lab.archive.id}, {"file": run_id, "parent": lab.incoming.id}]
    job = finish(api, sim, api.async_jobs.file_bulk_move(items))
    assert (job.type, job.state, job.total_files, job.failed_files) == ("MOVE", "FINISHED", 3, 0)
    moved, folder = (record.resource for record in job.get_result())
    assert (moved.id, first.parent) == (first.id, lab.archive.root)
    assert folder.id != run_id
    assert lab.world.nodes[folder.id].parent is lab.incoming
    assert set(lab.cohort.root.children) == {"sample-2.bam", "sample-3.bam"}
    assert (folder.name, folder.type, folder.project) == ("run", "folder", lab.archive.id)


def test_a_bulk_delete_deletes_files_and_folders_with_all_they_hold(api: Official, sim: Simulator, lab: Lab) -> None:
    ids = [lab.files[1].id, lab.run.id]
    job = finish(api, sim, api.async_jobs.file_bulk_delete([{"file": each} for each in ids]))
    assert (job.type, job.state, job.total_files, job.completed_files) == ("DELETE", "FINISHED", 3, 3)
    assert [record.resource.id for record in job.get_result()] == ids
    assert set(lab.cohort.root.children) == {"sample-1.bam", "sample-3.bam"}
    assert lab.world.nodes.keys().isdisjoint({*ids, *(file.id for file in lab.reads)})


def test_a_result_tells_what_was_done_from_what_failed(api: Official, sim: Simulator, lab: Lab) -> None:
    first, second, _ = lab.files
    place = {"parent": lab.incoming.id}
    items = [{"file": first.id, **place}, {"file": "no-such-file", **place}, {"file": second.id, **place}]
    job = finish(api, sim, api.async_jobs.file_bulk_copy(items))
    assert (job.state, job.total_files, job.completed_files, job.failed_files) == ("FINISHED", 3, 2, 1)
    done, failed, done_too = job.get_result()
    assert [record.valid for record in (done, failed, done_too)] == [True, False, True]
    assert (failed.error.status, failed.error.code, failed.resource) == (404, 10225, None)
    assert "no-such-file" in failed.error.message
    # The reference has no name: the client follows its address to find it.
    assert [record.resource.name for record in (done, done_too)] == [first.name, second.name]
    assert [record.resource.size for record in (done, done_too)] == [first.size, second.size]


def test_the_life_of_a_job_shows_in_the_official_client(api: Official, sim: Simulator, lab: Lab) -> None:
    items = [{"file": file.id, "project": lab.archive.id} for file in lab.files]
    job = api.async_jobs.file_bulk_copy(items)
    states, done = [job.state], [job.completed_files]
    while job.state != "FINISHED":
        assert len(states) < 100, "the job does not end"
        sim.advance(0.02)
        job.reload()
        states.append(job.state)
        done.append(job.completed_files)
    assert list(dict.fromkeys(states)) == ["SUBMITTED", "RESOLVING", "RUNNING", "FINISHED"]
    assert done == sorted(done)
    assert set(done) == {0, 1, 2, 3}
    assert job.finished_on >= job.started_on
    copies = [lab.world.nodes[record.resource.id] for record in job.get_result()]
    assert all(isinstance(copy, File) for copy in copies)
    assert [copy.name for copy in copies] == [file.name for file in lab.files]
    assert [listed.state for listed in api.async_jobs.list_file_jobs()] == ["FINISHED"]
