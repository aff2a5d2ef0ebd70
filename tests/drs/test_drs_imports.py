"""Imports by DRS: each object once, however the service answers, whatever answer is lost, whenever the process ends."""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk import (
    Cause,
    InputError,
    ManifestError,
    Polling,
    Progress,
    RunOptions,
    RunReport,
    RunStopped,
    Settings,
    Tally,
    Token,
    Wait,
)
from sbg_bulk.api.drivers.base import TIMEOUT
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.policy import RequestPolicy
from sbg_bulk.api.steps import Step
from sbg_bulk.api.waits import waiting
from sbg_bulk.families import family_of
from sbg_bulk.runs import forms
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import Outcome, RowOutcome
from sbg_bulk.runs.run import run
from sbg_bulk.simulator import File, Variant
from tests.support.clients import KINDS, Kind
from tests.support.runs import ENDPOINT, TARGET, TOKEN, Killed, Service, interrupted, outcomes, report

HOST = "drs://portal.example"


class Portal(Service):
    """A simulator with a repository of objects, and a project to import them to."""

    def __init__(self, objects: int = 0, **settings: Any) -> None:
        super().__init__(0, **settings)
        self.uris = [f"{HOST}/object-{number}" for number in range(objects)]
        for number, uri in enumerate(self.uris):
            self.world.repository.add(uri, f"in-repository-{number}.bam", size=100 + number)

    def table(self, *, named: bool = True) -> io.BytesIO:
        """A manifest as portals write them."""
        head = "drs_uri,file_name,sample_id,size" if named else "drs_uri,sample_id"
        rows = [f"{uri},f{n}.bam,S{n},7" if named else f"{uri},S{n}" for n, uri in enumerate(self.uris)]
        return io.BytesIO("\n".join([head, *rows, ""]).encode())

    def imported(self, path: Path, driver: type[BlockingDriver] = BlockingDriver, **settings: Any) -> RunReport:
        return self.client(driver).import_drs(self.table(), to=TARGET, journal=path, **settings)

    def there(self) -> dict[str, dict[str, str]]:
        """The names of the files in the target, with their metadata."""
        return {
            name: node.metadata for name, node in sorted(self.target.root.children.items()) if isinstance(node, File)
        }

    def expected(self) -> dict[str, dict[str, str]]:
        return dict(sorted((f"f{number}.bam", {"sample_id": f"S{number}"}) for number in range(len(self.uris))))

    def sent(self) -> Counter[str]:
        """How many requests of each kind there were."""
        return Counter(one.operation or "" for one in self.simulator.requests)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.sbg-run"


def test_each_object_is_imported_once_with_its_name_and_metadata(path: Path) -> None:
    portal = Portal(250)
    done = portal.imported(path)
    assert (done.succeeded, done.tally, done.job_type) == (True, Tally(250, done=250), "DRS_IMPORT")
    assert portal.there() == portal.expected()
    assert portal.sent()["start_drs_import"] == 3
    assert portal.client().verify(path).agrees


def test_the_awaiting_client_sends_the_same_requests(path: Path) -> None:
    blocking, awaiting = Portal(30), Portal(30)
    blocking.imported(path)

    async def run() -> RunReport:
        async with awaiting.async_client() as client:
            return await client.import_drs(awaiting.table(), to=TARGET, journal=path.with_name("b"))

    assert asyncio.run(run()).tally == Tally(30, done=30)
    wires = [
        [(one.operation, one.path.rpartition("/")[0]) for one in each.simulator.requests]
        for each in (blocking, awaiting)
    ]
    assert wires[0] == wires[1]


def test_a_pace_of_the_service_delays_and_loses_nothing(path: Path) -> None:
    portal = Portal(250, variant=Variant(drs_pace=(60.0, 300.0)))
    assert portal.imported(path).tally == Tally(250, done=250)
    assert portal.there() == portal.expected()
    assert portal.sent()["get_drs_import"] < 400


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__.lower())
def test_all_files_of_a_run_get_the_tags_that_were_given_for_it(path: Path, kind: Kind) -> None:
    portal = Portal(120)
    with closing(kind(portal.simulator.transport(), portal.clock, ENDPOINT, TOKEN)) as client:
        done = client.call("import_drs", portal.table(), to=TARGET, journal=path, tags=["portal", "b c"])
    assert done.tally == Tally(120, done=120)
    files = [node for node in portal.target.root.children.values() if isinstance(node, File)]
    assert {tuple(sorted(node.tags)) for node in files} == {("b c", "portal")}
    assert portal.there() == portal.expected()


