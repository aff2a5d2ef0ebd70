"""What a task promises: each row once, whatever happens to its attempts."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.steps import Call, Reply
from sbg_bulk.runs.journal import Journal
from sbg_bulk.simulator import Timing, Variant
from tests.support.runs import TARGET, Killed, Service

pytest.importorskip("airflow", reason="Airflow is not installed here: scripts/airflow runs these tests")

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from sbg_bulk.airflow.journals import FIRST
from sbg_bulk.airflow.operators import BulkCheckOperator, BulkRunOperator, SubmitJobOperator
from sbg_bulk.airflow.sensors import JobSensor
from tests.airflow.harness import Tasks


@pytest.fixture
def service() -> Service:
    return Service(files=250, timing=Timing(1, 1, 5))


@pytest.fixture
def tasks(service: Service, monkeypatch: pytest.MonkeyPatch) -> Tasks:
    return Tasks(service, monkeypatch)


@pytest.fixture(params=["a folder", "an object store"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where journals are kept: both promise the same."""
    return str(tmp_path) if request.param == "a folder" else f"file://{tmp_path}"


def copying(root: str, **changes: Any) -> BulkRunOperator:
    given: dict[str, Any] = {"job_type": "COPY", "project": TARGET, "journals": root, **changes}
    return BulkRunOperator(task_id="copy", **given)


def manifest(service: Service, tmp_path: Path) -> str:
    path = tmp_path / "cohort.csv"
    path.write_bytes(service.manifest().read())
    return str(path)


def dying(service: Service, at: int, die: Callable[[], object]) -> Any:
    """A driver whose process is killed when a submission has been carried out, before the answer is read."""

    def kind(base: type[BlockingDriver]) -> type[BlockingDriver]:
        class Dying(base):  # type: ignore[valid-type,misc] # made of what is given
            def _call(self, step: Call) -> Reply:
                reply: Reply = super()._call(step)
                if len(service.submissions) == at and step.operation.name.startswith("submit"):
                    die()
                    raise Killed
                return reply

        return Dying

    return kind


def all_once(service: Service) -> bool:
    return service.copies() == sorted(f"f{n}.bam" for n in range(250))


def test_each_row_is_done_once_and_the_result_is_small(
    tasks: Tasks, service: Service, root: str, tmp_path: Path
) -> None:
    result = tasks.attempt(copying(root, source=manifest(service, tmp_path)))
    assert all_once(service)
    assert (result["rows"], result["done"], result["failed"], result["unclear"]) == (250, 250, 0, 0)
    assert len(service.submissions) == 3
    assert "<html" in Path(result["report"].removeprefix("file://")).read_text()
    assert len(str(result)) < 2000


def test_a_worker_does_not_wait_for_jobs_and_no_token_is_serialised(
    tasks: Tasks, service: Service, tmp_path: Path
) -> None:
    tasks.attempt(copying(str(tmp_path), source=manifest(service, tmp_path)))
    assert tasks.serialised
    assert "demo-token" not in "".join(tasks.serialised)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_an_attempt_after_one_that_was_killed_submits_nothing_twice(
    tasks: Tasks, service: Service, root: str, tmp_path: Path, at: int
) -> None:
    source, kept, left = manifest(service, tmp_path), tmp_path / "kept", tmp_path / "left"
    root = root.replace(str(tmp_path), str(kept))
    # What a process that is killed would do to clean up, it does not do.
    tasks.driver = dying(service, at, lambda: shutil.copytree(kept, left))
    with pytest.raises(Killed):
        tasks.attempt(copying(root, source=source))
    tasks.driver = lambda kind: kind
    shutil.rmtree(kept)
    left.rename(kept)
    if "://" in root:
        [lease] = kept.rglob("*.lease")
        with pytest.raises(AirflowException, match="was killed while working on it"):
            tasks.attempt(copying(root, source=source))
        lease.unlink()  # as if it had run out
    result = tasks.attempt(copying(root, source=source))
    assert all_once(service)
    assert len(service.submissions) == 3
    assert result["done"] == 250


def test_who_looks_for_the_job_of_a_killed_attempt_waits_for_the_rate_limit_and_looks_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Nothing of a job is in the list, so that each of the others costs a request: more than the limit allows at once.
    others = 300
    service = Service(files=3, rate_limit=(100, 300), variant=Variant(listed_results=False))
    tasks = Tasks(service, monkeypatch)
    source, kept, left = manifest(service, tmp_path), tmp_path / "kept", tmp_path / "left"
    tasks.driver = dying(service, 1, lambda: shutil.copytree(kept, left))
    with pytest.raises(Killed):
        tasks.attempt(copying(str(kept), source=source))
    tasks.driver = lambda kind: kind
    shutil.rmtree(kept)
    left.rename(kept)
    for number in range(others):
        service.submit([service.world.add_file(f"other{number}", service.source.root, size=number).id])
    assert tasks.attempt(copying(str(kept), source=source))["done"] == 3
    looks = [one for one in service.simulator.requests if one.operation == "get_copy_job"]
    assert 100 < len(looks) <= others
    assert len(service.submissions) == 1


