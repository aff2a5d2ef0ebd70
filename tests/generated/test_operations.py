"""Every operation of the spec is performed with a freshly generated client, in each of its four ways."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

import pytest

import sbg_async_api.models
from sbg_bulk.simulator import ApiError, File, Folder, Job, JobType, ManualClock, Project, Simulator
from sbg_bulk.simulator.world.moving import Export, Import
from scripts.lib.spec import BY_ID
from tests.generated.package import NAME, WAYS, Models, Package, perform

OWNER = "rfranklin"


class Lab(NamedTuple):
    """What the operations find: a project with a file and a folder, and a job of each type that has ended."""

    sim: Simulator
    project: Project
    file: File
    folder: Folder
    inside: File
    jobs: dict[JobType, Job]


@pytest.fixture
def lab(sim: Simulator) -> Lab:
    project = sim.world.add_project(f"{OWNER}/cohort", name="Cohort", description="Exomes")
    file = sim.world.add_file("sample 1&2.bam", project, size=3 << 30)
    folder = sim.world.add_folder("run", project)
    inside = sim.world.add_file("reads.fastq", folder)
    now, user = sim.clock.now(), sim.world.users[OWNER]
    outcomes: list[str | ApiError] = [file.id, ApiError(10225, "There is no file or folder x.")]
    jobs = {
        each: sim.jobs.add_finished(user, each, outcomes, submitted_on=now - 60, finished_on=now - 30)
        for each in JobType
    }
    objects = {"a.bam": 5, "run/b.bam": 6, "z.bam": 7}
    bucket = sim.world.volumes.add(f"{OWNER}/bucket", objects=objects).id
    sim.world.repository.add("drs://host/1", "1.bam")
    when: dict[str, Any] = {"submitted_on": now - 60, "finished_on": now - 30}
    sim.transfers.add_ended(user, Import(bucket, "a.bam", None, project.id), file, id="I" * 32, **when)
    taken = ApiError(9107, "Location on volume already contains a file.")
    sim.transfers.add_ended(user, Export(file.id, bucket, file.name), taken, id="E" * 32, **when)
    sim.drs_imports.add_finished(user, [file.id], id="1" * 18, **when)
    return Lab(sim, project, file, folder, inside, jobs)


Conversation = Generator[dict[str, Any], Any, None]
"""Yields the arguments of a call, is sent what its answer was parsed to, and looks at that."""

Talk = Callable[[Lab, Models], Conversation]
TalkT = TypeVar("TalkT", bound=Talk)

TALKS: dict[str, Talk] = {}
ANSWERS: dict[str, str] = {}


def talk(operation: str, *, answer: str) -> Callable[[TalkT], TalkT]:
    """The decorated function is the conversation for an operation that is answered with that model."""

    def register(function: TalkT) -> TalkT:
        TALKS[operation] = function
        ANSWERS[operation] = answer
        return function

    return register


def date(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


@talk("list_async_jobs", answer="JobList")
def jobs(lab: Lab, models: Models) -> Conversation:
    page = yield {"offset": 1, "limit": 1}
    (job,) = page.items
    assert type(job) is models.Job
    assert (job.id, job.type_) == (lab.jobs[JobType.MOVE].id, models.JobType.MOVE)
    assert {link.rel: type(link) for link in page.links} == {"next": models.Link, "prev": models.Link}


def ended(lab: Lab, models: Models, job_type: JobType) -> Conversation:
    job = yield {"job_id": lab.jobs[job_type].id}
    assert job.id == lab.jobs[job_type].id
    assert job.type_ is models.JobType(job_type.value)
    assert job.state is models.JobState.FINISHED
    assert (job.total_files, job.completed_files, job.failed_files) == (2, 1, 1)
    now = lab.sim.clock.now()
    assert (job.started_on, job.finished_on) == (date(now - 60), date(now - 30))
    done, failed = job.result
    assert type(done) is type(failed) is models.ResultEntry
    assert type(done.resource) is models.ResourceReference
    assert done.resource.id == lab.file.id
    assert type(failed.error) is models.ErrorBody
    assert (failed.error.status, failed.error.code) == (404, 10225)


@talk("get_copy_job", answer="Job")
def copy_job(lab: Lab, models: Models) -> Conversation:
    return ended(lab, models, JobType.COPY)


@talk("get_move_job", answer="Job")
def move_job(lab: Lab, models: Models) -> Conversation:
    return ended(lab, models, JobType.MOVE)


@talk("get_delete_job", answer="Job")
def delete_job(lab: Lab, models: Models) -> Conversation:
    return ended(lab, models, JobType.DELETE)


def submitted(lab: Lab, models: Models, body: Any, job_type: JobType) -> Conversation:
    job = yield {"body": body}
    assert job.type_ is models.JobType(job_type.value)
    assert job.state is models.JobState.SUBMITTED
    assert (job.result, job.finished_on, job.started_on) == (None, None, date(lab.sim.clock.now()))
    lab.sim.advance(60)
    started = lab.sim.jobs.by_id(job.id)
    assert (started.type, started.state, started.failed) == (job_type, "FINISHED", 0)


@talk("submit_copy_job", answer="Job")
def copy(lab: Lab, models: Models) -> Conversation:
    item = models.CopyItem(file=lab.file.id, parent=lab.folder.id, name="copy.bam")
    yield from submitted(lab, models, models.CopyRequest(items=[item]), JobType.COPY)
    assert set(lab.folder.children) == {"reads.fastq", "copy.bam"}


@talk("submit_move_job", answer="Job")
def move(lab: Lab, models: Models) -> Conversation:
    item = models.MoveItem(file=lab.inside.id, project=lab.project.id)
    yield from submitted(lab, models, models.MoveRequest(items=[item]), JobType.MOVE)
    assert lab.inside.parent is lab.project.root


@talk("submit_delete_job", answer="Job")
def delete(lab: Lab, models: Models) -> Conversation:
    items = [models.DeleteItem(file=lab.file.id), models.DeleteItem(file=lab.folder.id)]
    yield from submitted(lab, models, models.DeleteRequest(items=items), JobType.DELETE)
    assert lab.project.root.children == {}


@talk("list_files", answer="FileList")
def files(lab: Lab, models: Models) -> Conversation:
    lab.sim.world.add_file("other.bam", lab.project)
    page = yield {"project": lab.project.id, "name": [lab.file.name, "run", "none"], "limit": 3}
    assert [type(each) for each in page.items] == [models.FileInfo] * 2
    assert [(each.id, each.type_) for each in page.items] == [
        (lab.file.id, models.FileType.FILE),
        (lab.folder.id, models.FileType.FOLDER),
    ]


@talk("list_folder", answer="FileList")
def folder(lab: Lab, models: Models) -> Conversation:
    page = yield {"file_id": lab.folder.id}
    assert [(type(each), each.id, each.parent) for each in page.items] == [
        (models.FileInfo, lab.inside.id, lab.folder.id)
    ]


@talk("get_file", answer="FileInfo")
def file(lab: Lab, models: Models) -> Conversation:
    found = yield {"file_id": lab.file.id}
    assert (found.id, found.name, found.size) == (lab.file.id, "sample 1&2.bam", 3 << 30)
    assert found.type_ is models.FileType.FILE
    assert found.created_on == found.modified_on == date(lab.file.created_on)


@talk("list_project_files", answer="FileList")
def project_files(lab: Lab, models: Models) -> Conversation:
    owner, short_name = lab.project.id.split("/")
    page = yield {"owner": owner, "project": short_name, "limit": 1, "fields": "_all"}
    assert [(type(each), each.id, each.tags) for each in page.items] == [(models.FileInfo, lab.file.id, [])]


@talk("bulk_get_files", answer="BulkFileList")
def bulk_get(lab: Lab, models: Models) -> Conversation:
    found = yield {"body": models.FileSelection(file_ids=[lab.file.id, "none"])}
    done, failed = found.items
    assert type(done) is type(failed) is models.BulkFileEntry
    assert (done.resource.id, done.resource.storage.type_) == (lab.file.id, "PLATFORM")
    assert (type(failed.error), failed.error.code) == (models.ErrorBody, 5002)


@talk("bulk_edit_files", answer="BulkFileList")
def bulk_edit(lab: Lab, models: Models) -> Conversation:
    metadata = models.FileEditNewMetadata.from_dict({"sample_id": "S1", "case_id": None})
    edit = models.FileEdit(id=lab.file.id, tags=["seen"], metadata=metadata)
    found = yield {"body": models.FileEdits(items=[edit])}
    (done,) = found.items
    assert (done.resource.tags, done.resource.metadata["sample_id"]) == (["seen"], "S1")
    assert (lab.file.name, lab.file.metadata) == ("sample 1&2.bam", {"sample_id": "S1"})


@talk("bulk_update_files", answer="BulkFileList")
def bulk_update(lab: Lab, models: Models) -> Conversation:
    lab.file.tags, lab.file.metadata = ["old"], {"sample_id": "S1"}
    found = yield {"body": models.FileEdits(items=[models.FileEdit(id=lab.file.id, tags=["new"])])}
    assert [each.resource.tags for each in found.items] == [["new"]]
    assert (lab.file.tags, lab.file.metadata) == (["new"], {})


@talk("bulk_delete_files", answer="BulkFileList")
def bulk_delete(lab: Lab, models: Models) -> Conversation:
    found = yield {"body": models.FileSelection(file_ids=[lab.inside.id])}
    assert [each.resource.name for each in found.items] == ["reads.fastq"]
    assert lab.folder.children == {}


@talk("create_folder", answer="FileInfo")
def new_folder(lab: Lab, models: Models) -> Conversation:
    kind = models.NewFolderType.FOLDER
    made = yield {"body": models.NewFolder(name="results", type_=kind, project=lab.project.id)}
    assert made.type_ is models.FileType.FOLDER
    assert lab.sim.world.nodes[made.id] is lab.project.root.children["results"]


@talk("list_projects", answer="ProjectList")
def projects(lab: Lab, models: Models) -> Conversation:
    page = yield {"name": "COHORT"}
    assert [(type(each), each.id, each.name) for each in page.items] == [(models.Project, lab.project.id, "Cohort")]


@talk("list_owner_projects", answer="ProjectList")
def owner_projects(lab: Lab, models: Models) -> Conversation:
    page = yield {"owner": OWNER, "tags": [], "fields": "tags"}
    assert [(type(each), each.id, each.tags) for each in page.items] == [(models.Project, lab.project.id, [])]


@talk("get_project", answer="Project")
def project(lab: Lab, models: Models) -> Conversation:
    owner, short_name = lab.project.id.split("/")
    found = yield {"owner": owner, "project": short_name}
    assert (found.id, found.description, found.root_folder) == (lab.project.id, "Exomes", lab.project.root.id)
    assert type(found.permissions) is models.Permissions
    assert found.permissions.copy is True


@talk("get_user", answer="User")
def user(lab: Lab, models: Models) -> Conversation:  # noqa: ARG001
    found = yield {}
    assert (found.username, found.email) == (OWNER, lab.sim.world.users[OWNER].email)


@talk("get_rate_limit", answer="RateLimit")
def rate_limit(lab: Lab, models: Models) -> Conversation:
    found = yield {}
    assert type(found.rate) is models.Rate
    assert (found.rate.limit, found.rate.remaining) == (1000, 1000)
    assert found.rate.reset == lab.sim.clock.now() + 300
    assert type(found.instance_limit) is models.InstanceLimit


@talk("list_volumes", answer="VolumeList")
def volumes(lab: Lab, models: Models) -> Conversation:  # noqa: ARG001
    page = yield {"limit": 1, "fields": "_all"}
    (found,) = page.items
    assert (type(found), found.id, found.access_mode) == (models.Volume, f"{OWNER}/bucket", "RW")
    assert (type(found.service), found.service.type_, found.active) == (models.VolumeService, "S3", True)


@talk("get_volume", answer="Volume")
def volume(lab: Lab, models: Models) -> Conversation:  # noqa: ARG001
    found = yield {"volume_owner": OWNER, "volume_name": "bucket"}
    assert (found.name, found.created_on) == ("bucket", date(lab.sim.clock.now()))


@talk("list_volume_objects", answer="VolumeObjectList")
def volume_objects(lab: Lab, models: Models) -> Conversation:  # noqa: ARG001
    page = yield {"volume_owner": OWNER, "volume_name": "bucket", "limit": 2, "fields": "_all"}
    (found,), (prefix,), (link,) = page.items, page.prefixes, page.links
    assert (type(found), found.location, found.metadata["size"]) == (models.VolumeObject, "a.bam", 5)
    assert (type(prefix), prefix.prefix) == (models.VolumePrefix, "run/")
    assert (type(link), "continuation_token=" in link.next_) == (models.VolumeLink, True)


def wanted_import(lab: Lab, models: Models) -> Any:
    source = models.VolumeLocation(volume=f"{OWNER}/bucket", location="a.bam")
    return models.ImportItem(source=source, destination=models.ImportDestination(project=lab.project.id))


def wanted_export(lab: Lab, models: Models) -> Any:
    destination = models.VolumeLocation(volume=f"{OWNER}/bucket", location="out.bam")
    return models.ExportItem(source=models.ExportSource(file=lab.file.id), destination=destination)


@talk("start_import", answer="ImportJob")
def start_import(lab: Lab, models: Models) -> Conversation:
    started = yield {"body": wanted_import(lab, models)}
    assert (started.state, started.source.location, started.finished_on) == ("PENDING", "a.bam", None)
    lab.sim.advance(60)
    assert "a.bam" in lab.project.root.children


@talk("list_imports", answer="ImportList")
def imports(lab: Lab, models: Models) -> Conversation:
    page = yield {"state": ["COMPLETED"], "volume": f"{OWNER}/bucket", "project": lab.project.id, "fields": "_all"}
    (found,) = page.items
    assert (type(found), found.id, found.result.id) == (models.ImportJob, "I" * 32, lab.file.id)


@talk("get_import", answer="ImportJob")
def get_import(lab: Lab, models: Models) -> Conversation:  # noqa: ARG001
    found = yield {"import_id": "I" * 32}
    assert (found.state, found.started_on) == ("COMPLETED", date(lab.sim.clock.now() - 60))


@talk("bulk_start_imports", answer="BulkImportList")
def bulk_start_imports(lab: Lab, models: Models) -> Conversation:
    nowhere = models.VolumeLocation(volume=f"{OWNER}/none", location="a.bam")
    to = models.ImportDestination(parent=lab.folder.id)
    items = [wanted_import(lab, models), models.ImportItem(source=nowhere, destination=to)]
    found = yield {"body": models.ImportRequest(items=items)}
    done, failed = found.items
    assert (type(done.resource), type(failed.error), failed.error.code) == (models.ImportJob, models.ErrorBody, 9007)


@talk("bulk_get_imports", answer="BulkImportList")
def bulk_get_imports(lab: Lab, models: Models) -> Conversation:  # noqa: ARG001
    found = yield {"body": models.ImportSelection(import_ids=["I" * 32, "none"])}
    done, failed = found.items
    assert (done.resource.state, failed.error.code) == ("COMPLETED", 9008)


@talk("start_export", answer="ExportJob")
def start_export(lab: Lab, models: Models) -> Conversation:
    started = yield {"body": wanted_export(lab, models), "copy_only": models.StartExportCopyOnly.TRUE}
    assert (started.state, started.source.file) == ("PENDING", lab.file.id)
    lab.sim.advance(60)
    assert lab.file.alias_of is None
    assert lab.sim.world.volumes[f"{OWNER}/bucket"].objects.size("out.bam") == lab.file.size


@talk("list_exports", answer="ExportList")
def exports(lab: Lab, models: Models) -> Conversation:  # noqa: ARG001
    page = yield {"state": ["FAILED"]}
    assert [(type(each), each.id, each.state) for each in page.items] == [(models.ExportJob, "E" * 32, "FAILED")]


@talk("get_export", answer="ExportJob")
def get_export(lab: Lab, models: Models) -> Conversation:
    found = yield {"export_id": "E" * 32}
    assert (type(found.error), found.error.code, found.properties.to_dict()) == (models.ErrorBody, 9107, {})
    assert found.destination.location == lab.file.name


@talk("bulk_start_exports", answer="BulkExportList")
def bulk_start_exports(lab: Lab, models: Models) -> Conversation:
    body = models.ExportRequest(items=[wanted_export(lab, models)])
    found = yield {"body": body, "copy_only": models.BulkStartExportsCopyOnly.FALSE}
    assert [each.resource.state for each in found.items] == ["PENDING"]
    lab.sim.advance(60)
    assert lab.file.alias_of == (f"{OWNER}/bucket", "out.bam")


@talk("bulk_get_exports", answer="BulkExportList")
def bulk_get_exports(lab: Lab, models: Models) -> Conversation:  # noqa: ARG001
    found = yield {"body": models.ExportSelection(export_ids=["E" * 32])}
    assert [(type(each), each.resource.state) for each in found.items] == [(models.BulkExportEntry, "FAILED")]


@talk("start_drs_import", answer="DrsImport")
def start_drs_import(lab: Lab, models: Models) -> Conversation:
    skip = models.DrsRequestConflictResolution.SKIP
    item = models.DrsItem(drs_uri="drs://host/1", project=lab.project.id, name="one.bam")
    started = yield {"body": models.DrsRequest(items=[item], conflict_resolution=skip, tags=["portal"])}
    assert (started.state, started.result, bool(started.started_on)) == ("SUBMITTED", [], False)
    lab.sim.advance(60)
    assert "one.bam" in lab.project.root.children


@talk("get_drs_import", answer="DrsImport")
def get_drs_import(lab: Lab, models: Models) -> Conversation:
    found = yield {"import_id": "1" * 18}
    (entry,) = found.result
    assert (found.state, type(entry), entry.resource.id) == ("FINISHED", models.ResultEntry, lab.file.id)


def arguments_of(operation: str, lab: Lab, package: Package) -> dict[str, Any]:
    return next(TALKS[operation](lab, package.models))


def test_every_operation_of_the_spec_is_performed_here() -> None:
    assert set(TALKS) == set(BY_ID)


def test_nothing_is_generated_that_is_not_performed_here(package: Package) -> None:
    endpoints = {file.stem for file in package.folder.glob("api/*/*.py")} - {"__init__"}
    assert endpoints == set(TALKS)


def test_the_package_performing_here_is_the_fresh_one(package: Package) -> None:
    assert package.models.Job is not sbg_async_api.models.Job
    assert package.models.Job.__module__ == f"{NAME}.models.job"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("operation", TALKS)
def test_an_operation_is_performed_and_its_answer_parsed(package: Package, lab: Lab, operation: str, way: str) -> None:
    conversation = TALKS[operation](lab, package.models)
    answer = perform(package, operation, way, package.client(lab.sim), next(conversation))
    (request,) = lab.sim.requests
    assert request.operation == operation
    if way.endswith("_detailed"):
        assert type(answer) is package.module("types").Response
        assert answer.status_code is HTTPStatus(request.status or 0)
        assert answer.status_code in range(200, 300)
        assert answer.headers["X-Request-Id"] == request.request_id
        answer = answer.parsed
    assert type(answer) is getattr(package.models, ANSWERS[operation])
    with pytest.raises(StopIteration):
        conversation.send(answer)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("operation", TALKS)
def test_a_refusal_of_any_operation_is_parsed_and_not_raised(
    package: Package, lab: Lab, operation: str, way: str
) -> None:
    client = package.client(lab.sim, token="not-a-token")
    answer = perform(package, operation, way, client, arguments_of(operation, lab, package))
    if way.endswith("_detailed"):
        assert answer.status_code is HTTPStatus.UNAUTHORIZED
        answer = answer.parsed
    assert type(answer) is package.models.ErrorBody
    assert (answer.status, answer.code) == (401, 90001)


@pytest.mark.parametrize("operation", TALKS)
def test_a_status_that_the_spec_does_not_name_is_parsed_to_nothing(package: Package, lab: Lab, operation: str) -> None:
    lab.sim.arm("kind=502")
    arguments = arguments_of(operation, lab, package)
    answer = perform(package, operation, "sync_detailed", package.client(lab.sim), arguments)
    assert (answer.status_code, answer.parsed) == (HTTPStatus.BAD_GATEWAY, None)
    strict = package.client(lab.sim, raise_on_unexpected_status=True)
    with pytest.raises(package.module("errors").UnexpectedStatus):
        perform(package, operation, "sync", strict, arguments)


@pytest.mark.parametrize("status", [200, 201, 202])
def test_any_success_of_a_submission_is_parsed_to_its_job(package: Package, status: int) -> None:
    sim = Simulator(clock=ManualClock(), submit_status=status)
    body = package.models.DeleteRequest(items=[package.models.DeleteItem(file="x")])
    answer = perform(package, "submit_delete_job", "sync_detailed", package.client(sim), {"body": body})
    assert answer.status_code == status
    assert [job.id for job in sim.jobs.all()] == [answer.parsed.id]


def test_the_client_sends_a_bearer_token_unless_told_otherwise(package: Package, lab: Lab) -> None:
    client = package.client(lab.sim, prefix="Bearer", auth_header_name="Authorization")
    assert perform(package, "get_user", "sync", client, {}).username == OWNER


@pytest.mark.parametrize("values", ["S1", ["S1", "S2"]])
def test_metadata_are_filtered_by_through_the_generated_call(package: Package, lab: Lab, values: Any) -> None:
    """Also for one of several values, which the contract cannot say."""
    lab.file.metadata["sample_id"] = "S1"
    metadata = package.models.ListFilesMetadata.from_dict({"metadata.sample_id": values})
    client = package.client(lab.sim)
    page = perform(package, "list_files", "sync", client, {"project": lab.project.id, "metadata": metadata})
    assert [each.id for each in page.items] == [lab.file.id]
