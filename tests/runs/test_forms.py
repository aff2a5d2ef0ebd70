"""A manifest is read as people have it: what R, pandas, Excel, databases, the platform and this program write."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sbg_bulk import InputError
from sbg_bulk.items import CopyItem, DeleteItem, Item
from sbg_bulk.runs import forms
from sbg_bulk.runs.forms import ReadFormat
from sbg_bulk.runs.problems import Problem
from sbg_bulk.runs.rows import Defaults, PathRow, Row
from sbg_bulk.transfers import manifest

ID = "aaaaaaaaaaaaaaaaaaaaaaa1"
ID_2 = "aaaaaaaaaaaaaaaaaaaaaaa2"
HOME = Defaults(project="a/b")


def read(
    content: str | bytes, form: ReadFormat | None = None, defaults: Defaults = HOME, kind: type[Item] = CopyItem
) -> list[Row | PathRow | Problem]:
    data = content.encode() if isinstance(content, str) else content
    return list(manifest.read(io.BytesIO(data), kind, form, defaults))


def items(content: str | bytes, **settings: Any) -> list[Item]:
    found = read(content, **settings)
    assert all(isinstance(one, Row) for one in found), found
    return [one.item for one in found if isinstance(one, Row)]


def problems(content: str | bytes, **settings: Any) -> list[tuple[int, str | None, str]]:
    return [(one.row, one.column, one.message) for one in read(content, **settings) if isinstance(one, Problem)]


TWO: Sequence[Item] = [CopyItem(ID, project="a/b"), CopyItem(ID_2, project="a/b")]

FORMS = {
    "a bare list": f"{ID}\n{ID_2}\n",
    "a list with comments": f"# mine\n{ID}\n\n# more\n{ID_2}",
    "a quoted list": f'"{ID}"\r\n"{ID_2}"\r\n',
    "the platform's export": f"id,name\n{ID},\n{ID_2},\n",
    "names in capitals": f"File,Sample\n{ID},x\n{ID_2},y\n",
    "names with spaces": f" FILE , sample\n{ID},x\n{ID_2},y\n",
    "another word": f"File ID,sample\n{ID},x\n{ID_2},y\n",
    "Excel in Europe": f"file;sample\r\n{ID};1,5\r\n{ID_2};2,5\r\n",
    "bars": f"file|sample\n{ID}|x\n{ID_2}|y\n",
    "tabs": f"file\tsample\n{ID}\tx\n{ID_2}\ty\n",
    "a declared comma": f"sep=,\nfile,sample\n{ID},x\n{ID_2},y\n",
    "a declared semicolon": f'"sep=;"\nfile;sample\n{ID};x,y\n{ID_2};y\n',
    "a table of its own separator": f"sep=^\nfile^sample\n{ID}^x\n{ID_2}^y\n",
    "comments in a table": f'# made today\n\nfile,sample\n# first\n{ID},x\n\n# second, with a " in it\n{ID_2},y\n',
    "comments below another column": f"sample,file\n# first\nx,{ID}\n#y,{ID_2}\n",
    "row names of R": f'"","file","sample"\n"1","{ID}",NA\n"2","{ID_2}","x"\n',
    "all in quotes": f'"file"\t"sample"\n"{ID}"\t"a\tb"\n"{ID_2}"\t"y"\n',
    "an array of objects": json.dumps([{"file": ID, "sample": "x"}, {"file": ID_2}]),
    "an array over lines": json.dumps([{"id": ID}, {"id": ID_2}], indent=2),
    "an array of ids": json.dumps([ID, ID_2]),
    "ids beside other values": f'{{"id": "{ID}", "size": 1}}\n{{"id": "{ID_2}", "size": null}}\n',
    "NaN of pandas in JSON": f'[{{"file": "{ID}", "name": NaN}}, {{"file": "{ID_2}", "name": null}}]',
    "two files joined": f"file,sample\n{ID},x\n\ufefffile,sample\n{ID_2},y\n",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("form", FORMS)
def test_what_people_have_is_read(form: str, encoding: str) -> None:
    assert items(FORMS[form].encode(encoding)) == TWO


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize("form", FORMS)
def test_ends_of_lines_are_all_the_same(form: str, end: str) -> None:
    assert items(FORMS[form].replace("\r\n", "\n").replace("\n", end)) == TWO


MISSING = ["NA", "<NA>", "N/A", "nan", "NaN", "None", "NULL", "null", " NA "]


OTHER = {
    "ids": (f"file,id\n{ID},{ID}\n{ID},{ID_2}\n", "id", repr(ID_2), repr(ID)),
    "ids in another order": (f"File_ID,File\n{ID},{ID.upper()}\n{ID_2},{ID}\n", "File_ID", repr(ID_2), repr(ID)),
    "something else in the first": (f"file,id\n{ID},\nS1,{ID}\n", "id", repr(ID), "'S1'"),
    "paths": ("file,path\na/b/c/,a/b/c\na/b/c,a/b/d\n", "path", "'a/b/d'", "'a/b/c'"),
    "paths beside no id": ("file,path,file_path\n,a/b/c,NA\nNA,a/b/c,a/b/d\n", "file_path", "'a/b/d'", "'a/b/c'"),
    "JSON": (f'{{"id": "{ID}"}}\n{{"file": "{ID}", "id": "{ID_2}"}}\n', "id", repr(ID_2), repr(ID)),
}


@pytest.mark.parametrize("kind", [CopyItem, DeleteItem])
@pytest.mark.parametrize("what", OTHER)
def test_two_columns_that_name_different_files_are_a_problem_of_the_row(what: str, kind: type[Item]) -> None:
    content, column, there, here = OTHER[what]
    first, second = read(content, kind=kind)
    assert not isinstance(first, Problem)
    assert isinstance(second, Problem)
    assert (second.row, second.column) == (2 if what == "JSON" else 3, column)
    assert second.message.startswith(f"it names a different file ({there}) than the column ")
    assert f"({here})" in second.message


def test_a_path_beside_an_id_is_kept_to_be_looked_up_whether_it_names_the_same() -> None:
    first, second = read(f"file,id,path\n{ID},7,a/b/c\n{ID_2},NA,\n")
    assert isinstance(first, PathRow)
    assert (first.file, first.source, first.beside) == (ID, None, ("path", "a/b/c"))
    assert isinstance(second, Row)
    assert second.item == TWO[1]


def test_a_column_that_names_no_file_is_no_contradiction() -> None:
    assert items(f'[{{"file": "{ID}", "id": 7}}, {{"file": "{ID_2}", "id": null}}]') == TWO


@pytest.mark.parametrize("mark", MISSING)
def test_what_stands_for_a_missing_value_is_none(mark: str) -> None:
    assert items(f"file,name,parent,project\n{ID},{mark},{mark},{mark}\n{ID_2},b.bam,,NA\n") == [
        CopyItem(ID, project="a/b"),
        CopyItem(ID_2, project="a/b", name="b.bam"),
    ]
    assert problems(f"file,sample\n{mark},x\n") == [(2, "file", "the id is missing")]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#NAME?"])
def test_what_a_formula_has_failed_at_is_no_comment(error: str) -> None:
    told = f"{error} is the error of a spreadsheet formula"
    assert problems(f"file,sample\n{ID},x\n{error},y\n") == [(3, "file", told)]
    assert problems(f"sample,file\nx,{ID}\n{error},{error}\n") == [(3, "file", told)]
    assert problems(f"file,name\n{ID},{error}\n") == [(2, "name", told)]
    assert len(problems(f"{ID}\n{error}\n")) == 1


def test_a_file_may_be_called_as_a_missing_value_is_written() -> None:
    assert items(f"file,name\n{ID},./NA\n") == [CopyItem(ID, project="a/b", name="NA")]
    assert items(f'{{"file": "{ID}", "name": "NA"}}\n') == [CopyItem(ID, project="a/b", name="NA")]


@pytest.mark.parametrize("mangled", ["5.68E+23", "5,68E+23", "5.68e+23", "6E+23", "5.68E23", "56812345.0"])
def test_an_id_that_a_spreadsheet_has_made_a_number_is_told_as_that(mangled: str) -> None:
    for content in (f"file;name\n{mangled};a.bam\n", f"{mangled}\n", f"file\tparent\n{ID}\t{mangled}\n"):
        (problem,) = problems(content, defaults=Defaults())[:1]
        assert "is an id that a spreadsheet turned into a number" in problem[2]


@pytest.mark.parametrize("real", ["568e23000000000000000001", "5c6d4227e4b0385632389346", "000000000000000000000001"])
def test_an_id_that_only_looks_like_a_number_is_one(real: str) -> None:
    assert items(f"file\n{real}\n") == [CopyItem(real, project="a/b")]


def test_where_things_are_in_a_list_is_no_destination() -> None:
    export = f"id,name,project,parent,case\n{ID},a.bam,rfranklin/src,{ID_2},PT_1\n"
    (row,) = read(export)
    assert row == Row(
        2,
        CopyItem(ID, project="a/b", name="a.bam"),
        {"in_project": "rfranklin/src", "in_folder": ID_2, "case": "PT_1"},
    )
    ((number, column, message),) = problems(export, defaults=Defaults())
    assert (number, column) == (2, "parent")
    assert message.endswith("give destination_from_manifest=True if they are destinations.")
    meant = Defaults(project="a/b", from_manifest=True)
    assert items(f"id,project\n{ID},c/d\n{ID_2},\n", defaults=meant) == [
        CopyItem(ID, project="c/d"),
        CopyItem(ID_2, project="a/b"),
    ]


def test_a_destination_that_is_given_is_never_overridden_in_silence() -> None:
    content = f"file,project\n{ID},c/d\n{ID_2},e/f\n"
    ((number, column, message),) = problems(content)
    assert (number, column) == (2, "project")
    assert "(c/d)" in message
    assert "(a/b, to)" in message
    assert "destination_from_manifest=True" in message
    assert "in_project" in message
    assert items(f"file,project\n{ID},a/b\n{ID_2},\n") == TWO  # they agree


def test_a_destination_has_one_column() -> None:
    assert problems(f"file,to,project\n{ID},c/d/e,a/b\n", defaults=Defaults()) == [
        (2, "to", "give to or project, not both.")
    ]


PATHS = {
    "a list": "a/b/c.bam\n# more\n\na/b/d, e.bam\n",
    "path": 'path\na/b/c.bam\n"a/b/d, e.bam"\n',
    "file": "file;x\na/b/c.bam;1\na/b/d, e.bam;2\n",
    "source_path of a report": 'source_path,outcome\na/b/c.bam,done\n"a/b/d, e.bam",done\n',
    "beside an empty id": 'file,path\n,a/b/c.bam\nNA,"a/b/d, e.bam"\n',
    "JSON": '["a/b/c.bam", {"path": "a/b/d, e.bam"}]',
}


@pytest.mark.parametrize("form", PATHS)
def test_a_path_is_taken_wherever_an_id_is(form: str) -> None:
    found = read(PATHS[form])
    assert [(one.file, one.to, one.project) for one in found if isinstance(one, PathRow)] == [
        ("a/b/c.bam", None, "a/b"),
        ("a/b/d, e.bam", None, "a/b"),
    ]
    assert len(found) == 2


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("to\nx/y", {"project": "x/y"}),
        ("to\nx/y/z", {"to": "x/y/z"}),
        (f"to\n{ID_2}", {"parent": ID_2}),
        ("parent\nx/y/z", {"to": "x/y/z"}),
        ("project\nx/y/z", {"to": "x/y/z"}),
        ("project\nx/y", {"project": "x/y"}),
        ("destination_path\nx/y/z/new.bam", {"to": "x/y/z", "name": "new.bam"}),
        ("destination_path\nx/y/new.bam", {"project": "x/y", "name": "new.bam"}),
    ],
)
def test_a_destination_may_be_a_path(columns: str, expected: dict[str, str]) -> None:
    name, value = columns.split("\n")
    (row,) = read(f"file,{name}\n{ID},{value}\n", defaults=Defaults())
    assert not isinstance(row, Problem)
    found = row if isinstance(row, PathRow) else row.item
    values = {key: getattr(found, key, None) for key in ("to", "parent", "project", "name")}
    assert {key: value for key, value in values.items() if value is not None} == expected


UNREADABLE = {
    "unknown columns": (
        "sample,batch\nx,y\n",
        "no column names the files: found 'sample', 'batch' (separated by commas). The first row must have the names",
    ),
    "one unknown column": ("sample\nx\n", "no column names the files: found only 'sample'"),
    "no names of columns": (f"{ID},S1\n", f"no column names the files: found '{ID}', 'S1' (separated by commas)"),
    "DRS URIs": ("drs_uri,name\ndrs://x:y,a\n", "This is a manifest of DRS URIs"),
    "DRS URIs as ids": ("id,name\ndrs://x:y,a\n", "is a DRS URI, not a file of the platform"),
    "unknown keys": ('{"sample": "x"}\n', "no key names the file: found 'sample'"),
    "objects over lines": (json.dumps({"id": ID}, indent=2), "Write each object on a line of its own (jq -c .)"),
    "an array that ends early": ('[{"id": "x"}', "not JSON: expected one comma between two elements"),
    "an array with more behind it": ('["x"] y', "not JSON: there is text after the end of the array"),
    "an array without commas": ('["x" "y"]', "not JSON: expected one comma between two elements"),
    "numbers": ("[[1]]", "expected a JSON object for each element, or an id"),
    "names of two columns alike": (f"file,File\n{ID},{ID}\n", "two columns have this name"),
    "NUL": (f"file,name\n{ID},a\0b\n", "it contains a NUL character"),
    "two readings": (
        f'file,note\n{ID},"see below\n{ID_2},ok\n{ID[:-1]}3,disk of 12"\n',
        "a quote opened here is closed 2 lines below, and the text between looks like separate rows",
    ),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_is_told_with_the_remedy(what: str) -> None:
    content, told = UNREADABLE[what]
    assert any(told in message for _, _, message in problems(content)), problems(content)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04 and so on", "an Excel workbook or a ZIP archive. Save it as CSV"),
        (b"\x1f\x8b\x08 and so on", "compressed with gzip"),
        (b"SQLite format 3\0 and so on", "runs export"),
        ("file\n" + ID, None),
        (b"\xff\xfef\0i\0l\0e\0\n\0a", "is damaged: it is not valid UTF-16-LE"),
    ],
)
def test_what_is_no_text_is_told_as_what_it_is(content: str | bytes, told: str | None) -> None:
    if told is None:
        assert len(read(content)) == 1
        return
    with pytest.raises(InputError, match=told.replace(".", r"\.")):
        read(content)


def test_quotes_in_a_table_with_tabs_are_characters() -> None:
    content = f'file\tremark\tname\n{ID}\t"see below\ta"b\n{ID_2}\tdisk of 12"\t\n'
    first, second = (one for one in read(content) if isinstance(one, Row))
    assert (first.item, first.extra) == (CopyItem(ID, project="a/b", name='a"b'), {"remark": '"see below'})
    assert second.extra == {"remark": 'disk of 12"'}


def test_quotes_in_a_table_with_tabs_that_hold_cells_together_are_quotes() -> None:
    content = f'file\tnote\tname\n{ID}\t"one\ttwo ""2"""\t\n{ID_2}\t"three\nfour"\tx\n'
    assert [one.extra for one in read(content) if isinstance(one, Row)] == [
        {"note": 'one\ttwo "2"'},
        {"note": "three\nfour"},
    ]


