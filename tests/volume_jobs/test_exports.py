"""Exports to volumes: each file once, for few requests, whatever the service answers and whenever the process ends."""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk import ExportItem, InputError, ManifestError, NotFound, Progress, RunOptions, RunReport, RunStopped, Tally
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.steps import Call, Step
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import State
from sbg_bulk.simulator import File, Timing, Variant, Volume
from sbg_bulk.simulator.world.moving import Export
from tests.support.runs import Killed, Service, interrupted, report

BUCKET = "rfranklin/bucket"
KINDS = ("EXPORT_COPY", "EXPORT_REPLACE")


class Bucket(Service):
    """A simulator with a project of files and a volume to export them to."""

    def __init__(self, files: int = 0, **settings: Any) -> None:
        super().__init__(files, **settings)
        self.volume: Volume = self.world.volumes.add(BUCKET)

    def table(self) -> io.BytesIO:
        """A manifest of all files, each with the key that it goes to."""
        lines = [f"{file},out/{number}.bam" for number, file in enumerate(self.files)]
        return io.BytesIO("\n".join(["file,location", *lines, ""]).encode())

    def export(self, path: Path, kind: str = "EXPORT_COPY", driver: type[BlockingDriver] = BlockingDriver) -> RunReport:
        return self.client(driver).run(kind, self.table(), to=BUCKET, journal=path)

    def sent(self) -> Counter[str]:
        """How many requests of each kind there were."""
        return Counter(one.operation or "" for one in self.simulator.requests)

    def started(self) -> Counter[str]:
        """How many exports of each file were started."""
        wanted = [one.wanted for one in self.simulator.transfers.all()]
        return Counter(one.file for one in wanted if isinstance(one, Export))

    def written(self) -> list[str]:
        return sorted(self.volume.objects.under(""))

    def remove(self, key: str) -> None:
        """Delete an object."""
        self.volume.objects._order.remove(key)
        del self.volume.objects._written[key]

    def expected(self) -> list[str]:
        return sorted(f"out/{number}.bam" for number in range(len(self.files)))

    def aliases(self) -> int:
        """How many files are no more the platform's own."""
        nodes = [self.world.nodes[file] for file in self.files]
        return sum(isinstance(node, File) and node.alias_of is not None for node in nodes)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.sbg-run"


@pytest.mark.parametrize(("kind", "aliases"), [("EXPORT_COPY", 0), ("EXPORT_REPLACE", 250), ("export_copy", 0)])
def test_each_file_is_exported_once_and_is_an_alias_then_only_if_that_was_said(
    path: Path, kind: str, aliases: int
) -> None:
    bucket = Bucket(250)
    done = bucket.export(path, kind)
    assert (done.succeeded, done.tally, done.job_type) == (True, Tally(250, done=250), kind.upper())
    assert (bucket.written(), bucket.aliases()) == (bucket.expected(), aliases)
    assert set(bucket.started().values()) == {1}
    jobs = {one.wanted.file: one.id for one in bucket.simulator.transfers.all() if isinstance(one.wanted, Export)}
    assert {row["file"]: row["job"] for row in report(path)} == jobs


def test_the_awaiting_client_sends_the_same_requests(path: Path) -> None:
    blocking, awaiting = Bucket(150), Bucket(150)
    blocking.export(path)

    async def run() -> RunReport:
        async with awaiting.async_client() as client:
            return await client.run("EXPORT_COPY", awaiting.table(), to=BUCKET, journal=path.with_name("b"))

    assert asyncio.run(run()).tally == Tally(150, done=150)
    wires = [[(one.operation, one.path) for one in each.simulator.requests] for each in (blocking, awaiting)]
    assert wires[0] == wires[1]


def test_without_saying_what_becomes_of_the_files_nothing_is_exported(path: Path) -> None:
    bucket = Bucket(1)
    with pytest.raises(InputError, match="EXPORT_COPY, EXPORT_REPLACE"):
        bucket.export(path, "EXPORT")
    assert not bucket.simulator.requests