def test_tags_stand_in_the_manifest_too_and_a_report_has_them(path: Path) -> None:
    portal = Portal(2)
    rows = "".join(f"{uri},f{n}.bam,portal;raw,S{n},x\n" for n, uri in enumerate(portal.uris))
    table = io.BytesIO(f"drs_uri,name,tags,sample_id,metadata.tags\n{rows}".encode())
    assert portal.client().import_drs(table, to=TARGET, journal=path).succeeded
    assert portal.there() == {f"f{n}.bam": {"sample_id": f"S{n}", "tags": "x"} for n in range(2)}
    with Journal.open(path) as journal:
        names, again = journal.report_columns(), list(journal.report())
    text = io.StringIO(newline="")
    forms.write(text, "csv", names, again)
    other = Portal(2)
    other.client().run("DRS_IMPORT", io.BytesIO(text.getvalue().encode()), journal=path.with_name("again"))
    assert other.there() == portal.there()
    files = [node for node in other.target.root.children.values() if isinstance(node, File)]
    assert [sorted(node.tags) for node in files] == [["portal", "raw"]] * 2


# The pace


def most_in_a_span(portal: Portal, seconds: float = 300.0) -> int:
    """The most objects that were submitted in so many seconds, in jobs of a hundred."""
    times = [one.time for one in portal.simulator.requests if one.operation == "start_drs_import"]
    return 100 * max(sum(begin <= time < begin + seconds for time in times) for begin in times)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__.lower())
def test_no_more_objects_are_submitted_than_the_platform_imports_in_the_time(path: Path, kind: Kind) -> None:
    portal, waits = Portal(1_100), list[Wait]()
    progress: list[Progress] = []
    with closing(kind(portal.simulator.transport(), portal.clock, ENDPOINT, TOKEN)) as client:
        began = portal.clock.now()
        done = client.call(
            "import_drs", portal.table(), to=TARGET, journal=path, on_wait=waits.append, on_change=progress.append
        )
    assert (done.tally, most_in_a_span(portal)) == (Tally(1_100, done=1_100), 500)
    assert 600 <= portal.clock.now() - began < 640
    held = [wait for wait in waits if wait.cause is Cause.PACE]
    assert {wait.reason for wait in held} == {"to keep the pace of 500 files in 5 min"}
    assert waiting(held[0]).startswith("Waiting 5 min to keep the pace")
    # The jobs are looked at meanwhile, and it is told how long it still takes.
    assert [wait.seconds for wait in held[:3]] == sorted((wait.seconds for wait in held[:3]), reverse=True)
    assert any(one.tally.done == 500 and one.tally.open == 600 for one in progress)
    assert any(one.waiting in held for one in progress)
    looks = [one for one in progress if one.waiting is not None and one.waiting.cause is Cause.NEXT_LOOK]
    assert all(one.tally.open == 0 for one in looks)
    with Journal.read(path) as journal:
        assert 500 < sum(slot.waited for slot in journal.slots() if slot.cause == "pace") <= 600


@pytest.mark.parametrize(("pace", "most"), [(200, 200), (1_000, 600), (50, 100)])
def test_the_pace_is_a_setting_that_a_run_keeps(path: Path, pace: int, most: int) -> None:
    portal = Portal(600)

    def stop(progress: Progress) -> None:
        if progress.tally.running:
            raise Killed

    with pytest.raises(Killed):
        portal.imported(path, options=RunOptions(pace=pace), on_change=stop)
    began = portal.clock.now()
    assert portal.client().resume(path).tally == Tally(600, done=600)
    # The journal of a client is on the clock of this machine, which does not stand still.
    assert most_in_a_span(portal, 290.0) == most
    assert portal.clock.now() - began >= 300 * (600 / most - 1) * max(1, 100 / pace)


