"""A manifest is read as a stream, and all that is wrong with it is said before anything is sent."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sbg_bulk import InputError, ManifestError
from sbg_bulk.families import FAMILIES
from sbg_bulk.items import CopyItem, DeleteItem, Item, MoveItem
from sbg_bulk.runs import forms
from sbg_bulk.runs.columns import REPORT_COLUMNS, key_of
from sbg_bulk.runs.create import create
from sbg_bulk.runs.forms import Format, ReadFormat
from sbg_bulk.runs.problems import Problem
from sbg_bulk.runs.rows import Defaults, PathRow, Row, opened
from sbg_bulk.transfers import manifest

HOME = Defaults(project="a/b")


def read(
    content: str | bytes, kind: type[Item] = CopyItem, form: ReadFormat | None = None, defaults: Defaults | None = None
) -> list[Row | PathRow | Problem]:
    stream = io.BytesIO(content.encode() if isinstance(content, str) else content)
    return list(manifest.read(stream, kind, form, defaults))


def rows(content: str | bytes, *args: Any, **settings: Any) -> list[Row]:
    found = read(content, *args, **settings)
    assert all(isinstance(one, Row) for one in found), found
    return cast(list[Row], found)


def problems(content: str | bytes, *args: Any, **settings: Any) -> list[tuple[int, str | None, str]]:
    return [(one.row, one.column, one.message) for one in read(content, *args, **settings) if isinstance(one, Problem)]


SAME = {
    "csv": "name,file,project,parent\nn,f1,a/b,\n,f2,,p1\n",
    "tsv": "name\tfile\tproject\tparent\nn\tf1\ta/b\t\n\tf2\t\tp1\n",
    "jsonl": '{"name": "n", "file": "f1", "project": "a/b"}\n{"file": "f2", "parent": "p1", "project": ""}\n',
}
ITEMS = [CopyItem("f1", project="a/b", name="n"), CopyItem("f2", parent="p1")]


@pytest.mark.parametrize("form", SAME)
def test_all_formats_say_the_same_and_are_known_by_their_first_line(form: str) -> None:
    assert [row.item for row in rows(SAME[form])] == ITEMS
    assert manifest.read(io.BytesIO(SAME[form].encode()), CopyItem).form == form


@pytest.mark.parametrize("kind", [CopyItem, MoveItem, DeleteItem])
def test_items_are_of_the_kind_that_is_asked_for(kind: type[Item]) -> None:
    assert [type(row.item) for row in rows(SAME["csv"], kind)] == [kind, kind]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text.encode("utf-8-sig"), "a byte order mark"),
        (lambda text: text.encode("utf-16"), "what Excel calls Unicode text"),
        (lambda text: text.encode("utf-16-be"), "the same without a byte order mark"),
        (lambda text: text.replace("\n", "\r\n").encode("utf-32"), "four bytes a character"),
        (lambda text: f"# made today\n\n#\n{text}# the end\n".encode(), "comments"),
        (lambda text: text.replace("\n", "\r\n").encode(), "ends of lines of Windows"),
        (lambda text: text.replace("\n", "\r").encode(), "ends of lines of old Macs"),
        (lambda text: text.removesuffix("\n").encode(), "no end of the last line"),
        (lambda text: text.replace("\n", "\n\n").encode(), "blank lines"),
    ],
)
@pytest.mark.parametrize("form", SAME)
def test_what_editors_do_to_files_does_not_matter(form: str, change: Any, why: str) -> None:
    assert [row.item for row in rows(change(SAME[form]))] == ITEMS, why


def test_values_may_hold_delimiters_quotes_and_line_ends() -> None:
    found = rows('file,project,name,note\nf1,a/b,"x, ""y""",\nf2,a/b,,"one\r\ntwo"\nf3,a/b,,\n')
    assert [row.item.name for row in found if isinstance(row.item, CopyItem)] == ['x, "y"', None, None]
    assert found[1].extra == {"note": "one\r\ntwo"}


