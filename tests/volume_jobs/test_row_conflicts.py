"""What is there already where the rows of exports and imports go: it is not submitted again, and the rest is told."""

from __future__ import annotations

import io
from typing import Any

import pytest

from sbg_bulk import InputError, ManifestError, RunReport
from sbg_bulk.api.storage import ObjectPager
from sbg_bulk.models.storage import VolumeObject
from sbg_bulk.runs.draft import Draft
from sbg_bulk.simulator import File, ManualClock, Simulator, Variant
from sbg_bulk.simulator.world.moving import Export, Import
from sbg_bulk.simulator.world.tree import Node
from tests.support.both import Both
from tests.support.clients import KINDS, Kind

VOLUME, PROJECT = "rfranklin/bucket", "rfranklin/here"
OBJECTS = {"in/a.bam": 1, "in/b.bam": 2, "in/run/c.bam": 3, "in/run/deep/d.bam": 4}


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__.lower())
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
def call(kind: Kind) -> Both:
    """Three files, and a volume with objects."""
    simulator = Simulator(clock=ManualClock(), seed="empty", rate_limit=None)
    project = simulator.world.add_project(PROJECT)
    for number in range(3):
        simulator.world.add_file(f"{number}.bam", project, size=100 + number)
    simulator.world.volumes.add(VOLUME, objects=OBJECTS)
    return Both(simulator, kind)


@pytest.fixture
def unsized(monkeypatch: pytest.MonkeyPatch) -> None:
    """No storage says how large its objects are."""
    monkeypatch.setattr(VolumeObject, "size", None)


def table(*rows: str) -> io.BytesIO:
    return io.BytesIO("\n".join([*rows, ""]).encode())


def plan(call: Both, job_type: str, *rows: str, **options: Any) -> Draft:
    found: Draft = call("plan", job_type, table(*rows), **{"on_conflict": "skip", **options})
    return found


def run(call: Both, job_type: str, draft: Draft) -> RunReport:
    found: RunReport = call("run", job_type, draft)
    return found


def exports(call: Both, job_type: str = "EXPORT_COPY", *rows: str, **options: Any) -> Draft:
    """The plan of a manifest of all files, or of these rows."""
    given = rows or tuple(f"{PROJECT}/{number}.bam,x/{number}" for number in range(3))
    return plan(call, job_type, "path,location,overwrite", *(f"{row}," for row in given), to=VOLUME, **options)


def imports(call: Both, *rows: str, columns: str = "source", **options: Any) -> Draft:
    """The plan of a manifest of two objects, or of these rows."""
    given = [f"{VOLUME}:{row}" for row in rows or ("in/a.bam", "in/b.bam")]
    return plan(call, "IMPORT", columns, *given, **{"to": PROJECT, **options})


def objects(call: Both) -> Any:
    return call.simulator.world.volumes[VOLUME].objects


def there(call: Both) -> dict[str, Node]:
    return call.simulator.world.projects[PROJECT].root.children


def started(call: Both) -> list[str]:
    """The locations of all exports and imports."""
    return sorted(one.wanted.location for one in call.simulator.transfers.all())


def sent(call: Both, operation: str) -> int:
    return [one.operation for one in call.simulator.requests].count(operation)


def conflicts(draft: Draft) -> Any:
    assert draft.conflicts is not None
    return draft.conflicts


@pytest.mark.parametrize("job_type", ["EXPORT_COPY", "EXPORT_REPLACE"])
def test_exports_that_are_planned_again_are_there_already(call: Both, job_type: str) -> None:
    assert run(call, job_type, exports(call, job_type)).succeeded
    with exports(call, job_type) as again:
        assert (len(again), conflicts(again).existing, conflicts(again).unsized) == (0, 3, 0)
    objects(call).put("x/1", 7)
    with exports(call, job_type) as again:
        assert (len(again), conflicts(again).existing) == (0, 3 if job_type == "EXPORT_REPLACE" else 2)


@pytest.mark.usefixtures("unsized")
@pytest.mark.parametrize("job_type", ["EXPORT_COPY", "EXPORT_REPLACE"])
def test_what_is_there_with_a_size_that_nobody_tells_is_skipped_and_counted(call: Both, job_type: str) -> None:
    assert run(call, job_type, exports(call, job_type)).succeeded
    with exports(call, job_type) as again:
        assert (len(again), conflicts(again).existing, conflicts(again).unsized) == (0, 3, 3)
    assert run(call, "IMPORT", imports(call)).succeeded
    with imports(call) as again:
        assert (len(again), conflicts(again).existing, conflicts(again).unsized) == (0, 2, 2)


