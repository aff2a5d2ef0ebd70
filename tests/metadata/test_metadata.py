"""Metadata and tags: each file gets what its row says and keeps all else, whatever is answered, lost or killed."""

from __future__ import annotations

import asyncio
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk import InputError, ManifestError, RunReport, Tally
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.metadata.items import in_columns
from sbg_bulk.runs import forms
from sbg_bulk.runs.journal import Journal
from sbg_bulk.simulator import File, Variant
from tests.support.runs import Killed, Service, interrupted, report

BEFORE = {"case_id": "C-1", "sample_id": "old"}
TAGS = ["kept", "stale"]

ODD = {
    "name": "n",
    "size": "1",
    "tags": "t",
    "clear": "c",
    "action": "a",
    "to": "here",
    "outcome": "alive",
    "message": "m",
    "id": "number 5",
    "metadata": "whole",
    "metadata.x": "x",
    "Sample ID": "with a space",
    "größe": "42 µm",
    "note": ' "quoted", with; marks\nand a line ',
    "formula": "=1+1",
}
"""Keys and values that mean something else in a table, or have to be quoted in it."""


class Cohort(Service):
    """A simulator with a project of files that have metadata and tags."""

    def __init__(self, files: int = 0, **settings: Any) -> None:
        super().__init__(files, **settings)
        for node in self.nodes():
            node.metadata, node.tags = dict(BEFORE), list(TAGS)

    def nodes(self) -> list[File]:
        found = [self.world.nodes[file] for file in self.files]
        return [node for node in found if isinstance(node, File)]

    def samples(self) -> io.BytesIO:
        """A manifest that gives each file another sample."""
        return io.BytesIO("\n".join(["id,sample_id", *(f"{f},S{n}" for n, f in enumerate(self.files)), ""]).encode())

    def described(self, path: Path, driver: type[BlockingDriver] = BlockingDriver, **settings: Any) -> RunReport:
        return self.client(driver).run("METADATA", self.samples(), journal=path, **settings)

    def sent(self) -> Counter[str]:
        """How many requests of each kind there were."""
        return Counter(one.operation or "" for one in self.simulator.requests)

    def is_described(self) -> bool:
        """Whether each file has its sample, and all that it had beside."""
        return all(
            (node.metadata, node.tags) == ({**BEFORE, "sample_id": f"S{n}"}, TAGS)
            for n, node in enumerate(self.nodes())
        )


def csv(rows: list[dict[str, Any]]) -> io.BytesIO:
    """Rows as a table, in the form in which this program writes tables."""
    text = io.StringIO(newline="")
    forms.write(text, "csv", list(dict.fromkeys(key for row in rows for key in row)), rows)
    return io.BytesIO(text.getvalue().encode())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.sbg-run"


def test_each_file_gets_its_value_and_keeps_all_else_for_two_requests_a_hundred(path: Path) -> None:
    cohort = Cohort(250)
    done = cohort.described(path)
    assert (done.succeeded, done.tally, done.job_type) == (True, Tally(250, done=250), "METADATA")
    assert cohort.is_described()
    assert (cohort.sent()["bulk_get_files"], cohort.sent()["bulk_edit_files"], sum(cohort.sent().values())) == (3, 3, 8)


@pytest.mark.parametrize(
    "variant",
    [
        Variant(bulk_edit_erases=True),
        Variant(bulk_order="shuffled"),
        Variant(bulk_fields="least"),
        Variant(bulk_status=202, extra_keys=True, bulk_error_status=False),
        Variant(rate_headers="absent", date_header=False),
        Variant(without_value="null"),
    ],
    ids=str,
)
def test_nothing_is_lost_however_the_service_answers(path: Path, variant: Variant) -> None:
    cohort = Cohort(130, variant=variant)
    assert cohort.described(path).tally == Tally(130, done=130)
    assert cohort.is_described()
    assert cohort.client().tag(cohort.files, add=["new"], journal=path.with_name("b")).succeeded
    assert {tuple(node.tags) for node in cohort.nodes()} == {(*TAGS, "new")}
    assert cohort.nodes()[7].metadata == {**BEFORE, "sample_id": "S7"}


