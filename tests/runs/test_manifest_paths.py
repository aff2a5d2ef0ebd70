"""Paths in manifests are looked up before anything is sent; what is not there is a problem of its row."""

from __future__ import annotations

import io
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from sbg_bulk import Draft, InputError, ManifestError
from sbg_bulk.families import FAMILIES
from sbg_bulk.runs import create
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.rows import Defaults
from tests.support.both import Both
from tests.support.world import SOURCE, TARGET, World


def table(*lines: str) -> io.BytesIO:
    return io.BytesIO("\n".join((*lines, "")).encode())


def told(caught: pytest.ExceptionInfo[ManifestError]) -> list[tuple[int, str | None, str]]:
    return [(problem.row, problem.column, problem.message) for problem in caught.value.problems]


@pytest.fixture
def files(world: World) -> list[str]:
    world.add(f"{TARGET}/in/")
    return world.add(f"{SOURCE}/one/a.bam", f"{SOURCE}/one/b.bam", f"{SOURCE}/two/c.bam")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_spaces_at_the_end_of_a_name_are_kept_in_a_list_and_in_json(call: Both, world: World, end: str) -> None:
    spaced, plain = world.add(f"{SOURCE}/one/a.bam ", f"{SOURCE}/one/a.bam")
    listed = end.join([f"  {SOURCE}/one/a.bam ", f'"{SOURCE}/one/a.bam" ', ""]).encode()
    with call("plan", "copy", io.BytesIO(listed), project=TARGET, form="list") as draft:
        assert [item.file for item in draft.items()] == [spaced, plain]
    line = f'{{"path": "{SOURCE}/one/a.bam "}}{end}'.encode()
    with call("plan", "copy", io.BytesIO(line), project=TARGET) as draft:
        assert [item.file for item in draft.items()] == [spaced]
    # An id has no spaces, and in tables they are there to look well.
    for text in (f"{spaced} {end}", f"path,x{end}{SOURCE}/one/a.bam ,{end}"):
        with call("plan", "copy", io.BytesIO(text.encode()), project=TARGET) as draft:
            assert len(draft) == 1
            assert draft.items()[0].file == (spaced if "path" not in text else plain)


def test_paths_name_what_is_done_and_where_it_goes(call: Both, world: World, files: list[str]) -> None:
    report = call(
        "run",
        "copy",
        table(
            "path,to,name",
            f"{SOURCE}/one/a.bam,{TARGET}/in,",
            f"{SOURCE}/two,{TARGET},",
            f"{files[1]},{TARGET}/in,new.bam",
        ),
    )
    assert report.succeeded
    assert world.paths(TARGET) == ["in/", "in/a.bam", "in/new.bam", "two/", "two/c.bam"]
    with Journal.read(report.journal) as journal:
        first, *_, last = journal.report()
    assert (first["file"], first["source_path"], first["outcome"]) == (files[0], f"{SOURCE}/one/a.bam", "done")
    assert (last["file"], last.get("source_path")) == (files[1], None)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("job_type", ["move", "delete"])
def test_moves_and_deletions_take_paths_too(call: Both, world: World, job_type: str) -> None:
    where = {} if job_type == "delete" else {"to": f"{TARGET}/in"}
    assert call("run", job_type, table(f"{SOURCE}/one/a.bam", f"{SOURCE}/two/c.bam"), **where).succeeded
    assert world.paths(SOURCE) == ["one/", "one/b.bam", "two/"]
    assert world.paths(TARGET) == (["in/"] if job_type == "delete" else ["in/", "in/a.bam", "in/c.bam"])


@pytest.mark.usefixtures("files")
def test_a_folder_is_asked_once_however_many_rows_go_through_it(call: Both, world: World) -> None:
    paths = [f"{SOURCE}/one/x{number}.bam" for number in range(60)]
    world.add(*paths)
    asked = call.counted("run", "copy", table(*paths), to=f"{TARGET}/in")
    # The destination; the folder, and the names in it.
    assert asked.count("list_files") == 3