def test_exports_that_take_ten_minutes_cost_two_requests_for_a_hundred_and_few_looks(path: Path) -> None:
    bucket = Bucket(10_000, timing=Timing(1, 1, 0.1, 600))
    assert bucket.export(path).tally.done == 10_000
    sent = bucket.sent()
    assert sent["bulk_start_exports"] == 100
    assert sent["bulk_get_exports"] <= 130
    # How often the list is looked at follows from the time, and not from how many files there are.
    assert sent["list_exports"] <= 170


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
        Variant(copy_only_case="lower"),
        Variant(transfer_refusals="job"),
    ],
    ids=str,
)
def test_each_file_is_exported_once_however_the_service_answers(path: Path, variant: Variant) -> None:
    bucket = Bucket(230, variant=variant)
    assert bucket.export(path).tally == Tally(230, done=230)
    assert (set(bucket.started().values()), bucket.written(), bucket.aliases()) == ({1}, bucket.expected(), 0)


def test_exports_of_others_that_go_on_and_on_do_not_keep_a_run_from_its_end(path: Path) -> None:
    bucket = Bucket(900, timing=Timing(1, 1, 0.1, 100))
    user = bucket.world.users["rfranklin"]
    for number in range(1500):
        file = bucket.world.add_file(f"o{number}", bucket.source.root, size=1)
        started = bucket.simulator.transfers.start(user, Export(file.id, BUCKET, f"o/{number}"), bucket.clock.now())
        # It never ends.
        bucket.simulator.transfers._schedule._due.clear()
        assert not started.ended
    began = bucket.clock.now()
    assert bucket.export(path).tally.done == 900
    assert bucket.clock.now() - began < 160
    assert bucket.sent()["bulk_get_exports"] <= 30


def test_jobs_that_the_list_does_not_show_yet_are_not_read_again_and_again(path: Path) -> None:
    late = ["kind=late_list seconds=400 op=bulk_start_exports every=2"]
    bucket = Bucket(3_000, timing=Timing(1, 1, 0.1, 600), faults=late)
    assert bucket.export(path).tally.done == 3_000
    assert bucket.sent()["bulk_get_exports"] <= 100


BAD = {
    "an entry for each": (Variant(bulk_item_refused="entry"), 1),
    "the whole call": (Variant(bulk_item_refused="call"), 15),
}


