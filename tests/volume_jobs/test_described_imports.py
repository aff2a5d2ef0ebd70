"""Imports with metadata: each file is imported once and has its metadata, whatever is lost and whenever it ends."""

from __future__ import annotations

import io
import json
import math
import random
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from sbg_bulk import Client, Forbidden, ImportItem, InputError, ManifestError, Progress, RunReport, Tally
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.runs import forms
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import EndedRow, Outcome, Part, RowOutcome, State, Submission
from sbg_bulk.runs.second_step import Halfway
from sbg_bulk.simulator import File, Timing, Variant, Volume
from sbg_bulk.simulator.world.moving import Import
from sbg_bulk.volume_jobs.described import Describe, DescribedImport
from tests.support.clients import KINDS, Kind
from tests.support.runs import ENDPOINT, TARGET, TOKEN, Killed, Service, interrupted, report

BUCKET: Final = "rfranklin/bucket"

SCHEDULES: Final = 60


class Refusing(httpx.BaseTransport):
    """A service that refuses to edit files, with this status and code."""

    def __init__(self, inner: httpx.BaseTransport, status: int, code: int) -> None:
        self._inner = inner
        self._answer = status, {"status": status, "code": code, "message": "not here", "more_info": ""}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/bulk/files/edit"):
            return httpx.Response(self._answer[0], json=self._answer[1])
        return self._inner.handle_request(request)


class Bucket(Service):
    """A simulator with a volume of objects, a project to import them into, and a table with their metadata."""

    def __init__(self, objects: int = 0, **settings: Any) -> None:
        super().__init__(0, **settings)
        self.names = [f"{number}.bam" for number in range(objects)]
        sizes = {f"in/{name}": 1000 + number for number, name in enumerate(self.names)}
        self.volume: Volume = self.world.volumes.add(BUCKET, objects=sizes)
        self.refusal: tuple[int, int] | None = None

    def client(self, driver: type[BlockingDriver] = BlockingDriver, **settings: Any) -> Client:
        if self.refusal is None:
            return super().client(driver, **settings)
        made = self.clock.blocking_driver(Refusing(self.simulator.transport(), *self.refusal), driver)
        return Client(ENDPOINT, TOKEN, driver=made, **settings)

    def table(self) -> io.BytesIO:
        """A manifest of all objects; the metadata of each third is empty."""
        lines = ["source,metadata.Sample ID,metadata.kind,lab"]
        for number, name in enumerate(self.names):
            sample = "" if number % 3 == 2 else f"S{number}"
            lines.append(f"{BUCKET}:in/{name},{sample},{'raw' if sample else ''},x")
        return io.BytesIO("\n".join([*lines, ""]).encode())

    def expected(self) -> dict[str, dict[str, str]]:
        wanted = ({} if n % 3 == 2 else {"Sample ID": f"S{n}", "kind": "raw"} for n in range(len(self.names)))
        return dict(sorted(zip(self.names, wanted, strict=True)))

    def bring(self, path: Path, driver: type[BlockingDriver] = BlockingDriver, **settings: Any) -> RunReport:
        return self.client(driver).run("IMPORT", self.table(), to=TARGET, journal=path, **settings)

    def there(self) -> dict[str, dict[str, str]]:
        """The names of the files in the target, with their metadata."""
        found = sorted(self.target.root.children.items())
        return {name: node.metadata for name, node in found if isinstance(node, File)}

    def started(self) -> Counter[str]:
        """How many imports of each object were started."""
        wanted = [one.wanted for one in self.simulator.transfers.all()]
        return Counter(one.location for one in wanted if isinstance(one, Import))

    def sent(self) -> Counter[str]:
        """How many requests of each kind there were."""
        return Counter(one.operation or "" for one in self.simulator.requests)

    def check(self) -> None:
        """See that each object was imported once, and each file has its metadata."""
        assert (self.there(), set(self.started().values())) == (self.expected(), {1})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.sbg-run"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__.lower())
def test_the_same_run_imports_files_and_gives_them_their_metadata(path: Path, kind: Kind) -> None:
    bucket, told = Bucket(250), list[Progress]()
    with closing(kind(bucket.simulator.transport(), bucket.clock, ENDPOINT, TOKEN)) as client:
        done = client.call("run", "IMPORT", bucket.table(), to=TARGET, journal=path, on_change=told.append)
    assert (done.tally, done.job_type) == (Tally(250, done=250), "IMPORT")
    bucket.check()
    assert (bucket.sent()["bulk_edit_files"], bucket.sent()["bulk_get_files"]) == (2, 2)
    ids = {name: node.id for name, node in bucket.target.root.children.items()}
    rows = report(path)
    assert [row["new_id"] for row in rows] == [ids[name] for name in bucket.names]
    assert [row.get("metadata.Sample ID") for row in rows[:3]] == ["S0", "S1", None]
    assert {row["lab"] for row in rows} == {"x"}
    assert sum(one.done for progress in told for one in progress.ended) == 250