@pytest.mark.parametrize("away", [0.0, 200.0, 300.0])
def test_what_was_submitted_before_the_run_was_resumed_counts(path: Path, away: float) -> None:
    portal = Portal(1_000)
    _begun(portal, path)

    def carry(driver: type[BlockingDriver]) -> None:
        settings, policy = Settings(ENDPOINT, Token(TOKEN)), RequestPolicy(polling=Polling(1.0, 5.0))
        made = portal.clock.blocking_driver(portal.simulator.transport(), driver)(settings, TIMEOUT)
        with closing(made), Journal.open(path, portal.clock.now) as journal:
            made.run(run(policy, journal, family_of(journal), RunOptions(), token="a mark"))

    class Ends(BlockingDriver):
        def _perform(self, step: Step) -> object:
            if portal.sent()["start_drs_import"] == 5:
                raise Killed
            return super()._perform(step)

    with pytest.raises(Killed):
        carry(Ends)
    portal.clock.advance(away)
    began = portal.clock.now()
    carry(BlockingDriver)
    again = [one.time for one in portal.simulator.requests if one.operation == "start_drs_import"][5]
    assert most_in_a_span(portal, 299.0) == 500
    # The last of the first five was not known to be accepted when the process ended.
    assert (300 - away) - 5 <= again - began <= (300 - away) + 40
    assert set(outcomes(path)) == {"done"}


def test_what_is_refused_does_not_count(path: Path) -> None:
    portal = Portal(600)
    with Journal.open(_begun(portal, path)) as journal:
        one = journal.intend(0, 99, None)
        journal.ended(one, None, [RowOutcome(Outcome.FAILED, None, 3001)] * 100)
        journal.void(journal.intend(100, 199, None))
        assert journal.sent_lately(300.0) == []
        journal.started(journal.intend(100, 199, None), "1")
        journal.intend(200, 249, None)
        assert [size for _, size in journal.sent_lately(300.0)] == [100, 50]
        assert journal.sent_lately(0.0) == []


def _begun(portal: Portal, path: Path) -> Path:
    with portal.client().plan("DRS_IMPORT", portal.table(), to=TARGET, journal=path) as draft:
        draft.begin().close()
    return path


@pytest.mark.parametrize(
    "variant",
    [
        Variant(result_order="shuffled"),
        Variant(drs_listed=True),
        Variant(rate_headers="absent", date_header=False),
        Variant(without_value="null", extra_keys=True),
        Variant(dates="absent"),
    ],
    ids=str,
)
def test_each_object_is_imported_once_however_the_service_answers(path: Path, variant: Variant) -> None:
    portal = Portal(130, variant=variant)
    assert portal.imported(path).tally == Tally(130, done=130)
    assert portal.there() == portal.expected()


@pytest.mark.parametrize(("on_conflict", "number"), [("skip", 20), ("rename", 21), ("overwrite", 20)])
def test_a_taken_name_is_dealt_with_as_was_said(path: Path, on_conflict: str, number: int) -> None:
    portal = Portal(20)
    old = portal.world.add_file("f3.bam", portal.target.root, size=1)
    assert portal.imported(path, on_conflict=on_conflict).tally == Tally(20, done=20)
    there = portal.target.root.children
    assert len(there) == number
    assert (there["f3.bam"] is old) == (on_conflict != "overwrite")


@pytest.mark.parametrize("skipped", ["existing", "absent", "error", "renamed"])
def test_a_skipped_object_is_never_taken_for_another(path: Path, skipped: Any) -> None:
    portal = Portal(20, variant=Variant(drs_skipped=skipped))
    portal.world.add_file("f3.bam", portal.target.root, size=1)
    done = portal.imported(path)
    outcomes = {row["name"]: row["outcome"] for row in report(path)}
    assert {outcomes[f"f{number}.bam"] for number in range(20) if number != 3} == {"done"}
    assert outcomes["f3.bam"] == ("failed" if skipped == "error" else "done")
    assert done.tally.rows == 20


def test_objects_without_a_name_of_their_own_are_imported_too(path: Path) -> None:
    portal = Portal(5)
    done = portal.client().import_drs(portal.uris, to=TARGET, journal=path)
    assert done.tally == Tally(5, done=5)
    assert sorted(portal.there()) == [f"in-repository-{number}.bam" for number in range(5)]


def test_what_cannot_be_imported_fails_alone_and_is_tried_again_by_retry(path: Path) -> None:
    portal = Portal(5)
    uris, portal.uris = portal.uris, [*portal.uris, f"{HOST}/absent"]
    assert portal.imported(path).tally == Tally(6, done=5, failed=1)
    [failed] = [row for row in report(path) if row["outcome"] == "failed"]
    assert (failed["drs_uri"], failed["api_code"]) == (f"{HOST}/absent", 10212)
    portal.world.repository.add(f"{HOST}/absent", "late.bam", size=1)
    assert portal.client().retry(path, journal=path.with_name("again")).tally == Tally(1, done=1)
    portal.uris = [*uris, f"{HOST}/absent"]
    assert portal.there() == portal.expected()