@pytest.mark.parametrize(("variant", "calls"), BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_exported_is_found_out_without_losing_the_others(
    path: Path, variant: Variant, calls: int, kind: str
) -> None:
    bucket = Bucket(100, variant=variant)
    bad = bucket.world.nodes[bucket.files[41]]
    assert isinstance(bad, File)
    bad.archived = True
    done = bucket.export(path, kind)
    assert done.tally == Tally(100, done=99, failed=1)
    [failed] = [row for row in report(path) if row["outcome"] != "done"]
    assert (failed["file"], failed["api_code"], failed["job"]) == (bad.id, 9006, None)
    assert bucket.sent()["bulk_start_exports"] <= calls
    assert set(bucket.started().values()) == {1}


def test_which_of_several_refusals_is_whose_is_not_guessed(path: Path) -> None:
    bucket = Bucket(10, variant=Variant(bulk_order="shuffled"))
    archived = bucket.world.nodes[bucket.files[0]]
    assert isinstance(archived, File)
    archived.archived = True
    bucket.world.delete(bucket.world.nodes[bucket.files[1]])
    assert bucket.export(path).tally == Tally(10, done=8, failed=2)
    failed = [row for row in report(path) if row["outcome"] == "failed"]
    assert {(row["file"], row["api_code"]) for row in failed} == {(bucket.files[n], None) for n in (0, 1)}
    assert all("9006" in row["message"] and "9009" in row["message"] for row in failed)


def test_a_failed_export_has_the_reason_that_its_job_gives_and_is_tried_again_by_retry(path: Path) -> None:
    bucket = Bucket(5)
    bucket.volume.objects.put("out/3.bam", 1)
    assert bucket.export(path).tally == Tally(5, done=4, failed=1)
    [failed] = [row for row in report(path) if row["outcome"] == "failed"]
    assert (failed["location"], failed["volume"], failed["api_code"]) == ("out/3.bam", BUCKET, 9107)
    bucket.remove("out/3.bam")
    again = bucket.client().retry(path, journal=path.with_name("again"))
    assert (again.tally, again.job_type) == (Tally(1, done=1), "EXPORT_COPY")


@pytest.mark.parametrize("refused", ["entry", "call"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_volume_that_turns_out_to_be_unusable_stops_the_run_at_once(path: Path, refused: Any, kind: str) -> None:
    bucket = Bucket(1_000, variant=Variant(bulk_item_refused=refused))
    with bucket.client().plan(kind, bucket.table(), to=BUCKET, journal=path) as draft:
        bucket.volume.access_mode = "RO"
        with pytest.raises(
            InputError, match=r"The volume is read-only\. \(volume rfranklin/bucket, code 9026\) Ask an"
        ):
            bucket.client().run(kind, draft)
    assert bucket.sent()["bulk_start_exports"] == 1
    bucket.volume.access_mode = "RW"
    assert bucket.client().resume(path).tally == Tally(1_000, done=1_000)
    assert set(bucket.started().values()) == {1}


@pytest.mark.parametrize("refused", ["entry", "call"])
def test_only_files_of_another_cloud_than_the_volume_fail(path: Path, refused: Any) -> None:
    bucket = Bucket(40, variant=Variant(bulk_item_refused=refused))
    elsewhere = bucket.world.add_project("rfranklin/elsewhere")
    elsewhere.location = "google:us-west1"
    bucket.files += [bucket.world.add_file(f"g{n}.bam", elsewhere.root, size=1).id for n in range(3)]
    assert bucket.export(path).tally == Tally(43, done=40, failed=3)
    failed = [row for row in report(path) if row["outcome"] == "failed"]
    assert ({row["file"] for row in failed}, {row["api_code"] for row in failed}) == (set(bucket.files[40:]), {9027})


def test_rows_for_several_volumes_are_parted_before_one_of_them_stops_the_run(path: Path) -> None:
    bucket = Bucket(100, variant=Variant(bulk_item_refused="call"))
    bucket.world.volumes.add("rfranklin/other")
    lines = [f"{file},{('rfranklin/other', BUCKET)[n < 50]},{n}" for n, file in enumerate(bucket.files)]
    table = io.BytesIO("\n".join(["file,volume,location", *lines]).encode())
    with bucket.client().plan("EXPORT_COPY", table, journal=path) as draft:
        bucket.world.volumes["rfranklin/other"].access_mode = "RO"
        with pytest.raises(InputError, match="volume rfranklin/other, code 9026"):
            bucket.client().run("EXPORT_COPY", draft)
    assert bucket.sent()["bulk_start_exports"] == 3


UNUSABLE: dict[str, tuple[dict[str, Any], str]] = {
    "read only": ({"access_mode": "RO"}, "is read-only"),
    "not active": ({"active": False}, "is not active"),
}


@pytest.mark.parametrize(("change", "told"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_a_volume_that_cannot_be_used_is_told_before_anything_is_sent(
    path: Path, change: dict[str, Any], told: str
) -> None:
    bucket = Bucket(3)
    for name, value in change.items():
        setattr(bucket.volume, name, value)
    with pytest.raises(InputError, match=told):
        bucket.export(path)
    bucket.world.volumes.add("rfranklin/other")
    lines = [f"{file},{('rfranklin/other', BUCKET)[n == 2]},a" for n, file in enumerate(bucket.files)]
    table = "\n".join(["file,volume,location", *lines])
    with pytest.raises(ManifestError, match=f"row 4, column volume: .*{told}"):
        bucket.client().run("EXPORT_COPY", io.BytesIO(table.encode()), journal=path)
    assert set(bucket.sent()) == {"get_volume"}
    assert not path.exists()


def test_a_volume_that_is_not_there_is_told_before_anything_is_sent(path: Path) -> None:
    bucket = Bucket(1)
    with pytest.raises(NotFound, match="rfranklin/none"):
        bucket.client().run("EXPORT_COPY", bucket.table(), to="rfranklin/none", journal=path)
    assert set(bucket.sent()) == {"get_volume"}


# Lost answers

LOST = ["kind=cut_after op=bulk_start_exports call=1"]
NEVER_SENT = ["kind=cut_before op=bulk_start_exports call=1"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
@pytest.mark.parametrize("lists", ["asked", "least"])
def test_a_lost_answer_costs_five_requests_for_a_hundred_files(path: Path, kind: str, order: Any, lists: Any) -> None:
    calm, bucket = Bucket(100), Bucket(100, faults=LOST, list_order=order, variant=Variant(transfer_lists=lists))
    calm.export(path.with_name("calm"), kind)
    assert bucket.export(path, kind).tally == Tally(100, done=100)
    assert set(bucket.started().values()) == {1}
    assert bucket.sent()["bulk_start_exports"] == 1
    assert sum(bucket.sent().values()) <= sum(calm.sent().values()) + 5


def test_what_was_never_started_is_submitted_again_where_that_can_be_undone(path: Path) -> None:
    bucket = Bucket(100, faults=NEVER_SENT)
    assert bucket.export(path, "EXPORT_COPY").tally == Tally(100, done=100)
    assert set(bucket.started().values()) == {1}


def test_what_cannot_be_undone_is_never_sent_twice_unasked(path: Path) -> None:
    bucket = Bucket(150, faults=NEVER_SENT)
    with pytest.raises(RunStopped, match=r"100 items \(EXPORT_REPLACE\) were submitted") as stopped:
        bucket.export(path, "EXPORT_REPLACE")
    assert stopped.value.candidates == ()
    assert len(bucket.started()) == 50  # all else is done
    with pytest.raises(RunStopped):
        bucket.client().resume(path)
    with pytest.raises(InputError, match="No job can be adopted"):
        bucket.client().resume(path, adopt="x" * 32)
    assert bucket.sent()["bulk_start_exports"] == 2
    assert bucket.client().resume(path, resubmit=True).tally == Tally(150, done=150)
    assert set(bucket.started().values()) == {1}


@pytest.mark.parametrize("kind", KINDS)
def test_older_exports_of_the_same_files_to_the_same_places_are_not_taken_for_lost_ones(path: Path, kind: str) -> None:
    bucket = Bucket(20, faults=["kind=cut_before op=bulk_start_exports call=2"])
    bucket.export(path.with_name("earlier"), "EXPORT_COPY")
    bucket.clock.advance(3600)
    for key in bucket.written():
        bucket.remove(key)
    if kind == "EXPORT_COPY":
        assert bucket.export(path, kind).tally.done == 20
        assert set(bucket.started().values()) == {2}
    else:
        with pytest.raises(RunStopped):
            bucket.export(path, kind)
        assert bucket.aliases() == 0


@pytest.mark.parametrize("told", [False, True], ids=["never", "years late"])
def test_older_exports_are_not_taken_for_lost_ones_where_a_resumed_run_is_not_told_the_time(
    path: Path, told: bool
) -> None:
    bucket = Bucket(150)
    assert bucket.export(path.with_name("earlier")).succeeded
    for key in bucket.expected():
        bucket.remove(key)
    bucket.clock.advance(86_400)
    bucket.simulator.arm("kind=cut_after op=bulk_start_exports call=1")
    with pytest.raises(Killed):
        bucket.export(path, driver=_killed_after_submission())
    late = " value='Tue, 01 Jan 2008 00:00:00 GMT'" if told else ""
    bucket.simulator.arm(f"kind=header op=* field=date{late}")
    bucket.simulator.arm("kind=cut_before op=bulk_start_exports call=1")
    done = bucket.client().resume(path)
    started = bucket.started()
    sent_again = [file for file in bucket.files if started[file] == 2]
    assert done.tally == Tally(150, done=len(sent_again), unknown=150 - len(sent_again))
    assert len(sent_again) == (100 if told else 150)


def _killed_after_submission() -> type[BlockingDriver]:
    class Killing(BlockingDriver):
        def _perform(self, step: Step) -> object:
            try:
                return super()._perform(step)
            finally:
                if isinstance(step, Call) and step.operation.name == "bulk_start_exports":
                    raise Killed

    return Killing


def test_an_export_of_the_same_file_to_elsewhere_leaves_open_whose_it_is(path: Path) -> None:
    bucket = Bucket(3, faults=NEVER_SENT)
    user, now = bucket.world.users["rfranklin"], bucket.clock.now()
    other = bucket.simulator.transfers.start(user, Export(bucket.files[1], BUCKET, "elsewhere"), now)
    assert bucket.export(path).tally == Tally(3, done=2, unknown=1)
    [unknown] = [row for row in report(path) if row["outcome"] == "unknown"]
    assert unknown["file"] == bucket.files[1]
    assert other.id in unknown["message"]


@pytest.mark.parametrize("field", ["items", "resource", "id"])
@pytest.mark.parametrize("kind", KINDS)
def test_rows_that_an_answer_does_not_tell_of_are_found_in_the_list(path: Path, kind: str, field: str) -> None:
    what = "leave_out" if field == "items" else "null_field"
    bucket = Bucket(100, faults=[f"kind={what} field={field} op=bulk_start_exports call=1"])
    assert bucket.export(path, kind).tally == Tally(100, done=100)
    assert set(bucket.started().values()) == {1}


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_a_list_with_an_entry_that_cannot_be_read_is_read_again(path: Path, kind: str, total: bool) -> None:
    faults = [*LOST, "kind=null_field field=id op=list_exports times=2"]
    bucket = Bucket(1, faults=faults, variant=Variant(total_header=total))
    assert bucket.export(path, kind).tally == Tally(1, done=1)
    assert bucket.sent()["bulk_start_exports"] == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_listed_job_that_cannot_be_read_may_be_the_lost_one(path: Path, kind: str) -> None:
    unread = "kind=null_field field=resource op=bulk_get_exports call=1"
    bucket = Bucket(1, faults=[*LOST, unread], variant=Variant(transfer_lists="least"))
    assert bucket.export(path, kind).tally == Tally(1, unknown=1)
    assert bucket.sent()["bulk_start_exports"] == 1


@pytest.mark.parametrize("field", ["source", "destination"])
def test_jobs_that_do_not_say_what_they_are_for_are_read(path: Path, field: str) -> None:
    bucket = Bucket(100, faults=[f"kind=missing_field field={field} op=bulk_start_exports call=1"])
    assert bucket.export(path, "EXPORT_REPLACE").tally == Tally(100, done=100)
    assert bucket.sent()["bulk_start_exports"] == 1


# Killed processes


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_wherever_the_process_is_killed_each_file_is_exported_once(tmp_path: Path, kind: str, after: bool) -> None:
    for at in range(1000):
        bucket, path = Bucket(5, timing=Timing(1, 1, 0.1, 3)), tmp_path / str(at)
        client = bucket.client(interrupted(at, after))
        try:
            client.run(kind, bucket.table(), to=BUCKET, journal=path, items_per_job=2)
            assert at > 20
            return
        except Killed:
            pass
        done = _resumed(bucket, path)
        if done is not None:
            assert done.tally == Tally(5, done=5)
            assert set(bucket.started().values()) == {1}, at
            assert bucket.written() == bucket.expected()
    raise AssertionError("it never ends")


def _resumed(bucket: Bucket, path: Path) -> RunReport | None:
    """Carry a run to its end, and say what is true where a person is asked."""
    if not path.exists():
        return None
    try:
        return bucket.client().resume(path)
    except RunStopped:
        with Journal.read(path) as journal:
            [lost] = [one for one in journal.unfinished() if one.state is State.INTENDED]
            files = {row["file"] for row in journal.values(lost.first, lost.last)}
        assert files.isdisjoint(bucket.started())
        return bucket.client().resume(path, resubmit=True)


def test_a_resumed_run_watches_the_jobs_that_it_has(path: Path) -> None:
    bucket = Bucket(120, timing=Timing(1, 1, 0.1, 600))
    with pytest.raises(Killed):
        bucket.export(path, driver=interrupted(36, True))
    with Journal.read(path) as journal:
        assert journal.tally().running > 0
        assert len(journal.running_rows()) == len(journal.row_jobs())
    assert bucket.client().resume(path).tally == Tally(120, done=120)
    assert bucket.sent()["bulk_start_exports"] == 2


def test_a_job_that_cannot_be_read_any_more_leaves_its_row_in_question_and_no_other(path: Path) -> None:
    bucket = Bucket(3, timing=Timing(1, 1, 0.1, 600))
    with pytest.raises(Killed):
        bucket.export(path, driver=interrupted(36, True))
    gone = next(one for one in bucket.simulator.transfers.all() if one.wanted.volume == BUCKET)
    transfers = bucket.simulator.transfers
    del transfers._transfers[gone.id]
    for each in transfers._of.values():
        each.pop(gone.id, None)
    done = bucket.client().resume(path)
    assert done.tally == Tally(3, done=2, unknown=1)


# What is asked for

WRONG = {
    "file,volume,location\nf1,bucket,a": (2, "volume", "owner/name"),
    "file,volume,location\nf1,o/v,/a": (2, "location", "begins with a slash: write it as 'a'"),
    "file,volume,location\nf1,o/v,a/../b": (2, "location", r"contains '\.\.'"),
    "file,volume,location\nf1,o/v,a/": (2, "location", "none at its end"),
    "file,volume,location\nf1,o/v,": (2, "location", "the destination is missing"),
    "file,location\nf1,a": (2, None, "the destination is missing"),
    "file,volume,location,overwrite\nf1,o/v,a,maybe": (2, "overwrite", "expected true or false"),
    "location,volume\na,o/v": (1, None, "no key names the file|no column"),
    "file,volume,location\nf1,o/v,a\nf1,o/v,b": (3, "file", "duplicates row 2"),
    "file,volume,location\nf1,o/v," + "a" * 1025: (2, "location", "1024 bytes"),
}


@pytest.mark.parametrize(("text", "told"), WRONG.items(), ids=range(len(WRONG)))
def test_what_is_wrong_with_a_row_is_told_before_anything_is_sent(path: Path, text: str, told: Any) -> None:
    bucket = Bucket()
    row, column, message = told
    with pytest.raises(ManifestError, match=message) as wrong:
        bucket.client().run("EXPORT_COPY", io.BytesIO(text.encode()), journal=path)
    assert [(one.row, one.column) for one in wrong.value.problems] == [(row, column)]
    assert not bucket.simulator.requests
    assert not path.exists()


def test_rows_by_path_are_named_as_they_were_below_the_given_place(path: Path) -> None:
    bucket = Bucket()
    folder = bucket.world.add_folder("run", bucket.source.root)
    file = bucket.world.add_file("a.bam", folder, size=3)
    table = b"path,lab,aws_storage_class\nrfranklin/source/run/a.bam,x,STANDARD_IA\n"
    done = bucket.client().run("EXPORT_COPY", io.BytesIO(table), to=f"{BUCKET}:deep/er/", journal=path)
    assert (done.tally, bucket.written()) == (Tally(1, done=1), ["deep/er/a.bam"])
    [export] = bucket.simulator.transfers.all()
    assert isinstance(export.wanted, Export)
    assert (export.wanted.file, export.wanted.properties) == (file.id, {"aws_storage_class": "STANDARD_IA"})
    [row] = report(path)
    assert (row["lab"], row["location"], row["source_path"]) == ("x", "deep/er/a.bam", "rfranklin/source/run/a.bam")


def test_a_report_is_a_manifest_of_the_same_exports(path: Path) -> None:
    bucket = Bucket(2)
    bucket.export(path)
    names = [*report(path)[0]]
    lines = [",".join(str(row[name] or "") for name in names) for row in report(path)]
    with bucket.client().plan("EXPORT_COPY", io.BytesIO("\n".join([",".join(names), *lines]).encode())) as draft:
        assert draft.items() == [ExportItem(file, BUCKET, f"out/{n}.bam") for n, file in enumerate(bucket.files)]


@pytest.mark.parametrize(("column", "way"), [("overwrite", "true"), ("overwrite", "No")])
def test_an_object_is_overwritten_only_if_its_row_says_so(path: Path, column: str, way: str) -> None:
    bucket = Bucket(1)
    bucket.volume.objects.put("a", 1)
    table = f"file,volume,location,{column}\n{bucket.files[0]},{BUCKET},a,{way}\n".encode()
    done = bucket.client().run("EXPORT_COPY", io.BytesIO(table), journal=path)
    assert done.succeeded == (way == "true")


def test_more_than_a_hundred_rows_cannot_go_into_one_call(path: Path) -> None:
    bucket = Bucket(1)
    with pytest.raises(InputError, match="expected at most 100, not 101"):
        bucket.client().run("EXPORT_COPY", bucket.table(), to=BUCKET, journal=path, items_per_job=101)
    with pytest.raises(InputError, match="goes to a volume"):
        bucket.client().run("EXPORT_COPY", bucket.table(), project="rfranklin/target", journal=path)


@pytest.mark.parametrize(
    ("to", "told"),
    [
        (f"cgc:{BUCKET}", "is on another platform"),
        (f"{BUCKET}:/run", "does not begin with a slash"),
        (f"{BUCKET}:run/../x", "has no meaning on a volume"),
        (f"{BUCKET}:run//x", "a name between slashes"),
        ("s3://bucket", "is a bucket"),
        ("rfranklin", "is not a place on a volume"),
    ],
)
def test_a_destination_that_is_no_place_to_write_to_is_refused_before_anything_is_sent(
    path: Path, to: str, told: str
) -> None:
    bucket = Bucket(1)
    with pytest.raises(InputError, match=told):
        bucket.client().run("EXPORT_COPY", bucket.table(), to=to, journal=path)
    assert not bucket.simulator.requests


def test_verification_finds_what_is_not_on_the_volume_or_not_whole(path: Path) -> None:
    bucket = Bucket(120, variant=Variant(page_max=50))
    bucket.export(path)
    assert bucket.client().verify(path).agrees
    bucket.remove("out/7.bam")
    bucket.volume.objects.put("out/8.bam", 1)
    found = bucket.client().verify(path)
    assert (found.checked, [str(one) for one in found.differences]) == (
        120,
        [f"{BUCKET}:out/7.bam: is missing", f"{BUCKET}:out/8.bam: has 1 B, but its source has 1.01 kB"],
    )


def test_progress_counts_each_export_as_a_job(path: Path) -> None:
    bucket = Bucket(150)
    seen: list[Progress] = []
    options = RunOptions(jobs_in_flight=1)
    client = bucket.client()
    client.run("EXPORT_COPY", bucket.table(), to=BUCKET, journal=path, on_change=seen.append, options=options)
    assert all(one.jobs_running + one.jobs_ended <= one.jobs_total == 150 for one in seen)
    assert max(one.jobs_running for one in seen) == 100
    assert (seen[-1].jobs_ended, seen[-1].tally) == (150, Tally(150, done=150))
    assert len({job.id for one in seen for job in one.ended}) == 150
