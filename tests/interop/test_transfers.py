"""The official client reads volumes, imports, exports and imports by DRS, with every call that it has for these."""

from __future__ import annotations

from typing import Any

import pytest
import sevenbridges  # type: ignore[import-untyped]

from sbg_bulk.simulator import Simulator, Variant, Volume
from tests.interop.lab import OWNER, Lab, Official, asked

OBJECTS = {"a.bam": 10, "b.bam": 20, "run/1.fastq": 30, "run/2.fastq": 40, "run/deep/3.fastq": 50, "z.bam": 60}


@pytest.fixture
def bucket(lab: Lab) -> Volume:
    return lab.world.volumes.add(f"{OWNER}/bucket", description="Reads", objects=OBJECTS)


@pytest.fixture
def closed(lab: Lab) -> Volume:
    return lab.world.volumes.add(f"{OWNER}/closed", access_mode="RO", service="gcs", region="us-east1", objects=OBJECTS)


def test_volumes_are_listed_and_read(api: Official, bucket: Volume, closed: Volume) -> None:
    found = api.volumes.query()
    assert ([each.id for each in found.all()], found.total) == ([bucket.id, closed.id], 2)
    volume = api.volumes.get(closed.id)
    assert (volume.name, volume.access_mode, volume.active) == ("closed", "RO", True)
    assert volume.service["type"] == "GCS"
    assert [each.id for each in api.volumes.query(limit=1).all()] == [bucket.id, closed.id]


@pytest.mark.parametrize("limit", [1, 2, None])
def test_objects_are_listed_to_their_end_with_what_the_storage_says_of_them(
    api: Official, bucket: Volume, limit: int | None
) -> None:
    listing = api.volumes.get(bucket.id).list(limit=limit)
    objects, prefixes = list(listing), list(listing.prefixes)
    while True:
        try:
            listing = listing.next_page()
        except sevenbridges.errors.PaginationError:
            break
        objects += list(listing)
        prefixes += list(listing.prefixes)
    assert [each.location for each in objects] == ["a.bam", "b.bam", "z.bam"]
    assert [each.prefix for each in prefixes] == ["run/"]
    assert (objects[0].volume, objects[0].type, objects[0].metadata["size"]) == (bucket.id, "s3", 10)
    assert [each.location for each in api.volumes.get(bucket.id).list(prefix="run/")] == ["run/1.fastq", "run/2.fastq"]


@pytest.mark.parametrize("to", ["project", "parent"])
def test_an_object_is_imported_and_waited_for(api: Official, sim: Simulator, lab: Lab, bucket: Volume, to: str) -> None:
    where: dict[str, str] = {"project": lab.archive.id} if to == "project" else {"parent": lab.incoming.id}
    started = api.imports.submit_import(volume=bucket.id, location="a.bam", name="new.bam", **where)
    assert (started.state, started.result, started.overwrite) == ("PENDING", None, False)
    assert (started.source.volume, started.source.location) == (bucket.id, "a.bam")
    sim.advance(60)
    ended = started.reload()
    assert (ended.state, ended.result.name, ended.result.size) == ("COMPLETED", "new.bam", 10)
    assert (ended.result.storage.type, ended.result.storage.location) == ("VOLUME", "a.bam")
    assert ended.result.is_folder() is False
    assert (ended.destination.name, api.imports.get(ended.id).error) == ("new.bam", None)


@pytest.mark.usefixtures("bucket")
def test_a_folder_is_imported_renamed_and_without_its_structure(api: Official, sim: Simulator, lab: Lab) -> None:
    about: dict[str, Any] = {"volume": f"{OWNER}/bucket", "location": "run/", "project": lab.cohort.id}
    whole = api.imports.submit_import(autorename=True, **about)
    flat = api.imports.submit_import(preserve_folder_structure=False, **about)
    sim.advance(60)
    assert (whole.reload().result.name, whole.autorename, whole.preserve_folder_structure) == ("_1_run", True, True)
    assert flat.reload().state == "COMPLETED"
    assert {"1.fastq", "2.fastq", "3.fastq"} <= set(lab.cohort.root.children)


@pytest.mark.usefixtures("bucket")
def test_an_import_that_fails_says_why(api: Official, sim: Simulator, lab: Lab) -> None:
    started = api.imports.submit_import(volume=f"{OWNER}/bucket", location="none", project=lab.cohort.id)
    sim.advance(60)
    assert (started.reload().state, started.error.code, started.error.status) == ("FAILED", 9105, 404)
    with pytest.raises(sevenbridges.errors.NotFound) as caught:
        api.imports.submit_import(volume=f"{OWNER}/none", location="a", project=lab.cohort.id)
    assert caught.value.code == 9007