@pytest.mark.usefixtures("files")
def test_what_is_not_there_is_a_problem_of_its_row_and_nothing_is_sent(call: Both, tmp_path: Path) -> None:
    rows = table(
        "path,to",
        f"{SOURCE}/one/a.bam,{TARGET}/in",
        f"{SOURCE}/one/none.bam,{TARGET}/in",
        f"{SOURCE}/one/b.bam,{TARGET}/nowhere",
        f"{SOURCE}/two/c.bam,rfranklin/unknown/x",
        f"rfranklin/unknown/a.bam,{TARGET}",
        f"{SOURCE}/one/a.bam/x,{TARGET}",
    )
    call.simulator.requests.clear()
    with pytest.raises(ManifestError) as caught:
        call("run", "copy", rows, journal=tmp_path / "kept")
    found = told(caught)
    assert [(row, column) for row, column, _ in found] == [
        (3, "path"), (4, "to"), (5, "to"), (6, "path"), (7, "path"),
    ]  # fmt: skip
    assert [message.split(". ")[0] for *_, message in found] == [
        f"There is no 'none.bam' in {SOURCE}/one",
        f"Folder {TARGET}/nowhere does not exist",
        "rfranklin/unknown was not found, or is not shared with you",
        "rfranklin/unknown was not found, or is not shared with you",
        f"{SOURCE}/one/a.bam is a file, not a folder",
    ]
    assert {request.method for request in call.simulator.requests} == {"GET"}
    assert not (tmp_path / "kept").exists()


def test_a_destination_that_is_missing_is_told_once_with_the_number_of_its_rows(call: Both, files: list[str]) -> None:
    rows = (f"{file},{TARGET}/{name}" for file, name in zip(files, ("none", "none", "none/deep"), strict=False))
    with pytest.raises(ManifestError) as caught:
        call("run", "copy", table("file,to", *rows, f"0123456789abcdef01234567,{TARGET}/none"))
    message = f"Folder {TARGET}/none does not exist. Create it with parents=True"
    assert told(caught) == [(2, "to", f"{message} (2 more such rows)"), (4, "to", message)]


def test_a_file_named_by_its_path_and_its_id_is_named_twice(call: Both, files: list[str]) -> None:
    with pytest.raises(ManifestError) as caught:
        call("run", "copy", table("file", files[0], f"{SOURCE}/one/a.bam"), to=TARGET)
    assert told(caught) == [(3, "file", f"{SOURCE}/one/a.bam duplicates row 2")]
    with pytest.raises(ManifestError) as caught:
        call("run", "copy", table("path", f"{SOURCE}/one/a.bam", f"{SOURCE}/one/a.bam"), to=TARGET)
    assert told(caught) == [(3, "path", f"{SOURCE}/one/a.bam duplicates row 2")]


DISAGREES = r"names a different file .* than the id [0-9a-f]+, which is rfranklin/cohort-a/\.\.\./{}: correct one"


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        pytest.param(f"{SOURCE}/one/b.bam", "a.bam", id="another name"),
        pytest.param(f"{SOURCE}/two/a.bam", "one/a.bam", id="another folder"),
        pytest.param(f"{SOURCE}/deep/one/a.bam", "one/a.bam", id="deeper"),
        pytest.param(f"{SOURCE}/a.bam", "a.bam", id="less deep"),
        pytest.param(f"{TARGET}/one/a.bam", "a.bam", id="another project"),
    ],
)
@pytest.mark.parametrize("job_type", ["copy", "move", "delete"])
@pytest.mark.parametrize("column", ["path", "File path"])
def test_an_id_and_a_path_of_different_files_in_one_row_are_refused(
    call: Both, world: World, files: list[str], path: str, meant: str, job_type: str, column: str
) -> None:
    before = world.paths(SOURCE)
    where: dict[str, Any] = {} if job_type == "delete" else {"to": f"{TARGET}/in"}
    rows = f"id,{column}", f"{files[1]},{SOURCE}/one/b.bam", f"{files[0]},{path}"
    checked = {} if job_type == "delete" else {"on_conflict": "skip"}
    for method, options in (("run", {}), ("plan", checked)):
        with pytest.raises(ManifestError) as caught:
            call(method, job_type, table(*rows), **where, **options)
        [(row, named, message)] = told(caught)
        assert (row, named) == (3, column)
        assert re.search(DISAGREES.format(re.escape(meant)), message)
    assert (world.paths(SOURCE), world.paths(TARGET)) == (before, ["in/"])


