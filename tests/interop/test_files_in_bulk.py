"""The official client filters, and reads, edits and deletes files with their tags and metadata."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sevenbridges  # type: ignore[import-untyped]

from sbg_bulk.simulator import File, Simulator
from tests.interop.lab import OWNER, Lab, Official, asked


@pytest.fixture
def samples(lab: Lab) -> tuple[File, ...]:
    """The three files of the cohort: two of one sample, one of another."""
    first, second, third = lab.files
    first.tags, first.metadata, first.task = ["raw"], {"sample_id": "S1", "case_id": "C1"}, "task-1"
    second.tags, second.metadata, second.task = ["raw", "new"], {"sample_id": "S1", "case_id": "C2"}, "task-1"
    third.tags, third.metadata, third.task = ["new"], {"sample_id": "S2", "case_id": "C1"}, "task-2"
    return lab.files


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"tags": ["raw"]}, [1, 2]),
        ({"tags": ["raw", "new"]}, [1, 2, 3]),
        ({"metadata": {"sample_id": "S1"}}, [1, 2]),
        ({"metadata": {"sample_id": ["S1", "S2"], "case_id": "C1"}}, [1, 3]),
        ({"origin": {"task": "task-1"}}, [1, 2]),
        ({"names": ["sample-1.bam", "sample-3.bam"], "tags": ["new"]}, [3]),
        ({"metadata": {"nobody": "knows"}}, []),
    ],
)
@pytest.mark.usefixtures("samples")
def test_files_are_found_by_tags_metadata_and_origin(
    api: Official, lab: Lab, filters: dict[str, Any], found: list[int]
) -> None:
    listing = api.files.query(project=lab.cohort.id, **filters)
    assert [file.name for file in listing.all()] == [f"sample-{number}.bam" for number in found]
    assert listing.total == len(found)


def test_a_filter_that_the_simulator_does_not_know_is_refused_and_not_ignored(api: Official, lab: Lab) -> None:
    with pytest.raises(sevenbridges.errors.BadRequest, match=r"origin\.dataset") as caught:
        api.files.query(project=lab.cohort.id, origin={"dataset": "tcga"})
    assert caught.value.code == 90000
    with pytest.raises(sevenbridges.errors.BadRequest, match="category"):
        api.projects.query(category="PUBLIC")


def test_projects_are_found_by_owner_and_tags(api: Official, lab: Lab) -> None:
    lab.cohort.tags.append("pilot")
    assert [project.id for project in api.projects.query(owner=OWNER).all()] == [lab.cohort.id, lab.archive.id]
    assert [project.id for project in api.projects.query(tags=["pilot"])] == [lab.cohort.id]
    assert [project.tags for project in api.projects.query(owner=OWNER, name="coh")] == [["pilot"]]


def test_a_listed_file_is_whole(api: Official, sim: Simulator, lab: Lab, samples: tuple[File, ...]) -> None:
    """The client asks again for a file that lacks any field."""
    listed = list(api.files.query(project=lab.cohort.id))
    before = len(sim.requests)
    file = listed[1]
    assert (dict(file.metadata), file.tags) == (samples[1].metadata, samples[1].tags)
    assert (file.origin.task, file.storage.type, file.size) == ("task-1", "PLATFORM", samples[1].size)
    folder = listed[3]
    assert (dict(folder.metadata), folder.tags, folder.is_folder()) == ({}, [], True)
    assert len(sim.requests) == before


def test_files_are_read_in_bulk_and_each_tells_whether_it_was_there(
    api: Official, sim: Simulator, lab: Lab, samples: tuple[File, ...]
) -> None:
    records = api.files.bulk_get([samples[0].id, "no-such-file", samples[2].id])
    assert [record.valid for record in records] == [True, False, True]
    assert [records[0].resource.name, records[2].resource.metadata["sample_id"]] == ["sample-1.bam", "S2"]
    assert (records[1].error.code, records[1].error.status) == (5002, 404)
    assert asked(sim) == [("/v2/bulk/files/get", "")]
    assert len(api.files.bulk_get([file.id for file in lab.reads] * 50)) == 100
    with pytest.raises(sevenbridges.errors.BadRequest):
        api.files.bulk_get([samples[0].id] * 101)


def test_tags_and_metadata_are_written_in_bulk_and_read_back(api: Official, samples: tuple[File, ...]) -> None:
    files = [record.resource for record in api.files.bulk_get(list(map(_id, samples[:2])))]
    files[0].metadata["sample_id"] = "S9"
    files[0].metadata["case_id"] = None
    files[0].tags = ["checked"]
    files[1].name = "renamed.bam"
    records = api.files.bulk_edit(files)
    assert [record.valid for record in records] == [True, True]
    again = api.files.get(samples[0].id)
    assert (dict(again.metadata), again.tags, again.name) == ({"sample_id": "S9"}, ["checked"], "sample-1.bam")
    renamed = api.files.get(samples[1].id)
    assert (renamed.name, dict(renamed.metadata)) == ("renamed.bam", {"sample_id": "S1", "case_id": "C2"})


def test_an_edit_that_fails_has_the_error_in_its_record(api: Official, samples: tuple[File, ...]) -> None:
    files = [record.resource for record in api.files.bulk_get(list(map(_id, samples)))]
    files[0].name = "sample-2.bam"
    files[2].tags = ["seen"]
    records = api.files.bulk_edit(files)
    assert [record.error and record.error.code for record in records] == [5003, None, None]
    assert (samples[0].name, samples[2].tags) == ("sample-1.bam", ["seen"])


def test_what_the_client_knows_of_a_file_takes_the_place_of_what_there_is(
    api: Official, samples: tuple[File, ...]
) -> None:
    files = [record.resource for record in api.files.bulk_get([samples[0].id])]
    files[0].metadata = {"case_id": "C9"}
    files[0].tags = ["replaced"]
    (record,) = api.files.bulk_update(files)
    assert (record.resource.tags, dict(record.resource.metadata)) == (["replaced"], {"case_id": "C9"})
    assert (samples[0].metadata, samples[0].tags) == ({"case_id": "C9"}, ["replaced"])


def test_files_are_deleted_in_bulk(api: Official, sim: Simulator, lab: Lab, samples: tuple[File, ...]) -> None:
    records = api.files.bulk_delete([samples[0].id, lab.run.id, samples[1].id])
    assert [record.error and record.error.code for record in records] == [None, 5021, None]
    assert [file.name for file in api.files.query(project=lab.cohort.id)] == ["sample-3.bam", "run"]
    assert sim.jobs.all() == []


def test_scrolling_and_searching_are_said_to_be_not_simulated(api: Official, lab: Lab) -> None:
    asks: list[Callable[[], object]] = [
        lambda: api.files.query(project=lab.cohort.id, cont_token="init"),
        lambda: api.files.search('SELECT * FROM files WHERE name = "x"'),
    ]
    for ask in asks:
        with pytest.raises(sevenbridges.errors.SbgError, match="is not simulated") as caught:
            ask()
        assert (caught.value.status, caught.value.code) == (501, 90010)


def _id(file: File) -> str:
    return file.id