def test_jobs_that_end_one_after_the_other_cost_few_requests(path: Path) -> None:
    bucket = Bucket(1_500, timing=Timing(1, 1, 0.1, 600))
    assert bucket.bring(path).succeeded
    bucket.check()
    assert bucket.sent()["bulk_edit_files"] <= 15


def test_metadata_is_set_for_a_hundred_files_at_once_and_does_not_wait_for_the_last_job() -> None:
    def ended(number: int) -> tuple[EndedRow, ImportItem]:
        part = Part(Submission(1, 0, 999, State.RUNNING), number, number)
        item = DescribedImport(BUCKET, f"{number}", project=TARGET, metadata={"a": "b"} if number else {})
        return EndedRow(part, str(number), RowOutcome(Outcome.DONE, str(number))), item

    halfway = Halfway(Describe(RequestPolicy()))
    assert [one.job for one in halfway.add(5.0, [ended(0), ended(1)])] == ["0"]
    assert halfway.due == 35.0
    assert not halfway.add(20.0, [ended(number) for number in range(2, 100)])
    assert halfway.due == 35.0
    halfway.add(21.0, [ended(100)])
    assert (halfway.due, len(halfway)) == (-math.inf, 100)
    assert Halfway().due == math.inf


@pytest.mark.parametrize(
    "variant",
    [
        Variant(bulk_edit_erases=True),
        Variant(bulk_order="shuffled"),
        Variant(transfer_lists="least", without_value="null"),
        Variant(bulk_item_refused="call", transfer_refusals="job"),
        Variant(rate_headers="absent", date_header=False, dates="absent"),
    ],
    ids=str,
)
def test_files_have_their_metadata_however_the_service_answers(path: Path, variant: Variant) -> None:
    bucket = Bucket(130, variant=variant)
    assert bucket.bring(path).tally == Tally(130, done=130)
    bucket.check()
    assert bucket.client().verify(path).agrees


def test_verification_finds_metadata_that_is_not_as_it_was_given(path: Path) -> None:
    bucket = Bucket(4)
    bucket.bring(path)
    file = bucket.target.root.children["1.bam"]
    assert isinstance(file, File)
    file.metadata = {"Sample ID": "other", "kind": "raw"}
    found = bucket.client().verify(path)
    assert [str(one) for one in found.differences] == [f"{TARGET}/1.bam: Sample ID is 'other', not 'S1'"]


# What fails


REFUSED: Final = (403, 5009)


def test_a_file_that_gets_no_metadata_is_a_failure_of_its_own_and_retry_does_only_what_is_missing(path: Path) -> None:
    bucket = Bucket(7)
    bucket.refusal = REFUSED
    assert bucket.bring(path).tally == Tally(7, done=2, failed=5)
    failed = [row for row in report(path) if row["outcome"] == "failed"]
    assert {row["api_code"] for row in failed} == {5009}
    assert all(str(row["message"]).startswith("imported, but its metadata could not be set: ") for row in failed)
    assert {row["new_id"] for row in failed} <= {node.id for node in bucket.target.root.children.values()}
    assert sorted(bucket.there()) == bucket.names
    bucket.refusal = None
    bucket.simulator.requests.clear()
    again = bucket.client().retry(path, journal=path.with_name("again"))
    assert again.tally == Tally(5, done=5)
    bucket.check()
    assert (bucket.sent()["bulk_start_imports"], bucket.sent()["bulk_edit_files"]) == (0, 1)
    assert [row["new_id"] for row in report(path.with_name("again"))] == [row["new_id"] for row in failed]


def test_the_exported_failures_are_a_manifest_of_only_what_is_missing(path: Path) -> None:
    bucket = Bucket(4)
    bucket.refusal = REFUSED
    bucket.bring(path)
    with Journal.open(path) as journal:
        names, rows = journal.report_columns(), list(journal.report(["failed"]))
    text = io.StringIO(newline="")
    forms.write(text, "csv", names, rows)
    bucket.refusal = None
    done = bucket.client().run("IMPORT", io.BytesIO(text.getvalue().encode()), journal=path.with_name("b"))
    assert done.tally == Tally(3, done=3)
    bucket.check()