def test_rows_are_numbered_as_in_a_spreadsheet() -> None:
    found = rows('file,project,note\nf1,a/b,"one\ntwo\nthree"\n\n,,\nf2,a/b,\n')
    assert [row.number for row in found] == [2, 5]


def test_rows_of_jsonl_are_its_lines() -> None:
    content = '\n{"file": "f1"}\n\n  \n{"file": "f2"}\n'
    assert [row.number for row in rows(content, form="jsonl", defaults=HOME)] == [2, 5]


def test_other_columns_are_carried_along_as_they_came() -> None:
    (row,) = rows("sample,file,project,lab\ns1,f1,a/b,\n")
    assert row.extra == {"sample": "s1", "lab": ""}
    (row,) = rows('{"file": "f1", "project": "a/b", "deep": {"er": [1]}, "n": 1}\n')
    assert row.extra == {"deep": {"er": [1]}, "n": 1}


def test_a_column_named_like_one_of_a_report_is_carried_along_under_another_name() -> None:
    (row,) = rows("file,project,outcome,job,manifest_job\nf1,a/b,relapse,nurse,n/a\n")
    assert row.extra == {"manifest_outcome": "relapse", "manifest_manifest_job": "nurse", "manifest_job": "n/a"}
    (row,) = rows('{"file": "f1", "project": "a/b", "message": ["x"]}\n')
    assert row.extra == {"manifest_message": ["x"]}


def test_a_report_that_serves_as_a_manifest_leaves_behind_what_it_has_added() -> None:
    header = ",".join(("sample", "file", *REPORT_COLUMNS, "project", "lab"))
    (row,) = rows(f"{header}\ns1,f1,done,x,1,2,text,a/b,\n")
    assert row.extra == {"sample": "s1", "lab": ""}


def test_in_a_deletion_a_destination_is_just_another_column() -> None:
    (row,) = rows("file,project,name\nf1,not a project,a/b\n", DeleteItem)
    assert row == Row(2, DeleteItem("f1"), {"project": "not a project", "name": "a/b"})


def test_empty_columns_and_values_at_the_end_are_those_of_a_spreadsheet() -> None:
    assert [row.item for row in rows("file,project,name,,\nf1,a/b,,,,,\nf2,a/b\n")] == [
        CopyItem("f1", project="a/b"),
        CopyItem("f2", project="a/b"),
    ]


def test_defaults_are_for_rows_that_name_no_destination() -> None:
    found = rows("file,parent,project\nf1,,\nf2,p1,\nf3,,x/y\n", defaults=Defaults(project="a/b", from_manifest=True))
    assert [row.item for row in found] == [
        CopyItem("f1", project="a/b"),
        CopyItem("f2", parent="p1"),
        CopyItem("f3", project="x/y"),
    ]


def test_space_around_ids_is_dropped_and_in_names_only_what_is_meant() -> None:
    first, second, *rest = rows('file , project,name\n f1 , a/b ,./ n \n f2,a/b,\n f3,a/b,a b\n f4,a/b," "\n')
    assert first.item == CopyItem("f1", project="a/b", name=" n ")
    assert [getattr(one.item, "name", None) for one in (second, *rest)] == [None, "a b", None]
    (row,) = rows('{"file": "f1", "project": "a/b", "name": " n "}')
    assert row.item == CopyItem("f1", project="a/b", name=" n ")


MISSING = "the destination is missing: give to, or a column to, parent or project."