def test_prose_over_several_lines_is_a_value() -> None:
    content = f'note,file\n"Dear all,\nplease, note, this\nyours",{ID}\n"x",{ID_2}\n'
    assert [one.extra["note"] for one in read(content) if isinstance(one, Row)] == [
        "Dear all,\nplease, note, this\nyours",
        "x",
    ]


def test_a_long_array_is_read_an_element_at_a_time() -> None:
    pad = "x" * 200
    content = json.dumps([{"file": f"f{n}", "pad": pad} for n in range(20_000)]).encode()

    class Counted(io.BytesIO):
        most = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.most = max(self.most, self.tell())
            return super().read(size)

    stream = Counted(content)
    found = manifest.read(stream, CopyItem, None, HOME)
    first = next(found)
    assert isinstance(first, Row)
    assert stream.most < len(content) / 2
    assert sum(1 for _ in found) == 19_999


def test_a_list_that_is_a_table_is_told_as_one() -> None:
    ((_, _, message),) = problems(f"file,name\n{ID},x\n", form="list")
    assert message == "this is a table with column names, not a list: leave form out"
    assert items(f"file\n{ID}\n{ID_2}\n", form="list") == TWO


ARTEFACTS = {
    "a formula": (f'file,x\n"=HYPERLINK(""https://host/{ID}"",""{ID}"")",\n', "file", "is a spreadsheet formula"),
    "a formula for text": (f'file,x\n="{ID}",\n', "file", "is a spreadsheet formula"),
    "a mark for text": (f"file,x\n'{ID},\n", "file", "contains more than an id"),
    "typographic quotes": (f"id;x\n\u201c{ID}\u201d;\n", "id", "contains more than an id"),
    "two ids": (f"file;x\n{ID},{ID_2};\n", "file", "contains more than an id"),
    "a list of Python": (f"file\tx\n['{ID}']\t\n", "file", "contains more than an id"),
    "a folder's id with its name": (f"file,to\n{ID},in ({ID_2})\n", "to", "contains more than an id"),
    "a file on a computer": ("file,x\nC:\\data\\a.bam,\n", "file", "is not on the platform"),
    "a file in a bucket": ("path,x\ns3://bucket/a.bam,\n", "path", "is not on the platform"),
    "a name that was a number": (f"file,name\n{ID},1.23E+17\n", "name", "is a number in spreadsheet format"),
    "a name that is a formula": (f'file,name\n{ID},"=A2&"".bam"""\n', "name", "is a spreadsheet formula"),
    "a name with a lost character": (f"file,name\n{ID},M\ufffdller\n", "name", "has lost a character"),
    "a line separator": (f"file,name\n{ID},a\u2028b\n", "name", "contains a line break"),
    "a step up": (f"file,to\n{ID},a/b/../c\n", "to", "cannot contain . or .."),
    "a project as a file's path": (f"file,destination_path\n{ID},a/b\n", "destination_path", "a/b is a project"),
    "two names": (
        f"file,destination_path,name\n{ID},a/b/x,y\n",
        "name",
        "'y' is not the name at the end of the column",
    ),
    "keys alike": (
        f'[{{"id": "{ID}", "to": "a/c"}}, {{"id": "{ID_2}", "to": "a/c", "To": "a"}}]',
        "To",
        "two keys have this name",
    ),
    "a destination that is none": (
        f"file,Destination\n{ID},a/c\n",
        "Destination",
        "rename it to 'to' if it is the destination",
    ),
    "a folder that is none": (f"file,to-folder\n{ID},{ID_2}\n", "to-folder", "such as my_to_folder"),
    "a new name that is none": (
        f"file,New Name\n{ID},x.bam\n",
        "New Name",
        "rename it to 'name' if it is the new name",
    ),
    "a huge value": (f"file,x\n{ID},{'x' * (1 << 21)}\n", None, "a value has more than 1,048,576 characters"),
}


