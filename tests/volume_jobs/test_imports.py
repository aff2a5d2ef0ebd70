"""Imports from volumes: each object once, for few requests, whatever the service answers and whenever it ends."""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk import ImportItem, InputError, ManifestError, RunReport, Tally
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.runs.journal import Journal
from sbg_bulk.simulator import File, Timing, Variant, Volume
from sbg_bulk.simulator.world.moving import Import
from sbg_bulk.simulator.world.tree import walk
from tests.support.runs import TARGET, Killed, Service, interrupted, report

BUCKET = "rfranklin/bucket"


class Bucket(Service):
    """A simulator with a volume of objects and a project to import them into."""

    def __init__(self, objects: int = 0, **settings: Any) -> None:
        super().__init__(0, **settings)
        self.keys = [f"in/{number}.bam" for number in range(objects)]
        sizes = {key: 1000 + number for number, key in enumerate(self.keys)}
        self.volume: Volume = self.world.volumes.add(BUCKET, objects=sizes)

    def table(self) -> io.BytesIO:
        """A manifest of all objects."""
        return io.BytesIO("\n".join(["volume,location", *(f"{BUCKET},{key}" for key in self.keys), ""]).encode())

    def bring(self, path: Path, driver: type[BlockingDriver] = BlockingDriver) -> RunReport:
        return self.client(driver).run("IMPORT", self.table(), to=TARGET, journal=path)

    def run(self, path: Path, table: str, **where: Any) -> RunReport:
        return self.client().run("IMPORT", io.BytesIO(table.encode()), journal=path, **where)

    def sent(self) -> Counter[str]:
        """How many requests of each kind there were."""
        return Counter(one.operation or "" for one in self.simulator.requests)

    def started(self) -> Counter[str]:
        """How many imports of each object were started."""
        wanted = [one.wanted for one in self.simulator.transfers.all()]
        return Counter(one.location for one in wanted if isinstance(one, Import))

    def made(self) -> list[str]:
        return sorted(self.target.root.children)

    def expected(self) -> list[str]:
        return sorted(key.rpartition("/")[2] for key in self.keys)

    def aliases(self) -> set[tuple[str, str] | None]:
        """The objects that the files of the target stand for."""
        return {one.alias_of for one in walk(self.target.root) if isinstance(one, File)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.sbg-run"


@pytest.mark.parametrize("kind", ["IMPORT", "import"])
def test_each_object_becomes_one_file_whose_id_is_told(path: Path, kind: str) -> None:
    bucket = Bucket(250)
    done = bucket.client().run(kind, bucket.table(), to=TARGET, journal=path)
    assert (done.succeeded, done.tally, done.job_type) == (True, Tally(250, done=250), "IMPORT")
    assert (bucket.made(), set(bucket.started().values())) == (bucket.expected(), {1})
    assert bucket.aliases() == {(BUCKET, key) for key in bucket.keys}
    ids = {f"in/{name}": node.id for name, node in bucket.target.root.children.items()}
    assert {row["location"]: row["new_id"] for row in report(path)} == ids
    assert bucket.sent()["bulk_start_imports"] == 3


def test_the_awaiting_client_sends_the_same_requests(path: Path) -> None:
    blocking, awaiting = Bucket(150), Bucket(150)
    blocking.bring(path)

    async def run() -> RunReport:
        async with awaiting.async_client() as client:
            return await client.run("IMPORT", awaiting.table(), to=TARGET, journal=path.with_name("b"))

    assert asyncio.run(run()).tally == Tally(150, done=150)
    wires = [[(one.operation, one.path) for one in each.simulator.requests] for each in (blocking, awaiting)]
    assert wires[0] == wires[1]


def test_imports_that_take_ten_minutes_cost_two_requests_for_a_hundred_and_few_looks(path: Path) -> None:
    bucket = Bucket(5_000, timing=Timing(1, 1, 0.1, 600))
    assert bucket.bring(path).tally.done == 5_000
    sent = bucket.sent()
    assert sent["bulk_start_imports"] == 50
    assert sent["bulk_get_imports"] <= 80
    assert sent["list_imports"] <= 170


@pytest.mark.parametrize(
    "variant",
    [
        Variant(bulk_order="shuffled"),
        Variant(transfer_lists="least"),
        Variant(transfer_lists="all", page_max=7),
        Variant(total_header=False),
        Variant(total_header=False, links="absent"),
        Variant(dates="absent", without_value="null"),
        Variant(bulk_status=202, extra_keys=True, bulk_error_status=False),
        Variant(rate_headers="absent", date_header=False),
        Variant(transfer_refusals="job"),
        Variant(bulk_item_refused="call"),
    ],
    ids=str,
)
def test_each_object_is_imported_once_however_the_service_answers(path: Path, variant: Variant) -> None:
    bucket = Bucket(230, variant=variant)
    assert bucket.bring(path).tally == Tally(230, done=230)
    assert (set(bucket.started().values()), bucket.made()) == ({1}, bucket.expected())


@pytest.mark.parametrize(("refused", "calls"), [("entry", 1), ("call", 15)])
@pytest.mark.parametrize("refusals", ["submission", "job"])
def test_what_cannot_be_imported_is_found_out_without_losing_the_others(
    path: Path, refused: Any, calls: int, refusals: Any
) -> None:
    bucket = Bucket(100, variant=Variant(bulk_item_refused=refused, transfer_refusals=refusals))
    bucket.keys[41] = "in/none.bam"
    assert bucket.bring(path).tally == Tally(100, done=99, failed=1)
    [failed] = [row for row in report(path) if row["outcome"] != "done"]
    assert (failed["location"], failed["api_code"], failed["new_id"]) == ("in/none.bam", 9105, None)
    assert bucket.sent()["bulk_start_imports"] <= calls
    assert set(bucket.started().values()) == {1}


def test_a_name_that_is_taken_is_a_failure_that_retry_tries_again(path: Path) -> None:
    bucket = Bucket(5)
    there = bucket.world.add_file("3.bam", bucket.target.root, size=1)
    assert bucket.bring(path).tally == Tally(5, done=4, failed=1)
    [failed] = [row for row in report(path) if row["outcome"] == "failed"]
    assert (failed["location"], failed["volume"], failed["api_code"]) == ("in/3.bam", BUCKET, 9108)
    bucket.world.delete(there)
    again = bucket.client().retry(path, journal=path.with_name("again"))
    assert (again.tally, again.job_type) == (Tally(1, done=1), "IMPORT")


@pytest.mark.parametrize("refused", ["entry", "call"])
def test_a_place_that_cannot_be_used_stops_the_run_at_once(path: Path, refused: Any) -> None:
    bucket = Bucket(1_000, variant=Variant(bulk_item_refused=refused))
    folder = bucket.world.add_folder("gone", bucket.target.root)
    with bucket.client().plan("IMPORT", bucket.table(), parent=folder.id, journal=path) as draft:
        bucket.world.delete(folder)
        with pytest.raises(InputError, match=f"folder {folder.id}, code 9009"):
            bucket.client().run("IMPORT", draft)
    assert bucket.sent()["bulk_start_imports"] == 1


def test_a_volume_that_cannot_be_used_is_told_before_anything_is_sent(path: Path) -> None:
    bucket = Bucket(1)
    bucket.volume.active = False
    with pytest.raises(InputError, match="is not active"):
        bucket.bring(path)
    assert set(bucket.sent()) == {"get_volume"}
    bucket.volume.active, bucket.volume.access_mode = True, "RO"
    assert bucket.bring(path).succeeded


# Lost answers

LOST = ["kind=cut_after op=bulk_start_imports call=1"]
NEVER_SENT = ["kind=cut_before op=bulk_start_imports call=1"]


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
@pytest.mark.parametrize("lists", ["asked", "least"])
def test_a_lost_answer_costs_five_requests_for_a_hundred_objects(path: Path, order: Any, lists: Any) -> None:
    calm, bucket = Bucket(100), Bucket(100, faults=LOST, list_order=order, variant=Variant(transfer_lists=lists))
    calm.bring(path.with_name("calm"))
    assert bucket.bring(path).tally == Tally(100, done=100)
    assert (set(bucket.started().values()), bucket.sent()["bulk_start_imports"]) == ({1}, 1)
    assert sum(bucket.sent().values()) <= sum(calm.sent().values()) + 5


def test_what_was_never_started_is_submitted_again(path: Path) -> None:
    bucket = Bucket(100, faults=NEVER_SENT)
    assert bucket.bring(path).tally == Tally(100, done=100)
    assert (set(bucket.started().values()), bucket.made()) == ({1}, bucket.expected())


def test_older_imports_of_the_same_objects_to_the_same_place_are_not_taken_for_lost_ones(path: Path) -> None:
    bucket = Bucket(20, faults=["kind=cut_before op=bulk_start_imports call=2"])
    bucket.bring(path.with_name("earlier"))
    bucket.clock.advance(3600)
    for node in list(bucket.target.root.children.values()):
        bucket.world.delete(node)
    assert bucket.bring(path).tally.done == 20
    assert set(bucket.started().values()) == {2}
    assert bucket.made() == bucket.expected()


def test_an_import_of_the_same_object_to_elsewhere_leaves_open_whose_it_is(path: Path) -> None:
    bucket = Bucket(3, faults=NEVER_SENT)
    user, now = bucket.world.users["rfranklin"], bucket.clock.now()
    wanted = Import(BUCKET, "in/1.bam", None, "rfranklin/source")
    other = bucket.simulator.transfers.start(user, wanted, now)
    assert bucket.bring(path).tally == Tally(3, done=2, unknown=1)
    [unknown] = [row for row in report(path) if row["outcome"] == "unknown"]
    assert unknown["location"] == "in/1.bam"
    assert other.id in unknown["message"]


@pytest.mark.parametrize("place", ["parent", "project"])
@pytest.mark.parametrize("name", ["", "new.bam"])
def test_a_lost_import_is_known_by_its_place_and_its_name(path: Path, place: str, name: str) -> None:
    bucket = Bucket(1, faults=LOST)
    where = bucket.world.add_folder("sub", bucket.target.root).id if place == "parent" else TARGET
    table = f"source,{place},name\n{BUCKET}:in/0.bam,{where},{name}\n"
    assert bucket.run(path, table).tally == Tally(1, done=1)
    assert bucket.sent()["bulk_start_imports"] == 1


@pytest.mark.parametrize("field", ["items", "resource", "id"])
def test_rows_that_an_answer_does_not_tell_of_are_found_in_the_list(path: Path, field: str) -> None:
    what = "leave_out" if field == "items" else "null_field"
    bucket = Bucket(100, faults=[f"kind={what} field={field} op=bulk_start_imports call=1"])
    assert bucket.bring(path).tally == Tally(100, done=100)
    assert set(bucket.started().values()) == {1}


@pytest.mark.parametrize("field", ["source", "destination"])
def test_jobs_that_do_not_say_what_they_are_for_are_read(path: Path, field: str) -> None:
    bucket = Bucket(100, faults=[f"kind=missing_field field={field} op=bulk_start_imports call=1"])
    assert bucket.bring(path).tally == Tally(100, done=100)
    assert bucket.sent()["bulk_start_imports"] == 1


@pytest.mark.parametrize("after", [False, True])
def test_wherever_the_process_is_killed_each_object_is_imported_once(tmp_path: Path, after: bool) -> None:
    for at in range(1000):
        bucket, path = Bucket(5, timing=Timing(1, 1, 0.1, 3)), tmp_path / str(at)
        try:
            bucket.client(interrupted(at, after)).run(
                "IMPORT", bucket.table(), to=TARGET, journal=path, items_per_job=2
            )
            assert at > 20
            return
        except Killed:
            pass
        if path.exists():
            assert bucket.client().resume(path).tally == Tally(5, done=5)
            assert (set(bucket.started().values()), bucket.made()) == ({1}, bucket.expected()), at
    raise AssertionError("it never ends")


# What is asked for

WRONG = {
    "volume,location\nbucket,a": (2, "volume", "owner/name"),
    "volume,location\n5d7f8e9a0b1c2d3e4f5a6b7c,a": (2, "volume", "owner/name"),
    "volume,location\no/v,/a": (2, "location", "begins with a slash"),
    "volume,location\no/v,a/../b": (2, "location", r"contains '\.\.'"),
    "volume,location\no/v,": (2, "location", "the object to import is missing"),
    "volume\no/v": (2, None, "the object to import is missing"),
    "file\n5d7f8e9a0b1c2d3e4f5a6b7c": (1, None, "no column names what to import: found 'file'"),
    "5d7f8e9a0b1c2d3e4f5a6b7c": (1, "source", "expected VOLUME:LOCATION"),
    "source\n5d7f8e9a0b1c2d3e4f5a6b7c": (2, "source", "expected VOLUME:LOCATION"),
    "source\no/v:/a": (2, "source", "begin with a slash"),
    "source\ns3://b/a": (2, "source", "is a bucket"),
    "source\ncgc:o/v:a": (2, "source", "remove cgc:"),
    "source,volume,location\no/v:a,o/v,a": (2, "source", "remove one of them"),
    "source\no/v:a\no/v:a": (3, None, "o/v:a duplicates row 2"),
    "source,overwrite\no/v:a,maybe": (2, "overwrite", "expected true or false"),
    "source,overwrite,autorename\no/v:a,true,true": (2, "autorename", "not both"),
    "source,preserve_folder_structure\no/v:a,true": (2, "preserve_folder_structure", "only for folders"),
    "source,overwirte\no/v:a,true": (2, "overwirte", "rename it to 'overwrite'"),
    "source,destination\no/v:a,x/y": (2, "destination", "rename it to 'to'"),
    "bucket,location,volume\nb,a,": (2, "volume", "the object to import is missing"),
    "bucket,location\nb,a": (2, "bucket", "rename it to 'volume'"),
    "source,name\no/v:a,b/c": (2, "name", "must not contain a slash"),
    "source\no/v:" + "a" * 256: (2, "source", "at most 255"),
    "source\no/v:" + "a/" * 600: (2, "source", "1024 bytes"),
    "source,to\no/v:a,x/z": (2, "to", "Remove one of the two"),
    "source,parent,project\no/v:a,f,x/y": (2, "parent", "not both"),
}


@pytest.mark.parametrize(("text", "told"), WRONG.items(), ids=range(len(WRONG)))
def test_what_is_wrong_with_a_row_is_told_before_anything_is_sent(path: Path, text: str, told: Any) -> None:
    bucket = Bucket()
    row, column, message = told
    with pytest.raises(ManifestError, match=message) as wrong:
        bucket.run(path, text, to=TARGET)
    assert [(one.row, one.column) for one in wrong.value.problems] == [(row, column)]
    assert not bucket.simulator.requests
    assert not path.exists()


def test_where_it_goes_has_to_be_said(path: Path) -> None:
    bucket = Bucket()
    with pytest.raises(ManifestError, match="the destination is missing"):
        bucket.run(path, "source\no/v:a")
    with pytest.raises(InputError, match=r"Create it|no project|not found"):
        bucket.run(path, "source\no/v:a", to="rfranklin/none/folder")


def test_rows_go_to_folders_by_path_which_are_made_with_parents(path: Path) -> None:
    bucket = Bucket(2)
    bucket.world.add_folder("there", bucket.target.root)
    table = f"source,to,name,lab\n{BUCKET}:in/0.bam,{TARGET}/there,,x\n{BUCKET}:in/1.bam,{TARGET}/new/er,b.bam,y\n"
    with pytest.raises(ManifestError, match="parents"):
        bucket.run(path, table)
    assert bucket.run(path, table, parents=True).tally == Tally(2, done=2)
    found = {f"{one.parent.name}/{one.name}" for one in walk(bucket.target.root) if one.parent is not None}
    assert found >= {"there/0.bam", "er/b.bam", "new/er"}
    assert [row["lab"] for row in report(path)] == ["x", "y"]


@pytest.mark.parametrize(("keep", "made"), [("", {"in", "0.bam"}), ("true", {"in", "0.bam"}), ("false", {"0.bam"})])
def test_a_folder_is_one_row_and_keeps_its_structure_unless_that_is_refused(
    path: Path, keep: str, made: set[str]
) -> None:
    bucket = Bucket(1)
    done = bucket.run(path, f"source,preserve_folder_structure\n{BUCKET}:in/,{keep}\n", to=TARGET)
    assert done.tally == Tally(1, done=1)
    assert {one.name for one in walk(bucket.target.root)} - {bucket.target.root.name} == made


@pytest.mark.parametrize(("column", "made"), [("overwrite", ["0.bam"]), ("autorename", ["0.bam", "_1_0.bam"])])
def test_what_is_there_is_overwritten_or_left_only_if_its_row_says_so(path: Path, column: str, made: list[str]) -> None:
    bucket = Bucket(1)
    bucket.world.add_file("0.bam", bucket.target.root, size=1)
    assert bucket.run(path, f"source,{column}\n{BUCKET}:in/0.bam,yes\n", to=TARGET).succeeded
    assert bucket.made() == made


def test_a_report_is_a_manifest_of_the_same_imports(path: Path) -> None:
    bucket = Bucket(2)
    bucket.bring(path)
    names = [*report(path)[0]]
    lines = [",".join(str("" if row[name] is None else row[name]) for name in names) for row in report(path)]
    with bucket.client().plan("IMPORT", io.BytesIO("\n".join([",".join(names), *lines]).encode())) as draft:
        assert draft.items() == [ImportItem(BUCKET, f"in/{n}.bam", project=TARGET) for n in range(2)]


def test_verification_finds_what_is_not_in_the_project_or_not_as_the_object(path: Path) -> None:
    bucket = Bucket(120, variant=Variant(page_max=50))
    bucket.bring(path)
    assert bucket.client().verify(path).agrees
    bucket.world.delete(bucket.target.root.children["7.bam"])
    bucket.volume.objects.put("in/8.bam", 1)
    found = bucket.client().verify(path)
    assert (found.checked, [str(one) for one in found.differences]) == (
        120,
        [f"{TARGET}/7.bam: is missing", f"{TARGET}/8.bam: has 1.01 kB, but its source has 1 B"],
    )


def test_verification_looks_for_names_where_no_ids_were_told(path: Path) -> None:
    bucket = Bucket(3, faults=["kind=null_field field=result op=bulk_get_imports"])
    bucket.bring(path)
    assert [row["new_id"] for row in report(path)] == [None] * 3
    assert bucket.client().verify(path).agrees
    bucket.world.delete(bucket.target.root.children["1.bam"])
    assert [str(one) for one in bucket.client().verify(path).differences] == [f"{TARGET}/1.bam: is missing"]


def test_a_resumed_run_watches_the_jobs_that_it_has(path: Path) -> None:
    bucket = Bucket(120, timing=Timing(1, 1, 0.1, 600))
    with pytest.raises(Killed):
        bucket.bring(path, driver=interrupted(36, True))
    with Journal.read(path) as journal:
        assert journal.tally().running > 0
    assert bucket.client().resume(path).tally == Tally(120, done=120)
    assert bucket.sent()["bulk_start_imports"] == 2