FLAWS: dict[str, tuple[str | bytes, list[tuple[int, str | None, str]]]] = {
    "no id": ("file,project\n,a/b\nf2,a/b\n", [(2, "file", "the id is missing")]),
    "an id that is none": ("file,project\n..,a/b\n", [(2, "file", "'..' is not an id.")]),
    "a project": (
        "file,project\na/b,a/b\n",
        [(2, "file", "a/b is a project: give the path of a file or folder in it")],
    ),
    "no destination": ("file\nf1\n", [(2, "parent", MISSING)]),
    "two destinations": ("file,parent,project\nf1,p,a/b\n", [(2, "parent", "give parent or project, not both.")]),
    "a folder that is none": ("file,parent\nf1,..\n", [(2, "parent", "'..' is not an id.")]),
    "a malformed project": ("file,project\nf1,ab\n", [(2, "project", "'ab' is not of the form owner/project.")]),
    "a name with a slash": ("file,project,name\nf1,a/b,c/d\n", [(2, "name", "'c/d' must not contain a slash.")]),
    "a name with space around it": (
        "file,project,name\nf1,a/b,n \n",
        [(2, "name", "'n ' has spaces around it: remove them or, if that is intended, put ./ before it")],
    ),
    "a name with a space that does not break": (
        "file;project;name\nf1;a/b;\xa0n\n",
        [(2, "name", "'\\xa0n' has spaces around it: remove them or, if that is intended, put ./ before it")],
    ),
    "a name over two lines": (
        'file,project,name\nf1,a/b,"n\nm"\n',
        [
            (
                2,
                "name",
                "'n\\nm' contains a line break or another control character: remove it or, if that is intended, put "
                "./ before it",
            )
        ],
    ),
    "a long name": (
        f"file,project,name\nf1,a/b,{'n' * 256}\n",
        [(2, "name", "256 characters; at most 255 are allowed.")],
    ),
    "everything at once": (
        "file,project,name\n,ab,c/d\n",
        [
            (2, "file", "the id is missing"),
            (2, "project", "'ab' is not of the form owner/project."),
            (2, "name", "'c/d' must not contain a slash."),
        ],
    ),
    "too many values": ("file,project\nf1,a/b,c\nf2,a/b\n", [(2, None, "3 values in 2 columns")]),
    "no header": (
        "f1,a/b\n",
        [
            (
                1,
                None,
                "no column names the files: found 'f1', 'a/b' (separated by commas). The first row must have "
                "the names of the columns: file or id for ids, path for paths",
            )
        ],
    ),
    "a column twice": ("file,name,name\nf1,a,b\n", [(1, "name", "two columns have this name")]),
    "columns without names": ("file,,,x\nf1,a,b,c\n", [(1, "(unnamed)", "two columns have this name")]),
    "nothing": ("", [(0, None, "it has no rows")]),
    "only a header": ("file,project\n", [(0, None, "it has no rows")]),
    "only blank rows": ("file,project\n\n,\n", [(0, None, "it has no rows")]),
    "no object": ('{"file": "f1", "project": "a/b"}\n[1]\n', [(2, None, "expected a JSON object on each line")]),
    "a key twice": ('{"file": "f1", "project": "a/b", "file": "f2"}\n', [(1, "file", "the key is given twice")]),
    "a key twice, deep in": ('{"file": "f1", "x": [{"y": 1, "y": 2}]}\n', [(1, "y", "the key is given twice")]),
    "wrong types": (
        '{"file": 1, "project": ["a/b"]}\n',
        [(1, "file", "expected text, not 1"), (1, "project", "expected text, not ['a/b']")],
    ),
    "not UTF-8": (
        b"file,project,note\nf1,a/b,x\nf2,a/b,M\xfcller\nf3,a/b,y\n",
        [(3, "note", "it is not UTF-8; save the file as UTF-8")],
    ),
    "a header that is not UTF-8": (
        b"file,project,M\xfcller\nf1,a/b,x\n",
        [(1, None, "it is not UTF-8; save the file as UTF-8")],
    ),
    "half a character in JSON": (
        r'{"file": "f1", "project": "a/b", "note": ["\ud800"]}',
        [(1, "note", "it is not UTF-8; save the file as UTF-8")],
    ),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_problem_is_named_with_its_row_and_column(flaw: str) -> None:
    content, expected = FLAWS[flaw]
    assert problems(content) == expected


@pytest.mark.parametrize("content", ['file,project\nf1,"a/b\nf2,a/b\n', 'file,project\nf1,"a/b"c\n'])
def test_quotes_that_do_not_fit_are_a_problem_of_their_row(content: str) -> None:
    ((row, column, message),) = problems(content)
    assert (row, column) == (2, None)
    assert message.startswith("the quotes or line ends do not match")


def test_a_quote_that_is_never_closed_does_not_take_the_manifest_into_memory() -> None:
    content = 'file,project\nf1,"a/b\n' + "f2,a/b\n" * 160_000
    assert (2, None) in {(row, column) for row, column, _ in problems(content)[:1]}


@pytest.mark.parametrize("line", ["{", "{]", '{"file": }', "{" + "[" * 100_000, '{"a": ' + "9" * 5000 + "}"])
def test_a_line_that_is_not_json_is_a_problem_and_the_rest_is_read(line: str) -> None:
    found = read(f'{{"file": "f1"}}\n{line}\n{{"file": "f3"}}\n', defaults=HOME)
    assert [type(one) for one in found] == [Row, Problem, Row]
    problem = found[1]
    assert isinstance(problem, Problem)
    assert (problem.row, problem.message.startswith("not JSON: ")) == (2, True)


@pytest.mark.parametrize(
    ("name", "form"),
    [("m.csv", "csv"), ("m.TSV", "tsv"), ("a.b.tab", "tsv"), ("m.jsonl", "jsonl"), ("m.ndjson", "jsonl"), ("m", None)],
)
def test_the_name_of_a_file_tells_its_format(name: str, form: str | None) -> None:
    assert forms.guess_format(name) == form


def test_a_format_that_is_given_counts_more_than_the_first_line() -> None:
    assert [row.item for row in rows("file,pro\tject\nf1,x\n", form="csv", defaults=HOME)] == [
        CopyItem("f1", project="a/b")
    ]


def test_a_pipe_is_read_to_its_end_and_left_open() -> None:
    reading, writing = os.pipe()

    def fill() -> None:
        with os.fdopen(writing, "wb") as stream:
            stream.write(b"fi")
            stream.flush()
            stream.write(b"le,project\n" + b"".join(b"f%d,a/b\n" % n for n in range(50_000)))

    writer = threading.Thread(target=fill)
    writer.start()
    with os.fdopen(reading, "rb") as stream:
        assert sum(isinstance(one, Row) for one in manifest.read(stream, CopyItem)) == 50_000
        assert not stream.closed
    writer.join()


def test_a_stream_that_breaks_is_not_taken_for_its_end() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 0:
                raise OSError(5, "Input/output error")
            return super().read(min(size or 10, 10))

    with pytest.raises(InputError, match=r"cannot be read: Input/output error\."):
        list(manifest.read(Broken(b"file,project\nf1,a/b\n"), CopyItem))


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"none\.csv cannot be read: No such file"),
        opened(tmp_path / "none.csv"),
    ):
        pass