@pytest.mark.parametrize("what", ARTEFACTS)
def test_what_programs_leave_behind_is_told_with_row_column_and_remedy(what: str) -> None:
    content, column, told = ARTEFACTS[what]
    ((row, where, message),) = problems(
        content, defaults=Defaults() if f"{column}".lower().startswith(("to", "dest")) else HOME
    )
    assert (row, where) == (2, column)
    assert told in message
    assert ":" in message


def test_what_is_meant_so_is_taken_from_a_table_too() -> None:
    names = ["1.23E+17", "=x", "M\ufffdller", " n ", "a\nb"]
    stream = io.StringIO(newline="")
    forms.write(stream, "csv", ("file", "name"), [{"file": f"{n:024x}", "name": name} for n, name in enumerate(names)])
    assert [one.name for one in items(stream.getvalue()) if isinstance(one, CopyItem)] == names
    assert items(f"file,new_name,destination\n{ID},,NA\n ,  ,\n{ID_2},NA,\n") == TWO
    assert items(f"file,destination,new_name\n{ID},a/c,x\n", kind=DeleteItem) == [DeleteItem(ID)]


ROWS = [
    f"{ID_2},x",
    f"{ID_2};x",
    f"{ID_2}|",
    f"{ID_2}\tx",
    f'"{ID_2}","x"',
    f'"{ID_2}',
    f"{ID_2},a/b",
    f"a/b/c.bam\t{ID_2}",
    '"a/b/c.bam","a/d"',
]


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("form", ["list", None])
def test_a_row_of_a_table_in_a_list_is_told_as_one(row: str, form: ReadFormat | None) -> None:
    for before, after in ((f"{ID}\n", ""), ("# first\n\na/b/c, d;e.bam\n", f"\n{ID}\n")):
        content = f"{before}{row}{after}"
        assert problems(content, form=form) == [
            (
                content[: content.index(row)].count("\n") + 1,
                None,
                "this line has several values: write one id or path per line, or use a table that begins with its "
                "column names",
            )
        ]