def test_both_clients_send_the_same_requests(path: Path) -> None:
    blocking, awaiting = Cohort(120), Cohort(120)
    client = blocking.client()
    client.set_metadata(blocking.samples(), clear=["case_id"], journal=path)
    client.tag(blocking.files, remove=["stale"], journal=path.with_name("b"))
    found = client.metadata(blocking.files), client.tags("rfranklin/source")

    async def run() -> tuple[dict[str, Any], dict[str, Any]]:
        async with awaiting.async_client() as client:
            await client.set_metadata(awaiting.samples(), clear=["case_id"], journal=path.with_name("c"))
            await client.tag(awaiting.files, remove=["stale"], journal=path.with_name("d"))
            return await client.metadata(awaiting.files), await client.tags("rfranklin/source")

    assert [list(one.values()) for one in asyncio.run(run())] == [list(one.values()) for one in found]
    wires = [[(one.operation, one.path) for one in each.simulator.requests] for each in (blocking, awaiting)]
    assert wires[0] == wires[1]
    assert found[0][blocking.files[3]] == {"sample_id": "S3"}
    assert found[1]["rfranklin/source/f3.bam"] == ["kept"]


def test_what_a_file_has_already_is_not_sent_again(path: Path) -> None:
    cohort = Cohort(30)
    cohort.described(path)
    before = [node.modified_on for node in cohort.nodes()]
    cohort.clock.advance(60)
    assert cohort.described(path.with_name("again")).tally == Tally(30, done=30)
    assert cohort.sent()["bulk_edit_files"] == 1
    assert [node.modified_on for node in cohort.nodes()] == before


def test_an_empty_value_changes_nothing_and_what_is_cleared_is_named(path: Path) -> None:
    cohort = Cohort(3)
    lines = ["file,sample_id,case_id", f"{cohort.files[0]},,C-9", f"{cohort.files[1]},NA,", f"{cohort.files[2]},S2,"]
    manifest = io.BytesIO("\n".join(lines).encode())
    assert cohort.client().set_metadata(manifest, clear=["case_id", "absent"], journal=path).succeeded
    assert [node.metadata for node in cohort.nodes()] == [
        {"case_id": "C-9", "sample_id": "old"},
        {"sample_id": "old"},
        {"sample_id": "S2"},
    ]
    assert [node.tags for node in cohort.nodes()] == [TAGS] * 3


@pytest.mark.parametrize("table", [False, True])
def test_what_comes_out_goes_in(path: Path, table: bool) -> None:
    cohort = Cohort(40)
    for number, node in enumerate(cohort.nodes()):
        node.metadata = {**ODD, "number": str(number)}
    client = cohort.client()
    had = client.metadata("rfranklin/source")
    assert set(had) == {f"rfranklin/source/f{number}.bam" for number in range(40)}
    source: Any = [{"path": name, "metadata": values} for name, values in had.items()]
    if table:
        source = csv([{"path": name, **in_columns(values)} for name, values in had.items()])
    for node in cohort.nodes():
        node.metadata = {"else": "stays"}
    assert client.set_metadata(source, journal=path).succeeded
    assert [node.metadata for node in cohort.nodes()] == [
        {**ODD, "number": str(number), "else": "stays"} for number in range(40)
    ]


def test_a_report_is_a_manifest_of_the_same_changes(path: Path) -> None:
    cohort = Cohort(4)
    rows = [{"file": file, "metadata": ODD, "clear": ["case_id"], "size": "7"} for file in cohort.files]
    cohort.client().set_metadata(rows, journal=path)
    with Journal.open(path) as journal:
        names, told = journal.report_columns(), list(journal.report())
    text = io.StringIO(newline="")
    forms.write(text, "csv", names, told)
    for node in cohort.nodes():
        node.metadata = dict(BEFORE)
    again = path.with_name("again")
    assert cohort.client().run("METADATA", io.BytesIO(text.getvalue().encode()), journal=again).succeeded
    assert [node.metadata for node in cohort.nodes()] == [{**ODD, "sample_id": "old"}] * 4
    assert report(again) == told