def test_retry_imports_what_was_not_imported_beside_what_lacks_its_metadata(path: Path) -> None:
    bucket = Bucket(4)
    bucket.refusal = REFUSED
    taken = bucket.world.add_file("1.bam", bucket.target.root, size=1)
    assert bucket.bring(path).tally == Tally(4, done=1, failed=3)
    bucket.world.delete(taken)
    bucket.refusal = None
    assert bucket.client().retry(path, journal=path.with_name("again")).tally == Tally(3, done=3)
    assert bucket.there() == bucket.expected()
    assert bucket.started() == {"in/0.bam": 1, "in/1.bam": 2, "in/2.bam": 1, "in/3.bam": 1}


def test_one_file_that_cannot_be_described_does_not_keep_the_others_from_it(path: Path) -> None:
    bucket = Bucket(90, variant=Variant(bulk_item_refused="call"))
    gone: list[str] = []

    class Deletes(BlockingDriver):
        def _perform(self, step: Any) -> object:
            done = super()._perform(step)
            children = bucket.target.root.children
            if len(children) == 90 and not gone:
                gone.append(children["4.bam"].id)
                bucket.world.delete(children["4.bam"])
            return done

    assert bucket.bring(path, driver=Deletes).tally == Tally(90, done=89, failed=1)
    [failed] = [row for row in report(path) if row["outcome"] == "failed"]
    assert (failed["location"], failed["new_id"]) == ("in/4.bam", gone[0])
    assert "the file was not found" in failed["message"]


def test_a_service_that_does_not_say_which_file_was_made_leaves_open_what_became_of_the_row(path: Path) -> None:
    bucket = Bucket(3, faults=["kind=null_field field=result op=bulk_get_imports"])
    assert bucket.bring(path).tally == Tally(3, done=1, unattributed=2)
    [message] = {row["message"] for row in report(path) if row["outcome"] == "unattributed"}
    assert message == "imported, but the platform does not say as which file, so its metadata was not set"


def test_a_service_without_bulk_edits_imports_all_and_says_why_nothing_is_described(path: Path) -> None:
    bucket = Bucket(3)
    bucket.refusal = 501, 90006
    assert bucket.bring(path).tally == Tally(3, done=1, failed=2)
    assert "does not support bulk edits" in str(report(path)[0]["message"])
    assert sorted(bucket.there()) == bucket.names


def test_a_refusal_that_is_about_the_user_stops_the_run_which_does_the_rest_when_it_is_resumed(path: Path) -> None:
    bucket = Bucket(4)
    bucket.refusal = 403, 90002
    with pytest.raises(Forbidden):
        bucket.bring(path)
    assert sorted(bucket.there()) == bucket.names
    bucket.refusal = None
    assert bucket.client().resume(path).tally == Tally(4, done=4)
    bucket.check()


# Lost answers and killed processes


@pytest.mark.parametrize("kind", ["cut_after", "cut_before", "500 after=true", "truncate", "html"])
def test_a_lost_answer_is_settled_by_reading_back(path: Path, kind: str) -> None:
    bucket = Bucket(100, faults=[f"kind={kind} op=bulk_edit_files call=1"])
    assert bucket.bring(path).tally == Tally(100, done=100)
    bucket.check()
    done_already = kind in ("cut_after", "500 after=true", "truncate")
    assert bucket.sent()["bulk_edit_files"] == (1 if done_already else 2)


@pytest.mark.parametrize("after", [False, True])
def test_wherever_the_process_is_killed_each_is_imported_once_and_described(tmp_path: Path, after: bool) -> None:
    for at in range(1000):
        bucket, path = Bucket(4, timing=Timing(1, 1, 0.1, 3)), tmp_path / str(at)
        try:
            bucket.bring(path, interrupted(at, after), items_per_job=2)
            assert at > 25
            return
        except Killed:
            pass
        if path.exists():
            assert bucket.client().resume(path).tally == Tally(4, done=4)
            bucket.check()
    raise AssertionError("it never ends")


def test_between_import_and_metadata_only_the_metadata_is_left_to_be_done(path: Path) -> None:
    bucket = Bucket(4)

    class Ends(BlockingDriver):
        def _perform(self, step: Any) -> object:
            if bucket.sent()["bulk_get_files"]:
                raise Killed
            return super()._perform(step)

    with pytest.raises(Killed):
        bucket.bring(path, driver=Ends)
    assert sorted(bucket.there()) == bucket.names
    assert not any(bucket.there().values())
    with Journal.read(path) as journal:
        assert journal.tally() == Tally(4, done=1, running=3)
    bucket.simulator.requests.clear()
    assert bucket.client().resume(path).tally == Tally(4, done=4)
    bucket.check()
    assert (bucket.sent()["bulk_start_imports"], bucket.sent()["bulk_edit_files"]) == (0, 1)


KINDS_OF_FAULTS: Final = ("cut_before", "cut_after", "500", "502", "503", "html", "truncate", "429", "maintenance")