def test_the_name_of_the_column_of_a_list_is_none_of_its_lines() -> None:
    assert items(f"\n# mine\nFile\n{ID}\t\nFile\n{ID_2}\n", form="list") == TWO
    ((number, _, message),) = problems(f"# mine\nfile;name\n{ID};x\n", form="list")
    assert (number, message[:29]) == (2, "this is a table with column n")


# Anything that a program writes

CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), max_size=10)
VALUES = CELLS | st.sampled_from(["NA", "nan", "NULL", 'disk of 12"', '"quoted"', "a,b;c", "#1", "5,5"])
KNOWN = st.fixed_dictionaries({"file": st.integers(0, 10**6).map(lambda n: f"{n:024x}"), "note": VALUES, "lab": VALUES})
DIALECTS = {
    "pandas": {"delimiter": ",", "quoting": csv.QUOTE_MINIMAL, "lineterminator": "\n"},
    "R write.csv": {"delimiter": ",", "quoting": csv.QUOTE_ALL, "lineterminator": "\n"},
    "R write.csv2": {"delimiter": ";", "quoting": csv.QUOTE_ALL, "lineterminator": "\n"},
    "Excel": {"delimiter": ",", "quoting": csv.QUOTE_MINIMAL, "lineterminator": "\r\n"},
    "Excel in Europe": {"delimiter": ";", "quoting": csv.QUOTE_MINIMAL, "lineterminator": "\r\n"},
    "pandas with tabs": {"delimiter": "\t", "quoting": csv.QUOTE_MINIMAL, "lineterminator": "\n"},
    "R write.table with tabs": {"delimiter": "\t", "quoting": csv.QUOTE_ALL, "lineterminator": "\n"},
}


