"""A manifest in pieces is the manifest, and the results of the pieces are one report."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk.families import FAMILIES
from sbg_bulk.runs.rows import Defaults
from sbg_bulk.simulator import Timing
from tests.support.runs import TARGET, Service

pytest.importorskip("airflow", reason="Airflow is not installed here: scripts/airflow runs these tests")

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from sbg_bulk.airflow import shards
from sbg_bulk.airflow.operators import BulkRunOperator
from sbg_bulk.airflow.shards import gather_reports, split_manifest
from tests.airflow.harness import Tasks

IDS = [f"5c6d4227e4b03856323893{n:02}" for n in range(10)]
MANIFESTS = {
    "a.csv": "# a comment\nfile,project,name,note\n"
    + "".join(f'{one},o/p,n{n},"two\nlines, a comma"\n' for n, one in enumerate(IDS)),
    "b.tsv": "file\tproject\tname\n"
    + "".join(f"{one}\to/p\t{'NA' if n % 2 else './NA'}\n" for n, one in enumerate(IDS)),
    "c.jsonl": "".join(json.dumps({"file": one, "project": "o/p", "name": "NA"}) + "\n" for one in IDS),
    "d.json": json.dumps([{"file": one, "project": "o/p"} for one in IDS]),
    "e.txt": "".join(f"{one}\n" for one in IDS),
    "f.csv": "\ufefffile;project\r\n" + "".join(f"{one};o/p\r\n" for one in IDS),
}


def rows(path: str) -> list[Any]:
    with Path(path.removeprefix("file://")).open("rb") as stream:
        found = list(FAMILIES["COPY"].read(stream, None, Defaults(project="o/p"), None))
    return [(one.item, one.extra) for one in found]  # type: ignore[union-attr] # a problem has none, and fails


@pytest.mark.parametrize("name", MANIFESTS)
@pytest.mark.parametrize("size", [1, 3, 10, 100])
@pytest.mark.parametrize("scheme", ["", "file://"])
def test_the_pieces_have_the_rows_of_the_manifest_as_they_were(
    tmp_path: Path, name: str, size: int, scheme: str
) -> None:
    whole = tmp_path / name
    whole.write_text(MANIFESTS[name], encoding="utf-8", newline="")
    pieces = split_manifest(f"{scheme}{whole}", folder=f"{scheme}{tmp_path}/pieces", rows=size)
    found = [rows(one["source"]) for one in pieces]
    assert [row for piece in found for row in piece] == rows(str(whole))
    assert [len(piece) for piece in found[:-1]] == [size] * (len(pieces) - 1)
    assert sorted(path.name for path in (tmp_path / "pieces").iterdir()) == sorted(
        one["source"].rpartition("/")[2] for one in pieces
    )


def test_a_manifest_is_read_as_its_pieces_are_written(tmp_path: Path) -> None:
    """A hundred thousand rows are not in memory: the first piece is there when hardly anything has been read."""

    class Counted(io.BytesIO):
        count = 0

        def read1(self, size: int | None = -1, /) -> bytes:
            found = super().read1(size)
            self.count += len(found)
            return found

        def read(self, size: int | None = -1, /) -> bytes:
            found = super().read(size)
            self.count += len(found)
            return found

        def readinto(self, buffer: Any, /) -> int:
            size = super().readinto(buffer)
            self.count += size
            return size

    stream = Counted(b"file\n" + b"5c6d4227e4b0385632389346\n" * 100_000)
    pieces = shards._pieces(stream, "big.csv", str(tmp_path), 1000, None)
    next(pieces)
    assert 0 < stream.count < 200_000


def test_connections_are_spread_over_the_pieces(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(MANIFESTS["a.csv"])
    pieces = split_manifest(str(tmp_path / "a.csv"), folder=str(tmp_path), rows=3, conn_ids=["one", "two"])
    assert [one["conn_id"] for one in pieces] == ["one", "two", "one", "two"]


@pytest.mark.parametrize("text", ["file,project\n", "file,project\na,b,c\n", "\0\1\2"])
def test_a_manifest_that_cannot_be_split_fails_the_task_for_good(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(AirflowFailException):
        split_manifest(str(tmp_path / "a.csv"), folder=str(tmp_path))
    with pytest.raises(AirflowFailException):
        split_manifest(str(tmp_path / "missing.csv"), folder=str(tmp_path))


@pytest.fixture
def service() -> Service:
    return Service(files=250, timing=Timing(1, 1, 1))


@pytest.fixture
def tasks(service: Service, monkeypatch: pytest.MonkeyPatch) -> Tasks:
    return Tasks(service, monkeypatch)


def test_pieces_are_carried_and_their_results_are_one_report(tasks: Tasks, service: Service, tmp_path: Path) -> None:
    (tmp_path / "cohort.csv").write_bytes(service.manifest(sample="s").read())
    service.simulator.arm("kind=fail_item item=2 op=submit_copy_job times=2")
    results = []
    pieces: list[Any] = split_manifest(str(tmp_path / "cohort.csv"), folder=str(tmp_path / "p"), rows=60)
    for index, piece in enumerate(pieces):
        operator = BulkRunOperator(
            task_id="copy",
            job_type="COPY",
            project=TARGET,
            journals=str(tmp_path / "j"),
            fail_on_failures=False,
            **piece,
        )
        results.append(tasks.attempt(operator, map_index=index))
    with pytest.raises(AirflowException, match="2 of 250 items not done"):
        gather_reports([*results, None], folder=str(tmp_path / "r"))
    told = gather_reports(results, folder=str(tmp_path / "r"), fail_on_failures=False)
    assert (told["shards"], told["rows"], told["done"], told["failed"]) == (5, 250, 248, 2)
    with Path(told["failed_rows"]).open(newline="") as stream:
        failed = list(csv.DictReader(stream))
    assert [(row["outcome"], row["api_code"], row["sample"]) for row in failed] == [("failed", "10225", "s")] * 2
    assert all(one["run"] in Path(told["report"]).read_text() for one in results)
    assert json.loads(Path(told["data"]).read_text())["runs"] == results
    assert gather_reports(results[4], folder=str(tmp_path / "one"))["rows"] == 10


def test_what_failed_in_all_pieces_is_a_manifest(tmp_path: Path) -> None:
    columns = ["file,sample,outcome\na,1,failed\n", "file,note,outcome\nb,x,failed\n"]
    for number, text in enumerate(columns):
        (tmp_path / f"{number}.csv").write_text(text)
    results = [
        {**dict.fromkeys(shards.NUMBERS, 0), "run": "r", "report": "", "failed_rows": str(tmp_path / f"{number}.csv")}
        for number in range(2)
    ]
    told = gather_reports(results, folder=str(tmp_path))
    assert Path(told["failed_rows"]).read_text() == "file,sample,outcome,note\na,1,failed,\nb,,failed,x\n"


def test_pieces_of_two_connections_are_each_kept_to_the_limit_of_their_own_token(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service = Service(files=250, timing=Timing(1, 1, 1), rate_limit=(8, 300))
    service.world.add_user("second", token="another-token")
    for project in (service.source, service.target):
        project.members["second"] = project.members["rfranklin"]
    tasks = Tasks(service, monkeypatch)
    tasks.tokens = {"bob": "another-token"}
    (tmp_path / "cohort.csv").write_bytes(service.manifest().read())
    pieces: list[Any] = split_manifest(
        str(tmp_path / "cohort.csv"), folder=str(tmp_path / "p"), rows=50, conn_ids=["alice", "bob"]
    )
    for index, piece in enumerate(pieces):
        journals = str(tmp_path / "j")
        operator = BulkRunOperator(
            task_id="copy", job_type="COPY", project=TARGET, journals=journals, items_per_job=10, **piece
        )
        assert tasks.attempt(operator, map_index=index)["done"] == 50
    assert service.copies() == sorted(f"f{n}.bam" for n in range(250))
    by_user = Counter(one.user for one in service.submissions)
    assert by_user == {"rfranklin": 15, "second": 10}
    assert not service.refusals
