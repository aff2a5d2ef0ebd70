"""The site is read on a telephone, in the dark, with the keyboard and by a screen reader."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.axe import violations

KINDS = ("index", "how-to/ci-with-the-simulator", "reference/manifest", "concepts/costs")
"""A page of each kind: the front page, blocks of programs, tables, a wide table."""


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_hard_to_read_or_to_reach(browser: Browser, site: Path, width: int, colours: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=colours)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        for kind in KINDS:
            page.goto((site / f"{kind}.html").as_uri())
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") == width
    finally:
        context.close()