def test_an_object_of_another_size_is_reported_and_left_or_replaced_if_that_was_said(call: Both) -> None:
    objects(call).put("x/1", 7)
    with exports(call) as draft:
        (clash,) = conflicts(draft).different
        told = f"{VOLUME}:x/1: a file with this name and a different size exists there (7 B; this one has 101 B)"
        assert (len(draft), conflicts(draft).differing, str(clash)) == (2, 1, told)
        assert run(call, "EXPORT_COPY", draft).succeeded
    assert (started(call), objects(call).size("x/1")) == (["x/0", "x/2"], 7)
    with pytest.raises(InputError, match=rf"3 names exist on the volume: {VOLUME}:x/0, .*x/2\. Nothing was exported"):
        exports(call, on_conflict="fail")
    draft = exports(call, on_conflict="overwrite")
    assert (len(draft), conflicts(draft).overwritten) == (3, 3)
    assert run(call, "EXPORT_COPY", draft).succeeded
    assert objects(call).size("x/1") == 101
    with pytest.raises(InputError, match="on_conflict: expected skip, overwrite or fail, not 'rename'"):
        exports(call, on_conflict="rename")


def test_rows_that_say_what_to_do_are_submitted_and_cost_nothing(call: Both) -> None:
    objects(call).put("x/1", 7)
    rows = f"{PROJECT}/1.bam,x/1,true", f"{PROJECT}/2.bam,x/1,true"
    draft = plan(call, "EXPORT_COPY", "path,location,overwrite", *rows, to=VOLUME)
    assert (len(draft), sent(call, "list_volume_objects")) == (2, 0)
    draft.close()
    call.simulator.world.add_file("a.bam", call.simulator.world.projects[PROJECT], size=7)
    rows = f"{VOLUME}:in/a.bam,true,", f"{VOLUME}:in/b.bam,,true"
    call.simulator.requests.clear()
    draft = plan(call, "IMPORT", "source,overwrite,autorename", *rows, to=PROJECT)
    assert (len(draft), sent(call, "list_volume_objects"), sent(call, "list_files")) == (2, 0, 0)
    assert run(call, "IMPORT", draft).succeeded
    call.simulator.world.add_folder("run", call.simulator.world.projects[PROJECT])
    with plan(call, "IMPORT", "source,preserve_folder_structure", f"{VOLUME}:in/run/,false", to=PROJECT) as flat:
        assert (len(flat), conflicts(flat).differing) == (1, 0)


def test_nothing_is_in_the_way_in_a_folder_that_is_made(call: Both) -> None:
    rows = f"{VOLUME}:in/a.bam,{PROJECT}/new", f"{VOLUME}:in/b.bam,{PROJECT}"
    assert run(call, "IMPORT", plan(call, "IMPORT", "source,to", *rows, parents=True)).tally.done == 2
    with plan(call, "IMPORT", "source,to", *rows) as again:
        assert (len(again), conflicts(again).existing) == (0, 2)
    with imports(call, to=f"{PROJECT}/newer", parents=True) as draft:
        assert (len(draft), draft.folders) == (2, 1)


def test_rows_that_would_become_one_object_are_refused(call: Both) -> None:
    with pytest.raises(ManifestError, match=r"row 3: it would become 'x/a' in the same place as row 2"):
        exports(call, "EXPORT_COPY", f"{PROJECT}/0.bam,x/a", f"{PROJECT}/1.bam,x/a")
    with pytest.raises(ManifestError, match=r"row 3: it would become 'n' in the same place as row 2"):
        imports(call, "in/a.bam,n", "in/b.bam,n", columns="source,name")
    with imports(call, "in/a.bam,n", "in/b.bam,n", columns="source,name", on_conflict="rename") as draft:
        assert len(draft) == 2