def test_a_killed_attempt_that_had_not_created_the_run_leaves_no_trace(
    tasks: Tasks, service: Service, root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = manifest(service, tmp_path)

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("sbg_bulk.airflow.journals.Kept.publish", killed)
        tasks.attempt(copying(root, source=source))
    assert service.submissions == []
    assert tasks.attempt(copying(root, source=source))["done"] == 250
    assert all_once(service)


def test_of_two_attempts_at_once_the_second_is_refused(tasks: Tasks, service: Service, tmp_path: Path) -> None:
    source, seen = manifest(service, tmp_path), list[bool]()

    def kind(base: type[BlockingDriver]) -> type[BlockingDriver]:
        class Another(base):  # type: ignore[valid-type,misc] # made of what is given
            def _call(self, step: Call) -> Reply:
                if step.operation.name.startswith("submit") and not seen:
                    seen.append(True)
                    tasks.driver = lambda kind: kind
                    with pytest.raises(AirflowException, match="Another process is working on this run"):
                        tasks.attempt(copying(str(tmp_path), source=source))
                reply: Reply = super()._call(step)
                return reply

        return Another

    tasks.driver = kind
    assert tasks.attempt(copying(str(tmp_path), source=source))["done"] == 250
    assert seen
    assert all_once(service)


def test_in_an_object_store_too(tasks: Tasks, service: Service, tmp_path: Path) -> None:
    source, seen, root = manifest(service, tmp_path), list[bool](), f"file://{tmp_path}"

    def kind(base: type[BlockingDriver]) -> type[BlockingDriver]:
        class Another(base):  # type: ignore[valid-type,misc] # made of what is given
            def _call(self, step: Call) -> Reply:
                if step.operation.name.startswith("submit") and not seen:
                    seen.append(True)
                    with pytest.raises(AirflowException, match="its lease expires"):
                        tasks.attempt(copying(root, source=source))
                reply: Reply = super()._call(step)
                return reply

        return Another

    tasks.driver = kind
    assert tasks.attempt(copying(root, source=source))["done"] == 250
    assert seen
    assert all_once(service)


def test_a_task_that_is_cleared_and_run_again_submits_nothing(
    tasks: Tasks, service: Service, root: str, tmp_path: Path
) -> None:
    source = manifest(service, tmp_path)
    first = tasks.attempt(copying(root, source=source))
    service.simulator.requests.clear()
    assert tasks.attempt(copying(root, source=source)) == first
    assert service.submissions == []


def test_the_next_attempt_tries_again_what_has_failed_and_nothing_else(
    tasks: Tasks, service: Service, root: str, tmp_path: Path
) -> None:
    service.simulator.arm("kind=fail_item item=2 op=submit_copy_job times=2")
    source = manifest(service, tmp_path)
    with pytest.raises(AirflowException, match="of 250 items not done"):
        tasks.attempt(copying(root, source=source))
    told = tasks.pushed["return_value"]
    assert (told["done"], told["failed"]) == (248, 2)
    assert "10225" in Path(told["failed_rows"].removeprefix("file://")).read_text()
    again = tasks.attempt(copying(root, source=source))
    assert (again["done"], again["failed"], again["retries"], again["failed_rows"]) == (250, 0, 1, None)
    assert all_once(service)
    # And again, nothing.
    assert tasks.attempt(copying(root, source=source)) == again


def test_mapped_tasks_have_runs_of_their_own(tasks: Tasks, service: Service, tmp_path: Path) -> None:
    halves = service.files[:100], service.files[100:]
    for index, half in enumerate(halves):
        assert tasks.attempt(copying(str(tmp_path), source=half), map_index=index)["rows"] == len(half)
    assert all_once(service)


@pytest.mark.parametrize(
    "source",
    [
        lambda service, _: [{"file": one} for one in service.files],
        lambda service, _: list(service.files),
        lambda service, folder: f"file://{manifest(service, folder)}",
    ],
    ids=["mappings", "ids", "an object"],
)
def test_rows_come_from_xcom_and_from_object_stores(
    tasks: Tasks, service: Service, tmp_path: Path, source: Any
) -> None:
    tasks.attempt(copying(str(tmp_path), source=source(service, tmp_path)))
    assert all_once(service)


def test_a_choice_by_paths_and_filters_is_a_source(tasks: Tasks, service: Service, tmp_path: Path) -> None:
    chosen = {"sources": ["rfranklin/source"], "match": ["f1?.bam"]}
    first = copying(str(tmp_path), source=chosen, project=None, to=TARGET)
    assert tasks.attempt(first)["rows"] == 10
    assert service.copies() == [f"f1{n}.bam" for n in range(10)]
    # Where all of it is there, nothing is to be done.
    later = copying(str(tmp_path), source=chosen, project=None, to=TARGET)
    assert tasks.attempt(later, map_index=7)["rows"] == 0


def test_jobs_that_are_each_rows_own_are_waited_for_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Exports have a job for each file, and these are in no list that the triggerer could read."""
    service = Service(files=250, timing=Timing(1, 1, 1, transfer=300))
    tasks = Tasks(service, monkeypatch)
    volume = service.world.volumes.add("rfranklin/bucket")
    rows = [{"file": file, "location": f"out/{number}.bam"} for number, file in enumerate(service.files)]
    to = "rfranklin/bucket"
    result = tasks.attempt(copying(str(tmp_path), job_type="EXPORT_COPY", source=rows, project=None, to=to))
    assert (result["rows"], result["done"]) == (250, 250)
    assert len(set(volume.objects.under(""))) == 250
    assert tasks.serialised


def test_what_another_attempt_would_meet_again_is_not_tried_again(tasks: Tasks, tmp_path: Path) -> None:
    with pytest.raises(AirflowFailException, match="cannot be read"):
        tasks.attempt(copying(str(tmp_path), source=str(tmp_path / "missing.csv")))
    with pytest.raises(AirflowFailException, match="folder for journals is not set"):
        tasks.attempt(copying("", source=["5c6d4227e4b0385632389346"]))


def test_one_job_is_submitted_once_and_waited_for_by_a_sensor(tasks: Tasks, service: Service, tmp_path: Path) -> None:
    def submit() -> SubmitJobOperator:
        return SubmitJobOperator(
            task_id="submit", job_type="COPY", items=service.files[:100], project=TARGET, journals=str(tmp_path),
            wait=False,
        )  # fmt: skip

    told = tasks.attempt(submit())
    assert len(told["jobs"]) == 1
    assert tasks.attempt(submit())["jobs"] == told["jobs"]
    assert len(service.submissions) == 1
    [ended] = tasks.attempt(JobSensor(task_id="wait", jobs=told))
    assert (ended["id"], ended["completed_files"]) == (told["jobs"][0], 100)


def test_more_than_a_job_takes_is_refused(tasks: Tasks, service: Service, tmp_path: Path) -> None:
    made = SubmitJobOperator(task_id="submit", job_type="DELETE", items=service.files, journals=str(tmp_path))
    with pytest.raises(AirflowFailException, match="takes at most 100 items, not 250"):
        tasks.attempt(made)


def test_a_sensor_tells_of_jobs_that_failed(tasks: Tasks, service: Service) -> None:
    service.simulator.arm("kind=fail_item item=1 op=submit_copy_job")
    with service.client() as client:
        job = client.copy(service.files[:3], project=TARGET).id
    with pytest.raises(AirflowException, match=f"job {job}: 1 item failed"):
        tasks.attempt(JobSensor(task_id="wait", jobs=job, job_type="COPY"))


def test_a_run_and_two_places_are_checked(tasks: Tasks, service: Service, root: str, tmp_path: Path) -> None:
    result = tasks.attempt(copying(root, source=manifest(service, tmp_path)))
    assert tasks.attempt(BulkCheckOperator(task_id="check", run=result))["checked"] == 250
    places: dict[str, Any] = {"source": "rfranklin/source", "place": TARGET}
    assert tasks.attempt(BulkCheckOperator(task_id="compare", **places))["counts"]["same"] == 250
    gone = service.target.root.children["f7.bam"]
    service.world.delete(gone)
    for check in (BulkCheckOperator(task_id="a", run=result), BulkCheckOperator(task_id="b", **places)):
        with pytest.raises(AirflowException, match="1 difference:"):
            tasks.attempt(check)


def test_the_journal_is_the_engines_own(tasks: Tasks, service: Service, tmp_path: Path) -> None:
    """What a person resumes on the command line is the run of the task."""
    result = tasks.attempt(copying(str(tmp_path), source=manifest(service, tmp_path)))
    assert Path(result["journal"]).name == FIRST
    with Journal.read(Path(result["journal"])) as journal:
        assert journal.tally().done == 250