def test_tags_are_added_removed_and_set(path: Path) -> None:
    cohort = Cohort(4)
    client, [first, second, third, fourth] = cohort.client(), cohort.files
    assert client.tag([first, "rfranklin/source/f1.bam"], add=["new", "kept"], journal=path).succeeded
    client.tag([second], remove=["stale", "absent"], journal=path.with_name("b"))
    client.tag(third, set=[], journal=path.with_name("c"))
    table = f'file,action,tags\n{fourth},set,"a; b"\n{first},remove,"[""new""]"\n'
    client.tag(io.BytesIO(table.encode()), journal=path.with_name("d"))
    assert [node.tags for node in cohort.nodes()] == [["kept", "stale"], ["kept", "new"], [], ["a", "b"]]
    assert all(node.metadata == BEFORE for node in cohort.nodes())
    assert cohort.sent()["bulk_edit_files"] == 4


def test_what_cannot_be_changed_fails_alone_and_is_tried_again_by_retry(path: Path) -> None:
    cohort = Cohort(5)
    folder = cohort.world.add_folder("sub", cohort.source.root)
    rows = [{"id": file, "sample_id": "S"} for file in [*cohort.files, folder.id, "0" * 24]]
    done = cohort.client().set_metadata(rows, journal=path)
    assert done.tally == Tally(7, done=5, failed=2)
    told = {row["file"]: row["message"] for row in report(path) if row["outcome"] == "failed"}
    assert "is a folder" in told[folder.id]
    assert "file was not found" in told["0" * 24]
    assert cohort.client().retry(path, journal=path.with_name("again")).tally == Tally(2, failed=2)


# Lost answers and killed processes


@pytest.mark.parametrize("kind", ["cut_after", "cut_before"])
@pytest.mark.parametrize("what", ["METADATA", "TAGS"])
def test_a_lost_answer_is_settled_by_reading_back(path: Path, kind: str, what: str) -> None:
    cohort = Cohort(100, faults=[f"kind={kind} op=bulk_edit_files call=1"])
    if what == "METADATA":
        assert cohort.described(path).tally == Tally(100, done=100)
        assert cohort.is_described()
    else:
        assert cohort.client().tag(cohort.files, add=["new"], journal=path).tally == Tally(100, done=100)
        assert {tuple(node.tags) for node in cohort.nodes()} == {(*TAGS, "new")}
    assert cohort.sent()["bulk_edit_files"] == (1 if kind == "cut_after" else 2)
    assert sum(cohort.sent().values()) <= 4 + (1 if kind == "cut_after" else 3)


@pytest.mark.parametrize(("kind", "field"), [("leave_out", "items"), ("null_field", "resource"), ("null_field", "id")])
def test_files_that_an_answer_does_not_tell_of_are_read(path: Path, kind: str, field: str) -> None:
    cohort = Cohort(100, faults=[f"kind={kind} field={field} op=bulk_edit_files call=1"])
    assert cohort.described(path).tally == Tally(100, done=100)
    assert cohort.is_described()
    assert cohort.sent()["bulk_edit_files"] == 1


@pytest.mark.parametrize("after", [False, True])
def test_wherever_the_process_is_killed_each_file_is_as_it_should_be(tmp_path: Path, after: bool) -> None:
    for at in range(1000):
        cohort, path = Cohort(5), tmp_path / str(at)
        try:
            cohort.described(path, interrupted(at, after), items_per_job=2)
            assert at > 20
            return
        except Killed:
            pass
        if path.exists() and path.stat().st_size and _begun(path):
            assert cohort.client().resume(path).tally == Tally(5, done=5)
            assert cohort.is_described()
    raise AssertionError("the run does not end")


def _begun(path: Path) -> bool:
    try:
        Journal.open(path).close()
    except InputError:
        return False
    return True


# Verification


def test_verification_finds_what_another_has_changed_since(path: Path) -> None:
    cohort = Cohort(120)
    cohort.described(path)
    assert cohort.client().verify(path).agrees
    cohort.nodes()[3].metadata["sample_id"] = "other"
    del cohort.nodes()[4].metadata["sample_id"]
    cohort.world.delete(cohort.nodes()[5])
    found = cohort.client().verify(path)
    told = [str(one) for one in found.differences]
    assert told == [
        f"{cohort.files[3]}: sample_id is 'other', not 'S3'",
        f"{cohort.files[4]}: sample_id is None, not 'S4'",
        f"{cohort.files[5]}: is missing",
    ]
    assert found.checked == 120