@pytest.mark.parametrize("shown", ["", "/", "   "], ids=["plain", "slash", "spaces"])
def test_an_id_and_the_path_of_the_same_file_are_one_for_few_requests(
    call: Both, world: World, files: list[str], shown: str
) -> None:
    decomposed = unicodedata.normalize("NFD", f"{SOURCE}/two/d\u00e9.bam")
    [accented] = world.add(decomposed)
    rows = [
        "id,path",
        *(f"{file},{SOURCE}/one/{name}.bam{shown}" for file, name in zip(files, "ab", strict=False)),
        f"{accented},{unicodedata.normalize('NFC', decomposed)}{shown}",
    ]
    asked = call.counted("run", "copy", table(*rows), to=f"{TARGET}/in")
    # The files, their folders, and the project for its root.
    assert (asked.count("bulk_get_files"), asked.count("get_project"), asked.count("get_file")) == (2, 1, 0)
    assert len(world.paths(TARGET)) == 4


def test_folders_whose_names_would_have_spaces_around_them_are_not_created(
    call: Both, world: World, files: list[str]
) -> None:
    spaced = f"{TARGET}/in /deep"
    with pytest.raises(ManifestError, match="'in ' has spaces around it"):
        call("run", "copy", table("file,to", f"{files[0]},{spaced}"), parents=True)
    for method, args, options in (
        ("run", ("copy", table(f"{files[0]}")), {"to": spaced}),
        ("choose", ([f"{SOURCE}/one"],), {"to": f"{TARGET}/ new"}),
        ("destination", (f"{TARGET}/in/ new",), {}),
        ("sync_plan", (f"{SOURCE}/one",), {"to": spaced}),
    ):
        with pytest.raises(InputError, match=r"has spaces around it\. Remove them"):
            call(method, *args, parents=True, **options)
    assert world.paths(TARGET) == ["in/"]
    # One that is there may be called so.
    world.add(f"{TARGET}/in /")
    assert call("run", "copy", table("file,to", f"{files[0]},{spaced}"), parents=True).succeeded
    assert world.paths(TARGET) == ["in /", "in /deep/", "in /deep/a.bam", "in/"]


@pytest.mark.parametrize("kind", ["copy", "delete"])
@pytest.mark.parametrize("outer", ["path", "id"])
def test_what_is_inside_a_folder_that_another_row_selects_is_refused(
    call: Both, world: World, files: list[str], kind: str, outer: str
) -> None:
    [one] = world.add(f"{SOURCE}/one/")
    whole = f"{SOURCE}/one" if outer == "path" else one
    to = {"to": TARGET} if kind == "copy" else {}
    # A path that sorts between the folder's and those in it, and one in front of the folder's.
    world.add(f"{SOURCE}/one 2/a.bam")
    with pytest.raises(ManifestError) as caught:
        call("run", kind, table("file", f"{SOURCE}/one/b.bam", f"{SOURCE}/one 2/a.bam", whole, files[2]), **to)
    message = f"{SOURCE}/one/b.bam is inside {SOURCE}/one, which row 4 selects: keep one of them"
    assert told(caught) == [(2, "file", message)]
    assert world.paths(TARGET) == ["in/"]


@pytest.mark.usefixtures("files")
def test_a_folder_and_what_is_inside_it_may_be_copied_to_different_places(call: Both) -> None:
    rows = (f"{SOURCE}/one,{TARGET}", f"{SOURCE}/one/a.bam,{TARGET}/in")
    assert call("run", "copy", table("file,to", *rows), destination_from_manifest=True).succeeded
    with pytest.raises(ManifestError, match="is inside"):
        call("run", "move", table("file,to", *rows), destination_from_manifest=True)


def test_missing_folders_are_made_when_the_run_begins_and_not_before(
    call: Both, world: World, files: list[str]
) -> None:
    rows = ("file,to", f"{files[0]},{TARGET}/new/deep", f"{files[1]},{TARGET}/in", f"{files[2]},{TARGET}/new")
    draft = call("plan", "copy", table(*rows), parents=True)
    with draft:
        assert draft.folders == 2
        assert world.paths(TARGET) == ["in/"]
        assert call("run", "copy", draft).succeeded
    assert world.paths(TARGET) == ["in/", "in/b.bam", "new/", "new/c.bam", "new/deep/", "new/deep/a.bam"]


