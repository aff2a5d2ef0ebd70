"""What is sent is checked first: nothing malformed leaves, and the message names the place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sbg_bulk import CopyItem, DeleteItem, InputError, MoveItem
from tests.support import samples
from tests.support.clients import perform
from tests.support.samples import FILES
from tests.support.scripts import ok

GOOD = {"file": FILES[0], "project": "a/b"}
BOTH = "give parent or project, not both."
NEITHER = "the destination is missing: give parent (a folder's id) or project (owner/project)."

WRONG: list[tuple[Any, str]] = [
    ({"file": "1"}, NEITHER),
    ("1", NEITHER),
    ({"file": "1", "parent": "", "project": ""}, NEITHER),
    ({"file": "1", "parent": None, "project": None}, NEITHER),
    ({"file": "1", "parent": "2", "project": "a/b"}, BOTH),
    ({"file": "", "parent": "2"}, "file is missing."),
    ({"file": None, "parent": "2"}, "file is missing."),
    ({"parent": "2"}, "file is missing."),
    ({}, "file is missing."),
    ({"file": 5, "parent": "2"}, "file: expected an id, not 5."),
    ({"file": " ", "parent": "2"}, "file: expected an id, not ' '."),
    ({"file": " 1", "parent": "2"}, "file: ' 1' is not an id."),
    ({"file": "a/b", "parent": "2"}, "file: 'a/b' is not an id."),
    ({"file": "a\nb", "parent": "2"}, "file: 'a\\nb' is not an id."),
    ({"file": "..", "parent": "2"}, "file: '..' is not an id."),
    ({"file": "1", "parent": "2/3"}, "parent: '2/3' is not an id."),
    ({"file": "1", "parent": 2}, "parent: expected an id, not 2."),
    *(
        ({"file": "1", "project": project}, f"project: {project!r} is not of the form owner/project.")
        for project in ("ab", "/b", "a/", "a/b/c", "a b/c", "a/b\n", "../b", "a/..", "a/.", 5, "a/\udcff")
    ),
    ({**GOOD, "name": "x" * 256}, "name: 256 characters; at most 255 are allowed."),
    ({**GOOD, "name": "x/y"}, "name: 'x/y' must not contain a slash."),
    ({**GOOD, "name": 5}, "name: expected text, not 5."),
    ({**GOOD, "name": "x\udcff"}, "name: 'x\\udcff' cannot be sent as UTF-8."),
    ({**GOOD, "nmae": "x"}, "unknown key 'nmae'; the keys are: file, parent, project, name."),
    ({**GOOD, 5: "x"}, "unknown key '5'; the keys are: file, parent, project, name."),
    (5, "expected a file id, a mapping or a {kind}, not int."),
    (None, "expected a file id, a mapping or a {kind}, not NoneType."),
    (DeleteItem("1"), "expected a file id, a mapping or a {kind}, not DeleteItem."),
]


@pytest.mark.parametrize(("method", "kind"), [("copy", "CopyItem"), ("move", "MoveItem")])
@pytest.mark.parametrize(("item", "why"), WRONG, ids=lambda value: ascii(value)[:60])
def test_a_wrong_item_is_named_by_its_place_and_nothing_is_sent(method: str, kind: str, item: Any, why: str) -> None:
    outcome = perform([], method, [{"file": "first", "project": "a/b"}, item])
    assert isinstance(outcome.error, InputError)
    assert str(outcome.error) == f"items[1]: {why.replace('{kind}', kind)}"


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ({"file": "1", "parent": "2"}, "unknown key 'parent'; the keys are: file."),
        ({}, "file is missing."),
        ("", "file: expected an id, not ''."),
        (".", "file: '.' is not an id."),
        (MoveItem("1", parent="2"), "expected a file id, a mapping or a DeleteItem, not MoveItem."),
    ],
    ids=str,
)
def test_a_wrong_item_to_delete_is_named_by_its_place(item: Any, why: str) -> None:
    outcome = perform([], "delete", ["first", item])
    assert str(outcome.error) == f"items[1]: {why}"


@pytest.mark.parametrize("method", ["copy", "move", "delete"])
@pytest.mark.parametrize("items", ["123", b"123", {"file": "123"}, CopyItem("1", "2"), None, 5], ids=repr)
def test_one_item_is_no_list(method: str, items: Any) -> None:
    outcome = perform([], method, items)
    assert str(outcome.error) == "Give a list of items, even for one."


@pytest.mark.parametrize("method", ["copy", "move", "delete"])
@pytest.mark.parametrize("items", [[], (), {}.keys(), iter(())], ids=["list", "tuple", "keys", "iterator"])
def test_no_items_are_nothing_to_do(method: str, items: Any) -> None:
    assert str(perform([], method, items).error) == "Nothing to do: give at least one item."


def test_a_file_named_twice_is_refused() -> None:
    items = [{"file": "1", "project": "a/b"}, {"file": "2", "project": "a/b"}, CopyItem("1", project="c/d")]
    error = perform([], "copy", items).error
    assert isinstance(error, InputError)
    assert str(error) == "items[2]: file 1 duplicates items[0]."


@pytest.mark.parametrize(
    ("kwargs", "why"),
    [
        ({"project": "a/b", "parent": "1"}, BOTH),
        ({"project": "ab"}, "project: 'ab' is not of the form owner/project."),
        ({"project": ""}, "project: '' is not of the form owner/project."),
        ({"parent": ""}, "parent: expected an id, not ''."),
    ],
)
def test_a_wrong_destination_for_all_is_refused(kwargs: dict[str, str], why: str) -> None:
    assert str(perform([], "copy", ["1"], **kwargs).error) == f"items[0]: {why}"


@pytest.mark.parametrize("kind", [CopyItem, MoveItem])
def test_an_item_cannot_be_made_wrong(kind: Any) -> None:
    for wrong in ({"file": "1"}, {"file": "1", "parent": "2", "project": "a/b"}, {"file": "", "parent": "2"}):
        with pytest.raises(InputError):
            kind(**wrong)
    with pytest.raises(InputError):
        kind("1", "2", name="")


def test_items_may_come_from_anything_that_yields_them() -> None:
    def items() -> Iterator[Any]:
        yield FILES[0]
        yield {"file": FILES[1], "name": "x" * 255}

    outcome = perform([ok(samples.job())], "copy", list(items()), project="a/b")
    assert outcome.requests[0].json == {
        "items": [
            {"file": FILES[0], "project": "a/b"},
            {"file": FILES[1], "name": "x" * 255, "project": "a/b"},
        ]
    }


def test_empty_strings_count_as_absent_and_are_not_sent() -> None:
    items = [
        {"file": "1", "parent": "", "project": "a/b", "name": ""},
        {"file": "2", "parent": "3", "project": "", "name": None},
        {"file": "4", "parent": "", "project": ""},
    ]
    outcome = perform([ok(samples.job(type="MOVE"))], "move", items, parent="5")
    assert outcome.requests[0].json == {
        "items": [{"file": "1", "project": "a/b"}, {"file": "2", "parent": "3"}, {"file": "4", "parent": "5"}]
    }


def test_names_are_sent_as_they_are() -> None:
    name = "Probe № 7 größer 🧬.bam"
    outcome = perform([ok(samples.job())], "copy", [{"file": "1", "project": "a/b", "name": name}])
    assert outcome.requests[0].json["items"][0]["name"] == name
    assert outcome.requests[0].header("Content-Type") == "application/json"


@pytest.mark.parametrize(
    ("method", "args", "kwargs"),
    [
        ("file", ("",), {}),
        ("file", ("..",), {}),
        ("file", ("a/b",), {}),
        ("project", ("ab",), {}),
        ("project", ("../user",), {}),
        ("project", ("a/..",), {}),
        ("create_folder", ("",), {"project": "a/b"}),
        ("create_folder", ("a/b",), {"project": "a/b"}),
        ("create_folder", ("x" * 256,), {"project": "a/b"}),
        ("create_folder", ("\udcff",), {"project": "a/b"}),
        ("create_folder", ("new",), {}),
        ("create_folder", ("new",), {"project": "a/b", "parent": "1"}),
        ("create_folder", ("new",), {"project": "ab"}),
        ("create_folder", ("new",), {"parent": ""}),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    method: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    assert isinstance(perform([], method, *args, **kwargs).error, InputError)


@pytest.mark.parametrize(("file_id", "path"), [("a?b#c", "/v2/files/a%3Fb%23c"), ("a%2Fb", "/v2/files/a%252Fb")])
def test_an_id_stays_in_its_place_in_the_path(file_id: str, path: str) -> None:
    outcome = perform([ok(samples.file())], "file", file_id)
    assert outcome.requests[0].url == "https://api.example.org" + path
