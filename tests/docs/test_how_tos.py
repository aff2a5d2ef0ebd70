"""Every how-to page can be followed to its end, and tells then whether it worked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.lib.docs.site import ROOT, pages

HOW_TO = [page for page in pages() if page.parent.name == "how-to"]


@pytest.mark.parametrize("page", HOW_TO, ids=lambda page: page.stem)
def test_a_how_to_ends_with_how_to_check_it(page: Path) -> None:
    headings = re.findall(r"^## (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert headings[-1] == "How to check that it worked"


def test_a_destination_is_always_named_by_its_path() -> None:
    named = [
        page.name for page in (ROOT / "README.md", *pages()) if re.search(r"--to-(project|folder)", page.read_text())
    ]
    assert named == []


def test_all_pages_are_read_in_a_way_that_a_new_one_is_found() -> None:
    assert len(HOW_TO) > 5