def test_failures_that_cannot_be_told_apart_are_not_guessed(path: Path) -> None:
    portal = Portal(4)
    table = "\n".join(["drs_uri", *portal.uris, f"{HOST}/absent"])
    done = portal.client().import_drs(io.BytesIO(table.encode()), to=TARGET, journal=path)
    assert done.tally == Tally(5, unattributed=5)


def test_a_report_is_a_manifest_of_the_same_imports(path: Path) -> None:
    portal = Portal(4)
    portal.imported(path)
    with Journal.open(path) as journal:
        names, rows = journal.report_columns(), list(journal.report())
    text = io.StringIO(newline="")
    forms.write(text, "csv", names, rows)
    again, other = path.with_name("again"), Portal(4)
    manifest = io.BytesIO(text.getvalue().encode())
    assert other.client().run("DRS_IMPORT", manifest, journal=again).tally == Tally(4, done=4)
    assert other.there() == other.expected()


# Lost answers

LOST = ["kind=cut_after op=start_drs_import call=1"]
NEVER_SENT = ["kind=cut_before op=start_drs_import call=1"]


@pytest.mark.parametrize("listed", [False, True])
def test_a_lost_answer_is_settled_by_the_list_or_else_by_the_destination(path: Path, listed: bool) -> None:
    portal = Portal(120, faults=LOST, variant=Variant(drs_listed=listed))
    assert portal.imported(path).tally == Tally(120, done=120)
    assert portal.there() == portal.expected()
    assert portal.sent()["start_drs_import"] == 2


@pytest.mark.parametrize("on_conflict", ["skip", "rename"])
def test_what_neither_tells_of_a_person_decides(path: Path, on_conflict: str) -> None:
    portal = Portal(120, faults=NEVER_SENT)
    with pytest.raises(RunStopped, match=r"100 items \(DRS_IMPORT\)"):
        portal.imported(path, on_conflict=on_conflict)
    assert portal.sent()["start_drs_import"] == 2
    with pytest.raises(InputError, match="DRS_IMPORT job 123 was not found"):
        portal.client().resume(path, adopt="123")
    assert portal.client().resume(path, resubmit=True).tally == Tally(120, done=120)
    assert portal.there() == portal.expected()


def test_a_job_that_a_person_names_is_adopted(path: Path) -> None:
    portal = Portal(3, faults=LOST)
    table = io.BytesIO("\n".join(portal.uris).encode())
    with pytest.raises(RunStopped):
        portal.client().import_drs(table, to=TARGET, journal=path)
    [job] = portal.simulator.drs_imports.all()
    assert portal.client().resume(path, adopt=job.id).tally == Tally(3, done=3)
    assert portal.sent()["start_drs_import"] == 1


def test_files_of_the_names_that_were_there_before_prove_nothing(path: Path) -> None:
    portal = Portal(3, faults=NEVER_SENT)
    for number in range(3):
        portal.world.add_file(f"f{number}.bam", portal.target.root, size=1)
    portal.clock.advance(3600)
    with pytest.raises(RunStopped):
        portal.imported(path, on_conflict="rename")


def test_a_file_with_a_number_before_its_name_may_be_another_rows_own(path: Path) -> None:
    portal = Portal(2, faults=["kind=cut_before op=start_drs_import call=2"])
    rows = [f"{uri},{name}" for uri, name in zip(portal.uris, ("1_f.bam", "f.bam"), strict=True)]
    table = io.BytesIO("\n".join(["drs_uri,file_name", *rows]).encode())
    settings = {"conflict_resolution": "RENAME"}
    with pytest.raises(RunStopped):
        portal.client().run("DRS_IMPORT", table, to=TARGET, settings=settings, items_per_job=1, journal=path)
    assert portal.client().resume(path, resubmit=True).tally == Tally(2, done=2)
    assert sorted(portal.there()) == ["1_f.bam", "f.bam"]


