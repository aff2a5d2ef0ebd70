"""Whatever a run is made of, and of whatever kind it is, a task does what the command line would do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk.runs.journal import Journal
from sbg_bulk.simulator import Timing
from tests.support.runs import TARGET, Service

pytest.importorskip("airflow", reason="Airflow is not installed here: scripts/airflow runs these tests")

from airflow.sdk.exceptions import AirflowFailException

from sbg_bulk.airflow.operators import BulkCheckOperator, BulkRunOperator, SubmitJobOperator
from sbg_bulk.airflow.sensors import JobSensor
from sbg_bulk.airflow.shards import gather_reports, split_manifest
from tests.airflow.harness import Tasks

VOLUME = "rfranklin/bucket"
SOURCE = "rfranklin/source"


@pytest.fixture
def service() -> Service:
    return Service(files=20, timing=Timing(1, 1, 1))


@pytest.fixture
def tasks(service: Service, monkeypatch: pytest.MonkeyPatch) -> Tasks:
    return Tasks(service, monkeypatch)


@pytest.fixture
def run(tasks: Tasks, tmp_path: Path) -> Any:
    """Carry a task with these arguments to its end; each has a run of its own."""
    count = iter(range(100))

    def carried(job_type: str, source: Any, **given: Any) -> Any:
        operator = BulkRunOperator(
            task_id="run", job_type=job_type, source=source, journals=str(tmp_path / "journals"), **given
        )
        return tasks.attempt(operator, map_index=next(count))

    return carried


def test_files_to_export_and_objects_to_import_are_chosen_by_paths_and_filters(run: Any, service: Service) -> None:
    volume = service.world.volumes.add(VOLUME)
    chosen = {"sources": [SOURCE], "match": ["f1?.bam"]}
    assert run("EXPORT_COPY", chosen, to=f"{VOLUME}:out")["done"] == 10
    assert sorted(volume.objects.under("")) == [f"out/f1{n}.bam" for n in range(10)]
    # What is there already is not exported again.
    assert run("export_copy", chosen, to=f"{VOLUME}:out")["rows"] == 0
    assert run("IMPORT", {"sources": [f"{VOLUME}:out/"], "exclude": ["f10.bam"]}, to=TARGET)["done"] == 9
    assert service.copies() == [f"f1{n}.bam" for n in range(1, 10)]


def test_files_to_tag_and_to_describe_are_chosen_and_what_all_get_is_given_once(run: Any, service: Service) -> None:
    chosen = {"sources": [SOURCE], "match": ["f1.bam", "f2.bam"]}
    assert run("TAGS", chosen, settings={"action": "add", "tags": ["seen"]})["done"] == 2
    tagged = [name for name, one in service.source.root.children.items() if getattr(one, "tags", [])]
    assert sorted(tagged) == ["f1.bam", "f2.bam"]
    rows = [{"file": service.files[1], "sample_id": "S-1"}, {"file": service.files[2]}]
    assert run("METADATA", rows, settings={"clear": ["case_id"]})["done"] == 2
    described: Any = service.source.root.children["f1.bam"]
    assert described.metadata["sample_id"] == "S-1"


def test_addresses_of_repositories_come_from_xcom_at_the_pace_that_is_given(run: Any, service: Service) -> None:
    for number in range(20):
        service.world.repository.add(f"drs://portal.example/{number}", f"p{number}.bam", size=1)
    began = service.clock.now()
    uris = [f"drs://portal.example/{number}" for number in range(20)]
    told = run("DRS_IMPORT", uris, to=TARGET, pace=5, items_per_job=5, settings={"conflict_resolution": "SKIP"})
    assert told["done"] == 20
    assert service.copies() == sorted(f"p{number}.bam" for number in range(20))
    # Twenty at five in five minutes: the last of them after a quarter of an hour.
    assert service.clock.now() - began > 3 * 300


def test_the_options_of_a_run_hold_for_what_is_tried_again_too(tasks: Tasks, service: Service, tmp_path: Path) -> None:
    service.simulator.arm("kind=fail_item item=2 op=submit_copy_job")
    given: dict[str, Any] = {
        "reserve": 7, "new_ids": True, "pace": 1000, "within": 50.0, "jobs_in_flight": 3, "run_label": "a cohort",
    }  # fmt: skip

    def operator() -> BulkRunOperator:
        return BulkRunOperator(
            task_id="copy", job_type="COPY", source=service.files, project=TARGET, journals=str(tmp_path), **given,
            fail_on_failures=False,
        )  # fmt: skip

    first, again = tasks.attempt(operator()), tasks.attempt(operator())
    assert (first["failed"], again["done"], again["retries"]) == (1, 20, 1)
    for told in (first, again):
        with Journal.read(Path(told["journal"])) as journal:
            kept = json.loads(journal.remembered("options") or "{}")
            assert {key: kept[key] for key in given if key != "run_label"} == {
                key: value for key, value in given.items() if key != "run_label"
            }
            assert journal.remembered("label") == "a cohort"


def test_rows_whose_names_exist_are_left_out_if_that_is_asked_for(
    run: Any, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    assert run("COPY", service.files[:5], project=TARGET)["done"] == 5
    assert run("COPY", service.files[:8], project=TARGET, on_conflict="skip")["rows"] == 3
    with caplog.at_level("INFO"):
        assert run("COPY", service.files[:8], project=TARGET, on_conflict="skip")["rows"] == 0
    assert "8 files already at the destination" in caplog.text
    assert service.copies() == [f"f{n}.bam" for n in range(8)]
    assert run("COPY", service.files[:1], project=TARGET)["done"] == 1
    assert "1_f0.bam" in service.copies()
    service.world.volumes.add(VOLUME)
    rows = [{"file": file, "location": file} for file in service.files[:3]]
    for kind, given in (("EXPORT_COPY", rows), ("IMPORT", [f"{VOLUME}:{file}" for file in service.files[:3]])):
        to = VOLUME if given is rows else TARGET
        assert [run(kind, given, to=to, on_conflict="skip")["rows"] for _ in range(2)] == [3, 0]


def test_a_place_is_brought_in_sync_by_tasks(run: Any, service: Service, tasks: Tasks) -> None:
    """What is missing is copied, and what has another size is replaced; what only the place has is left."""
    world, there = service.world, service.target.root
    for name, size in (("f1.bam", 7), ("extra.bam", 7), ("f2.bam", 1002)):
        world.add_file(name, there, size=size)
    before = there.children["f2.bam"]
    given: dict[str, Any] = {"source": {"sync": SOURCE}, "to": TARGET}
    rows = [run(kind, **given)["rows"] for kind in ("COPY", "DELETE", "COPY", "DELETE", "COPY")]
    assert rows == [18, 1, 1, 0, 0]
    sizes = {name: getattr(one, "size", None) for name, one in there.children.items()}
    assert sizes == {**{f"f{n}.bam": 1000 + n for n in range(20)}, "extra.bam": 7}
    assert there.children["f2.bam"] is before
    check = BulkCheckOperator(task_id="check", source=SOURCE, place=TARGET, options={"one_way": True})
    assert tasks.attempt(check)["agrees"]
    assert run("DELETE", {"sync": SOURCE, "delete": True}, to=TARGET)["rows"] == 1
    assert "extra.bam" not in there.children


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (None, "source: expected .*, not NoneType"),
        (7, "source: expected .*, not int"),
        ("", "source: expected .*, not an empty text"),
        ([1, 2], "source: expected .*These rows are not"),
        ([["id"]], "source: expected .*These rows are not"),
        ([{"file": object()}], "source: expected .*These rows are not"),
        ([{"nothing": "x"}], "no key names the file"),
        ({"paths": [SOURCE]}, "choose: missing a required argument: 'sources'"),
        ({"sources": [SOURCE], "colour": "red"}, "choose: got an unexpected keyword argument 'colour'"),
        ({"sources": SOURCE}, "give a list"),
        ({"sync": SOURCE, "colour": "red"}, "sync_plan: got an unexpected keyword argument 'colour'"),
    ],
)
def test_what_is_no_source_fails_the_task_for_good(run: Any, service: Service, source: Any, told: str) -> None:
    with pytest.raises(AirflowFailException, match=told):
        run("COPY", source, to=TARGET)
    assert service.submissions == []


def test_what_cannot_be_is_refused(run: Any, service: Service, tasks: Tasks, tmp_path: Path) -> None:
    with pytest.raises(AirflowFailException, match="nothing can be chosen for a run of DRS_IMPORT"):
        run("DRS_IMPORT", {"sources": [SOURCE]}, to=TARGET)
    with pytest.raises(AirflowFailException, match="for runs of COPY and of DELETE, not of MOVE"):
        run("MOVE", {"sync": SOURCE}, to=TARGET)
    with pytest.raises(AirflowFailException, match="on_conflict is for a manifest"):
        run("DELETE", service.files, on_conflict="skip")
    with pytest.raises(AirflowFailException, match="on_conflict: expected"):
        run("COPY", service.files, project=TARGET, on_conflict="perhaps")
    with pytest.raises(ValueError, match="pace"):
        run("COPY", service.files, project=TARGET, pace=0)
    with pytest.raises(AirflowFailException, match="items: expected a list"):
        tasks.attempt(SubmitJobOperator(task_id="one", job_type="COPY", items="a.csv", journals=str(tmp_path)))
    with pytest.raises(AirflowFailException, match="compare: got an unexpected keyword argument 'colour'"):
        tasks.attempt(BulkCheckOperator(task_id="c", source=SOURCE, place=TARGET, options={"colour": "red"}))
    assert service.submissions == []


@pytest.mark.parametrize("given", [None, 7, {"job": "1"}, ["1", None], [""], {"jobs": 3}])
def test_what_are_no_jobs_fails_a_sensor_for_good(tasks: Tasks, given: Any) -> None:
    with pytest.raises(AirflowFailException, match="jobs: expected a job's id"):
        tasks.attempt(JobSensor(task_id="wait", jobs=given))


@pytest.mark.parametrize("given", [{"journals": "x"}, {}])
def test_what_is_no_result_of_a_run_is_neither_checked_nor_gathered(tasks: Tasks, given: Any, tmp_path: Path) -> None:
    with pytest.raises(AirflowFailException, match="expected the result of a BulkRunOperator"):
        tasks.attempt(BulkCheckOperator(task_id="check", run=given))
    with pytest.raises(AirflowFailException, match="expected the results of BulkRunOperator"):
        gather_reports([given], folder=str(tmp_path))


def test_a_manifest_without_rows_is_refused_and_a_list_without_rows_is_nothing_to_do(
    run: Any, service: Service, tmp_path: Path
) -> None:
    for text in ("", "file\n"):
        (tmp_path / "empty.csv").write_text(text)
        with pytest.raises(AirflowFailException):
            run("COPY", str(tmp_path / "empty.csv"), project=TARGET)
    assert run("COPY", [], project=TARGET)["rows"] == 0
    assert gather_reports([run("COPY", [], project=TARGET)], folder=str(tmp_path))["shards"] == 1
    assert service.submissions == []


def test_one_connection_is_not_taken_for_its_letters(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("file\nx\ny\n")
    pieces = split_manifest(str(tmp_path / "a.csv"), folder=str(tmp_path), rows=1, conn_ids="alice")
    assert [one["conn_id"] for one in pieces] == ["alice", "alice"]