def test_what_cannot_be_read_is_left_to_the_service(call: Both) -> None:
    objects(call).put("x/0", 100)
    folder = call.simulator.world.add_folder("folder", call.simulator.world.projects[PROJECT])
    rows = "5cf7d9ea560ad6eccc15df95,x/0,", f"{folder.id},in/a.bam,"
    with plan(call, "EXPORT_COPY", "file,location,overwrite", *rows, to=VOLUME) as draft:
        assert (len(draft), conflicts(draft).existing) == (2, 0)
    call.simulator.world.add_file("none.bam", call.simulator.world.projects[PROJECT], size=1)
    with imports(call, "in/none.bam") as draft:
        assert len(draft) == 1
    lost = f"{VOLUME}:in/a.bam,5cf7d9ea560ad6eccc15df95"
    with plan(call, "IMPORT", "source,parent", lost) as draft:
        assert len(draft) == 1


def test_an_alias_of_something_else_is_not_taken_for_what_was_exported(call: Both) -> None:
    project = call.simulator.world.projects[PROJECT]
    call.simulator.world.add_file("alias.bam", project, size=5, alias_of=(VOLUME, "in/b.bam"))
    objects(call).put("x/alias", 6)
    with exports(call, "EXPORT_REPLACE", f"{PROJECT}/alias.bam,x/alias") as draft:
        assert (len(draft), conflicts(draft).existing, conflicts(draft).differing) == (1, 0, 0)
    with exports(call, "EXPORT_REPLACE", f"{PROJECT}/alias.bam,in/b.bam", on_conflict="fail") as draft:
        assert (len(draft), conflicts(draft).existing) == (0, 1)


def test_looking_takes_a_request_for_each_hundred_files_and_objects(call: Both) -> None:
    project = call.simulator.world.projects[PROJECT]
    files = [call.simulator.world.add_file(f"f{number}", project, size=1) for number in range(250)]
    for number, _ in enumerate(files):
        objects(call).put(f"x/{number % 3}/{number}", 1)
    rows = [f"{file.id},x/{number % 3}/{number}," for number, file in enumerate(files)]
    call.simulator.requests.clear()
    with plan(call, "EXPORT_COPY", "file,location,overwrite", *rows, to=VOLUME) as draft:
        assert (len(draft), conflicts(draft).existing) == (0, 250)
        assert (sent(call, "list_volume_objects"), sent(call, "bulk_get_files")) == (4, 3)
        assert (draft.requests, sent(call, "get_volume")) == (8, 1)
    with exports(call) as draft:
        assert len(draft) == 3


def test_a_few_objects_among_many_are_asked_for_alone(call: Both) -> None:
    for number in range(1_000):
        objects(call).put(f"x/0{number}", 1)
    objects(call).put("x/1", 101)
    call.simulator.requests.clear()
    with exports(call) as draft:
        assert (len(draft), conflicts(draft).existing) == (2, 1)
    assert sent(call, "list_volume_objects") == 3 + 3