def rules(drawn: random.Random) -> list[str]:
    """Up to four faults."""
    ops = ("*", "bulk_*", "bulk_start_imports", "bulk_get_imports", "bulk_edit_files", "bulk_get_files")
    found = []
    for _ in range(drawn.randint(0, 4)):
        kind = drawn.choice(KINDS_OF_FAULTS)
        after = " after=true" if kind in ("500", "502", "503", "html") and drawn.random() < 0.5 else ""
        found.append(f"kind={kind} op={drawn.choice(ops)} call={drawn.randint(1, 6)}{after}")
    return found


@pytest.mark.parametrize("seed", range(SCHEDULES))
def test_after_faults_and_kills_each_file_is_imported_once_and_described(tmp_path: Path, seed: int) -> None:
    drawn = random.Random(f"described {seed}")
    variant = Variant(
        bulk_edit_erases=drawn.random() < 0.5,
        bulk_order=drawn.choice(["asked", "shuffled"]),
        transfer_lists=drawn.choice(["asked", "least"]),
    )
    timing = Timing(1, 1, 0.1, drawn.choice([1, 5, 60]))
    bucket, path = Bucket(7, faults=rules(drawn), variant=variant, timing=timing), tmp_path / "a.sbg-run"
    done: RunReport | None = None
    for attempt in range(12):
        driver = interrupted(drawn.randint(0, 90), drawn.random() < 0.5) if attempt < 4 else BlockingDriver
        try:
            if not path.exists() or not path.stat().st_size:
                path.unlink(missing_ok=True)
                done = bucket.bring(path, driver, items_per_job=3)
            else:
                done = bucket.client(driver).resume(path)
        except Killed:
            continue
        except InputError:
            path.unlink(missing_ok=True)  # it had not begun
            continue
        break
    assert done is not None
    assert done.succeeded
    bucket.check()


# The manifest

WRONG = {
    "source,metadata.a\no/v:f/,x": (2, "source", "a folder has no metadata"),
    "volume,location,metadata.a\no/v,f/,x": (2, "location", "a folder has no metadata"),
    f"source,metadata.{'k' * 101}\no/v:a,x": (2, f"metadata.{'k' * 101}", "the key has 101 bytes"),
    f"source,metadata.a\no/v:a,{'v' * 301}": (2, "metadata.a", "the value has 301 bytes"),
    "source,metadata.\no/v:a,x": (2, "metadata.", "the metadata key is empty"),
    "source,metadata_sample\no/v:a,x": (2, "metadata_sample", "rename it to metadata.KEY"),
    "source,metadata:sample\no/v:a,x": (2, "metadata:sample", "rename it to metadata.KEY"),
    "source,Metadata.sample\no/v:a,x": (2, "Metadata.sample", "rename it to metadata.KEY"),
    "source,meta.sample\no/v:a,x": (2, "meta.sample", "rename it to metadata.KEY"),
    "source,metadata\no/v:a,x": (2, "metadata", "rename it to metadata.KEY"),
}


@pytest.mark.parametrize(("text", "told"), WRONG.items(), ids=range(len(WRONG)))
def test_what_is_wrong_with_metadata_is_told_before_anything_is_sent(path: Path, text: str, told: Any) -> None:
    bucket = Bucket()
    row, column, message = told
    with pytest.raises(ManifestError, match=message) as wrong:
        bucket.client().run("IMPORT", io.BytesIO(text.encode()), to=TARGET, journal=path)
    assert [(one.row, one.column) for one in wrong.value.problems] == [(row, column)]
    assert not bucket.simulator.requests


def test_rows_in_json_have_their_metadata_as_an_object_and_paths_as_destinations(path: Path) -> None:
    bucket = Bucket(2)
    bucket.world.add_folder("sub", bucket.target.root)
    rows: list[dict[str, Any]] = [
        {"source": f"{BUCKET}:in/0.bam", "to": f"{TARGET}/sub", "metadata": {"a": "x", "metadata.b": "y", "c": None}},
        {"source": f"{BUCKET}:in/1.bam", "to": f"{TARGET}/sub", "metadata.a": "z", "metadata": None},
    ]
    table = io.BytesIO("".join(json.dumps(row) + "\n" for row in rows).encode())
    assert bucket.client().run("IMPORT", table, journal=path).tally == Tally(2, done=2)
    [sub] = bucket.target.root.children.values()
    found = {node.name: node.metadata for node in sub.children.values() if isinstance(node, File)}  # type: ignore[union-attr]
    assert found == {"0.bam": {"a": "x", "metadata.b": "y"}, "1.bam": {"a": "z"}}
    names = [*report(path)[0]]
    assert "metadata" not in names
    assert "metadata.metadata.b" in names