def test_a_plan_tells_what_it_would_change(path: Path) -> None:
    cohort = Cohort(2)
    cohort.nodes()[1].metadata["sample_id"] = "S1"
    client = cohort.client()
    with client.plan("METADATA", cohort.samples(), settings={"clear": ["case_id"]}, journal=path) as draft:
        found = [(one.path, one.key, one.old, one.new) for one in client.changes(draft)]
    assert found == [
        ("f0.bam", "sample_id", "old", "S0"),
        ("f0.bam", "case_id", "C-1", None),
        ("f1.bam", "case_id", "C-1", None),
    ]
    assert cohort.sent()["bulk_edit_files"] == 0


# What is wrong with a manifest

KEY, VALUE = "k" * 101, "ä" * 151


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"file,{KEY}\nID,x\nID2,y\n", [(2, KEY, "the key has 101 bytes")]),
        (f"file,a\nID,{VALUE}\n", [(2, "a", "the value has 302 bytes")]),
        ("file,a,a\nID,x,y\n", [(1, "a", "two columns have this name")]),
        ("file,a,metadata.a\nID,x,y\n", [(2, "metadata.a", "the key a has two columns")]),
        ("file,sample_id,to\nID,x,a/b\n", [(2, "to", "belongs to another kind of manifest")]),
        ("file,tags\nID,x\n", [(2, "tags", "change them with tag(...)")]),
        ("file,drs_uri,a\nID,drs://h/1,x\n", [(2, "drs_uri", "belongs to another kind of manifest")]),
        ("file,metadata.\nID,x\n", [(2, "metadata.", "the metadata key is empty")]),
        ("file,a\nID,\n", [(2, None, "the row changes nothing")]),
        ("file,a\nID,x\nID,y\n", [(3, "file", "duplicates row 2")]),
        ("file,a\nnot an id,x\n", [(2, "file", "is not an id")]),
        ("file,a\ndrs://host/1,x\n", [(2, "file", "is a DRS URI")]),
        ("file,a\nID,#N/A\n", [(2, "a", "error of a spreadsheet formula")]),
        ('{"file": "ID", "metadata": {"a": 5}}\n', [(1, "metadata.a", "expected text, not 5")]),
        ('{"file": "ID", "metadata": "a"}\n', [(1, "metadata", "expected an object")]),
        ('{"file": "ID", "clear": [5]}\n', [(1, "clear", "expected a list of strings")]),
    ],
)
def test_what_is_wrong_with_a_row_is_told_before_anything_is_sent(path: Path, text: str, told: Any) -> None:
    cohort = Cohort(2)
    text = text.replace("ID2", cohort.files[1]).replace("ID", cohort.files[0])
    with pytest.raises(ManifestError) as raised:
        cohort.client().set_metadata(io.BytesIO(text.encode()), journal=path)
    found = [(one.row, one.column) for one in raised.value.problems]
    assert found == [(row, column) for row, column, _ in told]
    for one, (_, _, message) in zip(raised.value.problems, told, strict=True):
        assert message in one.message
    assert not cohort.simulator.requests
    assert not path.exists()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"add": ["a"], "set": []}, "Give only one of add, remove and set"),
        ({"add": []}, "there are no tags to add"),
        ({}, "the action is missing"),
        ({"add": [" "]}, "expected text"),
    ],
)
def test_tags_are_said_once_and_are_texts(path: Path, given: Any, message: str) -> None:
    cohort = Cohort(1)
    with pytest.raises(InputError, match=message):
        cohort.client().tag(cohort.files, journal=path, **given)
    assert not cohort.simulator.requests


def test_a_change_has_no_destination_and_no_job(path: Path) -> None:
    cohort = Cohort(1)
    with pytest.raises(InputError, match="have no destination"):
        cohort.described(path, to="rfranklin/target")
    with pytest.raises(InputError, match="unknown key 'tags'; the keys are: clear"):
        cohort.described(path, settings={"tags": ["a"]})
    with pytest.raises(InputError, match="at most 100, not 101"):
        cohort.described(path, items_per_job=101)
    assert not cohort.simulator.requests


def test_what_is_not_there_or_is_a_folder_is_not_read() -> None:
    cohort = Cohort(1)
    folder = cohort.world.add_folder("sub", cohort.source.root)
    client = cohort.client()
    with pytest.raises(InputError, match=r"0{24} was not found"):
        client.metadata(["0" * 24])
    with pytest.raises(InputError, match="is a folder"):
        client.tags(folder.id)
    assert json.dumps(client.metadata(cohort.files)) == json.dumps({cohort.files[0]: BEFORE})
