"""What OpenLineage is told of a task, by its own extractor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sbg_bulk.simulator import Timing
from tests.support.runs import TARGET, Service

pytest.importorskip("airflow", reason="Airflow is not installed here: scripts/airflow runs these tests")

from airflow.providers.openlineage.extractors import OperatorLineage
from airflow.providers.openlineage.extractors.base import DefaultExtractor
from airflow.sdk.exceptions import AirflowException

from sbg_bulk.airflow.lineage import Lineage
from sbg_bulk.airflow.operators import BulkCheckOperator, BulkRunOperator, SubmitJobOperator
from tests.airflow.harness import Tasks

PLATFORM = "http://localhost"


@pytest.fixture
def service() -> Service:
    return Service(files=120, timing=Timing(1, 1, 5))


@pytest.fixture
def tasks(service: Service, monkeypatch: pytest.MonkeyPatch) -> Tasks:
    return Tasks(service, monkeypatch)


def told(operator: Any) -> OperatorLineage[Any, Any] | None:
    return DefaultExtractor(operator).extract_on_complete(None)  # type: ignore[no-untyped-call] # Airflow's own


def names(datasets: Any) -> list[tuple[str, str]]:
    return [(one.namespace, one.name) for one in datasets]


def written(lineage: OperatorLineage[Any, Any]) -> list[tuple[int, int]]:
    return [
        (one.outputFacets["outputStatistics"].fileCount, one.outputFacets["outputStatistics"].size)
        for one in lineage.outputs
    ]


def test_a_manifest_is_read_and_its_destination_written(tasks: Tasks, service: Service, tmp_path: Path) -> None:
    manifest = tmp_path / "cohort.csv"
    manifest.write_bytes(service.manifest().read())
    copy = BulkRunOperator(task_id="copy", job_type="COPY", source=str(manifest), to=TARGET, journals=str(tmp_path))
    assert told(copy) is None
    result = tasks.attempt(copy)
    lineage = told(copy)
    assert lineage is not None
    assert names(lineage.inputs) == [("file", str(manifest))]
    assert names(lineage.outputs) == [(PLATFORM, TARGET)]
    assert written(lineage) == [(120, result["bytes"] or None)]


def test_chosen_places_are_read(tasks: Tasks, tmp_path: Path) -> None:
    chosen = {"sources": ["rfranklin/source"], "match": ["f1?.bam"]}
    copy = BulkRunOperator(task_id="copy", job_type="COPY", source=chosen, to=TARGET, journals=str(tmp_path))
    tasks.attempt(copy)
    lineage = told(copy)
    assert lineage is not None
    assert names(lineage.inputs) == [(PLATFORM, "rfranklin/source")]
    assert names(lineage.outputs) == [(PLATFORM, TARGET)]
    assert written(lineage) == [(10, sum(1000 + number for number in range(10, 20)))]


def test_destinations_of_the_rows_are_told_where_the_task_has_none(
    tasks: Tasks, service: Service, tmp_path: Path
) -> None:
    other = service.world.add_project("rfranklin/other").id
    rows = [{"file": file, "project": (TARGET, other)[number % 2]} for number, file in enumerate(service.files)]
    copy = BulkRunOperator(
        task_id="copy", job_type="COPY", source=rows, destination_from_manifest=True, journals=str(tmp_path)
    )
    tasks.attempt(copy)
    lineage = told(copy)
    assert lineage is not None
    assert lineage.inputs == []
    assert sorted(names(lineage.outputs)) == [(PLATFORM, other), (PLATFORM, TARGET)]
    assert not any(one.outputFacets for one in lineage.outputs)


def test_exports_are_written_to_a_volume_and_deletions_to_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service = Service(files=20, timing=Timing(1, 1, 1, transfer=1))
    tasks = Tasks(service, monkeypatch)
    service.world.volumes.add("rfranklin/bucket")
    rows = [{"file": file, "location": f"{number}.bam"} for number, file in enumerate(service.files)]
    given: dict[str, Any] = {"job_type": "EXPORT_COPY", "to": "rfranklin/bucket", "journals": str(tmp_path)}
    export = BulkRunOperator(task_id="export", source=rows, **given)
    tasks.attempt(export)
    delete = SubmitJobOperator(task_id="delete", job_type="DELETE", items=service.files, journals=str(tmp_path))
    tasks.attempt(delete, map_index=1)
    there, gone = told(export), told(delete)
    assert there is not None
    assert gone is not None
    assert names(there.outputs) == [(PLATFORM, "rfranklin/bucket")]
    assert gone.outputs == []


def test_what_was_written_before_a_failure_is_told(tasks: Tasks, service: Service, tmp_path: Path) -> None:
    service.simulator.arm("kind=fail_item item=2 op=submit_copy_job")
    copy = BulkRunOperator(
        task_id="copy", job_type="COPY", source=service.files, project=TARGET, journals=str(tmp_path)
    )
    with pytest.raises(AirflowException, match="of 120 items not done"):
        tasks.attempt(copy)
    lineage = DefaultExtractor(copy).extract_on_failure(None)  # type: ignore[no-untyped-call] # Airflow's own
    assert lineage is not None
    assert [number for number, _ in written(lineage)] == [118]


def test_two_places_that_are_compared_are_read(tasks: Tasks) -> None:
    check = BulkCheckOperator(task_id="check", source="rfranklin/source", place=TARGET, fail_on_differences=False)
    tasks.attempt(check)
    lineage = told(check)
    assert lineage is not None
    assert names(lineage.inputs) == [(PLATFORM, "rfranklin/source"), (PLATFORM, TARGET)]
    assert lineage.outputs == []


@pytest.mark.parametrize(
    ("manifest", "known"),
    [
        ("s3://a_connection@bucket/in/cohort.csv", ("s3://bucket", "in/cohort.csv")),
        ("gs://bucket/cohort.csv", ("gs://bucket", "cohort.csv")),
        ("file:///shared/cohort.csv", ("file", "/shared/cohort.csv")),
        ("/shared/cohort.csv", ("file", "/shared/cohort.csv")),
    ],
)
def test_a_manifest_has_the_name_that_others_have_for_it(manifest: str, known: tuple[str, str]) -> None:
    lineage = Lineage("https://api.sbgenomics.com/v2", manifest, ["rfranklin/source"]).facets()
    assert names(lineage.inputs) == [known, ("https://api.sbgenomics.com", "rfranklin/source")]