def test_a_list_that_shows_the_folder_itself_or_what_is_no_text_is_read_once(
    call: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects(call).put("x/1", 101)
    read, pages = ObjectPager.next, list[str]()

    def more(pager: ObjectPager) -> Any:
        found = yield from read(pager)
        pages.append(pager.prefix)
        assert len(pages) < 50
        odd = (
            VolumeObject(pager.prefix, is_folder=True),
            VolumeObject("\ud800"),
            VolumeObject("\ud800/", is_folder=True),
        )
        return None if found is None else [*odd, *found]

    monkeypatch.setattr(ObjectPager, "next", more)
    with exports(call) as draft:
        assert (len(draft), pages) == (2, ["x/", "x/"])


def test_imports_that_are_planned_again_are_there_already(call: Both) -> None:
    assert run(call, "IMPORT", imports(call)).succeeded
    call.simulator.requests.clear()
    with imports(call) as again:
        assert (len(again), conflicts(again).existing) == (0, 2)
        assert (sent(call, "list_files"), sent(call, "list_volume_objects")) == (1, 1)
    assert sent(call, "bulk_start_imports") == 0


def test_a_name_that_is_taken_by_something_else_is_reported_or_treated_as_was_said(call: Both) -> None:
    project = call.simulator.world.projects[PROJECT]
    call.simulator.world.add_file("a.bam", project, size=7)
    call.simulator.world.add_folder("b.bam", project)
    with imports(call) as draft:
        assert [str(one).partition(": ")[2] for one in conflicts(draft).different] == [
            "a folder with this name exists there",
            "a file with this name and a different size exists there (7 B; this one has 1 B)",
        ]
        assert (len(draft), conflicts(draft).differing) == (0, 2)
    with pytest.raises(InputError, match="2 names exist at the destination, and nothing was changed"):
        imports(call, on_conflict="fail")
    assert not started(call)
    draft = imports(call, on_conflict="overwrite")
    assert (len(draft), conflicts(draft).overwritten, conflicts(draft).differing) == (1, 1, 1)
    assert run(call, "IMPORT", draft).succeeded
    replaced = there(call)["a.bam"]
    assert isinstance(replaced, File)
    assert replaced.size == 1
    draft = imports(call, on_conflict="rename")
    assert (len(draft), conflicts(draft).renamed) == (2, 2)
    assert run(call, "IMPORT", draft).succeeded
    assert {"_1_a.bam", "_1_b.bam"} <= there(call).keys()


def test_a_folder_is_there_if_all_its_files_are(call: Both) -> None:
    assert run(call, "IMPORT", imports(call, "in/run/")).succeeded
    with imports(call, "in/run/") as again:
        assert (len(again), conflicts(again).existing) == (0, 2)
    objects(call).put("in/run/new.bam", 1)
    for how in ("skip", "overwrite"):
        with imports(call, "in/run/", on_conflict=how) as again:
            (clash,) = conflicts(again).different
            assert (len(again), conflicts(again).existing) == (0, 0)
            assert "a folder with this name exists there, and does not have the same files" in str(clash)
    call.simulator.world.add_file("in", call.simulator.world.projects[PROJECT])
    with imports(call, "in/") as again:
        assert "in: a file with this name exists there" in str(conflicts(again).different[0])


def described(call: Both, *values: str, **options: Any) -> Draft:
    rows = (f"in/{name}.bam,{value}" for name, value in zip("ab", values, strict=True))
    return imports(call, *rows, columns="source,metadata.sample", **options)


def test_a_file_that_is_there_gets_the_metadata_that_it_lacks_and_is_not_imported_again(call: Both) -> None:
    assert run(call, "IMPORT", described(call, "S1", "S2")).succeeded
    with described(call, "S1", "S2") as again:
        assert (len(again), conflicts(again).existing, conflicts(again).described) == (0, 2, 0)
    draft = described(call, "S1", "other")
    assert (len(draft), conflicts(draft).existing, conflicts(draft).described) == (1, 1, 1)
    assert run(call, "IMPORT", draft).tally.done == 1
    assert [node.metadata for node in there(call).values() if isinstance(node, File) and node.metadata] == [
        {"sample": "S1"},
        {"sample": "other"},
    ]
    assert started(call) == ["in/a.bam", "in/b.bam"]
    with pytest.raises(InputError, match="2 names exist at the destination, and nothing was changed: 2 with the same"):
        described(call, "S1", "third", on_conflict="fail")


@pytest.mark.usefixtures("unsized")
def test_a_file_that_may_be_another_gets_no_metadata(call: Both) -> None:
    call.simulator.world.add_file("a.bam", call.simulator.world.projects[PROJECT], size=7)
    with described(call, "S1", "S2") as draft:
        assert (len(draft), conflicts(draft).unsized, conflicts(draft).described) == (1, 1, 0)


def test_where_lists_tell_neither_sizes_nor_metadata_files_are_read_by_hundreds(kind: Kind) -> None:
    simulator = Simulator(clock=ManualClock(), seed="empty", rate_limit=None, variant=Variant(fields_parameter=False))
    simulator.world.add_project(PROJECT)
    simulator.world.volumes.add(VOLUME, objects={f"in/{number}.bam": 1 for number in range(150)})
    call = Both(simulator, kind)
    rows = [f"in/{number}.bam,S" for number in range(150)]
    assert run(call, "IMPORT", imports(call, *rows, columns="source,metadata.sample")).succeeded
    call.simulator.requests.clear()
    with imports(call, *rows, columns="source,metadata.sample") as again:
        assert (len(again), conflicts(again).existing) == (0, 150)
    assert sent(call, "bulk_get_files") == 2
    assert not [one for one in simulator.transfers.all() if isinstance(one.wanted, Export)]
    assert len([one for one in simulator.transfers.all() if isinstance(one.wanted, Import)]) == 150


def test_no_other_run_checks_names(call: Both) -> None:
    with pytest.raises(InputError, match="on_conflict: names are not checked for runs of TAGS"):
        plan(call, "TAGS", "path,action,tags", f"{PROJECT}/0.bam,add,x")