def test_imports_are_started_and_read_a_hundred_at_a_time_and_listed(
    api: Official, sim: Simulator, lab: Lab, bucket: Volume
) -> None:
    wanted = [
        {
            "volume": bucket.id,
            "location": "a.bam",
            "parent": lab.incoming.id,
            "name": f"{number}.bam",
            "overwrite": True,
        }
        for number in range(99)
    ]
    wanted.append({"volume": f"{OWNER}/none", "location": "a.bam", "project": lab.cohort.id, "autorename": True})
    records = api.imports.bulk_submit(wanted)
    assert [record.valid for record in records] == [True] * 99 + [False]
    assert records[-1].error.code == 9007
    sim.advance(60)
    found = api.imports.bulk_get([record.resource for record in records[:99]])
    assert {(record.resource.state, record.resource.result.size) for record in found} == {("COMPLETED", 10)}
    assert len(lab.incoming.children) == 99
    listed = api.imports.query(volume=bucket.id, project=lab.archive.id, state="COMPLETED", limit=50)
    assert (listed.total, len(list(listed.all()))) == (99, 99)
    assert listed[0].source.location == "a.bam"
    assert api.volumes.get(bucket.id).get_imports(state="FAILED").total == 0


@pytest.mark.parametrize("copy_only", [True, False])
def test_a_file_is_exported_and_stays_only_with_copy_only(
    api: Official, sim: Simulator, lab: Lab, bucket: Volume, copy_only: bool
) -> None:
    file = lab.files[0]
    properties = {"sse_algorithm": "AES256"}
    started = api.exports.submit_export(
        file=file.id, volume=bucket.id, location="out.bam", properties=properties, copy_only=copy_only
    )
    assert (started.state, started.source.id, started.properties["sse_algorithm"]) == ("PENDING", file.id, "AES256")
    sim.advance(60)
    ended = api.exports.get(started.id)
    assert (ended.state, ended.result.id, ended.destination.location) == ("COMPLETED", file.id, "out.bam")
    assert (file.alias_of is None, bucket.objects.size("out.bam")) == (copy_only, file.size)


def test_a_file_is_gone_from_the_platform_if_true_is_only_understood_in_lower_case(
    api: Official, sim: Simulator, lab: Lab, bucket: Volume
) -> None:
    """The client sends True: what the service makes of it is not known."""
    sim.operations.variant = Variant(copy_only_case="lower")
    api.exports.submit_export(file=lab.files[0].id, volume=bucket.id, location="out.bam", copy_only=True)
    sim.advance(60)
    assert lab.files[0].alias_of == (bucket.id, "out.bam")


def test_exports_are_started_and_read_in_bulk_and_listed(
    api: Official, sim: Simulator, lab: Lab, bucket: Volume, closed: Volume
) -> None:
    wanted = [{"file": file.id, "volume": bucket.id, "location": f"kept/{file.name}"} for file in lab.files]
    wanted += [
        {"file": lab.files[0].id, "volume": closed.id, "location": "x"},
        {"file": lab.run.id, "volume": bucket.id, "location": "x"},
        {"file": lab.files[1].id, "volume": bucket.id, "location": "a.bam"},
    ]
    records = api.exports.bulk_submit(wanted, copy_only=True)
    assert [record.error and record.error.code for record in records] == [None, None, None, 9026, 9006, None]
    sim.advance(60)
    found = api.exports.bulk_get([record.resource.id for record in records if record.valid])
    assert [record.resource.state for record in found] == ["COMPLETED"] * 3 + ["FAILED"]
    assert found[-1].resource.error.code == 9107
    assert api.exports.query(volume=bucket.id, state="COMPLETED").total == 3
    assert api.volumes.get(bucket.id).get_exports(state="FAILED")[0].source.id == lab.files[1].id
    assert {file.alias_of for file in lab.files} == {None}


def test_objects_are_imported_by_drs(api: Official, sim: Simulator, lab: Lab) -> None:
    sim.world.repository.add_host("host")
    wanted = [
        {"drs_uri": "drs://host/1", "project": lab.archive.id, "name": "one.bam", "metadata": {"sample_id": "S1"}},
        {"drs_uri": "drs://host/2", "parent": lab.incoming.id},
        {"drs_uri": "drs://none/3", "project": lab.archive.id},
    ]
    started = api.drs_imports.bulk_submit(wanted, tags=["portal"], conflict_resolution="RENAME")
    assert (started.state, started.result, started.started_on) == ("SUBMITTED", [], None)
    sim.advance(60)
    ended = api.drs_imports.bulk_get(started.id)
    assert (ended.state, [entry.error is None for entry in ended.result]) == ("FINISHED", [True, True, False])
    first = api.files.get(ended.result[0].resource.id)
    assert (first.name, first.tags, first.metadata["sample_id"]) == ("one.bam", ["portal"], "S1")
    assert api.drs_imports.bulk_submit([wanted[0]]).state == "SUBMITTED"
    assert asked(sim)[-1] == ("/v2/bulk/drs/imports/create", "")