@pytest.mark.parametrize(
    "told", ["field=date value='Tue, 01 Jan 2008 00:00:00 GMT' times=2", "field=date"], ids=["years late", "never"]
)
@pytest.mark.parametrize("listed", [False, True])
def test_what_was_there_before_proves_nothing_where_the_server_tells_a_wrong_time_or_none(
    path: Path, told: str, listed: bool
) -> None:
    portal = Portal(3, variant=Variant(drs_listed=listed))
    assert portal.imported(path.with_name("earlier")).succeeded
    portal.clock.advance(86_400)
    portal.simulator.arm(f"kind=header op=* {told}")
    portal.simulator.arm("kind=cut_before op=start_drs_import call=1")
    with pytest.raises(RunStopped):
        portal.imported(path, on_conflict="rename")


@pytest.mark.parametrize("after", [False, True])
def test_wherever_the_process_is_killed_each_object_is_imported_once(tmp_path: Path, after: bool) -> None:
    for at in range(1000):
        portal, path = Portal(4), tmp_path / str(at)
        try:
            portal.imported(path, interrupted(at, after))
            assert at > 15
            return
        except Killed:
            pass
        if not path.exists() or not path.stat().st_size:
            continue
        try:
            done = portal.client().resume(path)
        except RunStopped:
            assert not portal.there()  # it was never sent, and only a person can know
            done = portal.client().resume(path, resubmit=True)
        except InputError:
            continue  # it had not begun
        assert done.tally == Tally(4, done=4)
        assert portal.there() == portal.expected()
        assert portal.sent()["start_drs_import"] == 1
    raise AssertionError("the run does not end")


# What is wrong with a manifest


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("drs_uri\nhttp://h/1\n", [(2, "drs_uri", "expected drs://")]),
        ("drs_uri\ndrs://host\n", [(2, "drs_uri", "expected drs://")]),
        ("drs_uri,name\ndrs://h/1,a/b\n", [(2, "name", "must not contain a slash")]),
        ("drs_uri,file_name\ndrs://h/1,a/b\n", [(2, "file_name", "must not contain a slash")]),
        ("drs_uri,a\ndrs://h/1,x\ndrs://h/1,y\n", [(3, None, "duplicates row 2")]),
        (f"drs_uri,{'k' * 101}\ndrs://h/1,x\ndrs://h/2,x\n", [(2, "k" * 101, "the key has 101 bytes")]),
        ("drs_uri,volume\ndrs://h/1,o/v\n", [(2, "volume", "belongs to another kind of manifest")]),
        ("file,a\n5c6d4227e4b0385632389346,x\n", [(1, None, "no column has the DRS URIs")]),
        (
            "drs_uri,conflict_resolution\ndrs://h/1,skip\ndrs://h/2,rename\n",
            [(3, "conflict_resolution", "treat existing names alike")],
        ),
        ("drs_uri,tags\ndrs://h/1,a\ndrs://h/2,b\n", [(3, "tags", "the same tags, here a")]),
        ("drs_uri,tags\ndrs://h/1,\ndrs://h/2,b\n", [(3, "tags", "the same tags, here none")]),
        ("drs_uri,conflict_resolution\ndrs://h/1,never\n", [(2, "conflict_resolution", "expected SKIP, RENAME")]),
        ("drs_uri,to\ndrs://h/1,other/place\n", [(2, "to", "the column gives a destination")]),
    ],
)
def test_what_is_wrong_with_a_row_is_told_before_anything_is_sent(path: Path, text: str, told: Any) -> None:
    portal = Portal()
    client = portal.client()
    with pytest.raises(ManifestError) as raised:
        client.run("DRS_IMPORT", io.BytesIO(text.encode()), to=TARGET, journal=path)
    assert [(one.row, one.column) for one in raised.value.problems] == [(row, column) for row, column, _ in told]
    for one, (_, _, message) in zip(raised.value.problems, told, strict=True):
        assert message in one.message
    assert not portal.simulator.requests


def test_the_destination_and_the_way_with_taken_names_are_checked_first(path: Path) -> None:
    portal = Portal(1)
    with pytest.raises(ManifestError, match="the destination is missing"):
        portal.client().import_drs(portal.uris, journal=path)
    with pytest.raises(InputError, match="expected skip, rename or overwrite, not 'fail'"):
        portal.imported(path, on_conflict="fail")
    with pytest.raises(InputError, match="at most 100, not 101"):
        portal.client().run("DRS_IMPORT", portal.table(), to=TARGET, journal=path, items_per_job=101)
    assert not portal.simulator.requests