def test_the_destination_of_all_rows_is_told_once_if_it_is_missing(call: Both, files: list[str]) -> None:
    with pytest.raises(InputError, match=f"Folder {TARGET}/none does not exist") as caught:
        call("run", "copy", table("file", *files), to=f"{TARGET}/none")
    assert not isinstance(caught.value, ManifestError)


@pytest.mark.usefixtures("files")
def test_paths_on_another_deployment_are_refused(call: Both) -> None:
    with pytest.raises(ManifestError) as caught:
        call("run", "copy", table("path", f"cgc:{SOURCE}/one/a.bam"), to=TARGET)
    assert "is on another platform; the client is connected to" in told(caught)[0][2]


def test_what_was_planned_is_what_is_done_whatever_becomes_of_the_file(
    call: Both, world: World, files: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "m.csv"
    path.write_text(f"file\n{files[0]}\n", "utf-8")
    with call("plan", "delete", path) as draft:
        assert len(draft) == 1
        path.write_text(f"file\n{files[1]}\n{files[2]}\n", "utf-8")
        call("run", "delete", draft)
    assert world.paths(SOURCE) == ["one/", "one/b.bam", "two/", "two/c.bam"]


def test_a_plan_that_is_not_carried_out_leaves_nothing(call: Both, files: list[str], tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    with call("plan", "delete", table("file", *files), journal=kept) as draft:
        assert kept.exists()
    assert list(tmp_path.glob("kept*")) == []
    with pytest.raises(InputError, match="This draft can no longer be used"):
        call("run", "delete", draft)


def test_a_plan_goes_with_its_job_and_its_deployment(call: Both, files: list[str]) -> None:
    with (
        call("plan", "delete", table("file", *files)) as draft,
        pytest.raises(InputError, match=r"The plan is for DELETE on .*, not for MOVE on .*: plan it again"),
    ):
        call("run", "move", draft, to=TARGET)


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
def test_a_plan_that_is_saved_gives_the_same_run(
    call: Both, world: World, files: list[str], tmp_path: Path, form: str
) -> None:
    rows = ("path,to,name,lab", f"{SOURCE}/one/a.bam,{TARGET}/new,NA,x", f"{files[1]},{TARGET}/in,n.bam,y")
    saved = tmp_path / f"plan.{form}"
    with call("plan", "copy", table(*rows), parents=True) as draft:
        draft.save(saved)
        with pytest.raises(InputError, match="already exists"):
            draft.save(saved)
    assert call("run", "copy", saved, parents=True).succeeded
    assert world.paths(TARGET) == ["in/", "in/n.bam", "new/", "new/a.bam"]


@pytest.mark.usefixtures("files")
def test_rows_with_paths_are_compared_with_what_is_there(call: Both, world: World) -> None:
    world.add(f"{TARGET}/in/a.bam")
    rows = (f"{SOURCE}/one/a.bam", f"{SOURCE}/one/b.bam")
    found = call("plan", "copy", table(*rows), to=f"{TARGET}/in", on_conflict="skip")
    assert (len(found), found.conflicts.existing) == (1, 1)
    assert call("run", "copy", found).succeeded
    assert world.paths(TARGET) == ["in/", "in/a.bam", "in/b.bam"]


def test_paths_are_never_taken_for_ids(tmp_path: Path) -> None:
    draft = create.read(
        table("path", "a/b/c"), FAMILIES["DELETE"], "http://x/v2", Defaults(), None, journal=tmp_path / "kept"
    )
    with draft, pytest.raises(InputError, match="have not been looked up"):
        draft.begin()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("where", [{"to": TARGET, "parent": "x"}, {"project": TARGET, "parent": "x"}])
def test_one_destination_is_given(call: Both, files: list[str], where: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="Give one destination"):
        call("plan", "copy", table("file", *files), **where)


def test_a_manifest_is_a_path_or_a_stream_of_bytes(call: Both) -> None:
    with pytest.raises(InputError, match=r"expected a pathlib\.Path or a stream of bytes"):
        call("run", "copy", "m.csv", to=TARGET)
    with pytest.raises(InputError, match="give a binary one"):
        call("run", "copy", io.StringIO("file\n1\n"), to=TARGET)


def test_a_draft_is_a_public_name() -> None:
    assert Draft.__module__ == "sbg_bulk.runs.draft"