def create_from(content: str, path: Path) -> None:
    create(manifest.read(io.BytesIO(content.encode()), CopyItem), FAMILIES["COPY"], "http://x/v2", journal=path).close()


def test_a_source_named_twice_is_a_problem_of_its_second_row(tmp_path: Path) -> None:
    with pytest.raises(ManifestError) as caught:
        create_from("file,project\nf1,a/b\n\nf2,a/b\nf1,c/d\nf1,a/b\n", tmp_path / "j")
    assert [str(problem) for problem in caught.value.problems] == [
        "row 5, column file: f1 duplicates row 2",
        "row 6, column file: f1 duplicates row 2",
    ]


def test_a_source_is_named_twice_also_if_its_first_row_has_another_problem(tmp_path: Path) -> None:
    with pytest.raises(ManifestError) as caught:
        create_from("file,project,name\nf1,ab,x/y\nf1,a/b,\nf2,a/b,\nf1,a/b,\n", tmp_path / "j")
    assert [(problem.row, problem.column) for problem in caught.value.problems] == [
        (2, "project"),
        (2, "name"),
        (3, "file"),
        (5, "file"),
    ]
    assert str(caught.value.problems[-1]) == "row 5, column file: f1 duplicates row 2"


def test_a_hundred_problems_are_told_and_the_rest_is_counted(tmp_path: Path) -> None:
    with pytest.raises(ManifestError) as caught:
        create_from("file,project\n" + "f,a/b\n" + ",a/b\n" * 150 + "f,a/b\n", tmp_path / "deep" / "j")
    assert caught.value.count == 151
    assert [problem.row for problem in caught.value.problems] == list(range(3, 103))
    lines = str(caught.value).splitlines()
    assert lines[0] == "The manifest has 151 problems; nothing was sent."
    assert (len(lines), lines[-1]) == (102, "... and 51 more problems.")
    assert list((tmp_path / "deep").iterdir()) == []


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
IDS = st.text("abcXYZ019._-,;\"'\\\u00fc\u4e2d\U0001f600", min_size=1, max_size=8).filter(
    lambda text: text not in (".", "..")
)
NAMES = (
    st.none()
    | st.sampled_from(["NA", "nan"])
    | TEXT.filter(lambda text: text.strip().strip("\ufeff").strip() and not {"/", "\0"} & set(text))
)
DESTINATIONS = st.builds(lambda one: {"parent": one}, IDS) | st.builds(lambda a, b: {"project": f"{a}/{b}"}, IDS, IDS)
COPIES = st.builds(lambda file, name, place: CopyItem(file, name=name, **place), IDS, NAMES, DESTINATIONS)
MEANT = {"file", "id", "file_id", "fileid", "path", "file_path", "to", "parent", "project", "name"}
OTHERS = TEXT.map(str.strip).filter(
    lambda name: (
        name
        and key_of(name) not in MEANT | {"source_path", "destination_path", "in_project", "in_folder"}
        and name not in REPORT_COLUMNS
    )
)
COLUMNS = st.lists(OTHERS, unique=True, max_size=3)


