"""`spec/README.md` answers for the choices that the spec makes."""

from __future__ import annotations

import re

import pytest

from scripts.lib.spec import OPERATIONS, SPEC, SPEC_FOLDER, nodes

NOTES = (SPEC_FOLDER / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """What stands between a heading of the second level and the next."""
    _, _, rest = NOTES.partition(f"\n## {title}\n")
    return rest.partition("\n## ")[0]


def contradictions() -> list[tuple[int, str]]:
    """The entries of the numbered list, with their numbers."""
    parts = re.split(r"^(\d+)\. ", section("Where the documentation contradicts itself"), flags=re.MULTILINE)
    return [(int(number), text) for number, text in zip(parts[1::2], parts[2::2], strict=True)]


def test_the_eighteen_contradictions_are_numbered() -> None:
    assert [number for number, _ in contradictions()] == list(range(1, 19))


@pytest.mark.parametrize(
    ("number", "subjects"),
    [
        (1, ["`result`", "`total_files`", "integer", "string"]),
        (2, ["`ID`", "query", "path"]),
        (3, ["`}`", "JSON"]),
        (4, ["`href`", "`id`"]),
        (5, ["CAVATICA", "Cancer Genomics", "`curl`"]),
        (6, ["13", "25", "`limit`"]),
        (7, ["`/async/file/copy`", "`/async/files/copy`", "`file`"]),
        (8, ["`started_on`", "`finished_on`"]),
        (9, ["`file`", "object", "string"]),
        (10, ["`file_id`", "`id`"]),
        (11, ["preserved", "erased", "`/bulk/files/update`"]),
        (12, ["`gcs`", "`gcp`"]),
        (13, ["`/bulk/storage/export/get`", "`/bulk/storage/exports/get`"]),
        (14, ["`import_ids`", "comma", "list"]),
        (15, ["32", "33"]),
        (16, ["`/async/files/import/`", "`/bulk/drs/imports/`"]),
        (17, ["supported", "not\n    supported"]),
        (18, ["`conflict_resolution`", "`items`"]),
    ],
)
def test_a_contradiction_names_both_sides_the_choice_and_what_happens_otherwise(
    number: int, subjects: list[str]
) -> None:
    text = dict(contradictions())[number]
    assert [subject for subject in [*subjects, "*The spec: ", "*Otherwise:*"] if subject not in text] == []


def test_every_documentation_page_of_the_spec_is_listed() -> None:
    listed = section("The pages behind it")
    pages = {node["externalDocs"]["url"] for node in nodes(SPEC) if "externalDocs" in node}
    assert [page for page in sorted(pages) if f"<{page}>" not in listed] == []


def test_the_page_of_each_call_is_the_one_that_the_spec_gives() -> None:
    listed = section("The pages behind it")
    rows = [f"| `{operation.id}` | <{operation.definition['externalDocs']['url']}> |" for operation in OPERATIONS]
    assert [row for row in rows if row not in listed] == []


def test_each_entry_of_the_table_of_contents_has_its_section() -> None:
    linked = re.findall(r"^- \[(.+)\]\(#(.+)\)$", NOTES, flags=re.MULTILINE)
    headings = re.findall(r"^## (.+)$", NOTES, flags=re.MULTILINE)
    assert [title for title, _ in linked] == headings
    assert [anchor for _, anchor in linked] == [heading.lower().replace(" ", "-") for heading in headings]