@given(
    dialect=st.sampled_from(list(DIALECTS)),
    records=st.lists(KNOWN, min_size=1, max_size=6),
    order=st.permutations(["file", "note", "lab"]),
    header=st.sampled_from([str.lower, str.upper, str.title, lambda name: f" {name} "]),
    declared=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_table_is_read_to_the_same_rows(
    dialect: str, records: list[dict[str, str]], order: list[str], header: Any, declared: bool, encoding: str
) -> None:
    text = io.StringIO(newline="")
    settings: dict[str, Any] = DIALECTS[dialect]
    if declared and settings["delimiter"] != "\t":
        text.write(f"sep={settings['delimiter']}{settings['lineterminator']}")
    writer = csv.writer(text, **settings)
    writer.writerow([header(name) for name in order])
    writer.writerows([record[name] for name in order] for record in records)
    names = {name: header(name).strip() for name in order}
    assert [(one.item, one.extra) for one in read(text.getvalue().encode(encoding)) if isinstance(one, Row)] == [
        (CopyItem(one["file"], project="a/b"), {names[name]: one[name] for name in order if name != "file"})
        for one in records
    ]


@given(st.lists(KNOWN, min_size=1, max_size=6), st.sampled_from(["lines", "array", "pretty"]))
def test_any_json_is_read_to_the_same_rows(records: list[dict[str, str]], form: str) -> None:
    lines = "\n".join(map(json.dumps, records))
    text = {"lines": lines, "array": json.dumps(records), "pretty": json.dumps(records, indent=1)}[form]
    assert [(one.item, one.extra) for one in read(text) if isinstance(one, Row)] == [
        (CopyItem(one["file"], project="a/b"), {"note": one["note"], "lab": one["lab"]}) for one in records
    ]


@given(st.binary(max_size=200))
def test_anything_at_all_is_rows_problems_or_an_error(content: bytes) -> None:
    with contextlib.suppress(InputError):
        read(content, kind=DeleteItem)