@given(st.sampled_from(forms.FORMATS), st.lists(COPIES, min_size=1, max_size=4), COLUMNS, st.data())
def test_what_is_written_is_read_again(form: Format, items: Sequence[CopyItem], columns: list[str], data: Any) -> None:
    records = [
        {**{key: getattr(item, key) for key in ("file", "parent", "project", "name")}}
        | {column: data.draw(TEXT) for column in columns}
        for item in items
    ]
    stream = io.StringIO(newline="")
    forms.write(stream, form, ("file", "parent", "project", "name", *columns), records)
    found = rows(stream.getvalue(), form=form)
    assert [row.item for row in found] == list(items)
    assert [row.extra for row in found] == [{column: record[column] for column in columns} for record in records]


@pytest.mark.parametrize("form", forms.FORMATS)
def test_a_path_that_ends_in_a_space_is_written_so_that_it_is_read_again(form: Format) -> None:
    stream = io.StringIO(newline="")
    record = {"source_path": "a/b/n ", "destination_path": "c/d/in/n "}
    forms.write(stream, form, list(record), [record])
    (found,) = read(stream.getvalue(), form=form)
    assert isinstance(found, PathRow)
    assert (found.file.rstrip("/"), found.to, found.name) == ("a/b/n ", "c/d/in", "n ")


def test_in_a_table_what_is_no_text_is_written_as_json() -> None:
    stream: IO[str] = io.StringIO(newline="")
    forms.write(stream, "csv", ("file", "deep", "n"), [{"file": "f", "deep": {"a": [True]}, "n": None}])
    assert cast(io.StringIO, stream).getvalue() == 'file,deep,n\nf,"{""a"": [true]}",\n'
